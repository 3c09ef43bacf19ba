package appliance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"picket/appliance/config"
	"picket/collector"
	"picket/collector/sniff"
	"picket/collector/syslog"
)

// inputs runs the sources that the configuration names. A new configuration
// starts and stops only what it changes: unchanged listeners never close.
type inputs struct {
	Log  *slog.Logger
	sink collector.Sink
	cert atomic.Pointer[tls.Certificate] // of the TLS listeners; swapped while they run

	first map[string]*input // opened by New, started by Run
	names []string          // of those, for people
	wg    sync.WaitGroup

	mu       sync.Mutex // guards everything below
	running  map[string]*input
	accounts []*collector.Input // of every input that ever was, by name
}

// input is one source that is kept running.
type input struct {
	wanted   wanted
	source   collector.Source // the keeper's alone, once it runs
	cancel   context.CancelFunc
	done     chan struct{}
	down     atomic.Pointer[string] // why it does not receive now
	accounts []*collector.Input     // of its source; guarded by inputs.mu
}

// wanted is one input as the configuration names it; two that are equal need
// not be restarted.
type wanted struct {
	kind, address string
	allow         []string
	connections   int
	clientCA      string
	clientCert    string
	filter        string
	flows         int
}

func (w wanted) name() string { return w.kind + " " + w.address }

// wants lists what the configuration names.
func wants(c *config.Config) []wanted {
	var out []wanted
	for _, a := range c.Syslog.UDP {
		out = append(out, wanted{kind: "udp", address: a, allow: c.Syslog.Allow})
	}
	for _, a := range c.Syslog.TCP {
		out = append(out, wanted{kind: "tcp", address: a, allow: c.Syslog.Allow, connections: c.Syslog.Connections})
	}
	for _, a := range c.Syslog.TLS {
		out = append(out, wanted{kind: "tls", address: a, allow: c.Syslog.Allow, connections: c.Syslog.Connections,
			clientCA: c.Syslog.ClientCA, clientCert: c.Syslog.ClientCert})
	}
	for _, i := range c.Capture.Interfaces {
		out = append(out, wanted{kind: "sniff", address: i, filter: c.Capture.Filter, flows: c.Capture.Flows})
	}
	return out
}

// open binds what w names. The source reads nothing before it runs.
func (in *inputs) open(ctx context.Context, w wanted) (collector.Source, error) {
	opt := syslog.Options{Address: w.address, MaxConns: w.connections, Log: in.Log}
	for _, a := range w.allow {
		p, err := netip.ParsePrefix(a)
		if err != nil {
			return nil, err
		}
		opt.Allow = append(opt.Allow, p)
	}
	switch w.kind {
	case "udp":
		return syslog.ListenUDP(ctx, opt)
	case "tls":
		conf, err := in.tlsConfig(w)
		if err != nil {
			return nil, err
		}
		opt.TLS = func() *tls.Config { return conf }
		return syslog.ListenTCP(ctx, opt)
	case "tcp":
		return syslog.ListenTCP(ctx, opt)
	case "sniff":
		return sniff.Open(w.address, sniff.Options{Filter: w.filter, MaxFlows: w.flows, Promiscuous: true})
	}
	return nil, fmt.Errorf("input %q: no such kind", w.kind)
}

func (in *inputs) tlsConfig(w wanted) (*tls.Config, error) {
	mode := map[string]syslog.ClientCerts{"none": syslog.ClientNone, "optional": syslog.ClientOptional, "required": syslog.ClientRequired}[w.clientCert]
	var pool *x509.CertPool
	if w.clientCA != "" {
		pem, err := os.ReadFile(w.clientCA)
		if err != nil {
			return nil, fmt.Errorf("syslog.client_ca: %w", err)
		}
		pool = x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("syslog.client_ca: %s holds no certificate", w.clientCA)
		}
	}
	return syslog.ServerConfig(in.cert.Load, mode, pool), nil
}

