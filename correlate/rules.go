package correlate

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"picket/correlate/sigma"
	"picket/correlate/window"
	"picket/normalize/ocsf"
)

// Rules are a compiled pack of signatures and correlations. They are immutable
// and shared by all workers.
type Rules struct {
	set   *sigma.Set
	metas []ruleMeta
	byID  map[string]int
	steps map[string][]Hit // what a detector of the engine hits, by its id

	costs *sigma.Costs

	list []*sigma.Rule // as they were read, filters among them
	tax  *sigma.Taxonomy
	opt  RuleOptions
}

// RuleError is a rule that is left out, and why.
type RuleError = sigma.Failure

// RuleOptions are what a site adds to a pack.
type RuleOptions struct {
	Placeholders map[string][]string // values of Sigma's |expand
	Zone         *time.Location      // of times without a zone in rules about hours; nil: UTC
	Modes        map[string]string   // on, observe or off by id or name, tag:TAG or level:LEVEL
}

// LoadRules compiles the rules of a folder against a taxonomy (in YAML; nil for
// the rules' own flat names). Rules that fail are left out and told; the others
// work. The error is one of the taxonomy.
func LoadRules(fsys fs.FS, taxonomy []byte, opt RuleOptions) (*Rules, []RuleError, error) {
	list, failed := sigma.Load(fsys)
	r, more, err := compile(list, taxonomy, opt)
	return r, append(failed, more...), err
}

func compile(list []*sigma.Rule, taxonomy []byte, opt RuleOptions) (*Rules, []RuleError, error) {
	var tax *sigma.Taxonomy
	if taxonomy != nil {
		var err error
		if tax, err = sigma.ParseTaxonomy(taxonomy); err != nil {
			return nil, nil, fmt.Errorf("taxonomy: %w", err)
		}
	}
	r, failed, err := compileWith(list, tax, opt)
	return r, append(failed, r.idleModes()...), err
}

func compileWith(list []*sigma.Rule, tax *sigma.Taxonomy, opt RuleOptions) (*Rules, []RuleError, error) {
	var failed []RuleError
	kept := make([]*sigma.Rule, 0, len(list))
	for _, rule := range list {
		var m ruleMeta
		if err := m.own(rule.Custom["picket"]); err != nil {
			failed = append(failed, RuleError{File: rule.File, ID: rule.ID, Reason: err.Error()})
			continue
		}
		kept = append(kept, rule)
	}
	set, more := sigma.Compile(kept, tax, sigma.Options{
		Placeholders: opt.Placeholders, Zone: opt.Zone,
		Derive: map[string]func(string) string{"parent": func(s string) string { return parentDomain(hostName(s)) }, "audit": auditKeywords},
	})
	r := &Rules{set: set, byID: map[string]int{}, steps: map[string][]Hit{}, costs: sigma.NewCosts(set.Len()), list: kept, tax: tax, opt: opt}
	for i, rule := range set.Rules() {
		m := metaOf(set, i, rule)
		m.setMode(opt.modeOf(rule))
		r.metas = append(r.metas, m)
		r.byID[r.metas[i].ID] = i
		if d := r.metas[i].Detector; d != "" {
			r.steps[d] = append(r.steps[d], Hit{i})
		}
	}
	for i := range r.metas {
		if m := &r.metas[i]; m.Correlation {
			m.Outer = slices.ContainsFunc(set.Base(i), func(j int) bool { return r.metas[j].Correlation && !r.metas[j].Base })
		}
	}
	return r, append(failed, more...), nil
}

// metaOf says of a rule what its YAML says, and what follows from the rest of
// the pack.
func metaOf(set *sigma.Set, i int, rule *sigma.Rule) ruleMeta {
	m := ruleMeta{ID: rule.Ref(), Title: rule.Title, Hash: rule.Hash, Severity: levelOf(rule.Level)}
	m.Techniques, m.Tactics = attackTags(rule.Tags)
	_ = m.own(rule.Custom["picket"]) // checked before
	m.Parents = set.Parents(i)
	m.Base = m.Base || set.Silent(i) && !m.Keep
	if c := rule.Correlation; c != nil {
		m.Correlation = true
		m.Chain = strings.HasPrefix(strings.ToLower(fmt.Sprint(c.Type)), "temporal")
		m.Groups, m.Window = c.GroupBy, c.Timespan.Milliseconds()
	}
	// Without a word of the rule: what is grave opens an incident, and what took
	// several events to come true does from medium on.
	if !m.Opens && !m.Quiet {
		m.Opens = m.Severity >= ocsf.High || m.Correlation && m.Severity >= ocsf.Medium
	}
	if m.Confidence == 0 {
		m.Confidence = map[string]int{"stable": 75, "test": 60, "experimental": 40}[rule.Status]
	}
	if !m.Scan && len(m.Tactics) > 0 && !m.Success {
		m.Scan = !slices.ContainsFunc(m.Tactics, func(t string) bool { return t != "discovery" && t != "reconnaissance" })
	}
	if m.Guidance == "" {
		m.Guidance = rule.Description
		if len(rule.FalsePositives) > 0 {
			m.Guidance += " Known false positives: " + strings.Join(rule.FalsePositives, "; ") + "."
		}
	}
	return m
}

