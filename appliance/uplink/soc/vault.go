package soc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"picket/appliance/uplink"
)

const (
	maxLogs = 64      // of a site
	maxKeys = 200_000 // series altogether
)

// key names a series: what one log sends in one lane. Tenant and site are those
// of the subject, which the broker vouches for, so that no site can speak for
// another.
type key struct{ tenant, site, lane, log string }

// beats is the lane of heartbeats, which have no numbers; they lie in a series
// of their own, in which their time is the number.
const beats = "beat"

func (k key) dir() string {
	lane := k.lane
	if lane == beats {
		lane = string(uplink.Heartbeat)
	}
	return path.Join(k.tenant, k.site, lane)
}

func (k key) file(n int) string {
	name := k.log
	if k.lane == beats {
		name += ".beat" // a log's name has no dot
	}
	return path.Join(k.dir(), fmt.Sprintf("%s-%06d.ndjson", name, n))
}

// series is what is stored of a key.
type series struct {
	key
	have spans
	base uint64
	lost uint64
	file int   // number of the file that is written to, from 1
	size int64 // bytes of it that are committed

	announced bool // the file has been named in the index
	active    time.Time
}

func (s *series) record() record {
	return record{Tenant: s.tenant, Site: s.site, Lane: s.lane, Log: s.log, Base: s.base, Lost: s.lost, File: s.file, Size: s.size}
}

func (s *series) through() uint64 { return s.have.through(s.base) }

// vault is a folder of NDJSON files with an index of what is in them. A commit
// is: lines to the files, fsync, records to the index, fsync. What lies in a
// file behind the size in the index was never committed and is cut off.
type vault struct {
	root    *os.Root
	lock    *os.File
	index   *os.File
	bytes   int64 // of the index
	maxFile int64
	series  map[key]*series
	logs    map[[2]string]map[string]bool // of a site
	held    int64                         // bytes in quarantine; -1: not counted yet
}

