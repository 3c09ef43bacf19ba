package webui

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	testCode     = "7K2M-P0QX-V9TA"
	testPassword = "a fence of seven pickets"
)

// newServer returns the pages over the fake; change may change its options.
func newServer(f *fake, change func(*Options)) *Server {
	opt := Options{
		Site: "Muster GmbH, Werk 2", Version: "0.1", Zone: time.UTC, Now: func() time.Time { return f.now() }, Log: slog.New(slog.DiscardHandler),
		SetupCode: testCode, State: f, Incidents: f, Noise: f, Signatures: f, Events: f, Devices: f, Status: f, Audit: f,
	}
	if change != nil {
		change(&opt)
	}
	return New(opt)
}

// visitor is a browser as far as requests go: it keeps cookies and the token of
// the last form.
type visitor struct {
	t       *testing.T
	s       *Server
	from    string
	cookies map[string]string
	token   string
	header  http.Header // for the next request
}

func newVisitor(t *testing.T, s *Server) *visitor {
	return &visitor{t: t, s: s, from: "192.0.2.7:50000", cookies: map[string]string{}, header: http.Header{}}
}

// answer is what came back.
type answer struct {
	status   int
	location string
	body     string
	header   http.Header
}

var formToken = regexp.MustCompile(`name="csrf" value="([0-9a-f]+)"`)

func (v *visitor) ask(method, path string, body io.Reader, kind string) answer {
	v.t.Helper()
	r := httptest.NewRequest(method, "https://picket.example"+path, body)
	r.RemoteAddr = v.from
	r.Header = v.header
	v.header = http.Header{}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for k, c := range v.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	w := httptest.NewRecorder()
	v.s.Handler().ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
			v.t.Errorf("cookie %s is not as strict as it should be: %s", c.Name, c.Raw)
		}
	}
	a := answer{status: w.Code, location: w.Header().Get("Location"), body: w.Body.String(), header: w.Header()}
	if m := formToken.FindStringSubmatch(a.body); m != nil {
		v.token = m[1]
	}
	return a
}

func (v *visitor) get(path string) answer { v.t.Helper(); return v.ask("GET", path, nil, "") }

// post sends a form of pairs with the token of the last page.
func (v *visitor) post(path string, pairs ...string) answer {
	v.t.Helper()
	q := url.Values{"csrf": {v.token}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return v.ask("POST", path, strings.NewReader(q.Encode()), "application/x-www-form-urlencoded")
}

func (v *visitor) wants(a answer, status int, says string) {
	v.t.Helper()
	if a.status != status {
		v.t.Fatalf("status %d, want %d (to %q)\n%s", a.status, status, a.location, a.body)
	}
	if !strings.Contains(a.body, says) {
		v.t.Fatalf("the page does not say %q:\n%s", says, a.body)
	}
}

func (v *visitor) goes(a answer, to string) {
	v.t.Helper()
	if a.status != http.StatusSeeOther || a.location != to {
		v.t.Fatalf("status %d to %q, want 303 to %q\n%s", a.status, a.location, to, a.body)
	}
}

// setUp makes the first account.
func (v *visitor) setUp() {
	v.t.Helper()
	v.get("/setup")
	v.goes(v.post("/setup/code", "code", testCode), "/setup")
	v.get("/setup")
	v.goes(v.post("/setup/account", "name", "admin", "password", testPassword, "again", testPassword), "/?done=welcome")
	v.wants(v.get("/account"), 200, "Change the password")
}

func (v *visitor) signIn(name, password string) answer {
	v.t.Helper()
	v.get("/login")
	return v.post("/login", "name", name, "password", password)
}

// signedInto returns a server over the scene and a visitor who is signed in.
func signedInto(t *testing.T) (*fake, *Server, *visitor) {
	t.Helper()
	f := newFake()
	scene(f)
	s := newServer(f, nil)
	v := newVisitor(t, s)
	v.setUp()
	return f, s, v
}
