package store

import (
	"context"
	"fmt"
	"path/filepath"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
)

// evidenceSegment is the size of a segment of evidence; small, for they are
// deleted whole too.
const evidenceSegment = 32 << 20

// KeepEvidence copies events to where they outlive the log, and returns how many
// it copied: those that are kept already, or gone, are not. It reads what it
// copies: call it beside the path of events, not in it.
func (s *Store) KeepEvidence(ctx context.Context, seqs []uint64) (int, error) {
	if err := s.writable(); err != nil {
		return 0, err
	}
	var missing []uint64
	for _, n := range seqs {
		if !s.isKept(n) {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return 0, ctx.Err()
	}
	events, err := s.Get(missing...)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return 0, err
	}
	n := 0
	for len(events) > 0 {
		part := events[:min(len(events), blockEvents)]
		events = events[len(part):]
		k, err := s.keep(part)
		if n += k; err != nil {
			return n, fmt.Errorf("keep evidence: %w", err)
		}
	}
	s.retain()
	return n, nil
}

// isKept reports whether an event is among the kept evidence.
func (s *Store) isKept(seq uint64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, g := range s.evidence {
		kept := false
		_ = g.view(&s.handles, func(tx *bbolt.Tx) error {
			b := tx.Bucket(keptBucket)
			kept = b != nil && b.Get(seqKey(seq)) != nil
			return nil
		})
		if kept {
			return true
		}
	}
	return false
}

// keep writes events as one block of evidence.
func (s *Store) keep(events []*ocsf.Event) (int, error) {
	b := newBuilder()
	var numbers []uint64
	for _, e := range events {
		if !s.isKept(e.Seq) { // another call may have kept it meanwhile
			b.add(e)
			numbers = append(numbers, e.Seq)
		}
	}
	if b.n == 0 {
		return 0, nil
	}
	block := b.finish(true)
	g, err := s.evidenceActive()
	if err != nil {
		return 0, err
	}
	info := g.snapshot()
	p, err := readPrelude(block)
	if err != nil {
		return 0, err
	}
	info.grow(&p)
	err = g.update(func(tx *bbolt.Tx) error {
		for _, n := range numbers {
			if err := tx.Bucket(keptBucket).Put(seqKey(n), seqKey(p.firstSeq)); err != nil {
				return err
			}
		}
		if err := tx.Bucket(blocksBucket).Put(seqKey(p.firstSeq), block); err != nil {
			return err
		}
		return putInfo(tx, &info)
	})
	if err != nil {
		return 0, err
	}
	g.mu.Lock()
	g.info = info
	g.mu.Unlock()
	return len(numbers), nil
}

// evidenceActive returns the segment that evidence is written to.
func (s *Store) evidenceActive() (*segment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := uint64(1)
	if n := len(s.evidence); n > 0 {
		g := s.evidence[n-1]
		if g.size() < evidenceSegment {
			g.mu.Lock()
			writing := g.writing
			g.mu.Unlock()
			if writing {
				return g, nil
			}
			if err := g.openToWrite(evidenceSegment); err != nil {
				return nil, err
			}
			s.handles.forget(g)
			return g, nil
		}
		g.seal(&s.handles)
		name = g.snapshot().Name + 1
	}
	info := segmentInfo{Log: s.logID, Name: name, Created: s.o.Now().UnixMilli()}
	g := &segment{path: filepath.Join(s.dir, evidenceDir, fmt.Sprintf("%020d%s", name, segmentEnd)), info: info}
	if err := createSegment(g.path, info); err != nil {
		return nil, err
	}
	if err := g.openToWrite(evidenceSegment); err != nil {
		return nil, err
	}
	s.evidence = append(s.evidence, g)
	return g, nil
}
