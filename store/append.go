package store

import (
	"context"
	"fmt"
	"path/filepath"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
)

// What is appended becomes durable at once, but blocks should be large. A batch
// that does not fill one is written as a small block (a chunk) into the tail of
// the segment, and also added to the block that is being built; when that is
// large enough it takes the place of the chunks, in one commit. Chunks that
// became many before are written together as one.

// tailChunk is a chunk in the tail of the active segment.
type tailChunk struct {
	first  uint64
	events int
}

// mergeChunks is how many chunks of like size are written together.
const mergeChunks = 16

// Append appends events, whose numbers must grow from [Store.Next] on, and
// returns when they are durable. It does not keep the events.
//
// After an error it is not known whether they are (the disk may have failed in
// between): call Append again with the same events. What turns out to be in the
// log is not written twice. ctx only prevents a beginning.
func (s *Store) Append(ctx context.Context, events []*ocsf.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if s.unsure != nil {
		if err := s.reopen(); err != nil {
			return fmt.Errorf("reopen the log after an error: %w", err)
		}
		for len(events) > 0 && events[0].Seq <= s.last.Load() {
			events = events[1:]
		}
		s.unsure = nil
	}
	if len(events) == 0 {
		return nil
	}
	last := s.last.Load()
	for _, e := range events {
		if e.Seq <= last {
			return fmt.Errorf("append event %d: numbers must grow, the last was %d", e.Seq, last)
		}
		last = e.Seq
	}
	if err := s.rotate(); err != nil {
		return fmt.Errorf("begin a new segment: %w", err)
	}
	if err := s.commit(events); err != nil {
		s.unsure = err
		return fmt.Errorf("append events %d to %d: %w", events[0].Seq, last, err)
	}
	s.last.Store(last)
	for _, e := range events {
		s.fold(e)
	}
	s.flushFold(false)
	s.retain()
	return nil
}

func (s *Store) writable() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.o.ReadOnly:
		return ErrReadOnly
	}
	return nil
}

func (s *Store) active() *segment { return s.segments[len(s.segments)-1] }

// commit writes events to the active segment.
func (s *Store) commit(events []*ocsf.Event) error {
	var blocks [][]byte
	fresh := 0 // the first event that no block holds
	for i, e := range events {
		s.tail.add(e)
		if s.tail.full() {
			blocks = append(blocks, s.tail.finish(true))
			fresh = i + 1
		}
	}
	if s.tail.n >= blockEvents/2 || s.tail.bytes >= blockBytes/2 {
		blocks = append(blocks, s.tail.finish(true))
		fresh = len(events)
	}
	tails := s.tails
	var drop []tailChunk
	if len(blocks) > 0 {
		drop, tails = tails, nil
	}
	g := s.active()
	info := g.snapshot()
	err := g.update(func(tx *bbolt.Tx) error {
		tail := tx.Bucket(tailBucket)
		for _, c := range drop {
			if err := tail.Delete(seqKey(c.first)); err != nil {
				return err
			}
		}
		for _, b := range blocks {
			if err := putBlock(tx.Bucket(blocksBucket), b); err != nil {
				return err
			}
		}
		var err error
		if tails, err = s.putChunk(tail, tails, events[fresh:]); err != nil {
			return err
		}
		p := prelude{events: len(events), firstSeq: events[0].Seq, lastSeq: events[len(events)-1].Seq,
			minTime: events[0].Time, maxTime: events[0].Time}
		for _, e := range events {
			p.minTime, p.maxTime = min(p.minTime, e.Time), max(p.maxTime, e.Time)
			p.bytes += len(e.Raw)
		}
		info.grow(&p)
		if s.fail != nil {
			if err := s.fail(); err != nil {
				return err
			}
		}
		return putInfo(tx, &info)
	})
	if err != nil {
		return err
	}
	s.tails = tails
	g.mu.Lock()
	g.info = info
	g.mu.Unlock()
	return nil
}

// putBlock stores a block under its first number.
func putBlock(b *bbolt.Bucket, block []byte) error {
	p, err := readPrelude(block)
	if err != nil {
		return err // it was not built right
	}
	b.FillPercent = 1 // numbers only grow
	return b.Put(seqKey(p.firstSeq), block)
}

