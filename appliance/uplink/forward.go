package uplink

import (
	"context"
	"errors"
	"time"
)

// loop is the whole work of a forwarder, until ctx ends.
func (f *Forwarder) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		f.takeReceipts()
		now := f.now()
		up := f.watchLink(now)
		if up && f.round(ctx, now) {
			f.publish()
			continue
		}
		f.look(ctx, now)
		f.publish()
		timer.Reset(f.wait(f.now(), up))
		select {
		case <-ctx.Done():
		case <-f.Log.Changed():
		case b := <-f.receipts:
			f.receipt(b)
		case <-timer.C:
		}
	}
	f.publish()
}

// takeReceipts takes those that have come.
func (f *Forwarder) takeReceipts() {
	for {
		select {
		case b := <-f.receipts:
			f.receipt(b)
		default:
			return
		}
	}
}

// watchLink reports whether the line is up. When it has just come up, everything
// that waited may be tried at once.
func (f *Forwarder) watchLink(now time.Time) bool {
	link := f.Transport.Link()
	if !link.Up {
		if !f.upSince.IsZero() {
			f.upSince = time.Time{}
			f.Logger.Warn("uplink is down", "error", link.Err)
		}
		return false
	}
	if !link.Since.Equal(f.upSince) {
		f.upSince = link.Since
		f.Logger.Info("uplink is up", "server", link.Server)
		for _, l := range f.lanes {
			l.fails, l.retryAt = 0, time.Time{}
			l.again.rest(now, f.ResendAfter)
		}
	}
	return true
}

// round sends one message, of the first lane that has one, and reports whether
// there was anything to do.
func (f *Forwarder) round(ctx context.Context, now time.Time) bool {
	last := f.Log.Last()
	for _, l := range f.lanes {
		if l.name == Heartbeat && f.beat(ctx, now) {
			return true
		}
		if now.Before(l.retryAt) {
			continue
		}
		switch {
		case l.cur.Pending != nil:
			f.send(ctx, l)
			return true
		case l.again.due(l, now, f.ResendAfter):
			f.resend(ctx, l)
			return true
		case l.due(now, last) && f.cut(ctx, l):
			f.send(ctx, l)
			return true
		}
	}
	return false
}

// cut makes the next batch of a lane and writes its bounds. It reports whether
// there is one to send.
func (f *Forwarder) cut(ctx context.Context, l *lane) bool {
	b, err := f.Log.Next(ctx, l.name, l.seen, 0, f.rawBytes())
	if err != nil {
		f.trouble(ctx, l, err)
		return false
	}
	if len(b.Items) == 0 {
		l.seen, l.since = max(l.seen, b.Through), time.Time{}
		return false
	}
	m, n := f.message(l, bounds{Prev: l.cur.Sent}, b.Items)
	l.cur.Pending = &bounds{Prev: l.cur.Sent, First: m.Head.First, Last: m.Head.Last, Count: n}
	if err := f.keep(l); err != nil {
		l.cur.Pending = nil
		f.trouble(ctx, l, err)
		return false
	}
	l.held = m
	if l.oldest == 0 && l.cur.Sent == l.cur.Receipted {
		l.oldest = b.Items[0].Time
	}
	if n < len(b.Items) {
		l.seen = m.Head.Last
		return true // the rest has waited long enough: since stays
	}
	l.seen = max(m.Head.Last, b.Through)
	if size(b.Items) < f.rawBytes() {
		l.since = time.Time{}
	}
	return true
}

// rawBytes is how much JSON is read for a batch: what compresses to a full one
// as a rule.
func (f *Forwarder) rawBytes() int { return min(maxRaw, 8*f.MaxBytes) }

func size(items []Item) int {
	n := 0
	for i := range items {
		n += len(items[i].JSON)
	}
	return n
}

