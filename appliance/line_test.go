package appliance

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"

	"picket/appliance/uplink"
	"picket/appliance/uplink/soc"
	"picket/normalize/ocsf"
)

// broker is one JetStream server in this process, on a fixed port, that can be
// taken away and brought back.
func broker(t *testing.T, dir string, port int) *natsd.Server {
	t.Helper()
	s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true, SyncAlways: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the broker does not come up")
	}
	return s
}

// TestSOCHasEveryEventOnce: what the appliance stored while the SOC was away,
// while the broker died and came back, and across its own restart is at the SOC
// in the end, each event once.
func TestSOCHasEveryEventOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	c := testConfig(t.TempDir())
	c.Web.Listen, c.Syslog.UDP, c.Syslog.TLS = "", nil, nil
	c.Uplink.URLs, c.Uplink.Tenant, c.Uplink.Site = []string{fmt.Sprintf("nats://127.0.0.1:%d", port)}, "acme", "branch-1"
	files := t.TempDir()

	r := start(t, c, nil) // no broker yet
	send(t, r, 0, 3000)
	srv := broker(t, files, port)
	out := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	drained := make(chan error, 1)
	counts := &soc.Counts{}
	go func() {
		drained <- soc.Drain(ctx, soc.Options{Server: uplink.Servers{URLs: c.Uplink.URLs}, Dir: out, Counts: counts})
	}()
	send(t, r, 3000, 6000)
	srv.Shutdown()
	srv.WaitForShutdown()
	send(t, r, 6000, 8000)
	r.end()
	again := start(t, c, nil)
	srv = broker(t, files, port)
	defer func() { srv.Shutdown(); srv.WaitForShutdown() }()
	send(t, again, 8000, 9000)
	last := again.store.Last()
	again.until("the SOC has receipted all", func() bool {
		s := again.line.Status()
		if len(s.Lanes) == 0 {
			return false
		}
		for _, lane := range s.Lanes {
			if lane.Backlog > 0 || lane.Seen < last {
				return false
			}
		}
		return true
	})
	stop()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	seen := map[uint64]int{}
	lines := 0
	for _, name := range found(t, out, "*.ndjson") {
		lines += readNumbers(t, name, seen)
	}
	for n := uint64(1); n <= last; n++ {
		if seen[n] != 1 {
			t.Fatalf("event %d is at the SOC %d times", n, seen[n])
		}
	}
	if lines < 9000 {
		t.Errorf("%d events at the SOC", lines)
	}
}

// send sends numbered lines over TCP and waits until they are stored.
func send(t *testing.T, r *running, from, to int) {
	t.Helper()
	conn, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	before := r.input("tcp").Stored
	w := bufio.NewWriter(conn)
	for i := from; i < to; i++ {
		fmt.Fprintf(w, "<86>Jan  5 12:00:00 srv1 sshd[412]: Failed password for anna from 198.51.100.%d port %d ssh2\n", i%250, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	r.until("the lines are stored", func() bool { return r.input("tcp").Stored == before+uint64(to-from) })
}

// found lists the files of a name below a folder.
func found(t *testing.T, dir, pattern string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if ok, _ := filepath.Match(pattern, d.Name()); ok && err == nil {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// readNumbers counts the numbered events of a file.
func readNumbers(t *testing.T, name string, seen map[uint64]int) (n int) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<22)
	var e ocsf.Event
	for sc.Scan() {
		if err := ocsf.ReadJSON(sc.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e.Seq > 0 {
			seen[e.Seq]++
			n++
		}
	}
	return n
}
