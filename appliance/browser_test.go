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

	var title, body string
	shot := func(name string) chromedp.Action {
		return chromedp.ActionFunc(func(ctx context.Context) error {
			dir := os.Getenv("PICKET_SCREENSHOTS")
			if dir == "" {
				return nil
			}
			var png []byte
			if err := chromedp.FullScreenshot(&png, 100).Do(ctx); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
		})
	}
	err := chromedp.Run(ctx,
		chromedp.Navigate(r.web.address+"/"),
		chromedp.WaitVisible(`input[name=code]`),
		shot("setup"),
		chromedp.SendKeys(`input[name=code]`, code),
		chromedp.Submit(`input[name=code]`),
		chromedp.WaitVisible(`input[name=name]`),
		chromedp.SendKeys(`input[name=name]`, "vera"),
		chromedp.SendKeys(`input[name=password]`, "correct horse battery"),
		chromedp.SendKeys(`input[name=again]`, "correct horse battery"),
		chromedp.Submit(`input[name=password]`),
		chromedp.WaitVisible(`nav`),
		shot("overview"),
		chromedp.Navigate(r.web.address+"/incidents"),
		chromedp.WaitVisible(`a[href^="/incidents/"]`),
		shot("incidents"),
		chromedp.Click(`main a[href^="/incidents/"]`),
		chromedp.WaitVisible(`h1`),
		chromedp.Title(&title),
		chromedp.Text(`main`, &body),
		shot("incident"),
		chromedp.Navigate(r.web.address+"/events?q=198.51.100.23"),
		chromedp.WaitVisible(`main`),
		shot("events"),
		chromedp.Navigate(r.web.address+"/devices"),
		chromedp.WaitVisible(`main`),
		shot("devices"),
		chromedp.Navigate(r.web.address+"/status"),
		chromedp.WaitVisible(`main`),
		shot("status"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"198.51.100.23", "10.10.1.22"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the gravest incident (%s) does not name %s", title, want)
		}
	}
}
