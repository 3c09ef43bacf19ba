package correlate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"picket/normalize/ocsf"
)

// traffic is a mix as a firewall reports it: mostly allowed connections to the
// outside, some refused ones from there.
func traffic(n int) []*ocsf.Event {
	r := rand.New(rand.NewPCG(5, 6))
	out := make([]*ocsf.Event, n)
	for i := range out {
		at := float64(i) * 0.03
		ext := fmt.Sprintf("198.51.%d.%d", r.IntN(100), r.IntN(256))
		in := fmt.Sprintf("10.0.%d.%d", r.IntN(4), r.IntN(200))
		switch r.IntN(8) {
		case 0:
			out[i] = denied(at, ext, "192.0.2.8", r.IntN(1000))
		case 1:
			out[i] = event(ocsf.DNSActivity, at, ocsf.ActivityID, ocsf.DNSQuery, ocsf.SrcIP, in, ocsf.QueryName, fmt.Sprintf("www%d.example.com", r.IntN(500)))
		default:
			out[i] = connection(at, in, ext, 443, ocsf.BytesOut, 4000, ocsf.ActionID, ocsf.Allowed)
		}
		out[i].Seq = uint64(i + 1)
	}
	return out
}

func BenchmarkObserve(b *testing.B) {
	rules := ownRules(b)
	events := traffic(20000)
	s := rules.NewScratch()
	hits := make([][]Hit, len(events))
	n := 0
	for i, e := range events {
		hits[i] = append([]Hit(nil), rules.Match(e, s)...)
		n += len(hits[i])
	}
	g := New(rules, site(), Options{})
	var out Output
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		k := i % len(events)
		e := events[k]
		if k == 0 && i > 0 { // time goes on
			for _, e := range events {
				e.Time += 600_000
			}
		}
		e.Seq = uint64(i + 1)
		g.Observe(e, hits[k], &out)
		out.Reset()
		i++
	}
	b.ReportMetric(float64(n)/float64(len(events)), "hits/event")
}

func BenchmarkMatch(b *testing.B) {
	rules := ownRules(b)
	events := traffic(2000)
	s := rules.NewScratch()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		rules.Match(events[i%len(events)], s)
		i++
	}
}

// BenchmarkSnapshot measures an engine whose memories are full.
func BenchmarkSnapshot(b *testing.B) {
	g := New(emptyRules(b), site(), Options{})
	var out Output
	for i, e := range traffic(200_000) {
		e.Seq = uint64(i + 1)
		g.Observe(e, nil, &out)
		g.facts.add(g.factOf(e))
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		s, err := g.Snapshot()
		if err != nil {
			b.Fatal(err)
		}
		n = len(s)
	}
	b.ReportMetric(float64(n)/1e6, "MB")
}
