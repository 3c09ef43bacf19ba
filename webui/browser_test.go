package webui

import (
	"context"
	"flag"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"picket/normalize/ocsf"
)

var shots = flag.String("shots", "", "write screenshots of the pages into this folder")

// browser finds the browser for these tests. Without one they are skipped,
// but never where CI=true promises one.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium on this machine, and CI=true")
	}
	t.Skip("no chromium on this machine: the pages were not looked at in a browser")
	return ""
}

// tab is a browser's tab, with what its console said.
type tab struct {
	context.Context
	t    *testing.T
	base string
	mu   sync.Mutex // guards said
	said []string
}

// newTab starts a browser with one tab. It ends with the test.
func newTab(t *testing.T, base string) *tab {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("ignore-certificate-errors", true))
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	ctx, stopBrowser := chromedp.NewExecAllocator(ctx, opts...)
	ctx, stopTab := chromedp.NewContext(ctx)
	b := &tab{Context: ctx, t: t, base: base}
	console := chromedp.Console(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		for m, err := range console {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.said = append(b.said, m.String())
			b.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		stopTab()
		stopBrowser()
		stop()
		listening.Wait()
	})
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for i, step := range steps {
		if err := chromedp.Do(b, step); err != nil {
			b.t.Fatalf("step %d: %v\n%s", i, err, b.text())
		}
	}
}

// eval returns the value of a JavaScript expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// press clicks on what leads to another page, and waits for that.
func (b *tab) press(selector string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b, chromedp.Click(selector)); err != nil {
		b.t.Fatalf("press %s: %v\n%s", selector, err, b.text())
	}
}

