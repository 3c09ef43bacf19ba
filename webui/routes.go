package webui

import (
	"net/http"
	"strings"
	"time"
)

// access says who may ask for a page.
type access uint8

const (
	signedIn access = iota // everyone else is sent to sign in
	anyone
)

// route is a page or an action.
type route struct {
	pattern string
	access  access
	do      func(*Server, http.ResponseWriter, *request) error
}

// pages are all of them. A POST needs the token of its form.
var pages = []route{
	{"GET /{$}", signedIn, (*Server).overview},
	{"GET /incidents", signedIn, (*Server).incidents},
	{"GET /incidents/{uid}", signedIn, (*Server).incident},
	{"POST /incidents/{uid}/assign", signedIn, (*Server).assign},
	{"POST /incidents/{uid}/state", signedIn, (*Server).setState},
	{"POST /incidents/{uid}/comment", signedIn, (*Server).comment},
	{"POST /incidents/{uid}/close", signedIn, (*Server).closeIncident},
	{"POST /incidents/{uid}/snooze", signedIn, (*Server).snoozeIncident},
	{"POST /incidents/{uid}/wake", signedIn, (*Server).wakeIncident},
	{"POST /incidents/{uid}/merge", signedIn, (*Server).mergeIncident},
	{"POST /incidents/{uid}/unmerge", signedIn, (*Server).unmergeIncident},
	{"POST /incidents/{uid}/split", signedIn, (*Server).splitIncident},
	{"GET /noise", signedIn, (*Server).noise},
	{"GET /noise/new", signedIn, (*Server).newControl},
	{"POST /noise/new", signedIn, (*Server).makeControl},
	{"GET /noise/{uid}", signedIn, (*Server).hiddenBy},
	{"POST /noise/{uid}/end", signedIn, (*Server).endControl},
	{"GET /signatures", signedIn, (*Server).signatures},
	{"GET /signatures/{id}", signedIn, (*Server).signature},
	{"POST /signatures/{id}/backtest", signedIn, (*Server).backtest},
	{"GET /signatures/{id}/tune", signedIn, (*Server).tune},
	{"POST /signatures/{id}/tune", signedIn, (*Server).saveTuning},
	{"GET /events", signedIn, (*Server).events},
	{"GET /events/live", signedIn, (*Server).live},
	{"GET /events/stream", signedIn, (*Server).stream},
	{"GET /events/fields", signedIn, (*Server).fields},
	{"GET /events/{seq}", signedIn, (*Server).event},
	{"GET /devices", signedIn, (*Server).devices},
	{"GET /devices/source/{id}", signedIn, (*Server).source},
	{"GET /devices/inventory", signedIn, (*Server).inventory},
	{"POST /devices/inventory", signedIn, (*Server).importAssets},
	{"GET /status", signedIn, (*Server).status},
	{"GET /account", signedIn, (*Server).account},
	{"POST /account/password", signedIn, (*Server).changePassword},
	{"POST /account/sessions/end", signedIn, (*Server).endSessions},
	{"GET /audit", signedIn, (*Server).audit},
	{"GET /login", anyone, (*Server).loginPage},
	{"POST /login", anyone, (*Server).login},
	{"POST /logout", anyone, (*Server).logout},
	{"GET /setup", anyone, (*Server).setupPage},
	{"POST /setup/code", anyone, (*Server).setupCode},
	{"POST /setup/account", anyone, (*Server).setupAccount},
	{"/", signedIn, (*Server).nowhere},
}

func (s *Server) nowhere(http.ResponseWriter, *request) error { return ErrNotFound }

// routes puts the pages behind what guards them.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, p := range pages {
		mux.Handle(p.pattern, s.guard(p))
	}
	mux.Handle("GET /static/{file}", http.HandlerFunc(s.asset))
	for path, h := range map[string]http.Handler{"GET /healthz": s.opt.Health, "GET /readyz": s.opt.Ready} {
		if h != nil {
			mux.Handle(path, h)
		}
	}
	if s.opt.Metrics != nil {
		mux.Handle("GET /metrics", http.HandlerFunc(s.metrics))
	}
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, s.newRequest(r), errForeign)
	}))
	return secured(cross.Handler(mux))
}

// timeout ends a request that takes too long.
const timeout = 25 * time.Second

// policy is the content security policy: nothing but what Picket brings itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured refuses what did not come over TLS, and sets the headers that every
// answer has.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			http.Error(w, "Picket speaks HTTPS only.", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Strict-Transport-Security", "max-age=31536000")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		if !strings.HasPrefix(r.URL.Path, "/static/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// metrics lets in whoever may read figures.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	q := s.newRequest(r)
	ok := q.addr.IsLoopback()
	for _, p := range s.opt.MetricsFrom {
		ok = ok || p.Contains(q.addr)
	}
	if !ok {
		if _, err := s.sessionOf(q); err != nil {
			s.fail(w, q, err)
			return
		}
		ok = q.session != nil
	}
	if !ok {
		http.Error(w, "Sign in, or ask from an address that may.", http.StatusForbidden)
		return
	}
	s.opt.Metrics.ServeHTTP(w, r)
}
