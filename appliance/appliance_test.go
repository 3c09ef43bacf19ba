package appliance

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"picket/appliance/config"
	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("PICKET_TEST_VICTIM"); dir != "" {
		victim(dir)
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

// testConfig is an appliance on free ports of loopback.
func testConfig(dir string) *config.Config {
	c := config.Default()
	c.Name, c.Data = "branch-1", dir
	c.Syslog.UDP, c.Syslog.TCP, c.Syslog.TLS = []string{"127.0.0.1:0"}, []string{"127.0.0.1:0"}, []string{"127.0.0.1:0"}
	c.Web.Listen = "127.0.0.1:0"
	c.Store.Budget = 256 << 20
	c.Pipeline.Commit = config.Duration(10 * time.Millisecond)
	return c
}

// running is an appliance that runs for a test.
type running struct {
	*Appliance
	t    *testing.T
	stop context.CancelFunc
	done chan error
	hup  chan os.Signal
	out  bytes.Buffer
}

func start(t *testing.T, c *config.Config, load func() (*config.Config, error)) *running {
	t.Helper()
	r := &running{t: t, done: make(chan error, 1), hup: make(chan os.Signal, 1)}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := New(ctx, c, Options{Log: log, Console: &r.out, Load: load})
	if err != nil {
		t.Fatal(err)
	}
	r.Appliance = a
	go func() { r.done <- a.Run(ctx, r.hup) }()
	t.Cleanup(func() { r.end() })
	r.until("the inputs are up", func() bool { return len(a.Status().Inputs) >= len(wants(c)) })
	return r
}

// end stops the appliance and waits for it, once.
func (r *running) end() {
	r.stop()
	select {
	case err, ok := <-r.done:
		if ok && err != nil {
			r.t.Errorf("Run: %v", err)
		}
		if ok {
			close(r.done)
		}
	case <-time.After(20 * time.Second):
		r.t.Error("the appliance does not stop")
	}
}

// until waits until something holds.
func (r *running) until(what string, holds func() bool) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(end) {
			r.t.Fatalf("waited in vain until %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func (r *running) port(kind string) string {
	for _, in := range r.Status().Inputs {
		if p, ok := strings.CutPrefix(in.Name, kind+":"); ok {
			return "127.0.0.1:" + p
		}
	}
	r.t.Fatalf("no input of kind %s", kind)
	return ""
}

func (r *running) input(kind string) Input {
	for _, in := range r.Status().Inputs {
		if strings.HasPrefix(in.Name, kind+":") {
			return in
		}
	}
	return Input{}
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func guess(i int, ok bool) string {
	verb := "Failed"
	if ok {
		verb = "Accepted"
	}
	return fmt.Sprintf("<86>%s srv1 sshd[412]: %s password for anna from 198.51.100.7 port %d ssh2", time.Now().UTC().Format(time.Stamp), verb, 4000+i)
}

func TestApplianceTellsAnAttackFromLineToIncident(t *testing.T) {
	r := start(t, testConfig(t.TempDir()), nil)
	udp, err := net.Dial("udp", r.port("udp"))
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	enc, err := tls.Dial("tcp", r.port("tls"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	for i := range 30 {
		line := guess(i, false)
		switch i % 3 {
		case 0:
			fmt.Fprint(udp, line)
		case 1:
			fmt.Fprint(tcp, line+"\n")
		default:
			fmt.Fprintf(enc, "%d %s", len(line), line)
		}
	}
	r.until("all are stored", func() bool {
		return r.input("udp").Stored == 10 && r.input("tcp").Stored == 10 && r.input("tls").Stored == 10
	})
	fmt.Fprint(tcp, guess(99, true)+"\n")
	var in *ocsf.Incident
	r.until("there is an incident", func() bool {
		list, err := r.archive.Incidents(t.Context())
		if err != nil || len(list) != 1 {
			return false
		}
		in = list[0]
		return true
	})
	if len(in.Src) != 1 || in.Src[0] != "198.51.100.7" {
		t.Errorf("the incident names %v as its source", in.Src)
	}
	d, err := r.archive.Detail(t.Context(), in.UID)
	if err != nil || len(d.EvidenceEvents) == 0 || !strings.Contains(d.EvidenceEvents[0].Raw, "password for anna") {
		t.Errorf("evidence: %+v, %v", d, err)
	}

	// A person closes it; that is durable, audited and survives a restart.
	if _, err := r.ChangeIncident(t.Context(), in.UID, Change{Kind: "close", By: "vera"}); err == nil {
		t.Error("closed without verdict and note")
	}
	if _, err := r.ChangeIncident(t.Context(), in.UID, Change{Kind: "close", By: "vera", Verdict: "true_positive", Note: "blocked"}); err != nil {
		t.Fatal(err)
	}
	log, err := auditEntries(r.store, 0, 10)
	if err != nil || len(log) != 1 || log[0].By != "vera" {
		t.Errorf("audit: %+v, %v", log, err)
	}
	for _, i := range r.Status().Inputs {
		if i.Received != i.Stored+i.Filtered+i.DroppedFull+i.DroppedKernel {
			t.Errorf("the account of %s is not balanced: %+v", i.Name, i)
		}
	}
	data := r.config.Data
	r.end()
	again := start(t, testConfig(data), nil)
	back, err := again.archive.Incident(in.UID)
	if err != nil || back.State != ocsf.Closed || back.Note != "blocked" {
		t.Errorf("after a restart: %+v, %v", back, err)
	}
}

func TestSecondApplianceOnAFolderIsTold(t *testing.T) {
	dir := t.TempDir()
	start(t, testConfig(dir), nil)
	_, err := New(t.Context(), testConfig(dir), Options{})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("got %v, want an error that names the process", err)
	}
}

func TestReloadKeepsListenersAndRefusesWhatIsWrong(t *testing.T) {
	c := testConfig(t.TempDir())
	type answer struct {
		config *config.Config
		err    error
	}
	var next atomic.Pointer[answer]
	r := start(t, c, func() (*config.Config, error) { a := next.Load(); return a.config, a.err })
	tcp, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	before := r.port("tcp")

	next.Store(&answer{err: fmt.Errorf("syslog.udp: no address")})
	r.hup <- os.Interrupt
	r.until("it was refused", func() bool { return strings.Contains(r.Status().Config, "no address") })

	changed := *c
	changed.Drop = []string{`"not worth keeping"`}
	next.Store(&answer{config: &changed})
	configured := r.Status().Configured
	r.hup <- os.Interrupt
	r.until("it is in force", func() bool { s := r.Status(); return s.Config == "" && s.Configured > configured })
	if after := r.port("tcp"); after != before {
		t.Errorf("the listener moved from %s to %s", before, after)
	}
	fmt.Fprint(tcp, "<13>Jan  5 12:00:00 h app: not worth keeping\n<13>Jan  5 12:00:00 h app: worth it\n")
	r.until("one is stored and one filtered", func() bool { in := r.input("tcp"); return in.Stored == 1 && in.Filtered == 1 })
	f, err := filter.Parse(`"worth"`)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := r.archive.Search(t.Context(), Query{Filter: f}, func(*ocsf.Event) bool { n++; return true }); err != nil || n != 1 {
		t.Errorf("found %d, %v", n, err)
	}
}

func TestPagesAndControlAnswer(t *testing.T) {
	r := start(t, testConfig(t.TempDir()), nil)
	if !strings.Contains(r.out.String(), "setup code: ") {
		t.Errorf("no setup code on the console: %q", r.out.String())
	}
	https := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, Timeout: 10 * time.Second}
	defer https.CloseIdleConnections()
	for path, want := range map[string]int{"/healthz": 200, "/": 200, "/metrics": 200} {
		resp, err := https.Get(r.web.address + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, resp.StatusCode, want)
		}
	}
	sock := SocketPath(r.config.Data)
	if st, err := os.Stat(sock); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("control socket: %v, %v", st, err)
	}
}

func TestPortInUseIsTold(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := testConfig(t.TempDir())
	c.Syslog.TCP = []string{l.Addr().String()}
	_, err = New(t.Context(), c, Options{})
	if err == nil || !strings.Contains(err.Error(), "use") {
		t.Errorf("got %v, want an error about the port in use", err)
	}
	if _, err := os.Stat(filepath.Join(c.Data, "picket.sock")); err == nil {
		t.Error("a control socket was left behind")
	}
}

// A reload before anything was received changes the engine's rules too.
func TestReloadBeforeTheFirstEvent(t *testing.T) {
	c := testConfig(t.TempDir())
	changed := *c
	changed.Rules.Folder = t.TempDir()
	for i := range 30 {
		rule := fmt.Sprintf("title: Rule %d\nid: 6c3e9a52-1f0d-4f2e-9b1b-2f1f6b6a7c%02d\nstatus: test\nlogsource: {}\ndetection:\n  s:\n    user.name: anna\n  condition: s\nlevel: low\n", i, i)
		if err := os.WriteFile(filepath.Join(changed.Rules.Folder, fmt.Sprint(i, ".yml")), []byte(rule), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := start(t, c, func() (*config.Config, error) { return &changed, nil })
	before := r.Status().Rules.Loaded
	r.hup <- os.Interrupt
	r.until("the new rules are in force", func() bool { return r.Status().Rules.Loaded == before+30 })
	tcp, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	fmt.Fprint(tcp, guess(1, false)+"\n")
	r.until("the line is stored", func() bool { return r.input("tcp").Stored == 1 })
}

// Two people decide at once: what was acknowledged to either is kept.
func TestDecisionsInQuickSuccession(t *testing.T) {
	c := testConfig(t.TempDir())
	c.Pipeline.Commit = config.Duration(300 * time.Millisecond)
	r := start(t, c, nil)
	tcp, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	for i := range 40 {
		fmt.Fprint(tcp, guess(i, false)+"\n")
	}
	var uid string
	r.until("there is an incident", func() bool {
		list, err := r.archive.Incidents(t.Context())
		if err != nil || len(list) == 0 {
			return false
		}
		uid = list[0].UID
		return true
	})
	var wg sync.WaitGroup
	for _, ch := range []Change{
		{Kind: "close", By: "vera", Verdict: "true_positive", Note: "blocked"}, {Kind: "comment", By: "wim", Note: "one"},
		{Kind: "comment", By: "xenia", Note: "two"}, {Kind: "comment", By: "yara", Note: "three"},
	} {
		wg.Go(func() {
			if _, err := r.ChangeIncident(t.Context(), uid, ch); err != nil {
				t.Errorf("%s: %v", ch.By, err)
			}
		})
	}
	wg.Wait()
	in, err := r.archive.Incident(uid)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprint(in.Comments)
	for _, want := range []string{"one", "two", "three"} {
		if !strings.Contains(said, want) {
			t.Errorf("the remark %q is lost: %s", want, said)
		}
	}
	if in.State != ocsf.Closed {
		t.Errorf("it was closed, and is %s", in.State)
	}
}
