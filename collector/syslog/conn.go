package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"picket/collector"
)

// lastHandshake is how long a handshake may still take after the context ended.
const lastHandshake = time.Second

// drainQuiet is how long a connection must have been quiet, once the context
// has ended, to be taken for drained.
const drainQuiet = 200 * time.Millisecond

// conn is one connection, served by one goroutine.
type conn struct {
	t      *TCP
	tcp    *net.TCPConn
	stream io.ReadWriteCloser // tcp, or TLS over it
	remote netip.AddrPort
	peer   netip.Addr

	split splitter
	buf   buffer
	last  time.Time // when something was read last, or the connection opened
	heard bool      // something was read
	waits bool      // an unfinished message has been waited for
	until time.Time // when draining ends; zero before it began
}

// serve reads messages until the peer ends, breaks a limit, or ctx ends and the
// connection is drained. late ends when nothing more may be delivered.
func (c *conn) serve(ctx, late context.Context, sink collector.Sink) {
	if c.t.opt.TLS != nil && !c.handshake(ctx) {
		return
	}
	c.split.limit = c.t.opt.MaxMessage
	c.buf.max = c.split.needs()
	c.last = time.Now()

	// A Read that waits is ended by a new deadline. FIN tells a sender that looks
	// for it to keep what it has not sent yet. TLS's own close is not sent before
	// that: it would lie unread at a sender that never reads, and such a socket
	// resets the connection when it closes, and with it what is on the way.
	defer context.AfterFunc(ctx, func() {
		c.tcp.CloseWrite()
		c.tcp.SetReadDeadline(time.Now())
	})()
	defer c.stream.Close()
	for {
		err := c.read(ctx)
		eof := err != nil && !c.goesOn(ctx, err)
		if !c.deliver(late, sink, eof || c.paused(err)) || eof {
			return
		}
	}
}

// read fills the buffer under the deadline that holds at the moment.
func (c *conn) read(ctx context.Context) error {
	c.tcp.SetReadDeadline(c.deadline())
	if ctx.Err() != nil {
		now := time.Now()
		if c.until.IsZero() {
			c.until = now.Add(c.t.opt.Grace / 2)
		}
		c.tcp.SetReadDeadline(earlier(now.Add(drainQuiet), c.until))
	}
	before := c.buf.w - c.buf.r
	err := c.buf.fill(c.stream)
	if c.buf.w-c.buf.r > before {
		c.last, c.heard, c.waits = time.Now(), true, false
	}
	return err
}

func (c *conn) deadline() time.Time {
	opt := &c.t.opt
	switch {
	case !c.heard:
		return c.last.Add(opt.FirstByte)
	case len(c.buf.unused()) == 0 && c.split.skip == 0:
		return c.last.Add(opt.Idle)
	case c.waits:
		return c.last.Add(opt.Stall)
	}
	return c.last.Add(min(opt.Pause, opt.Stall))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// goesOn tells whether the connection goes on after a read that failed: only
// after a pause in an unfinished message, once for each.
func (c *conn) goesOn(ctx context.Context, err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	if ctx.Err() != nil {
		// It was the deadline that ended the wait, not yet that of draining.
		return c.until.IsZero()
	}
	unfinished := c.heard && (len(c.buf.unused()) > 0 || c.split.skip > 0)
	if !unfinished || c.waits {
		return false
	}
	c.waits = true
	return true
}

// paused tells whether an unfinished message is to be taken as it is: a line
// is, an octet-counted message has until Stall.
func (c *conn) paused(err error) bool {
	return err != nil && c.waits && c.split.takesUnfinished(c.buf.unused())
}

// deliver puts every message that the buffer holds. It tells whether the queue
// took them; what it did not take by the end of late is dropped, and counted.
func (c *conn) deliver(late context.Context, sink collector.Sink, eof bool) bool {
	b := batches.Get().(*batch)
	defer batches.Put(b)
	taken := true
	for more := true; more; {
		for more = false; len(b.frames) < batchSize; {
			f, n, ok := c.split.next(c.buf.unused(), eof)
			at := c.buf.r
			c.buf.r += n
			if !ok {
				break
			}
			if f.broken {
				c.t.in.Malformed.Add(1)
				c.t.senders.malformed(c.peer, "octet-counted framing broken (RFC 6587)", c.t.opt.Now())
			}
			if f.start < f.end {
				f.start, f.end = f.start+at, f.end+at
				b.frames = append(b.frames, f)
			}
			more = true
		}
		records := b.make(c.buf.b, c.peer, c.t.opt.Now(), c.t.in)
		if len(records) == 0 {
			continue
		}
		n, err := sink.Put(late, records)
		c.t.senders.add(records, n)
		c.t.in.DroppedFull.Add(uint64(len(records) - n))
		taken = taken && err == nil
		clear(records)
	}
	return taken
}

// handshake agrees on TLS. Nothing has been received before it has succeeded.
func (c *conn) handshake(ctx context.Context) bool {
	now := c.t.opt.Now
	tc := tls.Server(c.tcp, c.t.opt.TLS())
	ctx, stop := outlive(ctx, min(c.t.opt.Grace/2, lastHandshake))
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, c.t.opt.Handshake)
	defer cancel()
	if err := tc.HandshakeContext(ctx); err != nil {
		if errors.Is(err, io.EOF) {
			return false // a check whether the port is open
		}
		c.t.in.Refused.Add(1)
		c.t.senders.refused(c.peer, err.Error(), now())
		c.t.warn("syslog connection without TLS session", c.remote, err.Error())
		return false
	}
	c.stream = tc
	if name := peerName(tc.ConnectionState()); name != "" {
		c.t.senders.named(c.peer, name, now())
	}
	return true
}
