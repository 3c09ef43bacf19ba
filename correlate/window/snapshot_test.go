package window

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"picket/correlate/sigma"
)

var mixed = []string{
	count3,
	"correlation: {type: value_count, rules: [a, b], group-by: [h], timespan: 2m, condition: {field: v, gte: 4}}",
	temporal("temporal", ""), temporal("temporal_ordered", ""),
	temporal("temporal", ", condition: a and not b"),
	"correlation: {type: value_sum, rules: [c], group-by: [h], timespan: 1m, condition: {field: v, gt: 25}}",
	"correlation: {type: temporal_ordered, rules: [corr0, c], group-by: [h], timespan: 5m}",
	"correlation: {type: value_avg, rules: [a], group-by: [h], timespan: 1m, condition: {field: v, gte: 6}}",
	"correlation: {type: value_median, rules: [b], timespan: 1m, condition: {field: v, gt: 4}}\npicket: {rearm: quiet}",
	"correlation: {type: value_percentile, rules: [a, c], group-by: [h], timespan: 2m, condition: {field: v, percentile: 90, gte: 8}}",
	"correlation: {type: event_count, rules: [b], group-by: [h], timespan: 30s, condition: {gt: 1, lt: 4}}\npicket: {rearm: always}",
	temporal("temporal_ordered", ", condition: a and not c"),
	"correlation: {type: temporal, rules: [a, b], group-by: [x], timespan: 1m, aliases: {x: {a: h, b: v}}}",
}

func randomEvents(n int) [][]string {
	r := rand.New(rand.NewPCG(1, 2))
	var out [][]string
	for range n {
		out = append(out, []string{"k=" + string("abcx"[r.IntN(4)]), fmt.Sprint("h=", r.IntN(6)), fmt.Sprint("v=", r.IntN(9))})
	}
	return out
}

// TestSnapshot stops and restores an engine at many moments: what fires is what
// fires without stopping.
func TestSnapshot(t *testing.T) {
	events := randomEvents(1500)
	r := rand.New(rand.NewPCG(3, 4))
	times := make([]int, len(events))
	for i := range times {
		times[i] = i*5 + r.IntN(40) // disorder
	}
	run := func(every int) []string {
		s := newStream(t, mixed...)
		for i, e := range events {
			s.event(times[i], e...)
			if i%7 == 0 {
				s.keep(s.w.Tick(int64(times[i]-60) * 1000))
			}
			if every > 0 && i%every == 0 {
				b := s.w.Snapshot()
				s.w = New(s.set, Options{})
				if err := s.w.Restore(b); err != nil {
					t.Fatal(err)
				}
				if again := s.w.Snapshot(); !bytes.Equal(again, b) {
					t.Fatal("a snapshot of what was restored differs")
				}
			}
		}
		s.keep(s.w.End())
		return s.got
	}
	want := run(0)
	if len(want) < 100 {
		t.Fatalf("only %d fired", len(want))
	}
	for _, every := range []int{1, 13, 400} {
		if got := run(every); !reflect.DeepEqual(got, want) {
			t.Errorf("stopped every %d events: %d fired, want %d", every, len(got), len(want))
		}
	}
}

func TestSnapshotDamaged(t *testing.T) {
	s := newStream(t, mixed...)
	for i, e := range randomEvents(50) {
		s.event(i, e...)
	}
	b := s.w.Snapshot()
	for i := range b {
		bad := slices.Clone(b)
		bad[i] ^= 0x40
		if New(s.set, Options{}).Restore(bad) == nil {
			t.Fatalf("byte %d is wrong, and nobody notices", i)
		}
		if New(s.set, Options{}).Restore(b[:i]) == nil {
			t.Fatalf("cut at %d, and nobody notices", i)
		}
	}
}

func FuzzRestore(f *testing.F) {
	s := newStream(f, mixed...)
	for i, e := range randomEvents(4) {
		s.event(i, e...)
	}
	f.Add(s.w.Snapshot())
	f.Fuzz(func(t *testing.T, b []byte) {
		w := New(s.set, Options{})
		_ = w.Restore(b)
		_ = w.Restore(seal(b))
		w.End()
	})
}

func TestSwap(t *testing.T) {
	s := newStream(t, count3, temporal("temporal", ""))
	s.event(0, "k=a", "h=1")
	s.event(1, "k=a", "h=1")
	s.event(2, "k=b", "h=1")
	// The first stays under another number, the second changes its span.
	s.set = setOf(t, strings.Replace(temporal("temporal", ""), "1m", "2m", 1), count3)
	text := "title: other\nname: other\nlogsource: {product: x}\ndetection: {s: {k: zzz}, condition: s}\n---" + bases +
		"---\ntitle: corr 1\nname: corr1\n" + strings.Replace(temporal("temporal", ""), "1m", "2m", 1) +
		"\n---\ntitle: corr 0\nname: corr0\n" + count3
	rules, _ := sigma.Parse([]byte(text), "test.yml")
	s.set, _ = sigma.Compile(rules, nil, sigma.Options{})
	s.w.Swap(s.set)
	s.event(3, "k=c", "h=1")
	s.want()
	s.event(4, "k=a", "h=1")
	s.want("corr0[1] [1 2 5]")
}

// seal puts the right checksum behind a snapshot.
func seal(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	return appendSum(slices.Clone(b[:len(b)-4]))
}
