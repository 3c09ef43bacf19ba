package webui

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"picket/webui/view"
)

func (s *Server) signatures(w http.ResponseWriter, r *request) error {
	all, err := s.opt.Signatures.Signatures(r.Context())
	if err != nil {
		return err
	}
	l := view.SignatureList{Query: view.ReadSignatureQuery(r.URL.Query()), All: len(all)}
	l.List, l.Total = l.Query.Page(all)
	return s.draw(w, r, http.StatusOK, view.Signatures(s.page(r, "signatures", "Signatures"), l))
}

func (s *Server) signature(w http.ResponseWriter, r *request) error {
	d, err := s.opt.Signatures.Signature(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if d.ID != r.PathValue("id") { // asked for by its name
		http.Redirect(w, r.Request, string(view.SignatureURL(d.ID)), http.StatusSeeOther)
		return nil
	}
	d.Days = 7
	return s.draw(w, r, http.StatusOK, view.SignaturePage(s.page(r, "signatures", d.Title), d))
}

// backtest tries a signature on the past and shows its page with the result.
func (s *Server) backtest(w http.ResponseWriter, r *request) error {
	d, err := s.opt.Signatures.Signature(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	d.Days, _ = strconv.Atoi(r.PostFormValue("days"))
	status := http.StatusOK
	if !slices.Contains(view.BacktestDays, d.Days) {
		d.Days, d.Form.Error = 7, "Choose how far to look back."
	} else {
		var no Refusal
		d.Backtest, err = s.opt.Signatures.Backtest(r.Context(), d.ID, d.Days)
		if errors.As(err, &no) {
			d.Form.Error = string(no)
		} else if err != nil {
			return err
		}
	}
	if d.Form.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.draw(w, r, status, view.SignaturePage(s.page(r, "signatures", d.Title), d))
}

func (s *Server) tune(w http.ResponseWriter, r *request) error {
	t, err := s.opt.Signatures.Tuning(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.draw(w, r, http.StatusOK, view.Tune(s.page(r, "signatures", "Tune: "+t.Title), t))
}

func (s *Server) saveTuning(w http.ResponseWriter, r *request) error {
	yaml := strings.ReplaceAll(r.PostFormValue("yaml"), "\r\n", "\n")
	id := r.PathValue("id")
	_, err := s.opt.Signatures.SaveTuning(r.Context(), id, yaml, r.user(), r.addr.String())
	var no Refusal
	switch {
	case err == nil:
		return done(w, r, string(view.SignatureURL(id)), "tuned")
	case !errors.As(err, &no):
		return err
	}
	t, err := s.opt.Signatures.Tuning(r.Context(), id)
	if err != nil {
		return err
	}
	t.YAML, t.Form.Error = yaml, string(no)
	return s.draw(w, r, http.StatusUnprocessableEntity, view.Tune(s.page(r, "signatures", "Tune: "+t.Title), t))
}

// whyOf asks what a signature makes of an event, as its page was asked.
func (s *Server) whyOf(r *request, seq uint64) (view.WhyData, error) {
	d := view.WhyData{Rule: clip(strings.TrimSpace(r.URL.Query().Get("rule")), 300)}
	all, err := s.opt.Signatures.Signatures(r.Context())
	if err != nil {
		return d, err
	}
	for _, x := range all {
		if len(d.Known) < 4000 {
			d.Known = append(d.Known, view.Named{ID: x.ID, Title: x.Title})
		}
	}
	if d.Rule == "" {
		return d, nil
	}
	id := d.Rule
	for _, x := range all { // by its title, as people know it
		if strings.EqualFold(x.Title, d.Rule) {
			id = x.ID
		}
	}
	d.Why, err = s.opt.Signatures.Why(r.Context(), id, seq)
	if errors.Is(err, ErrNotFound) {
		d.Wrong, err = "There is no signature of this title, name or id.", nil
	}
	return d, err
}