// putChunk writes events to the tail, together with earlier chunks when those
// became many.
func (s *Store) putChunk(tail *bbolt.Bucket, tails []tailChunk, events []*ocsf.Event) ([]tailChunk, error) {
	if len(events) == 0 {
		return tails, nil
	}
	from := len(tails) - mergeable(tails)
	for _, c := range tails[from:] {
		key := seqKey(c.first)
		k, err := openBlock(append([]byte(nil), tail.Get(key)...))
		if err != nil {
			return nil, fmt.Errorf("tail at %d: %w", c.first, err)
		}
		if err := k.each(s.chunk.add); err != nil {
			return nil, err
		}
		if err := tail.Delete(key); err != nil {
			return nil, err
		}
	}
	for _, e := range events {
		s.chunk.add(e)
	}
	c := tailChunk{first: uint64(s.chunk.seq[0]), events: s.chunk.n}
	if err := putBlock(tail, s.chunk.finish(false)); err != nil {
		return nil, err
	}
	return append(tails[:from:from], c), nil
}

// mergeable returns how many of the last chunks should be written together: so
// many small ones that they make one of the next size.
func mergeable(tails []tailChunk) int {
	for size := 16; size <= 256; size *= 16 {
		n := 0
		for n < len(tails) && tails[len(tails)-1-n].events < size {
			n++
		}
		if n >= mergeChunks {
			return n
		}
	}
	return 0
}

// each calls fn with every event of a block, in order. The event is valid until
// fn returns.
func (k *block) each(fn func(*ocsf.Event)) error {
	var e ocsf.Event
	for r := k.walk(false); r.next(); {
		if !r.event(&e, true) {
			return k.err
		}
		fn(&e)
	}
	return nil
}

// openActive opens the last segment to write, or makes the first.
func (s *Store) openActive() error {
	if len(s.segments) == 0 {
		return s.addSegment()
	}
	g := s.active()
	if err := g.openToWrite(s.o.SegmentSize); err != nil {
		return fmt.Errorf("segment %s: %w", filepath.Base(g.path), err)
	}
	s.handles.forget(g)
	return s.readTail(g)
}

// readTail rebuilds the block that is being built from the chunks of the tail.
func (s *Store) readTail(g *segment) error {
	s.tail.reset()
	s.chunk.reset()
	s.tails = nil
	return g.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(tailBucket).Cursor()
		for key, b := c.First(); key != nil; key, b = c.Next() {
			k, err := openBlock(append([]byte(nil), b...))
			if err == nil {
				err = k.each(s.tail.add)
			}
			if err != nil {
				return fmt.Errorf("tail at %d: %w", keySeq(key), err)
			}
			s.tails = append(s.tails, tailChunk{first: keySeq(key), events: k.events})
		}
		return nil
	})
}

// reopen closes the active segment and reads again what it holds.
func (s *Store) reopen() error {
	g := s.active()
	if err := g.openToWrite(s.o.SegmentSize); err != nil {
		return err
	}
	if err := g.read(&s.handles); err != nil {
		return err
	}
	if err := s.readTail(g); err != nil {
		return err
	}
	// What the failed commit may have left in memory only is written now or
	// gives an error again.
	if err := g.db.Sync(); err != nil {
		return err
	}
	last := s.last.Load()
	if i := g.snapshot(); i.Last > last {
		s.last.Store(i.Last)
		return s.foldRange(last, i.Last)
	}
	return nil
}

// rotate begins a new segment when the active one is large or old.
func (s *Store) rotate() error {
	g := s.active()
	info := g.snapshot()
	if info.Events == 0 || g.size() < s.o.SegmentSize && s.o.Now().UnixMilli()-info.Created < s.o.SegmentSpan.Milliseconds() {
		return nil
	}
	if err := s.finishTail(g); err != nil {
		s.unsure = err
		return err
	}
	return s.addSegment()
}

// finishTail turns the tail of a segment into a block.
func (s *Store) finishTail(g *segment) error {
	if s.tail.n == 0 {
		return nil
	}
	b := s.tail.finish(true)
	err := g.update(func(tx *bbolt.Tx) error {
		for _, c := range s.tails {
			if err := tx.Bucket(tailBucket).Delete(seqKey(c.first)); err != nil {
				return err
			}
		}
		return putBlock(tx.Bucket(blocksBucket), b)
	})
	s.tails = nil
	return err
}

// addSegment makes a new segment the active one.
func (s *Store) addSegment() error {
	info := segmentInfo{Log: s.logID, Name: s.Next(), Created: s.o.Now().UnixMilli()}
	g := &segment{path: filepath.Join(s.dir, eventsDir, fmt.Sprintf("%020d%s", info.Name, segmentEnd)), info: info}
	if err := createSegment(g.path, info); err != nil {
		return err
	}
	if err := g.openToWrite(s.o.SegmentSize); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.segments) > 0 {
		s.active().seal(&s.handles)
	}
	s.segments = append(s.segments, g)
	return nil
}
