// Package store keeps the log of events on disk, and what is folded from it.
//
// The log is the one truth: events, findings and every change of an incident are
// appended to it under growing sequence numbers, and everything else (incidents,
// findings, cursors) can be made from it again. [Store.Append] returns when the
// events are durable; nothing reads an event before. Numbers are unique together
// with [Store.LogID] only.
//
// An event's number, raw line and origin never change; how the line is understood
// may be told anew, in its place ([Store.Rewrite]).
//
// Events lie in segment files, in blocks by column (block.go). Segments are
// deleted whole, the oldest first, when the log outgrows its budget; evidence of
// incidents is copied to segments of its own, which outlive the rest. State lies
// in picket.db (state.go).
//
// A folder belongs to one process at a time; folders of a stopped one can be
// opened by many to read. A Store is safe for concurrent use. Readers see what
// was committed before they began, and never hold up Append for longer than it
// takes to copy a block.
package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"picket/normalize/ocsf"
)

// Options say how a store is opened.
type Options struct {
	// ReadOnly opens the folder of a stopped process without changing anything.
	ReadOnly bool
	// Budget is how many bytes the log may take on disk, 0 for no limit. The
	// segment that is being written always stays.
	Budget int64
	// EvidenceBudget is how many bytes kept evidence may take beside that; 0 is
	// a tenth of Budget.
	EvidenceBudget int64
	// SegmentSize and SegmentSpan bound one segment file; a day, and 256 MiB or
	// an eighth of Budget.
	SegmentSize int64
	SegmentSpan time.Duration
	// FindingOf and IncidentOf read Picket's own findings and incidents out of
	// their events; nil are those of ocsf.
	FindingOf  func(*ocsf.Event) (*ocsf.Finding, bool)
	IncidentOf func(*ocsf.Event) (*ocsf.Incident, bool)
	Now        func() time.Time
	Log        *slog.Logger
}

// Errors that callers branch on.
var (
	ErrClosed   = errors.New("the store is closed")
	ErrReadOnly = errors.New("the store is open for reading only")
	ErrNotFound = errors.New("not found")
)

// Names in the data folder.
const (
	lockName     = "lock"
	eventsDir    = "events"
	evidenceDir  = "evidence"
	stateName    = "picket.db"
	segmentEnd   = ".seg"
	temporaryEnd = ".tmp"
)

// Store is an open data folder.
type Store struct {
	dir   string
	o     Options
	lock  *lock
	logID string
	state *state

	write sync.Mutex // guards all below up to mu: one commit at a time
	tail  *builder   // what is in the tail of the active segment, to become a block
	chunk *builder
	tails []tailChunk
	// unsure is set when a commit failed: what the file holds is read again
	// before the next one.
	unsure  error
	flushed time.Time    // when the fold was written last
	fail    func() error // for tests: makes a commit fail

	last     atomic.Uint64
	damaged  atomic.Uint64 // blocks that readers found damaged
	mu       sync.RWMutex  // guards segments, evidence and closed
	segments []*segment    // oldest first; the last one is active
	evidence []*segment    // likewise
	closed   bool
	handles  handles
}

// Open opens a data folder, and makes it unless it is there or only to be read.
// A folder that another process holds gives an error that names the process.
func Open(dir string, o Options) (_ *Store, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.SegmentSize <= 0 {
		if o.SegmentSize = 256 << 20; o.Budget > 0 {
			o.SegmentSize = min(o.SegmentSize, max(o.Budget/8, 4<<20))
		}
	}
	if o.SegmentSpan <= 0 {
		o.SegmentSpan = 24 * time.Hour
	}
	if o.EvidenceBudget == 0 {
		o.EvidenceBudget = o.Budget / 10
	}
	if o.FindingOf == nil {
		o.FindingOf = func(e *ocsf.Event) (*ocsf.Finding, bool) {
			f, err := ocsf.FindingOf(e)
			return f, err == nil && f != nil
		}
	}
	if o.IncidentOf == nil {
		o.IncidentOf = func(e *ocsf.Event) (*ocsf.Incident, bool) {
			i, err := ocsf.IncidentOf(e)
			return i, err == nil && i != nil
		}
	}
	s := &Store{dir: dir, o: o, tail: newBuilder(), chunk: newBuilder()}
	if !o.ReadOnly {
		for _, d := range []string{dir, filepath.Join(dir, eventsDir), filepath.Join(dir, evidenceDir)} {
			if err := os.MkdirAll(d, 0o750); err != nil {
				return nil, fmt.Errorf("open the data folder: %w", err)
			}
		}
	}
	if s.lock, err = takeLock(filepath.Join(dir, lockName), o.ReadOnly); err != nil {
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	defer func() {
		if err != nil {
			s.closeFiles()
		}
	}()
	if s.state, err = openState(filepath.Join(dir, stateName), o.ReadOnly); err != nil {
		return nil, err
	}
	if err = s.openSegments(); err != nil {
		return nil, err
	}
	if err = s.identify(); err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		if err = s.openActive(); err != nil {
			return nil, err
		}
	}
	if err = s.catchUp(); err != nil {
		return nil, fmt.Errorf("fold the log: %w", err)
	}
	return s, nil
}

