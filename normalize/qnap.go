package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// qnap reads QTS: "conn log: Users: alice, Source IP: 192.0.2.15, Computer name: pc,
// Connection type: SAMBA, Accessed resources: share/a.txt, Action: Read" and "event
// log: Users: …, Source IP: …, Computer name: …, Content: …" (QNAP, QuLog Center).
var qnap = &Parser{
	Name: "qnap", Vendor: "QNAP", Product: "QTS",
	Apps:   "qlogd qulogd",
	Begins: []string{"conn log: ", "event log: "},
	Parse:  parseQNAP,
}

// qnapKeys are the labels; every one but the last ends at ", " before the next.
var qnapKeys = [...]string{"Users: ", "Source IP: ", "Computer name: ", "Connection type: ", "Accessed resources: ", "Action: ", "Content: "}

func parseQNAP(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	kind, s, ok := strings.Cut(s, " log: ")
	if !ok || kind != "conn" && kind != "event" {
		return false
	}
	var v [len(qnapKeys)]string
	for i, k := range qnapKeys {
		at := strings.Index(s, k)
		if at < 0 || at > 0 && i == 0 {
			continue
		}
		rest := s[at+len(k):]
		end := len(rest)
		for _, next := range qnapKeys[i+1:] {
			if j := strings.Index(rest, ", "+next); j >= 0 && j < end {
				end = j
			}
		}
		v[i] = strings.TrimSpace(rest[:end])
		if strings.Trim(v[i], "-") == "" {
			v[i] = ""
		}
	}
	user, ip, pc, via, what, action, content := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	if user == "" && ip == "" {
		return false
	}
	e := l.E
	l.Form = KeyValue
	l.put(ocsf.LogName, ocsf.Text(kind), brandWeight)
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	l.Set(ocsf.SrcIP, ip)
	l.applyHost(meaning{read: readHost, side: srcSide, weight: brandWeight}, pc)
	if via != "" {
		l.put(ocsf.AppProtocol, ocsf.Text(via), brandWeight)
	}
	if content != "" {
		l.put(ocsf.Message, ocsf.Text(content), brandWeight)
		l.scanText(content)
	}
	if kind == "event" {
		return true
	}
	l.keepKey("action", action)
	l.keepKey("resource", what)
	switch action {
	case "Login OK", "Login Success", "Logged in":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Success, brandWeight)
	case "Login Fail", "Login Failed", "Failed to log in":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Failure, brandWeight)
	case "Logout", "Logged out":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	default:
		l.applyFile(what, brandWeight)
		e.Class, e.Activity = ocsf.NetworkFile, networkFileActivity(action)
		if !e.Has(ocsf.SrcIP) {
			e.Class, e.Activity = ocsf.FileActivity, ocsf.Other
		}
		l.setOutcome(ocsf.Success, weakWeight)
	}
	return true
}
