package appliance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"picket/configs"
	"picket/correlate"
	"picket/correlate/sigma"
	"picket/normalize/ocsf"
	"picket/store"
	"picket/webui"
	"picket/webui/view"
)

var (
	_ webui.Noise      = pageNoise{}
	_ webui.Signatures = pageSignatures{}
)

// pageError turns an error into what the pages branch on.
func pageError(err error) error {
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, store.ErrNotFound):
		return webui.ErrNotFound
	case errors.Is(err, errChanged):
		return webui.ErrChanged
	case errors.Is(err, ErrRefused):
		text := strings.TrimPrefix(strings.TrimSuffix(err.Error(), ": "+ErrRefused.Error()), ErrRefused.Error()+": ")
		return webui.Refusal(text)
	case errors.Is(err, ErrBusy):
		return webui.Refusal("Another look at the past is running; try again when it is done.")
	}
	return err
}

// pageNoise gives the pages the noise controls.
type pageNoise struct{ a *Appliance }

// Controls implements [webui.Noise].
func (p pageNoise) Controls(context.Context) ([]*ocsf.Control, error) { return p.a.Controls() }

// Preview implements [webui.Noise].
func (p pageNoise) Preview(ctx context.Context, rule, filter string, days int) (view.Preview, error) {
	x, err := p.a.archive.Preview(ctx, rule, filter, days, p.a.opt.Now())
	if err != nil {
		return view.Preview{}, pageError(err)
	}
	lines := func(list []PreviewLine) (out []view.PreviewLine) {
		for _, l := range list {
			out = append(out, view.PreviewLine{Time: l.Time, Title: l.Title, Severity: l.Severity, Incident: l.Incident, Verdict: l.Verdict})
		}
		return out
	}
	return view.Preview{Days: x.Days, Findings: x.Findings, Hidden: x.Hidden, Incidents: x.Incidents, True: x.True, Whole: x.Whole,
		Samples: lines(x.Samples), Stays: lines(x.Stays)}, nil
}

// Make implements [webui.Noise].
func (p pageNoise) Make(ctx context.Context, c webui.Control) error {
	r := ControlRequest{Kind: c.Kind, Rule: c.Rule, Filter: c.Filter, Reason: c.Reason, Owner: c.Owner, Finding: c.Finding, UntilNew: c.UntilNew, By: c.By, From: c.From}
	if !c.Expires.IsZero() {
		r.Expires = c.Expires.UnixMilli()
	}
	_, err := p.a.AddControl(ctx, r)
	return pageError(err)
}

// End implements [webui.Noise].
func (p pageNoise) End(ctx context.Context, uid, by, from string) error {
	return pageError(p.a.EndControl(ctx, uid, by, from, ""))
}

// Hidden implements [webui.Noise].
func (p pageNoise) Hidden(_ context.Context, uid string, limit int) ([]*ocsf.Finding, error) {
	return p.a.archive.HiddenBy(uid, limit)
}

// Finding implements [webui.Noise].
func (p pageNoise) Finding(_ context.Context, uid string) (*ocsf.Finding, error) {
	f, err := p.a.store.Finding(uid)
	return f, pageError(err)
}

// pageSignatures gives the pages the signatures.
type pageSignatures struct{ a *Appliance }

// Signatures implements [webui.Signatures].
func (p pageSignatures) Signatures(context.Context) ([]view.Signature, error) {
	list, err := p.a.RuleStats()
	out := make([]view.Signature, 0, len(list))
	for i := range list {
		out = append(out, viewSignature(&list[i]))
	}
	return out, err
}

func viewSignature(s *RuleStats) view.Signature {
	return view.Signature{ID: s.ID, Title: s.Title, Kind: s.Kind, Mode: s.Mode, File: s.File, Level: s.Level, Step: s.Base, Day: s.Day, Hits: s.Hits,
		Findings: s.Findings, Hidden: s.Hidden, Last: s.Last, True: s.True, Benign: s.Benign, False: s.False, Propose: s.Proposal != ""}
}

// latestFindings is how many findings the page of a signature shows, of so many
// that are looked at.
const (
	latestFindings = 8
	latestLooked   = 20_000
)

// Signature implements [webui.Signatures].
func (p pageSignatures) Signature(_ context.Context, id string) (view.SignatureDetail, error) {
	rules := p.a.rules.Load().rules
	x, ok := rules.Info(id)
	if !ok {
		return view.SignatureDetail{}, webui.ErrNotFound
	}
	d := view.SignatureDetail{
		Description: x.Description, Status: x.Status, Author: x.Author, Date: x.Date, Version: x.Version, LogSource: sourceWords(x.LogSource),
		Techniques: x.Techniques, FalsePositives: x.FalsePositives, References: x.References, Needs: x.Needs, Warnings: x.Warnings,
		Guidance: x.Guidance, Steps: titled(rules, x.Steps), Parents: titled(rules, x.Parents), Source: p.a.ruleText(&x),
	}
	if d.Guidance == d.Description {
		d.Guidance = ""
	}
	stats, err := p.a.RuleStats()
	if err != nil {
		return d, err
	}
	for i := range stats {
		if stats[i].ID == x.ID {
			d.Signature = viewSignature(&stats[i])
		}
	}
	looked := 0
	err = p.a.store.EachFinding(func(f *ocsf.Finding) bool {
		if looked++; f.Rule == x.ID {
			d.Latest = append(d.Latest, f)
		}
		return looked < latestLooked && len(d.Latest) < latestFindings && d.Signature.Findings > 0
	})
	if err != nil {
		return d, err
	}
	controls, err := p.a.Controls()
	for _, c := range controls {
		if c.Ended == 0 && (c.Rule == "" || c.Rule == x.ID) {
			d.Controls = append(d.Controls, c)
		}
	}
	return d, err
}

