package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// open opens a store, and checks every file of it when the test ends.
func open(t testing.TB, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if !o.ReadOnly && !t.Failed() {
			checkClean(t, dir)
		}
	})
	return s
}

func checkClean(t testing.TB, dir string) Report {
	t.Helper()
	r, err := Check(dir, CheckFile)
	if err != nil {
		t.Fatalf("Check: %v", err)
	}
	if r.Damaged != 0 {
		t.Errorf("Check: %+v", r)
	}
	return r
}

// appendAll appends events in batches of size.
func appendAll(t testing.TB, s *Store, events []*ocsf.Event, size int) {
	t.Helper()
	for part := range slices.Chunk(events, size) {
		if err := s.Append(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
}

// found runs a query and returns the numbers of the events.
func found(t testing.TB, s *Store, q Query) ([]uint64, SearchStats) {
	t.Helper()
	var seqs []uint64
	st, err := s.Search(t.Context(), q, func(e *ocsf.Event) bool {
		seqs = append(seqs, e.Seq)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return seqs, st
}

// holds checks that the log is exactly these events.
func holds(t testing.TB, s *Store, want []*ocsf.Event) {
	t.Helper()
	i := 0
	err := s.Read(context.Background(), 0, func(e *ocsf.Event) bool {
		if i >= len(want) {
			t.Errorf("event %d is one too many", e.Seq)
			return false
		}
		if d := differ(e, want[i]); d != "" {
			t.Errorf("event %d: %s", i, d)
			return false
		}
		i++
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if i < len(want) && !t.Failed() {
		t.Errorf("got %d events, want %d", i, len(want))
	}
}

func TestAppendAndRead(t *testing.T) {
	for _, size := range []int{1, 7, 300, 1000, 2500, 10000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			dir := t.TempDir()
			events := traffic(1, 1, min(10000, size*400))
			s := open(t, dir, Options{})
			if s.Next() != 1 {
				t.Fatalf("Next: got %d, want 1", s.Next())
			}
			appendAll(t, s, events, size)
			holds(t, s, events)
			id := s.LogID()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}

			s = open(t, dir, Options{})
			if s.LogID() != id || len(id) < 16 {
				t.Errorf("LogID: got %q, want %q", s.LogID(), id)
			}
			if got, want := s.Next(), uint64(len(events)+1); got != want {
				t.Errorf("Next: got %d, want %d", got, want)
			}
			more := traffic(2, s.Next(), 500)
			appendAll(t, s, more, size)
			holds(t, s, append(events, more...))
			st := s.Stats()
			if st.Events != uint64(len(events)+500) || st.First != 1 || st.Last != s.Last() || st.Segments != 1 {
				t.Errorf("Stats: %+v", st)
			}
		})
	}
}

func TestTailStaysShort(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	events := traffic(1, 1, 600)
	for i, e := range events {
		if err := s.Append(t.Context(), []*ocsf.Event{e}); err != nil {
			t.Fatal(err)
		}
		if len(s.tails) > 3*mergeChunks {
			t.Fatalf("after %d events the tail has %d chunks", i+1, len(s.tails))
		}
	}
	holds(t, s, events)
	if size := s.Stats().Bytes; size > 4<<20 {
		t.Errorf("600 events one by one take %d bytes", size)
	}
}

func TestSegments(t *testing.T) {
	now := time.UnixMilli(1_767_600_000_000)
	dir := t.TempDir()
	o := Options{SegmentSpan: time.Hour, Now: func() time.Time { return now }}
	s := open(t, dir, o)
	events := traffic(1, 1, 20*700)
	for i, part := range slices.Collect(slices.Chunk(events, 700)) {
		appendAll(t, s, part, 100)
		now = now.Add(time.Hour)
		if got := s.Stats().Segments; got != i+1 {
			t.Fatalf("got %d segments, want %d", got, i+1)
		}
	}
	holds(t, s, events) // more segments than are open at once
	got, _ := found(t, s, Query{Limit: 3})
	if want := []uint64{14000, 13999, 13998}; !slices.Equal(got, want) {
		t.Errorf("newest: got %v, want %v", got, want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, o)
	holds(t, s, events)
}

func TestSearch(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentSize: 1 << 18})
	events := traffic(1, 1, 20000)
	events[7777].Raw = "<13>something about Mimikatz here"
	events[7777].SetText(ocsf.FileName, "needle.exe")
	appendAll(t, s, events, 3000)
	if s.Stats().Segments < 2 {
		t.Fatalf("got %+v, want several segments", s.Stats())
	}
	for _, f := range []string{"", "mimikatz", "user.name:root", "class:dns", "severity:low", "203.0.113.7", "src:203.0.113.7",
		"src:203.0.113.0/28", "file.name:needle.exe", "NOT user:*", "sessionid:10000300", "policyname:lan* sentbyte>90000",
		"dst_endpoint.port:22 action:deny", "shop.example", "answers.rdata:198.51.100.7", `"failed password for root"`,
		"picket.parser:sshd", "src_endpoint.port>60000", "nothing.like:this"} {
		x := filter.MustParse(f)
		var want []uint64
		for _, e := range events {
			if x.Match(e) {
				want = append(want, e.Seq)
			}
		}
		got, _ := found(t, s, Query{Filter: x, Oldest: true})
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %d events, want %d", f, len(got), len(want))
		}
		slices.Reverse(want)
		got, _ = found(t, s, Query{Filter: x})
		if !slices.Equal(got, want) {
			t.Errorf("%s, newest first: got %d events, want %d", f, len(got), len(want))
		}
		// Page by page.
		var paged []uint64
		for q := (Query{Filter: x, Limit: 700}); ; {
			got, st := found(t, s, q)
			paged = append(paged, got...)
			if q.After = st.Next; !st.Truncated {
				break
			}
		}
		if !slices.Equal(paged, want) {
			t.Errorf("%s, by pages: got %d events, want %d", f, len(paged), len(want))
		}
	}

	_, st := found(t, s, Query{Filter: filter.MustParse("mimikatz")})
	if st.Read > 2 || st.Matched != 1 { // the tail has no index
		t.Errorf("a rare word: %+v, want one block read", st)
	}
	_, st = found(t, s, Query{Filter: filter.MustParse("file.name:needle.exe")})
	if st.Read > 2 {
		t.Errorf("a rare name: %+v, want one block read", st)
	}
	from, to := events[3000].Time, events[4000].Time
	got, _ := found(t, s, Query{From: from, To: to, Oldest: true})
	var want []uint64
	for _, e := range events {
		if e.Time >= from && e.Time < to {
			want = append(want, e.Seq)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("by time: got %d events, want %d", len(got), len(want))
	}
	_, st = found(t, s, Query{Blocks: 2})
	if !st.Truncated || st.Read != 2 {
		t.Errorf("limit of blocks: %+v", st)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Search(ctx, Query{}, func(*ocsf.Event) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: got %v", err)
	}
}

func TestGet(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentSize: 1 << 18})
	events := traffic(1, 1, 9000)
	appendAll(t, s, events, 1000)
	got, err := s.Get(8999, 5, 5, 4000, 123456, 4001)
	if err != nil || len(got) != 4 {
		t.Fatalf("got %d events, %v", len(got), err)
	}
	for i, n := range []int{5, 4000, 4001, 8999} {
		if d := differ(got[i], events[n-1]); d != "" {
			t.Errorf("event %d: %s", n, d)
		}
	}
}

func TestCounts(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	events := traffic(1, 1, 9000)
	appendAll(t, s, events, 1000)
	from, step := events[100].Time-300, int64(60_000)
	got, err := s.Counts(t.Context(), from, step, 5)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]uint64, 5)
	for _, e := range events {
		if i := (e.Time - from) / step; e.Time >= from && i < 5 {
			want[i]++
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBudgetAndEvidence(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentSize: 1 << 18, Budget: 2 << 20, EvidenceBudget: 1 << 30})
	events := traffic(1, 1, 60000)
	appendAll(t, s, events[:3000], 3000)
	n, err := s.KeepEvidence(t.Context(), []uint64{10, 2000, 11, 77777})
	if err != nil || n != 3 {
		t.Fatalf("KeepEvidence: %d, %v", n, err)
	}
	if n, err := s.KeepEvidence(t.Context(), []uint64{12, 11}); err != nil || n != 1 {
		t.Fatalf("KeepEvidence again: %d, %v", n, err)
	}
	appendAll(t, s, events[3000:], 3000)
	st := s.Stats()
	if st.Bytes > 3<<20 || st.First == 1 || st.Events >= 60000 {
		t.Errorf("over the budget: %+v", st)
	}
	got, _ := found(t, s, Query{Oldest: true})
	if len(got) == 0 || got[0] != st.First || got[len(got)-1] != 60000 || uint64(len(got)) != st.Events {
		t.Errorf("got %d events, %+v", len(got), st)
	}
	kept, err := s.Get(10, 11, 12, 13, 2000, 60000)
	if err != nil {
		t.Fatal(err)
	}
	var seqs []uint64
	for _, e := range kept {
		seqs = append(seqs, e.Seq)
		if d := differ(e, events[e.Seq-1]); d != "" {
			t.Errorf("event %d: %s", e.Seq, d)
		}
	}
	if want := []uint64{10, 11, 12, 2000, 60000}; !slices.Equal(seqs, want) {
		t.Errorf("evidence: got %v, want %v", seqs, want)
	}
}

