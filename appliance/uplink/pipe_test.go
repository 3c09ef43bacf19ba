package uplink_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"picket/appliance/uplink"
)

// pipe is a transport in memory, with a broker and, if soc is set, a SOC that
// says receipts.
type pipe struct {
	mu       sync.Mutex
	link     uplink.Link
	fail     func(m *uplink.Message) error // asked before the broker stores
	lose     func(m *uplink.Message) bool  // acknowledged, but not stored
	noAck    func(m *uplink.Message) bool  // stored, but the acknowledgement is lost
	limit    int                           // of the broker; 0: none
	soc      bool
	ids      map[string]bool
	stored   []uplink.Message
	attempts []uplink.Message
	chain    map[uplink.Lane]uint64
	receive  func([]byte)
}

func newPipe() *pipe {
	return &pipe{link: uplink.Link{Up: true, Since: time.Unix(1, 0), Server: "pipe"}, ids: map[string]bool{}, chain: map[uplink.Lane]uint64{}}
}

func (p *pipe) Run(ctx context.Context, _ string, receive func([]byte)) error {
	p.mu.Lock()
	p.receive = receive
	p.mu.Unlock()
	<-ctx.Done()
	p.with(func(p *pipe) {
		p.receive = nil
		p.link = uplink.Link{Since: time.Now(), Err: "closed"}
	})
	return nil
}

func (p *pipe) Link() uplink.Link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.link
}

// set brings the line up or down.
func (p *pipe) set(up bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.link = uplink.Link{Up: up, Since: time.Now(), Err: "test"}
}

// with changes the pipe.
func (p *pipe) with(f func(*pipe)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p)
}

func (p *pipe) Publish(ctx context.Context, m *uplink.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.link.Up || p.receive == nil {
		return uplink.ErrDown
	}
	x := *m
	x.Payload = bytes.Clone(m.Payload)
	p.attempts = append(p.attempts, x)
	if p.limit > 0 && len(m.Payload) > p.limit {
		return uplink.ErrTooLarge
	}
	if p.fail != nil {
		if err := p.fail(m); err != nil {
			return err
		}
	}
	if p.lose != nil && p.lose(m) {
		return nil
	}
	if !p.ids[m.Head.ID()] {
		p.ids[m.Head.ID()] = true
		p.stored = append(p.stored, x)
	}
	if p.soc && m.Head.Beat == 0 {
		if h := m.Head; h.Prev <= p.chain[h.Lane] {
			p.chain[h.Lane] = max(p.chain[h.Lane], h.Last)
		}
		p.receive(uplink.Receipt{Log: m.Head.Log, Lane: m.Head.Lane, Through: p.chain[m.Head.Lane]}.Append(nil))
	}
	if p.noAck != nil && p.noAck(m) {
		p.mu.Unlock()
		<-ctx.Done()
		p.mu.Lock()
		return ctx.Err()
	}
	return nil
}

// say sends a receipt.
func (p *pipe) say(r uplink.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.receive(r.Append(nil))
}

// numbers are those of the lane that the broker has stored, in order of arrival.
func (p *pipe) numbers(lane uplink.Lane) []uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []uint64
	for i := range p.stored {
		m := &p.stored[i]
		if m.Head.Lane != lane || m.Head.Beat != 0 {
			continue
		}
		lines, err := uplink.Unpack(&m.Head, m.Payload)
		if err != nil {
			panic(err)
		}
		for _, l := range lines {
			out = append(out, l.Seq)
		}
	}
	return out
}

// once is numbers without those that came again.
func (p *pipe) once(lane uplink.Lane) []uint64 {
	n := p.numbers(lane)
	slices.Sort(n)
	return slices.Compact(n)
}

func (p *pipe) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.stored)
}
