package window

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"picket/correlate/sigma"
)

// bases are three rules a, b and c that hit events with "k" of that value.
const bases = `
title: a
name: a
logsource: {product: x}
detection: {s: {k|contains: a}, condition: s}
---
title: b
name: b
logsource: {product: x}
detection: {s: {k|contains: b}, condition: s}
---
title: c
name: c
logsource: {product: x}
detection: {s: {k|contains: c}, condition: s}
`

func setOf(t testing.TB, correlations ...string) *sigma.Set {
	t.Helper()
	text := bases
	for i, c := range correlations {
		text += fmt.Sprintf("---\ntitle: corr %d\nname: corr%d\n%s\n", i, i, strings.TrimSpace(c))
	}
	rules, failed := sigma.Parse([]byte(text), "test.yml")
	set, more := sigma.Compile(rules, nil, sigma.Options{})
	if failed = append(failed, more...); len(failed) > 0 {
		t.Fatalf("%v", failed)
	}
	return set
}

// stream feeds events to an engine and keeps what fires, as text.
type stream struct {
	t   testing.TB
	set *sigma.Set
	w   *Engine
	sc  *sigma.Scratch
	ref uint64
	got []string
}

func newStream(t testing.TB, correlations ...string) *stream {
	set := setOf(t, correlations...)
	return &stream{t: t, set: set, w: New(set, Options{}), sc: sigma.NewScratch()}
}

// event is at a second; the fields are key=value.
func (s *stream) event(second int, fields ...string) {
	s.at(int64(second)*1000, fields...)
}

func (s *stream) at(ms int64, fields ...string) {
	s.t.Helper()
	m := map[string]string{}
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		m[k] = v
	}
	b, _ := json.Marshal(m)
	var rec sigma.Flat
	if err := rec.Parse(string(b)); err != nil {
		s.t.Fatal(err)
	}
	s.ref++
	s.keep(s.w.Observe(ms, s.ref, s.set.Match(&rec, s.sc), &rec))
}

func (s *stream) keep(fired []Fired) {
	for _, f := range fired {
		text := fmt.Sprintf("%s%v %v", s.set.Rule(f.Rule).Name, f.Group, f.Events)
		if f.Clock {
			text += " clock"
		}
		s.got = append(s.got, text)
	}
}

func (s *stream) want(want ...string) {
	s.t.Helper()
	if !slices.Equal(s.got, want) {
		s.t.Errorf("fired\n\t%s\nwant\n\t%s", strings.Join(s.got, "\n\t"), strings.Join(want, "\n\t"))
	}
	s.got = nil
}

const count3 = "correlation: {type: event_count, rules: [a], group-by: [h], timespan: 1m, condition: {gte: 3}}"

func TestCount(t *testing.T) {
	s := newStream(t, count3)
	s.event(0, "k=a", "h=1")
	s.event(10, "k=a", "h=2")
	s.event(20, "k=a", "h=1")
	s.event(61, "k=a", "h=1")
	s.want()
	s.event(62, "k=x", "h=1")
	s.event(70, "k=a", "h=1") // 20, 61, 70
	s.want("corr0[1] [3 4 6]")
	s.event(71, "k=a", "h=1")
	s.event(72, "k=a")
	s.event(73, "k=a", "h=")
	s.want()
	if n := s.w.Counts().Ungrouped; n != 1 {
		t.Errorf("%d events without a group, want 1", n)
	}
}

func TestCountIsInclusive(t *testing.T) {
	s := newStream(t, count3)
	s.event(0, "k=a", "h=1")
	s.event(30, "k=a", "h=1")
	s.event(60, "k=a", "h=1")
	s.want("corr0[1] [1 2 3]")
}

func TestGroupsWithoutRegardToCase(t *testing.T) {
	s := newStream(t, count3)
	s.event(0, "k=a", "h=Bob")
	s.event(1, "k=a", "h=BOB")
	s.event(2, "k=a", "h=bob")
	s.want("corr0[Bob] [1 2 3]")
}

func TestLateEvents(t *testing.T) {
	s := newStream(t, count3)
	s.event(100, "k=a", "h=1")
	s.event(110, "k=a", "h=1")
	s.event(20, "k=a", "h=1")
	s.want()
	s.event(70, "k=a", "h=1") // with 100 and 110
	s.want("corr0[1] [4 1 2]")
}

func TestHostileStamps(t *testing.T) {
	s := newStream(t, count3)
	s.event(10, "k=a", "h=1")
	s.event(11, "k=a", "h=2")
	s.at(4_070_908_800_000, "k=a", "h=1") // the year 2099
	s.at(1<<62, "k=a", "h=1")
	s.at(-1<<62, "k=a", "h=1")
	s.event(12, "k=a", "h=2")
	s.event(13, "k=a", "h=1")
	s.event(14, "k=a", "h=2")
	s.event(15, "k=a", "h=1")
	s.want("corr0[2] [2 6 8]", "corr0[1] [1 7 9]")
}

