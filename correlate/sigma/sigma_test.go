package sigma

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// ruleWith makes a rule with one selection (in YAML, indented by six) and a
// condition.
func ruleWith(detection string) string {
	return "title: t\nid: 00000000-0000-4000-8000-000000000001\nlogsource:\n    product: cygnus\ndetection:\n" + indent(detection)
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ") + "\n"
}

func compileOne(t testing.TB, text string, opt Options) *Set {
	t.Helper()
	rules, failed := Parse([]byte(text), "test.yml")
	if len(failed) > 0 {
		t.Fatalf("%v\n%s", failed, text)
	}
	set, failed := Compile(rules, nil, opt)
	if len(failed) > 0 {
		t.Fatalf("%v\n%s", failed, text)
	}
	return set
}

func flat(t testing.TB, event string) *Flat {
	t.Helper()
	f := &Flat{}
	if err := f.Parse(event); err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	return f
}

func hits(t testing.TB, set *Set, event string) bool {
	t.Helper()
	return len(set.Match(flat(t, event), NewScratch())) > 0
}

// object writes {"F": value}, the value as JSON.
func object(v any) string {
	b, err := json.Marshal(map[string]any{"F": v})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestItems(t *testing.T) {
	utf16 := func(s string) string { // what wide makes of ASCII
		return strings.Join(strings.Split(s, ""), "\x00") + "\x00"
	}
	tests := []struct {
		item string
		yes  []any
		no   []any
	}{
		{`F: abc`, []any{"abc", "ABC", "aBc"}, []any{"abcd", "xabc", "", nil}},
		{`F|cased: aBc`, []any{"aBc"}, []any{"abc", "ABC"}},
		{`F: a*c`, []any{"ac", "abc", "A\nC"}, []any{"acb", "bac"}},
		{`F: a?c`, []any{"abc", "aüc", "a*c"}, []any{"ac", "abbc"}},
		{`F: 'a\*c'`, []any{"a*c"}, []any{"abc"}},
		{`F: 'a\?c'`, []any{"a?c"}, []any{"abc"}},
		{`F: 'a\\*'`, []any{`a\`, `a\b`}, []any{"a*", "ab"}},
		{`F: 'a\\\*'`, []any{`a\*`}, []any{`a\b`, `a\\`}},
		{`F: 'c:\win'`, []any{`C:\WIN`}, []any{`c:win`}},
		{`F: 'a\\b'`, []any{`a\b`}, []any{`a\\b`}},
		{`F: '\\\\srv'`, []any{`\\srv`}, []any{`\srv`}},
		{`F: 'end\'`, []any{`end\`}, []any{"end"}},
		{`F: '*'`, []any{"x", "", 0}, []any{nil}},
		{`F: ''`, []any{""}, []any{nil, "x"}},
		{`F: null`, []any{nil}, []any{"", "null", 0}},
		{`F: ['', null]`, []any{"", nil}, []any{" "}},
		{`F: 10`, []any{10, "10"}, []any{100, "010", 10.5}},
		{`F: 1.5`, []any{1.5, "1.5"}, []any{15}},
		{`F: true`, []any{true, "true", "True"}, []any{false, 1}},
		{`F: [a, b*]`, []any{"a", "bcd", "B"}, []any{"ab"}},
		{`F|contains: abc`, []any{"abc", "xxABCxx"}, []any{"ab c"}},
		{`F|contains: 'a?c'`, []any{"xabcx", "a-c"}, []any{"ac"}},
		{`F|contains: 'a*d'`, []any{"xabcdx", "ad"}, []any{"da"}},
		{`F|contains: [aa, bb]`, []any{"xaa", "bbx"}, []any{"ab"}},
		{`F|contains|all: [aa, bb]`, []any{"bbaa"}, []any{"aa", "bb"}},
		{`F|all|contains: [aa, bb]`, []any{"aabb"}, []any{"aab"}},
		{`F|startswith: ab`, []any{"ab", "ABc"}, []any{"xab"}},
		{`F|endswith: ab`, []any{"ab", "xAB"}, []any{"abx"}},
		{`F|endswith: '\x.exe'`, []any{`c:\X.EXE`}, []any{`x.exe`}},
		{`F|startswith|cased: Ab`, []any{"Abc"}, []any{"abc"}},
		{`F|contains: 'K'`, []any{"k", "\u212A"}, []any{"c"}},
		{`F: 'ÄÖß'`, []any{"äöß", "ÄÖẞ"}, []any{"aoss"}},
		{`F: 'ΣΑΣ'`, []any{"σας", "ςας"}, []any{"σα"}},
		{`F|exists: true`, []any{"", "x", 0}, []any{nil}},
		{`F|exists: false`, []any{nil}, []any{"", "x"}},
		{`F|neq: abc`, []any{"x", nil, ""}, []any{"abc", "ABC"}},
		{`F|neq: [a, b]`, []any{"c"}, []any{"a", "b"}},
		{`F|contains|neq: abc`, []any{"x"}, []any{"xabcx"}},
		{`F|re: 'a+b$'`, []any{"xaab", "ab"}, []any{"AB", "abx", "b"}},
		{`F|re|i: 'a+b'`, []any{"AAB"}, []any{"B"}},
		{`F|re|ignorecase: 'a+b'`, []any{"AAB"}, []any{"B"}},
		{`F|re|m: '^b$'`, []any{"a\nb\nc"}, []any{"ab"}},
		{`F|re: '^b$'`, []any{"b"}, []any{"a\nb\nc"}},
		{`F|re|s: 'a.b'`, []any{"a\nb"}, []any{"ab"}},
		{`F|re|i|s: 'a.b'`, []any{"A\nB"}, []any{"ab"}},
		{`F|re|multiline|dotall: '^b.c'`, []any{"a\nb\nc"}, []any{"bc"}},
		{`F|re: 'a{,2}b'`, []any{"aab", "b"}, []any{"c"}},
		{`F|re: '(foo|bar)\d'`, []any{"xbar1", "foo2"}, []any{"foo", "baz1"}},
		{`F|re: ['a1', 'b2']`, []any{"b2", "a1"}, []any{"a2"}},
		{`F|base64: 'foobar'`, []any{"Zm9vYmFy"}, []any{"foobar"}},
		{`F|base64|contains: 'foobar'`, []any{"xxZm9vYmFyxx"}, []any{"foobar"}},
		{`F|base64offset|contains: 'foobar'`, []any{"Zm9vYmFy", "eGZvb2Jhcg==", "eHhmb29iYXI="}, []any{"foobar"}},
		{`F|wide|base64offset|contains: 'ping'`, []any{"cABpAG4AZwA", "xxAAcABpAG4AZwA"}, []any{"ping"}},
		{`F|utf16le|base64|contains: 'ping'`, []any{"cABpAG4AZwA="}, []any{"ping"}},
		{`F|utf16be|base64|contains: 'ping'`, []any{"AHAAaQBuAGc="}, []any{"ping"}},
		{`F|utf16|base64|contains: 'ping'`, []any{"//5wAGkAbgBnAA=="}, []any{"ping"}},
		{`F|wide: 'ping'`, []any{utf16("ping")}, []any{"ping"}},
		{`F|windash|contains: ' -f'`, []any{"x -f", "x /f", "x –f", "x —f", "x ―F"}, []any{"x f", "x-f"}},
		{`F|contains|windash: '-a -b'`, []any{"/a -b", "–a ―b"}, []any{"a b"}},
		{`F|windash: 'a-b'`, []any{"a-b"}, []any{"a/b"}},
		{`F|lt: 10`, []any{9, "9.5", -1}, []any{10, "x", nil, ""}},
		{`F|lte: 10`, []any{10, "10.0"}, []any{10.1}},
		{`F|gt: 10`, []any{11, "1e3"}, []any{10, "NaN"}},
		{`F|gte: 10.5`, []any{10.5}, []any{10}},
		{`F|cidr: 192.0.2.0/24`, []any{"192.0.2.1", "::ffff:192.0.2.9"}, []any{"192.0.3.1", "x", nil}},
		{`F|cidr: ['198.51.100.0/24', '2001:db8::/32']`, []any{"198.51.100.7", "2001:DB8::1"}, []any{"2001:db9::1"}},
		{`F|minute: 30`, []any{"2026-03-02T10:30:00Z"}, []any{"2026-03-02T10:31:00Z", "x"}},
		{`F|hour|gte: 22`, []any{"2026-03-02T23:00:00Z", "2026-03-02 22:10:00"}, []any{"2026-03-02T21:59:59Z"}},
		{`F|hour: 10`, []any{"2026-03-02T10:30:00+02:00", 1772447400000}, []any{"2026-03-02T08:30:00Z"}},
		{`F|day: 2`, []any{"2026-03-02"}, []any{"2026-03-03"}},
		{`F|week: 10`, []any{"2026-03-02"}, []any{"2026-03-09"}},
		{`F|month|lt: 4`, []any{"2026-03-02T10:30:00Z"}, []any{"2026-04-02T10:30:00Z"}},
		{`F|year: 2026`, []any{"2026-03-02T10:30:00Z"}, []any{"2025-03-02T10:30:00Z"}},
		{`F: '%name%'`, []any{"%name%"}, []any{"name"}},
		{`F|expand: '%names%'`, []any{"bob", "ALICE"}, []any{"%names%", "eve"}},
		{`F|contains|expand: 'x%names%y'`, []any{"..xboby.."}, []any{"xevey", "bob"}},
		{`F|expand: '%names%-%names%'`, []any{"bob-alice"}, []any{"bob-eve"}},
		{`F|contains|expand: '%gone%'`, []any{}, []any{"%gone%", "x"}},
		{`F|contains: '100%'`, []any{"at 100% now"}, []any{"at 100 now"}},
		{`F|contains: '%appdata%\x'`, []any{`c:\%AppData%\X`}, []any{`c:\appdata\x`}},
		{`F|re|expand: '^%names%$'`, []any{"bob"}, []any{"bobby", "BOB"}},
		{`F|re|neq: 'a+'`, []any{"b", nil}, []any{"caat"}},
		{`F|cidr|neq: 192.0.2.0/24`, []any{"192.0.3.1", "x", nil}, []any{"192.0.2.1"}},
		{`F|gt|neq: 10`, []any{9, nil}, []any{11}},
		{`F|all: [a*, '*b']`, []any{"a-b", "ab"}, []any{"ac", "cb"}},
		{`F|startswith|all: [ab, a]`, []any{"abc"}, []any{"ac"}},
		{`F|endswith|windash: ' -x'`, []any{"run /x", "run –X"}, []any{"run x"}},
		{`F|windash|all|contains: [' -a', ' -b']`, []any{"x /a -b", "x –B /A"}, []any{"x /a"}},
		{`F|contains|cased|all: [Ab, cD]`, []any{"cD-Ab"}, []any{"cd-ab", "Ab"}},
		{`F|base64offset: 'foobar'`, []any{"Zm9vYmFy"}, []any{"xZm9vYmFy"}},
		{`F|utf16|base64offset|contains: 'ping'`, []any{"//5wAGkAbgBnA"}, []any{"cABpAG4AZwA"}},
		{`F|utf16be|base64offset|contains: 'ping'`, []any{"AHAAaQBuAGc"}, []any{"ping"}},
		{`F|re|i|m|s: '^B.C$'`, []any{"a\nb\nc\nd"}, []any{"bc"}},
		{`F|cidr: '2001:db8::/32'`, []any{"2001:db8:1::5"}, []any{"192.0.2.1"}},
		{`F|cidr: 192.0.2.7`, []any{"192.0.2.7"}, []any{"192.0.2.8"}},
		{`F|exists: 'true'`, []any{0}, []any{nil}},
		{`F|minute|lt: 10`, []any{"2026-03-02T10:09:59Z"}, []any{"2026-03-02T10:10:00Z", nil}},
		{`F|day|gte: 28`, []any{"2026-02-28T00:00:00Z"}, []any{"2026-02-27T00:00:00Z"}},
		{`F|week|lte: 1`, []any{"2026-01-01T00:00:00Z"}, []any{"2026-01-05T00:00:00Z"}},
		{`F|month: [1, 12]`, []any{"2026-12-01"}, []any{"2026-11-01"}},
		{`F|year|gt: 2025`, []any{"2026-01-01"}, []any{"2025-12-31T23:59:59Z"}},
		{`F|neq: null`, []any{"x", ""}, []any{nil}},
		{`F|neq: ''`, []any{"x", nil}, []any{""}},
		{`F|contains: ''`, []any{"", "x"}, []any{nil}},
		{`F: [1, 'x', null]`, []any{1, "X", nil}, []any{2, ""}},
		{`F: ' a '`, []any{" A "}, []any{"a"}},
		{`F|lte: -1.5`, []any{-2, "-1.5"}, []any{-1}},
		{`F|contains|expand|windash: ' -%names%'`, []any{"x /bob"}, []any{"x bob"}},
		{`F: [[1]]`, nil, nil},
	}
	opt := Options{Placeholders: map[string][]string{"names": {"bob", "alice"}}}
	for _, tt := range tests {
		t.Run(tt.item, func(t *testing.T) {
			text := ruleWith("sel:\n    " + tt.item + "\ncondition: sel")
			if tt.yes == nil { // refused
				if _, failed := Parse([]byte(text), ""); len(failed) == 0 {
					t.Error("parsed, and must not")
				}
				return
			}
			set := compileOne(t, text, opt)
			for _, v := range tt.yes {
				if !hits(t, set, object(v)) {
					t.Errorf("%#v does not hit", v)
				}
			}
			for _, v := range tt.no {
				if hits(t, set, object(v)) {
					t.Errorf("%#v hits", v)
				}
			}
		})
	}
}

func TestAbsentIsNull(t *testing.T) {
	set := compileOne(t, ruleWith("sel:\n    F: null\ncondition: sel"), Options{})
	if !hits(t, set, `{"G":1}`) {
		t.Error("an absent field is not null")
	}
	set = compileOne(t, ruleWith("sel:\n    G: 1\nf:\n    F: ''\ncondition: sel and not f"), Options{})
	if !hits(t, set, `{"G":1}`) || !hits(t, set, `{"G":1,"F":null}`) || hits(t, set, `{"G":1,"F":""}`) {
		t.Error("'' must match only a text that is present and empty")
	}
}

func TestFieldRef(t *testing.T) {
	for _, tt := range []struct {
		item, event string
		want        bool
	}{
		{`F|fieldref: G`, `{"F":"abc","G":"ABC"}`, true},
		{`F|fieldref: G`, `{"F":"abc","G":"abcd"}`, false},
		{`F|fieldref: G`, `{"F":"abc"}`, false},
		{`F|fieldref: G`, `{}`, false},
		{`F|fieldref|startswith: G`, `{"F":"abc","G":"AB"}`, true},
		{`F|fieldref|endswith: G`, `{"F":"abc","G":"BC"}`, true},
		{`F|fieldref|contains: G`, `{"F":"abcd","G":"bc"}`, true},
		{`F|fieldref|cased: G`, `{"F":"abc","G":"ABC"}`, false},
	} {
		set := compileOne(t, ruleWith("sel:\n    "+tt.item+"\ncondition: sel"), Options{})
		if got := hits(t, set, tt.event); got != tt.want {
			t.Errorf("%s on %s: got %v, want %v", tt.item, tt.event, got, tt.want)
		}
	}
}

func TestDetections(t *testing.T) {
	tests := []struct {
		name, detection string
		yes, no         []string
	}{
		{"map is all", "s:\n    A: 1\n    B: 2\ncondition: s", []string{`{"A":1,"B":2}`}, []string{`{"A":1}`, `{"B":2}`}},
		{"list of maps is any", "s:\n    - A: 1\n    - B: 2\n      C: 3\ncondition: s", []string{`{"A":1}`, `{"B":2,"C":3}`}, []string{`{"B":2}`}},
		{"keywords", "s:\n    - 'foo'\n    - 'b*r'\ncondition: s", []string{`{"X":"a FOO b"}`, `{"X":1,"Y":"xxbazrxx"}`}, []string{`{"X":"fo o"}`}},
		{"keywords all", "s:\n    '|all':\n        - foo\n        - bar\ncondition: s", []string{`{"X":"foo bar"}`, `{"X":"foo","Y":"bar"}`}, []string{`{"X":"foo"}`}},
		{"keyword alone", "s: foo\ncondition: s", []string{`{"X":"xfoox"}`}, []string{`{"foo":"x"}`}},
		{"keyword number", "s:\n    - 4711\ncondition: s", []string{`{"X":"a4711b"}`, `{"X":4711}`}, []string{`{"X":471}`}},
		{"keywords and maps", "s:\n    - foo\n    - A: 1\ncondition: s", []string{`{"X":"foo"}`, `{"A":1}`}, []string{`{"A":2}`}},
		{"and or", "a:\n    A: 1\nb:\n    B: 1\nc:\n    C: 1\ncondition: a or b and c", []string{`{"A":1}`, `{"B":1,"C":1}`}, []string{`{"B":1}`}},
		{"parentheses", "a:\n    A: 1\nb:\n    B: 1\nc:\n    C: 1\ncondition: (a or b) and c", []string{`{"A":1,"C":1}`}, []string{`{"A":1}`}},
		{"not", "a:\n    A: 1\nb:\n    B: 1\ncondition: a and not b", []string{`{"A":1}`}, []string{`{"A":1,"B":1}`, `{}`}},
		{"not alone", "a:\n    A: 1\ncondition: not a", []string{`{}`, `{"A":2}`}, []string{`{"A":1}`}},
		{"not not", "a:\n    A: 1\ncondition: not not a", []string{`{"A":1}`}, []string{`{}`}},
		{"1 of them", "a:\n    A: 1\nb:\n    B: 1\n_c:\n    C: 1\ncondition: 1 of them", []string{`{"A":1}`, `{"B":1}`}, []string{`{"C":1}`}},
		{"all of them", "a:\n    A: 1\nb:\n    B: 1\ncondition: all of them", []string{`{"A":1,"B":1}`}, []string{`{"A":1}`}},
		{"any of pattern", "s_a:\n    A: 1\ns_b:\n    B: 1\nx:\n    X: 1\ncondition: any of s_*", []string{`{"A":1}`, `{"B":1}`}, []string{`{"X":1}`}},
		{"all of pattern", "s_a:\n    A: 1\ns_b:\n    B: 1\ncondition: all of s_*", []string{`{"A":1,"B":1}`}, []string{`{"B":1}`}},
		{"not 1 of", "s:\n    A: 1\nf_a:\n    B: 1\nf_b:\n    C: 1\ncondition: s and not 1 of f_*", []string{`{"A":1}`}, []string{`{"A":1,"C":1}`}},
		{"inner pattern", "s_a_x:\n    A: 1\ns_b_x:\n    B: 1\ns_c:\n    C: 1\ncondition: 1 of s_*_x", []string{`{"B":1}`}, []string{`{"C":1}`}},
		{"several conditions", "a:\n    A: 1\nb:\n    B: 1\ncondition:\n    - a\n    - b", []string{`{"A":1}`, `{"B":1}`}, []string{`{}`}},
		{"capital operators", "a:\n    A: 1\nb:\n    B: 1\ncondition: a AND NOT b", []string{`{"A":1}`}, []string{`{"A":1,"B":1}`}},
		{"list of values with null", "a:\n    A:\n        - null\n        - 1\nb:\n    B: 1\ncondition: b and a", []string{`{"B":1}`, `{"B":1,"A":1}`}, []string{`{"B":1,"A":2}`}},
		{"values of a list", "a:\n    A|contains|all: [x, y]\ncondition: a", []string{`{"A":["ax","by"]}`}, []string{`{"A":["ax"]}`}},
		{"dotted objects", "a:\n    A.B: x\ncondition: a", []string{`{"A":{"B":"x"}}`, `{"A.B":"x"}`}, []string{`{"A":"x"}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := compileOne(t, ruleWith(tt.detection), Options{})
			for _, e := range tt.yes {
				if !hits(t, set, e) {
					t.Errorf("%s does not hit", e)
				}
			}
			for _, e := range tt.no {
				if hits(t, set, e) {
					t.Errorf("%s hits", e)
				}
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ text, reason string }{
		{ruleWith("s:\n    F|foo: 1\ncondition: s"), "unknown modifier"},
		{ruleWith("s:\n    F: 1\ncondition: t"), `no selection "t"`},
		{ruleWith("s:\n    F: 1\ncondition: 1 of t*"), `no selection like "t*"`},
		{ruleWith("s:\n    F: 1\ncondition: s and"), "ends too early"},
		{ruleWith("s:\n    F: 1\ncondition: (s"), "not closed"},
		{ruleWith("s:\n    F: 1\ncondition: s s"), "out of place"},
		{ruleWith("s:\n    F: 1\ncondition: s | count() > 5"), "write a correlation"},
		{ruleWith("s:\n    F: 1\ncondition: 2 of s"), "only 1, any and all"},
		{ruleWith("s:\n    F: 1\nt:\n    F: 2\ncondition: 1 of s, t"), "of takes one pattern"},
		{ruleWith("s:\n    F: 1"), "no condition"},
		{ruleWith("condition: s"), "no selection"},
		{ruleWith("s:\n    F|re: '(?<!x)a'\ncondition: s"), "negative lookbehind"},
		{ruleWith("s:\n    F|re: '(a'\ncondition: s"), "regular expression"},
		{ruleWith("s:\n    F|i: 'a'\ncondition: s"), "only after re"},
		{ruleWith("s:\n    F|cidr: 'x/8'\ncondition: s"), "no network"},
		{ruleWith("s:\n    F|gt: 'x'\ncondition: s"), "want a number"},
		{ruleWith("s:\n    F|exists: maybe\ncondition: s"), "true or false"},
		{ruleWith("s:\n    F|base64: 'a*'\ncondition: s"), "wildcards cannot be encoded"},
		{ruleWith("s:\n    F|re|cidr: '10.0.0.0/8'\ncondition: s"), "exclude each other"},
		{ruleWith("s:\n    F: {a: 1}\ncondition: s"), "map for a value"},
		{ruleWith("s: []\ncondition: s"), "empty list"},
		{"title: x\nlogsource: {product: a}\n", "neither detection"},
		{"logsource: {product: a}\ndetection: {s: {F: 1}, condition: s}\n", "title"},
		{"title: x\ndetection: {s: {F: 1}, condition: s}\n", "logsource"},
		{"title: x\nlevel: huge\nlogsource: {product: a}\ndetection: {s: {F: 1}, condition: s}\n", "level"},
		{"title: [x\n", "YAML"},
		{"- a\n", "must be a map"},
		{"", "no rule"},
		{strings.Repeat("[", 5000), "too deeply"},
	} {
		rules, failed := Parse([]byte(tt.text), "f.yml")
		_, more := Compile(rules, nil, Options{})
		failed = append(failed, more...)
		if len(failed) != 1 || !strings.Contains(failed[0].Reason, tt.reason) {
			t.Errorf("got %v, want a reason with %q for\n%s", failed, tt.reason, tt.text)
		}
	}
}

func TestNeedsValues(t *testing.T) {
	set := compileOne(t, ruleWith("s:\n    A: 1\nf:\n    F|expand: '%who%'\ncondition: s and not f"), Options{})
	if got := fmt.Sprint(set.Needs(0)); got != "[who]" {
		t.Errorf("needs %s", got)
	}
	if hits(t, set, `{"A":1}`) {
		t.Error("a rule without its values hits")
	}
}

func TestLogSources(t *testing.T) {
	set := compileOne(t, "title: t\nlogsource: {product: Windows, category: process_creation}\ndetection:\n    s:\n        F: 1\n    condition: s\n", Options{})
	for event, want := range map[string]bool{
		`{"F":1}`: true,
		`{"F":1,"logsource":{"product":"windows","category":"process_creation","service":"sysmon"}}`: true,
		`{"F":1,"logsource":{"product":"WINDOWS","category":["x","Process_Creation"]}}`:              true,
		`{"F":1,"logsource":{"product":"windows"}}`:                                                  false,
		`{"F":1,"logsource":{"product":"linux","category":"process_creation"}}`:                      false,
		`{"F":1,"logsource":{}}`: false,
	} {
		if got := hits(t, set, event); got != want {
			t.Errorf("%s: got %v, want %v", event, got, want)
		}
	}
}

func TestSeveralDocuments(t *testing.T) {
	text := ruleWith("s:\n    F: 1\ncondition: s") + "---\ntitle: broken\nid: b\n---\n" +
		strings.Replace(ruleWith("s:\n    F: 2\ncondition: s"), "0001", "0002", 1)
	rules, failed := Parse([]byte(text), "f.yml")
	if len(rules) != 2 || len(failed) != 1 || failed[0].ID != "b" {
		t.Fatalf("got %d rules, %v", len(rules), failed)
	}
	if rules[0].Hash == rules[1].Hash {
		t.Error("different rules have one hash")
	}
	rules = append(rules, rules[0])
	if _, failed := Compile(rules, nil, Options{}); len(failed) != 1 || !strings.Contains(failed[0].Reason, "the id is also") {
		t.Errorf("a rule that is there twice: %v", failed)
	}
}

func TestCustomKeys(t *testing.T) {
	rules, _ := Parse([]byte(ruleWith("s:\n    F: 1\ncondition: s")+"picket:\n    guidance: look\n    base: true\n    weight: 3\n    list: [a, 1.5]\n"), "f.yml")
	got := fmt.Sprintf("%v", rules[0].Custom["picket"])
	if want := "map[base:true guidance:look list:[a 1.5] weight:3]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFilters(t *testing.T) {
	rule := ruleWith("s:\n    A: 1\ncondition: s")
	filter := func(rules, cond string) string {
		return "---\ntitle: no admins\nlogsource: {product: cygnus}\nfilter:\n    rules: " + rules + "\n    f:\n        User|startswith: adm_\n    condition: " + cond + "\n"
	}
	id := "[00000000-0000-4000-8000-000000000001]"
	for _, rules := range []string{id, "any"} {
		set := compileOne(t, rule+filter(rules, "not f"), Options{})
		if !hits(t, set, `{"A":1,"User":"bob"}`) || hits(t, set, `{"A":1,"User":"adm_bob"}`) {
			t.Errorf("a filter for %s does not narrow", rules)
		}
		x := set.Explain(0, flat(t, `{"A":1,"User":"bob"}`))
		if got := fmt.Sprint(x.NotHeld()); got != "[no admins: f]" {
			t.Errorf("not held: %s", got)
		}
	}
	parsed, _ := Parse([]byte(rule+filter(id, "f")), "f.yml")
	if len(parsed[1].Warnings) != 1 {
		t.Errorf("a filter without not: warnings %v", parsed[1].Warnings)
	}
	other := strings.Replace(filter(id, "not f"), "cygnus", "other", 1)
	if set := compileOne(t, rule+other, Options{}); !hits(t, set, `{"A":1,"User":"adm_bob"}`) {
		t.Error("a filter of another log source narrows")
	}
}

func TestExplain(t *testing.T) {
	set := compileOne(t, ruleWith("s:\n    A: 1\n    B|contains: [foo, bar]\nf_x:\n    C: x\nunused:\n    D: 1\ncondition: s and not 1 of f_*"), Options{})
	x := set.Explain(0, flat(t, `{"A":1,"B":"a bar b","C":"y","logsource":{"product":"cygnus"}}`))
	if !x.Hit || !x.Applies || len(x.Parts) != 2 {
		t.Fatalf("got %+v", x)
	}
	got := fmt.Sprint(x.Matched(), x.NotHeld())
	if want := "[{A 1 is 1} {B a bar b contains bar}] [f_x]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	x = set.Explain(0, flat(t, `{"A":2,"B":"a","C":"x","logsource":{"product":"other"}}`))
	if x.Hit || x.Applies || x.Parts[0].Held || !x.Parts[1].Held {
		t.Errorf("got %+v", x)
	}
	if w := x.Parts[0].Items[0]; w.Held || w.Want != "is 1" || w.Values[0] != "2" {
		t.Errorf("got %+v", w)
	}
}
