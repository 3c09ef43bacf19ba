package webui

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSignIn(t *testing.T) {
	f := newFake()
	s := newServer(f, nil)
	first := newVisitor(t, s)
	first.setUp()

	v := newVisitor(t, s)
	v.from = "192.0.2.99:1"
	v.goes(v.get("/incidents/b1?x=1"), "/login?next=%2Fincidents%2Fb1%3Fx%3D1")
	v.wants(v.get("/login?next=%2Fincidents%2Fb1"), 200, `name="next" value="/incidents/b1"`)
	v.wants(v.post("/login", "name", "admin", "password", "not this one"), 422, "Name or password is not right.")
	v.wants(v.post("/login", "name", "nobody", "password", testPassword), 422, "Name or password is not right.")
	v.goes(v.post("/login", "name", "ADMIN", "password", testPassword, "next", "/incidents/b1"), "/incidents/b1")
	v.goes(v.get("/login"), "/")
	secret := v.cookies[sessionCookie]
	for id, r := range f.records[SessionBucket] {
		if strings.Contains(id+string(r), secret) {
			t.Error("the secret of a session is stored")
		}
	}
	v.get("/")
	v.goes(v.post("/logout"), "/login?done=out")
	if len(f.records[SessionBucket]) != 1 {
		t.Errorf("sessions: %d, want the other one", len(f.records[SessionBucket]))
	}
	v.cookies[sessionCookie] = secret
	v.goes(v.get("/status"), "/login?done=expired&next=%2Fstatus")

	var trail []string
	for _, e := range f.trail {
		trail = append(trail, e.By+" "+e.Action)
	}
	if got, want := strings.Join(trail, "; "), "admin made the first account;  could not sign in as;  could not sign in as; admin signed in; admin signed out"; got != want {
		t.Errorf("audit: %s\nwant:  %s", got, want)
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	for next, want := range map[string]string{
		"/incidents?q=a b": "/incidents?q=a b", "": "/", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/",
		"javascript:alert(1)": "/", "/%2f/evil.example": "/", "incidents": "/", "/\tevil": "/", "///evil.example": "/", "%2f": "/", "/events#x": "/events",
	} {
		if got := local(next); got != want {
			t.Errorf("local(%q) = %q, want %q", next, got, want)
		}
	}
}

func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "//x", "/a?b=c", `/\x`, "http://x", "/%2fx", "/;@x", "\x00", "%2f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := local(next)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.HasPrefix(got, `/\`) || strings.ContainsAny(got, "\r\n\t") {
			t.Errorf("local(%q) = %q", next, got)
		}
		if again := local(got); again != got {
			t.Errorf("local(%q) = %q, and of that %q", next, got, again)
		}
	})
}

func TestGuessingAPasswordIsSlow(t *testing.T) {
	f := newFake()
	clock := now
	f.now = func() time.Time { return clock }
	s := newServer(f, nil)
	owner := newVisitor(t, s)
	owner.from = "198.51.100.1:1"
	owner.setUp()

	v := newVisitor(t, s)
	for range 5 {
		v.wants(v.signIn("admin", "wrong wrong wrong"), 422, "not right")
	}
	v.wants(v.signIn("admin", testPassword), 429, "Too many tries")
	if !strings.Contains(v.get("/login").body, "Sign in") {
		t.Error("the page to sign in is gone")
	}
	for i := range 30 { // many addresses, one account
		w := newVisitor(t, s)
		w.from = fmt.Sprintf("203.0.113.%d:9", i)
		w.signIn("admin", "wrong wrong wrong")
	}
	stranger := newVisitor(t, s)
	stranger.from = "203.0.113.200:9"
	stranger.wants(stranger.signIn("admin", testPassword), 429, "Too many tries")
	again := newVisitor(t, s)
	again.from = "198.51.100.1:2"
	again.goes(again.signIn("admin", testPassword), "/")
	clock = clock.Add(2 * time.Minute)
	stranger.goes(stranger.signIn("admin", testPassword), "/")
}

