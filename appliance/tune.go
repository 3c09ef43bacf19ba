package appliance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"picket/correlate"
	"picket/normalize/ocsf"
)

// Tuning is a drafted Sigma filter that keeps a signature from what was judged to
// be no attack, checked against what was judged to be one.
type Tuning struct {
	Rule    string   `json:"rule"`
	Title   string   `json:"title"`
	Filters []string `json:"filters"` // ids of the rules that it narrows: a correlation's steps, or the rule
	YAML    string   `json:"yaml,omitempty"`
	Says    string   `json:"says"` // what it does, or why there is none, in a sentence
	TuningCheck
	Conditions []ocsf.Match `json:"conditions,omitempty"` // what it leaves out, for people
	Folder     string       `json:"folder,omitempty"`     // where it would be saved; "" when the site has none
	Warnings   []string     `json:"warnings,omitempty"`
}

// TuningCheck counts events: those of false positives, those of true ones, and how
// many of each the filter leaves out.
type TuningCheck struct {
	False    int `json:"false_events"`
	FalseOut int `json:"false_left_out"`
	True     int `json:"true_events"`
	TrueOut  int `json:"true_left_out"`
}

// Bounds of a draft.
const (
	tuneFindings = 500 // of each side
	tuneEvidence = 8   // events read of each
	tuneValues   = 6   // of one field
	tuneFields   = 3
)

// tuneFieldsOf are what a filter may go by, the most telling first.
var tuneFieldsOf = []ocsf.Field{
	ocsf.SrcIP, ocsf.UserName, ocsf.ActorUser, ocsf.ActorProcess, ocsf.DstIP, ocsf.SrcHostname, ocsf.DstHostname, ocsf.QueryName,
	ocsf.URLHostname, ocsf.UserAgent, ocsf.DeviceHostname, ocsf.DstPort, ocsf.URLPath, ocsf.FileName, ocsf.FindingTitle,
}

// Tune drafts a filter for a rule.
func (a *Appliance) Tune(ref string) (*Tuning, error) {
	t, err := a.archive.tune(a.rules.Load().rules, ref)
	if err == nil {
		t.Folder = a.Config().Rules.Folder
	}
	return t, err
}

func (a *Archive) tune(rules *correlate.Rules, ref string) (*Tuning, error) {
	info, ok := rules.Info(ref)
	if !ok {
		return nil, fmt.Errorf("there is no signature %q: %w", ref, ErrNotFound)
	}
	t := &Tuning{Rule: info.ID, Title: info.Title, Filters: stepsOf(rules, info, nil)}
	if info.Kind == "detector" {
		t.Says = "This is one of Picket's own detectors: no Sigma filter narrows it. Make an exception instead."
		return t, nil
	}
	bad, good, err := a.judgedEvents(info.ID)
	if err != nil {
		return nil, err
	}
	before, _, _, err := rules.Pick([]string{info.ID}, nil)
	if err != nil {
		return nil, err
	}
	bad, good = hitting(before, t.Filters, bad), hitting(before, t.Filters, good)
	t.False, t.True = len(bad), len(good)
	if len(bad) == 0 {
		t.Says = "No incident with it was closed as a false positive, and no exception has hidden anything of it: there is nothing to learn from."
		return t, nil
	}
	draft := draftOf(bad, good)
	if draft == nil {
		t.Says = "What was judged false has nothing in common that what was judged true does not have as well. Make an exception by hand."
		return t, nil
	}
	for _, d := range draft {
		t.Conditions = append(t.Conditions, ocsf.Match{Field: d.field.Path(), Value: strings.Join(d.values, ", ")})
	}
	t.YAML = filterYAML(&info, t.Filters, draft)
	err = t.check(rules, bad, good)
	return t, err
}

// check tries the filter on the events that were judged.
func (t *Tuning) check(rules *correlate.Rules, bad, good []*ocsf.Event) error {
	after, _, failed, err := rules.Pick([]string{t.Rule}, map[string]string{"tuning.yml": t.YAML})
	if err != nil {
		return err
	}
	for _, f := range failed {
		t.Warnings = append(t.Warnings, f.Error())
	}
	t.FalseOut, t.TrueOut = len(bad)-len(hitting(after, t.Filters, bad)), len(good)-len(hitting(after, t.Filters, good))
	t.Says = fmt.Sprintf("It leaves out %d of %d events of false positives, and %d of %d events of true ones.", t.FalseOut, t.False, t.TrueOut, t.True)
	return nil
}

