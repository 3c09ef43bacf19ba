package correlate

import (
	"cmp"
	"slices"
	"strings"

	"picket/correlate/sigma"
	"picket/correlate/window"
	"picket/normalize/ocsf"
)

// Trial tells what rules would have found in events of the past. It changes
// nothing, groups nothing into incidents, and knows no exceptions. Its memory
// is bounded; what the bounds cost is counted. It is for one goroutine.
type Trial struct {
	rules   *Rules
	asked   map[int]int // rule -> its row
	rows    []TrialRule
	samples int
	kept    int // bytes of samples, about
	scratch *sigma.Scratch
	windows *window.Engine
	record  record
	clock   clock
	ticked  int64
}

// TrialRule is what one rule found.
type TrialRule struct {
	Rule        string        `json:"rule"`
	Title       string        `json:"title"`
	Level       string        `json:"level"`
	Correlation bool          `json:"correlation,omitempty"`
	Step        bool          `json:"step,omitempty"`  // it gives no findings of its own, correlations are made over it
	Mode        string        `json:"mode,omitempty"`  // observe or off, where it is not on
	Needs       []string      `json:"needs,omitempty"` // placeholders without values: it cannot hit
	Hits        int           `json:"hits"`
	First       int64         `json:"first,omitempty"` // event time, ms
	Last        int64         `json:"last,omitempty"`
	Days        []TrialDay    `json:"days,omitempty"` // of event time in UTC, in order
	Samples     []TrialSample `json:"samples,omitempty"`
}

// TrialDay counts the hits of a day.
type TrialDay struct {
	Day  int64 `json:"day"` // its beginning, ms
	Hits int   `json:"hits"`
}

// TrialSample is one hit.
type TrialSample struct {
	Time     int64        `json:"time"`
	Evidence []uint64     `json:"evidence"`
	Device   string       `json:"device,omitempty"`
	Raw      string       `json:"raw,omitempty"` // of the event that completed it
	Matched  []ocsf.Match `json:"matched"`
}

// The limits of a trial.
const (
	trialGroups  = 50_000
	trialEntries = 300_000
	trialDays    = 1000
	trialRaw     = 2000
	trialKept    = 64 << 20 // bytes of samples of all rules; then hits are only counted
)

// NewTrial returns a trial of the rules with these numbers, which tells so many
// hits of each in full.
func (r *Rules) NewTrial(asked []int, samples int) *Trial {
	t := &Trial{rules: r, asked: map[int]int{}, samples: samples, scratch: sigma.NewScratch()}
	t.windows = window.New(r.set, window.Options{MaxGroups: trialGroups, MaxEntries: trialEntries, Tolerance: tolerance})
	for _, i := range asked {
		m := &r.metas[i]
		t.asked[i] = len(t.rows)
		t.rows = append(t.rows, TrialRule{
			Rule: m.ID, Title: m.Title, Level: m.Severity.String(), Correlation: m.Correlation, Step: m.Base, Mode: m.mode(), Needs: r.set.Needs(i),
		})
	}
	return t
}

// mode says observe or off; on is "".
func (m *ruleMeta) mode() string {
	switch {
	case m.Off:
		return "off"
	case m.Observe:
		return "observe"
	}
	return ""
}

// Observe takes in one event, in the order of their numbers.
func (t *Trial) Observe(e *ocsf.Event) {
	if e.Class == ocsf.IncidentFinding || e.Parser == "picket" {
		return
	}
	t.clock.observe(e.Time)
	t.record.Event = e
	hits := slices.DeleteFunc(t.rules.set.Match(&t.record, t.scratch), func(i int) bool { return t.rules.metas[i].Detector != "" })
	for _, h := range hits {
		if row := t.row(h); row != nil && row.hit(e.Time, t.samples) && t.kept < trialKept {
			s := TrialSample{Time: e.Time, Evidence: []uint64{e.Seq}, Device: strings.Clone(deviceOf(e)), Raw: strings.Clone(clip(e.Raw, trialRaw))}
			s.Matched, _ = t.rules.matched(h, e)
			t.keep(row, s)
		}
	}
	if len(hits) > 0 {
		t.fired(t.windows.Observe(e.Time, e.Seq, hits, &t.record), e)
	}
	t.record.Event = nil
	if t.clock.Now-t.ticked >= flushEvery {
		t.ticked = t.clock.Now
		t.fired(t.windows.Tick(t.clock.Now), nil)
	}
}

func (t *Trial) row(rule int) *TrialRule {
	if i, ok := t.asked[rule]; ok {
		return &t.rows[i]
	}
	return nil
}

// fired counts correlations that came true; e is the event that completed them,
// or nil for the clock.
func (t *Trial) fired(list []window.Fired, e *ocsf.Event) {
	for i := range list {
		f := &list[i]
		row := t.row(f.Rule)
		if row == nil || !row.hit(f.Last, t.samples) || t.kept >= trialKept {
			continue
		}
		s := TrialSample{Time: f.Last, Evidence: slices.Clone(f.Events[:min(len(f.Events), maxStepEvidence)])}
		if e != nil {
			s.Device, s.Raw = strings.Clone(deviceOf(e)), strings.Clone(clip(e.Raw, trialRaw))
		}
		s.Matched = t.rules.fired(f, &t.rules.metas[f.Rule])
		t.keep(row, s)
	}
}

// keep keeps a sample. Thousands of rules may be tried at once, and each may hit.
func (t *Trial) keep(row *TrialRule, s TrialSample) {
	t.kept += 200 + len(s.Raw) + len(s.Device) + 8*len(s.Evidence)
	for _, m := range s.Matched {
		t.kept += 80 + len(m.Field) + len(m.Value) + len(m.Want)
	}
	row.Samples = append(row.Samples, s)
}

// hit counts, and reports whether the hit is to be told in full.
func (r *TrialRule) hit(at int64, samples int) bool {
	const day = 24 * 3600 * 1000
	if r.Hits == 0 {
		r.First, r.Last = at, at
	}
	r.Hits++
	r.First, r.Last = min(r.First, at), max(r.Last, at)
	start := at - (at%day+day)%day
	i, ok := slices.BinarySearchFunc(r.Days, start, func(d TrialDay, t int64) int { return int(min(max(d.Day-t, -1), 1)) })
	switch {
	case ok:
		r.Days[i].Hits++
	case len(r.Days) < trialDays:
		r.Days = slices.Insert(r.Days, i, TrialDay{start, 1})
	}
	return len(r.Samples) < samples
}

// Finish lets the clock pass to the end of the events and returns what each rule found, the one with the
// most hits first, and how many groups and entries of windows had to be
// forgotten.
func (t *Trial) Finish() (rows []TrialRule, evicted uint64) {
	t.fired(t.windows.Tick(t.clock.Now+tolerance.Milliseconds()), nil)
	slices.SortStableFunc(t.rows, func(a, b TrialRule) int { return cmp.Compare(b.Hits, a.Hits) })
	c := t.windows.Counts()
	return t.rows, c.Evicted + c.Dropped
}
