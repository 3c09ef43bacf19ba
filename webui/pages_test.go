package webui

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// paths are addresses of every page, for tests that go over all.
func paths() []string {
	var out []string
	for _, p := range everyPage {
		out = append(out, p.path)
	}
	return append(out, "/incidents?state=all&sort=recent&severity=3&q=web01", "/incidents?q=nothing+like+this", "/events?range=&from=2026-11-24T02:00&to=2026-11-24T03:00",
		"/events?range=&from=yesterday", "/events/live?q=%28", "/devices?sort=unknown", "/devices/source/10.20.0.9", "/audit?before=2", "/events/999999", "/incidents/none")
}

func TestEveryPageIsGuarded(t *testing.T) {
	f := newFake()
	scene(f)
	s := newServer(f, nil)
	newVisitor(t, s).setUp()
	for _, p := range pages {
		if p.access != signedIn || p.pattern == "/" {
			continue
		}
		method, path, _ := strings.Cut(p.pattern, " ")
		path = strings.NewReplacer("{uid}", "7f3a91c2", "{seq}", "3", "{id}", "10.20.0.1", "{$}", "").Replace(path)
		v := newVisitor(t, s)
		v.get("/login")
		var a answer
		if method == "POST" {
			a = v.post(path, "text", "x", "value", "triaged", "verdict", "benign", "note", "x")
		} else {
			a = v.get(path)
		}
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/login") {
			t.Errorf("%s: status %d to %q for someone who is not signed in", p.pattern, a.status, a.location)
		}
	}
	if len(f.changes) != 0 {
		t.Errorf("changes were made: %v", f.changes)
	}
}

func TestHeadersAndMarkup(t *testing.T) {
	_, _, v := signedInto(t)
	for _, p := range paths() {
		a := v.get(p)
		if a.status >= 500 || a.status == http.StatusSeeOther {
			t.Errorf("%s: status %d", p, a.status)
		}
		checkPage(t, p, a)
	}
	for _, p := range []string{"/login", "/setup"} {
		w := newVisitor(t, newServer(newFake(), nil))
		w.get("/setup")
		checkPage(t, p, w.get("/setup"))
	}
}

// checkPage holds a page against what every page promises.
func checkPage(t *testing.T, path string, a answer) {
	t.Helper()
	for k, want := range map[string]string{
		"Content-Security-Policy":   "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := a.header.Get(k); got != want {
			t.Errorf("%s: %s is %q, want %q", path, k, got, want)
		}
	}
	for _, r := range a.body {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar) {
			t.Errorf("%s: the page has the character %U", path, r)
			break
		}
	}
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		at := map[string]string{}
		for _, x := range n.Attr {
			at[x.Key] = x.Val
			switch {
			case x.Key == "style", strings.HasPrefix(x.Key, "on"):
				t.Errorf("%s: <%s> has %s", path, n.Data, x.Key)
			case x.Key == "href", x.Key == "src", x.Key == "action":
				if !strings.HasPrefix(x.Val, "/") && !strings.HasPrefix(x.Val, "#") || strings.HasPrefix(x.Val, "//") {
					t.Errorf("%s: <%s> leads to %q", path, n.Data, x.Val)
				}
			case x.Key == "id":
				if ids[x.Val] {
					t.Errorf("%s: two elements have the id %s", path, x.Val)
				}
				ids[x.Val] = true
			}
		}
		switch n.Data {
		case "script":
			if !strings.HasPrefix(at["src"], "/static/picket.js?v=") || n.FirstChild != nil {
				t.Errorf("%s: a script that is not Picket's: %v", path, at)
			}
		case "img", "iframe", "object", "embed", "style", "base":
			t.Errorf("%s: has a <%s>", path, n.Data)
		case "form":
			if strings.EqualFold(at["method"], "post") && !strings.Contains(children(n), "csrf=") {
				t.Errorf("%s: the form %s has no token", path, at["action"])
			}
		}
	}
	for n := range doc.Descendants() {
		for _, x := range n.Attr {
			if (x.Key == "for" || x.Key == "aria-labelledby" || x.Key == "aria-describedby") && !ids[x.Val] {
				t.Errorf("%s: %s=%s names nothing", path, x.Key, x.Val)
			}
		}
	}
}