// openSegments lists the segments that the folder has.
func (s *Store) openSegments() error {
	for _, kind := range []struct {
		dir  string
		list *[]*segment
	}{{eventsDir, &s.segments}, {evidenceDir, &s.evidence}} {
		dir := filepath.Join(s.dir, kind.dir)
		names, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("list segments: %w", err)
		}
		for _, n := range names {
			path := filepath.Join(dir, n.Name())
			switch filepath.Ext(n.Name()) {
			case temporaryEnd: // left by a process that was killed while it made a segment
				if !s.o.ReadOnly {
					if err := os.Remove(path); err != nil {
						return err
					}
				}
			case segmentEnd:
				g := &segment{path: path}
				if err := g.read(&s.handles); err != nil {
					s.o.Log.Error("a segment cannot be read and is left out", "path", path, "error", err)
					s.damaged.Add(1)
					continue
				}
				*kind.list = append(*kind.list, g)
			}
		}
		slices.SortFunc(*kind.list, func(a, b *segment) int {
			switch {
			case a.info.Name < b.info.Name:
				return -1
			case a.info.Name > b.info.Name:
				return 1
			}
			return 0
		})
	}
	for _, g := range s.segments {
		// A segment without events was made for the next one.
		s.last.Store(max(s.last.Load(), g.info.Last, g.info.Name-1))
	}
	return nil
}

// identify finds the log's id, or makes one for a new log. Segments of another
// log are refused: their numbers mean other events.
func (s *Store) identify() error {
	s.logID = s.state.text(metaBucket, "log")
	for _, g := range slices.Concat(s.segments, s.evidence) {
		if s.logID == "" {
			s.logID = g.info.Log
		}
		if g.info.Log != s.logID {
			return fmt.Errorf("segment %s belongs to another log (%s, not %s)", g.path, g.info.Log, s.logID)
		}
	}
	if s.o.ReadOnly {
		return nil
	}
	if s.logID == "" {
		var b [12]byte
		if _, err := rand.Read(b[:]); err != nil {
			return err
		}
		s.logID = hex.EncodeToString(b[:])
	}
	return s.state.setText(metaBucket, "log", s.logID)
}

// LogID is the random id that the log got when it was made.
func (s *Store) LogID() string { return s.logID }

// Last is the number of the last event that is durable, 0 in an empty log.
func (s *Store) Last() uint64 { return s.last.Load() }

// Next is the number for the next event.
func (s *Store) Next() uint64 { return s.last.Load() + 1 }

// Close ends the store. What was appended is durable already.
func (s *Store) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	err := s.state.flush()
	return errors.Join(err, s.closeFiles())
}

func (s *Store) closeFiles() error {
	var errs []error
	for _, g := range slices.Concat(s.segments, s.evidence) {
		errs = append(errs, g.close())
	}
	errs = append(errs, s.handles.closeAll())
	if s.state != nil {
		errs = append(errs, s.state.close())
	}
	errs = append(errs, s.lock.release())
	return errors.Join(errs...)
}

// Stats is how much the store holds.
type Stats struct {
	Segments int    `json:"segments"`
	Events   uint64 `json:"events"`
	RawBytes int64  `json:"raw_bytes"` // of their raw lines
	Bytes    int64  `json:"bytes"`     // on disk
	Evidence int64  `json:"evidence"`  // bytes on disk of kept evidence
	State    int64  `json:"state"`     // bytes on disk of picket.db
	Budget   int64  `json:"budget"`    // 0: no limit
	First    uint64 `json:"first"`     // number of the oldest event
	Last     uint64 `json:"last"`
	Oldest   int64  `json:"oldest"`  // event time, ms
	Newest   int64  `json:"newest"`  // event time, ms
	Damaged  uint64 `json:"damaged"` // blocks that readers had to skip since Open
}

// Stats returns how much the store holds.
func (s *Store) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := Stats{Segments: len(s.segments), Budget: s.o.Budget, Last: s.last.Load(), Damaged: s.damaged.Load()}
	for _, g := range s.segments {
		i := g.snapshot()
		st.Events += i.Events
		st.RawBytes += i.RawBytes
		st.Bytes += g.size()
		if i.Events == 0 {
			continue
		}
		if st.First == 0 {
			st.First = i.First
		}
		if st.Oldest == 0 || i.MinTime < st.Oldest {
			st.Oldest = i.MinTime
		}
		st.Newest = max(st.Newest, i.MaxTime)
	}
	for _, g := range s.evidence {
		st.Evidence += g.size()
	}
	st.State = fileSize(filepath.Join(s.dir, stateName))
	return st
}

func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}
