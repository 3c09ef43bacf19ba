package correlate

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"picket/configs"
	"picket/normalize/ocsf"
)

// exception is a control in force from the start of the day.
func exception(rule, filter string) ocsf.Control {
	return ocsf.Control{UID: "c1", Kind: ocsf.Exception, Rule: rule, Filter: filter, Reason: "the backup", Owner: "anna", By: "anna", Created: day - 1000}
}

func silence(rule, filter string, end float64) ocsf.Control {
	c := exception(rule, filter)
	c.Kind, c.Expires = ocsf.Silence, day+int64(end*1000)
	return c
}

// control gives the engine a control, and its change to the stream's log.
func (s *stream) control(c ocsf.Control) *stream {
	s.t.Helper()
	var out Output
	if err := s.g.AddControl(c, &out); err != nil {
		s.t.Fatal(err)
	}
	s.keepControls(&out)
	return s
}

// keepControls puts changes of controls into the log, as the pipeline does.
func (s *stream) keepControls(out *Output) {
	for _, c := range out.Controls {
		s.seq++
		c.Seq = s.seq
		s.events = append(s.events, c.Event(c.Created))
	}
	out.Controls = nil
}

func attackAlert(at float64, src string) *ocsf.Event {
	return alert(at, ocsf.High, "Exploit of a kind", src, "10.0.0.8")
}

func TestExceptionHidesWithoutLosing(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	s.control(exception(deviceRule, "src_endpoint.ip:203.0.113.5"))
	s.play(attackAlert(1, "203.0.113.5"), attackAlert(2, "203.0.113.5"), attackAlert(3, "203.0.113.6"))
	if got := len(s.findings); got != 2 {
		t.Fatalf("%d findings, want both", got)
	}
	for _, f := range s.findings {
		hidden := strings.Contains(f.Title, "203.0.113.5")
		if (f.Hidden != nil) != hidden || hidden && (f.Incident != "" || f.Hidden.UID != "c1" || f.Hidden.By != ocsf.Exception) {
			t.Errorf("%s: hidden %+v, incident %q", f.Title, f.Hidden, f.Incident)
		}
	}
	if in := s.one(); !reflect.DeepEqual(in.Src, []string{"203.0.113.6"}) {
		t.Errorf("the incident is about %v", in.Src)
	}
	if c := s.g.Controls()[0]; c.Hidden != 1 || c.Events != 2 || c.Last != day+2000 {
		t.Errorf("counted %d findings, %d events, last at %d", c.Hidden, c.Events, c.Last-day)
	}
}

func TestSilenceEndsByItself(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	s.control(silence("", "device.hostname:ids1", 100))
	s.play(attackAlert(99, "203.0.113.5"))
	if n := len(s.stories()); n != 0 || len(s.findings) != 1 {
		t.Fatalf("%d incidents, %d findings while it is silent", n, len(s.findings))
	}
	s.play(attackAlert(101, "203.0.113.5"))
	s.one()
	var out Output
	s.g.flush(&out, true)
	if len(out.Controls) != 1 || out.Controls[0].Ended != day+100_000 || len(s.g.Controls()) != 0 {
		t.Errorf("told %+v, %d in force", out.Controls, len(s.g.Controls()))
	}
}

func TestSnoozeOfARuleWakesForSomebodyNew(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	c := silence(deviceRule, "", 3600)
	c.Kind, c.UntilNew, c.Known = ocsf.RuleSnooze, true, []string{"203.0.113.5"}
	s.control(c)
	s.play(attackAlert(1, "203.0.113.5"))
	if len(s.stories()) != 0 {
		t.Fatal("it is not quiet")
	}
	s.play(attackAlert(2, "203.0.113.77"))
	if in := s.one(); in.Src[0] != "203.0.113.77" {
		t.Errorf("the incident is about %v", in.Src)
	}
	if len(s.g.Controls()) != 0 {
		t.Error("the snooze is still in force")
	}
}

const guessing = `
title: Failed logon
id: failed
logsource: {}
detection:
  sel: {class_uid: 3002, status_id: 2}
  condition: sel
level: low
---
title: Password guessing
id: guess
correlation: {type: event_count, rules: [failed], group-by: [src_endpoint.ip], timespan: 10m, condition: {gte: 3}}
level: high
`

