package correlate

import (
	"slices"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

const hour = 3600.0

func TestGrouping(t *testing.T) {
	const c2, other = "203.0.113.9", "203.0.113.10"
	for _, c := range []struct {
		name   string
		events []*ocsf.Event
		want   int // incidents
		reason string
	}{
		{"the same source", []*ocsf.Event{
			alert(0, ocsf.High, "Exploit A", other, "10.0.0.7"), alert(600, ocsf.High, "Exploit B", other, "10.0.0.8"),
		}, 1, "the same host 203.0.113.10, 10 min later"},
		{"different sources, the same target", []*ocsf.Event{
			alert(0, ocsf.High, "Exploit A", other, "10.0.0.7"), alert(600, ocsf.High, "Exploit A", c2, "10.0.0.7"),
		}, 2, ""},
		{"a day later", []*ocsf.Event{
			alert(0, ocsf.High, "Exploit A", other, "10.0.0.7"), alert(30*hour, ocsf.High, "Exploit B", other, "10.0.0.8"),
		}, 2, ""},
		{"the same command server", []*ocsf.Event{
			alert(0, ocsf.High, "Botnet check-in", "10.0.0.7", c2), alert(600, ocsf.High, "Botnet check-in", "10.0.0.8", c2),
		}, 1, "the same rare destination 203.0.113.9"},
		{"a hub calls", []*ocsf.Event{
			alert(0, ocsf.High, "Botnet check-in", "10.0.0.1", c2), alert(600, ocsf.High, "Trojan", "10.0.0.1", other),
		}, 2, ""},
		{"a taken host goes on", []*ocsf.Event{
			alert(0, ocsf.High, "Botnet check-in", "10.0.0.7", c2), alert(20*hour, ocsf.High, "Exploit B", "10.0.0.7", "10.0.0.9"),
		}, 1, "the same host 10.0.0.7"},
		{"two stories meet", []*ocsf.Event{
			alert(0, ocsf.High, "Exploit A", "10.0.0.7", "10.0.0.9"), alert(10, ocsf.High, "Botnet check-in", "10.0.0.8", c2),
			alert(600, ocsf.High, "Botnet check-in", "10.0.0.7", c2),
		}, 1, "the same rare destination 203.0.113.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(t, New(emptyRules(t), site(), Options{})).play(c.events...).finish()
			if got := len(s.stories()); got != c.want {
				t.Fatalf("%d incidents, want %d", got, c.want)
			}
			if c.reason == "" {
				return
			}
			in := s.one()
			var reasons []string
			for _, l := range in.Links {
				reasons = append(reasons, l.Reason)
			}
			for _, r := range in.Comments {
				reasons = append(reasons, r.Text)
			}
			if !strings.Contains(strings.Join(reasons, "\n"), c.reason) {
				t.Errorf("reasons %q, want %q", reasons, c.reason)
			}
		})
	}
}

// What a user did hours before his password was guessed does not follow from it;
// what he does afterwards does.
func TestCauseComesBeforeEffect(t *testing.T) {
	guessed := func(at float64) (out []*ocsf.Event) {
		for i := range 20 {
			out = append(out, logon(at+float64(i), false, "198.51.100.7", "srv09", "anna.k"))
		}
		return append(out, logon(at+21, true, "198.51.100.7", "srv09", "anna.k"))
	}
	clears := func(at float64) *ocsf.Event {
		return event(ocsf.EventLogActivity, at, ocsf.ActivityID, 1, ocsf.EventCode, "1102", ocsf.UserName, "anna.k", ocsf.DeviceHostname, "dc1.corp.example")
	}
	rules := ownRules(t)
	for _, c := range []struct {
		name string
		at   float64
		want int
	}{{"before", 0, 2}, {"after", 20 * hour, 1}} {
		s := newStream(t, New(rules, site(), Options{})).play(append(guessed(10*hour), clears(c.at))...).finish()
		if got := len(s.stories()); got != c.want {
			t.Errorf("%s: %d incidents, want %d", c.name, got, c.want)
		}
	}
}

func TestMergedIncidentRefersToTheOther(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(
		alert(0, ocsf.High, "Exploit A", "10.0.0.7", "10.0.0.9"), alert(10, ocsf.High, "Botnet check-in", "10.0.0.8", "203.0.113.9"),
		alert(600, ocsf.High, "Botnet check-in", "10.0.0.7", "203.0.113.9")).finish()
	in := s.one()
	if len(in.Timeline) != 3 || in.SubEvents != 3 || in.Events != 3 {
		t.Errorf("%d lines, %d findings, %d events, want 3 of each", len(in.Timeline), in.SubEvents, in.Events)
	}
	if !slices.IsSortedFunc(in.Timeline, func(a, b ocsf.Step) int { return int(a.Time - b.Time) }) {
		t.Error("the timeline is not in order")
	}
	for _, uid := range s.order {
		if o := s.incidents[uid]; uid != in.UID && o.Into != in.UID {
			t.Errorf("%s went into %q, want %s", uid, o.Into, in.UID)
		}
	}
}

func TestScore(t *testing.T) {
	in := newStream(t, New(emptyRules(t), site(), Options{})).play(
		alert(0, ocsf.Critical, "Botnet check-in", "10.0.0.30", "203.0.113.9"), alert(600, ocsf.High, "Port scan", "10.0.0.30", "10.0.0.9")).finish().one()
	sum := 0
	for _, term := range in.Terms {
		sum += term.Points
		if term.Why == "" {
			t.Errorf("term %s without a reason", term.Name)
		}
	}
	if sum != in.Score || in.Score < 60 {
		t.Errorf("score %d of terms %v", in.Score, in.Terms)
	}
}
