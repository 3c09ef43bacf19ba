package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// Findings, incidents and noise controls are folded from the log: of each only
// the last state is kept, by uid, and by the number of its last change.

const (
	findingTable = iota
	incidentTable
	controlTable
	tables
)

// Limits of the tables; the oldest go first. The log has them longer.
const (
	maxFindings  = 200_000
	maxIncidents = 50_000
	maxControls  = 10_000
	freshRecords = 1000            // that wait in memory at most
	foldPause    = 5 * time.Second // between writing them
)

var (
	tableNames = [tables]string{findingTable: "findings", incidentTable: "incidents", controlTable: "controls"}
	tableOrder = [tables]string{findingTable: "findings by number", incidentTable: "incidents by number", controlTable: "controls by number"}
	tableLimit = [tables]int{findingTable: maxFindings, incidentTable: maxIncidents, controlTable: maxControls}
)

// table holds what is not written yet.
type table struct {
	fresh map[string]record
}

// record is the last state of a finding or incident.
type record struct {
	seq  uint64
	json []byte
}

// foldable finds the events that matter to the fold.
var foldable = filter.MustParse("class:2004 OR class:2005 OR class:3004")

// fold takes one event of the log in.
func (s *Store) fold(e *ocsf.Event) {
	t, uid, v := -1, "", any(nil)
	switch e.Class {
	case ocsf.DetectionFinding:
		if f, ok := s.o.FindingOf(e); ok {
			t, uid, v = findingTable, f.UID, f
		}
	case ocsf.IncidentFinding:
		if i, ok := s.o.IncidentOf(e); ok {
			t, uid, v = incidentTable, i.UID, i
		}
	case ocsf.EntityManagement:
		if c, err := ocsf.ControlOf(e); err == nil && c != nil {
			t, uid, v = controlTable, c.UID, c
		}
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.folded = e.Seq
	if t < 0 || uid == "" {
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		s.o.Log.Error("a finding, incident or control cannot be kept", "sequence", e.Seq, "error", err)
		return
	}
	s.state.tables[t].fresh[uid] = record{e.Seq, b}
}

// catchUp folds what the log has beyond the fold: all of it after picket.db was
// lost.
func (s *Store) catchUp() error {
	s.state.mu.RLock()
	folded := s.state.folded
	s.state.mu.RUnlock()
	if last := s.last.Load(); folded >= last {
		// Numbers are not given twice, even if the end of the log was lost.
		s.last.Store(folded)
		return nil
	}
	if err := s.foldRange(folded, s.last.Load()); err != nil {
		return err
	}
	if s.o.ReadOnly {
		return nil
	}
	return s.state.flush()
}

func (s *Store) foldRange(after, last uint64) error {
	n := 0
	_, err := s.Search(context.Background(), Query{Filter: foldable, Oldest: true, After: after}, func(e *ocsf.Event) bool {
		s.fold(e)
		if n++; n%freshRecords == 0 {
			s.flushFold(false)
		}
		return true
	})
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.folded = max(s.state.folded, last)
	return err
}

// flushFold writes what was folded when that is due. That it cannot be written
// is no error of the log: it stays in memory, and can be folded again.
func (s *Store) flushFold(always bool) {
	if s.o.ReadOnly {
		return
	}
	s.state.mu.RLock()
	n := 0
	for i := range s.state.tables {
		n += len(s.state.tables[i].fresh)
	}
	s.state.mu.RUnlock()
	now := s.o.Now()
	if !always && n < freshRecords && now.Sub(s.flushed) < foldPause {
		return
	}
	s.flushed = now
	if err := s.state.flush(); err != nil {
		s.o.Log.Error("the tables of findings and incidents cannot be written", "error", err)
	}
}

// flush writes what was folded, and up to where.
func (st *state) flush() error {
	if st.db == nil || st.db.IsReadOnly() {
		return nil
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if keySeq(st.raw(metaBucket, "folded")) == st.folded {
		return nil
	}
	err := st.update(func(tx *bbolt.Tx) error {
		for t := range st.tables {
			if err := st.tables[t].write(tx, t); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(metaBucket)).Put([]byte("folded"), seqKey(st.folded))
	})
	if err != nil {
		return fmt.Errorf("write picket.db: %w", err)
	}
	for t := range st.tables {
		clear(st.tables[t].fresh)
	}
	return nil
}

// write writes the fresh records of a table. The value is the number of the
// last change and JSON.
func (t *table) write(tx *bbolt.Tx, which int) error {
	if len(t.fresh) == 0 {
		return nil
	}
	byUID, err := tx.CreateBucketIfNotExists([]byte(tableNames[which]))
	if err != nil {
		return err
	}
	bySeq, err := tx.CreateBucketIfNotExists([]byte(tableOrder[which]))
	if err != nil {
		return err
	}
	count := keySeq(tx.Bucket([]byte(metaBucket)).Get([]byte(tableNames[which])))
	for uid, r := range t.fresh {
		if old := byUID.Get([]byte(uid)); len(old) >= 8 {
			if err := bySeq.Delete(old[:8]); err != nil {
				return err
			}
		} else {
			count++
		}
		key := seqKey(r.seq)
		if err := byUID.Put([]byte(uid), append(key, r.json...)); err != nil {
			return err
		}
		if err := bySeq.Put(seqKey(r.seq), []byte(uid)); err != nil {
			return err
		}
	}
	for count > uint64(tableLimit[which]) {
		k, uid := bySeq.Cursor().First()
		if k == nil {
			break
		}
		if err := errors.Join(byUID.Delete(bytes.Clone(uid)), bySeq.Delete(bytes.Clone(k))); err != nil {
			return err
		}
		count--
	}
	return tx.Bucket([]byte(metaBucket)).Put([]byte(tableNames[which]), seqKey(count))
}

// one returns the last state of a finding or incident.
func (st *state) one(t int, uid string) (record, error) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if r, ok := st.tables[t].fresh[uid]; ok {
		return r, nil
	}
	b := st.raw(tableNames[t], uid)
	if len(b) < 8 {
		return record{}, ErrNotFound
	}
	return record{keySeq(b[:8]), b[8:]}, nil
}

// each calls fn with the last states, the last changed first, until it returns
// false.
func (st *state) each(t int, fn func(record) bool) error {
	st.mu.RLock()
	fresh := make([]record, 0, len(st.tables[t].fresh))
	done := make(map[string]bool, len(st.tables[t].fresh))
	for uid, r := range st.tables[t].fresh {
		fresh = append(fresh, r)
		done[uid] = true
	}
	st.mu.RUnlock()
	slices.SortFunc(fresh, func(a, b record) int {
		if a.seq > b.seq {
			return -1
		}
		return 1
	})
	for _, r := range fresh {
		if !fn(r) {
			return nil
		}
	}
	// What is flushed meanwhile has higher numbers than all that follows here,
	// and what changes meanwhile was seen in some state: in done, by its uid.
	const page = 256
	for before := []byte(nil); ; {
		var list []record
		more := false
		err := st.view(func(tx *bbolt.Tx) error {
			byUID, bySeq := tx.Bucket([]byte(tableNames[t])), tx.Bucket([]byte(tableOrder[t]))
			if byUID == nil || bySeq == nil {
				return nil
			}
			c := bySeq.Cursor()
			var k, uid []byte
			if before == nil {
				k, uid = c.Last()
			} else if k, _ = c.Seek(before); k == nil {
				k, uid = c.Last()
			} else {
				k, uid = c.Prev()
			}
			for ; k != nil; k, uid = c.Prev() {
				if len(list) == page {
					more = true
					break
				}
				before = bytes.Clone(k)
				if b := byUID.Get(uid); !done[string(uid)] && len(b) >= 8 {
					done[string(uid)] = true
					list = append(list, record{keySeq(b[:8]), bytes.Clone(b[8:])})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, r := range list {
			if !fn(r) {
				return nil
			}
		}
		if !more {
			return nil
		}
	}
}

// Finding returns the finding with this uid, or [ErrNotFound].
func (s *Store) Finding(uid string) (*ocsf.Finding, error) {
	f := &ocsf.Finding{}
	r, err := s.state.one(findingTable, uid)
	if err == nil {
		err = json.Unmarshal(r.json, f)
	}
	if err != nil {
		return nil, fmt.Errorf("finding %q: %w", uid, err)
	}
	f.Seq = r.seq
	return f, nil
}

// Incident returns the incident with this uid as it was changed last, or
// [ErrNotFound].
func (s *Store) Incident(uid string) (*ocsf.Incident, error) {
	i := &ocsf.Incident{}
	r, err := s.state.one(incidentTable, uid)
	if err == nil {
		err = json.Unmarshal(r.json, i)
	}
	if err != nil {
		return nil, fmt.Errorf("incident %q: %w", uid, err)
	}
	i.Seq = r.seq
	return i, nil
}

// EachFinding calls fn with the findings, the newest first, until it returns
// false.
func (s *Store) EachFinding(fn func(*ocsf.Finding) bool) error {
	var bad error
	err := s.state.each(findingTable, func(r record) bool {
		f := &ocsf.Finding{}
		if bad = json.Unmarshal(r.json, f); bad != nil {
			return false
		}
		f.Seq = r.seq
		return fn(f)
	})
	return errors.Join(err, bad)
}

// EachIncident calls fn with the incidents, the last changed first, until it
// returns false.
func (s *Store) EachIncident(fn func(*ocsf.Incident) bool) error {
	var bad error
	err := s.state.each(incidentTable, func(r record) bool {
		i := &ocsf.Incident{}
		if bad = json.Unmarshal(r.json, i); bad != nil {
			return false
		}
		i.Seq = r.seq
		return fn(i)
	})
	return errors.Join(err, bad)
}

// Findings returns all findings, the newest first.
func (s *Store) Findings() (list []*ocsf.Finding, err error) {
	err = s.EachFinding(func(f *ocsf.Finding) bool { list = append(list, f); return true })
	return list, err
}

// Incidents returns all incidents, the last changed first.
func (s *Store) Incidents() (list []*ocsf.Incident, err error) {
	err = s.EachIncident(func(i *ocsf.Incident) bool { list = append(list, i); return true })
	return list, err
}

// Control returns the noise control with this uid as it was changed last, or
// [ErrNotFound].
func (s *Store) Control(uid string) (*ocsf.Control, error) {
	c := &ocsf.Control{}
	r, err := s.state.one(controlTable, uid)
	if err == nil {
		err = json.Unmarshal(r.json, c)
	}
	if err != nil {
		return nil, fmt.Errorf("control %q: %w", uid, err)
	}
	c.Seq = r.seq
	return c, nil
}

// Controls returns all noise controls, also those that have ended, the last
// changed first.
func (s *Store) Controls() (list []*ocsf.Control, err error) {
	var bad error
	err = s.state.each(controlTable, func(r record) bool {
		c := &ocsf.Control{}
		if bad = json.Unmarshal(r.json, c); bad != nil {
			return false
		}
		c.Seq = r.seq
		list = append(list, c)
		return true
	})
	return list, errors.Join(err, bad)
}
