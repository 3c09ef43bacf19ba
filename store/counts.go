package store

import (
	"context"
	"fmt"

	"picket/normalize/ocsf"
)

// Counts returns how many events happened in each of n steps of step ms from a
// time on (ms, event time). Most blocks lie within one step and are not read.
func (s *Store) Counts(ctx context.Context, from, step int64, n int) ([]uint64, error) {
	if n < 1 || n > 1<<20 || step < 1 || step > 1<<40 {
		return nil, fmt.Errorf("count events: %d steps of %d ms", n, step)
	}
	if s.isClosed() {
		return nil, ErrClosed
	}
	out := make([]uint64, n)
	to := from + step*int64(n)
	var st SearchStats
	w := searcher{s: s, st: &st, end: s.Last(), q: Query{Oldest: true, From: from, To: to}}
	w.peek = func(p *prelude) bool {
		if p.minTime < from || p.maxTime >= to || (p.minTime-from)/step != (p.maxTime-from)/step {
			return false
		}
		out[(p.minTime-from)/step] += uint64(p.events)
		return true
	}
	w.fn = func(e *ocsf.Event) bool {
		out[(e.Time-from)/step]++
		return true
	}
	for _, g := range s.list() {
		i := g.snapshot()
		if i.Events == 0 || i.MinTime >= to || i.MaxTime < from {
			continue
		}
		if more, err := w.segment(ctx, g); err != nil || !more {
			return out, err
		}
	}
	return out, nil
}