// message makes the batch of the first items that go into one, or, when b has
// its bounds already, of all items with these bounds.
func (f *Forwarder) message(l *lane, b bounds, items []Item) (*Message, int) {
	limit := f.MaxBytes
	if b.Last != 0 {
		limit = maxPayload
	}
	payload, n := Pack(items, limit)
	if b.Last == 0 {
		b.First, b.Last = items[0].Seq, items[n-1].Seq
	}
	return &Message{
		Subject: Subject(f.Tenant, f.Site, l.name),
		Head: Head{Box: f.Box, Log: f.id, Lane: l.name, Prev: b.Prev, First: b.First, Last: b.Last,
			Count: n, Lost: f.lost.Numbers, Receipted: min(l.cur.Receipted, b.Prev), Schema: Schema},
		Payload: payload,
	}, n
}

// send sends the pending batch, once.
func (f *Forwarder) send(ctx context.Context, l *lane) {
	p := l.cur.Pending
	if l.held == nil {
		b, err := f.Log.Next(ctx, l.name, p.Prev, p.Last, 0)
		if err != nil {
			f.trouble(ctx, l, err)
			return
		}
		if len(b.Items) < p.Count {
			f.gone(p.Prev)
		}
		// An empty batch still tells that there is nothing between its bounds.
		l.held, _ = f.message(l, *p, b.Items)
	}
	m := l.held
	if err := f.put(ctx, m); err != nil {
		if errors.Is(err, ErrTooLarge) && len(m.Payload) > 0 {
			f.shrink(l, m)
			return
		}
		l.retries++
		f.trouble(ctx, l, err)
		return
	}
	l.sent(m.Head.Count, len(m.Payload))
	f.well()
}

// shrink answers a broker that will never take m: such a batch was never taken,
// so it may be cut again, smaller; a single event is given up, counted, and an
// empty batch tells the SOC of the gap.
func (f *Forwarder) shrink(l *lane, m *Message) {
	if m.Head.Count > 1 {
		f.MaxBytes = max(1024, min(f.MaxBytes, len(m.Payload))/2)
		l.seen, l.since = l.cur.Pending.Prev, time.Unix(0, 0)
		l.cur.Pending, l.held = nil, nil
		f.Logger.Warn("the broker takes smaller batches only", "bytes", f.MaxBytes)
		return
	}
	l.cur.TooLarge++
	m.Payload, m.Head.Count = nil, 0
	f.Logger.Error("an event is larger than the broker takes, and is not sent", "lane", l.name, "sequence", m.Head.First)
}

// put publishes with the deadline for the acknowledgement.
func (f *Forwarder) put(ctx context.Context, m *Message) error {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	return f.Transport.Publish(ctx, m)
}

// trouble counts a failure of a lane; the log hears of the first in a row.
func (f *Forwarder) trouble(ctx context.Context, l *lane, err error) {
	if ctx.Err() != nil {
		return
	}
	now := f.now()
	l.failed(now)
	f.mu.Lock()
	f.status.LastError, f.status.LastErrorTime = err.Error(), now.UnixMilli()
	f.mu.Unlock()
	if !f.down {
		f.down = true
		f.Logger.Warn("uplink does not get through", "lane", l.name, "error", err)
	}
}

func (f *Forwarder) well() {
	if f.down {
		f.down = false
		f.Logger.Info("uplink gets through again")
	}
}

// wait is how long nothing can become due by itself.
func (f *Forwarder) wait(now time.Time, up bool) time.Duration {
	d := lookEvery
	if !up {
		return d
	}
	soon := func(t time.Time) { d = max(time.Millisecond, min(d, t.Sub(now))) }
	for _, l := range f.lanes {
		if l.cur.Pending != nil || l.again.left > 0 {
			soon(l.retryAt)
		}
		if !l.since.IsZero() {
			soon(later(l.since.Add(l.linger), l.retryAt))
		}
		if t := l.again.at; !t.IsZero() {
			soon(later(t, l.retryAt))
		}
	}
	return d
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
