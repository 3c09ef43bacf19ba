package uplink_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"picket/appliance/uplink"
)

// many is how many events a fault test sends; PICKET_LONG=1 sends 200,000.
func many(n int) int {
	if os.Getenv("PICKET_LONG") != "" {
		return 200_000
	}
	return n
}

// The SOC is away while the events pile up, comes back, and one of its three
// servers, the leader of the stream, is killed while the backlog drains.
func TestServerKilledWhileDraining(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 3)
	l, dir := newLog("log1"), t.TempDir()
	l.addMix(many(20_000))
	f := forwarder(t, l, newState(), c.urls()...)
	f.MaxBytes = 64 << 10
	o := drainOptions(t, dir, c.urls()...)
	began := time.Now()
	background(t, "drain", drainOf(o))
	background(t, "forwarder", f.Run)
	third := uint64(many(20_000) / 3)
	within(t, time.Minute, "a third of the events", func() bool { return o.Counts.Events.Load() > third })
	i := c.leader()
	c.kill(i)
	t.Logf("server %d killed after %d events", i, o.Counts.Events.Load())
	within(t, 3*time.Minute, "receipts", func() bool { return receipted(f, l) })
	t.Logf("all receipted after %v: %d duplicates taken out, %d redelivered", time.Since(began).Round(time.Millisecond), o.Counts.Duplicates.Load(), o.Counts.Redelivered.Load())
	checkStored(t, l, dir)
}

// The line swallows acknowledgements and breaks, again and again.
func TestAcknowledgementsLost(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 1)
	p := startProxy(t, c.addr(0))
	l, dir := newLog("log1"), t.TempDir()
	l.addMix(3000)
	f := forwarder(t, l, newState(), p.url())
	f.Timeout, f.MaxBytes = 200*time.Millisecond, 8<<10
	o := drainOptions(t, dir, c.urls()...)
	background(t, "drain", drainOf(o))
	background(t, "forwarder", f.Run)
	retries := func() (n uint64) {
		for _, s := range f.Status().Lanes {
			n += s.Retries
		}
		return n
	}
	for round := range 4 {
		stored := o.Counts.Events.Load()
		within(t, 20*time.Second, "some events", func() bool { return o.Counts.Events.Load() > stored })
		before := retries()
		p.swallow.Store(true)
		l.addMix(500)
		within(t, 20*time.Second, "a lost acknowledgement", func() bool { return retries() > before })
		p.swallow.Store(false)
		p.cut()
		l.addMix(500)
		t.Logf("round %d: %d retries", round, retries())
	}
	within(t, 30*time.Second, "receipts", func() bool { return receipted(f, l) })
	checkStored(t, l, dir)
}

// The appliance dies at any moment: what it has not written is gone.
func TestForwarderKilled(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 1)
	l, s, dir := newLog("log1"), newState(), t.TempDir()
	o := drainOptions(t, dir, c.urls()...)
	background(t, "drain", drainOf(o))
	for range 6 {
		l.addMix(1500)
		f := forwarder(t, l, s, c.urls()...)
		f.MaxBytes = 8 << 10
		stop := background(t, "forwarder", f.Run)
		puts := func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.puts }
		from, more := puts(), 1+rand.IntN(6)
		within(t, 20*time.Second, "some batches", func() bool { return puts() >= from+more })
		s.mu.Lock()
		s.fail = errors.New("dead")
		s.mu.Unlock()
		stop()
		s.mu.Lock()
		s.fail = nil
		s.mu.Unlock()
	}
	f := forwarder(t, l, s, c.urls()...)
	background(t, "forwarder", f.Run)
	within(t, 20*time.Second, "receipts", func() bool { return receipted(f, l) })
	checkStored(t, l, dir)
}

