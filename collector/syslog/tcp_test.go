package syslog

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func runTCP(t testing.TB, opt Options, size int) *running {
	t.Helper()
	opt.Address = "127.0.0.1:0"
	r, err := ListenTCP(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, r, size)
}

func dial(t testing.TB, r receiver) *net.TCPConn {
	t.Helper()
	conn, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(r.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func send(t testing.TB, to io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		t.Fatal(err)
	}
}

// wantClosed waits until the other end has closed the connection.
func wantClosed(t testing.TB, conn net.Conn) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection is still open: %v", err)
	}
}

func TestTCPFramings(t *testing.T) {
	r := runTCP(t, Options{}, 10)
	if got, want := r.in.Name, fmt.Sprintf("tcp:%d", r.Addr().Port()); got != want {
		t.Errorf("input is named %q, want %q", got, want)
	}
	first, second := dial(t, r), dial(t, r)
	send(t, first, "<13>line\r\n<13>unfin")
	rec := r.want(t, "<13>line")
	if rec.From != local || rec.Input != r.in || rec.Received.IsZero() || rec.Cut != 0 {
		t.Errorf("record %+v", rec)
	}
	send(t, second, counts("<13>counted\n more", "<13>next"))
	r.want(t, "<13>counted\n more", "<13>next")
	send(t, first, "ished\n")
	r.want(t, "<13>unfinished")
}

func TestTCPSlowSender(t *testing.T) {
	r := runTCP(t, Options{}, 10)
	conn := dial(t, r)
	conn.SetNoDelay(true)
	for _, c := range counts("<13>a\nb", "<13>c") {
		send(t, conn, string(c))
	}
	r.want(t, "<13>a\nb", "<13>c")
}

func TestTCPHalfClose(t *testing.T) {
	r := runTCP(t, Options{}, 10)
	conn := dial(t, r)
	send(t, conn, "<13>a\n<13>unfinished")
	conn.CloseWrite()
	r.want(t, "<13>a", "<13>unfinished")
	wantClosed(t, conn)
	if n := r.in.Malformed.Load(); n != 0 {
		t.Errorf("%d malformed", n)
	}

	conn = dial(t, r)
	send(t, conn, "100 <13>unfinished")
	conn.CloseWrite()
	if rec := r.want(t, "<13>unfinished"); rec.Cut != 100 {
		t.Errorf("cut %d, want the count", rec.Cut)
	}
	if n := r.in.Malformed.Load(); n != 1 {
		t.Errorf("%d malformed, want 1", n)
	}
	wantClosed(t, conn)
	if s := r.Senders(); len(s) != 1 || s[0].Malformed != 1 || s[0].Problem == "" || s[0].Messages != 3 {
		t.Errorf("senders %+v", s)
	}
}

func TestTCPEndlessLine(t *testing.T) {
	r := runTCP(t, Options{}, 10)
	conn := dial(t, r)
	line := strings.Repeat("x", 1<<20)
	for range 16 {
		send(t, conn, line)
	}
	rec := r.want(t, line[:MaxMessage])
	if rec.Cut <= MaxMessage {
		t.Errorf("cut %d, want more than the limit", rec.Cut)
	}
	send(t, conn, "\n<13>after\n")
	r.want(t, "<13>after")
	if n := r.in.Truncated.Load(); n != 1 {
		t.Errorf("%d truncated, want 1", n)
	}
}

// A count that a sender does not keep to must not hold its connection for ever.
func TestTCPStalledCount(t *testing.T) {
	for _, text := range []string{"12345 <13>a", "12345"} {
		r := runTCP(t, Options{Pause: 10 * time.Millisecond, Stall: 50 * time.Millisecond}, 10)
		conn := dial(t, r)
		send(t, conn, text)
		wantClosed(t, conn)
		r.want(t, strings.TrimPrefix(text, "12345 "))
		r.stop()
	}
}

func TestTCPLineWithoutEnd(t *testing.T) {
	r := runTCP(t, Options{Pause: 20 * time.Millisecond}, 10)
	conn := dial(t, r)
	for _, text := range []string{"<13>a", "<13>b", "<13>c\n<13>d"} {
		send(t, conn, text)
		r.want(t, strings.Split(text, "\n")...)
	}
}

func TestTCPDeadlines(t *testing.T) {
	r := runTCP(t, Options{FirstByte: 20 * time.Millisecond}, 10)
	wantClosed(t, dial(t, r))

	r = runTCP(t, Options{Idle: 20 * time.Millisecond}, 10)
	conn := dial(t, r)
	send(t, conn, "<13>a\n")
	wantClosed(t, conn)
	r.want(t, "<13>a")
}

func TestTCPThousandConnections(t *testing.T) {
	const conns, each = 1000, 20
	r := runTCP(t, Options{MaxConnsPerPeer: conns}, 64)
	var senders sync.WaitGroup
	open := make([]*net.TCPConn, conns)
	for i := range conns {
		open[i] = dial(t, r)
	}
	eventually(t, "all connections are open", func() bool { return r.receiver.(*TCP).Connections() == conns })
	for i, conn := range open {
		senders.Go(func() {
			for j := range each {
				if _, err := fmt.Fprintf(conn, "<13>%d %d\n", i, j); err != nil {
					t.Error(err)
				}
			}
			conn.Close()
		})
	}
	next := make([]int, conns)
	for range conns * each {
		var i, j int
		if _, err := fmt.Sscanf(r.take(t).Raw, "<13>%d %d", &i, &j); err != nil {
			t.Fatal(err)
		}
		if j != next[i] {
			t.Fatalf("connection %d: message %d came, want %d", i, j, next[i])
		}
		next[i]++
	}
	senders.Wait()
	eventually(t, "all connections are closed", func() bool { return r.receiver.(*TCP).Connections() == 0 })
}

