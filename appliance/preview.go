package appliance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// Preview tells what a noise control would have hidden.
type Preview struct {
	Days      int           `json:"days"`
	Findings  int           `json:"findings"`  // that concern its rule
	Hidden    int           `json:"hidden"`    // of them, that it would have hidden
	Incidents int           `json:"incidents"` // that these are in
	True      int           `json:"true"`      // hidden ones in incidents that were judged to be true
	Whole     bool          `json:"whole"`     // everything in these days was looked at
	Samples   []PreviewLine `json:"samples"`   // of what it would have hidden, the newest first
	Stays     []PreviewLine `json:"stays"`     // of what it would not have
}

// PreviewLine is one finding of a preview.
type PreviewLine struct {
	UID      string        `json:"uid"`
	Time     int64         `json:"time"`
	Title    string        `json:"title"`
	Severity ocsf.Severity `json:"severity_id"`
	Incident string        `json:"incident,omitempty"`
	Verdict  string        `json:"verdict,omitempty"`
}

// Bounds of a preview: findings that are looked at, events that are read for
// each, findings whose events are read at once, lines shown.
const (
	previewFindings = 3000
	previewEvidence = 8
	previewBatch    = 256
	previewLines    = 6
)

// Preview tells what a control with this rule (id, "" for all) and filter would
// have hidden in the last days. A finding counts as hidden when the filter
// matches all of its evidence that is still kept, and some is.
func (a *Archive) Preview(ctx context.Context, rule, text string, days int, now time.Time) (*Preview, error) {
	f, err := filter.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("filter: %w: %w", err, ErrRefused)
	}
	p := &previewer{a: a, filter: f, incidents: map[string]string{}}
	p.out = Preview{Days: days, Whole: true, Samples: []PreviewLine{}, Stays: []PreviewLine{}}
	since := now.AddDate(0, 0, -days).UnixMilli()
	var batch []*ocsf.Finding
	each := a.st.EachFinding(func(x *ocsf.Finding) bool {
		if x.Time < since || rule != "" && x.Rule != rule || x.Hidden != nil && x.Hidden.By == ocsf.Inhibition {
			return true
		}
		if p.out.Findings += 1; p.out.Findings > previewFindings {
			p.out.Findings, p.out.Whole = previewFindings, false
			return false
		}
		if batch = append(batch, x); len(batch) == previewBatch {
			err = p.judge(batch)
			batch = batch[:0]
		}
		return err == nil && ctx.Err() == nil
	})
	if err = errors.Join(err, each); err == nil {
		err = p.judge(batch)
	}
	if err == nil {
		err = ctx.Err()
	}
	return &p.out, err
}

type previewer struct {
	a         *Archive
	filter    *filter.Expr
	incidents map[string]string // uid -> verdict
	out       Preview
}

func (p *previewer) judge(list []*ocsf.Finding) error {
	var seqs []uint64
	for _, f := range list {
		seqs = append(seqs, f.Evidence[:min(len(f.Evidence), previewEvidence)]...)
	}
	events, err := p.a.st.Get(seqs...)
	if err != nil {
		return err
	}
	matches := make(map[uint64]bool, len(events))
	for _, e := range events {
		matches[e.Seq] = p.filter.Match(e)
	}
	for _, f := range list {
		n, held := 0, 0
		for _, seq := range f.Evidence[:min(len(f.Evidence), previewEvidence)] {
			if m, kept := matches[seq]; kept {
				n++
				if m {
					held++
				}
			}
		}
		p.count(f, n > 0 && n == held)
	}
	return nil
}

func (p *previewer) count(f *ocsf.Finding, hidden bool) {
	l := PreviewLine{UID: f.UID, Time: f.Time, Title: f.Title, Severity: f.Severity}
	if !hidden {
		if len(p.out.Stays) < previewLines {
			p.out.Stays = append(p.out.Stays, l)
		}
		return
	}
	p.out.Hidden++
	if f.Incident != "" {
		l.Incident, l.Verdict = p.incident(f.Incident)
	}
	if l.Verdict == "true_positive" {
		p.out.True++
	}
	if len(p.out.Samples) < previewLines {
		p.out.Samples = append(p.out.Samples, l)
	}
}

// incident follows a finding's incident to where it went, and counts it once.
func (p *previewer) incident(uid string) (string, string) {
	verdict, seen := p.incidents[uid]
	if !seen {
		if in, err := p.a.Incident(uid); err == nil {
			uid, verdict = in.UID, in.Verdict
		}
		if _, seen := p.incidents[uid]; !seen {
			p.out.Incidents++
		}
		p.incidents[uid] = verdict
	}
	return uid, verdict
}