// The drain is killed with SIGKILL, again and again, and its receipts with it.
func TestDrainKilled(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 1)
	l, dir := newLog("log1"), t.TempDir()
	f := forwarder(t, l, newState(), c.urls()...)
	f.MaxBytes = 16 << 10
	background(t, "forwarder", f.Run)
	for range 5 {
		l.addMix(2000)
		cmd := startDrain(t, dir, c.urls()...)
		size := folderSize(t, dir)
		within(t, 20*time.Second, "some events", func() bool { return folderSize(t, dir) > size+int64(rand.IntN(1_000_000)) })
		kill(t, cmd)
	}
	o := drainOptions(t, dir, c.urls()...)
	background(t, "drain", drainOf(o))
	within(t, 30*time.Second, "receipts", func() bool { return receipted(f, l) })
	t.Logf("%d duplicates taken out, %d redelivered", o.Counts.Duplicates.Load(), o.Counts.Redelivered.Load())
	checkStored(t, l, dir)
}

// The SOC loses its folder: what has a receipt is not sent again, and what comes
// later is receipted all the same.
func TestDrainLosesItsFolder(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 1)
	l := newLog("log1")
	f := forwarder(t, l, newState(), c.urls()...)
	background(t, "forwarder", f.Run)
	for range 2 {
		l.addMix(500)
		o := drainOptions(t, t.TempDir(), c.urls()...)
		stop := background(t, "drain", drainOf(o))
		within(t, 20*time.Second, "receipts", func() bool { return receipted(f, l) })
		stop()
		if got := o.Counts.Events.Load(); got != 500 {
			t.Errorf("%d events stored, want 500", got)
		}
	}
}

// What is no batch must not stop what is.
func TestHostileBatches(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 1)
	l, dir := newLog("log1"), t.TempDir()
	o := drainOptions(t, dir, c.urls()...)
	background(t, "drain", drainOf(o))
	f := forwarder(t, l, newState(), c.urls()...)
	background(t, "forwarder", f.Run)
	l.addMix(100)
	within(t, 20*time.Second, "receipts", func() bool { return receipted(f, l) })

	evil := &uplink.NATS{Servers: uplink.Servers{URLs: c.urls()}}
	background(t, "hostile site", func(ctx context.Context) error {
		return evil.Run(ctx, "pk.acme.evil.down.receipt", func([]byte) {})
	})
	within(t, 10*time.Second, "the hostile site's line", func() bool { return evil.Link().Up })
	good, _ := uplink.Pack([]uplink.Item{{Seq: 5, JSON: line(5, uplink.Events, 0)}}, 1<<20)
	head := func(change func(*uplink.Head)) uplink.Head {
		h := uplink.Head{Box: "b", Log: "log1", Lane: uplink.Events, First: 1, Last: 9, Count: 1, Schema: uplink.Schema}
		change(&h)
		return h
	}
	bad := []uplink.Message{
		{Head: head(func(h *uplink.Head) { h.Log = "../../etc" }), Payload: good},
		{Head: head(func(h *uplink.Head) { h.Lane = uplink.Incidents }), Payload: good},
		{Head: head(func(h *uplink.Head) { h.Count = 1 << 30 }), Payload: good},
		{Head: head(func(h *uplink.Head) { h.Last = 4 }), Payload: good},
		{Head: head(func(h *uplink.Head) { h.Prev = 3 }), Payload: good},
		{Head: head(func(h *uplink.Head) { h.Log = "log2" }), Payload: []byte("no zstd")},
		{Head: head(func(h *uplink.Head) { h.Log = "log3" }), Payload: bomb(t)},
	}
	for i := range bad {
		bad[i].Subject = "pk.acme.evil.ev"
		bad[i].Head.Box = "b" + strconv.Itoa(i)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		if err := evil.Publish(ctx, &bad[i]); err != nil {
			t.Errorf("message %d: %v", i, err)
		}
		cancel()
	}
	within(t, 20*time.Second, "the quarantine", func() bool { return o.Counts.Quarantined.Load() == uint64(len(bad)) })
	entries, err := os.ReadDir(dir + "/quarantine")
	if err != nil || len(entries) != len(bad) {
		t.Errorf("%d files in quarantine, want %d (%v)", len(entries), len(bad), err)
	}
	l.addMix(100)
	within(t, 20*time.Second, "receipts", func() bool { return receipted(f, l) })
	checkStored(t, l, dir)
}

func folderSize(t testing.TB, dir string) int64 {
	var n int64
	for _, lane := range uplink.Lanes {
		entries, _ := os.ReadDir(dir + "/acme/berlin/" + string(lane))
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				n += info.Size()
			}
		}
	}
	return n
}
