package sigma

import (
	"fmt"
	"slices"
)

// compiledCorrelation knows where the fields of a correlation stand in the
// events of each rule that it refers to.
type compiledCorrelation struct {
	base    []int
	group   [][]int32  // by position in base: slots of the fields to group by, -1 for a chained rule
	measure [][]int32  // the same for the measured fields
	names   [][]string // by position: what the fields to group by are called there
}

// correlations takes in the correlation rules whose bases compiled, in an order
// in which a chain's inner rules come first.
func (c *compiler) correlations(rules []*Rule) {
	var left []*Rule
	for _, r := range rules {
		if r.Correlation != nil {
			left = append(left, r)
		}
	}
	for len(left) > 0 {
		var wait []*Rule
		for _, r := range left {
			if c.waits(r, left) {
				wait = append(wait, r)
				continue
			}
			if err := c.correlation(r); err != nil {
				c.fail(r, "%v", err)
			}
		}
		if len(wait) == len(left) {
			for _, r := range wait {
				c.fail(r, "correlations refer to each other in a circle")
			}
			return
		}
		left = wait
	}
}

// waits reports whether r refers to a correlation that is still to come.
func (c *compiler) waits(r *Rule, left []*Rule) bool {
	for _, ref := range r.Correlation.Rules {
		if _, ok := c.byRef[ref]; ok {
			continue
		}
		for _, o := range left {
			if o.ID == ref || o.Name == ref {
				return true
			}
		}
	}
	return false
}

func (c *compiler) correlation(r *Rule) error {
	x := &compiledCorrelation{}
	for _, ref := range r.Correlation.Rules {
		i, ok := c.byRef[ref]
		if !ok {
			return fmt.Errorf("refers to rule %q, which is not there or did not compile", ref)
		}
		x.base = append(x.base, i)
		if err := c.fieldsOf(r.Correlation, ref, i, x); err != nil {
			return err
		}
	}
	self := len(c.rules)
	if !c.add(compiled{rule: r, corr: x}) {
		return nil
	}
	for _, i := range x.base {
		b := &c.rules[i]
		if !slices.Contains(b.parents, self) {
			b.silent = !r.Correlation.Generate && (b.silent || len(b.parents) == 0)
			b.parents = append(b.parents, self)
		}
	}
	return nil
}

// fieldsOf finds the slots of a correlation's fields in the events of one of its
// rules. The events of a chained correlation are those of its own rules, so its
// fields are known by name only.
func (c *compiler) fieldsOf(k *Correlation, ref string, i int, x *compiledCorrelation) error {
	base := &c.rules[i]
	c.ls = base.rule.LogSource
	slots := func(fields []string) (out []int32, names []string, err error) {
		for _, f := range fields {
			if by, ok := k.Aliases[f]; ok {
				if there := by[ref]; there != "" {
					f = there
				}
			}
			names = append(names, f)
			if base.corr != nil {
				c.ls = c.firstSource(i)
			}
			s, err := c.slot(f)
			if err != nil {
				return nil, nil, err
			}
			out = append(out, s)
		}
		return out, names, nil
	}
	group, names, err := slots(k.GroupBy)
	if err != nil {
		return err
	}
	measure, _, err := slots(k.Fields)
	if err != nil {
		return err
	}
	x.group, x.names, x.measure = append(x.group, group), append(x.names, names), append(x.measure, measure)
	return nil
}

// firstSource is the log source of the first detection below a correlation.
func (c *compiler) firstSource(i int) LogSource {
	for c.rules[i].corr != nil {
		i = c.rules[i].corr.base[0]
	}
	return c.rules[i].rule.LogSource
}

// Read makes sc ready to answer questions about an event; see [Set.Group].
func (s *Set) Read(rec Record, sc *Scratch) { sc.begin(s, rec) }

// Group returns the value of field i that a correlation groups by, in an event
// that the rule at position pos hit. The event must have been given to
// [Set.Read]; the text is valid until the next.
func (s *Set) Group(corr, pos, i int, sc *Scratch) (string, bool) {
	return sc.first(s.rules[corr].corr.group[pos][i])
}

// Measure returns the value of measured field i, as [Set.Group] does.
func (s *Set) Measure(corr, pos, i int, sc *Scratch) (string, bool) {
	return sc.first(s.rules[corr].corr.measure[pos][i])
}

// GroupNames returns what the fields to group by are called in the events of the
// rule at position pos.
func (s *Set) GroupNames(corr, pos int) []string { return s.rules[corr].corr.names[pos] }

// Fold returns the text without regard to case, as rules compare it.
func Fold(s string) string { return fold(s) }

func (sc *Scratch) first(slot int32) (string, bool) {
	if vals := sc.values(slot); len(vals) > 0 {
		return vals[0].text, true
	}
	return "", false
}
