package uplink

import (
	"context"
	"time"
)

// Status is how the uplink stands. Times are ms since the epoch, 0 for never.
type Status struct {
	Connected bool   `json:"connected"`
	Server    string `json:"server,omitempty"`
	Since     int64  `json:"since,omitempty"` // up or down since then
	LinkError string `json:"link_error,omitempty"`

	Log    string       `json:"log"`
	Tenant string       `json:"tenant"`
	Site   string       `json:"site"`
	Last   uint64       `json:"last"` // newest number of the log
	Lanes  []LaneStatus `json:"lanes"`

	Lost          uint64 `json:"lost"` // numbers that retention deleted before they were known to be sent, at most
	LastReceipt   int64  `json:"last_receipt,omitempty"`
	BadReceipts   uint64 `json:"bad_receipts"`
	Beats         uint64 `json:"beats"`
	BeatsFailed   uint64 `json:"beats_failed"`
	LastBeat      int64  `json:"last_beat,omitempty"`
	LastError     string `json:"last_error,omitempty"`
	LastErrorTime int64  `json:"last_error_time,omitempty"`
	// Ahead is a number of which the SOC says that it is stored, and which this
	// log has not reached: the log was set back to an old copy. 0 when all is well.
	Ahead uint64 `json:"ahead,omitempty"`
}

// LaneStatus is how a lane stands.
type LaneStatus struct {
	Lane      Lane   `json:"lane"`
	Sent      uint64 `json:"sent"`      // acknowledged by the broker up to this number
	Receipted uint64 `json:"receipted"` // stored at the SOC up to this number
	Seen      uint64 `json:"seen"`      // looked through up to this number
	Pending   bool   `json:"pending"`   // a batch waits for its acknowledgement
	Backlog   uint64 `json:"backlog"`   // events without a receipt; numbers, at most, if the log cannot count
	Oldest    int64  `json:"oldest,omitempty"`
	AgeMS     int64  `json:"age_ms"`    // of the oldest event without a receipt
	Batches   uint64 `json:"batches"`   // acknowledged
	Events    uint64 `json:"events"`    // acknowledged
	Bytes     uint64 `json:"bytes"`     // acknowledged, compressed
	Retries   uint64 `json:"retries"`   // attempts that failed
	Resent    uint64 `json:"resent"`    // batches sent again for want of a receipt
	TooLarge  uint64 `json:"too_large"` // events that no broker took
	RetryAt   int64  `json:"retry_at,omitempty"`
	ResendAt  int64  `json:"resend_at,omitempty"`
}

// Status returns how the uplink stands. Before Run it is empty.
func (f *Forwarder) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.status
	s.Lanes = append([]LaneStatus(nil), s.Lanes...)
	link := f.Transport.Link()
	s.Connected, s.Server, s.LinkError = link.Up, link.Server, link.Err
	if !link.Since.IsZero() {
		s.Since = link.Since.UnixMilli()
	}
	now := f.now().UnixMilli()
	for i := range s.Lanes {
		if o := s.Lanes[i].Oldest; o != 0 {
			s.Lanes[i].AgeMS = max(0, now-o)
		}
	}
	return s
}

// Age is the age of the oldest event without a receipt, 0 when there is none.
func (s *Status) Age() time.Duration {
	var age int64
	for _, l := range s.Lanes {
		age = max(age, l.AgeMS)
	}
	return time.Duration(age) * time.Millisecond
}

// Backlog is how many events have no receipt yet.
func (s *Status) Backlog() uint64 {
	var n uint64
	for _, l := range s.Lanes {
		n += l.Backlog
	}
	return n
}

// publish makes the state of the loop visible.
func (f *Forwarder) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &f.status
	s.Log, s.Tenant, s.Site, s.Lost, s.Last = f.id, f.Tenant, f.Site, f.lost.Numbers, f.Log.Last()
	if s.Lanes == nil {
		s.Lanes = make([]LaneStatus, len(f.lanes))
	}
	for i, l := range f.lanes {
		if l.idle() && l.seen >= s.Last {
			l.oldest, l.backlog = 0, 0
		}
		s.Lanes[i] = LaneStatus{
			Lane: l.name, Sent: l.cur.Sent, Receipted: l.cur.Receipted, Seen: l.seen,
			Pending: l.cur.Pending != nil, Backlog: l.backlog, Oldest: l.oldest,
			Batches: l.cur.Batches, Events: l.cur.Events, Bytes: l.cur.Bytes,
			Retries: l.retries, Resent: l.resent, TooLarge: l.cur.TooLarge,
			RetryAt: milli(l.retryAt), ResendAt: milli(l.again.at),
		}
	}
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

const measureEvery = 5 * time.Second

// look does what need not be done for every batch.
func (f *Forwarder) look(ctx context.Context, now time.Time) {
	if !now.Before(f.nextKeep) {
		f.nextKeep = now.Add(lookEvery)
		f.checkLost()
		for _, l := range f.lanes {
			if l.dirty || l.cur.Pending == nil && l.seen > l.cur.Seen+10_000 {
				if err := f.keep(l); err != nil {
					f.trouble(ctx, l, err)
				}
			}
		}
	}
	if now.Before(f.nextLook) {
		return
	}
	f.nextLook = now.Add(measureEvery)
	for _, l := range f.lanes {
		f.measure(ctx, l)
	}
}

// measure finds the oldest event of a lane without a receipt, and how many there
// are. It reads each stretch of the log once: what it finds it remembers, and
// where it finds nothing the lane has been looked through.
func (f *Forwarder) measure(ctx context.Context, l *lane) {
	last, after := f.Log.Last(), l.cur.Receipted
	if l.idle() {
		after = max(after, l.seen)
		l.oldest = 0
	}
	if l.oldest == 0 && after < last {
		b, err := f.Log.Next(ctx, l.name, after, 0, 1)
		switch {
		case err != nil:
		case len(b.Items) > 0:
			l.oldest = b.Items[0].Time
		case after == l.seen:
			l.seen = max(l.seen, b.Through)
		}
	}
	l.backlog = 0
	if l.oldest == 0 {
		return
	}
	l.backlog = last - min(last, after)
	if c, ok := f.Log.(Counter); ok {
		if n, err := c.Count(l.name, after); err == nil {
			l.backlog = n
		}
	}
}
