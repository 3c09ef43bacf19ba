package appliance

import "picket/normalize/ocsf"

// RulesTried tells what signatures make of one event.
type RulesTried struct {
	Known int       `json:"known"`
	Hits  []RuleHit `json:"hits"`
}

// RuleHit is a signature that an event hit.
type RuleHit struct {
	Rule    string       `json:"rule"`
	Title   string       `json:"title"`
	Level   string       `json:"level,omitempty"`
	Matched []ocsf.Match `json:"matched"`
	NotHeld []string     `json:"not_held,omitempty"`
	Step    bool         `json:"step,omitempty"` // it only counts for correlations
}

// ExplainRules tries the built-in pack, or the rules of a folder, on one event.
func ExplainRules(e *ocsf.Event, folder string) (*RulesTried, error) {
	rs, err := loadRules(onlyFolder(folder), nil)
	if err != nil {
		return nil, err
	}
	t := &RulesTried{Known: rs.count, Hits: []RuleHit{}}
	for _, x := range rs.rules.Explain(e) {
		t.Hits = append(t.Hits, RuleHit{Rule: x.ID, Title: x.Title, Level: x.Level.String(), Step: x.Base, Matched: x.Matched, NotHeld: x.NotHeld})
	}
	return t, nil
}
