package sigma

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// workRules are rules as costly as rules can be: expressions that many texts
// satisfy halfway, many texts, many patterns, networks, other fields, keywords.
func workRules() string {
	var words, dlls []string
	for i := range 400 {
		words = append(words, fmt.Sprintf("'software\\microsoft\\windows\\%d\\run'", i))
		dlls = append(dlls, fmt.Sprintf("'\\system%d.dll'", i))
	}
	many, ends := strings.Join(words, ", "), strings.Join(dlls, ", ")
	var b strings.Builder
	for i, item := range []string{
		"F|re: '(a+)+$'", "F|re|i: '(.*a){20}b'", "F|re: '(x|y|a)*\\.[a-z]{1,32}\\.[ ]'", "F|contains: [" + many + "]", "F|endswith: [" + ends + "]",
		"F: ['*a*a*a*a*b', '*?a?a?a?b*', '*powershell*-enc*z']", "F|cidr: ['10.0.0.0/8', '192.0.2.0/24']", "F|gte: 5", "F|contains: 'aab'",
		"F|fieldref: G", "F|contains|fieldref: G", "F|hour: 3",
	} {
		fmt.Fprintf(&b, "title: r%d\nid: r%d\nlogsource: {product: x}\ndetection:\n    s:\n        %s\n    condition: s\n---\n", i, i, item)
	}
	b.WriteString("title: k\nid: k\nlogsource: {product: x}\ndetection:\n    k: ['mimikatz', 'zz*yy', 'aab']\n    condition: k\n")
	return b.String()
}

// TestWorkIsBounded holds that one event costs little, whatever stands in it: it
// counts what the index looks at and what rules pay for.
func TestWorkIsBounded(t *testing.T) {
	sets := map[string]*Set{"costly": compileOne(t, workRules(), Options{})}
	if rules, _ := corpusRules(); len(rules) > 0 {
		sets["corpus"], _ = Compile(rules, nil, Options{})
	}
	for name, event := range hostileEvents() {
		b, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		for of, set := range sets {
			rec, sc := flat(t, string(b)), NewScratch()
			sc.Costs = NewCosts(set.Len())
			set.Match(rec, sc)
			if most := uint64(60*len(b) + 10_000); sc.steps > most {
				t.Errorf("%s, %s: %d steps for %d bytes, want %d at most", name, of, sc.steps, len(b), most)
			}
			spent := uint64(0)
			for i := range set.Len() {
				c := sc.Costs.Of(i)
				if spent += c.Spent; c.Spent > ruleBudget {
					t.Errorf("%s, %s: rule %s spent %d", name, of, set.Rule(i).Ref(), c.Spent)
				}
			}
			if spent > eventBudget || sc.budget < 0 {
				t.Errorf("%s, %s: %d spent", name, of, spent)
			}
		}
	}
}

// hostileEvents are long values of little variety, and lists of many.
func hostileEvents() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, unit := range []string{
		"a", "\\", "-", "powershell -enc ", "%", "cmd /c ", "AAAA", "^", "É", "`\"$( ", "software\\microsoft\\windows\\", "\\system3.dll", "\u212a", "1", " ",
	} {
		long := strings.Repeat(unit, 64<<10/len(unit))
		var list []any
		for i := range 5000 {
			list = append(list, fmt.Sprint(unit, i))
		}
		for _, v := range []any{long, list} {
			e := map[string]any{"EventID": "1"}
			for _, key := range []string{"F", "G", "CommandLine", "Image", "ScriptBlockText", "TargetObject"} {
				e[key] = v
			}
			out[fmt.Sprintf("%T of %q", v, unit)] = e
		}
	}
	return out
}

func TestThrottledRuleIsCounted(t *testing.T) {
	set := compileOne(t, workRules(), Options{})
	sc := NewScratch()
	sc.Costs = NewCosts(set.Len())
	var values []any
	for range 400 {
		values = append(values, strings.Repeat("a", 2000)+"!")
	}
	b, _ := json.Marshal(map[string]any{"F": values})
	set.Match(flat(t, string(b)), sc)
	c := sc.Costs.Of(set.Lookup("r0"))
	if c.Throttled == 0 || c.Spent == 0 || sc.Throttled() == 0 {
		t.Errorf("got %+v, %d in all", c, sc.Throttled())
	}
	if c := sc.Costs.Of(set.Lookup("r6")); c.Throttled != 0 {
		t.Errorf("one rule's cost keeps another from being tried: %+v", c)
	}
	before := sc.Throttled()
	if got := hits(t, set, `{"F":"aaa"}`); !got || sc.Throttled() != before {
		t.Error("the next event does not start anew")
	}
}
