package sigma

import (
	"picket/normalize/ocsf"
)

// Record is an event as rules see it: an [*Event] or a [*Flat].
type Record interface {
	// announce tells sc the keys of the record's own pairs.
	announce(sc *Scratch)
	// pair, field and all append values: those of one of its own pairs, those of
	// an OCSF attribute, all there are (for keywords).
	pair(sc *Scratch, i int, vals []val) []val
	field(sc *Scratch, f ocsf.Field, vals []val) []val
	all(sc *Scratch, vals []val) []val
	// plan finds the rules for the record's log source.
	plan(sc *Scratch) *plan
}

// Event is an OCSF event as rules see it.
type Event struct{ *ocsf.Event }

func (e *Event) announce(sc *Scratch) {
	for i, p := range e.UnmappedPairs() {
		sc.announce(p.Key, i, true)
	}
}

func (e *Event) pair(sc *Scratch, i int, vals []val) []val {
	return sc.add(vals, e.UnmappedPairs()[i].Value)
}

func (e *Event) field(sc *Scratch, f ocsf.Field, vals []val) []val {
	if !e.Has(f) {
		return vals
	}
	return sc.add(vals, e.Get(f))
}

// all returns the raw line and every text that was read from it: a text may
// stand in the line with escapes.
func (e *Event) all(sc *Scratch, vals []val) []val {
	if e.Raw != "" {
		vals = append(vals, val{text: e.Raw})
	}
	for _, v := range e.Values() {
		vals = sc.add(vals, v)
	}
	for _, p := range e.UnmappedPairs() {
		vals = sc.add(vals, p.Value)
	}
	return vals
}

// plan is found by the values that the taxonomy's log sources look at.
func (e *Event) plan(sc *Scratch) *plan {
	s := sc.set
	sc.key = sc.key[:0]
	for _, slot := range s.labelSlots {
		for _, v := range sc.values(slot) {
			sc.key = append(sc.key, v.text...)
			sc.key = append(sc.key, 0x1f)
		}
		sc.key = append(sc.key, 0x1e)
	}
	if p, ok := sc.plans[string(sc.key)]; ok {
		return p
	}
	sc.labels.reset()
	for i := range s.entries {
		if x := &s.entries[i]; x.tree.eval(sc) {
			sc.labels.add(x)
		}
	}
	return sc.remember(s.newPlan(&sc.labels))
}

// remember keeps the plan for the key in hand.
func (sc *Scratch) remember(p *plan) *plan {
	if len(sc.plans) >= maxPlans {
		clear(sc.plans)
	}
	if len(sc.key) <= maxPlanKey {
		sc.plans[string(sc.key)] = p
	}
	return p
}
