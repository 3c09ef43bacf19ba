package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// rsaSecurID reads the audit log of RSA Authentication Manager: time, host, a
// class of Java that names the log, level, then columns (RSA Authentication
// Manager, Remote Syslog Message Format): instance ids, client and server address,
// event, its number, result, reason, session, the acting principal with names, and
// for runtime events the agent, for administration up to two objects.
var rsaSecurID = &Parser{
	Name: "rsasecurid", Vendor: "RSA", Product: "Authentication Manager",
	Begins: []string{"audit.runtime.com.rsa", "audit.admin.com.rsa", "system.com.rsa", "system.erationsconsole"},
	Next:   `-:,`,
	Shape:  rsaShape,
	First:  "9",
	Parse:  parseRSA,
}

// rsaShape wants a time, a host and the class.
func rsaShape(s string) bool {
	if !digit(s[0]) || len(s) < 60 {
		return false
	}
	i := strings.Index(s[:min(len(s), 140)], ".com.rsa.")
	return i > 0 && strings.Count(s[:i], ",") >= 2 && (strings.Contains(s[:i], " audit.") || strings.Contains(s[:i], " system"))
}

func parseRSA(l *Line) bool {
	s := l.Body
	i := strings.Index(s[:min(len(s), 160)], ".com.rsa.")
	if i < 0 {
		return false
	}
	if j := strings.LastIndexByte(s[:i], ','); j > 0 { // "22:15:55,002, host, audit.…"
		before := s[:j]
		s = s[j+1:]
		if k := strings.LastIndexByte(before, ','); k > 0 {
			l.putText(ocsf.DeviceHostname, strings.TrimSpace(before[k+1:]), brandWeight)
			if len(before[:k]) > 18 {
				l.applyTime(before[:k], brandWeight)
			} else {
				l.keepKey("clock", before[:k])
			}
		}
	}
	l.KV = l.KV[:0]
	l.columns(s, ',')
	l.Form = Delimited
	c := func(i int) string { return strings.TrimSpace(l.Col(i)) }
	e, log := l.E, c(0)
	l.put(ocsf.LogName, ocsf.Text(log[:max(strings.Index(log, ".com.rsa"), 0)]), brandWeight)
	l.applySeverity(c(1), brandWeight)
	l.Set(ocsf.SrcIP, c(4))
	l.Set(ocsf.DstIP, c(5))
	event := c(6)
	l.keepKey("action", event)
	l.Set(ocsf.EventCode, c(7))
	switch c(8) {
	case "SUCCESS":
		l.setOutcome(ocsf.Success, brandWeight)
	case "FAIL", "FAILURE":
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	l.Set(ocsf.StatusDetail, c(9))
	l.Set(ocsf.SessionUID, c(10))
	person := meaning{read: readUser, side: targetSide, weight: brandWeight}
	l.Set(ocsf.Message, event+" "+c(8))
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	if strings.Contains(event, "LOGOUT") {
		e.Activity = ocsf.Logoff
	}
	if !strings.HasPrefix(log, "audit.admin") {
		l.applyUser(person, c(14))
		l.Set(ocsf.UserUID, c(11))
		l.keepKey("agent_ip", c(19))
		l.keepKey("agent_name", c(20))
		l.keepKey("auth_method", c(23))
		return true
	}
	l.applyUser(meaning{read: readUser, side: actorSide, weight: brandWeight}, c(15)) // one column more than at runtime
	e.Class, e.Activity = ocsf.AccountChange, ocsf.Other
	for i := 18; i+4 < len(l.KV); i += 5 { // objects: kind, id, source, domain, name
		switch kind := c(i); kind {
		case "PRINCIPAL":
			l.applyUser(person, c(i+4))
		case "":
		default:
			l.keepKey(kind, c(i+4))
		}
	}
	return true
}
