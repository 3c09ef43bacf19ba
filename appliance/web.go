package appliance

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"time"

	"picket/appliance/config"
	"picket/webui"
)

// web is the listener of the pages.
type web struct {
	server   *webui.Server
	listener net.Listener
	address  string // https://…
	code     string // setup code of this start, "" when there are accounts
	http     http.Server
}

// newWeb binds the listener of the pages.
func (a *Appliance) newWeb(ctx context.Context, c *config.Config) (*web, error) {
	state := pageState{a.store}
	w := &web{}
	accounts := false
	err := state.Each(ctx, webui.AccountBucket, func(string, []byte) bool { accounts = true; return false })
	if err != nil {
		return nil, err
	}
	zone, err := config.Zone(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("timezone: %w", err)
	}
	var from []netip.Prefix
	for _, n := range c.Web.MetricsFrom {
		p, err := netip.ParsePrefix(n)
		if err != nil {
			return nil, fmt.Errorf("web.metrics_from: %w", err)
		}
		from = append(from, p)
	}
	if !accounts {
		w.code = webui.NewSetupCode()
	}
	w.server = webui.New(webui.Options{
		Site: c.Name, Version: Version, Zone: zone, Now: a.opt.Now, Log: a.log, SetupCode: w.code, State: state,
		Incidents: pageIncidents{a}, Noise: pageNoise{a}, Signatures: pageSignatures{a}, Events: pageEvents{a.store}, Devices: pageDevices{a}, Status: pageStatus{a}, Audit: pageAudit{a.store},
		MetricsFrom: from,
		Health:      http.HandlerFunc(a.healthz),
		Ready:       http.HandlerFunc(a.readyz),
		Metrics:     http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { writeMetrics(rw, a.Status()) }),
	})
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(ctx, "tcp", c.Web.Listen)
	if err != nil {
		return nil, fmt.Errorf("pages: %w (web.listen)", err)
	}
	w.address = "https://" + pageHost(l.Addr().(*net.TCPAddr))
	w.listener = tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certs.web(), nil },
	})
	w.http = http.Server{
		Handler: w.server.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       log.New(discard{}, "", 0), // browsers that do not trust the certificate yet, mostly
	}
	return w, nil
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func pageHost(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", a.Port)
	}
	return a.String()
}

// run serves the pages until ctx ends.
func (w *web) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		w.server.Close()
		end, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if w.http.Shutdown(end) != nil {
			w.http.Close()
		}
	})
	defer stop()
	if err := w.http.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// healthz tells whether the process lives, readyz whether it does its work.
func (a *Appliance) healthz(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

func (a *Appliance) readyz(w http.ResponseWriter, _ *http.Request) {
	checks := a.Health()
	if Worst(checks) == CriticalState {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	for _, c := range checks {
		fmt.Fprintf(w, "%s %s\n", c.State, c.Name) // no details for strangers
	}
}

// greet tells the console where the pages are, and the setup code of a first
// start.
func (a *Appliance) greet() {
	for _, name := range a.inputs.names {
		fmt.Fprintf(a.opt.Console, "receiving on %s\n", name)
	}
	if a.web == nil {
		return
	}
	fmt.Fprintf(a.opt.Console, "pages at %s\n", a.web.address)
	if a.web.code != "" {
		fmt.Fprintf(a.opt.Console, "\nsetup code: %s\nIt is needed once, on the first page, to make the administrator's account.\n", a.web.code)
	}
}
