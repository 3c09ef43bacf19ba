package sigma

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"picket/normalize/ocsf"
)

// shared returns the folder of the Sigma corpus, or skips.
func shared(t testing.TB) string {
	t.Helper()
	for _, dir := range []string{os.Getenv("PICKET_SHARED"), "../../../shared"} {
		if dir == "" {
			continue
		}
		if c := filepath.Join(dir, "corpus", "sigma"); isDir(c) {
			return c
		}
	}
	t.Skip("no ../shared: the Sigma corpus is not here")
	return ""
}

func isDir(p string) bool {
	st, err := os.Stat(p)
	return err == nil && st.IsDir()
}

var corpusRules = sync.OnceValues(func() ([]*Rule, []Failure) {
	dir := os.Getenv("PICKET_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	return Load(os.DirFS(filepath.Join(dir, "corpus", "sigma", "rules")))
})

func readLines(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		out = append(out, in.Text())
	}
	return out
}

func TestCorpusLoads(t *testing.T) {
	rep := Check(os.DirFS(filepath.Join(shared(t), "rules")), nil, Options{})
	for _, f := range rep.Failed {
		t.Error(f)
	}
	if rep.Loaded < 1900 {
		t.Errorf("loaded %d rules", rep.Loaded)
	}
}

func TestCorpusTruth(t *testing.T) {
	dir := shared(t)
	rules, _ := corpusRules()
	set, _ := Compile(rules, nil, Options{})
	for _, kind := range []string{"natural", "synthetic"} {
		t.Run(kind, func(t *testing.T) {
			type truth struct {
				Event           int
				Rules, Disputed []string
			}
			want := map[int]truth{}
			for _, line := range readLines(t, filepath.Join(dir, "truth-"+kind+".jsonl")) {
				var x truth
				if err := json.Unmarshal([]byte(line), &x); err != nil {
					t.Fatal(err)
				}
				want[x.Event] = x
			}
			sc := NewScratch()
			var rec Flat
			wrong := 0
			for i, line := range readLines(t, filepath.Join(dir, "events-"+kind+".jsonl")) {
				if err := rec.Parse(line); err != nil {
					t.Fatal(err)
				}
				got := map[string]bool{}
				for _, r := range set.Match(&rec, sc) {
					id := set.Rule(r).ID
					got[id] = true
					if !slices.Contains(want[i].Rules, id) && !slices.Contains(want[i].Disputed, id) {
						t.Errorf("event %d: %s hits and must not", i, id)
						wrong++
					}
				}
				for _, id := range want[i].Rules {
					if !got[id] && !slices.Contains(want[i].Disputed, id) {
						t.Errorf("event %d: %s does not hit", i, id)
						wrong++
					}
				}
				if wrong > 20 {
					t.Fatal("and more")
				}
			}
		})
	}
}

// records are the natural events, parsed.
func records(t testing.TB) []*Flat {
	var out []*Flat
	for _, line := range readLines(t, filepath.Join(shared(t), "events-natural.jsonl")) {
		f := &Flat{}
		if err := f.Parse(line); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// asEvents puts the same events into OCSF events, as a normalizer does that
// keeps the vendor's keys.
func asEvents(t testing.TB) []*Event {
	var out []*Event
	for _, f := range records(t) {
		e := &ocsf.Event{}
		for _, p := range f.pairs {
			e.SetUnmapped(ocsf.Intern(p.key), ocsf.Text(f.Text(p.key)))
		}
		for _, key := range []string{"product", "category", "service"} {
			var ls Flat
			if ls.Parse(f.logsource) == nil {
				e.SetUnmapped("logsource."+key, ocsf.Text(ls.Text(key)))
			}
		}
		out = append(out, &Event{e})
	}
	return out
}

// hundreds are a hundred rules chosen in different ways, and all of them: the
// cost of many rules depends on how many of the few are for the events at all.
func hundreds(rules []*Rule) []struct {
	name  string
	rules []*Rule
} {
	every := make([]*Rule, 0, 100)
	for i, r := range rules {
		if i*100/len(rules) != (i+1)*100/len(rules) {
			every = append(every, r)
		}
	}
	return []struct {
		name  string
		rules []*Rule
	}{
		{"rules=first-100", rules[:min(100, len(rules))]},
		{"rules=every-19th", every},
		{"rules=random-100", pick(rules, func(*Rule) bool { return true })},
		{"rules=random-100-of-windows", pick(rules, func(r *Rule) bool { return r.LogSource.Product == "windows" })},
		{"rules=all", rules},
	}
}

// pick draws a hundred rules, always the same.
func pick(rules []*Rule, of func(*Rule) bool) []*Rule {
	var from []*Rule
	for _, r := range rules {
		if of(r) {
			from = append(from, r)
		}
	}
	var out []*Rule
	for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(len(from))[:min(100, len(from))] {
		out = append(out, from[i])
	}
	return out
}

// BenchmarkMatch measures matching from decoded events: all rules of the corpus
// against a hundred of them, and all on two cores.
func BenchmarkMatch(b *testing.B) {
	recs := records(b)
	rules, _ := corpusRules()
	for _, run := range hundreds(rules) {
		b.Run(run.name, func(b *testing.B) {
			set, _ := Compile(run.rules, nil, Options{})
			matchAll(b, set, recs)
		})
	}
	b.Run("parallel", func(b *testing.B) {
		set, _ := Compile(rules, nil, Options{})
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			sc := NewScratch()
			for i := 0; pb.Next(); i++ {
				set.Match(recs[i%len(recs)], sc)
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
	b.Run("json", func(b *testing.B) {
		lines := readLines(b, filepath.Join(shared(b), "events-natural.jsonl"))
		set, _ := Compile(rules, nil, Options{})
		sc := NewScratch()
		var rec Flat
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			_ = rec.Parse(lines[i])
			set.Match(&rec, sc)
			if i++; i == len(lines) {
				i = 0
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

func matchAll[R Record](b *testing.B, set *Set, recs []R) {
	sc := NewScratch()
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		set.Match(recs[i], sc)
		if i++; i == len(recs) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkLoad measures reading and compiling the corpus, and the heap that
// stays.
func BenchmarkLoad(b *testing.B) {
	dir := os.DirFS(filepath.Join(shared(b), "rules"))
	var set *Set
	for b.Loop() {
		rules, _ := Load(dir)
		set, _ = Compile(rules, nil, Options{})
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
	runtime.KeepAlive(set)
}

func TestMatchAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates for itself")
	}
	recs := records(t)[:500]
	rules, _ := corpusRules()
	set, _ := Compile(rules, nil, Options{})
	sc := NewScratch()
	run := func() {
		for _, r := range recs {
			set.Match(r, sc)
		}
	}
	run()
	run()
	if n := testing.AllocsPerRun(3, run) / float64(len(recs)); n > 0.05 {
		t.Errorf("%v allocations an event", n)
	}
}