// judgedEvents reads the events of a rule's findings that were judged: false ones,
// with what exceptions of it have hidden, and true ones.
func (a *Archive) judgedEvents(rule string) (bad, good []*ocsf.Event, err error) {
	var falseSeqs, trueSeqs []uint64
	verdicts := map[string]string{}
	nFalse, nTrue := 0, 0
	ferr := a.st.EachFinding(func(f *ocsf.Finding) bool {
		if f.Rule != rule {
			return true
		}
		verdict, seen := verdicts[f.Incident]
		if !seen && f.Incident != "" {
			if in, err := a.Incident(f.Incident); err == nil && in.State == ocsf.Closed {
				verdict = in.Verdict
			}
			verdicts[f.Incident] = verdict
		}
		if f.Hidden != nil && f.Hidden.By == ocsf.Exception {
			verdict = "false_positive"
		}
		seqs := f.Evidence[:min(len(f.Evidence), tuneEvidence)]
		switch {
		case verdict == "false_positive" && nFalse < tuneFindings:
			nFalse++
			falseSeqs = append(falseSeqs, seqs...)
		case verdict == "true_positive" && nTrue < tuneFindings:
			nTrue++
			trueSeqs = append(trueSeqs, seqs...)
		}
		return nFalse < tuneFindings || nTrue < tuneFindings
	})
	if ferr != nil {
		return nil, nil, ferr
	}
	if bad, err = a.st.Get(falseSeqs...); err != nil {
		return nil, nil, err
	}
	good, err = a.st.Get(trueSeqs...)
	return bad, good, err
}

// hitting keeps the events that hit one of the rules.
func hitting(rules *correlate.Rules, ids []string, events []*ocsf.Event) []*ocsf.Event {
	scratch := rules.NewScratch()
	var out []*ocsf.Event
	for _, e := range events {
		for _, h := range rules.Match(e, scratch) {
			if slices.Contains(ids, rules.ID(h)) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// tuneChoice is one condition of a draft: a field that has one of these values.
type tuneChoice struct {
	field  ocsf.Field
	values []string
}

func (c tuneChoice) holds(e *ocsf.Event) bool {
	return slices.Contains(c.values, e.Get(c.field).String())
}

// draftOf finds few values of few fields that most of the bad events have and
// none of the good ones: the field that covers most begins, and further ones are
// added as long as good events would be left out. Nil: there are none.
func draftOf(bad, good []*ocsf.Event) []tuneChoice {
	var best []tuneChoice
	covered := 0
	for _, f := range tuneFieldsOf {
		c, rest := choose(f, bad)
		if c == nil {
			continue
		}
		draft := []tuneChoice{*c}
		left := leaveOut(*c, good)
		for _, g := range tuneFieldsOf {
			if len(left) == 0 || len(draft) == tuneFields {
				break
			}
			if g == f {
				continue
			}
			more, kept := choose(g, rest)
			if more == nil || len(kept) < len(rest) {
				continue
			}
			if fewer := leaveOut(*more, left); len(fewer) < len(left) {
				draft, left = append(draft, *more), fewer
			}
		}
		if len(left) == 0 && len(rest) > covered {
			best, covered = draft, len(rest)
		}
	}
	return best
}

// choose takes the most frequent values of a field, and returns the events that
// have one of them.
func choose(f ocsf.Field, events []*ocsf.Event) (*tuneChoice, []*ocsf.Event) {
	count := map[string]int{}
	for _, e := range events {
		if v := e.Get(f).String(); v != "" && len(v) <= 300 {
			count[v]++
		}
	}
	if len(count) == 0 {
		return nil, nil
	}
	values := make([]string, 0, len(count))
	for v := range count {
		values = append(values, v)
	}
	slices.SortFunc(values, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	c := &tuneChoice{f, values[:min(len(values), tuneValues)]}
	return c, leaveOut(*c, events)
}

// leaveOut keeps the events for which a choice holds.
func leaveOut(c tuneChoice, events []*ocsf.Event) []*ocsf.Event {
	var out []*ocsf.Event
	for _, e := range events {
		if c.holds(e) {
			out = append(out, e)
		}
	}
	return out
}

// filterYAML writes a draft as a Sigma filter document. Every text is written as
// a JSON string, which is YAML too, so that no value of a log can end it.
func filterYAML(info *correlate.RuleInfo, rules []string, draft []tuneChoice) string {
	quote := func(s string) string {
		b, _ := json.Marshal(s)
		return string(b)
	}
	sum := sha256.Sum256([]byte(info.ID + fmt.Sprint(draft)))
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nid: %s\n", quote("Known: "+info.Title), quote("tune-"+hex.EncodeToString(sum[:6])))
	fmt.Fprintf(&b, "description: %s\n", quote("Leaves out what was judged to be no attack."))
	b.WriteString("logsource: {}\nfilter:\n  rules:\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "    - %s\n", quote(r))
	}
	b.WriteString("  known:\n")
	for _, c := range draft {
		fmt.Fprintf(&b, "    %s:\n", quote(c.field.Path()))
		for _, v := range c.values {
			fmt.Fprintf(&b, "      - %s\n", quote(sigmaLiteral(v)))
		}
	}
	b.WriteString("  condition: not known\n")
	return b.String()
}

// sigmaLiteral escapes what Sigma reads as a wildcard.
func sigmaLiteral(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(s)
}
