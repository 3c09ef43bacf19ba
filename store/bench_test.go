package store

import (
	"fmt"
	"testing"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{100, 1000, 4000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, b.TempDir(), Options{})
			events := traffic(1, 1, size)
			b.ReportAllocs()
			for b.Loop() {
				for i, e := range events {
					e.Seq = s.Next() + uint64(i)
				}
				if err := s.Append(b.Context(), events); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/event")
			st := s.Stats()
			b.ReportMetric(float64(st.Bytes)/float64(st.Events), "B/event")
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	events := traffic(1, 1, 100_000)
	events[50_000].Raw = "<13>mimikatz was here"
	events[60_000].SetText(ocsf.SrcIP, "192.0.2.123")
	appendAll(b, s, events, 4000)
	for _, q := range []struct {
		name, filter string
		limit        int
	}{
		{"rare word", "mimikatz", 0},
		{"rare address", "src:192.0.2.123", 0},
		{"common, a page", "user.name:root", 100},
		{"common, all", "user.name:root", 0},
		{"words, all", `"failed password" root`, 0},
		{"number, all", "dst_endpoint.port:22", 0},
	} {
		x := filter.MustParse(q.filter)
		b.Run(q.name, func(b *testing.B) {
			var st SearchStats
			for b.Loop() {
				var err error
				if st, err = s.Search(b.Context(), Query{Filter: x, Limit: q.limit}, func(*ocsf.Event) bool { return true }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(st.Read), "blocks")
			b.ReportMetric(float64(st.Matched), "found")
		})
	}
}
