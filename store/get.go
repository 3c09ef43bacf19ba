package store

import (
	"errors"
	"slices"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
)

// Get returns the events with these numbers, each once, in order of number; one
// that the log has no longer is looked for among the kept evidence, and left out
// when it is not there either.
func (s *Store) Get(seqs ...uint64) ([]*ocsf.Event, error) {
	if s.isClosed() {
		return nil, ErrClosed
	}
	seqs = slices.Clone(seqs)
	slices.Sort(seqs)
	seqs = slices.Compact(seqs)
	var out []*ocsf.Event
	found := map[uint64]bool{}
	err := s.get(s.list(), seqs, func(e *ocsf.Event) {
		found[e.Seq] = true
		out = append(out, e.Clone())
	})
	if err != nil {
		return nil, err
	}
	if rest := slices.DeleteFunc(seqs, func(n uint64) bool { return found[n] }); len(rest) > 0 {
		s.mu.RLock()
		evidence := slices.Clone(s.evidence)
		s.mu.RUnlock()
		err = s.get(evidence, rest, func(e *ocsf.Event) {
			if !found[e.Seq] {
				found[e.Seq] = true
				out = append(out, e.Clone())
			}
		})
		slices.SortFunc(out, func(a, b *ocsf.Event) int {
			if a.Seq < b.Seq {
				return -1
			}
			return 1
		})
	}
	return out, err
}

// get calls fn with the events of these numbers, which are in order.
func (s *Store) get(segments []*segment, seqs []uint64, fn func(*ocsf.Event)) error {
	for _, g := range segments {
		i := g.snapshot()
		lo, _ := slices.BinarySearch(seqs, i.First)
		hi, ok := slices.BinarySearch(seqs, i.Last)
		if ok {
			hi++
		}
		if i.Events == 0 || lo >= hi {
			continue
		}
		if err := s.getFrom(g, seqs[lo:hi], fn); err != nil && !errors.Is(err, errRemoved) {
			if s.isClosed() {
				return ErrClosed
			}
			s.damage(g, seqs[lo], err)
		}
	}
	return nil
}

// getFrom reads events of one segment, each block once.
func (s *Store) getFrom(g *segment, seqs []uint64, fn func(*ocsf.Event)) error {
	var e ocsf.Event
	for len(seqs) > 0 {
		var b []byte
		kept := false
		err := g.view(&s.handles, func(tx *bbolt.Tx) error {
			b, kept = blockWith(tx, seqs[0])
			return nil
		})
		if err != nil {
			return err
		}
		if b == nil {
			seqs = seqs[1:]
			continue
		}
		k, err := openBlock(b)
		if err != nil {
			s.damage(g, seqs[0], err)
			seqs = seqs[1:]
			continue
		}
		var rest []uint64 // that this block does not have
		for r := k.walk(false); len(seqs) > 0 && r.next(); {
			seq := uint64(k.seq[r.i])
			for len(seqs) > 0 && seqs[0] < seq {
				rest, seqs = append(rest, seqs[0]), seqs[1:]
			}
			if len(seqs) > 0 && seqs[0] == seq {
				if !r.event(&e, true) {
					return k.err
				}
				fn(&e)
				seqs = seqs[1:]
			}
		}
		for len(seqs) > 0 && seqs[0] <= k.lastSeq {
			rest, seqs = append(rest, seqs[0]), seqs[1:]
		}
		if kept { // another block of evidence may have them
			seqs = append(rest, seqs...)
		}
	}
	return nil
}

// blockWith copies the block that has event seq, nil if none has. Kept evidence
// is found by its own table, for its blocks overlap.
func blockWith(tx *bbolt.Tx, seq uint64) (block []byte, kept bool) {
	blocks, tail, table := tx.Bucket(blocksBucket), tx.Bucket(tailBucket), tx.Bucket(keptBucket)
	if blocks == nil || tail == nil || table == nil {
		return nil, false
	}
	if key := table.Get(seqKey(seq)); key != nil {
		return append([]byte(nil), blocks.Get(key)...), true
	}
	for _, bucket := range []*bbolt.Bucket{blocks, tail} {
		c := bucket.Cursor()
		k, b := c.Seek(seqKey(seq))
		if k == nil {
			k, b = c.Last()
		} else if keySeq(k) != seq {
			k, b = c.Prev()
		}
		if k != nil && keySeq(k) <= seq && lastSeq(k, b) >= seq {
			return append([]byte{}, b...), false
		}
	}
	return nil, false
}
