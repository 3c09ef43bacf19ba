package sigma

import (
	"slices"
)

// plan is what there is to do for the events of one combination of labels.
type plan struct {
	active []bool       // by group
	slots  []int32      // whose values wake rules up
	always []int32      // rules to evaluate whatever the event has
	words  []*slotIndex // of keywords
}

func (s *Set) newPlan(l *labels) *plan {
	p := &plan{active: make([]bool, len(s.groups))}
	for i := range s.groups {
		g := &s.groups[i]
		if !l.covers(g.ls) {
			continue
		}
		p.active[i] = true
		p.always = append(p.always, g.always...)
		if g.words != nil {
			p.words = append(p.words, g.words)
		}
		for _, slot := range g.slots {
			if !slices.Contains(p.slots, slot) {
				p.slots = append(p.slots, slot)
			}
		}
	}
	slices.Sort(p.slots)
	return p
}

// Match returns the rules that the event hits, in the order of [Set.Rules];
// correlations are not among them. The result is valid until sc is used again.
func (s *Set) Match(rec Record, sc *Scratch) []int {
	sc.begin(s, rec)
	p := rec.plan(sc)
	sc.pending = append(sc.pending[:0], p.always...)
	for _, slot := range p.slots {
		x := &s.index[slot]
		vals := sc.values(slot)
		for i := range vals {
			x.find(&vals[i], sc)
		}
	}
	if len(p.words) > 0 {
		whole := val{text: sc.joined(sc.values(s.keywords))}
		for _, x := range p.words {
			x.find(&whole, sc)
		}
	}
	sc.hits = sc.hits[:0]
	for _, r := range sc.pending {
		if p.active[s.rules[r].group] && sc.try(r) {
			sc.hits = append(sc.hits, int(r))
		}
	}
	slices.Sort(sc.hits)
	sc.rec = nil
	return sc.hits
}

// joined puts texts one behind the other, so that they are searched in one pass.
// What is found across a seam wakes a rule up for nothing.
func (sc *Scratch) joined(vals []val) string {
	sc.whole = sc.whole[:0]
	for i := range vals {
		sc.whole = append(append(sc.whole, vals[i].text...), 0)
	}
	return view(sc.whole)
}

// found takes note of a literal that the event has: the rules that wait for it
// are to be evaluated.
func (sc *Scratch) found(id int32) {
	sc.litSeen[id] = sc.stamp
	for _, r := range sc.set.lits[id].rules {
		if sc.ruleSeen[r] != sc.stamp {
			sc.ruleSeen[r] = sc.stamp
			sc.pending = append(sc.pending, r)
		}
	}
}
