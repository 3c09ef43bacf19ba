package correlate

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

var day = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).UnixMilli()

// stream makes events for an engine and collects what it finds.
type stream struct {
	t         testing.TB
	g         *Engine
	seq       uint64
	events    []*ocsf.Event
	findings  []*ocsf.Finding
	incidents map[string]*ocsf.Incident
	order     []string
}

func newStream(t testing.TB, g *Engine) *stream {
	return &stream{t: t, g: g, incidents: map[string]*ocsf.Incident{}}
}

// event makes an event at a time in seconds from the start of the day.
func event(class ocsf.Class, at float64, set ...any) *ocsf.Event {
	e := &ocsf.Event{Class: class, Time: day + int64(at*1000), Logged: day + int64(at*1000) + 3, Parser: "test"}
	for i := 0; i < len(set); i += 2 {
		switch k := set[i].(type) {
		case ocsf.Field:
			switch v := set[i+1].(type) {
			case int:
				e.SetInt(k, int64(v))
			case string:
				if k.Info().Many {
					e.Append(k, ocsf.Text(v))
				} else if !e.SetText(k, v) {
					panic(fmt.Sprintf("%v does not take %q", k, v))
				}
			}
		case string:
			e.SetUnmapped(k, ocsf.Text(fmt.Sprint(set[i+1])))
		}
	}
	return e
}

func connection(at float64, src, dst string, port int, more ...any) *ocsf.Event {
	return event(ocsf.NetworkActivity, at, append([]any{ocsf.ActivityID, ocsf.NetTraffic, ocsf.SrcIP, src, ocsf.DstIP, dst, ocsf.DstPort, port, ocsf.Protocol, "tcp", ocsf.DeviceHostname, "fw1"}, more...)...)
}

func denied(at float64, src, dst string, port int) *ocsf.Event {
	return connection(at, src, dst, port, ocsf.ActionID, ocsf.Denied)
}

func logon(at float64, ok bool, src, host, user string) *ocsf.Event {
	status := ocsf.Failure
	if ok {
		status = ocsf.Success
	}
	return event(ocsf.Authentication, at, ocsf.ActivityID, ocsf.Logon, ocsf.StatusID, status, ocsf.SrcIP, src, ocsf.DeviceHostname, host,
		ocsf.UserName, user, ocsf.ServiceName, "sshd")
}

func alert(at float64, severity ocsf.Severity, title, src, dst string) *ocsf.Event {
	return event(ocsf.DetectionFinding, at, ocsf.SeverityID, int(severity), ocsf.FindingTitle, title, ocsf.SrcIP, src, ocsf.DstIP, dst, ocsf.DeviceHostname, "ids1")
}

func (s *stream) play(events ...*ocsf.Event) *stream {
	slices.SortStableFunc(events, func(a, b *ocsf.Event) int { return int(a.Time - b.Time) })
	var out Output
	scratch := s.g.rules.NewScratch()
	for _, e := range events {
		s.seq++
		e.Seq = s.seq
		s.events = append(s.events, e)
		s.g.Observe(e, s.g.rules.Match(e, scratch), &out)
		s.take(&out)
	}
	return s
}

func (s *stream) finish() *stream {
	var out Output
	s.g.Finish(&out)
	s.take(&out)
	return s
}

func (s *stream) take(out *Output) {
	s.findings = append(s.findings, out.Findings...)
	for _, in := range out.Incidents {
		old := s.incidents[in.UID]
		if old == nil {
			s.order = append(s.order, in.UID)
		} else if in.Version <= old.Version {
			s.t.Errorf("incident %s: version %d after %d", in.UID, in.Version, old.Version)
		}
		s.incidents[in.UID] = in
	}
	out.Reset()
}

// stories returns the incidents that did not go into others.
func (s *stream) stories() []*ocsf.Incident {
	var out []*ocsf.Incident
	for _, uid := range s.order {
		if s.incidents[uid].Into == "" {
			out = append(out, s.incidents[uid])
		}
	}
	return out
}

// one returns the only incident.
func (s *stream) one() *ocsf.Incident {
	s.t.Helper()
	st := s.stories()
	if len(st) != 1 {
		var titles []string
		for _, in := range st {
			titles = append(titles, in.Title)
		}
		s.t.Fatalf("%d incidents, want one: %s", len(st), strings.Join(titles, "; "))
	}
	return st[0]
}

func site() *Inventory {
	return NewInventory([]Asset{
		{Address: netip.MustParseAddr("10.0.0.53"), Name: "ns1", Role: "dns server", Worth: "high"},
		{Address: netip.MustParseAddr("10.0.0.200"), Name: "scan1", Role: "authorised scanner", Worth: "low"},
		{Address: netip.MustParseAddr("10.0.0.1"), Name: "gw", Role: "nat address"},
		{Name: "dc1.corp.example", Role: "domain controller", Worth: "critical"},
		{Address: netip.MustParseAddr("10.0.0.30"), Name: "srv03", Role: "web server", Worth: "high"},
	})
}
