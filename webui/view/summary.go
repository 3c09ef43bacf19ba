package view

import (
	"strings"

	"picket/normalize/ocsf"
)

// deviceOf names the device that an event is from.
func deviceOf(e *ocsf.Event) string {
	for _, f := range [...]ocsf.Field{ocsf.DeviceHostname, ocsf.DeviceName, ocsf.DeviceIP} {
		if s := e.Text(f); s != "" {
			return s
		}
	}
	if e.From.IsValid() {
		return e.From.String()
	}
	return firstOf(e.Text(ocsf.ProductName), e.Input, "unknown")
}

// summary tells an event in one line, from what was understood of it.
func summary(e *ocsf.Event) string {
	var b strings.Builder
	say := func(before, s string) {
		if s == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteString(before)
		}
		b.WriteString(s)
	}
	if m := e.Text(ocsf.Message); m != "" && (e.Class == ocsf.DetectionFinding || e.Class == ocsf.IncidentFinding) {
		return m
	}
	say("", endpoint(e, ocsf.SrcIP, ocsf.SrcPort))
	say(" → ", endpoint(e, ocsf.DstIP, ocsf.DstPort))
	say(" · ", word(e, ocsf.ActionID, e.Get(ocsf.ActionID)))
	if b.Len() == 0 || !e.Has(ocsf.ActionID) {
		say(" · ", word(e, ocsf.StatusID, e.Get(ocsf.StatusID)))
	}
	say(" · user ", e.Text(ocsf.UserName))
	say(" · ", e.Text(ocsf.QueryName))
	say(" · ", strings.TrimSpace(e.Text(ocsf.HTTPMethod)+" "+firstOf(e.Text(ocsf.URLString), e.Text(ocsf.URLPath))))
	say(" · ", e.Text(ocsf.ProcessName))
	say(" · ", firstOf(e.Text(ocsf.FindingTitle), e.Text(ocsf.MalwareName)))
	if b.Len() < 12 {
		say(" · ", e.Text(ocsf.Message))
	}
	return b.String()
}

func endpoint(e *ocsf.Event, ip, port ocsf.Field) string {
	a := e.Addr(ip)
	if !a.IsValid() {
		return ""
	}
	s := a.String()
	if n := e.Num(port); n > 0 {
		if a.Is6() {
			s = "[" + s + "]"
		}
		s += ":" + e.Text(port)
	}
	return s
}
