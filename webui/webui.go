// Package webui is what the local administrator sees: pages over HTTPS, plain
// HTML that works without JavaScript and is livelier with it.
//
// Nobody gets past the one-time setup code of the first start, and after it
// nobody without an account. Every page and every form is bound to a session,
// and a strict content security policy lets nothing in but Picket's own style
// and script. What came out of a log is hostile text on every page (see
// package view).
//
// The package owns no listener and no data: appliance serves [Server.Handler]
// over TLS, hands in where the data comes from ([Options]), and tells of
// committed events with [Server.Publish]. A Server is safe for concurrent use.
// [Server.Close] ends the live pages, so that a shutdown need not wait for them.
package webui

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"picket/webui/view"
)

// Options is what the pages need. State, Incidents, Noise, Signatures, Events,
// Devices, Status and Audit must be given, the rest has defaults.
type Options struct {
	Site    string // shown in the head of every page
	Version string
	Zone    *time.Location // in which times are shown and typed; nil for local
	Now     func() time.Time
	Log     *slog.Logger

	// SetupCode lets whoever has it create the first account, see
	// [NewSetupCode]. It is not asked for once there is an account. Without it
	// and without an account nobody gets in.
	SetupCode string

	State      State
	Incidents  Incidents
	Noise      Noise
	Signatures Signatures
	Events     Events
	Devices    Devices
	Status     Status
	Audit      Audit

	// Health and Ready answer /healthz and /readyz to anyone; Metrics answers
	// /metrics to whoever is signed in, to this host and to MetricsFrom.
	Health, Ready, Metrics http.Handler
	MetricsFrom            []netip.Prefix

	Idle        time.Duration // a session unused for so long ends; default 1 h
	Absolute    time.Duration // and any after so long; default 12 h
	LiveClients int           // live pages at a time; default 16
}

// Server serves the pages.
type Server struct {
	opt     Options
	handler http.Handler
	hub     *hub
	hashing chan struct{} // holds a token for each password that is being hashed
	byAddr  *limiter      // tries to sign in or set up, by address
	byName  *limiter      // the same by account
	static  static

	setup   sync.Mutex           // held while the first account is made; guards tickets
	tickets map[string]time.Time // browsers that gave the setup code, until when

	accountChange sync.Mutex // held while an account is changed
	sessionChange sync.Mutex // held while a session is changed or ended

	open openCount
}

// New returns a server for these options.
func New(opt Options) *Server {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Zone == nil {
		opt.Zone = time.Local
	}
	if opt.Idle == 0 {
		opt.Idle = time.Hour
	}
	if opt.Absolute == 0 {
		opt.Absolute = 12 * time.Hour
	}
	if opt.LiveClients == 0 {
		opt.LiveClients = 16
	}
	s := &Server{
		opt:     opt,
		hub:     newHub(opt.LiveClients, opt.Now),
		hashing: make(chan struct{}, 2),
		byAddr:  newLimiter(opt.Now, 5, 15*time.Minute),
		byName:  newLimiter(opt.Now, 10, time.Minute),
		static:  readStatic(),
		tickets: map[string]time.Time{},
	}
	s.handler = s.routes()
	return s
}

// Handler answers all requests. It refuses what did not come over TLS.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends all live pages and refuses new ones.
func (s *Server) Close() { s.hub.close() }

// Pages returns what the pages count about themselves, for status and metrics.
func (s *Server) Pages() view.LiveCounts { return s.hub.counts() }

// openCount remembers the number of open incidents for a moment, because every
// page shows it.
type openCount struct {
	sync.Mutex // guards the rest
	at         time.Time
	count      view.Count
}

// openIncidents counts the open incidents, not older than two seconds.
func (s *Server) openIncidents(ctx context.Context) view.Count {
	s.open.Lock()
	defer s.open.Unlock()
	now := s.opt.Now()
	if age := now.Sub(s.open.at); age >= 0 && age < 2*time.Second {
		return s.open.count
	}
	n, err := s.opt.Incidents.Open(ctx)
	if err != nil {
		s.opt.Log.Error("counting open incidents", keyError, err)
		return s.open.count
	}
	s.open.at, s.open.count = now, n
	return n
}

// forgetOpen makes the next page count again.
func (s *Server) forgetOpen() {
	s.open.Lock()
	s.open.at = time.Time{}
	s.open.Unlock()
}

// Keys of log attributes.
const (
	keyError   = "error"
	keyFrom    = "from"
	keyAccount = "account"
	keyPath    = "path"
	keyRef     = "reference"
)
