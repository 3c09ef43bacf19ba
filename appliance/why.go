package appliance

import (
	"fmt"

	"picket/correlate"
	"picket/correlate/sigma"
	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// Why tells what one signature makes of one event, and why.
type Why struct {
	Rule   string              `json:"rule"`
	Title  string              `json:"title"`
	Kind   string              `json:"kind"`
	Hit    bool                `json:"hit"`
	Steps  []sigma.Explanation `json:"steps"` // the signature, or the steps of a correlation
	Says   string              `json:"says"`  // in one sentence
	Hidden []*ocsf.Control     `json:"hidden,omitempty"`
}

// maxWhySteps bounds the steps of a correlation that are explained.
const maxWhySteps = 24

// why explains one rule on one event. controls are those that may hide the result.
func why(rules *correlate.Rules, ref string, e *ocsf.Event, controls []*ocsf.Control) (*Why, error) {
	info, ok := rules.Info(ref)
	if !ok {
		return nil, fmt.Errorf("there is no signature %q: %w", ref, ErrNotFound)
	}
	w := &Why{Rule: info.ID, Title: info.Title, Kind: info.Kind}
	for _, id := range stepsOf(rules, info, nil) {
		x, err := rules.WhyNot(id, e)
		if err != nil {
			return nil, err
		}
		w.Steps = append(w.Steps, x)
		w.Hit = w.Hit || x.Hit
	}
	w.Says = w.sentence()
	if w.Hit {
		w.Hidden = hidingIt(controls, info.ID, e)
	}
	return w, nil
}

// stepsOf are the detection rules that a rule comes down to: itself, or the steps of
// a correlation.
func stepsOf(rules *correlate.Rules, info correlate.RuleInfo, seen map[string]bool) []string {
	if info.Kind == "detector" || len(seen) > maxWhySteps {
		return nil
	}
	if info.Kind == "signature" {
		return []string{info.ID}
	}
	if seen == nil {
		seen = map[string]bool{}
	}
	var out []string
	for _, id := range info.Steps {
		if x, ok := rules.Info(id); ok && !seen[id] && len(out) < maxWhySteps {
			seen[id] = true
			out = append(out, stepsOf(rules, x, seen)...)
		}
	}
	return out
}

func (w *Why) sentence() string {
	switch {
	case w.Kind == "detector":
		return "This is one of Picket's own detectors: it judges by what it remembers, not by one event alone."
	case w.Kind == "correlation" && w.Hit:
		return "The event counts for this correlation. Whether it comes true depends on the other events in its time."
	case w.Kind == "correlation":
		return "The event counts for none of the correlation's steps."
	case w.Hit:
		return "The signature hits this event."
	}
	return missing(&w.Steps[0])
}

// missing says in one sentence why a rule does not hit.
func missing(x *sigma.Explanation) string {
	if len(x.Needs) > 0 {
		return "It does not hit: it needs values that the configuration does not give."
	}
	if !x.Applies {
		return "It does not hit: it is for events of another log source."
	}
	for _, p := range x.Parts {
		if p.Negated && p.Held {
			return fmt.Sprintf("It does not hit: %q holds, which the condition wants not to.", partName(p))
		}
	}
	for _, p := range x.Parts {
		if !p.Negated && !p.Held {
			return fmt.Sprintf("It does not hit: %q does not hold.", partName(p))
		}
	}
	return "It does not hit: its condition as a whole does not come true."
}

func partName(p sigma.Part) string {
	if p.Filter != "" {
		return p.Filter + ": " + p.Name
	}
	return p.Name
}

// hidingIt returns the controls that would hide what a rule finds in an event.
func hidingIt(controls []*ocsf.Control, rule string, e *ocsf.Event) []*ocsf.Control {
	var out []*ocsf.Control
	for _, c := range controls {
		if c.Ended != 0 || c.Rule != "" && c.Rule != rule || c.Expires != 0 && e.Logged >= c.Expires {
			continue
		}
		if f, err := filter.Parse(c.Filter); err == nil && f.Match(e) {
			out = append(out, c)
		}
	}
	return out
}

// WhyNot explains one signature on one event of the log.
func (a *Appliance) WhyNot(rule string, seq uint64) (*Why, error) {
	return a.archive.whyNot(a.rules.Load().rules, rule, seq)
}

func (a *Archive) whyNot(rules *correlate.Rules, rule string, seq uint64) (*Why, error) {
	events, err := a.st.Get(seq)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("event %d: %w", seq, ErrNotFound)
	}
	controls, err := a.Controls()
	if err != nil {
		return nil, err
	}
	return why(rules, rule, events[0], controls)
}

// ExplainRule explains one signature of the built-in pack, or of a folder, on one
// event.
func ExplainRule(e *ocsf.Event, folder, rule string) (*Why, error) {
	rs, err := loadRules(onlyFolder(folder), nil)
	if err != nil {
		return nil, err
	}
	return why(rs.rules, rule, e, nil)
}
