package sniff

import (
	"context"
	"errors"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"picket/collector"
	"picket/normalize/ocsf"
)

// shelf is a sink that keeps what it is given, as far as it has room.
type shelf struct {
	mu   sync.Mutex // guards the rest
	recs []collector.Record
	room int
}

func (s *shelf) Put(_ context.Context, rs []collector.Record) (int, error) { return s.Offer(rs), nil }

func (s *shelf) Offer(rs []collector.Record) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(rs), s.room-len(s.recs))
	s.recs = append(s.recs, rs[:n]...)
	return n
}

func (s *shelf) count(class ocsf.Class) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.recs {
		if r.Event.Class == class {
			n++
		}
	}
	return n
}

// inNamespace runs f on a thread of its own in a network namespace of its own,
// whose loopback interface is up. The thread ends with f.
func inNamespace(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread must not be used again
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			err = loopbackUp()
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; errors.Is(err, unix.EPERM) {
		t.Skip("no privilege to make a network namespace: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var req struct {
		name  [unix.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(req.name[:], "lo")
	req.flags = unix.IFF_UP | unix.IFF_RUNNING
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&req))); e != 0 {
		return e
	}
	return nil
}

// TestLive sees a DNS exchange and a connection on an interface, and accounts
// for every event.
func TestLive(t *testing.T) {
	var l *Live
	var answer net.PacketConn
	var listener net.Listener
	var ask, conn net.Conn
	inNamespace(t, func() {
		var err error
		if l, err = Open("lo", Options{DNSIdle: 50 * time.Millisecond, Linger: 50 * time.Millisecond, Ring: 4 << 20, Promiscuous: true}); err != nil {
			t.Error(err)
			return
		}
		if answer, err = net.ListenPacket("udp4", "127.0.0.1:53"); err != nil {
			t.Error(err)
			return
		}
		if ask, err = net.Dial("udp4", "127.0.0.1:53"); err != nil {
			t.Error(err)
			return
		}
		if listener, err = net.Listen("tcp4", "127.0.0.1:8080"); err != nil {
			t.Error(err)
			return
		}
		if conn, err = net.Dial("tcp4", "127.0.0.1:8080"); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() || l == nil {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	sink := &shelf{room: 1000}
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, sink) }()

	buf := make([]byte, 2048)
	if _, err := ask.Write(dnsQueryBytes(5, "live.example.com", 1)); err != nil {
		t.Fatal(err)
	}
	_, from, err := answer.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer.WriteTo(dnsResponse(5, "live.example.com", 1, 0, []byte{192, 0, 2, 1}), from); err != nil {
		t.Fatal(err)
	}
	peer, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte(getA))
	_, _ = peer.Read(buf)
	_, _ = peer.Write([]byte(resA))
	_, _ = conn.Read(buf)
	for _, c := range []interface{ Close() error }{conn, peer, listener, ask, answer} {
		_ = c.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for sink.count(ocsf.NetworkActivity) < 2 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond) // asks again until the deadline
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if d, h, f := sink.count(ocsf.DNSActivity), sink.count(ocsf.HTTPActivity), sink.count(ocsf.NetworkActivity); d != 1 || h != 1 || f != 2 {
		t.Errorf("got %d DNS events, %d HTTP, %d flows", d, h, f)
	}
	for _, r := range sink.recs {
		if r.Input != l.Inputs()[0] || r.Event.Input != "sniff:lo" || r.Received.IsZero() {
			t.Errorf("record: %+v", r)
		}
		if r.Event.Class == ocsf.DNSActivity {
			want(t, r.Event, map[ocsf.Field]string{ocsf.QueryName: "live.example.com", ocsf.RCode: "NoError", ocsf.AnswerData: "192.0.2.1"})
		}
	}
	if in := l.Inputs()[0]; in.Received.Load() != uint64(len(sink.recs)) || in.Dropped() != 0 {
		t.Errorf("received %d, dropped %d, kept %d", in.Received.Load(), in.Dropped(), len(sink.recs))
	}
	if st := l.Stats(); st.Packets < 8 || st.Events != uint64(len(sink.recs)) {
		t.Errorf("%+v", st)
	}
}

// TestLiveOverload accounts for what neither ring nor queue had room for.
func TestLiveOverload(t *testing.T) {
	var l *Live
	inNamespace(t, func() {
		var err error
		if l, err = Open("lo", Options{Ring: 1 << 20}); err != nil {
			t.Error(err)
			return
		}
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer unix.Close(fd)
		big := make([]byte, 1200)
		for i := range 8000 { // nobody reads yet: the ring overflows
			_ = unix.Sendto(fd, big, 0, &unix.SockaddrInet4{Port: 1000 + i%4000, Addr: [4]byte{127, 0, 0, 1}})
		}
	})
	if t.Failed() || l == nil {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	sink := &shelf{room: 10}
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, sink) }()
	deadline := time.Now().Add(10 * time.Second)
	for l.Inputs()[0].DroppedKernel.Load() == 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond) // asks again until the deadline
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	in := l.Inputs()[0]
	if in.DroppedKernel.Load() == 0 || in.DroppedFull.Load() == 0 {
		t.Errorf("dropped: %d by the kernel, %d by the queue", in.DroppedKernel.Load(), in.DroppedFull.Load())
	}
	if got, want := in.Received.Load(), uint64(len(sink.recs))+in.Dropped(); got != want {
		t.Errorf("received %d, accounted for %d", got, want)
	}
}

func TestOpenFails(t *testing.T) {
	if _, err := Open("nonesuch0", Options{}); err == nil {
		t.Error("no error for an interface that is not there")
	}
	if _, err := Open("lo", Options{Filter: "port x"}); err == nil {
		t.Error("no error for a broken filter")
	}
}
