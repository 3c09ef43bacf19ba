package syslog

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"picket/collector"
)

// lastAccept is for how long connections are still accepted after the end of
// the context: those that the kernel had accepted already have sent something.
const lastAccept = 20 * time.Millisecond

// TCP receives syslog over TCP, or over TLS where [Options].TLS is set.
type TCP struct {
	opt     Options
	ln      *net.TCPListener
	in      *collector.Input
	senders *senders
	limits  limits
}

// ListenTCP binds the port. Run or Close must follow.
func ListenTCP(ctx context.Context, opt Options) (*TCP, error) {
	opt = opt.withDefaults()
	kind := "tcp"
	if opt.TLS != nil {
		kind = "tls"
	}
	ln, err := listenConfig(false).Listen(ctx, "tcp", opt.Address)
	if err != nil {
		return nil, listenError(kind, opt.Address, err)
	}
	t := &TCP{
		opt:     opt,
		ln:      ln.(*net.TCPListener),
		senders: newSenders(opt.MaxSenders),
		limits:  limits{all: opt.MaxConns, each: opt.MaxConnsPerPeer, by: make(map[netip.Addr]int)},
	}
	t.in = &collector.Input{Name: inputName(kind, t.Addr())}
	return t, nil
}

// Addr is where it listens.
func (t *TCP) Addr() netip.AddrPort { return t.ln.Addr().(*net.TCPAddr).AddrPort() }

// Inputs is the one account of the listener.
func (t *TCP) Inputs() []*collector.Input { return []*collector.Input{t.in} }

// Senders are the accounts of its peers, by address.
func (t *TCP) Senders() []Sender { return t.senders.list() }

// Connections are open now.
func (t *TCP) Connections() int { return t.limits.count() }

// Close frees the port of a receiver that is not going to run.
func (t *TCP) Close() error { return t.ln.Close() }

// Run accepts connections and puts their messages until ctx ends, and then for
// up to the grace what they had sent by then. It may be called once.
func (t *TCP) Run(ctx context.Context, sink collector.Sink) error {
	late, cancel := outlive(ctx, t.opt.Grace)
	defer cancel()
	defer t.ln.Close()
	// An Accept that waits is ended by its deadline.
	defer context.AfterFunc(ctx, func() { t.ln.SetDeadline(time.Now().Add(lastAccept)) })()

	var open sync.WaitGroup
	defer open.Wait()
	pause := time.Duration(0)
	for {
		nc, err := t.ln.AcceptTCP()
		switch {
		case err == nil:
			pause = 0
			t.admit(ctx, late, nc, sink, &open)
		case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Out of descriptors or memory, or a peer that went away at once:
			// the listener itself lives on.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			t.warn("syslog connection not accepted", netip.AddrPort{}, err.Error())
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// admit serves the connection on a goroutine of its own, or closes it.
func (t *TCP) admit(ctx, late context.Context, nc *net.TCPConn, sink collector.Sink, open *sync.WaitGroup) {
	remote := nc.RemoteAddr().(*net.TCPAddr).AddrPort()
	peer := plain(remote.Addr())
	refusal := ""
	if !t.opt.allows(peer) {
		refusal = "its address is not in the allowed networks"
	} else if refusal = t.limits.enter(peer); refusal != "" {
		t.senders.refused(peer, refusal, t.opt.Now())
	}
	if refusal != "" {
		t.in.Refused.Add(1)
		t.warn("syslog connection refused", remote, refusal)
		nc.Close()
		return
	}
	t.senders.opened(peer, t.opt.Now())
	open.Go(func() {
		c := &conn{t: t, tcp: nc, stream: nc, remote: remote, peer: peer}
		c.serve(ctx, late, sink)
		nc.Close()
		t.senders.closed(peer)
		t.limits.leave(peer)
	})
}

// warn logs at most once a minute; the counters tell the rest.
func (t *TCP) warn(message string, remote netip.AddrPort, why string) {
	if t.senders.mayLog(t.opt.Now()) {
		t.opt.Log.Warn(message, keyInput, t.in.Name, keyPeer, remote.String(), keyError, why,
			keyCount, t.in.Refused.Load())
	}
}
