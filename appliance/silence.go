package appliance

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"picket/appliance/manage"
	"picket/collector"
	"picket/normalize/ocsf"
)

// silenceParser marks what this box notices of its sources. Unlike its findings
// these are events for signatures: an absence can be a step of an attack.
const silenceParser = "sources"

// hear counts an event for the source that sent it; what this box says of a
// source is no word of it.
func (a *Appliance) hear(e *ocsf.Event) {
	if e.Parser != silenceParser {
		a.sources.Observe(e)
	}
}

// tellSilences puts an event into the pipeline for each source that fell silent.
func (a *Appliance) tellSilences(ctx context.Context, now time.Time) {
	fallen := a.sources.Fallen(now.UnixMilli(), a.started.UnixMilli())
	if len(fallen) == 0 {
		return
	}
	records := make([]collector.Record, len(fallen))
	for i := range fallen {
		records[i] = collector.Record{Event: silence(&fallen[i], now), Received: now, Input: &a.silences}
	}
	a.silences.Received.Add(uint64(len(records)))
	if _, err := a.queue.Put(ctx, records); err != nil {
		a.log.Warn("silent sources are not in the log", "sources", len(records), "error", err)
	}
}

// silence is the event that tells of one source.
func silence(src *manage.Source, now time.Time) *ocsf.Event {
	e := &ocsf.Event{Class: ocsf.BaseEvent, Activity: ocsf.Other, Severity: ocsf.Medium, Time: now.UnixMilli(), Logged: now.UnixMilli(), Parser: silenceParser}
	e.Set(ocsf.ActivityName, ocsf.Text("Silence"))
	e.SetText(ocsf.ProductVendor, "Picket")
	e.SetText(ocsf.ProductName, "Picket")
	e.SetText(ocsf.EventCode, "SOURCE_SILENT")
	e.SetText(ocsf.DeviceHostname, src.Name)
	if _, err := netip.ParseAddr(src.Address); err == nil {
		e.SetText(ocsf.DeviceIP, src.Address)
	}
	pause, usual := time.Duration(now.UnixMilli()-src.Last)*time.Millisecond, time.Duration(src.Gap)*time.Millisecond
	e.SetText(ocsf.Message, fmt.Sprintf("%s has said nothing for %v; until now its longest pause was %v", src.Name, pause.Round(time.Second), usual.Round(time.Second)))
	return e
}
