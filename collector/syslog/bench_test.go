package syslog

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"picket/collector"
)

// line is as long as a firewall's usual one.
var line = "<189>" + strings.Repeat(`srcip=192.0.2.1 dstport=443 `, 15)

// BenchmarkFraming measures the splitter alone, over streams in memory.
func BenchmarkFraming(b *testing.B) {
	for _, bench := range []struct{ name, message string }{
		{"lines", line + "\n"}, {"counted", counts(line)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			stream := []byte(strings.Repeat(bench.message, 128))
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			messages := 0
			for b.Loop() {
				s := splitter{limit: MaxMessage}
				for rest := stream; ; messages++ {
					_, n, ok := s.next(rest, false)
					if !ok {
						break
					}
					rest = rest[n:]
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(messages), "ns/message")
		})
	}
}

// hole takes everything.
type hole struct{ n atomic.Uint64 }

func (h *hole) Put(_ context.Context, records []collector.Record) (int, error) {
	return h.Offer(records), nil
}

func (h *hole) Offer(records []collector.Record) int {
	h.n.Add(uint64(len(records)))
	return len(records)
}

// BenchmarkReceive measures loopback with its sender, which takes a good part of
// the time: sends of one datagram, writes of 64 messages.
func BenchmarkReceive(b *testing.B) {
	cert, err := LoadOrMake(b.TempDir(), "own", []string{"127.0.0.1"})
	if err != nil {
		b.Fatal(err)
	}
	config := ServerConfig(func() *tls.Certificate { return &cert }, ClientNone, nil)
	for _, bench := range []struct {
		name  string
		batch int
		make  func() (receiver, error)
		dial  func(address string) (net.Conn, error)
	}{
		{"udp", 1, func() (receiver, error) {
			return ListenUDP(b.Context(), Options{Address: "127.0.0.1:0"})
		}, func(address string) (net.Conn, error) { return net.Dial("udp", address) }},
		{"tcp", 64, func() (receiver, error) {
			return ListenTCP(b.Context(), Options{Address: "127.0.0.1:0"})
		}, func(address string) (net.Conn, error) { return net.Dial("tcp", address) }},
		{"tls", 64, func() (receiver, error) {
			return ListenTCP(b.Context(), Options{Address: "127.0.0.1:0", TLS: func() *tls.Config { return config }})
		}, func(address string) (net.Conn, error) { return tls.Dial("tcp", address, trusting(&cert)) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			r, err := bench.make()
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error)
			sink := new(hole)
			go func() { done <- r.Run(ctx, sink) }()
			conn, err := bench.dial(r.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			text := []byte(strings.Repeat(line+"\n", bench.batch))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			sent := uint64(0)
			for b.Loop() {
				if _, err := conn.Write(text); err != nil {
					b.Fatal(err)
				}
				sent += uint64(bench.batch)
			}
			in := r.Inputs()[0]
			for end := time.Now().Add(10 * time.Second); in.Received.Load() < sent && time.Now().Before(end); {
				<-time.After(time.Millisecond)
			}
			elapsed := b.Elapsed()
			conn.Close()
			cancel()
			if err := <-done; err != nil {
				b.Error(err)
			}
			b.ReportMetric(float64(sink.n.Load())/elapsed.Seconds(), "messages/s")
			b.ReportMetric(100*float64(in.DroppedKernel.Load())/float64(sent), "%dropped")
			if in.Received.Load() != sent {
				b.Errorf("sent %d, received %d", sent, in.Received.Load())
			}
		})
	}
}

// BenchmarkReadUDP measures the reader alone: the kernel holds the datagrams.
func BenchmarkReadUDP(b *testing.B) {
	const waiting = 2048
	u := listenUDP(b, Options{})
	defer u.Close()
	conn := dialUDP(b, u)
	s := u.sockets[0]
	s.in.init(MaxMessage)
	raw, err := s.conn.SyscallConn()
	if err != nil {
		b.Fatal(err)
	}
	sink := new(hole)
	text := []byte(line)
	b.SetBytes(int64(waiting * len(text)))
	b.ReportAllocs()
	rounds := 0
	for b.Loop() {
		b.StopTimer()
		for range waiting {
			if _, err := conn.Write(text); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if err := s.drain(raw, sink); err != nil {
			b.Fatal(err)
		}
		rounds++
	}
	if got := sink.n.Load(); got != uint64(rounds*waiting) {
		b.Errorf("sent %d, read %d", rounds*waiting, got)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rounds*waiting), "ns/message")
}
