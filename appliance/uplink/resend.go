package uplink

import (
	"context"
	"time"
)

// resend sends again what stays without a receipt, beside the cursor and without
// touching it. Nobody here can tell a SOC that is away from one that has lost
// something. So it starts with one batch, and only when receipts answer exactly
// what was sent again does it send twice as much each time: a SOC that is away
// costs one batch a wait, and the wait doubles.
type resend struct {
	at    time.Time     // when to begin, unless receipts make progress; zero: not set
	wait  time.Duration // until at; doubled each time
	pos   uint64        // sent again up to here
	until uint64        // and up to here at most
	chunk int           // batches this time
	left  int           // of them still to send
}

const maxChunk = 64

// due reports whether a batch of the lane is to be sent again.
func (r *resend) due(l *lane, now time.Time, after time.Duration) bool {
	if l.cur.Sent <= l.cur.Receipted {
		*r = resend{}
		return false
	}
	if r.at.IsZero() {
		r.rest(now, after)
	}
	if !now.Before(r.at) {
		r.wait = min(2*r.wait, max(maxResend, after))
		r.at = now.Add(r.wait)
		r.pos, r.until = l.cur.Receipted, l.cur.Sent
		r.chunk, r.left = 1, 1
	}
	return r.left > 0
}

// rest waits anew from now.
func (r *resend) rest(now time.Time, after time.Duration) {
	*r = resend{wait: after, at: now.Add(after)}
}

// progress takes the news that receipts have reached through.
func (r *resend) progress(through uint64, now time.Time, after time.Duration) {
	pos, chunk, left := r.pos, r.chunk, r.left
	until := r.until
	r.rest(now, after)
	if chunk == 0 || through > pos || through >= until {
		return // the SOC comes forward by itself, or is done
	}
	// It has what was sent again and nothing behind it: it needs the rest.
	r.pos, r.until, r.chunk, r.left = pos, until, chunk, left
	if through == pos && left == 0 {
		r.chunk = min(2*chunk, maxChunk)
		r.left = r.chunk
	}
}

// resend sends one batch of a lane again.
func (f *Forwarder) resend(ctx context.Context, l *lane) {
	r := &l.again
	b, err := f.Log.Next(ctx, l.name, r.pos, r.until, f.rawBytes())
	if err != nil {
		f.trouble(ctx, l, err)
		return
	}
	f.gone(r.pos)
	var m *Message
	if len(b.Items) == 0 {
		m, _ = f.message(l, bounds{Prev: r.pos, First: r.pos + 1, Last: r.until}, nil)
	} else {
		m, _ = f.message(l, bounds{Prev: r.pos}, b.Items)
	}
	if err := f.put(ctx, m); err != nil {
		l.retries++
		f.trouble(ctx, l, err)
		return
	}
	l.resent++
	l.fails = 0
	f.well()
	r.pos = m.Head.Last
	r.left--
	if r.pos >= r.until {
		r.left = 0
	}
}
