package webui

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"picket/normalize/ocsf"
	"picket/webui/view"
)

func (s *Server) incidents(w http.ResponseWriter, r *request) error {
	q := view.ReadIncidentQuery(r.URL.Query())
	q.Now = s.opt.Now().UnixMilli()
	list, total, err := s.opt.Incidents.List(r.Context(), q)
	if err != nil {
		return err
	}
	p := s.page(r, "incidents", "Incidents")
	p.Refresh = 15
	return s.draw(w, r, http.StatusOK, view.Incidents(p, view.IncidentList{Query: q, Incidents: list, Total: total}))
}

func (s *Server) incident(w http.ResponseWriter, r *request) error {
	in, err := s.opt.Incidents.Incident(r.Context(), r.PathValue("uid"))
	if err != nil {
		return err
	}
	if in.UID != r.PathValue("uid") { // it was merged
		http.Redirect(w, r.Request, string(view.IncidentURL(in.UID)), http.StatusSeeOther)
		return nil
	}
	return s.incidentPage(w, r, http.StatusOK, view.Story{Incident: in})
}

// maxFindings is how many sub-events the page of an incident fetches.
const maxFindings = 500

// incidentPage draws the page of the story's incident with what belongs to it.
func (s *Server) incidentPage(w http.ResponseWriter, r *request, status int, story view.Story) error {
	in, ctx := story.Incident, r.Context()
	var err error
	if story.Findings, err = s.opt.Incidents.Findings(ctx, in.UID, maxFindings); err != nil {
		return err
	}
	events, err := s.opt.Events.Events(ctx, view.Wanted(in))
	if err != nil {
		return err
	}
	story.Evidence = make(map[uint64]*ocsf.Event, len(events))
	for _, e := range events {
		story.Evidence[e.Seq] = e
	}
	if story.Merged, err = s.opt.Incidents.Merged(ctx, in.UID); err != nil {
		return err
	}
	if story.Assets, err = s.opt.Devices.Assets(ctx); err != nil {
		return err
	}
	p := s.page(r, "incidents", in.Title)
	if in.State != ocsf.Closed && status == http.StatusOK {
		p.Refresh = 20
	}
	return s.draw(w, r, status, view.Incident(p, story))
}

// change does what was decided and goes back to the incident. What was typed
// is kept when it does not go through.
func (s *Server) change(w http.ResponseWriter, r *request, action, notice string, c Change) error {
	uid := r.PathValue("uid")
	c.By, c.From = r.user(), r.addr.String()
	c.Seen = ocsf.State(r.PostFormValue("seen"))
	err := s.opt.Incidents.Change(r.Context(), uid, c)
	if err == nil {
		s.forgetOpen()
		return done(w, r, string(view.IncidentURL(uid)), notice)
	}
	p := explain(err)
	if p.status != http.StatusConflict && p.status != http.StatusUnprocessableEntity {
		return err
	}
	return s.again(w, r, p.status, action, strings.TrimSpace(p.say+" "+p.hint))
}

// again draws the incident with the form that did not go through.
func (s *Server) again(w http.ResponseWriter, r *request, status int, action, wrong string) error {
	in, err := s.opt.Incidents.Incident(r.Context(), r.PathValue("uid"))
	if err != nil {
		return err
	}
	f := view.Form{Error: wrong, Values: map[string]string{}}
	for _, field := range [...]string{"text", "verdict", "note", "ends", "other"} {
		f.Values[field] = clip(r.PostFormValue(field), maxNote)
	}
	return s.incidentPage(w, r, status, view.Story{Incident: in, Form: f, Action: action})
}

func (s *Server) assign(w http.ResponseWriter, r *request) error {
	owner := r.PostFormValue("value")
	if owner != "" && owner != r.user() {
		a, err := s.loadAccount(r.Context(), owner)
		if err != nil {
			return err
		}
		if a == nil {
			return s.again(w, r, http.StatusUnprocessableEntity, "assign", "There is no account of this name.")
		}
		owner = a.Name
	}
	notice := "assigned"
	if owner == "" {
		notice = "released"
	}
	return s.change(w, r, "assign", notice, Change{Owner: &owner})
}

func (s *Server) setState(w http.ResponseWriter, r *request) error {
	state := ocsf.State(r.PostFormValue("value"))
	if state != ocsf.Triaged && state != ocsf.Contained {
		return s.again(w, r, http.StatusUnprocessableEntity, "state", "Only closing with a verdict closes an incident.")
	}
	return s.change(w, r, "state", "state", Change{State: state})
}

// maxNote is the longest comment or note, in bytes.
const maxNote = 16000

// judgeNote says what is wrong with a comment or a note.
func judgeNote(text, missing string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return missing
	case len(text) > maxNote:
		return "This is too long."
	case !utf8.ValidString(text):
		return "This is no text."
	}
	return ""
}

func (s *Server) comment(w http.ResponseWriter, r *request) error {
	text := strings.TrimSpace(r.PostFormValue("text"))
	if wrong := judgeNote(text, "Write something first."); wrong != "" {
		return s.again(w, r, http.StatusUnprocessableEntity, "comment", wrong)
	}
	notice := "commented"
	switch {
	case view.IsDone(text):
		notice = "done"
	case view.IsUndone(text):
		notice = "undone"
	}
	return s.change(w, r, "comment", notice, Change{Comment: text})
}

func (s *Server) closeIncident(w http.ResponseWriter, r *request) error {
	verdict, note := r.PostFormValue("verdict"), strings.TrimSpace(r.PostFormValue("note"))
	if view.VerdictName(verdict) == verdict {
		return s.again(w, r, http.StatusUnprocessableEntity, "close", "Say what it was: an incident is not closed without a verdict.")
	}
	if wrong := judgeNote(note, "Write what was found and done: an incident is not closed without a note."); wrong != "" {
		return s.again(w, r, http.StatusUnprocessableEntity, "close", wrong)
	}
	return s.change(w, r, "close", "closed", Change{State: ocsf.Closed, Verdict: verdict, Note: note})
}
