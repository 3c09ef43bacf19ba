package sigma

import (
	"fmt"
	"slices"
)

// applyFilters narrows rules: a rule holds only if the conditions of all its
// filters hold too.
func (c *compiler) applyFilters(filters []*Rule) {
	for _, f := range filters {
		var err error
		for _, ref := range f.Filter.Rules {
			if _, ok := c.byRef[ref]; !ok {
				c.warnings = append(c.warnings, Failure{f.File, f.Ref(), fmt.Sprintf("the filter names rule %q, which is not there", ref)})
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
