package sigma

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{
		"b/two.yaml":    {Data: []byte(strings.Replace(ruleWith("s:\n    F: 1\ncondition: s"), "0001", "0002", 1))},
		"a/one.yml":     {Data: []byte(ruleWith("s:\n    F: 1\ncondition: s"))},
		"a/readme.txt":  {Data: []byte("no rule")},
		".git/x.yml":    {Data: []byte("no rule")},
		"c/broken.yml":  {Data: []byte("title: [")},
		"c/large.yml":   {Data: bytes.Repeat([]byte("# \n"), maxFile/3+1)},
		"c/.hidden.yml": {Data: []byte("title: [")},
	}
	rules, failed := Load(fsys)
	if len(rules) != 2 || rules[0].File != "a/one.yml" || rules[1].File != "b/two.yaml" {
		t.Errorf("got %d rules", len(rules))
	}
	if len(failed) != 2 || failed[0].File != "c/broken.yml" || !strings.Contains(failed[1].Reason, "larger") {
		t.Errorf("got %v", failed)
	}
	rep := Check(fsys, nil, Options{})
	if rep.Loaded != 2 || len(rep.Failed) != 2 {
		t.Errorf("got %+v", rep)
	}
}

func TestLoadZip(t *testing.T) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range []string{"rules/one.yml", "../out.yml", "/abs.yml", `..\win.yml`, "notes.md"} {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(ruleWith("s:\n    F: 1\ncondition: s"))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	rules, failed := LoadZip(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if len(rules) != 1 || rules[0].File != "rules/one.yml" {
		t.Errorf("got %d rules", len(rules))
	}
	if len(failed) != 3 {
		t.Errorf("got %v, want three paths refused", failed)
	}
	if _, failed := LoadZip(strings.NewReader("no zip"), 6); len(failed) != 1 {
		t.Errorf("got %v", failed)
	}
}

func TestCorrelationsRefused(t *testing.T) {
	base := strings.Replace(ruleWith("s:\n    F: 1\ncondition: s"), "title: t", "title: t\nname: base", 1)
	corr := func(body string) string { return base + "---\ntitle: c\nname: c\ncorrelation:\n" + indent(body) }
	for _, tt := range []struct{ body, reason string }{
		{"type: foo\nrules: [base]\ntimespan: 1m", "not one of"},
		{"type: event_count\nrules: [base]\ncondition: {gte: 1}", "no timespan"},
		{"type: event_count\nrules: [base]\ntimespan: 10x\ncondition: {gte: 1}", "want a number"},
		{"type: event_count\nrules: [base]\ntimespan: 1m", "needs one"},
		{"type: event_count\nrules: [base]\ntimespan: 1m\ncondition: {gte: many}", "want a number"},
		{"type: event_count\nrules: [base]\ntimespan: 1m\ncondition: {about: 1}", "unknown key"},
		{"type: event_count\nrules: [base]\ntimespan: 1m\ncondition: {gte: 1, field: x}", "takes no field"},
		{"type: value_count\nrules: [base]\ntimespan: 1m\ncondition: {gte: 1}", "needs a field"},
		{"type: event_count\nrules: [gone]\ntimespan: 1m\ncondition: {gte: 1}", "not there"},
		{"type: event_count\nrules: []\ntimespan: 1m\ncondition: {gte: 1}", "no rules"},
		{"type: temporal\nrules: [base, c]\ntimespan: 1m", "circle"},
		{"type: temporal\nrules: [base]\ntimespan: 1m\ncondition: not base", "must not be"},
		{"type: temporal\nrules: [base]\ntimespan: 1m\ncondition: base and gone", "not there"},
		{"type: temporal\nrules: [base]\ntimespan: 1m\nwindow: 3", "unknown key"},
		{"type: temporal\nrules: [base]\ntimespan: 1m\naliases: {a: {gone: b}}", "does not name"},
	} {
		rules, failed := Parse([]byte(corr(tt.body)), "f.yml")
		_, more := Compile(rules, nil, Options{})
		failed = append(failed, more...)
		if len(failed) != 1 || !strings.Contains(failed[0].Reason, tt.reason) {
			t.Errorf("got %v, want %q for\n%s", failed, tt.reason, tt.body)
		}
	}
}

func TestCorrelationsOfASet(t *testing.T) {
	base := strings.Replace(ruleWith("s:\n    F: 1\ncondition: s"), "title: t", "title: t\nname: base", 1)
	text := base + "---\ntitle: outer\nname: outer\ncorrelation: {type: temporal, rules: [inner, base], timespan: 1h}\n" +
		"---\ntitle: inner\nname: inner\ncorrelation: {type: event_count, rules: [base], timespan: 1h, generate: true, condition: {gte: 3}}\n" +
		"---\ntitle: p\nname: p\ncorrelation: {type: value_percentile, rules: [base], timespan: 1h, condition: {field: X, gte: 3}}\n"
	rules, failed := Parse([]byte(text), "f.yml")
	set, more := Compile(rules, nil, Options{})
	if failed = append(failed, more...); len(failed) > 0 {
		t.Fatal(failed)
	}
	b, in, out := set.Lookup("base"), set.Lookup("inner"), set.Lookup("outer")
	if in < 0 || out < in {
		t.Errorf("inner %d, outer %d: what a chain needs comes first", in, out)
	}
	if got := set.Base(out); len(got) != 2 || got[0] != in || got[1] != b {
		t.Errorf("base of outer: %v", got)
	}
	if len(set.Parents(b)) != 3 || set.Silent(b) || !set.Silent(in) || set.Silent(out) {
		t.Errorf("parents %v, silent: base %v inner %v outer %v", set.Parents(b), set.Silent(b), set.Silent(in), set.Silent(out))
	}
	if w := set.Rule(set.Lookup("p")).Warnings; len(w) != 1 {
		t.Errorf("warnings of a percentile without one: %v", w)
	}
}
