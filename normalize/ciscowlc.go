package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoWLC reads wireless controllers on AireOS 7 to 8: "*task: Mar 02 10:15:02.123:
// #APF-3-AUTHENTICATION_TRAP: file.c:1234 text", with % or # before the facility
// (Cisco, Wireless Controller System Message Guide). Those on IOS-XE speak like
// switches, see ciscoSwitch.
var ciscoWLC = &Parser{
	Name: "ciscowlc", Vendor: "Cisco", Product: "Wireless LAN Controller",
	Next:  ` -._:*`,
	Shape: wlcShape,
	Parse: parseCiscoWLC,
}

// wlcShape reports whether a task with a star, at the beginning or behind the
// controller's name, comes before a message of Cisco's form.
func wlcShape(s string) bool {
	if s[0] != '*' && !(alnum(s[0]) && strings.Contains(s[:min(len(s), 48)], ": *")) {
		return false
	}
	_, ok := wlcMessage(s)
	return ok
}

// wlcMessage returns what begins with % or # behind the task and its time.
func wlcMessage(s string) (string, bool) {
	for _, mark := range [...]string{": %", ": #"} {
		if i := strings.Index(s[:min(len(s), 128)], mark); i > 0 {
			m := s[i+2:]
			if len(m) > 8 && upper(m[1]) {
				return m, true
			}
		}
	}
	return "", false
}

func parseCiscoWLC(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	msg, ok := wlcMessage(s)
	if !ok || !strings.Contains(s[:min(len(s), 64)], "*") {
		return false
	}
	if name, _, ok := strings.Cut(s, ": *"); ok && s[0] != '*' && hostName(name, false) {
		l.putText(ocsf.DeviceHostname, name, brandWeight)
	}
	task, when, _ := strings.Cut(s[strings.IndexByte(s, '*')+1:], ": ")
	if n := stampLength(when); n > 8 {
		l.applyTime(when[:n], brandWeight)
	}
	if msg[0] == '#' {
		msg = l.keep(append([]byte{'%'}, msg[1:]...))
	}
	facility, mnemonic, text := l.ciscoCode(msg)
	if facility == "" {
		return false
	}
	if file, rest, ok := strings.Cut(text, " "); ok && strings.Contains(file, ".c:") {
		text = rest
	}
	e := l.E
	l.put(ocsf.ProcessName, ocsf.Text(task), brandWeight)
	l.put(ocsf.Message, ocsf.Text(text), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	l.putText(ocsf.SrcMAC, firstMAC(text), brandWeight)
	if u, _, ok := strings.Cut(after(text, "user '"), "'"); ok {
		l.applyUser(brandUser, u)
	}
	if l.Head.Host == "" && l.Head.App != "" { // the controller's name, which looks like a program's
		l.Head.Host, l.Head.App = l.Head.App, ""
	}
	l.scanText(text)
	switch {
	case (facility == "DOT1X" || facility == "AAA" || facility == "APF" || facility == "EMWEB" || facility == "CLI") && (strings.Contains(mnemonic, "AUTH") || strings.Contains(mnemonic, "LOGIN") || strings.Contains(mnemonic, "EAP") || strings.Contains(mnemonic, "AAA")):
		if l.facts.user == "" {
			l.applyUser(meaning{read: readUser, weight: guessWeight}, e.Text(ocsf.SrcMAC))
		}
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if strings.Contains(mnemonic, "FAIL") || strings.Contains(mnemonic, "MAX_EAP") || strings.Contains(mnemonic, "REJECT") || strings.Contains(mnemonic, "DENIED") {
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case strings.Contains(mnemonic, "ROGUE"), facility == "WPS", facility == "IDS":
		l.put(ocsf.FindingTitle, ocsf.Text(mnemonic), brandWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case e.Has(ocsf.SrcMAC) || e.Has(ocsf.SrcIP) && e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	default:
		l.health()
	}
	return true
}