// prepare opens what the configuration names and is not open yet, without
// starting it, and fails whole when one cannot be opened. The result is for
// swap.
func (in *inputs) prepare(ctx context.Context, c *config.Config) (map[string]*input, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	next := map[string]*input{}
	var errs []error
	for _, w := range wants(c) {
		if old := in.running[w.name()]; old != nil && reflect.DeepEqual(old.wanted, w) {
			next[w.name()] = old
			continue
		}
		if _, held := in.running[w.name()]; held {
			if err := in.check(w); err != nil {
				errs = append(errs, err)
				continue
			}
			next[w.name()] = &input{wanted: w} // the port is ours: opened anew in swap
			continue
		}
		src, err := in.open(ctx, w)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		next[w.name()] = &input{wanted: w, source: src}
	}
	if len(errs) > 0 {
		for name, n := range next {
			if in.running[name] != n {
				n.close()
			}
		}
		return nil, errors.Join(errs...)
	}
	return next, nil
}

// check says what is wrong with an input that cannot be opened yet.
func (in *inputs) check(w wanted) error {
	switch w.kind {
	case "tls":
		_, err := in.tlsConfig(w)
		return err
	case "sniff":
		return sniff.CheckFilter(w.filter)
	}
	return nil
}

// swap stops what is no longer named and starts what is new. ctx is the one that
// ends the sources.
func (in *inputs) swap(ctx context.Context, next map[string]*input) {
	in.mu.Lock()
	old := in.running
	in.running = next
	in.mu.Unlock()
	for name, o := range old {
		if next[name] != o {
			o.cancel()
			<-o.done
		}
	}
	for name, n := range next {
		if old[name] != n {
			in.start(ctx, n)
		}
	}
}

// start runs an input until its context ends, opening it again when it breaks.
func (in *inputs) start(ctx context.Context, n *input) {
	ctx, n.cancel = context.WithCancel(ctx)
	n.done = make(chan struct{})
	in.wg.Go(func() {
		defer close(n.done)
		in.keep(ctx, n)
	})
}

func (in *inputs) keep(ctx context.Context, n *input) {
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		err := in.once(ctx, n)
		if ctx.Err() != nil {
			return
		}
		text := "ended"
		if err != nil {
			text = err.Error()
		}
		n.down.Store(&text)
		in.Log.Error("an input is down; trying again", "input", n.wanted.name(), "error", text, "after", pause)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (in *inputs) once(ctx context.Context, n *input) error {
	if n.source == nil {
		src, err := in.open(ctx, n.wanted)
		if err != nil {
			return err
		}
		n.source = src
	}
	in.know(n, n.source.Inputs())
	n.down.Store(nil)
	err := n.source.Run(ctx, in.sink)
	n.source = nil // its socket is closed
	return err
}

// know adds the accounts of a source. One that was opened again goes on in a
// new account; Accounts adds them up by name.
func (in *inputs) know(n *input, accounts []*collector.Input) {
	in.mu.Lock()
	defer in.mu.Unlock()
	n.accounts = accounts
	for _, a := range accounts {
		if !slices.Contains(in.accounts, a) {
			in.accounts = append(in.accounts, a)
		}
	}
}

// list returns the account of every input, by name.
func (in *inputs) list() []Input {
	in.mu.Lock()
	defer in.mu.Unlock()
	var out []Input
	for _, a := range in.accounts {
		one := accountOf(a)
		i := slices.IndexFunc(out, func(o Input) bool { return o.Name == one.Name })
		if i < 0 {
			out = append(out, one)
		} else {
			out[i].add(one)
		}
	}
	for name, n := range in.running {
		if why := n.down.Load(); why != nil {
			found := false
			for _, a := range n.accounts {
				for i := range out {
					if out[i].Name == a.Name {
						out[i].Down, found = *why, true
					}
				}
			}
			if !found {
				out = append(out, Input{Name: name, Down: *why})
			}
		}
	}
	return out
}

func (a *Input) add(b Input) {
	a.Received += b.Received
	a.Stored += b.Stored
	a.Filtered += b.Filtered
	a.DroppedFull += b.DroppedFull
	a.DroppedKernel += b.DroppedKernel
	a.InFlight += b.InFlight
	a.Bytes += b.Bytes
	a.Truncated += b.Truncated
	a.Malformed += b.Malformed
	a.Refused += b.Refused
	a.NotUnderstood += b.NotUnderstood
}

func (n *input) close() {
	if c, ok := n.source.(interface{ Close() error }); ok {
		c.Close()
	}
}

// wait returns when every input has ended; their context must have.
func (in *inputs) wait() { in.wg.Wait() }
