package syslog

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
)

func listenUDP(t testing.TB, opt Options) *UDP {
	t.Helper()
	if opt.Address == "" {
		opt.Address = "127.0.0.1:0"
	}
	r, err := ListenUDP(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func dialUDP(t testing.TB, r receiver) *net.UDPConn {
	t.Helper()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(r.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestUDP(t *testing.T) {
	r := run(t, listenUDP(t, Options{}), 10)
	if got, want := r.in.Name, fmt.Sprintf("udp:%d", r.Addr().Port()); got != want {
		t.Errorf("input is named %q, want %q", got, want)
	}
	conn := dialUDP(t, r)
	for _, text := range []string{"<13>a", "<13>b\n", "", "\r\n\x00", "<13>c\r\n\x00", "<13>d\n e"} {
		send(t, conn, text)
	}
	rec := r.want(t, "<13>a", "<13>b", "<13>c", "<13>d\n e")
	if rec.From != local || rec.Input != r.in || rec.Received.IsZero() || rec.Cut != 0 {
		t.Errorf("record %+v", rec)
	}
	long := "<13>" + strings.Repeat("x", 60_000)
	send(t, conn, long)
	r.want(t, long)
}

func TestUDPCut(t *testing.T) {
	r := run(t, listenUDP(t, Options{MaxMessage: 8}), 10)
	conn := dialUDP(t, r)
	send(t, conn, "<13>aaaa")
	send(t, conn, "<13>bbbbbbb")
	if rec := r.want(t, "<13>aaaa", "<13>bbbb"); rec.Cut != 11 {
		t.Errorf("cut %d, want 11", rec.Cut)
	}
	if n := r.in.Truncated.Load(); n != 1 {
		t.Errorf("%d truncated, want 1", n)
	}
}

func TestUDPAllow(t *testing.T) {
	r := run(t, listenUDP(t, Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}), 10)
	stranger := dialUDP(t, r)
	friend, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)}, net.UDPAddrFromAddrPort(r.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer friend.Close()
	send(t, stranger, "<13>a")
	send(t, friend, "<13>b")
	r.want(t, "<13>b")
	if in := r.in; in.Refused.Load() != 1 || in.Received.Load() != 1 {
		t.Errorf("refused %d, received %d", in.Refused.Load(), in.Received.Load())
	}
}

// A socket that listens on all addresses sees IPv4 as IPv4.
func TestUDPBothFamilies(t *testing.T) {
	r := run(t, listenUDP(t, Options{Address: ":0"}), 10)
	for _, host := range []string{"127.0.0.1", "::1"} {
		conn, err := net.Dial("udp", net.JoinHostPort(host, fmt.Sprint(r.Addr().Port())))
		if err != nil {
			t.Skipf("no %s here: %v", host, err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("<13>a")); err != nil {
			t.Skipf("no %s here: %v", host, err)
		}
		if rec := r.want(t, "<13>a"); rec.From.String() != host {
			t.Errorf("from %v, want %s", rec.From, host)
		}
	}
}

func TestUDPSockets(t *testing.T) {
	r := run(t, listenUDP(t, Options{Sockets: 2}), 1000)
	next := make(map[string]int)
	var conns []net.Conn
	for range 16 {
		conns = append(conns, dialUDP(t, r))
	}
	for i := range 20 {
		for c, conn := range conns {
			send(t, conn, fmt.Sprintf("%d %d", c, i))
		}
	}
	for range 20 * len(conns) {
		c, i, _ := strings.Cut(r.take(t).Raw, " ")
		if i != fmt.Sprint(next[c]) {
			t.Fatalf("connection %s: message %s came, want %d", c, i, next[c])
		}
		next[c]++
	}
}

// Every datagram is received: stored, or dropped by the queue, or by the kernel.
func TestUDPOverflowIsCounted(t *testing.T) {
	const sent = 5000
	u := listenUDP(t, Options{ReceiveBuffer: 64 << 10})
	conn := dialUDP(t, u)
	for i := range sent {
		send(t, conn, fmt.Sprintf("<13>message %d", i))
	}
	r := run(t, u, 10)
	eventually(t, "all are counted", func() bool { return r.in.Received.Load() == sent })
	full, kernel := r.in.DroppedFull.Load(), r.in.DroppedKernel.Load()
	if full == 0 || kernel == 0 || full+kernel+10 != sent {
		t.Errorf("dropped %d by the queue and %d by the kernel of %d, queued %d", full, kernel, sent, len(r.queue))
	}
	r.want(t, numbered("message", 10)...)
}

func TestUDPStopLosesNothing(t *testing.T) {
	for range 20 {
		r := run(t, listenUDP(t, Options{}), 1000)
		conn := dialUDP(t, r)
		for _, text := range numbered("m", 500) {
			send(t, conn, text)
		}
		r.stop()
		r.want(t, numbered("m", 500)...)
	}
}

func TestUDPClosedOutsideFails(t *testing.T) {
	u := listenUDP(t, Options{})
	u.Close()
	if err := u.Run(t.Context(), make(queue)); err == nil {
		t.Error("Run on a closed socket returned no error")
	}
}

func TestKernelDropsBothWays(t *testing.T) {
	u := listenUDP(t, Options{ReceiveBuffer: 4 << 10})
	defer u.Close()
	conn := dialUDP(t, u)
	for range 1000 {
		send(t, conn, "<13>a")
	}
	raw, err := u.sockets[0].conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		bySocket, ok := socketDrops(fd)
		if !ok || bySocket == 0 {
			t.Errorf("SO_MEMINFO: %d, %v", bySocket, ok)
		}
		if _, err := os.Stat("/proc/net/udp"); err != nil {
			t.Skip("no /proc/net/udp")
		}
		if byProc, ok := procDrops(fd); !ok || byProc != bySocket {
			t.Errorf("/proc/net/udp: %d, %v; SO_MEMINFO: %d", byProc, ok, bySocket)
		}
	})
}

func TestDropsOf(t *testing.T) {
	const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   10: 00000000:1592 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 12
   11: 00000000:1593 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4712 2 0000000000000000 34
   12: short 4713
`
	for inode, want := range map[uint64]uint32{4711: 12, 4712: 34, 4713: 0, 12: 0} {
		if got, ok := dropsOf(strings.NewReader(table), inode); got != want || ok != (want > 0) {
			t.Errorf("inode %d: got %d, %v, want %d", inode, got, ok, want)
		}
	}
}

func TestKernelCounterWraps(t *testing.T) {
	u := listenUDP(t, Options{})
	defer u.Close()
	raw, err := u.sockets[0].conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		k := kernelDrops{last: 1<<32 - 5}
		if got := k.since(fd); got != 5 {
			t.Errorf("got %d drops over the wrap, want 5", got)
		}
	})
}
