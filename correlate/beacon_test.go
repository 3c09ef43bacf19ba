package correlate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"picket/normalize/ocsf"
)

func TestBeacon(t *testing.T) {
	const dst = "203.0.113.9"
	every := func(n int, gap, share float64, port int) (out []*ocsf.Event) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range n {
			out = append(out, connection(100+gap*(float64(i)+(r.Float64()-0.5)*2*share), "10.0.0.7", dst, port))
		}
		return out
	}
	for _, c := range []struct {
		name   string
		events func() []*ocsf.Event
		want   bool
	}{
		{"even", func() []*ocsf.Event { return every(40, 60, 0, 443) }, true},
		{"a fifth of jitter", func() []*ocsf.Event { return every(60, 90, 0.1, 443) }, true},
		{"every tenth is missing", func() []*ocsf.Event {
			var out []*ocsf.Event
			for i, e := range every(60, 60, 0.05, 443) {
				if i%10 != 3 {
					out = append(out, e)
				}
			}
			return out
		}, true},
		{"each reported by two devices", func() []*ocsf.Event { return append(every(40, 60, 0.02, 443), every(40, 60, 0.02, 443)...) }, true},
		{"time service", func() []*ocsf.Event { return every(60, 64, 0, 123) }, false},
		{"too few", func() []*ocsf.Event { return every(20, 60, 0, 443) }, false},
		{"too short", func() []*ocsf.Event { return every(40, 6, 0, 443) }, false},
		{"by chance", func() []*ocsf.Event {
			r := rand.New(rand.NewPCG(3, 4))
			at, out := 100.0, []*ocsf.Event(nil)
			for range 300 {
				at += r.ExpFloat64() * 60
				out = append(out, connection(at, "10.0.0.7", dst, 443))
			}
			return out
		}, false},
		{"many hosts know it", func() []*ocsf.Event {
			out := every(60, 60, 0, 443)
			for i := range 30 {
				out = append(out, connection(float64(i*20), fmt.Sprintf("10.0.1.%d", i), dst, 443))
			}
			return out
		}, false},
		{"to another host of the site", func() []*ocsf.Event {
			var out []*ocsf.Event
			for i := range 60 {
				out = append(out, connection(float64(i*60), "10.0.0.7", "10.0.0.8", 443))
			}
			return out
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(t, New(emptyRules(t), site(), Options{})).play(c.events()...).finish()
			if got := len(s.findings) > 0; got != c.want {
				t.Fatalf("found %v, want %v", got, c.want)
			}
			if !c.want {
				return
			}
			if len(s.findings) != 1 {
				t.Errorf("%d findings, want 1", len(s.findings))
			}
			in := s.one()
			if in.Src[0] != "10.0.0.7" || in.Dst[0] != dst || in.Techniques[0] != "T1071.001" {
				t.Errorf("incident of %v to %v with %v", in.Src, in.Dst, in.Techniques)
			}
			if last := s.events[len(s.events)-1]; in.End != last.Time {
				t.Errorf("the incident ends at %d, the beacon at %d", in.End, last.Time)
			}
		})
	}
}

func TestBeaconTitle(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	for i := range 30 {
		s.play(event(ocsf.HTTPActivity, float64(150*i), ocsf.SrcIP, "10.0.0.7", ocsf.DstIP, "203.0.113.9", ocsf.DstPort, 443, ocsf.URLHostname, "sync.hub.test"))
	}
	want := "10.0.0.7 turns to sync.hub.test (203.0.113.9) every 2 min 30 s"
	if got := s.finish().one().Title; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
}
