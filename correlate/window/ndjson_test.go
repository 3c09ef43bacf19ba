package window

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/correlate/sigma"
)

func TestNDJSON(t *testing.T) {
	events := `{"timestamp":"2026-03-02T10:00:00Z","k":"a","h":1}
{"timestamp":"2026-03-02T10:00:01Z","k":"a","h":1}

{"timestamp":"2026-03-02T10:00:02Z","k":"ab","h":1}
{"timestamp":"2026-03-02T10:00:03Z","k":"a","h":2}
`
	var out bytes.Buffer
	set := setOf(t, count3, "correlation: {type: temporal, rules: [a, b], group-by: [h], timespan: 1m, condition: a and not b}")
	if err := Test(set, strings.NewReader(events), &out); err != nil {
		t.Fatal(err)
	}
	want := `{"event":0,"rules":["a"]}
{"event":1,"rules":["a"]}
{"event":3,"rules":["a","b"]}
{"event":3,"rules":["corr0"],"correlation":true,"events":[0,1,3]}
{"event":4,"rules":["a"]}
{"event":null,"rules":["corr1"],"correlation":true,"events":[4]}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if err := Test(set, strings.NewReader("no json\n"), &out); err == nil || !strings.Contains(err.Error(), "event 0") {
		t.Errorf("got %v", err)
	}
}

func TestTestClock(t *testing.T) {
	const day = 24 * 3600 * 1000
	var c testClock
	for i, step := range []struct{ t, now int64 }{
		{73000 * day, 0}, {100 * day, 0}, {100*day + 5, 100*day + 5}, {73000 * day, 100*day + 5}, {100*day + 9, 100*day + 9},
		{200 * day, 100*day + 9}, {200*day + 1, 200*day + 1},
	} {
		if c.observe(step.t); c.now != step.now {
			t.Errorf("step %d: clock at %d, want %d", i, c.now, step.now)
		}
	}
}

// TestCorpus runs the correlation cases of the corpus.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("PICKET_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	cases, _ := filepath.Glob(filepath.Join(dir, "corpus", "sigma", "correlation", "*", "expect.json"))
	if len(cases) == 0 {
		t.Skip("no ../shared: the correlation cases are not here")
	}
	for _, name := range cases {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var want struct {
				Must []struct {
					Rule string
					At   *uint64
				}
				Mustnot []string
			}
			b, err := os.ReadFile(name)
			if err == nil {
				err = json.Unmarshal(b, &want)
			}
			if err != nil {
				t.Fatal(err)
			}
			rules, _ := sigma.Load(os.DirFS(filepath.Join(dir, "rules")))
			set, _ := sigma.Compile(rules, nil, sigma.Options{})
			in, err := os.Open(filepath.Join(dir, "events.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var out bytes.Buffer
			if err := Test(set, in, &out); err != nil {
				t.Fatal(err)
			}
			first := map[string]*uint64{}
			for line := range strings.Lines(out.String()) {
				var r row
				if err := json.Unmarshal([]byte(line), &r); err != nil {
					t.Fatal(err)
				}
				if _, seen := first[r.Rules[0]]; r.Correlation && !seen {
					first[r.Rules[0]] = r.Event
				}
			}
			for _, m := range want.Must {
				at, ok := first[m.Rule]
				if !ok || m.At != nil && (at == nil || *at != *m.At) {
					t.Errorf("%s does not fire where it must:\n%s", m.Rule, out.String())
				}
			}
			for _, id := range want.Mustnot {
				if _, ok := first[id]; ok {
					t.Errorf("%s fires:\n%s", id, out.String())
				}
			}
		})
	}
}
