package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

// The test binary is its own victim: with this variable it appends to the folder
// that it names until it is killed.
const victim = "PICKET_STORE_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		if err := appendForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// appendForever appends batches of all sizes, and prints each number when it is
// acknowledged. Event n is always the same.
func appendForever(dir string) error {
	s, err := Open(dir, Options{SegmentSize: 1 << 19})
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	for {
		n := 1 + rng.IntN(50)
		if rng.IntN(4) == 0 {
			n = 1 + rng.IntN(3000)
		}
		events := make([]*ocsf.Event, n)
		for i := range events {
			events[i] = crashEvent(s.Next() + uint64(i))
		}
		if err := s.Append(context.Background(), events); err != nil {
			return err
		}
		fmt.Println(s.Last())
	}
}

func crashEvent(seq uint64) *ocsf.Event {
	if seq%97 == 0 {
		return incident(fmt.Sprint("i", seq%291), seq, ocsf.New, int(seq))
	}
	return traffic(seq, seq, 1)[0]
}

// What was acknowledged is there after kill -9, whole and once, and the files
// are sound.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := uint64(0)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victim+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		kill := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
		for n := 0; lines.Scan(); n++ {
			seq, err := strconv.ParseUint(lines.Text(), 10, 64)
			if err != nil {
				break // cut in the middle
			}
			acknowledged = max(acknowledged, seq)
			if n == 1 {
				kill.Reset(time.Duration(rng.IntN(120_000)) * time.Microsecond)
			}
		}
		cmd.Wait()
		kill.Stop()

		if r := checkClean(t, dir); r.Damaged > 0 {
			t.Fatalf("round %d: %+v", round, r)
		}
		s, err := Open(dir, Options{ReadOnly: round%2 == 0})
		if err != nil {
			t.Fatal(err)
		}
		if s.Last() < acknowledged {
			t.Fatalf("round %d: the last event is %d, but %d was acknowledged", round, s.Last(), acknowledged)
		}
		next := uint64(1)
		last := map[string]uint64{}
		if err := s.Read(t.Context(), 0, func(e *ocsf.Event) bool {
			if e.Seq != next {
				t.Fatalf("round %d: event %d, want %d", round, e.Seq, next)
			}
			if e.Seq > acknowledged-min(acknowledged, 3000) {
				if d := differ(e, crashEvent(e.Seq)); d != "" {
					t.Fatalf("round %d: event %d: %s", round, e.Seq, d)
				}
			}
			if i, _ := ocsf.IncidentOf(e); i != nil {
				last[i.UID] = e.Seq
			}
			next++
			return true
		}); err != nil {
			t.Fatal(err)
		}
		incidents, err := s.Incidents()
		if err != nil || len(incidents) != len(last) {
			t.Fatalf("round %d: %d incidents, %v, want %d", round, len(incidents), err, len(last))
		}
		for _, i := range incidents {
			if i.Seq != last[i.UID] {
				t.Errorf("round %d: incident %s is as of %d, want %d", round, i.UID, i.Seq, last[i.UID])
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d events acknowledged", acknowledged)
}