func (b *tab) text() string {
	s, err := chromedp.Run(b, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return s
}

// wants fails unless the page says something, soon. A page that is just being
// replaced cannot be asked; the next one can.
func (b *tab) wants(text string) {
	b.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-tick.C {
		ok, err := chromedp.Run(b, chromedp.Evaluate[bool]("document.body.innerText.includes("+strconv.Quote(text)+")"))
		if err == nil && ok {
			return
		}
	}
	b.t.Fatalf("the page does not say %q:\n%s", text, b.text())
}

// shot keeps a picture of the whole page when -shots asks for it.
func (b *tab) shot(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	png, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) desktop() { b.do(chromedp.EmulateViewport(1280, 900)) }

func (b *tab) phone() {
	b.do(chromedp.EmulateViewport(390, 844, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// scheme makes the browser prefer a colour scheme, on a screen or in print.
func (b *tab) scheme(name, medium string) {
	b.t.Helper()
	_, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

func serveTLS(t *testing.T, s *Server) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(s.Handler())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(func() { s.Close(); srv.Close() })
	return srv.URL
}

// everyPage are the pages that a visitor sees, by a name for their picture.
var everyPage = []struct{ name, path string }{
	{"overview", "/"}, {"incidents", "/incidents"}, {"incident", "/incidents/7f3a91c2"}, {"incident-hostile", "/incidents/b3"}, {"incident-closed", "/incidents/b4"},
	{"events", "/events?range=all"}, {"events-wrong", "/events?q=user.name%3A%28bob+alice%29&range=1h"}, {"event", "/events/3"}, {"event-hostile", "/events/18"},
	{"live", "/events/live"}, {"fields", "/events/fields"}, {"noise", "/noise"}, {"noise-hid", "/noise/c-1"}, {"noise-new", "/noise/new?kind=exception&finding=f2"}, {"noise-hostile", "/noise/new?kind=silence&rule=site/odd"},
	{"signatures", "/signatures"}, {"signature", "/signatures/picket-login-guessing"}, {"signature-hostile", "/signatures/site%2Fodd"}, {"tune", "/signatures/picket-login-guessing/tune"},
	{"why", "/events/3?rule=failed_logon"}, {"devices", "/devices"}, {"source", "/devices/source/10.20.3.7"}, {"inventory", "/devices/inventory"},
	{"status", "/status"}, {"account", "/account"}, {"audit", "/audit"}, {"missing", "/nowhere"},
}

func TestBrowser(t *testing.T) {
	f := newFake()
	s := newServer(f, nil)
	b := newTab(t, serveTLS(t, s))
	b.desktop()

	b.open("/")
	b.wants("First start")
	b.shot("setup")
	b.do(chromedp.SendKeys("#code", "wrong"))
	b.press("form button")
	b.wants("not the setup code")
	b.do(chromedp.SetValue("#code", strings.ToLower(testCode)))
	b.press("form button")
	b.wants("The administrator")
	b.do(chromedp.SendKeys("#name", "admin"), chromedp.SendKeys("#password", testPassword), chromedp.SendKeys("#again", testPassword))
	b.shot("setup-account")
	b.press("form button")
	b.wants("Nothing asks for action now")
	b.shot("overview-empty")
	for _, p := range []string{"incidents", "events", "devices", "devices/inventory", "status"} {
		b.open("/" + p)
		b.shot("empty-" + strings.ReplaceAll(p, "/", "-"))
	}
	f.mu.Lock()
	scene(f)
	f.mu.Unlock()
	s.forgetOpen()

	b.press(`//button[text()="Sign out"]`)
	b.wants("You are signed out")
	b.open("/incidents/7f3a91c2")
	b.wants("Sign in")
	b.do(chromedp.SendKeys("#name", "admin"), chromedp.SendKeys("#password", testPassword))
	b.shot("login")
	b.press("form button")
	b.wants("203.0.113.66 guessed the password of m.weber")

	b.press(`//button[text()="Assign to me"]`)
	b.wants("It is yours now")
	b.press(`.todo button.tick`)
	b.wants("Marked as done")
	b.press(`//button[text()="Triage"]`)
	b.wants("The state is changed")
	b.do(chromedp.Click(".step:nth-child(2) summary"))
	b.shot("incident-opened")

	b.refreshes(f)

	for _, p := range everyPage {
		b.open(p.path)
		b.shot(p.name)
		b.narrow(p.path, 1280)
	}
	b.scheme("dark", "screen")
	for _, p := range everyPage[:17] {
		if *shots != "" {
			b.open(p.path)
			b.shot("dark-" + p.name)
		}
	}
	b.scheme("dark", "print")
	b.open("/incidents/7f3a91c2")
	b.shot("print-incident")
	b.scheme("light", "screen")
	b.do(chromedp.EmulateViewport(820, 1100))
	for _, p := range everyPage {
		b.open(p.path)
		b.shot("tablet-" + p.name)
		b.narrow(p.path, 820)
	}
	b.phone()
	for _, p := range everyPage {
		b.open(p.path)
		b.shot("phone-" + p.name)
		b.narrow(p.path, 390)
	}
	b.desktop()

	b.open("/incidents/7f3a91c2")
	b.do(chromedp.Click(".close summary"), chromedp.Click(`input[value=true_positive]`), chromedp.SendKeys("#note", "Account locked, address blocked, files01 rebuilt."))
	b.press(`//button[text()="Close the incident"]`)
	b.wants("The incident is closed")
	b.wants("Account locked")
	b.open("/incidents")
	if strings.Contains(b.text(), "203.0.113.66 guessed") {
		t.Error("a closed incident is still among the open ones")
	}
	b.quiet()
}

// refreshes checks that a page that fetches itself again shows what is new,
// leaves open what was opened, and keeps its hands off what is being typed.
func (b *tab) refreshes(f *fake) {
	b.t.Helper()
	say := func(text string) {
		if err := f.Change(b, "7f3a91c2", Change{By: "anna", Comment: text}); err != nil {
			b.t.Fatal(err)
		}
		eval[bool](b, "void refresh() || true")
	}
	say("the first remark")
	b.wants("the first remark")
	if !eval[bool](b, `document.querySelector(".step:nth-child(2) details").open`) {
		b.t.Error("the evidence that was open is closed")
	}
	b.do(chromedp.SendKeys("#text", "half a comm"))
	say("the second remark")
	if got := eval[string](b, `document.getElementById("text").value`); got != "half a comm" || strings.Contains(b.text(), "the second remark") {
		b.t.Errorf("what was typed became %q", got)
	}
	eval[bool](b, `document.getElementById("text").value = "", document.activeElement.blur(), true`)
	say("the third remark")
	b.wants("the second remark")
}

// narrow fails when the page is wider than the window.
func (b *tab) narrow(path string, width int) {
	b.t.Helper()
	if wide := eval[int](b, "document.documentElement.scrollWidth"); wide > width {
		who := eval[string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join("\n")`)
		b.t.Errorf("%s is %d pixels wide in a window of %d:\n%s", path, wide, width, who)
	}
}

// quiet fails when the console said anything but that a page was missing.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		if !strings.Contains(s, "status of 404") && !strings.Contains(s, "status of 422") {
			b.t.Errorf("the console says: %s", s)
		}
	}
}

func TestBrowserLive(t *testing.T) {
	f := newFake()
	scene(f)
	s := newServer(f, nil)
	b := newTab(t, serveTLS(t, s))
	b.desktop()
	b.open("/setup")
	b.do(chromedp.SendKeys("#code", testCode))
	b.press("form button")
	b.do(chromedp.SendKeys("#name", "admin"), chromedp.SendKeys("#password", testPassword), chromedp.SendKeys("#again", testPassword))
	b.press("form button")
	b.open("/events/live?q=user.name:m.weber")
	b.wants("watching")

	wanted, other := f.log[7].Clone(), f.log[0].Clone()
	wanted.Seq, other.Seq = 4711, 4712
	s.Publish([]*ocsf.Event{wanted, other})
	b.wants("watching, 1 new")
	if n := eval[int](b, `document.querySelectorAll('a[href="/events/4711"]').length*10 + document.querySelectorAll('a[href="/events/4712"]').length`); n != 10 {
		t.Errorf("rows shown: %02d, want the one that matches and not the other", n)
	}
	b.shot("live-moving")
	b.do(chromedp.Click("#pause"))
	b.wants("paused")
	b.do(chromedp.Click("#pause"))
	b.wants("watching")
	s.Close()
	b.wants("Picket shuts down")
	b.quiet()
}
