package store

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// Query says which events a search wants.
type Query struct {
	Filter *filter.Expr // nil: all
	// May rules blocks out by their index before they are read; nil: none.
	May    func(filter.Index) bool
	From   int64  // event time, ms, included; 0: from the beginning
	To     int64  // event time, ms, not included; 0: to the end
	Oldest bool   // the oldest first, else the newest; the order is that of arrival
	After  uint64 // begin behind this number, in that order; 0: at the beginning
	Limit  int    // events to find at most; 0: all
	Blocks int    // blocks to read at most; 0: all. A search that stops there goes on with After
}

// SearchStats tells what a search did.
type SearchStats struct {
	Matched   int           `json:"matched"`
	Events    int           `json:"events"`    // looked at
	Read      int           `json:"blocks"`    // blocks read
	Skipped   int           `json:"skipped"`   // blocks that the index ruled out
	Passed    int           `json:"passed"`    // events in them
	Damaged   int           `json:"damaged"`   // blocks that could not be read
	Truncated bool          `json:"truncated"` // it stopped at a limit; there may be more
	Next      uint64        `json:"next"`      // go on with After, when truncated
	Took      time.Duration `json:"took"`
}

// Search calls fn with the events that a query wants until it returns false. The
// event is valid until fn returns: clone what is kept. A block that is damaged
// is skipped and counted. The error is ctx's or says that the store is closed.
func (s *Store) Search(ctx context.Context, q Query, fn func(*ocsf.Event) bool) (st SearchStats, err error) {
	begin := time.Now()
	defer func() { st.Took = time.Since(begin) }()
	if s.isClosed() {
		return st, ErrClosed
	}
	if q.To == 0 {
		q.To = math.MaxInt64
	}
	if q.From == 0 {
		q.From = math.MinInt64
	}
	w := searcher{s: s, q: q, st: &st, fn: fn, needs: q.Filter.Needs(), end: s.Last(), at: q.After}
	if !q.Oldest && q.After == 0 {
		w.at = math.MaxUint64
	}
	segments := s.list()
	if !q.Oldest {
		slices.Reverse(segments)
	}
	for _, g := range segments {
		i := g.snapshot()
		if i.Events == 0 || i.MinTime >= q.To || i.MaxTime < q.From ||
			q.Oldest && i.Last <= w.at || !q.Oldest && i.First >= w.at {
			continue
		}
		if more, err := w.segment(ctx, g); err != nil || !more {
			return st, err
		}
	}
	return st, nil
}

// list returns the segments, oldest first.
func (s *Store) list() []*segment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.segments)
}

func (s *Store) isClosed() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.closed
}

// searcher is a search on its way.
type searcher struct {
	s     *Store
	q     Query
	st    *SearchStats
	fn    func(*ocsf.Event) bool
	needs filter.Needs
	end   uint64 // the last number when it began
	at    uint64 // numbers up to here (or from here on) are done
	event ocsf.Event
	first uint64 // key of the block that was found last
	after uint64 // key of the one behind it, 0 for none in this segment

	// peek, when set, may deal with a block by its prelude alone.
	peek func(*prelude) bool
}

// segment searches one segment; false ends the search.
func (w *searcher) segment(ctx context.Context, g *segment) (bool, error) {
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if w.q.Blocks > 0 && w.st.Read >= w.q.Blocks {
			w.st.Truncated, w.st.Next = true, w.at
			return false, nil
		}
		b, err := w.nextBlock(g)
		switch {
		case errors.Is(err, errRemoved):
			return true, nil // the budget took it away meanwhile
		case err != nil:
			if w.s.isClosed() {
				return false, ErrClosed
			}
			w.s.damage(g, w.at, err)
			w.st.Damaged++
			return true, nil // nothing more can be found in this file
		case b == nil:
			return true, nil
		}
		if !w.block(g, b) {
			return false, nil
		}
	}
}

// damage counts and tells a block or segment that cannot be read.
func (s *Store) damage(g *segment, at uint64, err error) {
	s.damaged.Add(1)
	s.o.Log.Error("a block cannot be read and is left out", "segment", g.path, "near", at, "error", err)
}

// patience is how long a reader stays in one transaction to look at indexes.
const patience = 20 * time.Millisecond