func titled(rules *correlate.Rules, ids []string) (out []view.Named) {
	for _, id := range ids {
		if x, ok := rules.Info(id); ok {
			out = append(out, view.Named{ID: x.ID, Title: x.Title})
		}
	}
	return out
}

func sourceWords(s sigma.LogSource) string {
	var words []string
	for _, w := range []struct{ name, value string }{{"product", s.Product}, {"category", s.Category}, {"service", s.Service}} {
		if w.value != "" {
			words = append(words, w.name+" "+w.value)
		}
	}
	return cmp.Or(strings.Join(words, ", "), "any")
}

// Backtest implements [webui.Signatures].
func (p pageSignatures) Backtest(ctx context.Context, id string, days int) (*view.Backtest, error) {
	req := BacktestRequest{Rules: []string{id}, From: p.a.opt.Now().AddDate(0, 0, -days).UnixMilli(), Time: pageBacktest.Milliseconds()}
	b, err := p.a.Backtest(ctx, req)
	if err != nil {
		return nil, pageError(err)
	}
	out := &view.Backtest{From: b.From, To: b.To, Millis: b.Millis, Events: b.Events, Skipped: b.Skipped, Stopped: b.Stopped}
	for _, f := range b.Failed {
		out.Failed = append(out.Failed, f.Error())
	}
	for _, r := range b.Rules {
		out.Hits += r.Hits
		for _, d := range r.Days {
			out.Days = append(out.Days, view.Bar{From: d.Day, To: d.Day + 24*3600_000, Events: uint64(d.Hits)})
		}
		for _, s := range r.Samples {
			v := view.Sample{Time: s.Time, Raw: s.Raw}
			if len(s.Evidence) > 0 {
				v.Seq = s.Evidence[len(s.Evidence)-1]
			}
			out.Samples = append(out.Samples, v)
		}
	}
	return out, nil
}

// pageBacktest is how long a look at the past may take on a page, which has to
// answer before its own time is up.
const pageBacktest = 18 * time.Second

// Why implements [webui.Signatures].
func (p pageSignatures) Why(_ context.Context, id string, seq uint64) (*view.Why, error) {
	w, err := p.a.WhyNot(id, seq)
	if err != nil {
		return nil, pageError(err)
	}
	out := &view.Why{Rule: w.Rule, Title: w.Title, Says: w.Says, Hit: w.Hit, Hidden: w.Hidden}
	for i := range w.Steps {
		out.Steps = append(out.Steps, whyStep(&w.Steps[i]))
	}
	return out, nil
}

func whyStep(x *sigma.Explanation) view.WhyStep {
	s := view.WhyStep{ID: x.ID, Title: x.Title, Condition: x.Condition, Hit: x.Hit, Applies: x.Applies, Needs: x.Needs}
	for _, part := range x.Parts {
		v := view.WhyPart{Name: part.Name, Filter: part.Filter, Negated: part.Negated, Held: part.Held}
		for _, it := range part.Items {
			v.Items = append(v.Items, view.WhyItem{Field: it.Field, Want: it.Want, Values: it.Values, Held: it.Held})
		}
		s.Parts = append(s.Parts, v)
	}
	return s
}

// Tuning implements [webui.Signatures].
func (p pageSignatures) Tuning(_ context.Context, id string) (view.Tuning, error) {
	t, err := p.a.Tune(id)
	if err != nil {
		return view.Tuning{}, pageError(err)
	}
	return view.Tuning{Rule: t.Rule, Title: t.Title, YAML: t.YAML, Says: t.Says, Folder: t.Folder, False: t.False, FalseOut: t.FalseOut,
		True: t.True, TrueOut: t.TrueOut, Conditions: t.Conditions, Warnings: t.Warnings}, nil
}

// SaveTuning implements [webui.Signatures].
func (p pageSignatures) SaveTuning(ctx context.Context, id, yaml, by, from string) (string, error) {
	name, err := p.a.SaveTuning(ctx, id, yaml, by, from)
	return name, pageError(err)
}

// maxRuleText bounds the text of a rule on a page, in bytes.
const maxRuleText = 64 << 10

// ruleText is the document of a rule as it stands in its file, "" when that is
// not at hand.
func (a *Appliance) ruleText(x *correlate.RuleInfo) string {
	pack, file, ok := strings.Cut(x.File, "/")
	var from fs.FS
	switch folder := a.Config().Rules.Folder; {
	case !ok:
		return ""
	case pack == "builtin":
		from, file = configs.FS, path.Join("signatures", file)
	case folder != "": // or an archive
		site, _, closeRules, err := OpenRules(folder)
		if err != nil {
			return ""
		}
		defer closeRules()
		from = site
	default:
		return ""
	}
	b, err := fs.ReadFile(from, file)
	if err != nil {
		return ""
	}
	return documentOf(string(b), x)
}

// documentOf picks the document of a rule out of the text of its file.
func documentOf(text string, x *correlate.RuleInfo) string {
	docs := strings.Split("\n"+text, "\n---")
	for _, d := range docs {
		if strings.Contains(d, "\nid: "+x.ID) || x.Name != "" && strings.Contains(d, "\nname: "+x.Name+"\n") {
			text = d
			break
		}
	}
	text = strings.Trim(text, "\n")
	if len(text) > maxRuleText {
		text = text[:maxRuleText] + fmt.Sprintf("\n… %d bytes more", len(text)-maxRuleText)
	}
	return text
}
