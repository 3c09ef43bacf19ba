package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// asterisk reads Asterisk's security events (Asterisk, Security Log File Format)
// and chan_sip's notices of failed registrations.
var asterisk = &Parser{
	Name: "asterisk", Vendor: "Sangoma", Product: "Asterisk",
	Apps:   "asterisk SECURITY NOTICE",
	Keys:   "SecurityEvent",
	Begins: []string{"SecurityEvent=", "SECURITY[", "NOTICE[", "Registration from "},
	Parse:  parseAsterisk,
}

func parseAsterisk(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if i := strings.Index(s, "SecurityEvent="); i >= 0 {
		return l.asteriskEvent(s[i:])
	}
	_, v, ok := strings.Cut(s, "Registration from '")
	if !ok {
		return false
	}
	from, rest, _ := strings.Cut(v, "' ")
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.put(ocsf.ProcessName, ocsf.Text("asterisk"), brandWeight)
	l.put(ocsf.AppProtocol, ocsf.Text("sip"), brandWeight)
	user := from
	if i := strings.Index(from, "sip:"); i >= 0 {
		user = from[i+4:]
	}
	if i := strings.IndexAny(user, "@>"); i > 0 {
		user = user[:i]
	}
	if _, a, ok := strings.Cut(rest, "for '"); ok {
		l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, strings.TrimSuffix(a[:strings.IndexByte(a+"'", '\'')], "'"))
	}
	if _, why, ok := strings.Cut(rest, " - "); ok {
		l.put(ocsf.StatusDetail, ocsf.Text(why), brandWeight)
	}
	l.mailAuth(strings.Trim(user, `"<> `), ocsf.Failure)
	return true
}

// asteriskEvent reads SecurityEvent="…",Key="value",….
func (l *Line) asteriskEvent(s string) bool {
	l.KV, l.Form = l.KV[:0], KeyValue
	for n := 0; s != "" && n < 64; n++ {
		k, rest, ok := strings.Cut(s, `="`)
		if !ok || len(k) > 40 {
			break
		}
		v, next, _ := strings.Cut(rest, `"`)
		l.add(strings.TrimLeft(k, ", "), v)
		s = next
	}
	event := l.Get("SecurityEvent")
	if event == "" {
		return false
	}
	e := l.E
	for i := range l.KV {
		k, v := l.KV[i].Key, l.KV[i].Val
		switch k {
		case "EventTV":
			l.applyTime(v, brandWeight)
		case "Severity":
			l.applySeverity(v, brandWeight)
		case "RemoteAddress":
			l.asteriskAddress(v, srcSide)
		case "LocalAddress":
			l.asteriskAddress(v, dstSide)
		case "SessionID":
			l.put(ocsf.SessionUID, ocsf.Text(v), brandWeight)
		case "Service":
			l.put(ocsf.ServiceName, ocsf.Text(v), brandWeight)
		default:
			l.keepKey(l.lookup(k).name, v)
		}
	}
	l.put(ocsf.EventCode, ocsf.Text(event), brandWeight)
	l.put(ocsf.ProcessName, ocsf.Text("asterisk"), brandWeight)
	l.put(ocsf.AppProtocol, ocsf.Text("sip"), weakWeight)
	user := l.Get("AccountID")
	if user == "<unknown>" {
		user = ""
	}
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	switch event {
	case "SuccessfulAuth":
		l.setOutcome(ocsf.Success, brandWeight)
	case "ChallengeSent":
		e.Activity = ocsf.Other
	default: // ChallengeResponseFailed, InvalidAccountID, InvalidPassword, FailedACL, …
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	return true
}

// asteriskAddress reads IPV4/TCP/192.0.2.1/5060.
func (l *Line) asteriskAddress(v string, to side) {
	_, rest, ok := strings.Cut(v, "/")
	proto, rest, ok2 := strings.Cut(rest, "/")
	host, port, ok3 := strings.Cut(rest, "/")
	if ok && ok2 && ok3 {
		if proto == "TLS" || proto == "WS" || proto == "WSS" {
			proto = "tcp"
		}
		l.applyProto(proto, brandWeight)
		l.Set(ends[to].ip, host)
		l.Set(ends[to].port, port)
	}
}
