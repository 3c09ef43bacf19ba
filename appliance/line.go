package appliance

import (
	"time"

	"picket/appliance/config"
	"picket/appliance/uplink"
	"picket/store"
)

// newUplink makes the forwarder of the log to the SOC.
func (a *Appliance) newUplink(c *config.Config) *uplink.Forwarder {
	return &uplink.Forwarder{
		Log: a.soc, State: lineState{a.store.Bucket("uplink")},
		Transport: &uplink.NATS{Servers: uplink.Servers{URLs: c.Uplink.URLs, CA: c.Uplink.CA, Certificate: c.Uplink.Certificate, Key: c.Uplink.Key, Name: c.Name}},
		Box:       uplink.Token(c.Name), Tenant: uplink.Token(c.Uplink.Tenant), Site: uplink.Token(c.Uplink.Site),
		Health: a.beat, Now: a.opt.Now, Logger: a.log,
	}
}

// lineState keeps the uplink's cursors in the store.
type lineState struct{ store.Bucket }

var _ uplink.State = lineState{}

// lineStatus sums up how the uplink stands.
func (a *Appliance) lineStatus(c *config.Config, now time.Time) *Line {
	s := a.line.Status()
	l := &Line{Connected: s.Connected, Server: s.Server, Since: s.Since, MaxAge: time.Duration(c.Uplink.MaxAge).Milliseconds(),
		Age: s.Age().Milliseconds(), Backlog: s.Backlog(), Lost: s.Lost, Error: s.LinkError}
	l.Ahead, l.BadReceipts = s.Ahead, s.BadReceipts
	if l.Error == "" {
		l.Error = s.LastError
	}
	for _, one := range s.Lanes {
		l.TooLarge += one.TooLarge
		l.Lanes = append(l.Lanes, Lane{Name: string(one.Lane), Sent: one.Sent, Receipted: one.Receipted, Backlog: one.Backlog,
			Batches: one.Batches, Bytes: one.Bytes, Resent: one.Resent, Age: one.AgeMS})
	}
	return l
}
