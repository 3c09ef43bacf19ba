package webui

import (
	"log/slog"
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
		SetupCode: testCode, State: f, Incidents: f, Events: f, Devices: f, Status: f, Audit: f,
	}
	if change != nil {
		change(&opt)
	}
	return New(opt)
}
