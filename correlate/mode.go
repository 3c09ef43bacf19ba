package correlate

import (
	"fmt"
	"slices"
	"strings"

	"picket/correlate/sigma"
)

// How a site's configuration names many rules at once.
const (
	byTag   = "tag:"
	byLevel = "level:"
)

// strictness orders the modes: of several the one that lets least through counts.
var strictness = []string{"on", "observe", "off"}

// modeOf returns the mode that the site sets a rule to, "" for none: by id or
// name, else by one of its tags, else by its level.
func (o *RuleOptions) modeOf(r *sigma.Rule) string {
	for _, name := range []string{r.ID, r.Name} {
		if m := o.Modes[name]; name != "" && m != "" {
			return m
		}
	}
	most := -1
	for _, tag := range r.Tags {
		most = max(most, slices.Index(strictness, o.Modes[byTag+tag]))
	}
	if most >= 0 {
		return strictness[most]
	}
	return o.Modes[byLevel+r.Level]
}

// setMode replaces the mode that the rule gives itself.
func (m *ruleMeta) setMode(mode string) {
	if mode != "" {
		m.Observe, m.Off = mode == "observe", mode == "off"
	}
}

// idleModes tells of the modes that are set for nothing: a rule that is gone, a
// tag that is misspelt.
func (r *Rules) idleModes() (out []RuleError) {
	for what := range r.opt.Modes {
		tag, isTag := strings.CutPrefix(what, byTag)
		level, isLevel := strings.CutPrefix(what, byLevel)
		if slices.ContainsFunc(detectors, func(m *ruleMeta) bool { return m.ID == what }) {
			continue
		}
		if !slices.ContainsFunc(r.list, func(x *sigma.Rule) bool {
			switch {
			case isTag:
				return slices.Contains(x.Tags, tag)
			case isLevel:
				return x.Level == level
			}
			return x.ID == what || x.Name == what
		}) {
			out = append(out, RuleError{File: "rules.modes", ID: what, Reason: fmt.Sprintf("no signature has this %s", kindOfMode(isTag, isLevel))})
		}
	}
	slices.SortFunc(out, func(a, b RuleError) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func kindOfMode(tag, level bool) string {
	switch {
	case tag:
		return "tag"
	case level:
		return "level"
	}
	return "id or name"
}

// Cost tells what a rule cost since the rules were loaded: bytes that costly
// comparisons read, and comparisons that were left out.
func (r *Rules) Cost(id string) sigma.Cost {
	if i, ok := r.byID[id]; ok {
		return r.costs.Of(i)
	}
	return sigma.Cost{}
}

// Warnings tell what is odd but not wrong in the rules, and which need values.
func (r *Rules) Warnings() []RuleError {
	var out []RuleError
	for _, x := range r.list {
		if x.Filter != nil {
			for _, w := range x.Warnings {
				out = append(out, RuleError{File: x.File, ID: x.Ref(), Reason: w})
			}
		}
	}
	return append(out, r.set.Warnings()...)
}