// children lists the named fields below an element.
func children(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		name, value := "", ""
		for _, x := range c.Attr {
			if x.Key == "name" {
				name = x.Val
			}
			if x.Key == "value" {
				value = x.Val
			}
		}
		if name != "" && value != "" {
			b.WriteString(name + "=" + value + " ")
		}
	}
	return b.String()
}

func TestHostileTextIsShown(t *testing.T) {
	_, _, v := signedInto(t)
	for _, p := range []string{"/", "/incidents", "/incidents/b3", "/events?range=all", "/events/18"} {
		a := v.get(p)
		for _, want := range []string{"&lt;script&gt;alert(1)&lt;/script&gt;", `<span class="ctl">ESC</span>[31mred`, `<span class="ctl">U+202E</span>gnp.exe`, `<span class="ctl">\xff</span>`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s does not show %s", p, want)
			}
		}
	}
	a := v.get("/events?range=all&q=" + "user.name:%22%3Cscript%3E*%22")
	v.wants(a, 200, "&lt;script&gt;")
}

func TestPlainHTTPIsRefused(t *testing.T) {
	w := httptest.NewRecorder()
	newServer(newFake(), nil).Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://picket.example/setup", nil))
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d, want 403", w.Code)
	}
}

func TestErrorsTellNoSecrets(t *testing.T) {
	f := newFake()
	scene(f)
	var logged strings.Builder
	s := newServer(f, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&logged, nil)) })
	v := newVisitor(t, s)
	v.setUp()
	f.failWith = errors.New("open /var/lib/secret: input/output error")
	a := v.get("/status")
	v.wants(a, 500, "Something went wrong inside Picket.")
	if strings.Contains(a.body, "secret") {
		t.Error("the page tells the cause")
	}
	if !strings.Contains(logged.String(), "input/output error") {
		t.Errorf("the log does not tell the cause: %s", logged.String())
	}
	_, ref, _ := strings.Cut(logged.String(), "reference=")
	if ref = strings.TrimSpace(ref); len(ref) != 8 || !strings.Contains(a.body, ref) {
		t.Errorf("reference %q is not on the page", ref)
	}
	v.wants(v.get("/incidents/none"), 404, "There is nothing here.")
	v.wants(v.get("/no/such/page"), 404, "There is nothing here.")
	v.wants(v.get("/events/x"), 404, "There is nothing here.")
	v.wants(v.get("/devices/source/none"), 404, "There is nothing here.")
}

func TestAssetsAndProbes(t *testing.T) {
	say := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	f := newFake()
	s := newServer(f, func(o *Options) {
		o.Health, o.Ready, o.Metrics = say("alive"), say("ready"), say("picket_events 1")
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	})
	v := newVisitor(t, s)
	v.wants(v.get("/healthz"), 200, "alive")
	v.wants(v.get("/readyz"), 200, "ready")
	v.wants(v.get("/metrics"), 403, "Sign in")
	v.from = "127.0.0.1:9"
	v.wants(v.get("/metrics"), 200, "picket_events")
	v.from = "198.51.100.9:9"
	v.wants(v.get("/metrics"), 200, "picket_events")
	v.from = "192.0.2.7:9"
	v.setUp()
	v.wants(v.get("/metrics"), 200, "picket_events")
	for _, p := range []string{s.static.css, s.static.js, "/static/icon.svg"} {
		a := v.get(p)
		if a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "public") || a.header.Get("Content-Type") == "" {
			t.Errorf("%s: status %d, %v", p, a.status, a.header)
		}
	}
	if a := v.get("/static/..%2fwebui.go"); a.status != 404 {
		t.Errorf("status %d for a file outside", a.status)
	}
}