// openVault opens a folder, makes it if need be, and holds it against a second
// process until close.
func openVault(dir string, maxFile int64) (_ *vault, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("soc: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("soc: %w", err)
	}
	v := &vault{root: root, maxFile: maxFile, series: map[key]*series{}, logs: map[[2]string]map[string]bool{}, held: -1}
	defer func() {
		if err != nil {
			v.close()
		}
	}()
	if v.lock, err = root.OpenFile("lock", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("soc: %w", err)
	}
	if err := syscall.Flock(int(v.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("soc: %s is in use by another process: %w", dir, err)
	}
	good, err := readIndex(root, v.apply)
	if err != nil {
		return nil, err
	}
	if v.index, err = root.OpenFile(indexName, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("soc: %w", err)
	}
	if err := v.index.Truncate(good); err != nil {
		return nil, fmt.Errorf("soc: index: %w", err)
	}
	if err := syncDir(root, "."); err != nil {
		return nil, fmt.Errorf("soc: %w", err)
	}
	v.bytes = good
	for _, s := range v.series {
		if err := v.cut(s); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// cut cuts off what a crash left behind the last commit. Only the file that was
// written to can have such a rest.
func (v *vault) cut(s *series) error {
	name := s.key.file(s.file)
	info, err := v.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if s.size > 0 { // taken away, to be kept elsewhere
			s.file, s.size, s.announced = s.file+1, 0, false
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("soc: %w", err)
	}
	if info.Size() < s.size {
		return fmt.Errorf("soc: %s has %d bytes, and %d were written: it is damaged; put it aside", name, info.Size(), s.size)
	}
	if info.Size() == s.size {
		return nil
	}
	f, err := v.root.OpenFile(name, os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("soc: %w", err)
	}
	defer f.Close()
	if err := f.Truncate(s.size); err != nil {
		return fmt.Errorf("soc: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("soc: %w", err)
	}
	return nil
}

func (v *vault) close() error {
	var errs []error
	for _, f := range []*os.File{v.index, v.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(append(errs, v.root.Close())...)
}

// apply joins a record of the index to the series.
func (v *vault) apply(r record) error {
	s, err := v.of(key{r.Tenant, r.Site, r.Lane, r.Log})
	if err != nil {
		return err
	}
	s.have = s.have.add(span{r.From, r.To})
	s.base, s.lost = max(s.base, r.Base), max(s.lost, r.Lost)
	s.file, s.size, s.announced = r.File, r.Size, true
	return nil
}

var errTooMany = errors.New("soc: more logs than a site may have")

// of returns the series of a key, a new one if need be.
func (v *vault) of(k key) (*series, error) {
	if s := v.series[k]; s != nil {
		return s, nil
	}
	site := [2]string{k.tenant, k.site}
	logs := v.logs[site]
	if !logs[k.log] && len(logs) >= maxLogs || len(v.series) >= maxKeys {
		return nil, errTooMany
	}
	if logs == nil {
		logs = map[string]bool{}
		v.logs[site] = logs
	}
	logs[k.log] = true
	s := &series{key: k, file: 1}
	v.series[k] = s
	return s, nil
}

// entry is a batch that is to be stored.
type entry struct {
	*series
	span  span
	head  uplink.Head
	lines []uplink.Line
}

// commit stores entries, each line once, and returns how many lines were new.
// After an error the vault must be closed: opening it again finds the last
// commit.
func (v *vault) commit(entries []entry) (stored int, err error) {
	type part struct {
		s       *series
		data    []byte
		records []record
	}
	var parts []*part
	byKey := map[key]*part{}
	for _, e := range entries {
		p := byKey[e.key]
		if p == nil {
			p = &part{s: e.series}
			byKey[e.key] = p
			parts = append(parts, p)
		}
		if !e.have.covers(e.span) {
			for _, l := range e.lines {
				if e.head.Beat != 0 || !e.have.has(l.Seq) {
					p.data = append(append(p.data, l.JSON...), '\n')
					stored++
				}
			}
			e.series.have = e.have.add(e.span)
			p.records = append(p.records, record{From: e.span.From, To: e.span.To})
		}
		if e.head.Receipted > e.base || e.head.Lost > e.lost {
			e.series.base, e.series.lost = max(e.base, e.head.Receipted), max(e.lost, e.head.Lost)
			if p.records == nil {
				p.records = append(p.records, record{})
			}
		}
	}
	var records []record
	for _, p := range parts {
		if err := v.write(p.s, p.data); err != nil {
			return 0, fmt.Errorf("soc: %w", err)
		}
		for _, r := range p.records {
			whole := p.s.record()
			whole.From, whole.To = r.From, r.To
			records = append(records, whole)
		}
	}
	return stored, v.record(records...)
}

// write puts data behind what is committed of the series.
func (v *vault) write(s *series, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if s.size > 0 && s.size+int64(len(data)) > v.maxFile {
		s.file, s.size, s.announced = s.file+1, 0, false
	}
	if !s.announced {
		// The index names a file before there is one, so that no file is unknown.
		if err := v.record(s.record()); err != nil {
			return err
		}
		s.announced = true
	}
	if s.size == 0 {
		if err := makeDirs(v.root, s.dir()); err != nil {
			return err
		}
	}
	f, err := v.root.OpenFile(s.key.file(s.file), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if s.size == 0 {
		if err := syncDir(v.root, s.dir()); err != nil {
			return err
		}
	}
	if err := f.Truncate(s.size); err != nil {
		return err
	}
	if _, err := f.WriteAt(data, s.size); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	s.size += int64(len(data))
	return f.Close()
}

// record appends to the index, durably.
func (v *vault) record(records ...record) error {
	if len(records) == 0 {
		return nil
	}
	b := appendLine(nil, records...)
	if _, err := v.index.WriteAt(b, v.bytes); err != nil {
		return fmt.Errorf("soc: index: %w", err)
	}
	if err := v.index.Sync(); err != nil {
		return fmt.Errorf("soc: index: %w", err)
	}
	v.bytes += int64(len(b))
	return nil
}

// tidy writes the index anew when it has grown far beyond what it says.
func (v *vault) tidy() error {
	if v.bytes < maxIndex {
		return nil
	}
	var b []byte
	for _, s := range v.series {
		r := s.record()
		if len(s.have) == 0 {
			b = appendLine(b, r)
		}
		for _, x := range s.have {
			r.From, r.To = x.From, x.To
			b = appendLine(b, r)
		}
	}
	if int64(len(b)) > v.bytes/2 {
		return nil
	}
	if err := replaceIndex(v.root, b); err != nil {
		return fmt.Errorf("soc: index: %w", err)
	}
	f, err := v.root.OpenFile(indexName, os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("soc: index: %w", err)
	}
	old := v.index
	v.index, v.bytes = f, int64(len(b))
	return old.Close()
}