func TestSessionsEnd(t *testing.T) {
	f := newFake()
	clock := now
	f.now = func() time.Time { return clock }
	s := newServer(f, func(o *Options) { o.Idle, o.Absolute = 30*time.Minute, 2*time.Hour })
	v := newVisitor(t, s)
	v.setUp()
	clock = clock.Add(29 * time.Minute)
	v.wants(v.get("/status"), 200, "Status")
	clock = clock.Add(29 * time.Minute)
	v.header.Set("X-Picket-Refresh", "1") // a page that fetches itself is nobody's doing
	v.wants(v.get("/status"), 200, "Status")
	clock = clock.Add(2 * time.Minute)
	v.header.Set("X-Picket-Refresh", "1")
	v.wants(v.get("/status"), 401, "")
	v.goes(v.get("/status"), "/login?done=expired&next=%2Fstatus")
}

func TestSessionsEndAtLast(t *testing.T) {
	f := newFake()
	clock := now
	f.now = func() time.Time { return clock }
	v := newVisitor(t, newServer(f, func(o *Options) { o.Idle, o.Absolute = 30*time.Minute, 2*time.Hour }))
	v.setUp()
	for range 5 {
		clock = clock.Add(20 * time.Minute)
		v.wants(v.get("/status"), 200, "Status")
	}
	clock = clock.Add(20 * time.Minute)
	if a := v.get("/status"); a.status != http.StatusSeeOther {
		t.Errorf("status %d after two hours, want 303", a.status)
	}
	if n := len(f.records[SessionBucket]); n != 0 {
		t.Errorf("%d sessions are kept", n)
	}
}

func TestChangePassword(t *testing.T) {
	_, s, v := signedInto(t)
	other := newVisitor(t, s)
	other.goes(other.signIn("admin", testPassword), "/")
	v.get("/account")
	const better = "eight pickets are even better"
	v.wants(v.post("/account/password", "old", "nonsense", "password", better, "again", better), 422, "as it is was not right")
	v.wants(v.post("/account/password", "old", testPassword, "password", "aaaaaaaaaaaaaaa", "again", "aaaaaaaaaaaaaaa"), 422, "too easy to guess")
	v.goes(v.post("/account/password", "old", testPassword, "password", better, "again", better), "/account?done=password")
	v.wants(v.get("/account"), 200, "this one")
	if a := other.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("the other session goes on: status %d", a.status)
	}
	other.wants(other.signIn("admin", testPassword), 422, "not right")
	other.goes(other.signIn("admin", better), "/")
}

func TestEndSessions(t *testing.T) {
	f, s, v := signedInto(t)
	other := newVisitor(t, s)
	other.signIn("admin", testPassword)
	id := hashToken(other.cookies[sessionCookie])
	v.wants(v.get("/account"), 200, id)
	v.wants(v.post("/account/sessions/end", "id", "ffff"), 404, "nothing here")
	v.get("/account")
	v.goes(v.post("/account/sessions/end", "id", id), "/account?done=ended")
	for range 3 {
		newVisitor(t, s).signIn("admin", testPassword)
	}
	v.goes(v.post("/account/sessions/end", "id", "others"), "/account?done=ended")
	if n := len(f.records[SessionBucket]); n != 1 {
		t.Errorf("%d sessions are left, want 1", n)
	}
	for range maxSessions + 3 {
		if err := s.startSession(&discard{h: http.Header{}}, s.newRequest(&http.Request{RemoteAddr: "192.0.2.7:1", Header: http.Header{}}), "admin"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.records[SessionBucket]); n != maxSessions {
		t.Errorf("%d sessions of one account, want %d at most", n, maxSessions)
	}
}

// discard takes an answer that nobody reads.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func TestFormsAreBoundToTheirPage(t *testing.T) {
	f, s, v := signedInto(t)
	good := v.token
	for name, token := range map[string]string{"none": "", "another's": formTokenOf("another secret"), "short": good[:10]} {
		v.token = token
		v.wants(v.post("/incidents/b3/comment", "text", "hello"), 403, "This form is no longer good.")
		if len(f.changes) != 0 {
			t.Fatalf("a form with %s token was taken", name)
		}
	}
	v.token = good
	v.header.Set("Sec-Fetch-Site", "cross-site")
	v.wants(v.post("/incidents/b3/comment", "text", "hello"), 403, "came from another site")
	v.token = good
	v.header.Set("Origin", "https://evil.example")
	v.wants(v.post("/incidents/b3/comment", "text", "hello"), 403, "came from another site")
	v.token = good
	v.goes(v.post("/incidents/b3/comment", "text", "hello"), "/incidents/b3?done=commented")

	stranger := newVisitor(t, s)
	stranger.get("/login")
	stranger.token = ""
	stranger.wants(stranger.post("/login", "name", "admin", "password", testPassword), 403, "no longer good")
}
