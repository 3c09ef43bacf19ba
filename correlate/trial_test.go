package correlate

import (
	"strings"
	"testing"
	"testing/fstest"

	"picket/normalize/ocsf"
)

const trialRules = `
title: Denied
name: denied
id: 5f0c2b52-7f5e-4a6c-9d3e-000000000001
level: low
logsource: {category: firewall}
detection: {s: {action_id: 2}, condition: s}
---
title: Many denied
id: 5f0c2b52-7f5e-4a6c-9d3e-000000000002
level: medium
correlation: {type: event_count, rules: [denied], group-by: [src_endpoint.ip], timespan: 5m, condition: {gte: 3}}
---
title: Not our scanner
logsource: {category: firewall}
filter: {rules: [denied], f: {src_endpoint.ip: 192.0.2.9}, condition: not f}
`

const trialTaxonomy = `
fields: {}
logsources:
  - gives: {category: firewall}
    if: {class_uid: 4001}
`

func trialPack(t *testing.T) *Rules {
	t.Helper()
	r, failed, err := LoadRules(fstest.MapFS{"pack.yml": {Data: []byte(trialRules)}}, []byte(trialTaxonomy), RuleOptions{})
	if err != nil || len(failed) > 0 {
		t.Fatal(err, failed)
	}
	return r
}

func TestTrial(t *testing.T) {
	pack := trialPack(t)
	rules, asked, failed, err := pack.Pick([]string{"Many denied"}, nil)
	if err != nil || len(failed) > 0 || len(asked) != 1 || rules.Len() != 2 {
		t.Fatal(asked, failed, err, rules.Len())
	}
	tr := rules.NewTrial(asked, 2)
	for i := range 4 {
		e := denied(float64(i*10), "198.51.100.7", "192.0.2.1", 22)
		e.Seq, e.Raw = uint64(i+1), "denied"
		tr.Observe(e)
	}
	for i := range 5 { // narrowed by the filter of the pack
		e := denied(float64(100+i), "192.0.2.9", "192.0.2.1", 22)
		e.Seq = uint64(10 + i)
		tr.Observe(e)
	}
	rows, evicted := tr.Finish()
	if len(rows) != 1 || evicted != 0 {
		t.Fatal(rows, evicted)
	}
	r := rows[0]
	if r.Hits != 1 || !r.Correlation || r.First != day+20_000 || len(r.Samples) != 1 || r.Samples[0].Raw != "denied" || len(r.Samples[0].Evidence) != 3 {
		t.Errorf("got %+v", r)
	}
	if len(r.Days) != 1 || r.Days[0].Hits != 1 || r.Days[0].Day > day || r.Days[0].Day+24*3600*1000 <= day {
		t.Errorf("days %v", r.Days)
	}
}

// TestTrialOfTexts takes a rule that is not in force, over one that is.
func TestTrialOfTexts(t *testing.T) {
	pack := trialPack(t)
	text := "title: Few denied\nname: few\ncorrelation: {type: event_count, rules: [denied], timespan: 5m, condition: {gte: 2}}\n" +
		"---\ntitle: broken\nlogsource: {category: firewall}\n"
	rules, asked, failed, err := pack.Pick(nil, map[string]string{"new.yml": text})
	if err != nil || len(failed) != 1 || failed[0].File != "new.yml" || len(asked) != 1 {
		t.Fatal(asked, failed, err)
	}
	tr := rules.NewTrial(asked, 1)
	for i := range 6 {
		e := denied(float64(i*1000), "198.51.100.7", "192.0.2.1", 22)
		e.Seq = uint64(i + 1)
		tr.Observe(e)
		e = denied(float64(i*1000+5), "198.51.100.8", "192.0.2.1", 22)
		e.Seq = uint64(i + 100)
		tr.Observe(e)
	}
	rows, _ := tr.Finish()
	if rows[0].Hits != 6 || len(rows[0].Samples) != 1 || rows[0].Title != "Few denied" {
		t.Errorf("got %+v", rows[0])
	}
	if _, _, _, err := pack.Pick([]string{"gone"}, nil); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a rule that is not there: %v", err)
	}
}

// TestTrialLeavesOutOwn: Picket's own findings lie in the same log.
func TestTrialLeavesOutOwn(t *testing.T) {
	rules, asked, _, err := trialPack(t).Pick([]string{"denied"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := rules.NewTrial(asked, 1)
	e := denied(0, "198.51.100.7", "192.0.2.1", 22)
	e.Parser = "picket"
	tr.Observe(e)
	tr.Observe(&ocsf.Event{Class: ocsf.IncidentFinding})
	if rows, _ := tr.Finish(); rows[0].Hits != 0 {
		t.Errorf("got %+v", rows[0])
	}
}

// Many rules that all hit are counted to the end, but not told in full for ever.
func TestTrialBoundsItsSamples(t *testing.T) {
	pack := trialPack(t)
	rules, asked, _, err := pack.Pick([]string{"denied"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := rules.NewTrial(asked, 1000)
	tr.kept = trialKept - 1
	for i := range 5 {
		e := denied(float64(i), "198.51.100.7", "192.0.2.1", 22)
		e.Seq, e.Raw = uint64(i+1), "denied"
		tr.Observe(e)
	}
	if rows, _ := tr.Finish(); rows[0].Hits != 5 || len(rows[0].Samples) != 1 {
		t.Errorf("%d hits, %d samples", rows[0].Hits, len(rows[0].Samples))
	}
}
