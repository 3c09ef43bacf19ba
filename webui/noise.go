package webui

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
	"picket/webui/view"
)

// previewDays is how far the preview of a control looks back.
const previewDays = 14

func (s *Server) noise(w http.ResponseWriter, r *request) error {
	controls, err := s.opt.Noise.Controls(r.Context())
	if err != nil {
		return err
	}
	asleep, _, err := s.opt.Incidents.List(r.Context(), view.IncidentQuery{State: "snoozed", Now: s.opt.Now().UnixMilli(), Limit: 200})
	if err != nil {
		return err
	}
	return s.draw(w, r, http.StatusOK, view.Noise(s.page(r, "noise", "Noise controls"), view.NoiseList{Controls: controls, Asleep: asleep}))
}

// maxHidden is how many findings the page of a control shows.
const maxHidden = 100

// hiddenBy shows what a control hid.
func (s *Server) hiddenBy(w http.ResponseWriter, r *request) error {
	controls, err := s.opt.Noise.Controls(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(controls, func(c *ocsf.Control) bool { return c.UID == r.PathValue("uid") })
	if i < 0 {
		return ErrNotFound
	}
	list, err := s.opt.Noise.Hidden(r.Context(), controls[i].UID, maxHidden)
	if err != nil {
		return err
	}
	return s.draw(w, r, http.StatusOK, view.HiddenFindings(s.page(r, "noise", "What it hid"), controls[i], list))
}

// draft begins a control, from a finding when one is named.
func (s *Server) draft(r *request, kind, finding, rule string) (view.NoiseDraft, error) {
	d := view.NoiseDraft{Kind: ocsf.ControlKind(kind), Rule: rule, Owner: r.user(), Ends: "720h"}
	if !slices.ContainsFunc(view.NoiseKinds, func(k view.NoiseKind) bool { return k.ID == d.Kind }) {
		d.Kind = ocsf.Exception
	}
	if d.Kind != ocsf.Exception {
		d.Ends = "24h"
	}
	if finding != "" {
		f, err := s.opt.Noise.Finding(r.Context(), finding)
		if err != nil {
			return d, err
		}
		d.Finding, d.Happened, d.Rule, d.Title = f.UID, f.Title, f.Rule, f.RuleTitle
		events, err := s.opt.Events.Events(r.Context(), f.Evidence[:min(len(f.Evidence), 1)])
		if err != nil {
			return d, err
		}
		if len(events) > 0 {
			d.Terms = view.NoiseTerms(events[0])
		}
	}
	if d.Rule != "" {
		x, err := s.opt.Signatures.Signature(r.Context(), d.Rule)
		switch {
		case err == nil:
			d.Rule, d.Title = x.ID, x.Title
		case !errors.Is(err, ErrNotFound):
			return d, err
		case finding == "":
			d.Form.Error = "There is no signature of this id."
		}
	}
	return d, nil
}

func (s *Server) newControl(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	d, err := s.draft(r, q.Get("kind"), q.Get("finding"), clip(q.Get("rule"), 300))
	if err != nil {
		return err
	}
	return s.drawDraft(w, r, http.StatusOK, d)
}

func (s *Server) drawDraft(w http.ResponseWriter, r *request, status int, d view.NoiseDraft) error {
	return s.draw(w, r, status, view.NoiseForm(s.page(r, "noise", "Keep something quiet"), d))
}

// makeControl previews a control or puts it in force. What was typed stays.
func (s *Server) makeControl(w http.ResponseWriter, r *request) error {
	d, err := s.draft(r, r.PostFormValue("kind"), r.PostFormValue("finding"), clip(r.PostFormValue("rule"), 300))
	if err != nil {
		return err
	}
	for i := range d.Terms {
		d.Terms[i].On = slices.Contains(r.PostForm["term"], d.Terms[i].Query)
	}
	d.Filter, d.Reason = clip(r.PostFormValue("filter"), 4000), clip(r.PostFormValue("reason"), 4000)
	d.Owner, d.Ends, d.UntilNew = clip(r.PostFormValue("owner"), 200), r.PostFormValue("ends"), r.PostFormValue("untilnew") != ""
	d.AllRules = r.PostFormValue("scope") == "all"
	if d.Form.Error == "" {
		d.Form.Error = s.judgeDraft(&d)
	}
	if d.Form.Error == "" && r.PostFormValue("do") == "make" {
		if d.Form.Error, err = s.putInForce(r, &d); err != nil {
			return err
		}
		if d.Form.Error == "" {
			return done(w, r, "/noise", "quiet")
		}
	}
	if d.Form.Error == "" && d.Kind != ocsf.RuleSnooze {
		p, err := s.opt.Noise.Preview(r.Context(), d.Scope(), d.Whole(), previewDays)
		var no Refusal
		switch {
		case errors.As(err, &no):
			d.Form.Error = string(no)
		case err != nil:
			return err
		default:
			d.Preview = &p
		}
	}
	status := http.StatusOK
	if d.Form.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.drawDraft(w, r, status, d)
}

// judgeDraft says what is wrong with a draft before anybody is asked.
func (s *Server) judgeDraft(d *view.NoiseDraft) string {
	if _, err := filter.Parse(d.Whole()); err != nil {
		return "The filter is not right: " + err.Error() + "."
	}
	if d.Scope() == "" && strings.TrimSpace(d.Whole()) == "" {
		return "This would hide everything: name a signature, a filter, or both."
	}
	return ""
}

// putInForce makes the control of a draft, or says why not.
func (s *Server) putInForce(r *request, d *view.NoiseDraft) (string, error) {
	until, ok := s.ends(d.Ends)
	if !ok {
		return "Say when it ends.", nil
	}
	c := Control{Kind: d.Kind, Rule: d.Scope(), Filter: d.Whole(), Reason: strings.TrimSpace(d.Reason), Owner: strings.TrimSpace(d.Owner),
		Finding: d.Finding, Expires: until, UntilNew: d.UntilNew, By: r.user(), From: r.addr.String()}
	if wrong := judgeNote(c.Reason, "Write why this may be quiet."); wrong != "" {
		return wrong, nil
	}
	err := s.opt.Noise.Make(r.Context(), c)
	var no Refusal
	if errors.As(err, &no) {
		return string(no), nil
	}
	return "", err
}

func (s *Server) endControl(w http.ResponseWriter, r *request) error {
	if err := s.opt.Noise.End(r.Context(), r.PathValue("uid"), r.user(), r.addr.String()); err != nil {
		return err
	}
	return done(w, r, "/noise", "loud")
}