func TestRearm(t *testing.T) {
	run := func(policy string) *stream {
		s := newStream(t, count3+"\npicket: {rearm: "+policy+"}")
		for _, sec := range []int{0, 1, 2, 3, 30, 65, 66, 67, 68, 200, 201, 202} {
			s.event(sec, "k=a", "h=1")
		}
		return s
	}
	run("window").want("corr0[1] [1 2 3]", "corr0[1] [5 6 7]", "corr0[1] [10 11 12]")
	run("quiet").want("corr0[1] [1 2 3]", "corr0[1] [5 6 7]", "corr0[1] [10 11 12]") // 65 alone was too few
	if n := len(run("always").got); n != 7 {
		t.Errorf("always fires %d times, want 7", n)
	}
	s := newStream(t, count3+"\npicket: {rearm: quiet}")
	for sec := range 200 {
		s.event(sec, "k=a", "h=1")
	}
	s.want("corr0[1] [1 2 3]")
}

func TestOneEventCountsOnce(t *testing.T) {
	s := newStream(t, "correlation: {type: event_count, rules: [a, b], timespan: 1m, condition: {gte: 2}}")
	s.event(0, "k=ab")
	s.want()
	s.event(1, "k=b")
	s.want("corr0[] [1 2]")
}

func TestRange(t *testing.T) {
	s := newStream(t, "correlation: {type: event_count, rules: [a], timespan: 1m, condition: {gt: 1, lt: 3}}")
	s.event(0, "k=a")
	s.want()
	s.event(1, "k=a")
	s.want("corr0[] [1 2]")
}

func TestValues(t *testing.T) {
	for _, tt := range []struct {
		kind, cond string
		values     []string
		fires      int // at which event, 0 never
	}{
		{"value_count", "gte: 3", []string{"x", "X", "y", "y", "z"}, 5},
		{"value_count", "gte: 3", []string{"x", "y", "x", "y"}, 0},
		{"value_sum", "gt: 100", []string{"50", "50", "n/a", "1"}, 4},
		{"value_sum", "gt: 100", []string{"50", "50"}, 0},
		{"value_avg", "gte: 10", []string{"1", "2", "27"}, 3},
		{"value_median", "gt: 5", []string{"1", "9", "9"}, 3},
		{"value_percentile", "percentile: 90, gt: 80", []string{"10", "20", "30", "100", "100"}, 5},
		{"value_percentile", "percentile: 10, gt: 80", []string{"10", "100", "100"}, 0},
	} {
		s := newStream(t, fmt.Sprintf("correlation: {type: %s, rules: [a], timespan: 1m, condition: {field: v, %s}}", tt.kind, tt.cond))
		at := 0
		for i, v := range tt.values {
			s.event(i, "k=a", "v="+v)
			if len(s.got) > 0 && at == 0 {
				at = i + 1
			}
		}
		if at != tt.fires {
			t.Errorf("%s {%s} of %v fires at %d, want %d", tt.kind, tt.cond, tt.values, at, tt.fires)
		}
	}
}

func TestDistinctTellsValues(t *testing.T) {
	s := newStream(t, "correlation: {type: value_count, rules: [a], timespan: 1m, condition: {field: v, gte: 2}}")
	s.event(0, "k=a", "v=old")
	s.event(100, "k=a", "v=One")
	var fired []Fired
	var rec sigma.Flat
	if err := rec.Parse(`{"k":"a","v":"two"}`); err != nil {
		t.Fatal(err)
	}
	fired = s.w.Observe(101_000, 9, s.set.Match(&rec, s.sc), &rec)
	if len(fired) != 1 || !slices.Equal(fired[0].Values, []string{"One", "two"}) || fired[0].Value != 2 || fired[0].Count != 2 {
		t.Errorf("got %+v", fired)
	}
	if f := fired[0]; f.First != 100_000 || f.Last != 101_000 || f.At != 9 || f.Condition != "value_count ≥ 2 within 1m" {
		t.Errorf("got %+v", f)
	}
}

func TestRepeatsDoNotPushOut(t *testing.T) {
	s := newStream(t, "correlation: {type: value_count, rules: [a], timespan: 1h, condition: {field: v, gte: 10}}")
	for i := range 9 {
		s.event(i, "k=a", fmt.Sprint("v=", i))
	}
	for i := range 3000 {
		s.event(10+i, "k=a", "v=1")
	}
	s.want()
	if n := s.w.Counts().Entries; n > 60 {
		t.Errorf("%d entries for ten values", n)
	}
	s.event(3500, "k=a", "v=new")
	if len(s.got) != 1 {
		t.Errorf("fired %v, want once", s.got)
	}
}

