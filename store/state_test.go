package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

func finding(uid string, seq uint64, rule string) *ocsf.Event {
	f := ocsf.Finding{UID: uid, Kind: ocsf.BySignature, Rule: rule, Title: "Brute force against web1", Severity: ocsf.High,
		Time: 1_767_600_000_000 + int64(seq), Evidence: []uint64{1, 2}, Count: 2}
	e := f.Event(f.Time)
	e.Seq, e.Logged = seq, f.Time
	return e
}

func incident(uid string, seq uint64, state ocsf.State, version int) *ocsf.Event {
	i := ocsf.Incident{UID: uid, Title: "Password guessing", Severity: ocsf.High, State: state, Version: version,
		Start: 1_767_600_000_000, End: 1_767_600_000_000 + int64(seq), Src: []string{"203.0.113.7"}}
	e := i.Event(i.End)
	e.Seq = seq
	return e
}

// told is the state of the tables in words.
func told(t *testing.T, s *Store) (out []string) {
	t.Helper()
	fs, err := s.Findings()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		out = append(out, fmt.Sprint(f.UID, " ", f.Rule, " ", f.Seq))
	}
	is, err := s.Incidents()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range is {
		out = append(out, fmt.Sprint(i.UID, " ", i.State, " ", i.Seq))
	}
	return out
}

func TestFold(t *testing.T) {
	dir := t.TempDir()
	now := time.UnixMilli(0)
	o := Options{Now: func() time.Time { return now }, SegmentSize: 1 << 18}
	s := open(t, dir, o)
	log := func(events ...*ocsf.Event) {
		t.Helper()
		appendAll(t, s, events, len(events))
	}
	log(traffic(1, 1, 100)...)
	log(finding("f1", 101, "r1"), incident("i1", 102, ocsf.New, 1))
	log(traffic(1, 103, 5000)...)
	now = now.Add(time.Minute) // so that this is written
	log(finding("f2", 5103, "r2"), incident("i1", 5104, ocsf.Triaged, 2), incident("i2", 5105, ocsf.New, 1))
	forged := traffic(1, 5106, 1)[0] // a device's own alert is no finding of ours
	forged.Class = ocsf.DetectionFinding
	log(forged, incident("i2", 5107, ocsf.Closed, 2), finding("f3", 5108, "r3"))
	want := []string{"f3 r3 5108", "f2 r2 5103", "f1 r1 101", "i2 closed 5107", "i1 triaged 5104"}
	if got := told(t, s); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	i, err := s.Incident("i2")
	if err != nil || i.State != ocsf.Closed || i.Seq != 5107 || i.Src[0] != "203.0.113.7" {
		t.Errorf("Incident: %+v, %v", i, err)
	}
	f, err := s.Finding("f2")
	if err != nil || f.Rule != "r2" || !slices.Equal(f.Evidence, []uint64{1, 2}) {
		t.Errorf("Finding: %+v, %v", f, err)
	}
	if _, err := s.Incident("none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want %v", err, ErrNotFound)
	}

	again := func(name string, o Options) {
		t.Helper()
		s = open(t, dir, o)
		if got := told(t, s); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		s.Close()
	}
	// As after kill -9: what was folded in memory only is lost.
	clear(s.state.tables[findingTable].fresh)
	clear(s.state.tables[incidentTable].fresh)
	s.state.folded = keySeq(s.state.raw(metaBucket, "folded"))
	s.Close()
	again("to read", Options{ReadOnly: true})
	again("after a crash", o)
	again("after a stop", o)
	if err := os.Remove(filepath.Join(dir, stateName)); err != nil {
		t.Fatal(err)
	}
	again("to read, without picket.db", Options{ReadOnly: true})
	again("without picket.db", o)
}

// Without the end of the log numbers are not given twice all the same.
func TestLostLog(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, traffic(1, 1, 100), 100)
	id := s.LogID()
	s.Close()
	paths, _ := filepath.Glob(filepath.Join(dir, eventsDir, "*"))
	for _, p := range paths {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Options{})
	if s.Next() != 101 || s.LogID() != id {
		t.Errorf("Next %d, LogID %q; want 101, %q", s.Next(), s.LogID(), id)
	}
}