// meta returns what is known of a rule or of one of the engine's own detectors,
// nil for a rule that is gone.
func (r *Rules) meta(id string) *ruleMeta {
	for _, m := range detectors {
		if m.ID == id {
			return m
		}
	}
	if i, ok := r.byID[id]; ok {
		return &r.metas[i]
	}
	return nil
}

// needs reports whether a correlation is made over a rule, directly or through
// others.
func (r *Rules) needs(correlation, rule string) bool {
	i, ok := r.byID[correlation]
	j, too := r.byID[rule]
	return ok && too && r.metas[i].Correlation && r.reaches(i, j)
}

func (r *Rules) reaches(i, j int) bool {
	for _, b := range r.set.Base(i) {
		if b == j || r.metas[b].Correlation && r.reaches(b, j) {
			return true
		}
	}
	return false
}

// Len returns how many rules compiled.
func (r *Rules) Len() int { return len(r.metas) }

// Hit is a rule that an event hit.
type Hit struct{ Rule int }

// Scratch is the memory of one worker.
type Scratch struct {
	s   *sigma.Scratch
	rec sigma.Event
	out []Hit
}

// NewScratch returns the memory that one worker needs.
func (r *Rules) NewScratch() *Scratch {
	s := &Scratch{s: sigma.NewScratch()}
	s.s.Costs = r.costs
	return s
}

// Throttled returns how many costly comparisons were left out so far, because an
// event had used up its budget of them.
func (s *Scratch) Throttled() uint64 { return uint64(s.s.Throttled()) }

// Match returns the rules that an event hits, of those that need no memory. It
// may be used by many goroutines, each with a scratch of its own; the result is
// valid until the next call with the same scratch.
func (r *Rules) Match(e *ocsf.Event, s *Scratch) []Hit {
	s.out = s.out[:0]
	if len(r.metas) == 0 || e.Parser == "picket" {
		return nil
	}
	s.rec.Event = e
	for _, i := range r.set.Match(&s.rec, s.s) {
		if m := &r.metas[i]; !m.Off && m.Detector == "" {
			s.out = append(s.out, Hit{i})
		}
	}
	s.rec.Event = nil
	return s.out
}

// matched tells which conditions of a rule an event holds.
func (r *Rules) matched(rule int, e *ocsf.Event) ([]ocsf.Match, []string) {
	x := r.set.Explain(rule, &sigma.Event{Event: e})
	m := x.Matched()
	for i := range m {
		m[i].Value, m[i].Want = clip(m[i].Value, 300), clip(m[i].Want, 300)
	}
	return m[:min(len(m), 32)], x.NotHeld()
}

// fired tells why a correlation came true.
func (r *Rules) fired(f *window.Fired, m *ruleMeta) []ocsf.Match {
	out := []ocsf.Match{{Field: "condition", Value: fmt.Sprintf("%.10g in %s", f.Value, span(f.Last-f.First)), Want: f.Condition}}
	for i, v := range f.Group {
		if i < len(m.Groups) {
			out = append(out, ocsf.Match{Field: m.Groups[i], Value: clip(v, 300), Want: "the same in all events"})
		}
	}
	if len(f.Values) > 0 {
		out = append(out, ocsf.Match{Field: "values", Value: clip(list(f.Values, 20), 600), Want: "different ones"})
	}
	return out
}

// Tried is one rule in the explanation of an event.
type Tried struct {
	ID, Title string
	Level     ocsf.Severity
	Base      bool // only a step of correlations
	Matched   []ocsf.Match
	NotHeld   []string
}

// Explain tells which rules an event hits and why.
func (r *Rules) Explain(e *ocsf.Event) []Tried {
	var out []Tried
	for _, h := range r.Match(e, r.NewScratch()) {
		m := &r.metas[h.Rule]
		t := Tried{ID: m.ID, Title: m.Title, Level: m.Severity, Base: m.Base}
		t.Matched, t.NotHeld = r.matched(h.Rule, e)
		out = append(out, t)
	}
	return out
}

// WhyNot explains one rule on one event: the conditions with what was found.
func (r *Rules) WhyNot(id string, e *ocsf.Event) (sigma.Explanation, error) {
	i := r.set.Lookup(id)
	if i < 0 {
		return sigma.Explanation{}, fmt.Errorf("no rule %q", id)
	}
	if r.metas[i].Correlation {
		return sigma.Explanation{}, errors.New("a correlation cannot be tried on one event")
	}
	return r.set.Explain(i, &sigma.Event{Event: e}), nil
}
