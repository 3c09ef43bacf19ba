package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// infoblox reads the audit log of NIOS: "2026-03-02 09:15:00.123Z [admin]:
// Login_Allowed - - to=AdminConnector ip=192.0.2.10 auth=LOCAL group=admin-group
// apparently_via=GUI", and for changes "[admin]: Created ARecord name …" (Infoblox
// NIOS Administrator Guide, Audit log). DNS and DHCP are those of BIND and dhcpd.
var infoblox = &Parser{
	Name: "infoblox", Vendor: "Infoblox", Product: "NIOS",
	Apps:  "httpd",
	Shape: infobloxShape,
	First: "9[",
	Parse: parseInfoblox,
}

// infobloxShape wants a user in brackets and a colon, perhaps after a time.
func infobloxShape(s string) bool {
	_, _, ok := infobloxUser(s)
	return ok
}

func infobloxUser(s string) (user, rest string, ok bool) {
	if len(s) > 26 && digit(s[0]) && s[4] == '-' && s[10] == ' ' { // a time that the header left
		i := strings.IndexByte(s[:min(len(s), 32)], '[')
		if i < 20 {
			return "", "", false
		}
		s = s[i:]
	}
	if len(s) < 4 || s[0] != '[' {
		return "", "", false
	}
	i := strings.Index(s[:min(len(s), 80)], "]: ")
	if i < 2 || strings.IndexByte(s[:i], '=') >= 0 {
		return "", "", false
	}
	rest = s[i+3:]
	w := firstWord(rest)
	switch w {
	case "Login_Allowed", "Login_Denied", "First_Login", "Logout", "Created", "Modified", "Deleted", "Called", "Inserted":
		return s[1:i], rest, true
	}
	return "", "", false
}

var infobloxKeys = NewKeys(`
@src              ip
group.name        group
auth_protocol     auth
status_detail     info
app_name          to
@keep             apparently_via name DnsView Address
`)

func parseInfoblox(l *Line) bool {
	user, rest, ok := infobloxUser(strings.TrimLeft(l.Body, " "))
	if !ok {
		return false
	}
	if t := strings.TrimLeft(l.Body, " "); digit(t[0]) {
		l.applyTime(t[:strings.IndexByte(t, '[')], brandWeight)
	}
	what := firstWord(rest)
	l.KV = l.KV[:0]
	l.readKeyValue(rest)
	l.Form = KeyValue
	l.facts.ntexts = 0
	l.Apply(infobloxKeys)
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	e := l.E
	l.put(ocsf.EventCode, ocsf.Text(what), brandWeight)
	l.put(ocsf.Message, ocsf.Text(rest), brandWeight)
	switch what {
	case "Login_Allowed", "First_Login":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Success, brandWeight)
	case "Login_Denied":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Failure, brandWeight)
	case "Logout":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	default: // of an object: "Created ARecord www.example.com DnsView=default"
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		object := strings.TrimPrefix(rest[len(what):], " ")
		l.keepKey("object", firstWord(object))
	}
	return true
}
