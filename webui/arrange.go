package webui

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"picket/webui/view"
)

// arranged does what quiets, joins or takes apart an incident, with a note.
func (s *Server) arranged(w http.ResponseWriter, r *request, notice, missing string, c Change) error {
	c.Note = strings.TrimSpace(r.PostFormValue("note"))
	if missing != "" {
		if wrong := judgeNote(c.Note, missing); wrong != "" {
			return s.again(w, r, http.StatusUnprocessableEntity, c.Do, wrong)
		}
	}
	return s.change(w, r, c.Do, notice, c)
}

func (s *Server) snoozeIncident(w http.ResponseWriter, r *request) error {
	until, ok := s.ends(r.PostFormValue("ends"))
	if !ok || until.IsZero() {
		return s.again(w, r, http.StatusUnprocessableEntity, "snooze", "Say until when it may sleep.")
	}
	return s.arranged(w, r, "snoozed", "Write why it may sleep.", Change{Do: "snooze", Until: until, UntilNew: r.PostFormValue("untilnew") != ""})
}

func (s *Server) wakeIncident(w http.ResponseWriter, r *request) error {
	return s.arranged(w, r, "woken", "", Change{Do: "wake"})
}

func (s *Server) mergeIncident(w http.ResponseWriter, r *request) error {
	other := strings.TrimSpace(r.PostFormValue("other"))
	if in, err := s.opt.Incidents.Incident(r.Context(), other); err != nil || in.UID == r.PathValue("uid") {
		return s.again(w, r, http.StatusUnprocessableEntity, "merge", "There is no other incident with this id.")
	}
	return s.arranged(w, r, "merged", "Write why they belong together.", Change{Do: "merge", Other: other})
}

func (s *Server) unmergeIncident(w http.ResponseWriter, r *request) error {
	return s.arranged(w, r, "unmerged", "", Change{Do: "unmerge", Other: r.PostFormValue("other")})
}

// maxSplit is how many findings are taken out at once.
const maxSplit = 500

func (s *Server) splitIncident(w http.ResponseWriter, r *request) error {
	findings := r.PostForm["finding"]
	if len(findings) == 0 || len(findings) > maxSplit {
		return s.again(w, r, http.StatusUnprocessableEntity, "split", "Choose what is to be taken out.")
	}
	return s.arranged(w, r, "split", "Write why it is another story.", Change{Do: "split", Findings: findings})
}

// ends reads one of the ends that a form offers: a zero time is never.
func (s *Server) ends(id string) (time.Time, bool) {
	if !slices.ContainsFunc(view.NoiseEnds, func(e struct{ ID, Name string }) bool { return e.ID == id }) {
		return time.Time{}, false
	}
	if id == "never" {
		return time.Time{}, true
	}
	d, err := time.ParseDuration(id)
	return s.opt.Now().Add(d), err == nil
}
