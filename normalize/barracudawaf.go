package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// barracudaWAF reads the Web Application Firewall's default formats, which begin with
// the unit's name and the kind: WF (attacks), TR (requests), AUDIT, SYS and NF
// (Barracuda, How to Configure Syslog and other Logs).
var barracudaWAF = &Parser{
	Name: "barracudawaf", Vendor: "Barracuda", Product: "Web Application Firewall",
	Next:  ` -._:`,
	Shape: func(s string) bool { kind, _, _, _ := wafKind(s); return kind != "" },
	Parse: parseBarracudaWAF,
}

// wafKind takes the unit's name and the kind off; the former may be part of the
// header.
func wafKind(s string) (kind, unit, rest string, ok bool) {
	for n := 0; n < 2 && s != ""; n++ {
		i := strings.IndexByte(s[:min(len(s), 64)], ' ')
		if i <= 0 {
			break
		}
		w := s[:i]
		more := s[len(w)+1:]
		switch w {
		case "WF":
			ok = len(more) > 5 && upper(more[0]) && (more[4] == ' ' || more[3] == ' ')
		case "TR":
			_, n := scanAddr(more)
			ok = n > 0
		case "AUDIT":
			ok = strings.Contains(more[:min(len(more), 96)], " GUI ") || strings.Contains(more[:min(len(more), 96)], " SSH ") || strings.Contains(more[:min(len(more), 96)], " REST ")
		case "NF":
			ok = wafPacket(more)
		}
		if ok {
			return w, unit, more, true
		}
		if !alnum(w[0]) || n > 0 {
			break
		}
		unit, s = w, more
	}
	return "", "", "", false
}

// wafPacket reports whether a level, a protocol and an address follow.
func wafPacket(s string) bool {
	level, rest, _ := strings.Cut(s, " ")
	proto, rest, _ := strings.Cut(rest, " ")
	_, n := scanAddr(rest)
	return n > 0 && level != "" && len(level) < 10 && len(proto) < 10 && upper(level[0]) && protoWord(proto)
}

func parseBarracudaWAF(l *Line) bool {
	kind, unit, s, ok := wafKind(strings.TrimSpace(l.Body))
	if !ok {
		return false
	}
	e := l.E
	l.putText(ocsf.DeviceHostname, unit, brandWeight)
	l.put(ocsf.LogName, ocsf.Text(kind), brandWeight)
	var c [40]string
	n := 0
	for n < len(c) && s != "" {
		if s[0] == '[' { // the details of an attack
			if i := strings.IndexByte(s, ']'); i > 0 {
				c[n], s = s[1:i], strings.TrimLeft(s[i+1:], " ")
				n++
				continue
			}
		}
		c[n], s = nextColumn(s)
		s = strings.TrimLeft(s, " ")
		n++
	}
	l.Form, l.KV = Text, l.KV[:0]
	switch kind {
	case "WF": // level attack client port server port rule type action followup [details] method url protocol …
		l.wafAttack(&c)
	case "TR": // server port client port login certificate method protocol host version status sent received taken …
		l.wafRequest(&c)
	case "AUDIT": // admin client-type address port transaction number …
		l.applyUser(brandUser, c[0])
		l.Set(ocsf.SrcIP, c[2])
		l.Set(ocsf.SrcPort, c[3])
		l.put(ocsf.EventCode, ocsf.Text(c[4]), brandWeight)
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if strings.HasPrefix(c[4], "LOG") || strings.Contains(c[4], "LOGIN") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			if strings.Contains(c[4], "UNSUCCESSFUL") || strings.Contains(c[4], "FAIL") {
				l.setOutcome(ocsf.Failure, brandWeight)
			}
		}
	case "NF": // level protocol source port destination port action rule …
		l.applySeverity(c[0], brandWeight)
		l.applyProto(c[1], brandWeight)
		l.Set(ocsf.SrcIP, c[2])
		l.Set(ocsf.SrcPort, c[3])
		l.Set(ocsf.DstIP, c[4])
		l.Set(ocsf.DstPort, c[5])
		l.applyAction(c[6], brandWeight)
		l.Set(ocsf.RuleName, c[7])
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	}
	return true
}

func (l *Line) wafAttack(c *[40]string) {
	e := l.E
	switch c[0] {
	case "ALER":
		l.applySeverity("alert", brandWeight)
	case "ERRO":
		l.applySeverity("error", brandWeight)
	default:
		l.applySeverity(c[0], brandWeight)
	}
	l.put(ocsf.FindingTitle, ocsf.Text(c[1]), brandWeight)
	l.Set(ocsf.SrcIP, c[2])
	l.Set(ocsf.SrcPort, c[3])
	l.Set(ocsf.DstIP, c[4])
	l.Set(ocsf.DstPort, c[5])
	l.Set(ocsf.RuleName, c[6])
	switch c[8] {
	case "DENY":
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case "LOG":
		l.setAction(ocsf.Observed, dispLogged, brandWeight)
	case "WARNING":
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
	l.Set(ocsf.FindingDesc, c[10])
	if methods[c[11]] {
		l.Set(ocsf.HTTPMethod, c[11])
		l.applyURL(c[12], brandWeight)
	}
	l.Set(ocsf.UserAgent, c[15])
	e.Class, e.Activity = ocsf.DetectionFinding, 1
}

func (l *Line) wafRequest(c *[40]string) {
	e := l.E
	l.Set(ocsf.DstIP, c[0])
	l.Set(ocsf.DstPort, c[1])
	l.Set(ocsf.SrcIP, c[2])
	l.Set(ocsf.SrcPort, c[3])
	l.applyUser(brandUser, c[4])
	if methods[c[6]] {
		l.Set(ocsf.HTTPMethod, c[6])
	}
	l.putText(ocsf.URLHostname, c[8], brandWeight)
	l.Set(ocsf.HTTPVersion, c[9])
	if digits(c[10]) == 3 {
		l.Set(ocsf.HTTPCode, c[10])
	}
	l.Set(ocsf.BytesIn, c[11])
	l.Set(ocsf.BytesOut, c[12])
	for _, v := range c[13:] {
		if strings.HasPrefix(v, "/") {
			l.put(ocsf.URLPath, ocsf.Text(v), brandWeight)
			break
		}
	}
	for _, v := range c[20:] {
		if strings.HasPrefix(v, "Mozilla/") || strings.HasPrefix(v, "curl/") {
			l.Set(ocsf.UserAgent, v)
		}
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
}
