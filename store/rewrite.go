package store

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
)

// What was received is the log's truth: an event's number, its raw line, and when,
// how and from whom it came. How the line is understood follows from the parsers
// and may be told anew. Then the block that holds the event is written anew in its
// place, in one commit, with the same numbers: nothing that cites a number, no
// cursor and no count sees more or fewer events than before.

// RewriteStats tells what a rewrite did.
type RewriteStats struct {
	Events    uint64 `json:"events"` // looked at
	Rewritten uint64 `json:"rewritten"`
	Blocks    int    `json:"blocks"` // written anew
	Damaged   int    `json:"damaged"`
}

// Rewrite shows fn every event of the log whose time lies from q.From on and before
// q.To and that q.Filter matches, the oldest first; an event that fn returns takes
// the place of the one it was shown, nil leaves that as it is. Number, raw line, time
// of receipt, input and sender stay whatever fn returns. With dry nothing is
// written. The copies of evidence stay as they were kept.
//
// It may run beside Append, which it never holds up for longer than one block
// takes to write. After an error what was rewritten stays so.
func (s *Store) Rewrite(ctx context.Context, q Query, dry bool, fn func(*ocsf.Event) *ocsf.Event) (RewriteStats, error) {
	w := rewriter{s: s, q: q, dry: dry, fn: fn, b: newBuilder(), end: s.Last()}
	if w.q.To == 0 {
		w.q.To = math.MaxInt64
	}
	if w.q.From == 0 {
		w.q.From = math.MinInt64
	}
	if !dry {
		if err := s.closeTail(); err != nil {
			return w.st, fmt.Errorf("rewrite: %w", err)
		}
	}
	for _, g := range s.list() {
		i := g.snapshot()
		if i.Events == 0 || i.First > w.end || i.MinTime >= w.q.To || i.MaxTime < w.q.From {
			continue
		}
		if err := w.segment(ctx, g); err != nil && !errors.Is(err, errRemoved) {
			return w.st, fmt.Errorf("rewrite: %w", err)
		}
	}
	return w.st, nil
}

// closeTail makes a block of the events that wait to become one, so that all there
// is lies in blocks.
func (s *Store) closeTail() error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if s.unsure != nil {
		return s.unsure
	}
	if err := s.finishTail(s.active()); err != nil {
		s.unsure = err
		return err
	}
	return nil
}

type rewriter struct {
	s   *Store
	q   Query
	dry bool
	fn  func(*ocsf.Event) *ocsf.Event
	b   *builder
	end uint64 // the last number when it began
	st  RewriteStats
}

// segment goes through the blocks of one segment; with dry also of its tail.
func (w *rewriter) segment(ctx context.Context, g *segment) error {
	buckets := [][]byte{blocksBucket}
	if w.dry {
		buckets = append(buckets, tailBucket)
	}
	for _, bucket := range buckets {
		if err := w.bucket(ctx, g, bucket); err != nil {
			return err
		}
	}
	return nil
}

func (w *rewriter) bucket(ctx context.Context, g *segment, bucket []byte) error {
	for at := uint64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		key, block, err := w.next(g, bucket, at)
		switch {
		case errors.Is(err, errRemoved):
			return err
		case err != nil: // nothing more can be read in this file
			w.st.Damaged++
			w.s.damage(g, at, err)
			return nil
		case block == nil:
			return nil
		}
		at = key + 1
		if err := w.block(g, key, block); err != nil {
			return err
		}
	}
}

// next copies the next block that begins at a number or behind it and may hold
// events of the time that is wanted.
func (w *rewriter) next(g *segment, bucket []byte, at uint64) (key uint64, block []byte, err error) {
	err = g.view(&w.s.handles, func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return errDamaged
		}
		c := b.Cursor()
		for k, v := c.Seek(seqKey(at)); k != nil && keySeq(k) <= w.end; k, v = c.Next() {
			if p, err := readPrelude(v); err == nil && (p.minTime >= w.q.To || p.maxTime < w.q.From) {
				continue
			}
			key, block = keySeq(k), append([]byte{}, v...)
			return nil
		}
		return nil
	})
	return key, block, err
}

// block shows the events of a block, and writes it anew when one changed.
func (w *rewriter) block(g *segment, key uint64, block []byte) error {
	k, err := openBlock(block)
	if err != nil {
		w.st.Damaged++
		w.s.damage(g, key, err)
		return nil
	}
	var e ocsf.Event
	var out [][]byte
	changed := uint64(0)
	w.b.reset()
	for r := k.walk(false); r.next(); {
		if !r.event(&e, true) {
			w.st.Damaged++
			w.s.damage(g, key, k.err)
			w.b.reset()
			return nil
		}
		put := &e
		if e.Time >= w.q.From && e.Time < w.q.To && e.Seq <= w.end && (w.q.Filter == nil || w.q.Filter.Match(&e)) {
			w.st.Events++
			if better := w.fn(&e); better != nil {
				changed++
				better.Seq, better.Raw, better.Logged, better.Input, better.From = e.Seq, e.Raw, e.Logged, e.Input, e.From
				put = better
			}
		}
		if w.b.add(put); w.b.full() {
			out = append(out, w.b.finish(true))
		}
	}
	w.st.Rewritten += changed
	if changed == 0 || w.dry {
		w.b.reset()
		return nil
	}
	if w.b.n > 0 {
		out = append(out, w.b.finish(true))
	}
	w.st.Blocks++
	return w.s.replace(g, key, out)
}

// replace writes blocks in the place of one.
func (s *Store) replace(g *segment, key uint64, blocks [][]byte) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if g == s.active() && s.unsure != nil {
		return s.unsure // what the file holds is read again before it is written again
	}
	done, err := s.openSealed(g)
	if err != nil {
		return err
	}
	info := g.snapshot()
	err = g.update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(blocksBucket)
		if err := bucket.Delete(seqKey(key)); err != nil {
			return err
		}
		for _, b := range blocks {
			p, err := readPrelude(b)
			if err != nil {
				return err
			}
			info.MinTime, info.MaxTime = min(info.MinTime, p.minTime), max(info.MaxTime, p.maxTime)
			if err := bucket.Put(seqKey(p.firstSeq), b); err != nil {
				return err
			}
		}
		return putInfo(tx, &info)
	})
	done()
	if err != nil {
		if g == s.active() {
			s.unsure = err
		}
		return err
	}
	g.mu.Lock()
	g.info = info
	g.mu.Unlock()
	s.retain()
	return nil
}

// openSealed opens a segment to write that was written before; done seals it
// again. The active one is open.
func (s *Store) openSealed(g *segment) (done func(), err error) {
	s.mu.RLock()
	active := g == s.segments[len(s.segments)-1]
	s.mu.RUnlock()
	g.mu.Lock()
	removed := g.removed
	g.mu.Unlock()
	switch {
	case removed:
		return nil, errRemoved
	case active:
		return func() {}, nil
	}
	if err := g.openToWrite(0); err != nil {
		return nil, fmt.Errorf("segment %s: %w", g.path, err)
	}
	s.handles.forget(g)
	return func() { g.seal(&s.handles) }, nil
}