func TestLargeCounts(t *testing.T) {
	s := newStream(t, "correlation: {type: event_count, rules: [a], timespan: 1h, condition: {gte: 50000}}")
	for i := range 50_000 {
		s.at(int64(i)*10, "k=a")
		if len(s.got) > 0 && i < 49_999 {
			t.Fatalf("fired at %d", i)
		}
	}
	if len(s.got) != 1 {
		t.Errorf("fired %d times", len(s.got))
	}
}

func temporal(kind, rest string) string {
	return "correlation: {type: " + kind + ", rules: [a, b, c], group-by: [h], timespan: 1m" + rest + "}"
}

func TestTemporal(t *testing.T) {
	s := newStream(t, temporal("temporal", ""))
	s.event(0, "k=c", "h=1")
	s.event(1, "k=a", "h=1")
	s.event(2, "k=b", "h=2")
	s.want()
	s.event(50, "k=b", "h=1")
	s.want("corr0[1] [1 2 4]")
	s.event(200, "k=a", "h=1")
	s.event(261, "k=b", "h=1")
	s.event(262, "k=c", "h=1")
	s.want()
}

func TestTemporalCount(t *testing.T) {
	s := newStream(t, temporal("temporal", ", condition: {gte: 2}"))
	s.event(0, "k=c", "h=1")
	s.event(1, "k=c", "h=1")
	s.want()
	s.event(2, "k=a", "h=1")
	if len(s.got) != 1 {
		t.Errorf("got %v", s.got)
	}
}

func TestOrdered(t *testing.T) {
	s := newStream(t, temporal("temporal_ordered", ""))
	s.event(0, "k=b", "h=1")
	s.event(1, "k=a", "h=1")
	s.event(2, "k=c", "h=1")
	s.want()
	s.event(3, "k=b", "h=1")
	s.want()
	s.event(4, "k=c", "h=1")
	if len(s.got) != 1 {
		t.Errorf("got %v", s.got)
	}
	s.got = nil
	s.event(200, "k=a", "h=1") // late b between a and c completes it
	s.event(220, "k=c", "h=1")
	s.want()
	s.event(210, "k=b", "h=1")
	s.want("corr0[1] [6 8 7]")
}

func TestOrderedWithinOneSecond(t *testing.T) {
	s := newStream(t, temporal("temporal_ordered", ""))
	s.event(5, "k=c", "h=1")
	s.event(5, "k=a", "h=1")
	s.event(5, "k=b", "h=1")
	if len(s.got) != 1 {
		t.Errorf("got %v: of events of one second the order is not known", s.got)
	}
	s = newStream(t, temporal("temporal_ordered", ""))
	s.event(5, "k=abc", "h=1")
	s.want()
}

func TestAliases(t *testing.T) {
	s := newStream(t, "correlation: {type: temporal, rules: [a, b], group-by: [ip], timespan: 1m, aliases: {ip: {a: src, b: dst}}}")
	s.event(0, "k=a", "src=1", "dst=2")
	s.event(1, "k=b", "src=1", "dst=2")
	s.want()
	s.event(2, "k=b", "src=3", "dst=1")
	s.want("corr0[1] [1 3]")
}

func TestExtendedCondition(t *testing.T) {
	s := newStream(t, temporal("temporal", ", condition: a and (b or c)"))
	s.event(0, "k=b", "h=1")
	s.event(1, "k=c", "h=1")
	s.want()
	s.event(2, "k=a", "h=1")
	if len(s.got) != 1 {
		t.Errorf("got %v", s.got)
	}
}

func TestAbsence(t *testing.T) {
	absence := func(kind string) *stream { return newStream(t, temporal(kind, ", condition: a and not b")) }
	tick := func(s *stream, sec int) { s.keep(s.w.Tick(int64(sec) * 1000)) }

	s := absence("temporal")
	s.event(0, "k=a", "h=1")
	tick(s, 61)
	s.want() // b may still come late
	tick(s, 61+300)
	s.want("corr0[1] [1] clock")

	s = absence("temporal")
	s.event(0, "k=a", "h=1")
	s.event(500, "k=x", "h=1")
	s.event(59, "k=b", "h=1") // late, but in time
	tick(s, 1000)
	s.want()

	s = absence("temporal")
	s.event(0, "k=b", "h=1")
	s.event(30, "k=a", "h=1")
	tick(s, 1000)
	s.want()

	s = absence("temporal_ordered") // what came before does not count
	s.event(0, "k=b", "h=1")
	s.event(30, "k=a", "h=1")
	tick(s, 1000)
	s.want("corr0[1] [2] clock")

	s = absence("temporal_ordered") // an event is not its own successor
	s.event(0, "k=ab", "h=1")
	tick(s, 1000)
	s.want("corr0[1] [1] clock")

	s = absence("temporal_ordered") // each but the last has one
	s.event(0, "k=ab", "h=1")
	s.event(30, "k=ab", "h=1")
	s.event(80, "k=ab", "h=1")
	tick(s, 1000)
	s.want("corr0[1] [3] clock")

	s = absence("temporal") // the second a has no b
	s.event(0, "k=a", "h=1")
	s.event(10, "k=b", "h=1")
	s.event(90, "k=a", "h=1")
	s.event(90, "k=a", "h=2")
	s.keep(s.w.End())
	s.want("corr0[1] [3] clock", "corr0[2] [4] clock")

	s = newStream(t, temporal("temporal", ", condition: (a and not b) or c"))
	s.event(0, "k=c", "h=1") // needs no waiting
	s.want("corr0[1] [1]")
}

