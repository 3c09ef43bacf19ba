package appliance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"picket/collector"
)

// browser starts a headless browser, or skips aloud where there is none; in CI
// there must be one.
func browser(t *testing.T) context.Context {
	t.Helper()
	const path = "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no browser: CI must install chromium (.ci/prepare)")
		}
		t.Skip("no browser: install chromium to run this test")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.IgnoreCertErrors, chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, end := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(end)
	return ctx
}

// TestNewcomerSeesTheDemo goes the way of a newcomer: the demo runs, the setup
// code makes an account, and the page of the gravest incident tells the attack.
func TestNewcomerSeesTheDemo(t *testing.T) {
	ctx := browser(t)
	c := testConfig(t.TempDir())
	r := start(t, c, nil)
	d := NewDemo()
	r.inputs.know(&input{}, d.Inputs())
	if err := d.Run(t.Context(), collector.Sink(r.queue)); err != nil {
		t.Fatal(err)
	}
	r.until("the demo is stored", func() bool { in := accountOf(&d.input); return in.Received > 500 && in.Stored == in.Received })
	r.until("there is an incident", func() bool { return r.Status().Open > 0 })
	_, code, _ := strings.Cut(r.out.String(), "setup code: ")
	code, _, _ = strings.Cut(code, "\n")

	b := tab{t, ctx}
	b.do(chromedp.Navigate(r.web.address+"/"), chromedp.WaitVisible("#code"), chromedp.SendKeys("#code", strings.TrimSpace(code)))
	b.follow("main form button")
	b.do(chromedp.WaitVisible("#name"), chromedp.SendKeys("#name", "vera"),
		chromedp.SendKeys("#password", "correct horse battery"), chromedp.SendKeys("#again", "correct horse battery"))
	b.follow("main form button")
	for name, path := range map[string]string{"overview": "/", "incidents": "/incidents", "events": "/events?q=198.51.100.23",
		"devices": "/devices", "status": "/status", "signatures": "/signatures", "signature": "/signatures/password_guessing",
		"tune": "/signatures/port_scan/tune", "noise": "/noise", "noise-new": "/noise/new?rule=port_scan", "why": "/events/3?rule=port_scan"} {
		b.do(chromedp.Navigate(r.web.address+path), chromedp.WaitVisible("#main"))
		b.shot(name)
	}
	b.do(chromedp.Navigate(r.web.address + "/incidents"))
	b.follow(`main a[href^="/incidents/"]`)
	b.shot("incident")
	body, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"198.51.100.23", "10.10.1.22"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the gravest incident does not name %s:\n%.2000s", want, body)
		}
	}
	b.makesException()
}

// makesException makes an exception of the first line of the open incident, looks
// at its preview, and finds it on the list.
func (b tab) makesException() {
	b.t.Helper()
	b.do(chromedp.Click(".step .proof summary"), chromedp.WaitVisible(`.step .acts a`))
	b.follow(`.step .acts a`)
	b.do(chromedp.SendKeys("#reason", "the auditors"))
	b.follow(`button[value="preview"]`)
	b.shot("preview")
	b.says("It would have hidden")
	b.follow(`button[value="make"]`)
	b.shot("exceptions")
	b.says("The control is in force", "the auditors", "vera")
	b.follow(`.controls form button`)
	b.says("The control has ended", "Nothing is hidden")
}

// says fails unless the page has these texts.
func (b tab) says(texts ...string) {
	b.t.Helper()
	body, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, want := range texts {
		if !strings.Contains(body, want) {
			b.t.Errorf("the page does not say %q:\n%.1500s", want, body)
		}
	}
}

// tab is a page in the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for i, s := range steps {
		if err := chromedp.Do(b.ctx, s); err != nil {
			b.shot("failed")
			b.t.Fatalf("step %d: %v", i, err)
		}
	}
}

// follow clicks and waits for the page that answers.
func (b tab) follow(selector string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(selector)); err != nil {
		b.shot("failed")
		b.t.Fatalf("%s: %v", selector, err)
	}
}

// shot keeps a picture of the page in the folder PICKET_SCREENSHOTS, if it is set.
func (b tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("PICKET_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Error(err)
	}
}