func TestTCPLimits(t *testing.T) {
	tests := []struct {
		name string
		opt  Options
		open int
		row  bool // the refusal stands in the sender's row
	}{
		{name: "all", opt: Options{MaxConns: 2}, open: 2, row: true},
		{name: "each", opt: Options{MaxConnsPerPeer: 3}, open: 3, row: true},
		{name: "network", opt: Options{Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := runTCP(t, test.opt, 10)
			var conns []*net.TCPConn
			for range test.open {
				conns = append(conns, dial(t, r))
				send(t, conns[len(conns)-1], "<13>a\n")
				r.want(t, "<13>a")
			}
			wantClosed(t, dial(t, r))
			if n := r.in.Refused.Load(); n != 1 {
				t.Errorf("%d refused, want 1", n)
			}
			if test.row && r.Senders()[0].Refused != 1 {
				t.Errorf("senders %+v", r.Senders())
			}
			if test.open == 0 {
				return
			}
			conns[0].Close()
			eventually(t, "one is gone", func() bool { return r.receiver.(*TCP).Connections() == test.open-1 })
			send(t, dial(t, r), "<13>b\n")
			r.want(t, "<13>b")
		})
	}
}

// A full queue makes the sender wait, and loses nothing.
func TestTCPBackpressure(t *testing.T) {
	r := runTCP(t, Options{}, 8)
	conn := dial(t, r)
	line := "<13>" + strings.Repeat("x", 4000) + "\n"
	sent := 0
	for {
		conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		n, err := io.WriteString(conn, line)
		sent += n
		if err != nil {
			break
		}
		if sent > 1<<30 {
			t.Fatal("the sender never had to wait")
		}
	}
	conn.Close()
	got := 0
	for got < sent/len(line) {
		if rec := r.take(t); rec.Raw != line[:len(line)-1] {
			t.Fatalf("got %.50q", rec.Raw)
		}
		got++
	}
	if part := sent % len(line); part > 0 {
		r.want(t, line[:min(part, len(line)-1)])
	}
}

// What senders were told has been taken is delivered though the context ends
// before it was read, or even before the connection was accepted.
func TestTCPStopLosesNothing(t *testing.T) {
	for range 10 {
		r := runTCP(t, Options{}, 100_000)
		var want []string
		for i := range 5 {
			conn := dial(t, r)
			list := numbered(fmt.Sprint("conn ", i), 200)
			want = append(want, list...)
			send(t, conn, strings.Join(list, "\n")+"\n")
			if i%2 == 0 {
				conn.Close()
			}
		}
		r.stop()
		if got := len(r.queue); got != len(want) {
			t.Fatalf("got %d messages, want %d", got, len(want))
		}
	}
}

func TestTCPStopWhileSending(t *testing.T) {
	r := runTCP(t, Options{Grace: time.Second}, 1<<20)
	conn := dial(t, r)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for line := strings.Repeat("<13>again\n", 100); ; {
			if _, err := io.WriteString(conn, line); err != nil {
				return
			}
			if len(r.queue) > 1<<19 {
				<-time.After(time.Millisecond)
			}
		}
	}()
	r.take(t)
	r.stop()
	<-ended
}

// When nobody takes anything any more, Run ends with its grace, and the rest is
// counted as dropped.
func TestTCPStopWithFullQueue(t *testing.T) {
	r := runTCP(t, Options{Grace: 100 * time.Millisecond}, 10)
	send(t, dial(t, r), strings.Join(numbered("m", 1000), "\n")+"\n")
	eventually(t, "the queue is full", func() bool { return len(r.queue) == 10 })
	r.stop()
	if in := r.in; in.DroppedFull.Load() == 0 || in.Received.Load() != in.DroppedFull.Load()+10 {
		t.Errorf("received %d, dropped %d", in.Received.Load(), in.DroppedFull.Load())
	}
}

func TestListenErrors(t *testing.T) {
	r := runTCP(t, Options{}, 1)
	address := r.Addr().String()
	if _, err := ListenTCP(t.Context(), Options{Address: address}); err == nil ||
		!strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), "another port") {
		t.Errorf("port in use: %v", err)
	}
	if _, err := ListenUDP(t.Context(), Options{Address: "192.0.2.1:0"}); err == nil ||
		!strings.Contains(err.Error(), "does not have that address") {
		t.Errorf("foreign address: %v", err)
	}
	for _, address := range []string{"nonsense", "127.0.0.1:70000"} {
		if _, err := ListenTCP(t.Context(), Options{Address: address}); err == nil {
			t.Errorf("address %q is taken", address)
		}
	}
}

func TestListenErrorHints(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{unix.EACCES, "CAP_NET_BIND_SERVICE"},
		{unix.EADDRINUSE, "ss -lnp"},
		{unix.EADDRNOTAVAIL, "leave the host empty"},
	} {
		err := listenError("udp", ":514", &net.OpError{Op: "listen", Net: "udp", Err: os.NewSyscallError("bind", test.err)})
		if !errors.Is(err, test.err) || !strings.Contains(err.Error(), test.want) ||
			!strings.HasPrefix(err.Error(), "listen for syslog on udp :514: ") {
			t.Errorf("got %q, want %q in it", err, test.want)
		}
	}
}

// MPTCP would slip past rules on binding TCP ports.
func TestListenWithoutMPTCP(t *testing.T) {
	if listenConfig(false).MultipathTCP() {
		t.Error("MPTCP is on")
	}
}
