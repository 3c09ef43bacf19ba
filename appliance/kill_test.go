package appliance

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
	"picket/store"
)

// victim runs an appliance in this process until it is killed. It prints where
// it listens, and how many events it counts as stored, again and again.
func victim(dir string) {
	c := testConfig(dir)
	c.Web.Listen, c.Syslog.UDP, c.Syslog.TLS = "", nil, nil
	a, err := New(context.Background(), c, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	go func() {
		for range time.Tick(2 * time.Millisecond) {
			for _, in := range a.Status().Inputs {
				fmt.Println(in.Name, in.Stored)
			}
		}
	}()
	if err := a.Run(context.Background(), nil); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// TestKilledApplianceLosesNothingThatItCounted kills an appliance under load at
// random moments. What it counted as stored is there afterwards, each line
// once and in order; the store is whole; what was found before is found once.
func TestKilledApplianceLosesNothingThatItCounted(t *testing.T) {
	rounds := 4
	if s := os.Getenv("PICKET_KILLS"); s != "" {
		rounds, _ = strconv.Atoi(s)
	} else if testing.Short() {
		rounds = 1
	}
	dir := t.TempDir()
	sent, counted := 0, 0
	for round := range rounds {
		var more int
		more, sent = killOnce(t, dir, sent)
		counted += more
		st, err := store.Open(dir, store.Options{FindingOf: findingOf, IncidentOf: incidentOf})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		have := countLines(t, st)
		st.Close()
		if have < counted {
			t.Fatalf("round %d: %d lines are in the store, %d were counted as stored", round, have, counted)
		}
		counted = have
		r, err := store.Check(dir, store.CheckFile)
		if err != nil || r.Damaged > 0 {
			t.Fatalf("round %d: check: %+v, %v", round, r, err)
		}
	}
	if counted == 0 {
		t.Fatal("nothing was ever counted: the test tests nothing")
	}
	incidentsAreWhole(t, dir)
}

// incidentsAreWhole starts the appliance once more, so that it catches up, and
// holds its incidents against those of a replay of the very lines that are in the
// store, which nobody killed.
func incidentsAreWhole(t *testing.T, dir string) {
	t.Helper()
	r := start(t, testConfig(dir), nil)
	var lines strings.Builder
	err := r.store.Read(t.Context(), 0, func(e *ocsf.Event) bool {
		if lineNumber.MatchString(e.Raw) {
			lines.WriteString(e.Raw + "\n")
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	r.until("what still grows is told", func() bool { return r.counts.Load() != nil }) // after the first tick
	got := stories(t, r.archive)

	whole := t.TempDir()
	_, err = Replay(t.Context(), ReplayOptions{Data: whole, Files: []string{"-"}, Stdin: strings.NewReader(lines.String()),
		Errors: io.Discard, Zone: time.UTC, Now: func(*os.File) time.Time { return time.Now() }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(whole)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	want := stories(t, a)
	for s := range want {
		if got[s] == 0 {
			t.Errorf("lost: %s", s)
		}
	}
	for s, n := range got {
		if want[s] == 0 || n > want[s] {
			t.Errorf("there %d times, want %d: %s", n, want[s], s)
		}
	}
	if len(want) == 0 {
		t.Error("a replay finds no incident: the test tests nothing")
	}
}

// stories tells incidents by what they are about.
func stories(t *testing.T, a *Archive) map[string]int {
	t.Helper()
	list, err := a.Incidents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, in := range list {
		if in.Into == "" {
			out[fmt.Sprint(in.Src, in.Dst, in.Users, in.Techniques, in.Severity)]++
		}
	}
	return out
}

// killOnce runs the victim, sends lines, kills it, and returns how many it had
// counted as stored and the number of the next line.
func killOnce(t *testing.T, dir string, next int) (counted, sent int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PICKET_TEST_VICTIM="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "tcp:") {
		t.Fatalf("the victim says %q", lines.Text())
	}
	port, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "tcp:"), " ")
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	stop := make(chan int)
	go func() {
		w := bufio.NewWriterSize(conn, 4096)
		i := next
		for {
			_, err := fmt.Fprintf(w, "<86>%s srv1 sshd[412]: Failed password for anna from 198.51.100.%d port %d ssh2 line=%d\n",
				killStart.Add(time.Duration(i)*time.Second).Format(time.Stamp), i/400%250, 1024+i%60000, i)
			if err != nil {
				stop <- i
				return
			}
			i++
		}
	}()
	want := 200 + rand.IntN(4000)
	for lines.Scan() {
		if _, n, ok := strings.Cut(lines.Text(), " "); ok {
			counted, _ = strconv.Atoi(n)
		}
		if counted >= want {
			break
		}
	}
	cmd.Process.Kill()
	for lines.Scan() { // what it had said before it died
		if _, n, ok := strings.Cut(lines.Text(), " "); ok {
			if x, err := strconv.Atoi(n); err == nil {
				counted = max(counted, x)
			}
		}
	}
	io.Copy(io.Discard, out)
	conn.Close()
	return counted, <-stop
}

// killStart is the time of the first line.
var killStart = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

var lineNumber = regexp.MustCompile(`line=(\d+)$`)

// countLines counts the lines in the store and fails on one that is there twice
// or out of order, and on a finding that is there twice.
func countLines(t *testing.T, st *store.Store) int {
	t.Helper()
	n, last := 0, -1
	findings := map[string]int{}
	err := st.Read(t.Context(), 0, func(e *ocsf.Event) bool {
		if f, ok := findingOf(e); ok {
			findings[f.UID]++
			return true
		}
		m := lineNumber.FindStringSubmatch(e.Raw)
		if m == nil {
			return true
		}
		i, _ := strconv.Atoi(m[1])
		if i <= last {
			t.Errorf("line %d comes after line %d", i, last)
		}
		last = i
		n++
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	for uid, k := range findings {
		if k > 1 {
			t.Errorf("finding %s is in the log %d times", uid, k)
		}
	}
	return n
}
