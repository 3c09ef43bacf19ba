package sigma

import (
	"slices"
	"strings"
)

// lit is a literal without which some rules cannot hold.
type lit struct {
	kind  litKind
	text  string
	rules []int32
}

// slotIndex finds the literals of one field.
type slotIndex struct {
	exact map[string]int32 // folded value -> literal
	scan  *automaton       // of all others, or nil
}

// litKey names a literal of a field.
type litKey struct {
	slot int32
	kind litKind
	text string
}

// need is a set of literals: a rule that has it holds only for events with at
// least one of them.
type need struct {
	lits []litKey
	cost float64 // how often an event is expected to have one; higher is worse
	ok   bool
}

// indexRules decides for every rule which literals wake it up, and builds the
// groups and the index.
func (c *compiler) indexRules() {
	uses := c.countLiterals()
	ids := map[litKey]int32{}
	groups := map[LogSource]int32{}
	for i := range c.rules {
		x := &c.rules[i]
		if x.tree == nil {
			continue
		}
		ls := LogSource{Product: fold(x.rule.LogSource.Product), Category: fold(x.rule.LogSource.Category), Service: fold(x.rule.LogSource.Service)}
		gi, ok := groups[ls]
		if !ok {
			gi = int32(len(c.groups))
			groups[ls] = gi
			c.groups = append(c.groups, group{ls: ls})
		}
		x.group = gi
		if len(x.needs) > 0 {
			continue // without values it can say nothing
		}
		g := &c.groups[gi]
		n := c.needOf(x.tree, uses)
		if !n.ok {
			g.always = append(g.always, int32(i))
			continue
		}
		for _, k := range n.lits {
			id, ok := ids[k]
			if !ok {
				id = int32(len(c.lits))
				ids[k] = id
				c.lits = append(c.lits, lit{kind: k.kind, text: k.text})
			}
			if l := &c.lits[id]; !slices.Contains(l.rules, int32(i)) {
				l.rules = append(l.rules, int32(i))
			}
			if !slices.Contains(g.slots, k.slot) {
				g.slots = append(g.slots, k.slot)
			}
		}
	}
	c.buildIndex(ids)
}

func (c *compiler) buildIndex(ids map[litKey]int32) {
	c.index = make([]slotIndex, len(c.slots))
	texts := make([][]string, len(c.slots))
	nums := make([][]int32, len(c.slots))
	keys := make([]litKey, len(c.lits))
	for k, id := range ids {
		keys[id] = k
	}
	for id, k := range keys {
		x := &c.index[k.slot]
		if k.kind == litExact {
			if x.exact == nil {
				x.exact = map[string]int32{}
			}
			x.exact[k.text] = int32(id)
			continue
		}
		texts[k.slot] = append(texts[k.slot], k.text)
		nums[k.slot] = append(nums[k.slot], int32(id))
	}
	for slot := range c.index {
		if len(texts[slot]) > 0 {
			c.index[slot].scan = newAutomaton(texts[slot], nums[slot])
		}
	}
}

// countLiterals counts in how many rules each literal stands: what many rules
// ask for, many events have.
func (c *compiler) countLiterals() map[litKey]int {
	uses := map[litKey]int{}
	last := map[litKey]int{}
	for i := range c.rules {
		if t := c.rules[i].tree; t != nil {
			t.walk(func(p int32) {
				for _, k := range c.literals(p) {
					if last[k] != i+1 {
						last[k] = i + 1
						uses[k]++
					}
				}
			})
		}
	}
	return uses
}

// literals returns the literals of which an event must have one for the
// predicate to hold, or nil.
func (c *compiler) literals(pred int32) []litKey {
	p := c.preds[pred]
	var kind litKind
	texts := p.texts
	switch p.op {
	case opExact:
		kind = litExact
	case opPrefix:
		kind = litPrefix
	case opSuffix:
		kind = litSuffix
	case opContains:
		kind = litInside
	case opGlob:
		kind, texts = litInside, nil
		for _, g := range p.globs {
			texts = append(texts, g.longest())
		}
	case opRegexp:
		kind, texts = litInside, p.lits
	default:
		return nil
	}
	out := make([]litKey, 0, len(texts))
	for _, t := range texts {
		if p.cased {
			t = fold(t)
		}
		if t == "" && kind != litExact || strings.ContainsRune(t, '\uFFFD') {
			return nil
		}
		out = append(out, litKey{p.slot, kind, t})
	}
	return out
}

// needOf finds the cheapest set of literals that a tree cannot do without.
func (c *compiler) needOf(t *tree, uses map[litKey]int) need {
	switch t.op {
	case opPred:
		lits := c.literals(t.pred)
		n := need{lits: lits, ok: len(lits) > 0}
		for _, k := range lits {
			n.cost += commonness(k, uses[k], len(c.slots[k.slot].sources) > 0 && c.slots[k.slot].sources[0].kind == fromAll)
		}
		return n
	case opAnd:
		var best need
		for _, k := range t.kids {
			if n := c.needOf(k, uses); n.ok && (!best.ok || n.cost < best.cost) {
				best = n
			}
		}
		return best
	case opOr:
		out := need{ok: true}
		for _, k := range t.kids {
			n := c.needOf(k, uses)
			if !n.ok {
				return need{}
			}
			out.lits = append(out.lits, n.lits...)
			out.cost += n.cost
		}
		return out
	}
	return need{}
}

// commonness guesses how often values have a literal: short ones and those that
// many rules ask for more often.
func commonness(k litKey, uses int, everywhere bool) float64 {
	w := 1.0
	switch n := len(k.text); {
	case k.kind == litExact && n <= 5:
		w = 8 // numbers and words like EventID 4688, Type user
	case k.kind == litExact:
		w = 2
	case n <= 1:
		w = 500
	case n == 2:
		w = 100
	case n == 3:
		w = 30
	case n == 4:
		w = 10
	case n <= 6:
		w = 4
	case n <= 9:
		w = 2
	}
	if everywhere {
		w *= 20
	}
	return w * float64(1+uses)
}
