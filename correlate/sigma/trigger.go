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
	exact  *exacts
	prefix *ends
	suffix *ends
	inside []*grams // of literals of 2 bytes and more
	ones   []oneLit // of one byte
	beyond bool     // a literal is not ASCII
}

type oneLit struct {
	b  byte
	id int32
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
	of := func(ids []int32) (out []litKey) {
		for _, id := range ids {
			out = append(out, keys[id])
		}
		return out
	}
	common := c.commonGrams()
	c.index = make([]slotIndex, len(c.slots))
	for slot, ids := range bySlot {
		c.index[slot] = newIndex(of(ids), ids, common)
	}
	for gi, ids := range words {
		slices.Sort(ids)
		ids = slices.Compact(ids)
		x := newIndex(of(ids), ids, common)
		c.groups[gi].words = &x
	}
	c.findMany(common)
}

func (c *compiler) commonGrams() commonGrams {
	common := commonGrams{counts: new([5]map[uint32]int)}
	for i := range c.preds {
		for _, k := range c.literals(int32(i)) {
			common.texts = append(common.texts, k.text)
		}
	}
	return common
}

// manyTexts is how many texts a predicate has that are looked for in one pass.
const manyTexts = 4

// findMany gives predicates of many texts an index of their own. All its
// literals have one number, so that the first that is found answers.
func (c *compiler) findMany(common commonGrams) {
	for i, p := range c.preds {
		if p.cased || len(p.texts) < manyTexts || p.op != opPrefix && p.op != opSuffix && p.op != opContains {
			continue
		}
		keys := c.literals(int32(i))
		if keys == nil {
			continue
		}
		p.any = int32(len(c.lits))
		c.lits = append(c.lits, lit{kind: keys[0].kind})
		ids := slices.Repeat([]int32{p.any}, len(keys))
		x := newIndex(keys, ids, common)
		p.many = &x
	}
}

// isKeywords reports whether a slot stands for all values of an event. Their
// literals are looked for by group: there is much text to look at.
func (c *compiler) isKeywords(slot int32) bool {
	return len(c.slots[slot].sources) > 0 && c.slots[slot].sources[0].kind == fromAll
}

// newIndex builds the index of some literals of one field.
func newIndex(keys []litKey, ids []int32, common commonGrams) slotIndex {
	type file struct {
		texts []string
		ids   []int32
	}
	var exact, prefix, suffix, inside file
	var x slotIndex
	for i, k := range keys {
		id := ids[i]
		x.beyond = x.beyond || !isASCII(k.text)
		var f *file
		switch {
		case k.kind == litExact:
			f = &exact
		case k.kind == litPrefix:
			f = &prefix
		case k.kind == litSuffix:
			f = &suffix
		case len(k.text) == 1:
			x.ones = append(x.ones, oneLit{k.text[0], id})
			continue
		default:
			f = &inside
		}
		f.texts, f.ids = append(f.texts, k.text), append(f.ids, id)
	}
	if len(exact.texts) > 0 {
		x.exact = newExacts(exact.texts, exact.ids)
	}
	if len(prefix.texts) > 0 {
		x.prefix = newEnds(false, prefix.texts, prefix.ids)
	}
	if len(suffix.texts) > 0 {
		x.suffix = newEnds(true, suffix.texts, suffix.ids)
	}
	x.inside = gramsOf(inside.texts, inside.ids, common)
	return x
}

// find marks in sc every literal of the field that a value has. A value is
// folded for that only if a literal goes beyond ASCII, or if it has one of the
// two letters that fold to ASCII from beyond.
func (x *slotIndex) find(v *val, sc *Scratch) {
	s := v.text
	if !isASCII(s) && (x.beyond || strings.Contains(s, kelvin) || strings.Contains(s, longS)) {
		s = sc.fold(v)
	}
	if x.exact != nil {
		x.exact.find(s, sc)
	}
	if x.prefix != nil {
		x.prefix.find(s, sc)
	}
	if x.suffix != nil {
		x.suffix.find(s, sc)
	}
	for i := range x.ones {
		if one := &x.ones[i]; sc.litSeen[one.id] != sc.stamp && hasByte(s, one.b) {
			sc.found(one.id)
		}
	}
	for _, g := range x.inside {
		g.scan(s, sc)
	}
}

// hasByte reports whether s has a byte of a folded text, in either case.
func hasByte(s string, b byte) bool {
	if strings.IndexByte(s, b) >= 0 {
		return true
	}
	return 'a' <= b && b <= 'z' && strings.IndexByte(s, b-caseBit) >= 0
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
