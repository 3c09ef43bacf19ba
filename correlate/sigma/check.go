package sigma

import (
	"io/fs"
)

// Report is what [Check] found.
type Report struct {
	Loaded   int       `json:"loaded"` // rules that can be used, filters among them
	Failed   []Failure `json:"failed"`
	Warnings []Failure `json:"warnings,omitempty"`
}

// Check loads and compiles the rules below fsys against a taxonomy (nil for the
// flat one) and reports those that cannot be used, with reasons.
func Check(fsys fs.FS, tax *Taxonomy, opt Options) Report {
	rules, failed := Load(fsys)
	set, more := Compile(rules, tax, opt)
	rep := Report{Loaded: set.Len(), Failed: append(failed, more...)}
	bad := map[string]bool{}
	for _, f := range more {
		bad[f.File+"\x00"+f.ID] = true
	}
	for _, r := range rules {
		if r.Filter != nil && !bad[r.File+"\x00"+r.Ref()] {
			rep.Loaded++
		}
		if r.Filter != nil {
			for _, w := range r.Warnings {
				rep.Warnings = append(rep.Warnings, Failure{r.File, r.Ref(), w})
			}
		}
	}
	rep.Warnings = append(rep.Warnings, set.Warnings()...)
	if rep.Failed == nil {
		rep.Failed = []Failure{}
	}
	return rep
}