// nextBlock copies the next block that may have something; nil at the end.
func (w *searcher) nextBlock(g *segment) (out []byte, err error) {
	for again := true; again && out == nil; {
		begin := time.Now()
		err = g.view(&w.s.handles, func(tx *bbolt.Tx) error {
			for {
				c, b := w.seek(tx)
				if c == nil {
					again = false
					return nil
				}
				if w.worth(g, b) {
					out = append([]byte{}, b...)
					next, _ := c.Next()
					if next == nil {
						next, _ = tx.Bucket(tailBucket).Cursor().Seek(seqKey(w.first + 1))
					}
					w.after = keySeq(next)
					return nil
				}
				if time.Since(begin) > patience {
					return nil
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// seek finds the block that comes next in the order of the search. Full blocks
// come before those of the tail; a block of the tail may have become part of a
// full one since, so that places are numbers of events, never keys.
func (w *searcher) seek(tx *bbolt.Tx) (*bbolt.Cursor, []byte) {
	blocks, tail := tx.Bucket(blocksBucket), tx.Bucket(tailBucket)
	if blocks == nil || tail == nil {
		return nil, nil
	}
	order := [...]*bbolt.Bucket{blocks, tail}
	if !w.q.Oldest {
		order = [...]*bbolt.Bucket{tail, blocks}
	}
	for _, bucket := range order {
		c := bucket.Cursor()
		k, b := w.seekIn(c)
		if k != nil {
			w.first = keySeq(k)
			return c, b
		}
	}
	return nil, nil
}

func (w *searcher) seekIn(c *bbolt.Cursor) (k, b []byte) {
	if !w.q.Oldest {
		if k, _ = c.Seek(seqKey(w.at)); k == nil {
			k, b = c.Last()
		} else {
			k, b = c.Prev()
		}
		return k, b
	}
	// The block that begins at or before the next number may reach it.
	if k, b = c.Seek(seqKey(w.at + 1)); k == nil {
		k, b = c.Last()
	} else if keySeq(k) != w.at+1 {
		if k, b = c.Prev(); k == nil {
			k, b = c.First()
		}
	}
	if k != nil && lastSeq(k, b) <= w.at {
		k, b = c.Next()
	}
	if k != nil && keySeq(k) > w.end {
		return nil, nil
	}
	return k, b
}

// lastSeq returns the last number of a block. One whose prelude is damaged
// passes for one event.
func lastSeq(key, b []byte) uint64 {
	if p, err := readPrelude(b); err == nil {
		return p.lastSeq
	}
	return keySeq(key)
}

// worth reports whether a block must be read, and steps over it if not.
func (w *searcher) worth(g *segment, b []byte) bool {
	p, err := readPrelude(b)
	if err != nil {
		return true // told where it is read
	}
	if p.minTime >= w.q.To || p.maxTime < w.q.From {
		w.skip(&p)
		return false
	}
	if w.peek != nil && w.at < p.firstSeq && p.lastSeq <= w.end && w.peek(&p) {
		w.past(p.firstSeq, p.lastSeq)
		return false
	}
	if w.q.Filter == nil && w.q.May == nil {
		return true
	}
	h, err := readHead(b)
	if err != nil || w.q.Filter.May(h) && (w.q.May == nil || w.q.May(h)) {
		return true
	}
	w.skip(&p)
	return false
}

func (w *searcher) skip(p *prelude) {
	w.st.Skipped++
	w.st.Passed += p.events
	w.past(p.firstSeq, p.lastSeq)
}

// past marks a block as done.
func (w *searcher) past(first, last uint64) {
	if w.q.Oldest {
		w.at = max(w.at, last)
	} else {
		w.at = min(w.at, first)
	}
}

// block searches a block that was copied; false ends the search.
func (w *searcher) block(g *segment, b []byte) bool {
	w.st.Read++
	k, err := openBlock(b)
	if err != nil {
		w.broken(g, b, err)
		return true
	}
	if k.firstSeq != w.first {
		w.broken(g, nil, errDamaged) // a block in the place of another
		return true
	}
	r := k.walk(!w.q.Oldest)
	r.want(w.needs)
	from := w.at
	for r.next() {
		seq, at := uint64(k.seq[r.i]), k.time[r.i]
		if w.q.Oldest && (seq <= from || seq > w.end) || !w.q.Oldest && (seq >= from || seq > w.end) {
			continue
		}
		w.st.Events++
		if at < w.q.From || at >= w.q.To {
			continue
		}
		if w.q.Filter != nil && (!r.event(&w.event, false) || !w.q.Filter.Match(&w.event)) {
			if k.err != nil {
				break
			}
			continue
		}
		if w.peek == nil && !r.event(&w.event, true) {
			break
		}
		w.event.Time = at
		w.st.Matched++
		w.at = seq
		if !w.fn(&w.event) || w.q.Limit > 0 && w.st.Matched >= w.q.Limit {
			w.st.Truncated, w.st.Next = true, seq
			return false
		}
	}
	if k.err != nil {
		w.broken(g, b, k.err)
		return true
	}
	w.past(k.firstSeq, k.lastSeq)
	return true
}

// broken counts a damaged block and steps over it.
func (w *searcher) broken(g *segment, b []byte, err error) {
	w.st.Damaged++
	w.s.damage(g, w.at, err)
	if p, err := readPrelude(b); err == nil {
		w.past(p.firstSeq, p.lastSeq)
		return
	}
	// Not even where it ends is known: on to the next key.
	if w.q.Oldest && w.after == 0 {
		w.at = max(w.at, g.snapshot().Last)
	} else if w.q.Oldest {
		w.at = max(w.at, w.after-1)
	} else {
		w.at = min(w.at, w.first)
	}
}

// Read calls fn with the events whose number is greater than after, in order,
// until it returns false.
func (s *Store) Read(ctx context.Context, after uint64, fn func(*ocsf.Event) bool) error {
	_, err := s.Search(ctx, Query{Oldest: true, After: after}, fn)
	return err
}
