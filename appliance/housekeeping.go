package appliance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"picket/normalize/ocsf"
	"picket/store"
)

// evidence are numbers of events that incidents cite and that are still to be
// copied to where they outlive the log.
type evidence struct {
	mu   sync.Mutex // guards seqs
	seqs []uint64
}

// maxEvidence bounds what waits; what goes over it is copied with the next
// change of its incident.
const maxEvidence = 200_000

func (e *evidence) add(incidents []*ocsf.Incident) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, in := range incidents {
		if len(e.seqs)+len(in.Evidence) <= maxEvidence {
			e.seqs = append(e.seqs, in.Evidence...)
		}
	}
}

// putBack lets numbers wait again.
func (e *evidence) putBack(seqs []uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.seqs)+len(seqs) <= maxEvidence {
		e.seqs = append(e.seqs, seqs...)
	}
}

func (e *evidence) take() []uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	seqs := e.seqs
	e.seqs = nil
	return seqs
}

// housekeeping does now and then what need not be done at once.
func (a *Appliance) housekeeping(ctx context.Context) error {
	soon := time.NewTicker(10 * time.Second)
	defer soon.Stop()
	later := time.NewTicker(time.Minute)
	defer later.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-soon.C:
			a.keepEvidence(ctx)
		case <-later.C:
			a.keepSources()
			a.tellSilences(ctx, a.opt.Now())
		}
	}
}

func (a *Appliance) keepEvidence(ctx context.Context) {
	seqs := a.evidence.take()
	if len(seqs) == 0 {
		return
	}
	if _, err := a.store.KeepEvidence(ctx, seqs); err != nil && !errors.Is(err, store.ErrClosed) {
		a.evidence.putBack(seqs)
		a.log.Warn("evidence was not copied; it is tried again", "error", err)
	}
}

// keepSources keeps the table of sources over a restart.
func (a *Appliance) keepSources() {
	b, err := a.sources.Save()
	if err == nil {
		err = a.store.Bucket(stateBucket).Put(sourcesKey, b)
	}
	if err != nil && !errors.Is(err, store.ErrClosed) {
		a.log.Warn("the table of sources was not kept", "error", err)
	}
}

// beat tells the SOC how the box is: one event of its own.
func (a *Appliance) beat() []byte {
	checks := a.Health()
	worst := Worst(checks)
	e := &ocsf.Event{Class: ocsf.AppLifecycle, Activity: ocsf.Other, Time: a.opt.Now().UnixMilli(), Parser: ownParser}
	e.Severity = [...]ocsf.Severity{OK: ocsf.Informational, Warning: ocsf.Medium, CriticalState: ocsf.Critical, Unknown: ocsf.Low}[worst]
	e.Set(ocsf.ActivityName, ocsf.Text("Health"))
	e.SetText(ocsf.ProductVendor, "Picket")
	e.SetText(ocsf.ProductName, "Picket")
	e.SetText(ocsf.ProductVersion, Version)
	e.SetText(ocsf.DeviceHostname, a.Config().Name)
	e.SetText(ocsf.AppApplication, "Picket")
	var bad []string
	for _, c := range checks {
		if c.State != OK {
			bad = append(bad, fmt.Sprintf("%s %s: %s", c.State, c.Name, c.Text))
		}
		e.SetUnmapped("health."+c.Name, ocsf.Text(c.State.String()))
	}
	e.SetText(ocsf.Message, "health "+worst.String())
	e.SetText(ocsf.StatusDetail, strings.Join(bad, "; "))
	s := a.Status()
	e.SetUnmapped("last_sequence", ocsf.Int(int64(s.Store.Last)))
	for _, in := range s.Inputs {
		e.SetUnmapped("received."+in.Name, ocsf.Int(int64(in.Received)))
		e.SetUnmapped("dropped."+in.Name, ocsf.Int(int64(in.DroppedFull+in.DroppedKernel)))
	}
	e.Conform()
	return e.AppendJSON(nil)
}

// demo tells the built-in scenario, once.
func (a *Appliance) demo(ctx context.Context) error {
	if a.store.Last() > 0 {
		a.log.Info("the demo is told into an empty folder only; this one holds events")
		return nil
	}
	d := NewDemo()
	a.inputs.know(&input{}, d.Inputs())
	return d.Run(ctx, a.queue)
}
