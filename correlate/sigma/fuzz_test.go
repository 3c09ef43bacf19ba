package sigma

import (
	"strings"
	"testing"
	"time"
)

// FuzzParse reads rules of any bytes: no panic, and what compiles can be matched
// and explained.
func FuzzParse(f *testing.F) {
	f.Add(ruleWith("s:\n    F|contains|all: [a, b*]\n    G|re|i: 'x+'\nf_x:\n    - H: null\n    - I|cidr: 10.0.0.0/8\ncondition: s and not 1 of f_*"))
	f.Add(ruleWith("k:\n    - foo\n    - 4711\ncondition: k or not k"))
	f.Add(ruleWith("s:\n    F|windash|base64offset|contains: ' -enc'\n    T|hour|gt: 5\n    R|fieldref: F\n    X|expand: '%x%'\ncondition: all of them"))
	f.Add("title: c\ncorrelation:\n    type: temporal\n    rules: [a, b]\n    group-by: [x]\n    timespan: 5m\n    aliases:\n        x:\n            a: y\n    condition: a and not b\n")
	f.Add("title: f\nlogsource: {product: x}\nfilter:\n    rules: any\n    s: {a: 1}\n    condition: not s\n")
	f.Add("a: &x [1, *x]\nb: !!str 1\n<<: *x\n")
	rec := &Flat{}
	if err := rec.Parse(`{"F":"abc","G":"xx","timestamp":"2026-03-02T10:00:00Z","N":5,"L":["a",null,1.5]}`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, _ := Parse([]byte(text), "f.yml")
		set, _ := Compile(rules, nil, Options{Placeholders: map[string][]string{"x": {"1", "b*"}}})
		sc := NewScratch()
		set.Match(rec, sc)
		for i, r := range set.Rules() {
			if r.Detection != nil {
				set.Explain(i, rec)
			}
		}
	})
}

// FuzzMatch puts any text into events and patterns: an event's time stays
// bounded, and the index never hides a rule that the whole tree finds.
func FuzzMatch(f *testing.F) {
	f.Add("foo", "a foo b")
	f.Add("*a*a*a*b", strings.Repeat("a", 500))
	f.Add("?????x", strings.Repeat("é", 90))
	f.Add("\xff\xfe*K", "\xe2\x84\xaak\xff")
	f.Add(`\*\\?`, `*\x`)
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 1<<16 {
			return
		}
		var items []*selection
		for _, mods := range [][]string{nil, {"contains"}, {"startswith"}, {"endswith"}, {"cased"}, {"contains", "cased"}} {
			items = append(items, &selection{item: &item{field: "F", mods: mods, vals: []*node{{kind: textNode, text: pattern}}}})
		}
		items = append(items, &selection{item: &item{vals: []*node{{kind: textNode, text: pattern}}}})
		var rules []*Rule
		for _, s := range items {
			d := &Detection{names: []string{"s"}, selections: map[string]*selection{"s": s}, conditions: []string{"s"}, parsed: []*cond{{op: condName, name: "s"}}}
			rules = append(rules, &Rule{Title: "t", Detection: d})
		}
		set, failed := Compile(rules, nil, Options{})
		if len(failed) > 0 {
			t.Skip()
		}
		rec := &Flat{pairs: []flatPair{{key: "F", raw: text}}}
		start := time.Now()
		sc := NewScratch()
		hits := append([]int(nil), set.Match(rec, sc)...)
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("takes %v", d)
		}
		got := make([]bool, len(rules))
		for _, h := range hits {
			got[h] = true
		}
		for i := range rules {
			if want := set.rules[i].tree.eval(sc2(set, rec)); want != got[i] {
				t.Errorf("item %d: index says %v, tree says %v", i, got[i], want)
			}
		}
	})
}

func sc2(set *Set, rec Record) *Scratch {
	sc := NewScratch()
	sc.begin(set, rec)
	return sc
}

// FuzzFlat reads any bytes as an event.
func FuzzFlat(f *testing.F) {
	f.Add(`{"a":"b\u00e9\ud83d\ude00\n","c":[1,"x",null,{"d":2}],"e":{"f":true},"logsource":{"product":["a"]},"n":-1.5e3}`)
	f.Add(`{"a":"\`)
	set, _ := Compile(nil, nil, Options{})
	f.Fuzz(func(t *testing.T, line string) {
		var rec Flat
		if rec.Parse(line) != nil {
			return
		}
		sc := NewScratch()
		set.Match(&rec, sc)
		sc.begin(set, &rec)
		rec.all(sc, nil)
		_ = rec.Text("a")
	})
}
