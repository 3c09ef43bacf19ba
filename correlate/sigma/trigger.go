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
	exact  map[string]int32 // folded value -> literal
	sizes  uint64           // bit n: some exact value has n bytes; bit 63: 63 and more
	prefix *ends
	suffix *ends
	inside []*grams       // of literals of 2, 3, 4 and more bytes
	ones   map[byte]int32 // of one byte
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
	words := map[int32][]int32{} // by group: its literals among all values of an event
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
			if c.isKeywords(k.slot) {
				words[gi] = append(words[gi], id)
			} else if !slices.Contains(g.slots, k.slot) {
				g.slots = append(g.slots, k.slot)
			}
		}
	}
	keys := make([]litKey, len(c.lits))
	bySlot := make([][]int32, len(c.slots))
	for k, id := range ids {
		keys[id] = k
	}
	for id, k := range keys {
		if !c.isKeywords(k.slot) {
			bySlot[k.slot] = append(bySlot[k.slot], int32(id))
		}
	}
	c.index = make([]slotIndex, len(c.slots))
	for slot, ids := range bySlot {
		c.index[slot] = newIndex(keys, ids)
	}
	for gi, ids := range words {
		slices.Sort(ids)
		x := newIndex(keys, slices.Compact(ids))
		c.groups[gi].words = &x
	}
}

// isKeywords reports whether a slot stands for all values of an event. Their
// literals are looked for by group: there is much text to look at.
func (c *compiler) isKeywords(slot int32) bool {
	return len(c.slots[slot].sources) > 0 && c.slots[slot].sources[0].kind == fromAll
}

// newIndex builds the index of some literals of one field.
func newIndex(keys []litKey, ids []int32) slotIndex {
	type file struct {
		texts []string
		ids   []int32
	}
	const prefix, suffix, inside = 0, 1, 2 // and on: by length, from 2 bytes
	var files [6]file
	var x slotIndex
	for _, id := range ids {
		k := keys[id]
		at := inside + min(len(k.text), 5) - 2
		switch {
		case k.kind == litExact:
			if x.exact == nil {
				x.exact = map[string]int32{}
			}
			x.exact[k.text] = id
			x.sizes |= 1 << min(len(k.text), 63)
			continue
		case k.kind == litPrefix:
			at = prefix
		case k.kind == litSuffix:
			at = suffix
		case len(k.text) == 1:
			if x.ones == nil {
				x.ones = map[byte]int32{}
			}
			x.ones[k.text[0]] = id
			continue
		}
		files[at].texts, files[at].ids = append(files[at].texts, k.text), append(files[at].ids, id)
	}
	if f := &files[prefix]; len(f.texts) > 0 {
		x.prefix = newEnds(false, f.texts, f.ids)
	}
	if f := &files[suffix]; len(f.texts) > 0 {
		x.suffix = newEnds(true, f.texts, f.ids)
	}
	for n := 2; n <= 5; n++ {
		if f := &files[inside+n-2]; len(f.texts) > 0 {
			width, stride := gramsOf(n)
			x.inside = append(x.inside, newGrams(width, stride, f.texts, f.ids))
		}
	}
	return x
}

// find marks in sc every literal of the field that a folded value has.
func (x *slotIndex) find(s string, sc *Scratch) {
	if x.sizes&(1<<min(len(s), 63)) != 0 {
		if id, ok := x.exact[s]; ok && sc.litSeen[id] != sc.stamp {
			sc.found(id)
		}
	}
	if x.prefix != nil {
		x.prefix.find(s, sc)
	}
	if x.suffix != nil {
		x.suffix.find(s, sc)
	}
	for b, id := range x.ones {
		if sc.litSeen[id] != sc.stamp && strings.IndexByte(s, b) >= 0 {
			sc.found(id)
		}
	}
	for _, g := range x.inside {
		g.scan(s, sc)
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
			n.cost += commonness(k, uses[k], c.isKeywords(k.slot))
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