func TestExceptionOfACorrelationCoversAllOrNothing(t *testing.T) {
	for name, c := range map[string]struct {
		control   ocsf.Control
		users     [4]string
		incidents int
		findings  int
	}{
		"all of it":            {exception("guess", "user.name:svc*"), [4]string{"svc1", "svc2", "svc1", "svc3"}, 0, 1},
		"one is somebody else": {exception("guess", "user.name:svc*"), [4]string{"svc1", "anna", "svc1", "svc3"}, 1, 1},
		"of every rule":        {exception("", "user.name:svc*"), [4]string{"svc1", "svc2", "svc1", "svc3"}, 0, 1},
		"of the step":          {exception("failed", "user.name:svc*"), [4]string{"svc1", "svc2", "anna", "svc3"}, 0, 0},
		"of another rule":      {exception("other", "user.name:svc*"), [4]string{"svc1", "svc2", "svc1", "svc3"}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStream(t, New(rulesOf(t, guessing), site(), Options{}))
			s.control(c.control)
			for i, u := range c.users {
				s.play(logon(float64(i), false, "10.0.0.9", "srv03", u))
			}
			s.finish()
			if len(s.stories()) != c.incidents || len(s.findings) != c.findings {
				t.Errorf("%d incidents, %d findings; want %d, %d", len(s.stories()), len(s.findings), c.incidents, c.findings)
			}
		})
	}
}

// What a control hides must not depend on when the engine was killed: the log
// read again gives the same.
func TestControlsReplay(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	s.play(attackAlert(1, "203.0.113.5"))
	c := exception(deviceRule, "src_endpoint.ip:203.0.113.9")
	c.Created = day + 5000
	s.control(c)
	s.play(attackAlert(9, "203.0.113.9"), attackAlert(10, "203.0.113.10"))
	snapshot, err := s.g.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var out Output
	if err := s.g.EndControl("c1", "anna", "done", day+11_000, &out); err != nil {
		t.Fatal(err)
	}
	ended := out.Controls[0].Event(day + 11_000)
	s.keepControls(&out)
	s.play(attackAlert(4000, "203.0.113.9"))

	whole := newStream(t, New(emptyRules(t), site(), Options{}))
	restored := newStream(t, New(emptyRules(t), site(), Options{}))
	if err := restored.g.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.events {
		whole.g.Observe(e, nil, &out)
		whole.take(&out)
	}
	restored.g.Observe(ended, nil, &out)
	if n := len(restored.g.Controls()); n != 0 {
		t.Errorf("%d controls in force after the end was read", n)
	}
	if !reflect.DeepEqual(uids(whole.findings), uids(s.findings)) {
		t.Errorf("again %v, first %v", uids(whole.findings), uids(s.findings))
	}
}

// The log has the last word on a control: what an engine that reads it again told
// in between is no change of one that was ended since.
func TestReplayDoesNotBringAnEndedControlBack(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	s.control(exception(deviceRule, "src_endpoint.ip:203.0.113.5"))
	for i := range 4 {
		s.play(attackAlert(float64(1+120*i), "203.0.113.5"))
	}
	s.tellControls(func(out *Output) error { s.g.flush(out, true); return nil })
	s.tellControls(func(out *Output) error { return s.g.EndControl("c1", "bert", "they left", day+500_000, out) })

	var out Output
	again := New(emptyRules(t), site(), Options{})
	for _, e := range s.events {
		again.Observe(e, nil, &out)
	}
	if len(out.Controls) != 0 || len(again.Controls()) != 0 {
		t.Errorf("the log read again tells %d changes that it has; %d are in force", len(out.Controls), len(again.Controls()))
	}
}

// tellControls puts into the log what an order tells of controls.
func (s *stream) tellControls(order func(*Output) error) {
	s.t.Helper()
	var out Output
	if err := order(&out); err != nil {
		s.t.Fatal(err)
	}
	s.keepControls(&out)
}

func uids(list []*ocsf.Finding) (out []string) {
	for _, f := range list {
		hidden := ""
		if f.Hidden != nil {
			hidden = " hidden"
		}
		out = append(out, f.UID+hidden)
	}
	return out
}

