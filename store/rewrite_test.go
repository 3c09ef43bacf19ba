package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// retold is the event as a better parser would tell it.
func retold(e *ocsf.Event) *ocsf.Event {
	n := e.Clone()
	n.Parser = "better"
	n.Set(ocsf.UserName, ocsf.Text("retold"))
	n.Raw, n.Seq = "not this", 7 // what was received stays
	return n
}

func TestRewrite(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentSize: 1 << 18})
	events := traffic(1, 1, 20000)
	appendAll(t, s, events, 700)
	q := Query{From: events[3000].Time, To: events[15000].Time, Filter: filter.MustParse("class:3002")}
	pick := func(e *ocsf.Event) *ocsf.Event { return retold(e) }

	dry, err := s.Rewrite(t.Context(), q, true, pick)
	if err != nil || dry.Rewritten == 0 || dry.Blocks != 0 {
		t.Fatalf("dry: %+v, %v", dry, err)
	}
	holds(t, s, events)
	before := s.Stats()
	st, err := s.Rewrite(t.Context(), q, false, pick)
	if err != nil || st.Rewritten != dry.Rewritten || st.Blocks == 0 || st.Damaged != 0 {
		t.Fatalf("got %+v, %v; the dry run said %+v", st, err, dry)
	}
	for i, e := range events {
		if e.Class == ocsf.Authentication && e.Time >= q.From && e.Time < q.To {
			n := retold(e)
			n.Raw, n.Seq = e.Raw, e.Seq
			events[i] = n
		}
	}
	holds(t, s, events)
	if seqs, _ := found(t, s, Query{Filter: filter.MustParse("user.name:retold")}); uint64(len(seqs)) != st.Rewritten {
		t.Errorf("search finds %d of %d", len(seqs), st.Rewritten)
	}
	if after := s.Stats(); after.Events != before.Events || after.Last != before.Last || after.RawBytes != before.RawBytes {
		t.Errorf("got %+v, before %+v", after, before)
	}

	// The log goes on, and is the same when it is opened again.
	more := traffic(2, s.Next(), 300)
	appendAll(t, s, more, 100)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{SegmentSize: 1 << 18})
	holds(t, s, append(events, more...))
}

// A rewrite holds up neither readers nor Append, and loses nothing of theirs.
func TestRewriteWhileWriting(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentSize: 1 << 18})
	events := traffic(1, 1, 20000)
	appendAll(t, s, events[:8000], 900)
	done := make(chan error, 2)
	go func() {
		rng := rand.New(rand.NewPCG(1, 2))
		for rest := events[8000:]; len(rest) > 0; {
			n := min(len(rest), 1+rng.IntN(900))
			if err := s.Append(context.Background(), rest[:n]); err != nil {
				done <- err
				return
			}
			rest = rest[n:]
		}
		done <- nil
	}()
	go func() {
		var err error
		for range 5 {
			if _, err = s.Search(context.Background(), Query{}, func(*ocsf.Event) bool { return true }); err != nil {
				break
			}
		}
		done <- err
	}()
	st, err := s.Rewrite(t.Context(), Query{}, false, func(e *ocsf.Event) *ocsf.Event {
		n := e.Clone()
		n.Parser = "better"
		return n
	})
	if err != nil || st.Rewritten < 8000 {
		t.Errorf("got %+v, %v", st, err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for i := range events {
		if uint64(i) < st.Rewritten {
			n := events[i].Clone()
			n.Parser = "better"
			events[i] = n
		}
	}
	holds(t, s, events)
}

// A reader that comes while a segment is opened to be rewritten waits for it, and
// misses nothing.
func TestReadersMissNothingWhileSegmentsAreRewritten(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentSize: 1 << 18})
	events := traffic(1, 1, 20000)
	appendAll(t, s, events, 900)
	none := filter.MustParse("user.name:nobody-has-this-name")
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				st, err := s.Search(t.Context(), Query{Filter: none}, func(*ocsf.Event) bool { return true })
				if err != nil || st.Damaged > 0 || st.Events+st.Passed != len(events) {
					t.Errorf("a reader got %+v, %v", st, err)
					return
				}
			}
		})
	}
	for range 2 {
		st, err := s.Rewrite(t.Context(), Query{}, false, retold)
		if err != nil || st.Rewritten != uint64(len(events)) || st.Damaged != 0 {
			t.Errorf("got %+v, %v", st, err)
			break
		}
	}
	cancel()
	readers.Wait()
}

// After a commit that failed it is not known what the file holds: what is believed
// of it must not be written back.
func TestRewriteLeavesAnUnsureSegmentAlone(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	events := traffic(1, 1, 600)
	appendAll(t, s, events[:500], 100)
	full := errors.New("the disk is full")
	_, err := s.Rewrite(t.Context(), Query{}, false, func(e *ocsf.Event) *ocsf.Event {
		if e.Seq == 1 {
			s.fail = func() error { return full }
			if err := s.Append(t.Context(), events[500:]); !errors.Is(err, full) {
				t.Errorf("append: %v", err)
			}
			s.fail = nil
		}
		return retold(e)
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	holds(t, s, events[:500])
	appendAll(t, s, events[500:], 100)
	holds(t, s, events)
}

func TestRewriteNeedsAnOpenStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, traffic(1, 1, 10), 10)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rewrite(t.Context(), Query{}, false, retold); err == nil {
		t.Error("a closed store was rewritten")
	}
}
