package uplink_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy is a bad line to a server: it can swallow what the server answers, and
// break.
type proxy struct {
	l       net.Listener
	target  string
	swallow atomic.Bool
	wg      sync.WaitGroup
	mu      sync.Mutex
	conns   map[net.Conn]bool
	closed  bool
}

func startProxy(t testing.TB, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{l: l, target: target, conns: map[net.Conn]bool{}}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		l.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) url() string { return "nats://" + p.l.Addr().String() }

// cut breaks all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

func (p *proxy) accept() {
	for {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", p.target)
		if err != nil || !p.keep(c, s) {
			c.Close()
			continue
		}
		p.wg.Go(func() { p.copy(s, c, false) })
		p.wg.Go(func() { p.copy(c, s, true) })
	}
}

func (p *proxy) keep(c, s net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		s.Close()
		return false
	}
	p.conns[c], p.conns[s] = true, true
	return true
}

// copy ends with the connection; one that has swallowed is good for nothing more.
func (p *proxy) copy(to, from net.Conn, down bool) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 32<<10)
	deaf := false
	for {
		n, err := from.Read(b)
		deaf = deaf || down && p.swallow.Load()
		if n > 0 && !deaf {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
