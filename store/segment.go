package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// A segment is one bbolt file: full blocks in one bucket, the small ones that
// wait to become full in another, and what it holds in a third. Keys are the
// number of the first event, big endian.
var (
	blocksBucket = []byte("blocks")
	tailBucket   = []byte("tail")
	keptBucket   = []byte("kept") // of evidence: number of an event -> key of its block
	infoBucket   = []byte("info")
	infoKey      = []byte("info")
)

// segmentInfo is what a segment holds.
type segmentInfo struct {
	Log      string `json:"log"`
	Name     uint64 `json:"name"` // the number that it was made for
	First    uint64 `json:"first"`
	Last     uint64 `json:"last"`
	MinTime  int64  `json:"min_time"` // event time, ms
	MaxTime  int64  `json:"max_time"`
	Events   uint64 `json:"events"`
	RawBytes int64  `json:"raw_bytes"`
	Created  int64  `json:"created"` // ms
}

// grow counts the events of a block in.
func (i *segmentInfo) grow(p *prelude) {
	if i.Events == 0 {
		i.First, i.MinTime, i.MaxTime = p.firstSeq, p.minTime, p.maxTime
	}
	i.First = min(i.First, p.firstSeq)
	i.Last = max(i.Last, p.lastSeq)
	i.MinTime = min(i.MinTime, p.minTime)
	i.MaxTime = max(i.MaxTime, p.maxTime)
	i.Events += uint64(p.events)
	i.RawBytes += int64(p.bytes)
}

// segment is one segment file.
type segment struct {
	path string

	mu      sync.Mutex // guards what follows
	info    segmentInfo
	db      *bbolt.DB // open
	writing bool      // open to write: the active one
	refs    int       // readers that use db
	removed bool      // deleted; readers let it go
	bytes   int64     // size of a sealed file, 0 when not known yet
}

func (g *segment) snapshot() segmentInfo {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.info
}

// size returns how many bytes the file takes.
func (g *segment) size() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.writing || g.bytes == 0 {
		g.bytes = fileSize(g.path)
	}
	return g.bytes
}

// boltOptions are those of every file of the store.
func boltOptions(readOnly bool) *bbolt.Options {
	return &bbolt.Options{Timeout: 2 * time.Second, FreelistType: bbolt.FreelistMapType, ReadOnly: readOnly}
}

// createSegment makes a segment file under a temporary name and renames it when
// it is whole, so that a power cut leaves none that is half made.
func createSegment(path string, info segmentInfo) error {
	tmp := path + temporaryEnd
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(tmp, 0o640, boltOptions(false))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{blocksBucket, tailBucket, keptBucket, infoBucket} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return putInfo(tx, &info)
	})
	if err = errors.Join(err, db.Sync(), db.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func putInfo(tx *bbolt.Tx, info *segmentInfo) error {
	b, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return tx.Bucket(infoBucket).Put(infoKey, b)
}

// openToWrite opens the file to append to it, and closes it before that if it is
// open. Who wants to read meanwhile waits: one that opened the file in between
// would keep the writer out of it, or the writer the reader, until both give up.
func (g *segment) openToWrite(size int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.closeLocked(); err != nil {
		return err
	}
	// The address space for all that the file may grow to is taken at once: bbolt
	// waits for readers when it must take more.
	o := boltOptions(false)
	o.InitialMmapSize = int(size + size/4 + 64<<20)
	db, err := bbolt.Open(g.path, 0o640, o)
	if err != nil {
		return err
	}
	db.AllocSize = 1 << 20
	g.db, g.writing = db, true
	return nil
}

// read learns what a segment holds.
func (g *segment) read(h *handles) error {
	var info segmentInfo
	err := g.view(h, func(tx *bbolt.Tx) error {
		b := tx.Bucket(infoBucket)
		if b == nil {
			return errDamaged
		}
		return json.Unmarshal(b.Get(infoKey), &info)
	})
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.info = info
	return nil
}

// view runs fn in a read transaction, which fn must leave soon. A damaged file
// gives an error instead of ending the process.
func (g *segment) view(h *handles, fn func(*bbolt.Tx) error) error {
	for tries := 0; ; tries++ {
		db, err := g.acquire(h)
		if err != nil {
			return err
		}
		err = guard(func() error { return db.View(fn) })
		g.release()
		if !errors.Is(err, bolterrors.ErrDatabaseNotOpen) || tries == 3 {
			return err
		}
		// It was opened anew after a failed commit.
	}
}

// guard turns the panics that damaged pages cause in bbolt, and faults of the
// memory map, into errors.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return fn()
}

var errRemoved = errors.New("the segment was deleted")

func (g *segment) acquire(h *handles) (*bbolt.DB, error) {
	g.mu.Lock()
	if g.removed {
		g.mu.Unlock()
		return nil, errRemoved
	}
	fresh := g.db == nil
	if fresh {
		err := guard(func() (err error) {
			g.db, err = bbolt.Open(g.path, 0o640, boltOptions(true))
			return err
		})
		if err != nil {
			g.db = nil
			g.mu.Unlock()
			return nil, fmt.Errorf("segment %s: %w", filepath.Base(g.path), err)
		}
	}
	g.refs++
	db := g.db
	g.mu.Unlock()
	if fresh {
		h.opened(g)
	}
	return db, nil
}

func (g *segment) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refs--
	if g.removed && g.refs == 0 {
		g.closeLocked()
	}
}

func (g *segment) closeLocked() error {
	if g.db == nil {
		return nil
	}
	err := g.db.Close()
	g.db, g.writing = nil, false
	return err
}

// closeIdle closes the file unless somebody uses it, and reports whether it did.
func (g *segment) closeIdle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refs > 0 || g.writing {
		return false
	}
	g.closeLocked()
	return true
}

// seal ends writing. Readers may still use the open file; it is closed as others
// are.
func (g *segment) seal(h *handles) {
	g.mu.Lock()
	g.writing, g.bytes = false, 0
	g.mu.Unlock()
	h.opened(g)
}

// close closes the file when no reader is inside.
func (g *segment) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closeLocked()
}

// remove deletes the file.
func (g *segment) remove() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.removed = true
	err := os.Remove(g.path)
	if g.refs == 0 {
		err = errors.Join(err, g.closeLocked())
	}
	return err
}

// handles bounds how many sealed segments are open at once.
type handles struct {
	mu   sync.Mutex // guards open
	open []*segment // oldest first
}

const maxHandles = 12

func (h *handles) opened(g *segment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = append(h.open, g)
	for i := 0; len(h.open) > maxHandles && i < len(h.open)-1; {
		if h.open[i].closeIdle() {
			h.open = append(h.open[:i], h.open[i+1:]...)
		} else {
			i++
		}
	}
}

func (h *handles) closeAll() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, g := range h.open {
		errs = append(errs, g.close())
	}
	h.open = nil
	return errors.Join(errs...)
}

// update commits a change of the active segment.
func (g *segment) update(fn func(*bbolt.Tx) error) error {
	return guard(func() error { return g.db.Update(fn) })
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

func keySeq(k []byte) uint64 {
	if len(k) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(k)
}

// forget takes a segment off the list of open ones.
func (h *handles) forget(g *segment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = slices.DeleteFunc(h.open, func(x *segment) bool { return x == g })
}
