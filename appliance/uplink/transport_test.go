package uplink_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"picket/appliance/uplink"
	"picket/appliance/uplink/soc"
)

// far is the other end of a transport, for the conformance test.
type far interface {
	transport() uplink.Transport
	stored() []uplink.Message // what it has durably
	say(receipt []byte)       // to pk.acme.berlin.down.receipt
	stop()                    // goes away
	start()                   // comes back
	mute(bool)                // stores, but does not acknowledge
	tooLarge() int            // bytes of a payload that it never takes
}

// TestTransports runs what [uplink.Transport] promises over all transports, the
// tests' own too.
func TestTransports(t *testing.T) {
	t.Parallel() // waits for the most part
	for name, open := range map[string]func(testing.TB) far{
		"pipe": func(testing.TB) far { p := newPipe(); p.limit = 1 << 20; return &farPipe{p: p} },
		"nats": newFarNATS,
	} {
		t.Run(name, func(t *testing.T) { conform(t, open(t)) })
	}
}

func conform(t *testing.T, far far) {
	tr := far.transport()
	publish := func(m *uplink.Message) error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		return tr.Publish(ctx, m)
	}
	batch := func(first int) *uplink.Message {
		payload, n := uplink.Pack(items(first, 3, 10), 1<<20)
		return &uplink.Message{Subject: "pk.acme.berlin.ev", Payload: payload, Head: uplink.Head{Box: "b", Log: "l", Lane: uplink.Events,
			Prev: uint64(first - 1), First: uint64(first), Last: uint64(first + 2), Count: n, Lost: 4, Schema: uplink.Schema}}
	}
	if err := publish(batch(1)); !errors.Is(err, uplink.ErrDown) {
		t.Errorf("before Run: got %v, want ErrDown", err)
	}
	receipts := make(chan []byte, 100)
	stop := background(t, "transport", func(ctx context.Context) error {
		return tr.Run(ctx, "pk.acme.berlin.down.receipt", func(b []byte) { receipts <- bytes.Clone(b) })
	})
	up := func() bool { return tr.Link().Up && publish(batch(1)) == nil }
	within(t, 10*time.Second, "the line", up)

	// A message arrives as it was, and once for one id.
	for range 3 {
		if err := publish(batch(4)); err != nil {
			t.Fatal(err)
		}
	}
	got := far.stored()
	if len(got) != 2 {
		t.Fatalf("%d messages stored, want 2", len(got))
	}
	if want := batch(4); got[1].Subject != want.Subject || got[1].Head != want.Head || !bytes.Equal(got[1].Payload, want.Payload) {
		t.Errorf("stored %+v, want %+v", got[1], *want)
	}

	// What will never be taken is told from what may be later.
	large := batch(7)
	large.Payload = make([]byte, far.tooLarge())
	if err := publish(large); !errors.Is(err, uplink.ErrTooLarge) {
		t.Errorf("too large: got %v, want ErrTooLarge", err)
	}
	if err := publish(batch(7)); err != nil {
		t.Errorf("after one too large: %v", err)
	}

	// Receipts come as they were said.
	far.say([]byte(`{"log":"l","lane":"ev","through":6}`))
	select {
	case b := <-receipts:
		if string(b) != `{"log":"l","lane":"ev","through":6}` {
			t.Errorf("receipt %s", b)
		}
	case <-time.After(5 * time.Second):
		t.Error("no receipt")
	}

	// Without an acknowledgement Publish ends with its context, and the retry is
	// taken once.
	far.mute(true)
	if err := publish(batch(10)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without an acknowledgement: got %v, want DeadlineExceeded", err)
	}
	far.mute(false)
	within(t, 10*time.Second, "the retry", func() bool { return publish(batch(10)) == nil })
	if got := far.stored(); len(got) != 4 {
		t.Errorf("%d messages stored, want 4", len(got))
	}

	// The line goes down and comes back by itself.
	before := tr.Link().Since
	far.stop()
	within(t, 10*time.Second, "the line to go down", func() bool { return !tr.Link().Up })
	if err := publish(batch(13)); !errors.Is(err, uplink.ErrDown) {
		t.Errorf("while down: got %v, want ErrDown", err)
	}
	far.start()
	within(t, 20*time.Second, "the line to come back", func() bool { return publish(batch(13)) == nil })
	if l := tr.Link(); !l.Up || !l.Since.After(before) {
		t.Errorf("link %+v, before %v", l, before)
	}
	stop()
	if tr.Link().Up || !errors.Is(publish(batch(16)), uplink.ErrDown) {
		t.Error("still up after Run")
	}
}

type farPipe struct{ p *pipe }

func (f *farPipe) transport() uplink.Transport { return f.p }
func (f *farPipe) say(b []byte)                { f.p.mu.Lock(); defer f.p.mu.Unlock(); f.p.receive(b) }
func (f *farPipe) stop()                       { f.p.set(false) }
func (f *farPipe) start()                      { f.p.set(true) }
func (f *farPipe) tooLarge() int               { return 2 << 20 }

func (f *farPipe) mute(on bool) {
	f.p.with(func(p *pipe) { p.noAck = func(*uplink.Message) bool { return on } })
}

func (f *farPipe) stored() []uplink.Message {
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	return slices.Clone(f.p.stored)
}

type farNATS struct {
	t    testing.TB
	c    *cluster
	p    *proxy
	conn *nats.Conn
	n    *uplink.NATS
}

func newFarNATS(t testing.TB) far {
	c := startCluster(t, 1)
	conn, err := nats.Connect(c.urls()[0], nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := soc.EnsureStream(ctx, conn, soc.Options{Duplicates: time.Minute}); err != nil {
		t.Fatal(err)
	}
	p := startProxy(t, c.addr(0))
	return &farNATS{t, c, p, conn, &uplink.NATS{Servers: uplink.Servers{URLs: []string{p.url()}}}}
}

func (f *farNATS) transport() uplink.Transport { return f.n }
func (f *farNATS) stop()                       { f.c.kill(0) }
func (f *farNATS) start()                      { f.c.start(0) }
func (f *farNATS) tooLarge() int               { return 2 << 20 }

func (f *farNATS) say(b []byte) {
	if err := f.conn.Publish("pk.acme.berlin.down.receipt", b); err != nil {
		f.t.Error(err)
	}
}

func (f *farNATS) mute(on bool) {
	f.p.swallow.Store(on)
	if !on {
		f.p.cut()
	}
}

func (f *farNATS) stored() []uplink.Message {
	js, err := jetstream.New(f.conn)
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := js.Stream(ctx, "PICKET")
	if err != nil {
		f.t.Fatal(err)
	}
	var out []uplink.Message
	for n := range s.CachedInfo().State.LastSeq {
		m, err := s.GetMsg(ctx, n+1)
		if err != nil {
			f.t.Fatal(err)
		}
		h, err := uplink.ParseHead(m.Header.Get)
		if err != nil {
			f.t.Error(err, m.Header)
		}
		out = append(out, uplink.Message{Subject: m.Subject, Head: h, Payload: m.Data})
	}
	return out
}
