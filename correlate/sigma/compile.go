package sigma

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options of [Compile].
type Options struct {
	// Placeholders are the values that expand puts in.
	Placeholders map[string][]string
	// Derive are the functions that the taxonomy may name.
	Derive map[string]func(string) string
	// Zone is where times without a zone are (for hour, day and so on); nil is UTC.
	Zone *time.Location
}

// Set is compiled rules. It is immutable and safe for concurrent use.
type Set struct {
	rules []compiled
	byRef map[string]int

	slots    []slot
	keyNames []string
	keyIDs   map[string]int32 // as written
	keyFolds map[string]int32 // folded
	preds    []*predicate

	keywords   int32   // the slot of all values, when a rule asks for it
	groups     []group // of rules with one log source
	entries    []compiledEntry
	labelSlots []int32

	lits  []lit
	index []slotIndex // by slot
}

// slot is a field that rules ask about.
type slot struct {
	name    string
	sources []source
}

// compiled is a rule of the set.
type compiled struct {
	rule    *Rule
	tree    *tree            // nil for a correlation
	parts   map[string]*tree // selections by name, for explanations
	filters []appliedFilter
	group   int32
	needs   []string
	corr    *compiledCorrelation
	parents []int
	silent  bool
}

type appliedFilter struct {
	rule  *Rule
	tree  *tree
	parts map[string]*tree
}

// group is the rules of one log source.
type group struct {
	ls     LogSource  // folded
	slots  []int32    // whose literals its rules need
	always []int32    // rules that need no literal
	words  *slotIndex // literals of keywords, or nil
}

type compiledEntry struct {
	entry
	tree *tree
}

// compiler builds a Set.
type compiler struct {
	*Set
	tax    *Taxonomy
	opt    Options
	failed []Failure
	predID map[string]int32
	slotID map[string]int32
	ls     LogSource // of the rule in hand
	needs  []string
}

// Compile makes a set of rules. A rule that cannot be used is left out and
// told; so is every correlation that needs it. Filters are built into the rules
// they are for.
func Compile(rules []*Rule, tax *Taxonomy, opt Options) (*Set, []Failure) {
	c := &compiler{
		Set: &Set{byRef: map[string]int{}, keyIDs: map[string]int32{}, keyFolds: map[string]int32{}},
		tax: tax, opt: opt, predID: map[string]int32{}, slotID: map[string]int32{},
	}
	c.compileEntries()
	filters := c.detections(rules)
	c.applyFilters(filters)
	c.correlations(rules)
	c.indexRules()
	return c.Set, c.failed
}

func (c *compiler) fail(r *Rule, format string, args ...any) {
	c.failed = append(c.failed, Failure{File: r.File, ID: r.Ref(), Reason: fmt.Sprintf(format, args...)})
}

// add takes a rule into the set, under its id and name.
func (c *compiler) add(x compiled) bool {
	r := x.rule
	if i, ok := c.byRef[r.ID]; ok && r.ID != "" {
		c.fail(r, "the id is also that of %q in %s", c.rules[i].rule.Title, c.rules[i].rule.File)
		return false
	}
	n := len(c.rules)
	c.rules = append(c.rules, x)
	for _, ref := range []string{r.ID, r.Name} {
		if _, taken := c.byRef[ref]; ref != "" && !taken {
			c.byRef[ref] = n
		}
	}
	if r.ID == "" && r.Name == "" {
		if _, taken := c.byRef[r.Title]; !taken {
			c.byRef[r.Title] = n
		}
	}
	return true
}

func (c *compiler) detections(rules []*Rule) (filters []*Rule) {
	for _, r := range rules {
		switch {
		case r.Filter != nil:
			filters = append(filters, r)
		case r.Detection != nil:
			c.ls, c.needs = r.LogSource, nil
			t, parts, err := c.detection(r.Detection)
			if err != nil {
				c.fail(r, "%v", err)
				continue
			}
			c.add(compiled{rule: r, tree: t, parts: parts, needs: c.needs})
		}
	}
	return filters
}

// applyFilters narrows rules: a rule holds only if the conditions of all its
// filters hold too.
func (c *compiler) applyFilters(filters []*Rule) {
	for _, f := range filters {
		var err error
		for _, ref := range f.Filter.Rules {
			if _, ok := c.byRef[ref]; !ok {
				f.Warnings = append(f.Warnings, fmt.Sprintf("the filter names rule %q, which is not there", ref))
			}
		}
		for i := range c.rules {
			x := &c.rules[i]
			if !f.isFor(x.rule) {
				continue
			}
			c.ls, c.needs = x.rule.LogSource, nil
			var a appliedFilter
			if a.tree, a.parts, err = c.detection(f.Filter.Detection); err != nil {
				break
			}
			a.rule = f
			x.filters = append(x.filters, a)
			x.needs = append(x.needs, c.needs...)
			x.tree = &tree{op: opAnd, kids: []*tree{x.tree, a.tree}}
		}
		if err != nil {
			c.fail(f, "%v", err)
		}
	}
}

