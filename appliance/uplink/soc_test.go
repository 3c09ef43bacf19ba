package uplink_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/appliance/uplink"
	"picket/appliance/uplink/soc"
)

// logger writes to the test's log when -v is given.
func logger(t testing.TB) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// forwarder is one with short waits, for a site over NATS.
func forwarder(t testing.TB, l *memLog, s *memState, urls ...string) *uplink.Forwarder {
	return &uplink.Forwarder{
		Log: l, State: s, Transport: &uplink.NATS{Servers: uplink.Servers{URLs: urls, Name: "test"}},
		Box: "box1", Tenant: "acme", Site: "berlin",
		Linger: 50 * time.Millisecond, Timeout: time.Second, ResendAfter: 3 * time.Second,
		Logger: logger(t),
	}
}

// background runs f until the returned function is called, which waits for it.
// The test fails when f does.
func background(t testing.TB, what string, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func drainOptions(t testing.TB, dir string, urls ...string) soc.Options {
	o := childOptions(dir, urls...)
	o.Logger = logger(t)
	return o
}

// childOptions have short waits.
func childOptions(dir string, urls ...string) soc.Options {
	return soc.Options{
		Server: uplink.Servers{URLs: urls, Name: "drain"}, Dir: dir,
		Duplicates: time.Second, AckWait: 2 * time.Second, Repeat: 500 * time.Millisecond, MaxFile: 1 << 20,
		Counts: &soc.Counts{},
	}
}

func drainOf(o soc.Options) func(context.Context) error {
	return func(ctx context.Context) error { return soc.Drain(ctx, o) }
}

// stored reads the files of a drain: how often each number of a lane is there.
func stored(t testing.TB, dir string, lane uplink.Lane) map[uint64]int {
	t.Helper()
	out := map[uint64]int{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".ndjson") || filepath.Base(filepath.Dir(p)) != string(lane) {
			return err
		}
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		in := bufio.NewScanner(f)
		in.Buffer(nil, 4<<20)
		for in.Scan() {
			var e struct {
				Metadata struct{ Sequence uint64 }
			}
			if err := json.Unmarshal(in.Bytes(), &e); err != nil {
				t.Errorf("%s: %v", p, err)
			}
			out[e.Metadata.Sequence]++
		}
		return in.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkStored asserts that the SOC has every event of the log, once.
func checkStored(t testing.TB, l *memLog, dir string) {
	t.Helper()
	total, lost, twice := 0, 0, 0
	for _, lane := range uplink.Lanes {
		got, want := stored(t, dir, lane), l.numbers(lane)
		total += len(want)
		delete(got, 0) // heartbeats
		for _, n := range want {
			switch got[n] {
			case 0:
				lost++
			case 1:
			default:
				twice++
			}
			delete(got, n)
		}
		if len(got) > 0 {
			t.Errorf("lane %s: %d events that were never sent in it", lane, len(got))
		}
	}
	t.Logf("%d events: %d lost, %d twice", total, lost, twice)
	if lost != 0 || twice != 0 {
		t.Errorf("%d of %d events lost, %d stored twice", lost, total, twice)
	}
}

// receipted reports whether everything of the log has a receipt.
func receipted(f *uplink.Forwarder, l *memLog) bool {
	s := f.Status()
	if len(s.Lanes) == 0 {
		return false
	}
	for _, lane := range s.Lanes {
		if n := l.numbers(lane.Lane); len(n) > 0 && lane.Receipted < slices.Max(n) {
			return false
		}
	}
	return true
}

func TestLoop(t *testing.T) {
	t.Parallel() // waits for the most part
	c := startCluster(t, 1)
	l, dir := newLog("log1"), t.TempDir()
	f := forwarder(t, l, newState(), c.urls()...)
	f.Health = func() []byte { return []byte(`{"class_uid":6008,"metadata":{"version":"1.8.0"}}`) }
	f.HealthEvery = 50 * time.Millisecond
	o := drainOptions(t, dir, c.urls()...)
	background(t, "drain", drainOf(o))
	background(t, "forwarder", f.Run)
	l.addMix(3000)
	within(t, 10*time.Second, "receipts", func() bool { return receipted(f, l) })
	l.addMix(100)
	within(t, 10*time.Second, "receipts of what came later", func() bool { return receipted(f, l) })
	checkStored(t, l, dir)
	within(t, 5*time.Second, "heartbeats", func() bool { return f.Status().Beats > 2 && stored(t, dir, uplink.Heartbeat)[0] > 2 })
	within(t, 10*time.Second, "an empty backlog", func() bool { s := f.Status(); return s.Backlog() == 0 && s.Age() == 0 })
}
