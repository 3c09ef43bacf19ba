package webui

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"picket/webui/view"
)

// problem is an error with what is told about it.
type problem struct {
	status int
	say    string // one safe sentence
	hint   string
	err    error // the cause, for the log; nil when there is nothing to log
}

func (p *problem) Error() string {
	if p.err != nil {
		return p.err.Error()
	}
	return p.say
}

func (p *problem) Unwrap() error { return p.err }

var (
	errForeign = &problem{status: http.StatusForbidden, say: "This request came from another site.", hint: "Open Picket itself and do it there."}
	errStale   = &problem{status: http.StatusForbidden, say: "This form is no longer good.", hint: "Go back, load the page again, and send it once more. Cookies must be allowed."}
	errBusy    = &problem{status: http.StatusServiceUnavailable, say: "Picket is busy.", hint: "Try again in a few seconds."}
)

// explain turns an error into what is answered: status, sentence, and what to
// do. It is the only place that does.
func explain(err error) *problem {
	var p *problem
	var no Refusal
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrNotFound):
		return &problem{status: http.StatusNotFound, say: "There is nothing here.", hint: "It may have been deleted when its time came, or the address is wrong."}
	case errors.Is(err, ErrChanged):
		return &problem{status: http.StatusConflict, say: "Someone else changed it meanwhile.", hint: "Look at it again, then decide."}
	case errors.As(err, &no):
		return &problem{status: http.StatusUnprocessableEntity, say: string(no)}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{status: http.StatusServiceUnavailable, say: "That took too long.", hint: "Ask for less at a time, a shorter span for example.", err: err}
	}
	return &problem{status: http.StatusInternalServerError, say: "Something went wrong inside Picket.", err: err}
}

// fail answers with an error: a safe sentence for the reader, the cause for the
// log, and a reference that joins the two.
func (s *Server) fail(w http.ResponseWriter, r *request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the browser went away
	}
	p := explain(err)
	hint := p.hint
	if p.err != nil {
		ref := rand.Text()[:8]
		s.opt.Log.Error("page", keyPath, r.URL.Path, keyError, p.err, keyRef, ref)
		hint += " It stands in the log with the reference " + ref + "."
	}
	page := s.page(r, "", p.say)
	page.Notice = ""
	if err := s.draw(w, r, p.status, view.Problem(page, p.status, p.say, hint)); err != nil {
		s.opt.Log.Error("page of an error", keyError, err)
		http.Error(w, p.say, p.status)
	}
}
