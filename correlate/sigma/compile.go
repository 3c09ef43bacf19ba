package sigma

import (
	"fmt"
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

	warnings []Failure

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