func TestControlsAreCheckedAndBounded(t *testing.T) {
	long := silence("r", "", 40*24*3600)
	for name, c := range map[string]ocsf.Control{
		"everything":        exception("", " "),
		"a broken filter":   exception("", "src_endpoint.ip:("),
		"an endless one":    {UID: "x", Kind: ocsf.Silence, Rule: "r", Reason: "r", Owner: "o", By: "b"},
		"a month and more":  long,
		"without a reason":  {UID: "x", Kind: ocsf.Exception, Rule: "r", Owner: "o", By: "b"},
		"without an owner":  {UID: "x", Kind: ocsf.Exception, Rule: "r", Reason: "r", By: "b"},
		"a snooze of all":   {UID: "x", Kind: ocsf.RuleSnooze, Reason: "r", Owner: "o", By: "b", Expires: 1},
		"an unknown kind":   {UID: "x", Kind: "tune", Rule: "r", Reason: "r", Owner: "o", By: "b"},
		"over before begun": silence("r", "", -2),
	} {
		if Check(&c) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	g := New(emptyRules(t), site(), Options{})
	var out Output
	for i := range MaxControls + 1 {
		c := exception("r", "")
		c.UID = string(rune('a'+i%26)) + strings.Repeat("x", i)
		if err := g.AddControl(c, &out); (err != nil) != (i == MaxControls) {
			t.Fatalf("control %d: %v", i, err)
		}
	}
}

func TestSnoozedIncidentWakes(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	s.play(attackAlert(1, "203.0.113.5"))
	in := s.one()
	var out Output
	ch := Change{Kind: Snooze, By: "anna", Time: day + 2000, Until: day + 3600_000, UntilNew: true, Note: "known test"}
	if err := s.g.Apply(in, ch, &out); err != nil {
		t.Fatal(err)
	}
	s.take(&out)
	if in := s.one(); !in.Asleep(day+3000) || in.Asleep(day+3600_000) {
		t.Errorf("asleep: %+v", in.Snooze)
	}
	s.play(attackAlert(3, "203.0.113.5"))
	if s.one().Snooze == nil {
		t.Error("the same again woke it")
	}
	s.play(alert(4, ocsf.High, "Exploit of another kind", "203.0.113.5", "10.0.0.99"))
	if in := s.one(); in.Snooze != nil || !strings.Contains(in.Comments[len(in.Comments)-1].Text, "10.0.0.99 came in") {
		t.Errorf("it sleeps on: %+v %v", in.Snooze, in.Comments)
	}
}

func TestCriticalFindingInhibitsLesserOnes(t *testing.T) {
	const rules = `
title: Grave
id: grave
logsource: {}
detection: {sel: {class_uid: 4001, dst_endpoint.port: 445}, condition: sel}
level: critical
tags: [attack.discovery, attack.t1046]
---
title: Light
id: light
logsource: {}
detection: {sel: {class_uid: 4001, dst_endpoint.port: 80}, condition: sel}
level: low
tags: [attack.discovery, attack.t1046]
---
title: Light and new
id: new
logsource: {}
detection: {sel: {class_uid: 4001, dst_endpoint.port: 22}, condition: sel}
level: low
tags: [attack.execution, attack.t1059]
`
	s := newStream(t, New(rulesOf(t, rules), site(), Options{}))
	s.play(connection(1, "10.0.0.9", "10.0.0.8", 445), connection(2, "10.0.0.9", "10.0.0.8", 80), connection(3, "10.0.0.9", "10.0.0.8", 22))
	in := s.one()
	if in.Inhibited != 1 || in.SubEvents != 2 || len(s.findings) != 3 {
		t.Errorf("inhibited %d, told %d, findings %d", in.Inhibited, in.SubEvents, len(s.findings))
	}
	if h := s.findings[1].Hidden; h == nil || h.By != ocsf.Inhibition || h.UID != s.findings[0].UID {
		t.Errorf("the light one: %+v", h)
	}
}

func rulesOf(t testing.TB, yaml string) *Rules {
	t.Helper()
	taxonomy, err := configs.FS.ReadFile("taxonomy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, failed, err := LoadRules(fstest.MapFS{"x.yml": {Data: []byte(yaml)}}, taxonomy, RuleOptions{})
	if err != nil || len(failed) > 0 {
		t.Fatal(err, failed)
	}
	return r
}

// BenchmarkControls is the cost of an event that hits a rule, by how many
// controls are in force that may hide it and do not.
func BenchmarkControls(b *testing.B) {
	for _, n := range []int{0, 10, MaxControls} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := New(rulesOf(b, guessing), site(), Options{})
			var out Output
			for i := range n {
				c := exception("", fmt.Sprintf("src_endpoint.ip:10.9.%d.%d AND user.name:svc*", i/200, i%200))
				c.UID = fmt.Sprint("c", i)
				if err := g.AddControl(c, &out); err != nil {
					b.Fatal(err)
				}
			}
			e := logon(1, false, "10.0.0.9", "srv03", "anna")
			hits := g.rules.Match(e, g.rules.NewScratch())
			b.ReportAllocs()
			for b.Loop() {
				e.Seq++
				e.Time += 1000
				out.Reset()
				g.Observe(e, hits, &out)
			}
		})
	}
}
