package correlate

import (
	"picket/correlate/sigma"
	"picket/normalize/ocsf"
)

// RuleInfo is what people want to know of a signature.
type RuleInfo struct {
	ID, Title, Name string
	Description     string
	Status          string
	Level           ocsf.Severity
	Mode            string // on, observe or off
	Kind            string // signature, correlation or detector
	LogSource       sigma.LogSource
	Tags            []string
	Techniques      []string
	Tactics         []string
	FalsePositives  []string
	References      []string
	Author, Date    string
	Guidance        string
	File            string
	Version         string   // hash of its definition
	Base            bool     // only a step of correlations: it gives no finding of its own
	Steps           []string // ids of the rules that a correlation is made over
	Parents         []string // ids of the correlations that it is a step of
	Needs           []string // placeholders that have no values yet
	Warnings        []string
}

// List returns all rules, in the order of their files, and the engine's own
// detectors.
func (r *Rules) List() []RuleInfo {
	out := make([]RuleInfo, 0, len(r.metas)+4)
	for i := range r.metas {
		out = append(out, r.info(i))
	}
	for _, m := range detectors {
		out = append(out, r.infoOfDetector(m))
	}
	return out
}

func (r *Rules) infoOfDetector(m *ruleMeta) RuleInfo {
	x := RuleInfo{ID: m.ID, Title: m.Title, Level: m.Severity, Mode: "on", Kind: "detector",
		Techniques: m.Techniques, Tactics: m.Tactics, Guidance: m.Guidance, Version: m.Hash}
	if mode := r.opt.Modes[m.ID]; mode != "" {
		x.Mode = mode
	}
	if m == &deviceMeta { // its title and level are the device's
		x.Title, x.Level = "Attack that a device reports", ocsf.High
	}
	return x
}

// Info returns one rule by id or name.
func (r *Rules) Info(ref string) (RuleInfo, bool) {
	if i := r.set.Lookup(ref); i >= 0 {
		return r.info(i), true
	}
	for _, m := range detectors {
		if m.ID == ref {
			return r.infoOfDetector(m), true
		}
	}
	return RuleInfo{}, false
}

func (r *Rules) info(i int) RuleInfo {
	m, rule := &r.metas[i], r.set.Rule(i)
	x := RuleInfo{
		ID: m.ID, Title: m.Title, Name: rule.Name, Description: rule.Description, Status: rule.Status, Level: m.Severity, Mode: "on", Kind: "signature",
		LogSource: rule.LogSource, Tags: rule.Tags, Techniques: m.Techniques, Tactics: m.Tactics, FalsePositives: rule.FalsePositives,
		References: rule.References, Author: rule.Author, Date: rule.Date, Guidance: m.Guidance, File: rule.File, Version: m.Hash,
		Base: m.Base, Needs: r.set.Needs(i), Warnings: rule.Warnings,
	}
	switch {
	case m.Off:
		x.Mode = "off"
	case m.Observe:
		x.Mode = "observe"
	}
	if m.Correlation {
		x.Kind = "correlation"
	}
	for _, j := range r.set.Base(i) {
		x.Steps = append(x.Steps, r.metas[j].ID)
	}
	for _, j := range r.set.Parents(i) {
		x.Parents = append(x.Parents, r.metas[j].ID)
	}
	return x
}

// ID returns the id of the rule that was hit.
func (r *Rules) ID(h Hit) string { return r.metas[h.Rule].ID }