// isFor reports whether a filter narrows a rule: it names it (or all), and what
// the filter says of the log source the rule says too.
func (r *Rule) isFor(x *Rule) bool {
	f := r.Filter
	if len(f.Rules) > 0 && !slices.Contains(f.Rules, x.ID) && (x.Name == "" || !slices.Contains(f.Rules, x.Name)) {
		return false
	}
	s := scope{logsource: r.LogSource}
	return s.covers(x.LogSource)
}

// detection compiles a detection to one tree, and each selection to its own.
func (c *compiler) detection(d *Detection) (*tree, map[string]*tree, error) {
	parts := make(map[string]*tree, len(d.names))
	for _, name := range d.names {
		t, err := c.selection(d.selections[name])
		if err != nil {
			return nil, nil, fmt.Errorf("selection %q: %w", name, err)
		}
		parts[name] = t
	}
	out := &tree{op: opOr}
	for _, p := range d.parsed {
		out.kids = append(out.kids, c.condition(p, d, parts))
	}
	return out.tidy(c.preds), parts, nil
}

func (c *compiler) condition(p *cond, d *Detection, parts map[string]*tree) *tree {
	t := &tree{}
	switch p.op {
	case condName:
		return parts[p.name]
	case condAny, condAll:
		t.op = map[condOp]treeOp{condAny: opOr, condAll: opAnd}[p.op]
		for _, n := range d.matching(p.name) {
			t.kids = append(t.kids, parts[n])
		}
		return t
	case condAnd:
		t.op = opAnd
	case condOr:
		t.op = opOr
	case condNot:
		t.op = opNot
	}
	for _, k := range p.kids {
		t.kids = append(t.kids, c.condition(k, d, parts))
	}
	return t
}

func (c *compiler) selection(s *selection) (*tree, error) {
	if s.item != nil {
		return c.item(s.item)
	}
	t := &tree{op: opAnd}
	if s.any {
		t.op = opOr
	}
	for _, k := range s.kids {
		x, err := c.selection(k)
		if err != nil {
			return nil, err
		}
		t.kids = append(t.kids, x)
	}
	return t.tidy(c.preds), nil
}

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

// slot returns the number of a field of the rule in hand.
func (c *compiler) slot(field string) (int32, error) {
	if field == "" {
		c.keywords = c.slotOf("", []source{{kind: fromAll}}, "\x00all")
		return c.keywords, nil
	}
	var list []source
	specs := c.tax.sourcesOf(field, c.ls)
	for _, s := range specs {
		if c.tax == nil {
			list = append(list, source{kind: fromKey, key: c.key(s)})
			continue
		}
		spec, err := parseSource(s)
		if err != nil {
			return 0, err
		}
		src := source{kind: fromField, field: spec.field}
		if spec.key != "" {
			src = source{kind: fromKey, key: c.key(spec.key)}
		}
		if spec.fn != "" {
			if src.derive = c.opt.Derive[spec.fn]; src.derive == nil {
				return 0, fmt.Errorf("the taxonomy names function %q, which is not there", spec.fn)
			}
		}
		list = append(list, src)
	}
	return c.slotOf(field, list, strings.Join(specs, "\x00")), nil
}

func (c *compiler) slotOf(name string, list []source, key string) int32 {
	if id, ok := c.slotID[key]; ok {
		return id
	}
	id := int32(len(c.slots))
	c.slots = append(c.slots, slot{name, list})
	c.slotID[key] = id
	return id
}

// key returns the number of a record's own key.
func (c *compiler) key(name string) int32 {
	if id, ok := c.keyIDs[name]; ok {
		return id
	}
	if c.tax != nil {
		if id, ok := c.keyFolds[fold(name)]; ok {
			return id
		}
	}
	id := int32(len(c.keyNames))
	c.keyNames = append(c.keyNames, name)
	c.keyIDs[name] = id
	c.keyFolds[fold(name)] = id
	return id
}

// keyOf finds the number of a key that a record has, or -1.
func (s *Set) keyOf(name string, foldKeys bool) int32 {
	if id, ok := s.keyIDs[name]; ok {
		return id
	}
	if foldKeys {
		if id, ok := s.keyFolds[fold(name)]; ok {
			return id
		}
	}
	return -1
}

// compileEntries compiles what the taxonomy says of log sources.
func (c *compiler) compileEntries() {
	if c.tax == nil {
		return
	}
	for i := range c.tax.entries {
		e := &c.tax.entries[i]
		t, err := c.selection(e.selection)
		if err != nil {
			c.failed = append(c.failed, Failure{File: "taxonomy", Reason: fmt.Sprintf("logsource %d: %v", i+1, err)})
			continue
		}
		c.entries = append(c.entries, compiledEntry{*e, t})
		t.walk(func(p int32) {
			if slot := c.preds[p].slot; !slices.Contains(c.labelSlots, slot) {
				c.labelSlots = append(c.labelSlots, slot)
			}
		})
	}
}
