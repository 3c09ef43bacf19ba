package correlate

import (
	"fmt"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func TestApply(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(alert(0, ocsf.High, "Exploit A", "203.0.113.10", "10.0.0.7"))
	in := s.one()
	do := func(c Change) (*ocsf.Incident, error) {
		c.By, c.Time = "anna", day
		var out Output
		err := s.g.Apply(in, c, &out)
		if err == nil {
			s.take(&out)
			in = s.incidents[in.UID]
		}
		return in, err
	}
	for _, c := range []struct {
		name string
		c    Change
		err  string
		ok   func() bool
	}{
		{"assign", Change{Kind: Assign, Owner: "ben"}, "", func() bool { return in.Owner == "ben" }},
		{"an empty comment", Change{Kind: Comment}, "empty", nil},
		{"comment", Change{Kind: Comment, Note: "see ticket 4"}, "", func() bool { return in.Comments[len(in.Comments)-1].Text == "see ticket 4" }},
		{"triage", Change{Kind: Triage}, "", func() bool { return in.State == ocsf.Triaged }},
		{"close without a verdict", Change{Kind: Close, Note: "x"}, "verdict", nil},
		{"close without a note", Change{Kind: Close, Verdict: "benign"}, "note", nil},
		{"close", Change{Kind: Close, Verdict: "benign", Note: "a test of ours"}, "", func() bool { return in.State == ocsf.Closed && in.Verdict == "benign" }},
		{"change a closed one", Change{Kind: Assign, Owner: "ben"}, "closed", nil},
		{"reopen", Change{Kind: Reopen, Note: "it was none"}, "", func() bool { return in.State == ocsf.Triaged && in.Verdict == "" }},
		{"reopen an open one", Change{Kind: Reopen}, "not closed", nil},
		{"something else", Change{Kind: "paint"}, "unknown", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := in.Version
			_, err := do(c.c)
			switch {
			case c.err != "":
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("got %v, want an error about %q", err, c.err)
				}
			case err != nil:
				t.Error(err)
			case !c.ok() || in.Version <= v:
				t.Errorf("changed to %+v", in)
			}
		})
	}
}

func TestClosedIncidentDoesNotGrow(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(alert(0, ocsf.High, "Exploit A", "203.0.113.10", "10.0.0.7"))
	var out Output
	if err := s.g.Apply(s.one(), Change{Kind: Close, By: "anna", Verdict: "benign", Note: "ours"}, &out); err != nil {
		t.Fatal(err)
	}
	s.take(&out)
	s.play(alert(60, ocsf.High, "Exploit B", "203.0.113.10", "10.0.0.7")).finish()
	if n := len(s.stories()); n != 2 {
		t.Errorf("%d incidents, want the closed one and a new one", n)
	}
}

func TestMergeAndSplitByHand(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(
		alert(0, ocsf.High, "Exploit A", "203.0.113.10", "10.0.0.7"), alert(5, ocsf.High, "Exploit B", "203.0.113.11", "10.0.0.8")).finish()
	a, b := s.stories()[0], s.stories()[1]
	var out Output
	if err := s.g.Apply(a, Change{Kind: Merge, By: "anna", Other: b, Note: "one campaign"}, &out); err != nil {
		t.Fatal(err)
	}
	s.take(&out)
	in := s.one()
	if in.UID != a.UID || len(in.Src) != 2 || in.SubEvents != 2 {
		t.Fatalf("merged: %+v", in)
	}
	if err := s.g.Apply(in, Change{Kind: Split, By: "anna", Findings: s.findings[1:]}, &out); err != nil {
		t.Fatal(err)
	}
	s.take(&out)
	st := s.stories()
	if len(st) != 2 {
		t.Fatalf("%d incidents after the split, want 2", len(st))
	}
	if got := st[0].Src; len(got) != 1 || got[0] != "203.0.113.10" {
		t.Errorf("sources of what stayed: %v", got)
	}
	if got := st[1].Src; len(got) != 1 || got[0] != "203.0.113.11" {
		t.Errorf("sources of what went: %v", got)
	}
	if err := s.g.Apply(st[0], Change{Kind: Split, By: "anna", Findings: s.findings[:1]}, &out); err == nil {
		t.Error("everything could be split off")
	}
}

// An incident that hundreds went into has a bounded number of comments, and room
// for those of people.
func TestManyMergesLeaveRoomForComments(t *testing.T) {
	g := New(emptyRules(t), site(), Options{})
	var out Output
	to := &story{In: ocsf.Incident{UID: "i-0", State: ocsf.New}}
	for i := range 3 * maxComments {
		from := &story{In: ocsf.Incident{UID: fmt.Sprint("i-", i+1), State: ocsf.New}}
		g.merge(to, from, "the same host", "picket", &out)
	}
	if n := len(to.In.Comments); n > maxComments/2 || to.In.Lost == 0 {
		t.Errorf("%d comments, %d lost", n, to.In.Lost)
	}
	if err := apply(&to.In, Change{Kind: Comment, By: "anna", Note: "one botnet"}); err != nil || to.In.Comments[len(to.In.Comments)-1].By != "anna" {
		t.Errorf("no room for a person's: %v", err)
	}
}

// What is taken out goes on by itself: neither what repeats it nor what its source
// does next comes back into the incident that it was in.
func TestWhatIsTakenOutStaysOut(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(
		alert(0, ocsf.High, "Exploit A", "203.0.113.10", "10.0.0.7"), alert(5, ocsf.High, "Exploit B", "203.0.113.11", "10.0.0.8"))
	a, b := s.stories()[0].UID, s.stories()[1].UID
	var out Output
	if err := s.g.Apply(s.incidents[a], Change{Kind: Merge, By: "anna", Other: s.incidents[b], Note: "one campaign"}, &out); err != nil {
		t.Fatal(err)
	}
	s.take(&out)
	if err := s.g.Apply(s.incidents[a], Change{Kind: Unmerge, By: "anna", Other: s.incidents[b], Findings: s.findings[1:]}, &out); err != nil {
		t.Fatal(err)
	}
	s.take(&out)
	s.play(alert(50, ocsf.High, "Exploit B", "203.0.113.11", "10.0.0.8"), alert(60, ocsf.High, "Exploit C", "203.0.113.11", "10.0.0.8")).finish()
	if in := s.incidents[a]; in.SubEvents != 1 || in.Events != 1 || len(in.Src) != 1 {
		t.Errorf("it came back: %d findings of %d events, sources %v", in.SubEvents, in.Events, in.Src)
	}
	if in := s.incidents[b]; in.SubEvents != 2 || in.Events != 3 {
		t.Errorf("it does not go on: %d findings of %d events", in.SubEvents, in.Events)
	}
}
