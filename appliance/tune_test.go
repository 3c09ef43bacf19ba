package appliance

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/correlate"
	"picket/normalize/ocsf"
)

const siteRule = `
title: A logon fails
id: a-logon-fails
logsource: {}
detection: {sel: {class_uid: 3002, status_id: 2}, condition: sel}
level: high
`

// A signature that was wrong about a script and right about a stranger is narrowed
// by a filter that leaves the script out and not the stranger; saved, it is in
// force at once.
func TestTuningFromVerdicts(t *testing.T) {
	c := testConfig(t.TempDir())
	c.Rules.Builtin, c.Rules.Folder = false, t.TempDir()
	if err := os.WriteFile(filepath.Join(c.Rules.Folder, "site.yml"), []byte(siteRule), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, c, nil)
	tuning, err := r.Tune("a-logon-fails")
	if err != nil || tuning.YAML != "" || !strings.Contains(tuning.Says, "nothing to learn from") {
		t.Fatalf("without verdicts: %+v, %v", tuning, err)
	}
	for from, verdict := range map[string]string{"198.51.100.7": "false_positive", "203.0.113.9": "true_positive"} {
		r.guesses(from, 3)
		r.until("there is an incident", func() bool { return r.incidentOf(from) != nil })
		if _, err := r.ChangeIncident(t.Context(), r.incidentOf(from).UID, Change{Kind: "close", By: "anna", Verdict: verdict, Note: "seen"}); err != nil {
			t.Fatal(err)
		}
	}
	tuning, err = r.Tune("a-logon-fails")
	if err != nil || tuning.FalseOut != tuning.False || tuning.False == 0 || tuning.True == 0 || tuning.TrueOut != 0 {
		t.Fatalf("%+v, %v", tuning, err)
	}
	if !strings.Contains(tuning.YAML, `"198.51.100.7"`) || strings.Contains(tuning.YAML, "203.0.113.9") {
		t.Errorf("the draft:\n%s", tuning.YAML)
	}
	for name, text := range map[string]string{
		"a signature": siteRule, "a filter of everything": strings.Replace(tuning.YAML, "- \"a-logon-fails\"", "- any", 1), "nothing": "x: y", "no yaml": "\x00",
		"no pattern": strings.Replace(tuning.YAML, "condition: not known", "more:\n      user.name|re: \"(\"\n  condition: not known and not more", 1),
		"no not":     strings.Replace(tuning.YAML, "not known", "known", 1),
	} {
		if _, err := r.SaveTuning(t.Context(), "a-logon-fails", text, "anna", ""); err == nil {
			t.Errorf("%s is saved", name)
		}
	}
	name, err := r.SaveTuning(t.Context(), "a-logon-fails", tuning.YAML, "anna", "")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(c.Rules.Folder, name)); err != nil || string(b) != tuning.YAML {
		t.Errorf("%s: %v", name, err)
	}
	if files, _ := os.ReadDir(c.Rules.Folder); len(files) != 2 || len(r.rules.Load().failed) != 0 {
		t.Errorf("what does not run is left behind: %v, %v", files, r.rules.Load().failed)
	}
	stats, err := r.RuleStats()
	if err != nil || stats[0].ID != "a-logon-fails" || stats[0].False != 1 || stats[0].True != 1 || stats[0].Rate != 0.5 {
		t.Errorf("stats %+v, %v", stats[0], err)
	}
	why, err := r.WhyNot("a-logon-fails", r.findingOf("198.51.100.7").Evidence[0])
	if err != nil || why.Hit || !strings.Contains(why.Says, `known" holds, which the condition wants not to`) {
		t.Errorf("why not: %+v, %v", why, err)
	}
	if why, err = r.WhyNot("a-logon-fails", r.findingOf("203.0.113.9").Evidence[0]); err != nil || !why.Hit {
		t.Errorf("why: %+v, %v", why, err)
	}
	if _, err := r.WhyNot("a-logon-fails", 1<<40); !errors.Is(err, ErrNotFound) {
		t.Errorf("of an event that is not there: %v", err)
	}
}

func (r *running) incidentOf(src string) *ocsf.Incident {
	all, err := r.archive.Incidents(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, in := range all {
		if strings.Contains(strings.Join(in.Src, " "), src) {
			return in
		}
	}
	return nil
}

func (r *running) findingOf(src string) *ocsf.Finding {
	for _, f := range r.findings() {
		if strings.Contains(f.Title, src) {
			return f
		}
	}
	r.t.Fatalf("no finding of %s", src)
	return nil
}

// Whatever a log holds, the drafted filter is one document with one filter.
func TestDraftsHoldHostileValues(t *testing.T) {
	e := &ocsf.Event{Class: ocsf.Authentication}
	for _, v := range []string{"a*b?c\\", "x\"\n---\ntitle: evil", "\u2028'{}[]: #", "%d", " - ", "null"} {
		e.SetText(ocsf.UserName, v)
		draft := draftOf([]*ocsf.Event{e}, nil)
		if draft == nil {
			t.Errorf("%q: no draft", v)
			continue
		}
		info, _ := mustRules(t).Info("failed_logon")
		if err := onlyFilters(filterYAML(&info, []string{"failed_logon"}, draft)); err != nil {
			t.Errorf("%q: %v", v, err)
		}
	}
}

func mustRules(t *testing.T) *correlate.Rules {
	rs, err := loadRules(onlyFolder(""), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rs.rules
}
