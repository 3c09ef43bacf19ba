// Package uplink sends what the log holds to the SOC. A [Forwarder] reads the
// store's log through cursors, one for each [Lane], and hands batches to a
// [Transport]; there is no queue of its own on disk.
//
// Delivery is at least once, and exactly once after de-duplication: an event is
// known by the log's id and its number in the log. The broker's acknowledgement
// lets a batch go out of hand, but not out of mind: only a [Receipt] of whoever
// stores at the SOC does that, and what stays without one is sent again. The
// bounds of a batch are durable before it is first sent, so that a retry, also
// after a restart, is the same batch under the same id.
//
// Every batch names the last number of the one before it in its lane
// ([Head.Prev]), so that the far end knows that nothing is missing between two
// batches although a lane's numbers have gaps.
//
// Lanes are served strictly by rank and one message is on its way at a time: an
// incident waits for one batch of events at most.
package uplink

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// The defaults of a Forwarder.
const (
	DefaultMaxBytes    = 256 << 10
	DefaultLinger      = 2 * time.Second
	DefaultTimeout     = 10 * time.Second
	DefaultResendAfter = 5 * time.Minute
	DefaultHealthEvery = time.Minute

	urgentLinger = 200 * time.Millisecond // of lane inc
	maxResend    = 6 * time.Hour          // longest wait between two resends
	lookEvery    = time.Second            // also without a signal from the log
	burst        = 512                    // numbers waiting that do not wait for company
)

// Forwarder sends one log to one SOC. Set the exported fields, then call Run,
// once. Status may be called at any time from anywhere.
type Forwarder struct {
	Log       Log
	State     State
	Transport Transport

	// Name is the prefix of the keys in State; "uplink" when empty.
	Name string
	// Box is this box's name; Tenant and Site make the subjects. Each is a
	// [Token].
	Box, Tenant, Site string

	// Health, when set, gives the health of the box as one OCSF event in JSON
	// (nil: none now). It is called every HealthEvery while the line is up and
	// sent unnumbered in lane hb: a newer one makes an older one worthless, so it
	// is neither kept nor sent again. It must not block.
	Health      func() []byte
	HealthEvery time.Duration

	// MaxBytes bounds a batch's payload, compressed. An event that alone is
	// larger goes alone.
	MaxBytes int
	// Linger is how long an event waits for company.
	Linger time.Duration
	// Timeout is how long the broker's acknowledgement may take.
	Timeout time.Duration
	// ResendAfter is how long a lane may be without progress of receipts before
	// it is sent again; the wait doubles up to six hours.
	ResendAfter time.Duration

	Now    func() time.Time
	Logger *slog.Logger

	// The rest belongs to the goroutine of Run.
	id       string
	lanes    []*lane
	lost     lost
	lostSet  bool
	nextBeat time.Time
	nextLook time.Time // when the figures that cost reading are due
	nextKeep time.Time // when receipts that came alone are written
	upSince  time.Time
	down     bool // the last attempt failed; it has been logged
	receipts chan []byte

	mu     sync.Mutex // guards status
	status Status
}

// init fills defaults and reads the cursors.
func (f *Forwarder) init() error {
	if f.Name == "" {
		f.Name = "uplink"
	}
	for _, t := range []struct{ key, value string }{{"tenant", f.Tenant}, {"site", f.Site}, {"box", f.Box}} {
		if !IsToken(t.value) {
			return fmt.Errorf("uplink: %s %q: 1 to 64 letters, digits, _ and - are allowed", t.key, t.value)
		}
	}
	f.id = f.Log.ID()
	if !IsToken(f.id) {
		return fmt.Errorf("uplink: log id %q: 1 to 64 letters, digits, _ and - are allowed", f.id)
	}
	if f.Logger == nil {
		f.Logger = slog.New(slog.DiscardHandler)
	}
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&f.Linger, DefaultLinger)
	def(&f.Timeout, DefaultTimeout)
	def(&f.ResendAfter, DefaultResendAfter)
	def(&f.HealthEvery, DefaultHealthEvery)
	if f.MaxBytes <= 0 {
		f.MaxBytes = DefaultMaxBytes
	}
	f.receipts = make(chan []byte, 256)
	if err := f.load("lost", &f.lost); err != nil {
		return err
	}
	if f.lost.Log != f.id {
		f.lost = lost{Log: f.id}
	}
	for _, name := range Lanes {
		l := &lane{name: name, linger: f.Linger}
		if name == Incidents {
			l.linger = min(f.Linger, urgentLinger)
		}
		if err := f.load(string(name), &l.cur); err != nil {
			return err
		}
		if l.cur.Log != f.id {
			l.cur = cursor{Log: f.id} // another log: its numbers mean nothing here
		}
		l.seen = max(l.cur.Seen, l.cur.Sent)
		if p := l.cur.Pending; p != nil {
			l.seen = max(l.seen, p.Last)
		}
		f.lanes = append(f.lanes, l)
	}
	return nil
}

func (f *Forwarder) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

func (f *Forwarder) load(key string, v any) error {
	b, err := f.State.Get(f.Name + "/" + key)
	if err != nil {
		return fmt.Errorf("uplink: read cursor %s: %w", key, err)
	}
	if b == nil {
		return nil
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("uplink: cursor %s: %w", key, err)
	}
	return nil
}

func (f *Forwarder) save(key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("uplink: cursor %s: %w", key, err)
	}
	if err := f.State.Put(f.Name+"/"+key, b); err != nil {
		return fmt.Errorf("uplink: write cursor %s: %w", key, err)
	}
	return nil
}

// Run sends until ctx ends or the transport gives up, and returns the reason;
// nil when ctx ended.
func (f *Forwarder) Run(ctx context.Context) error {
	if err := f.init(); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		err := f.Transport.Run(ctx, DownSubject(f.Tenant, f.Site, "receipt"), f.Receive)
		if ctx.Err() == nil {
			stop(fmt.Errorf("uplink: the transport ended: %w", err))
		}
	}()
	f.loop(ctx)
	err := context.Cause(ctx)
	stop(nil)
	<-joined
	if f.flush() != nil && err == nil {
		f.Logger.Warn("uplink cursors not written; some batches will be sent again")
	}
	if err == context.Canceled || err == context.DeadlineExceeded {
		return nil
	}
	return err
}

// Receive takes what came on the receipts' subject. It never blocks: one that
// finds the queue full is forgotten, for a later one says the same and more.
func (f *Forwarder) Receive(b []byte) {
	select {
	case f.receipts <- b:
	default:
	}
}
