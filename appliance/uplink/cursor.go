package uplink

import "time"

// cursor is what a lane keeps in State.
type cursor struct {
	Log       string  `json:"log"`
	Sent      uint64  `json:"sent"`              // acknowledged by the broker up to here
	Receipted uint64  `json:"receipted"`         // stored at the SOC up to here
	Seen      uint64  `json:"seen"`              // nothing of the lane between Sent and here
	Pending   *bounds `json:"pending,omitempty"` // cut, and perhaps sent

	// Counters since the log began.
	Batches  uint64 `json:"batches"`
	Events   uint64 `json:"events"`
	Bytes    uint64 `json:"bytes"`
	TooLarge uint64 `json:"too_large,omitempty"`
}

// bounds are those of one batch: what there is of the lane above Prev up to
// Last.
type bounds struct {
	Prev  uint64 `json:"prev"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	Count int    `json:"count"`
}

// lane is a cursor at work. It belongs to the goroutine of Run.
type lane struct {
	name    Lane
	linger  time.Duration
	cur     cursor
	dirty   bool      // cur differs from State
	seen    uint64    // looked through up to here; never below what is pending
	since   time.Time // when something above seen was noticed first; zero: nothing
	held    *Message  // the pending batch, made
	fails   int
	retryAt time.Time
	again   resend

	retries, resent uint64
	oldest          int64 // receive time of the oldest event without a receipt, ms; 0: none, or not measured
	backlog         uint64
}

// due reports whether the lane has something that need not wait any longer, when
// last is the newest number of the log.
func (l *lane) due(now time.Time, last uint64) bool {
	if last <= l.seen {
		l.since = time.Time{}
		return false
	}
	if l.since.IsZero() {
		l.since = now
	}
	return !now.Before(l.since.Add(l.linger)) || last-l.seen >= burst
}

// idle reports whether all that was sent has its receipt and nothing is on its way.
func (l *lane) idle() bool { return l.cur.Sent <= l.cur.Receipted && l.cur.Pending == nil }

// failed puts the lane's next attempt off.
func (l *lane) failed(now time.Time) {
	l.fails++
	l.retryAt = now.Add(backoff(l.fails))
}

// sent takes the acknowledgement of the pending batch.
func (l *lane) sent(events, bytes int) {
	l.cur.Sent = l.cur.Pending.Last
	l.cur.Pending, l.held = nil, nil
	l.cur.Batches++
	l.cur.Events += uint64(events)
	l.cur.Bytes += uint64(bytes)
	l.fails, l.dirty = 0, true
}

// stored takes a receipt that is ahead of what was known. It may be ahead of
// what was acknowledged too: an acknowledgement was lost, or these cursors are
// from an old copy.
func (l *lane) stored(through uint64) {
	l.cur.Receipted = through
	l.dirty, l.oldest = true, 0
	if through <= l.cur.Sent {
		return
	}
	if p := l.cur.Pending; p != nil && p.Last > through {
		l.seen = through // what it holds above through is cut anew
	}
	l.cur.Sent = through
	l.cur.Pending, l.held = nil, nil
	l.seen = max(l.seen, through)
}

// keep writes the lane's cursor.
func (f *Forwarder) keep(l *lane) error {
	l.cur.Seen = max(l.cur.Sent, l.seen)
	if l.cur.Pending != nil {
		l.cur.Seen = l.cur.Sent
	}
	if err := f.save(string(l.name), &l.cur); err != nil {
		return err
	}
	l.dirty = false
	return nil
}

// flush writes what is not written yet.
func (f *Forwarder) flush() error {
	var first error
	for _, l := range f.lanes {
		if l.dirty || l.cur.Pending == nil && l.seen > l.cur.Seen {
			if err := f.keep(l); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}
