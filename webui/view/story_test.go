package view

import (
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func TestGuides(t *testing.T) {
	in := &ocsf.Incident{
		Guidance: []string{
			"A host calls one address again and again. Find the program. Isolate it, e.g. by the switch. Legitimate causes: agents.",
			"What leaves is slow.\n- Cut it off.\n2. Look what asks.\nCall the owner too.",
			"It is the same again. Find the program.",
		},
		Comments: []ocsf.Remark{{Time: 7, By: "anna", Text: DoneRemark("Cut it off.")}},
	}
	g := Guides(in)
	var got []string
	for _, x := range g {
		s := x.Mean + " |"
		for _, t := range x.Todos {
			s += " " + t.Text
			if t.Done != nil {
				s += " (" + t.Done.By + ")"
			}
			s += ";"
		}
		got = append(got, s+" | "+strings.Join(x.Notes, " "))
	}
	want := []string{
		"A host calls one address again and again. | Find the program.; Isolate it, e.g. by the switch.; | Legitimate causes: agents.",
		"What leaves is slow. | Cut it off. (anna); Look what asks.; | Call the owner too.",
	}
	if len(got) != len(want) {
		t.Errorf("%d guides, want %d: the last says nothing new", len(got), len(want))
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("guide %d: %q\nwant %q", i, got, want[i])
		}
	}
	if len(remarks(in)) != 0 {
		t.Error("a tick is shown as a remark too")
	}
}

func TestTheGravestGuideComesFirst(t *testing.T) {
	s := Story{Incident: &ocsf.Incident{Severity: ocsf.Critical, Guidance: []string{"Low. Do a.", "High early. Do b.", "High late. Do c."}}, Findings: []*ocsf.Finding{
		{Severity: ocsf.Low, Time: 9, Guidance: "Low. Do a."}, {Severity: ocsf.High, Time: 3, Guidance: "High early. Do b."}, {Severity: ocsf.High, Time: 5, Guidance: "High late. Do c."},
		{Severity: ocsf.Critical, Time: 1, Guidance: "Gravest. Do d."}, {Severity: ocsf.Low, Time: 10, Guidance: "Not kept. Do e."}}}
	var got []string
	for _, g := range s.guides() {
		got = append(got, g.Mean)
	}
	if want := "Gravest. High late. High early. Low."; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzGuide(f *testing.F) {
	for _, s := range []string{"", "One. Two.", "- a\n- b", "1) x\n\n2) y", "Legitimate", ". A. B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g := guide(s)
		n := len(g.Mean)
		for _, t := range g.Todos {
			n += len(t.Text)
		}
		for _, x := range g.Notes {
			n += len(x)
		}
		if n > len(s)+len(g.Todos)+2 {
			t.Errorf("%q became longer: %+v", s, g)
		}
	})
}

func TestStages(t *testing.T) {
	s := Story{Incident: &ocsf.Incident{Tactics: []string{"credential-access", "impact"}, Timeline: []ocsf.Step{
		{Time: 5, Tactic: "credential-access"}, {Time: 9, Tactic: "credential_access"}, {Time: 12, Tactic: "no-such"}}}}
	st := s.stages()
	if reached(st) != 2 || st[7].First != 5 || st[7].Lines != 2 || st[13].Lines != 1 || st[13].First != 0 {
		t.Errorf("%+v", st)
	}
	for id, want := range map[string]string{"T1110.001": "Brute Force: Password Guessing", "T1110.999": "Brute Force", "T1486": "Data Encrypted for Impact", "T0": ""} {
		if got := TechniqueName(id); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestWanted(t *testing.T) {
	in := &ocsf.Incident{Evidence: []uint64{1, 2, 3, 50}, Timeline: []ocsf.Step{{Evidence: []uint64{9, 8, 7, 6, 5, 4, 3}}, {Evidence: []uint64{2}}}}
	got := Wanted(in)
	want := []uint64{9, 8, 7, 6, 5, 2, 1, 3, 50}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
	for i := range 10000 {
		in.Evidence = append(in.Evidence, uint64(i+1000))
	}
	if n := len(Wanted(in)); n != MaxEvidence {
		t.Errorf("%d events are wanted, want %d", n, MaxEvidence)
	}
}
