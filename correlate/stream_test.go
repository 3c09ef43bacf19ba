package correlate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"picket/normalize/ocsf"
)

// gist is what must not depend on the order in which events of the same seconds
// come.
func gist(s *stream) (out []string) {
	for _, in := range s.stories() {
		for _, l := range []*[]string{&in.Src, &in.Users, &in.Techniques, &in.Signatures} {
			slices.Sort(*l)
		}
		out = append(out, fmt.Sprint(in.Title, in.Severity, in.Start, in.End, in.Src, in.Users, in.Techniques, in.Signatures, in.Events, in.SubEvents))
	}
	slices.Sort(out)
	return out
}

func TestDisorderWithinTolerance(t *testing.T) {
	rules := ownRules(t)
	play := func(late int64) []string {
		r := rand.New(rand.NewPCG(1, uint64(late)))
		events := append(mixed(), attackHour()...)
		at := map[*ocsf.Event]int64{}
		for _, e := range events {
			at[e] = e.Time
			if late > 0 {
				at[e] += r.Int64N(late)
			}
		}
		slices.SortStableFunc(events, func(a, b *ocsf.Event) int { return int(at[a] - at[b]) })
		s := newStream(t, New(rules, site(), Options{}))
		scratch := rules.NewScratch()
		var out Output
		for i, e := range events {
			e.Seq = uint64(i + 1)
			s.g.Observe(e, rules.Match(e, scratch), &out)
			s.take(&out)
		}
		return gist(s.finish())
	}
	want := play(0)
	if len(want) < 3 {
		t.Fatalf("only %d incidents", len(want))
	}
	for _, late := range []int64{1500, 4000} {
		if got := play(late); !slices.Equal(got, want) {
			t.Errorf("events up to %d ms late:\n got  %q\n want %q", late, got, want)
		}
	}
}

func TestSwapKeepsWindows(t *testing.T) {
	s := newStream(t, New(ownRules(t), site(), Options{}))
	for i := range 8 {
		s.play(logon(float64(i), false, "198.51.100.7", "srv09", "root"))
	}
	s.g.Swap(ownRules(t))
	for i := range 8 {
		s.play(logon(float64(8+i), false, "198.51.100.7", "srv09", "root"))
	}
	if in := s.finish().one(); in.Events != 16 {
		t.Errorf("%d events, want those from before the swap too", in.Events)
	}
}

const backupRules = `
title: Backup started
name: started
logsource: {category: test}
detection:
    selection: {message: started}
    condition: selection
picket: {base: true}
---
title: Backup ended
name: ended
logsource: {category: test}
detection:
    selection: {message: ended}
    condition: selection
picket: {base: true}
---
title: Backup did not end
id: 5f0c3b0e-0000-4000-8000-000000000001
correlation:
    type: temporal
    rules: [started, ended]
    group-by: [device.hostname]
    timespan: 1h
    condition: started and not ended
level: high
`

func TestAbsenceFiresInSilence(t *testing.T) {
	taxonomy := []byte("logsources:\n  - gives: {category: test}\n    if: {message|exists: true}\n")
	rules, failed, err := LoadRules(fstest.MapFS{"backup.yml": {Data: []byte(backupRules)}}, taxonomy, RuleOptions{})
	if err != nil || len(failed) > 0 {
		t.Fatal(err, failed)
	}
	say := func(at float64, host, word string) *ocsf.Event {
		return event(ocsf.BaseEvent, at, ocsf.DeviceHostname, host, ocsf.Message, word)
	}
	s := newStream(t, New(rules, nil, Options{})).play(say(0, "a", "started"), say(5, "b", "started"), say(600, "a", "ended"))
	var out Output
	wall := time.Unix(1_000_000, 0)
	for i := 0; i < 120; i++ { // an hour and a half of silence
		s.g.Tick(wall.Add(time.Duration(i)*45*time.Second), &out)
	}
	s.take(&out)
	if len(s.findings) != 1 || len(s.incidents) != 1 {
		t.Fatalf("%d findings, %d incidents, want one of each", len(s.findings), len(s.incidents))
	}
	if got := s.findings[0].Entities[0].Value; got != "b" {
		t.Errorf("it is about %q, want b", got)
	}
}

func TestBadOwnKeys(t *testing.T) {
	rule := "title: x\nlogsource: {category: test}\ndetection:\n    selection: {message: x}\n    condition: selection\npicket: {%s}\n"
	for _, key := range []string{"mode: loud", "incident: 3", "wins: [everybody]", "confidence: 200", "colour: red", "story: 5"} {
		_, failed, err := LoadRules(fstest.MapFS{"x.yml": {Data: fmt.Appendf(nil, rule, key)}}, nil, RuleOptions{})
		if err != nil || len(failed) != 1 {
			t.Errorf("%s: %v %v", key, failed, err)
		}
	}
}
