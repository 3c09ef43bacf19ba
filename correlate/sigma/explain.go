package sigma

import (
	"slices"
	"strings"

	"picket/normalize/ocsf"
)

// Explanation says why a rule hits an event or not.
type Explanation struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Hit       bool     `json:"hit"`
	Applies   bool     `json:"applies"`         // the rule is for such events
	Needs     []string `json:"needs,omitempty"` // placeholders without values
	Condition string   `json:"condition"`
	Parts     []Part   `json:"parts"`
}

// Part is one selection of the rule, or of a filter that narrows it.
type Part struct {
	Name    string `json:"name"`
	Filter  string `json:"filter,omitempty"`  // title of the filter it belongs to
	Negated bool   `json:"negated,omitempty"` // the condition wants it not to hold
	Held    bool   `json:"held"`
	Items   []Item `json:"items"`
}

// Item is one question of a selection, with what the event has there.
type Item struct {
	Field  string   `json:"field"` // "" for keywords
	Want   string   `json:"want"`
	Values []string `json:"values,omitempty"`
	Held   bool     `json:"held"`
}

// Explain evaluates one detection rule on one event and keeps the reasons. It
// is for people: it is slow.
func (s *Set) Explain(rule int, rec Record) Explanation {
	x := &s.rules[rule]
	out := Explanation{ID: x.rule.Ref(), Title: x.rule.Title, Needs: slices.Clone(x.needs)}
	if x.tree == nil {
		return out
	}
	sc := NewScratch()
	sc.begin(s, rec)
	out.Applies = rec.plan(sc).active[x.group]
	out.Condition = x.rule.Detection.Condition()
	out.Hit = out.Applies && len(x.needs) == 0 && x.tree.eval(sc)
	out.Parts = sc.parts(x.rule.Detection, x.parts, "")
	for _, f := range x.filters {
		out.Parts = append(out.Parts, sc.parts(f.rule.Filter.Detection, f.parts, f.rule.Title)...)
	}
	return out
}

// parts explains the selections that a detection's conditions speak of.
func (sc *Scratch) parts(d *Detection, trees map[string]*tree, filter string) []Part {
	negated := map[string]bool{}
	for _, c := range d.parsed {
		c.polarity(d, false, negated)
	}
	var out []Part
	for _, name := range d.names {
		not, used := negated[name]
		if !used {
			continue
		}
		p := Part{Name: name, Filter: filter, Negated: not, Held: trees[name].eval(sc)}
		sc.items(trees[name], false, &p.Items)
		out = append(out, p)
	}
	return out
}

// polarity tells of every selection that the condition names whether it stands
// behind a not. One that stands in both ways counts as wanted.
func (c *cond) polarity(d *Detection, not bool, out map[string]bool) {
	var names []string
	switch c.op {
	case condName:
		names = []string{c.name}
	case condAny, condAll:
		names = d.matching(c.name)
	}
	for _, n := range names {
		was, seen := out[n]
		out[n] = not && (was || !seen)
	}
	for _, k := range c.kids {
		k.polarity(d, not != (c.op == condNot), out)
	}
}

// items lists the questions of a tree with the event's answers.
func (sc *Scratch) items(t *tree, not bool, out *[]Item) {
	if t.op != opPred {
		for _, k := range t.kids {
			sc.items(k, not != (t.op == opNot), out)
		}
		return
	}
	p := sc.set.preds[t.pred]
	sc.left = eventBudget // each is explained as if it was asked alone
	it := Item{Field: sc.set.slots[p.slot].name, Held: sc.ask(t.pred) != not}
	matched := ""
	vals := sc.values(p.slot)
	for i := range vals {
		if matched == "" && p.op != opRef && p.op != opPresent && p.op != opNull && p.holds(sc, &vals[i]) {
			matched = vals[i].text
			it.Values = []string{strings.Clone(matched)}
		}
	}
	if matched == "" && it.Field != "" {
		for i := range vals {
			it.Values = append(it.Values, strings.Clone(vals[i].text))
		}
	}
	it.Want = p.want(sc.set, matched)
	if not {
		it.Want = "not: " + it.Want
	}
	*out = append(*out, it)
}

// Matched returns the questions that made the rule hit, for a finding.
func (x *Explanation) Matched() []ocsf.Match {
	var out []ocsf.Match
	for _, p := range x.Parts {
		if p.Negated || !p.Held {
			continue
		}
		for _, it := range p.Items {
			if it.Held {
				field := it.Field
				if field == "" {
					field = "keywords"
				}
				out = append(out, ocsf.Match{Field: field, Value: strings.Join(it.Values, ", "), Want: it.Want})
			}
		}
	}
	return out
}

// NotHeld returns the selections that would have kept the rule from hitting and
// did not hold.
func (x *Explanation) NotHeld() []string {
	var out []string
	for _, p := range x.Parts {
		if p.Negated && !p.Held {
			name := p.Name
			if p.Filter != "" {
				name = p.Filter + ": " + name
			}
			out = append(out, name)
		}
	}
	return out
}
