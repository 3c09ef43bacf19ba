package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// dell reads Dell's switches: OS10 ("Node.1-Unit.1:PRI [event], Dell EMC (OS10)
// %IFM_ASTATE_DN: text"), OS9 ("%STKUNIT0-M:CP %SEC-5-LOGIN_SUCCESS: text") and OS6 of
// the N series and PowerConnect ("TRAPMGR[emWeb]: traputil.c(721) 1234 %% NOTE text")
// (Dell, SmartFabric OS10 User Guide; Dell, N-Series User's Configuration Guide).
var dell = &Parser{
	Name: "dell", Vendor: "Dell",
	Begins: []string{"Node.1-Unit.", "Node.2-Unit.", "%STKUNIT", "%SYSTEM-P", "%RPM0-P:", "%RPM1-P:", "Dell EMC (OS10)"},
	Shape:  dellShape,
	Parse:  parseDell,
}

// dellShape reports whether a component and a file with a line's number begin a
// message of OS6: "TRAPMGR[emWeb]: traputil.c(721) 1234 %%".
func dellShape(s string) bool {
	if !upper(s[0]) {
		return false
	}
	i := strings.IndexByte(s[:min(len(s), 24)], '[')
	return i > 1 && strings.Contains(s[i:min(len(s), i+160)], ".c(") && strings.Contains(s[i:min(len(s), i+200)], " %% ")
}

func parseDell(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	e := l.E
	switch {
	case strings.Contains(s[:min(len(s), 96)], "(OS10)"):
		l.put(ocsf.ProductName, ocsf.Text("SmartFabric OS10"), brandWeight)
		code, text, ok := strings.Cut(after(s, "(OS10) %"), ": ")
		if !ok {
			return false
		}
		l.put(ocsf.EventCode, ocsf.Text(code), brandWeight)
		l.dellText(code, text)
		return true
	case s != "" && s[0] == '%': // the unit stands before a message of Cisco's form
		i := strings.IndexByte(s, ' ')
		if i < 0 || i+8 > len(s) || !ciscoShape(s[i+1:]) {
			return false
		}
		l.put(ocsf.ProductName, ocsf.Text("Networking OS9"), brandWeight)
		l.Body = s[i+1:]
		return l.switchMessage()
	}
	if s == "" || !dellShape(s) {
		return false
	}
	head, text, _ := strings.Cut(s, " %% ")
	component, rest, _ := strings.Cut(head, "[")
	task, _, _ := strings.Cut(rest, "]")
	l.put(ocsf.ProductName, ocsf.Text("OS6"), brandWeight)
	l.put(ocsf.ProductFeature, ocsf.Text(component), brandWeight)
	l.put(ocsf.ProcessName, ocsf.Text(task), brandWeight)
	if w, more, ok := strings.Cut(text, " "); ok && levelWord(strings.TrimSuffix(w, ":")) {
		l.applySeverity(strings.TrimSuffix(w, ":"), brandWeight)
		text = more
	} else {
		text = strings.TrimPrefix(text, "NOTE ")
	}
	e.Set(ocsf.EventCode, ocsf.Text(component))
	l.dellText(component, text)
	return true
}

// dellText reads the sentence and sets the class.
func (l *Line) dellText(code, text string) {
	e := l.E
	l.put(ocsf.Message, ocsf.Text(text), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	l.ciscoStation(text)
	l.scanText(text)
	if i := strings.LastIndex(text, " :"); i > 0 && strings.HasPrefix(code, "IFM_") { // OS10: "… down :ethernet1/1/1"
		l.Set(ocsf.SrcInterface, text[i+2:])
	}
	user := l.facts.user != "" || l.facts.actor != ""
	lower := strings.ToLower(text)
	switch {
	case user && (strings.Contains(lower, "login") || strings.Contains(lower, "logged in") || strings.Contains(lower, "authentic") || strings.HasPrefix(code, "ALM_AUTH")):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.authOutcome(lower)
	case user && (strings.Contains(lower, "logout") || strings.Contains(lower, "logged out") || strings.Contains(lower, "session end")):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.HasPrefix(code, "CMD"), strings.HasPrefix(code, "CONFIG"), strings.Contains(lower, "configuration"), strings.Contains(lower, "command"):
		l.put(ocsf.ProcessCmd, ocsf.Text(after(text, "ommand: ")), weakWeight)
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case strings.Contains(lower, "violation"), strings.Contains(lower, "rogue"):
		l.put(ocsf.FindingTitle, ocsf.Text(code), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	default:
		l.health()
	}
}
