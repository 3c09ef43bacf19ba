package uplink

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// NATS is a [Transport] over NATS JetStream. It connects outward only, with TLS
// 1.3 and the site's certificate, and for ever: servers may come and go. Set
// Servers, then give it to a Forwarder.
type NATS struct {
	Servers

	mu   sync.Mutex // guards the rest
	conn *nats.Conn
	js   jetstream.JetStream
	link Link
}

// Run implements [Transport].
func (n *NATS) Run(ctx context.Context, receipts string, receive func([]byte)) error {
	opts, err := n.Options()
	if err != nil {
		return err
	}
	n.setLink(Link{Since: time.Now(), Err: "not connected yet"})
	opts = append(opts,
		nats.ConnectHandler(n.up),
		nats.ReconnectHandler(n.up),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { n.broken(err) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { n.broken(err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { n.remark(err) }),
	)
	if p, _, ok := cutLast(receipts, '.'); ok {
		// Answers come below the site's own subjects, where no other site listens.
		opts = append(opts, nats.CustomInboxPrefix(p+".inbox"))
	}
	closed := make(chan struct{})
	opts = append(opts, nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	conn, err := nats.Connect(n.Join(), opts...)
	if err != nil {
		return fmt.Errorf("nats: connect: %w", err)
	}
	defer func() {
		conn.Close()
		<-closed
		n.setLink(Link{Since: time.Now(), Err: "closed"})
	}()
	js, err := jetstream.New(conn)
	if err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	if _, err := conn.Subscribe(receipts, func(m *nats.Msg) { receive(m.Data) }); err != nil {
		return fmt.Errorf("nats: subscribe to receipts: %w", err)
	}
	n.mu.Lock()
	n.conn, n.js = conn, js
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.conn, n.js = nil, nil
	}()
	select {
	case <-ctx.Done():
		return nil
	case <-closed:
		err := conn.LastError()
		return fmt.Errorf("nats: the connection was given up: %w", err)
	}
}

// Publish implements [Transport].
func (n *NATS) Publish(ctx context.Context, m *Message) error {
	n.mu.Lock()
	conn, js := n.conn, n.js
	n.mu.Unlock()
	if conn == nil || !conn.IsConnected() {
		return ErrDown
	}
	msg := nats.NewMsg(m.Subject)
	m.Head.Fields(msg.Header.Set)
	msg.Data = m.Payload
	_, err := js.PublishMsg(ctx, msg, jetstream.WithMsgID(m.Head.ID()), jetstream.WithRetryAttempts(0))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrMaxPayload), errors.Is(err, jetstream.ErrStreamMessageExceedsMaximum):
		return fmt.Errorf("nats: %w", ErrTooLarge)
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrDisconnected):
		return fmt.Errorf("nats: %w: %w", ErrDown, err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("nats: no acknowledgement in time: %w", err)
	}
	return fmt.Errorf("nats: publish: %w", err)
}

// Link implements [Transport].
func (n *NATS) Link() Link {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.link
}

func (n *NATS) setLink(l Link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.link = l
}

func (n *NATS) up(c *nats.Conn) {
	n.setLink(Link{Up: true, Server: c.ConnectedAddr(), Since: time.Now()})
}

// broken takes that the line went down or did not come up.
func (n *NATS) broken(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.link.Up {
		n.link = Link{Since: time.Now()}
	}
	if err != nil {
		n.link.Err = err.Error()
	}
}

// remark takes what a server complains of while the line is up.
func (n *NATS) remark(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.link.Err = err.Error()
	}
}

// cutLast cuts s around the last sep.
func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
