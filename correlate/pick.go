package correlate

import (
	"fmt"
	"maps"
	"slices"

	"picket/correlate/sigma"
	"picket/normalize/ocsf/filter"
)

// Pick compiles some rules alone: those of a pack that refs name (by id, name
// or title) and those of files (text by path). What they are made over and the
// filters that narrow them are taken from files first, else from the pack. It
// also returns the numbers of the rules that were asked for, and what does not
// compile.
func (r *Rules) Pick(refs []string, files map[string]string) (*Rules, []int, []RuleError, error) {
	p := picker{pack: r, taken: map[*sigma.Rule]bool{}}
	var failed []RuleError
	for _, name := range slices.Sorted(maps.Keys(files)) {
		rules, bad := sigma.Parse([]byte(files[name]), name)
		p.own, failed = append(p.own, rules...), append(failed, bad...)
	}
	for _, x := range p.own {
		p.take(x)
	}
	asked := slices.Clone(p.own)
	for _, ref := range refs {
		x := p.find(ref)
		if x == nil {
			return nil, nil, nil, fmt.Errorf("no rule %q", ref)
		}
		asked = append(asked, x)
		p.take(x)
	}
	for _, x := range r.list {
		if x.Filter != nil {
			p.take(x)
		}
	}
	out, more, err := compileWith(p.list, r.tax, r.opt)
	if err != nil {
		return nil, nil, nil, err
	}
	var numbers []int
	for i := range out.metas {
		if slices.Contains(asked, out.set.Rule(i)) {
			numbers = append(numbers, i)
		}
	}
	return out, numbers, append(failed, more...), nil
}

// picker gathers rules with what they need.
type picker struct {
	pack  *Rules
	own   []*sigma.Rule
	list  []*sigma.Rule
	taken map[*sigma.Rule]bool
}

func (p *picker) take(x *sigma.Rule) {
	if p.taken[x] {
		return
	}
	p.taken[x] = true
	p.list = append(p.list, x)
	if x.Correlation == nil {
		return
	}
	for _, ref := range x.Correlation.Rules {
		if y := p.find(ref); y != nil {
			p.take(y) // what is not there is told when the correlation is compiled
		}
	}
}

func (p *picker) find(ref string) *sigma.Rule {
	for _, list := range [][]*sigma.Rule{p.own, p.pack.list} {
		for _, x := range list {
			if x.Filter == nil && (x.ID == ref || x.Name == ref || x.Title == ref) {
				return x
			}
		}
	}
	return nil
}

// May reports whether a block of stored events may hold one that a rule hits.
func (r *Rules) May(ix filter.Index) bool { return r.set.May(ix) }