func TestChain(t *testing.T) {
	s := newStream(t, count3, "correlation: {type: temporal_ordered, rules: [corr0, b], group-by: [h], timespan: 5m}")
	for i := range 5 {
		s.event(i, "k=a", "h=1")
	}
	s.event(6, "k=b", "h=2")
	s.want("corr0[1] [1 2 3]")
	s.event(7, "k=b", "h=1")
	s.want("corr1[1] [1 2 3 4 5 7]")
}

// TestChainHoldsOn: an attack that goes on for longer than the outer window
// still counts when it succeeds, though the inner correlation fired long ago.
func TestChainHoldsOn(t *testing.T) {
	s := newStream(t, count3+"\npicket: {rearm: quiet}", "correlation: {type: temporal_ordered, rules: [corr0, b], group-by: [h], timespan: 5m}")
	for i := range 100 {
		s.event(i*10, "k=a", "h=1")
	}
	if len(s.got) != 1 {
		t.Errorf("the inner correlation fired %d times", len(s.got))
	}
	s.got = nil
	s.event(1001, "k=b", "h=1")
	if len(s.got) != 1 || !strings.HasPrefix(s.got[0], "corr1[1]") {
		t.Errorf("got %v", s.got)
	}
}

func TestFloodOfGroups(t *testing.T) {
	s := newStream(t, count3)
	s.w = New(s.set, Options{MaxGroups: 1000})
	s.event(0, "k=a", "h=real")
	s.event(1, "k=a", "h=real")
	for i := range 20_000 {
		s.event(2+i/1000, "k=a", fmt.Sprint("h=forged", i))
	}
	c := s.w.Counts()
	if c.Groups > 1000 || c.Evicted < 19_000 {
		t.Errorf("got %+v", c)
	}
	s.event(30, "k=a", "h=real")
	s.want("corr0[real] [1 2 20003]")
}

func TestEntriesAreBounded(t *testing.T) {
	s := newStream(t, "correlation: {type: value_avg, rules: [a], group-by: [h], timespan: 1h, condition: {field: v, gt: 1000}}")
	s.w = New(s.set, Options{MaxEntries: 5000})
	for i := range 20_000 {
		s.event(i/10, "k=a", fmt.Sprint("h=", i%10), "v=1")
	}
	if c := s.w.Counts(); c.Entries > 5000 || c.Dropped+c.Evicted == 0 {
		t.Errorf("got %+v", c)
	}
}

func TestClockForgets(t *testing.T) {
	s := newStream(t, count3)
	s.event(0, "k=a", "h=1")
	s.w.Tick(1)
	s.event(100, "k=a", "h=2")
	s.w.Tick(400_000)
	if c := s.w.Counts(); c.Groups != 1 || c.Expired != 1 {
		t.Errorf("got %+v", c)
	}
}

// BenchmarkObserve measures events that each belong to a new group or to one of
// a few.
func BenchmarkObserve(b *testing.B) {
	for _, groups := range []int{10, 1_000_000} {
		b.Run(fmt.Sprint("groups=", groups), func(b *testing.B) {
			set := setOf(b, mixed...)
			w := New(set, Options{})
			sc := sigma.NewScratch()
			recs := make([]sigma.Flat, min(groups, 10_000))
			lines := make([]string, len(recs))
			for i := range recs {
				lines[i] = fmt.Sprintf(`{"k":"%c","h":"host%d","v":"%d"}`, "abcx"[i%4], i, i%17)
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				rec := &recs[i%len(recs)]
				line := lines[i%len(lines)]
				if groups > len(recs) {
					line = fmt.Sprintf(`{"k":"%c","h":"host%d","v":"%d"}`, "abcx"[i%4], i%groups, i%17)
				}
				if err := rec.Parse(line); err != nil {
					b.Fatal(err)
				}
				w.Observe(int64(i)*10, uint64(i), set.Match(rec, sc), rec)
				if i%1000 == 0 {
					w.Tick(int64(i) * 10)
				}
				i++
			}
		})
	}
}
