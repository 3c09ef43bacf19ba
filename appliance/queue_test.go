package appliance

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"sync"
	"testing"

	"picket/collector"
)

func records(from string, n int) []collector.Record {
	out := make([]collector.Record, n)
	for i := range out {
		out[i] = collector.Record{Raw: from + " " + strconv.Itoa(i), From: netip.MustParseAddr(from)}
	}
	return out
}

func TestQueueKeepsOrderAndCountsWhatItRefuses(t *testing.T) {
	q := newQueue(1000, 1<<20)
	if n := q.Offer(records("192.0.2.1", 1500)); n != 1000 {
		t.Errorf("took %d of 1500, want 1000: the one sender may fill the queue", n)
	}
	var b batch
	for i := 0; i < 1000; i += len(b.records) {
		q.release(&b)
		if !q.take(&b, func(*batch) {}) {
			t.Fatal("closed")
		}
		if want := "192.0.2.1 " + strconv.Itoa(i); b.records[0].Raw != want {
			t.Fatalf("got %q, want %q", b.records[0].Raw, want)
		}
	}
}

func TestQueueLeavesOthersTheirShare(t *testing.T) {
	q := newQueue(4096, 1<<20)
	q.Offer(records("192.0.2.2", 10))
	loud := q.Offer(records("192.0.2.1", 10_000))
	if loud >= 4000 {
		t.Errorf("the loud sender got %d of 4096", loud)
	}
	mixed := append(records("192.0.2.1", 300), records("192.0.2.3", 200)...)
	if n := q.Offer(mixed); n != 200 || mixed[0].From != netip.MustParseAddr("192.0.2.3") {
		t.Errorf("of a quiet sender behind a loud one %d entered, want all 200, first in the slice", n)
	}
}

func TestBytesOfABatchCountUntilItIsFree(t *testing.T) {
	q := newQueue(1000, 100)
	q.Offer(records("192.0.2.1", 50))
	var b batch
	q.take(&b, func(*batch) {})
	if n := q.Offer(records("192.0.2.1", 1)); n != 0 {
		t.Error("there was room although the batch still holds its bytes")
	}
	q.release(&b)
	if n := q.Offer(records("192.0.2.1", 1)); n != 1 {
		t.Error("there is no room although the batch is free")
	}
}

func TestQueueBoundsBytes(t *testing.T) {
	q := newQueue(1000, 100)
	if n := q.Offer(records("192.0.2.1", 50)); n >= 20 {
		t.Errorf("took %d messages of 11 bytes into 100", n)
	}
}

func TestPutWaitsForRoomAndForTheEnd(t *testing.T) {
	q := newQueue(1024, 1<<20)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var n int
	var err error
	wg.Go(func() { n, err = q.Put(ctx, records("192.0.2.1", 3000)) })
	var b batch
	got := 0
	for got < 1500 {
		q.release(&b)
		q.take(&b, func(*batch) {})
		got += len(b.records)
	}
	cancel()
	wg.Wait()
	q.close()
	for q.release(&b); q.take(&b, func(*batch) {}); q.release(&b) {
		got += len(b.records)
	}
	if err != nil && !errors.Is(err, context.Canceled) || got != n {
		t.Errorf("Put said %d, %v; %d came out", n, err, got)
	}
}

func TestTurnsFollowArrival(t *testing.T) {
	q := newQueue(100_000, 1<<30)
	q.Offer(records("192.0.2.1", 50_000))
	q.close()
	var turns []string
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for b := new(batch); q.take(b, func(b *batch) { turns = append(turns, b.records[0].Raw) }); q.release(b) {
			}
		})
	}
	wg.Wait()
	for i, raw := range turns {
		if want := "192.0.2.1 " + strconv.Itoa(i*batchSize); raw != want {
			t.Fatalf("turn %d began with %q, want %q", i, raw, want)
		}
	}
}
