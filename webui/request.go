package webui

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"picket/webui/view"
)

// request is a request with what was found out about it.
type request struct {
	*http.Request
	addr    netip.Addr // of the peer
	session *session   // nil when nobody is signed in
	token   string     // the secret of the cookie that its forms are bound to
}

func (s *Server) newRequest(r *http.Request) *request {
	q := &request{Request: r}
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		q.addr = ap.Addr().Unmap().WithZone("")
	}
	return q
}

// automatic reports whether the page asked by itself, with nobody's doing.
func (r *request) automatic() bool {
	return r.Header.Get("X-Picket-Refresh") != "" || r.Header.Get("Accept") == "text/event-stream"
}

// user is who is signed in, "" for nobody.
func (r *request) user() string {
	if r.session == nil {
		return ""
	}
	return r.session.Account
}

// Sizes of forms, in bytes.
const (
	maxForm   = 64 << 10
	maxImport = 4 << 20
)

// guard checks who asks, and a form's token, before a page is drawn.
func (s *Server) guard(p route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r := s.newRequest(hr)
		if !strings.HasSuffix(p.pattern, "/events/stream") {
			ctx, cancel := context.WithTimeout(hr.Context(), timeout)
			defer cancel()
			r.Request = hr.WithContext(ctx)
		}
		if err := s.serve(p, w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Server) serve(p route, w http.ResponseWriter, r *request) error {
	there, err := s.sessionOf(r)
	if err != nil {
		return err
	}
	if p.access == signedIn && r.session == nil {
		return s.sendToLogin(w, r, there)
	}
	if r.Method == http.MethodPost {
		if err := readForm(w, r); err != nil {
			return err
		}
		if !s.formToken(r) {
			return errStale
		}
	}
	return p.do(s, w, r)
}

// readForm reads a form within its limit.
func readForm(w http.ResponseWriter, r *request) error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		r.Body = http.MaxBytesReader(w, r.Body, maxImport)
		err = r.ParseMultipartForm(maxImport)
	} else {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &problem{status: http.StatusRequestEntityTooLarge, say: "That was more than this form takes.", err: err}
	case err != nil:
		return &problem{status: http.StatusBadRequest, say: "The form could not be read.", err: err}
	}
	return nil
}

// sendToLogin sends whoever is not signed in where that is done, and back
// afterwards.
func (s *Server) sendToLogin(w http.ResponseWriter, r *request, expired bool) error {
	if r.automatic() {
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	none, err := s.noAccounts(r.Context())
	if err != nil {
		return err
	}
	if none {
		http.Redirect(w, r.Request, "/setup", http.StatusSeeOther)
		return nil
	}
	q := url.Values{}
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		q.Set("next", r.URL.RequestURI())
	}
	if expired {
		q.Set("done", "expired")
	}
	to := "/login"
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// local returns an address within Picket to go on to, "/" for what is none: it
// must not lead elsewhere.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\x00\r\n\t") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return u.RequestURI()
}

// notices are the sentences that a page can begin with after something was
// done, by the word that stands in its address.
var notices = map[string]string{
	"assigned":  "It is yours now.",
	"released":  "It is nobody's again.",
	"state":     "The state is changed.",
	"commented": "The comment is added.",
	"done":      "Marked as done.",
	"closed":    "The incident is closed.",
	"undone":    "The tick is taken back.",
	"snoozed":   "It sleeps.",
	"woken":     "It is awake again.",
	"merged":    "They are one incident now.",
	"unmerged":  "It is an incident of its own again.",
	"split":     "What was taken out is an incident of its own now.",
	"quiet":     "The control is in force.",
	"loud":      "The control has ended.",
	"tuned":     "The filter is saved among the site's rules, and in force.",
	"password":  "The password is changed; other sessions have ended.",
	"ended":     "The session has ended.",
	"imported":  "The inventory is imported.",
	"welcome":   "The account is made. Welcome.",
	"out":       "You are signed out.",
	"expired":   "Your session has ended. Sign in again to go on.",
}

// page returns the frame of a page.
func (s *Server) page(r *request, section, title string) view.Page {
	p := view.Page{
		Title: title, Section: section, Site: s.opt.Site, Version: s.opt.Version,
		User: r.user(), CSRF: formTokenOf(r.token), Notice: notices[r.URL.Query().Get("done")],
		Now: s.opt.Now(), Zone: s.opt.Zone, CSS: s.static.css, JS: s.static.js,
	}
	if p.User != "" {
		p.Open = s.openIncidents(r.Context())
	}
	return p
}

// draw writes a page. It is drawn as a whole first, so that an error can still
// be told.
func (s *Server) draw(w http.ResponseWriter, r *request, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // an error here is a browser that went away
	return nil
}

// done sends the browser on to a page after something was done.
func done(w http.ResponseWriter, r *request, to, notice string) error {
	if notice != "" {
		to += "?done=" + notice
	}
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}
