package appliance

import (
	"sync"
	"time"

	"picket/correlate"
	"picket/normalize/ocsf"
)

// RuleStats is what a signature is and did.
type RuleStats struct {
	ID       string        `json:"id"`
	Title    string        `json:"title"`
	Kind     string        `json:"kind"` // signature, correlation or detector
	Level    ocsf.Severity `json:"severity_id"`
	Mode     string        `json:"mode"`
	File     string        `json:"file,omitempty"`
	Base     bool          `json:"step,omitempty"` // it only counts for correlations
	Day      uint64        `json:"hits_24h"`
	Hits     uint64        `json:"hits"`
	Findings uint64        `json:"findings"`
	Hidden   uint64        `json:"hidden"`
	Last     int64         `json:"last_time,omitempty"`
	Judged
	Rate     float64 `json:"false_positive_rate"` // of what was judged; 0 when nothing was
	Proposal string  `json:"proposal,omitempty"`
	// What it cost since the signatures were loaded: bytes that costly
	// comparisons read, and comparisons that were left out for their cost.
	Cost      uint64   `json:"cost_bytes,omitempty"`
	Throttled uint64   `json:"throttled,omitempty"`
	Needs     []string `json:"needs_values,omitempty"`
}

// Judged counts the closed incidents that a signature is in, by their verdict.
type Judged struct {
	True   int `json:"true_positives"`
	Benign int `json:"benign"`
	False  int `json:"false_positives"`
}

// Sum is how many there are.
func (j Judged) Sum() int { return j.True + j.Benign + j.False }

// A rule is proposed for tuning when this many judged incidents and this share of
// false positives say so.
const (
	proposeAfter = 3
	proposeRate  = 0.5
)

// rate completes what follows from the verdicts.
func (s *RuleStats) rate() {
	n := s.Sum()
	if n == 0 {
		return
	}
	s.Rate = float64(s.False) / float64(n)
	if n >= proposeAfter && s.Rate >= proposeRate {
		s.Proposal = "tune it: most of what it opened was no attack"
	}
}

// judgements remembers the verdicts by rule for a while: to count them all
// incidents are read.
type judgements struct {
	mu   sync.Mutex // guards the rest
	at   time.Time
	seen map[string]Judged
}

const judgementsFor = 15 * time.Second

// Judged counts the verdicts by rule.
func (a *Archive) Judged() (map[string]Judged, error) {
	a.judgements.mu.Lock()
	defer a.judgements.mu.Unlock()
	if a.judgements.seen != nil && time.Since(a.judgements.at) < judgementsFor {
		return a.judgements.seen, nil
	}
	out := map[string]Judged{}
	err := a.st.EachIncident(func(in *ocsf.Incident) bool {
		if in.State != ocsf.Closed || in.Into != "" {
			return true
		}
		for _, rule := range in.Signatures {
			j := out[rule]
			switch in.Verdict {
			case "true_positive":
				j.True++
			case "benign":
				j.Benign++
			case "false_positive":
				j.False++
			}
			out[rule] = j
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	a.judgements.seen, a.judgements.at = out, time.Now()
	return out, nil
}

// forgetJudged makes the next one who asks count again.
func (a *Archive) forgetJudged() {
	a.judgements.mu.Lock()
	defer a.judgements.mu.Unlock()
	a.judgements.seen = nil
}

// tallied counts the findings that are kept by rule: what a stopped appliance can
// tell in place of the engine's tallies.
func (a *Archive) tallied() (map[string]correlate.Tally, error) {
	out := map[string]correlate.Tally{}
	err := a.st.EachFinding(func(f *ocsf.Finding) bool {
		t := out[f.Rule]
		t.Findings++
		t.Hits += uint64(max(f.Count, 1))
		t.Last = max(t.Last, f.Time)
		if f.Hidden != nil {
			t.Hidden++
		}
		out[f.Rule] = t
		return true
	})
	return out, err
}

// ruleStats tells of all rules what they did.
func ruleStats(rules *correlate.Rules, tallies map[string]correlate.Tally, judged map[string]Judged, now int64) []RuleStats {
	list := rules.List()
	out := make([]RuleStats, 0, len(list))
	for _, x := range list {
		t := tallies[x.ID]
		s := RuleStats{ID: x.ID, Title: x.Title, Kind: x.Kind, Level: x.Level, Mode: x.Mode, File: x.File, Base: x.Base,
			Day: t.Day(now), Hits: t.Hits, Findings: t.Findings, Hidden: t.Hidden, Last: t.Last, Judged: judged[x.ID]}
		cost := rules.Cost(x.ID)
		s.Cost, s.Throttled, s.Needs = cost.Spent, cost.Throttled, x.Needs
		s.rate()
		out = append(out, s)
	}
	return out
}

// RuleStats tells of all signatures what they did.
func (a *Appliance) RuleStats() ([]RuleStats, error) {
	judged, err := a.archive.Judged()
	if err != nil {
		return nil, err
	}
	tallies := map[string]correlate.Tally{}
	if t := a.tallies.Load(); t != nil {
		tallies = *t
	}
	return ruleStats(a.rules.Load().rules, tallies, judged, a.opt.Now().UnixMilli()), nil
}

// RuleStats tells of the signatures of the built-in pack what they did, as far as
// the findings that are kept tell.
func (a *Archive) RuleStats() ([]RuleStats, error) {
	rs, err := loadRules(onlyFolder(""), nil)
	if err != nil {
		return nil, err
	}
	judged, err := a.Judged()
	if err != nil {
		return nil, err
	}
	tallies, err := a.tallied()
	if err != nil {
		return nil, err
	}
	return ruleStats(rs.rules, tallies, judged, time.Now().UnixMilli()), nil
}