func TestTableLimit(t *testing.T) {
	defer func(n [tables]int) { tableLimit = n }(tableLimit)
	tableLimit = [tables]int{10, 10}
	s := open(t, t.TempDir(), Options{Now: func() time.Time { return time.UnixMilli(0) }})
	for i := range 50 {
		appendAll(t, s, []*ocsf.Event{finding(fmt.Sprintf("f%02d", i%30), uint64(i+1), "r")}, 1)
		if i%7 == 0 {
			s.flushFold(true)
		}
	}
	s.flushFold(true)
	fs, err := s.Findings()
	if err != nil || len(fs) != 10 || fs[0].UID != "f19" || fs[9].UID != "f10" {
		t.Errorf("got %d findings, %v", len(fs), err)
	}
}

func TestBucket(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	b := s.Bucket("sessions")
	if v, err := b.Get("a"); v != nil || err != nil {
		t.Errorf("Get of nothing: %q, %v", v, err)
	}
	if err := b.Delete("a"); err != nil {
		t.Errorf("Delete of nothing: %v", err)
	}
	all := map[string][]byte{}
	for i := range 700 {
		all[fmt.Sprintf("k%03d", i)] = fmt.Append(nil, i)
	}
	if err := b.PutAll(all); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Put("k003", []byte("new")), b.Delete("k004"), b.Put("empty", []byte{})); err != nil {
		t.Fatal(err)
	}
	if err := s.Bucket("other").Put("k", []byte("x")); err != nil {
		t.Fatal(err)
	}
	s.Close()

	s = open(t, dir, Options{ReadOnly: true})
	b = s.Bucket("sessions")
	if v, _ := b.Get("k003"); string(v) != "new" {
		t.Errorf("got %q, want new", v)
	}
	if v, _ := b.Get("empty"); v == nil {
		t.Error("an empty record is none")
	}
	n, last := 0, ""
	if err := b.Each(func(key string, record []byte) bool {
		if key <= last {
			t.Errorf("%q after %q", key, last)
		}
		n, last = n+1, key
		return true
	}); err != nil || n != 700 {
		t.Errorf("Each: %d records, %v", n, err)
	}
	if err := b.Put("x", nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Put: got %v, want %v", err, ErrReadOnly)
	}
	s.Close()

	s = open(t, dir, Options{})
	if err := s.Bucket("sessions").Replace(map[string][]byte{"one": []byte("1")}); err != nil {
		t.Fatal(err)
	}
	n = 0
	s.Bucket("sessions").Each(func(string, []byte) bool { n++; return true })
	if n != 1 {
		t.Errorf("Replace: %d records", n)
	}
	type account struct{ Name string }
	if err := Save(s.Bucket("accounts"), "anna", account{"Anna"}); err != nil {
		t.Fatal(err)
	}
	var a account
	if ok, err := Load(s.Bucket("accounts"), "anna", &a); !ok || err != nil || a.Name != "Anna" {
		t.Errorf("Load: %v, %v, %+v", ok, err, a)
	}
	if ok, err := Load(s.Bucket("accounts"), "bob", &a); ok || err != nil {
		t.Errorf("Load of nothing: %v, %v", ok, err)
	}
}

func TestJournal(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	j := s.Journal("audit")
	for i := range 10 {
		n, err := j.Append(fmt.Append(nil, "entry ", i+1))
		if err != nil || n != uint64(i+1) {
			t.Fatalf("Append: %d, %v", n, err)
		}
	}
	for before, want := range map[uint64][]uint64{0: {10, 9, 8}, 3: {2, 1}, 1: nil, 100: {10, 9, 8}} {
		var got []uint64
		err := j.Newest(before, func(n uint64, entry []byte) bool {
			if string(entry) != fmt.Sprint("entry ", n) {
				t.Errorf("entry %d: %q", n, entry)
			}
			got = append(got, n)
			return len(got) < 3
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("before %d: got %v, %v, want %v", before, got, err, want)
		}
	}
}

func TestCheckpoint(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	if seq, b, err := s.Checkpoint(); seq != 0 || b != nil || err != nil {
		t.Errorf("nothing kept: %d, %q, %v", seq, b, err)
	}
	for i := range 3 {
		if err := s.SetCheckpoint(uint64(i), make([]byte, 1<<20+i)); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	s = open(t, dir, Options{})
	if seq, b, err := s.Checkpoint(); seq != 2 || len(b) != 1<<20+2 || err != nil {
		t.Errorf("got %d, %d bytes, %v", seq, len(b), err)
	}
}