func TestWrongNumbers(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	events := traffic(1, 1, 10)
	appendAll(t, s, events, 10)
	if err := s.Append(t.Context(), events[5:]); err == nil {
		t.Error("numbers were given twice")
	}
	events[3].Seq = 12
	events[4].Seq = 12
	if err := s.Append(t.Context(), events[3:5]); err == nil {
		t.Error("a number stands twice in a batch")
	}
	holdsN(t, s, 10)
}

func holdsN(t *testing.T, s *Store, want int) {
	t.Helper()
	if got, _ := found(t, s, Query{}); len(got) != want {
		t.Errorf("got %d events, want %d", len(got), want)
	}
}

// A commit that fails leaves nothing behind, and can be repeated.
func TestFailedCommit(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	events := traffic(1, 1, 9000)
	full := errors.New("no space left on device")
	for i, part := range slices.Collect(slices.Chunk(events, 700)) {
		if i%3 == 1 {
			s.fail = func() error { return full }
			if err := s.Append(t.Context(), part); !errors.Is(err, full) {
				t.Fatalf("got %v, want %v", err, full)
			}
			if got := s.Last(); got != part[0].Seq-1 {
				t.Fatalf("after a failure: last is %d", got)
			}
			s.fail = nil
		}
		if err := s.Append(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, s, events)
}

// A commit that was made although it gave an error is not made twice.
func TestUnsureCommit(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	events := traffic(1, 1, 300)
	appendAll(t, s, events[:200], 100)
	s.unsure = errors.New("it said")
	if err := s.Append(t.Context(), events[100:]); err != nil {
		t.Fatal(err)
	}
	holds(t, s, events)
}

func TestReadWhileWriting(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentSize: 1 << 18, Budget: 3 << 20})
	events := traffic(1, 1, 40000)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, oldest := range []bool{true, false} {
		wg.Go(func() {
			for {
				last := uint64(0)
				if !oldest {
					last = 1 << 60
				}
				st, err := s.Search(context.Background(), Query{Oldest: oldest, Filter: filter.MustParse("severity>=0")}, func(e *ocsf.Event) bool {
					if oldest && e.Seq <= last || !oldest && e.Seq >= last {
						t.Errorf("event %d after %d", e.Seq, last)
						return false
					}
					// The budget may take the oldest away while they are read.
					if last != 0 && last != 1<<60 && e.Seq != last+1 && e.Seq != last-1 && oldest && e.Seq > s.Stats().First {
						t.Errorf("event %d after %d: one is missing", e.Seq, last)
						return false
					}
					last = e.Seq
					return true
				})
				if err != nil || st.Damaged > 0 || t.Failed() {
					t.Errorf("Search: %v, %+v", err, st)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for rest := events; len(rest) > 0 && !t.Failed(); {
		n := min(len(rest), 1+rng.IntN(900))
		if err := s.Append(t.Context(), rest[:n]); err != nil {
			t.Error(err)
		}
		rest = rest[n:]
	}
	close(done)
	wg.Wait()
}

func TestSecondProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, traffic(1, 1, 10), 10)
	for _, readOnly := range []bool{false, true} {
		_, err := Open(dir, Options{ReadOnly: readOnly})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by process %d", os.Getpid())) {
			t.Errorf("read only %v: got %v", readOnly, err)
		}
	}
	if _, err := Check(dir, CheckFile); err == nil {
		t.Error("a folder in use was checked")
	}
	s.Close()
	a := open(t, dir, Options{ReadOnly: true})
	b := open(t, dir, Options{ReadOnly: true})
	holdsN(t, a, 10)
	holdsN(t, b, 10)
	if err := a.Append(t.Context(), traffic(1, 11, 1)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Append: got %v, want %v", err, ErrReadOnly)
	}
	if _, err := Open(filepath.Join(dir, "no"), Options{ReadOnly: true}); err == nil {
		t.Error("a folder that is not there was opened to read")
	}
	if _, err := os.Stat(filepath.Join(dir, "no")); !os.IsNotExist(err) {
		t.Error("opening to read made a folder")
	}
}

func TestClosed(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	appendAll(t, s, traffic(1, 1, 10), 10)
	s.Close()
	if err := s.Append(t.Context(), traffic(1, 11, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("Append: got %v", err)
	}
	if _, err := s.Search(t.Context(), Query{}, func(*ocsf.Event) bool { return true }); !errors.Is(err, ErrClosed) {
		t.Errorf("Search: got %v", err)
	}
	if _, err := s.Get(1); !errors.Is(err, ErrClosed) {
		t.Errorf("Get: got %v", err)
	}
	if _, err := s.Bucket("x").Get("y"); err == nil {
		t.Error("Bucket: no error")
	}
}

// damageBlocks changes blocks of a stopped store's segment: which says how, by
// the number of the block.
func damageBlocks(t *testing.T, dir string, which func(i int, b []byte) []byte) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(dir, eventsDir, "*"+segmentEnd))
	db, err := bbolt.Open(paths[0], 0o640, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(blocksBucket)
		changed := map[string][]byte{}
		i := 0
		b.ForEach(func(k, v []byte) error {
			if x := which(i, slices.Clone(v)); x != nil {
				changed[string(k)] = x
			}
			i++
			return nil
		})
		for k, v := range changed {
			if err := b.Put([]byte(k), v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDamagedBlocks(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"body":    func(b []byte) []byte { b[len(b)-10] ^= 4; return b },
		"head":    func(b []byte) []byte { b[preludeSize+5] ^= 4; return b },
		"prelude": func(b []byte) []byte { b[40] ^= 4; return b },
		"short":   func(b []byte) []byte { return b[:len(b)/2] },
		"empty":   func(b []byte) []byte { return []byte{} },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			events := traffic(1, 1, 15000)
			appendAll(t, s, events, 3000)
			s.Close()
			damageBlocks(t, dir, func(i int, b []byte) []byte {
				if i == 1 || i == 4 {
					return spoil(b)
				}
				return nil
			})
			r, err := Check(dir, CheckFile)
			if err != nil || r.Damaged != 2 || r.Segments != 1 || r.Blocks != 5 {
				t.Errorf("Check: %+v, %v", r, err)
			}
			s, err = Open(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, oldest := range []bool{true, false} {
				got, st := found(t, s, Query{Oldest: oldest})
				if len(got) != 9000 || st.Damaged != 2 {
					t.Errorf("oldest first %v: got %d events and %+v, want 9000 and 2 damaged", oldest, len(got), st)
				}
			}
			if s.Stats().Damaged == 0 {
				t.Error("the damage is not counted")
			}
			got, err := s.Get(1, 3001, 6001)
			if err != nil || len(got) != 2 {
				t.Errorf("Get: got %d events, %v, want 2", len(got), err)
			}
			more := traffic(2, s.Next(), 10)
			appendAll(t, s, more, 10)
		})
	}
}

// A file that is not a segment at all is left out.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	now := time.UnixMilli(0)
	o := Options{SegmentSpan: time.Hour, Now: func() time.Time { return now }}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	events := traffic(1, 1, 300)
	for part := range slices.Chunk(events, 100) {
		appendAll(t, s, part, 100)
		now = now.Add(time.Hour)
	}
	s.Close()
	paths, _ := filepath.Glob(filepath.Join(dir, eventsDir, "*"+segmentEnd))
	rng := rand.New(rand.NewPCG(5, 5))
	junk := make([]byte, fileSize(paths[1]))
	for i := range junk {
		junk[i] = byte(rng.Uint32())
	}
	if err := os.WriteFile(paths[1], junk, 0o640); err != nil {
		t.Fatal(err)
	}
	r, err := Check(dir, CheckFile)
	if err != nil || r.Damaged != 1 || r.Segments != 3 {
		t.Errorf("Check: %+v, %v", r, err)
	}
	s, err = Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	holdsN(t, s, 200)
	if s.Next() != 301 {
		t.Errorf("Next: got %d, want 301", s.Next())
	}
}

// A half-made segment of a killed process is no trouble.
func TestLeftover(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, traffic(1, 1, 10), 10)
	s.Close()
	tmp := filepath.Join(dir, eventsDir, "00000000000000000011.seg.tmp")
	if err := os.WriteFile(tmp, []byte("half"), 0o640); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{})
	holdsN(t, s, 10)
	if _, err := os.Stat(tmp); !os.IsNotExist(err) {
		t.Error("the leftover is still there")
	}
}

func TestForeignSegment(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for i, dir := range []string{a, b} {
		s := open(t, dir, Options{})
		appendAll(t, s, traffic(1, uint64(1+100*i), 10), 10)
		s.Close()
	}
	from, _ := filepath.Glob(filepath.Join(b, eventsDir, "*"))
	data, err := os.ReadFile(from[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(a, eventsDir, "00000000000000000101.seg"), data, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(a, Options{}); err == nil || !strings.Contains(err.Error(), "another log") {
		t.Errorf("got %v, want that it belongs to another log", err)
	}
}
