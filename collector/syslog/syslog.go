// Package syslog receives syslog messages over UDP (RFC 5426), TCP (RFC 6587)
// and TLS (RFC 5425). It knows framing, never content: what stands in a message
// is not looked at beyond its first byte.
//
// A receiver is made by [ListenUDP] or [ListenTCP], which bind the port and fail
// with a hint when they cannot; Run then brings records until its context ends.
// Messages of one sender (of one connection) are put in the order of arrival.
// TCP and TLS wait while the queue is full, so that the sender waits too; UDP
// drops what the queue does not take, and counts it. When the context ends,
// what the kernel had already taken from the senders is still read and put.
//
// Raw is the message without its framing: trailing newlines, carriage returns
// and NULs belong to the framing on every transport, so that one message is the
// same bytes however it came. Empty messages are no messages and are not counted.
package syslog

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net/netip"
	"time"
)

// MaxMessage is the longest message that is kept whole, in bytes.
const MaxMessage = 64 << 10

// Keys of log attributes.
const (
	keyInput = "input"
	keyPeer  = "peer"
	keyError = "error"
	keyCount = "count"
)

// Options say where to listen and within which limits. A field left zero has
// the default that its comment names.
type Options struct {
	// Address is host:port. An empty host is every address of the machine, and
	// port 0 any free port.
	Address string
	// Allow names the networks that may send; none means everyone. Others are
	// counted as refused, and nothing of theirs is read.
	Allow []netip.Prefix
	// MaxMessage cuts longer messages. Default and maximum are [MaxMessage].
	MaxMessage int
	// MaxSenders bounds the table of senders (4096); further ones share one row.
	MaxSenders int
	// Grace is how long after its context ended Run may go on to deliver what
	// had arrived (4 s). Half of it is for reading, all of it for the queue.
	Grace time.Duration
	Log   *slog.Logger
	Now   func() time.Time

	// Sockets is how many sockets share a UDP port, each with its own reader
	// (1). The kernel spreads senders over them.
	Sockets int
	// ReceiveBuffer is the kernel's buffer for each UDP socket (4 MiB).
	ReceiveBuffer int

	// TLS makes ListenTCP speak TLS. It is asked anew for every connection, so
	// that a new certificate holds without closing the listener. [ServerConfig]
	// makes such a configuration.
	TLS func() *tls.Config
	// MaxConns and MaxConnsPerPeer bound open connections (1024, and 256 for one
	// address); further ones are closed and counted as refused.
	MaxConns, MaxConnsPerPeer int
	// FirstByte is how long a connection may stay open without sending anything
	// (10 min), Handshake how long TLS may take to be agreed on (15 s).
	FirstByte, Handshake time.Duration
	// Idle closes a connection that has sent nothing for so long (24 h). It is
	// long because a sender does not notice the close before it has lost a
	// message to it; peers that are gone are found by TCP's keep-alive.
	Idle time.Duration
	// Pause is how long a line may stay without its end before it is taken as
	// it is (30 s): some devices never send the last newline, or any.
	Pause time.Duration
	// Stall closes a connection that has not gone on with an octet-counted
	// message for so long (5 min).
	Stall time.Duration
}

func (o Options) withDefaults() Options {
	o.MaxMessage = min(cmp.Or(max(o.MaxMessage, 0), MaxMessage), MaxMessage)
	o.MaxSenders = cmp.Or(o.MaxSenders, 4096)
	o.Grace = cmp.Or(o.Grace, 4*time.Second)
	o.Sockets = max(o.Sockets, 1)
	o.ReceiveBuffer = cmp.Or(o.ReceiveBuffer, 4<<20)
	o.MaxConns = cmp.Or(o.MaxConns, 1024)
	o.MaxConnsPerPeer = cmp.Or(o.MaxConnsPerPeer, 256)
	o.FirstByte = cmp.Or(o.FirstByte, 10*time.Minute)
	o.Handshake = cmp.Or(o.Handshake, 15*time.Second)
	o.Idle = cmp.Or(o.Idle, 24*time.Hour)
	o.Pause = cmp.Or(o.Pause, 30*time.Second)
	o.Stall = cmp.Or(o.Stall, 5*time.Minute)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (o *Options) allows(addr netip.Addr) bool {
	if len(o.Allow) == 0 {
		return true
	}
	for _, prefix := range o.Allow {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// plain is an address as records carry it: IPv4 as IPv4, and no zone.
func plain(addr netip.Addr) netip.Addr {
	return addr.Unmap().WithZone("")
}

// outlive returns a context that ends d after ctx, for the last deliveries.
func outlive(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		select {
		case <-time.After(d):
		case <-late.Done():
		}
		cancel()
	})
	return late, cancel
}
