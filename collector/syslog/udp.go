package syslog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"picket/collector"
)

// UDP receives syslog over UDP, a message a datagram (RFC 5426).
type UDP struct {
	opt     Options
	in      *collector.Input
	senders *senders
	sockets []*socket
}

// socket is one of the sockets that share the port, with its reader.
type socket struct {
	u       *UDP
	conn    *net.UDPConn
	room    int // of the kernel's buffer, as the kernel counts
	dropped kernelDrops
	in      mmsg
	records []collector.Record
}

// ListenUDP binds the port. Run or Close must follow.
func ListenUDP(ctx context.Context, opt Options) (*UDP, error) {
	opt = opt.withDefaults()
	u := &UDP{opt: opt, senders: newSenders(opt.MaxSenders)}
	address := opt.Address
	for range opt.Sockets {
		conn, err := listenPacket(ctx, address, opt.Sockets > 1)
		if err != nil {
			u.Close()
			return nil, err
		}
		s := &socket{u: u, conn: conn}
		u.sockets = append(u.sockets, s)
		if s.room, err = setReceiveBuffer(conn, opt.ReceiveBuffer); err != nil {
			u.Close()
			return nil, fmt.Errorf("receive buffer of udp %s: %w", address, err)
		}
		// The others must have the port that the first one got.
		if host, port, err := net.SplitHostPort(address); err == nil && (port == "0" || port == "") {
			address = net.JoinHostPort(host, fmt.Sprint(u.Addr().Port()))
		}
	}
	u.in = &collector.Input{Name: inputName("udp", u.Addr())}
	if room := u.ReceiveBuffer(); room < opt.ReceiveBuffer {
		opt.Log.Warn("udp receive buffer is smaller than wanted; raise net.core.rmem_max",
			keyInput, u.in.Name, "bytes", room, "wanted", opt.ReceiveBuffer)
	}
	return u, nil
}

// Addr is where it listens.
func (u *UDP) Addr() netip.AddrPort { return u.sockets[0].conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// Inputs is the one account of the port.
func (u *UDP) Inputs() []*collector.Input { return []*collector.Input{u.in} }

// Senders are the accounts of its peers, by address.
func (u *UDP) Senders() []Sender { return u.senders.list() }

// ReceiveBuffer is what the kernel granted to each socket, in bytes.
func (u *UDP) ReceiveBuffer() int { return u.sockets[0].room }

// Close frees the port of a receiver that is not going to run.
func (u *UDP) Close() error {
	var err error
	for _, s := range u.sockets {
		err = errors.Join(err, s.conn.Close())
	}
	return err
}

// Run offers what arrives until ctx ends, and then what the kernel holds by
// then. It may be called once.
func (u *UDP) Run(ctx context.Context, sink collector.Sink) error {
	defer u.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(u.sockets))
	var readers sync.WaitGroup
	for i, s := range u.sockets {
		readers.Go(func() {
			if err := s.read(ctx, sink); err != nil {
				errs[i] = fmt.Errorf("receive on %s: %w", u.in.Name, err)
				cancel()
			}
		})
	}
	readers.Wait()
	return errors.Join(errs...)
}

// read only reads and offers: whatever else took time would cost datagrams.
func (s *socket) read(ctx context.Context, sink collector.Sink) error {
	s.in.init(s.u.opt.MaxMessage)
	s.records = make([]collector.Record, 0, mmsgBatch)
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return err
	}
	// A Read that waits is ended by its deadline.
	defer context.AfterFunc(ctx, func() { s.conn.SetReadDeadline(time.Now()) })()
	var n, busy int
	receive := func(fd uintptr) bool {
		n, err = s.in.receive(fd)
		return err != errAgain
	}
	count := s.countDropped
	for {
		rerr := raw.Read(receive)
		switch {
		case errors.Is(rerr, os.ErrDeadlineExceeded):
			return s.drain(raw, sink)
		case rerr != nil:
			return rerr
		case err != nil:
			return err
		}
		s.offer(n, sink)
		// Drops follow upon a long queue, so they are all counted when it has
		// been emptied.
		if busy++; n < mmsgBatch || busy == 64 {
			raw.Control(count)
			busy = 0
		}
	}
}

// drain takes what the kernel held when the context ended, and no more than its
// buffer can hold.
func (s *socket) drain(raw syscall.RawConn, sink collector.Sink) error {
	end := time.Now().Add(s.u.opt.Grace / 2)
	for left := 2 * s.room / minTruesize; left > 0 && time.Now().Before(end); {
		var n int
		var err error
		if cerr := raw.Control(func(fd uintptr) { n, err = s.in.receive(fd) }); cerr != nil {
			return cerr
		}
		if err == errAgain {
			break
		}
		if err != nil {
			return err
		}
		s.offer(n, sink)
		left -= n
	}
	return raw.Control(s.countDropped)
}

// offer makes records of the datagrams with one copy for all, and offers them
// at once.
func (s *socket) offer(n int, sink collector.Sink) {
	size := 0
	for i := range n {
		size += len(s.in.data(i))
	}
	var text strings.Builder // grows without zeroing, and String does not copy
	text.Grow(size)
	now := s.u.opt.Now()
	var refused uint64
	var from netip.Addr
	allowed := false
	s.records = s.records[:0]
	for i := range n {
		data := trimEnd(s.in.data(i))
		if peer := s.in.from(i); i == 0 || peer != from {
			from, allowed = peer, s.u.opt.allows(peer)
		}
		if !allowed {
			refused++
			continue
		}
		if len(data) == 0 {
			continue
		}
		at := text.Len()
		text.Write(data)
		s.records = append(s.records, collector.Record{
			Raw: text.String()[at:], Received: now, From: from, Input: s.u.in, Cut: s.in.cut(i),
		})
	}
	if refused > 0 {
		s.u.in.Refused.Add(refused)
	}
	if len(s.records) == 0 {
		return
	}
	account(s.u.in, s.records)
	queued := sink.Offer(s.records)
	s.u.senders.add(s.records, queued)
	s.u.in.DroppedFull.Add(uint64(len(s.records) - queued))
	clear(s.records)
}

// countDropped counts what the kernel dropped: the box received it.
func (s *socket) countDropped(fd uintptr) {
	if n := s.dropped.since(fd); n > 0 {
		s.u.in.Received.Add(n)
		s.u.in.DroppedKernel.Add(n)
	}
}
