package correlate

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"picket/normalize/ocsf"
)

// mixed is an hour of alerts and beacons.
func mixed() []*ocsf.Event {
	r := rand.New(rand.NewPCG(7, 8))
	var out []*ocsf.Event
	for i := range 60 {
		out = append(out, connection(60*float64(i)+r.Float64()*4, "10.0.0.7", "203.0.113.9", 443))
		if i%7 == 0 {
			out = append(out, alert(60*float64(i)+9, ocsf.High, "Botnet check-in", "10.0.0.8", "203.0.113.20"))
		}
		if i%9 == 0 {
			out = append(out, alert(60*float64(i)+11, ocsf.High, "Exploit A", "203.0.113.77", "10.0.0.30"))
		}
	}
	out = append(out, alert(1800, ocsf.High, "Trojan", "10.0.0.8", "10.0.0.9"))
	return out
}

// told writes what a stream found, without what depends on when it was told.
func told(s *stream) string {
	var all []any
	for _, f := range s.findings {
		all = append(all, f)
	}
	for _, in := range s.stories() {
		c := *in
		c.Version, c.Created, c.Updated, c.Seq = 0, 0, 0, 0
		all = append(all, c)
	}
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func TestSnapshotMidway(t *testing.T) {
	for _, rules := range []*Rules{emptyRules(t), ownRules(t)} {
		events := append(mixed(), attackHour()...)
		whole := newStream(t, New(rules, site(), Options{})).play(events...).finish()
		sorted := whole.events
		for _, at := range []int{1, len(sorted) / 3, len(sorted) / 2, len(sorted) - 2} {
			s := newStream(t, New(rules, site(), Options{})).play(sorted[:at]...)
			b, err := s.g.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			s.g = New(rules, site(), Options{})
			if err := s.g.Restore(b); err != nil {
				t.Fatal(err)
			}
			s.play(sorted[at:]...).finish()
			if got, want := told(s), told(whole); got != want {
				t.Errorf("after event %d of %d: %s", at, len(sorted), firstDifference(got, want))
			}
		}
	}
}

func TestRestoreRubbish(t *testing.T) {
	g := New(emptyRules(t), nil, Options{})
	for _, b := range []string{"", "x", "\x03\xff\x82"} {
		if g.Restore([]byte(b)) == nil {
			t.Errorf("%q was restored", b)
		}
	}
	newStream(t, g).play(mixed()...).finish()
}

// After kill -9 the log holds findings and incidents that the snapshot does not
// know of: what is found again is not given out again, and counts do not double.
func TestCatchUp(t *testing.T) {
	rules := ownRules(t)
	events := append(mixed(), attackHour()...)
	whole := newStream(t, New(rules, site(), Options{})).play(events...).finish()
	sorted := whole.events
	third, two := len(sorted)/3, len(sorted)*2/3

	first := newStream(t, New(rules, site(), Options{})).play(sorted[:third]...)
	snapshot, err := first.g.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	first.play(sorted[third:two]...) // and killed here
	known := map[string]bool{}
	for _, f := range first.findings {
		known[f.UID] = true
	}
	stored := map[string]*ocsf.Incident{}
	for uid, in := range first.incidents {
		in.Seq = uint64(two) // numbered behind the events that it was made of
		stored[uid] = in
	}
	again := newStream(t, New(rules, site(), Options{Exists: func(uid string) bool { return known[uid] }, Stored: func(uid string) *ocsf.Incident { return stored[uid] }}))
	if err := again.g.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	again.seq = uint64(third)
	again.play(sorted[third:]...).finish()
	for _, f := range again.findings {
		if known[f.UID] {
			t.Errorf("finding %q was given out again", f.Title)
		}
	}
	if got, want := len(again.findings)+len(first.findings), len(whole.findings); got != want {
		t.Errorf("%d findings in all, want %d", got, want)
	}
	for uid, in := range again.incidents {
		if old := stored[uid]; old != nil && in.Version <= old.Version {
			t.Errorf("%q: version %d, the log has %d", in.Title, in.Version, old.Version)
		}
	}
	for uid, want := range whole.incidents {
		got := again.incidents[uid]
		if got == nil {
			got = stored[uid]
		}
		if got == nil {
			t.Errorf("%q is gone", want.Title)
			continue
		}
		if got.Events > want.Events || got.Events < want.Events-2 || got.SubEvents != want.SubEvents {
			t.Errorf("%q: %d events and %d findings, want %d and %d", want.Title, got.Events, got.SubEvents, want.Events, want.SubEvents)
		}
	}
}

func FuzzRestore(f *testing.F) {
	g := New(emptyRules(f), site(), Options{})
	newStream(f, g).play(mixed()...)
	b, err := g.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		g := New(emptyRules(t), site(), Options{})
		if g.Restore(b) == nil {
			newStream(t, g).play(mixed()...).finish()
		}
	})
}

func firstDifference(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "…" + a[max(0, i-120):min(len(a), i+80)] + "\n… want …" + b[max(0, i-120):min(len(b), i+80)]
		}
	}
	return "one is longer"
}
