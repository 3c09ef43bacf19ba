package syslog

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"picket/collector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// queue is a bounded sink.
type queue chan collector.Record

func (q queue) Put(ctx context.Context, records []collector.Record) (int, error) {
	for i := range records {
		select {
		case q <- records[i]:
		case <-ctx.Done():
			return i, ctx.Err()
		}
	}
	return len(records), nil
}

func (q queue) Offer(records []collector.Record) int {
	for i := range records {
		select {
		case q <- records[i]:
		default:
			return i
		}
	}
	return len(records)
}

// take returns the next record, which must come soon.
func (q queue) take(t testing.TB) collector.Record {
	t.Helper()
	select {
	case rec := <-q:
		return rec
	case <-time.After(10 * time.Second):
		t.Fatal("no record came")
		panic("unreachable")
	}
}

// want takes as many records as there are texts, and compares.
func (q queue) want(t testing.TB, texts ...string) (last collector.Record) {
	t.Helper()
	for _, want := range texts {
		last = q.take(t)
		if got := last.Raw; got != want {
			t.Fatalf("got message %.100q, want %.100q", got, want)
		}
	}
	return last
}

// receiver is what both receivers are.
type receiver interface {
	collector.Source
	Addr() netip.AddrPort
	Senders() []Sender
}

// running is a receiver that runs until stop.
type running struct {
	receiver
	queue
	in   *collector.Input
	stop func() // ends Run, and waits for it
}

// run starts r over a queue of the given size. What was counted must balance
// with what was queued when the test ends.
func run(t testing.TB, r receiver, size int) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	q := make(queue, size)
	done := make(chan error, 1)
	counted := &counting{Sink: q}
	go func() { done <- r.Run(ctx, counted) }()
	run := &running{receiver: r, queue: q, in: r.Inputs()[0]}
	stopped := false
	run.stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(10 * time.Second):
			buf := make([]byte, 1<<16)
			t.Fatalf("Run did not end:\n%s", buf[:runtime.Stack(buf, true)])
		}
		in := run.in
		received, dropped := in.Received.Load(), in.DroppedFull.Load()+in.DroppedKernel.Load()
		if queued := counted.queued.Load(); received != queued+dropped {
			t.Errorf("received %d, but queued %d and dropped %d", received, queued, dropped)
		}
		var messages, full, size uint64
		for _, s := range r.Senders() {
			messages, full, size = messages+s.Messages, full+s.Dropped, size+s.Bytes
			if s.Connections != 0 {
				t.Errorf("%v has %d connections after the end", s.Addr, s.Connections)
			}
		}
		if messages != received-in.DroppedKernel.Load() || full != in.DroppedFull.Load() || size != in.Bytes.Load() {
			t.Errorf("senders: %d messages, %d bytes, %d dropped; input: %d received, %d bytes, %d dropped",
				messages, size, full, received, in.Bytes.Load(), in.DroppedFull.Load())
		}
	}
	t.Cleanup(run.stop)
	return run
}

// counting counts what a sink took.
type counting struct {
	collector.Sink
	queued atomic.Uint64
}

func (c *counting) Put(ctx context.Context, records []collector.Record) (int, error) {
	n, err := c.Sink.Put(ctx, records)
	c.queued.Add(uint64(n))
	return n, err
}

func (c *counting) Offer(records []collector.Record) int {
	n := c.Sink.Offer(records)
	c.queued.Add(uint64(n))
	return n
}

// eventually waits until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); !ok(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func numbered(prefix string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("<13>%s %d", prefix, i))
	}
	return list
}

var local = netip.MustParseAddr("127.0.0.1")
