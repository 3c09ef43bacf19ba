package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// item compiles one line of a selection.
func (c *compiler) item(it *item) (*tree, error) {
	fail := func(err error) (*tree, error) {
		if it.field == "" {
			return nil, fmt.Errorf("keywords: %w", err)
		}
		return nil, fmt.Errorf("field %q: %w", it.field, err)
	}
	m, err := newMatcher(it, c.opt.Placeholders)
	if err != nil {
		return fail(err)
	}
	c.needs = append(c.needs, m.needs...)
	slot, err := c.slot(it.field)
	if err != nil {
		return fail(err)
	}
	t := &tree{op: opOr}
	if m.all {
		t.op = opAnd
		for _, alts := range m.alts {
			k, err := c.anyOf(m, slot, alts, it)
			if err != nil {
				return fail(err)
			}
			t.kids = append(t.kids, k)
		}
	} else if t, err = c.anyOf(m, slot, slices.Concat(m.alts...), it); err != nil {
		return fail(err)
	}
	if m.neq {
		t = &tree{op: opNot, kids: []*tree{t}}
	}
	return t.tidy(c.preds), nil
}

// anyOf compiles the values of which one must hold. Texts that are compared in
// the same way become one predicate.
func (c *compiler) anyOf(m *matcher, slot int32, vals []value, it *item) (*tree, error) {
	t := &tree{op: opOr}
	add := func(p predicate) { t.kids = append(t.kids, &tree{op: opPred, pred: c.predicate(p)}) }
	texts := map[predOp][]string{}
	var globs []*glob
	var cidr predicate
	for _, v := range vals {
		switch {
		case v.null:
			add(predicate{slot: slot, op: opNull})
		case m.exists:
			p := predicate{slot: slot, op: opPresent}
			if v.plain == "false" {
				p.op = opNull
			}
			add(p)
		case m.re:
			p, err := regexpPredicate(v.pat.text(), m.flags)
			if err != nil {
				return nil, err
			}
			p.slot = slot
			add(p)
		case m.cidr:
			n, err := parsePrefix(v.pat.text())
			if err != nil {
				return nil, err
			}
			cidr.nets = append(cidr.nets, n)
		case m.ref:
			other, err := c.slot(strings.Trim(v.pat.String(), "*"))
			if err != nil {
				return nil, err
			}
			p := predicate{slot: slot, op: opRef, ref: other, cased: m.cased, refOp: opExact}
			switch {
			case m.contains:
				p.refOp = opContains
			case m.starts:
				p.refOp = opPrefix
			case m.ends:
				p.refOp = opSuffix
			}
			add(p)
		case m.cmp != "" || m.part != "":
			add(c.comparison(m, slot, v))
		default:
			pat := v.pat
			if it.field == "" {
				pat = pat.openLeft().openRight()
			}
			if !m.cased {
				pat = pat.fold()
			}
			switch op, text := pat.shape(); op {
			case opPresent:
				add(predicate{slot: slot, op: opPresent})
			case opGlob:
				globs = append(globs, newGlob(pat))
			default:
				if !slices.Contains(texts[op], text) {
					texts[op] = append(texts[op], text)
				}
			}
		}
	}
	for _, op := range []predOp{opExact, opPrefix, opSuffix, opContains} {
		if len(texts[op]) > 0 {
			add(predicate{slot: slot, op: op, cased: m.cased, texts: texts[op]})
		}
	}
	if len(globs) > 0 {
		add(predicate{slot: slot, op: opGlob, cased: m.cased, globs: globs})
	}
	if len(cidr.nets) > 0 {
		cidr.slot, cidr.op = slot, opCIDR
		add(cidr)
	}
	return t, nil
}

func (c *compiler) comparison(m *matcher, slot int32, v value) predicate {
	p := predicate{slot: slot, op: opCompare, cmp: m.cmp, part: m.part, zone: c.opt.Zone}
	if p.cmp == "" {
		p.cmp = "eq"
	}
	p.num, _ = parseFloat(v.plain)
	return p
}

// predicate returns the number of a predicate, the same for the same question.
func (c *compiler) predicate(p predicate) int32 {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %t %s %g %s %d %d", p.slot, p.op, p.cased, p.cmp, p.num, p.part, p.ref, p.refOp)
	for _, t := range p.texts {
		b.WriteByte(0)
		b.WriteString(t)
	}
	for _, g := range p.globs {
		b.WriteByte(0)
		b.WriteString(g.source)
	}
	if p.re != nil {
		b.WriteString(p.re.String())
	}
	for _, n := range p.nets {
		b.WriteString(n.String())
	}
	key := b.String()
	if id, ok := c.predID[key]; ok {
		return id
	}
	if p.op == opExact && len(p.texts) > 8 {
		p.set = make(map[string]struct{}, len(p.texts))
		for _, t := range p.texts {
			p.set[t] = struct{}{}
		}
	}
	id := int32(len(c.preds))
	c.preds = append(c.preds, &p)
	c.predID[key] = id
	return id
}
