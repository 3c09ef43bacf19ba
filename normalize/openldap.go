package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// openldap reads slapd's statistics: "conn=1000 fd=12 ACCEPT from IP=192.0.2.1:49152
// (IP=0.0.0.0:389)", "conn=1000 op=0 BIND dn="uid=bob,dc=example" method=128",
// "… RESULT tag=97 err=49 text=" (slapd(8), loglevel stats).
var openldap = &Parser{
	Name: "openldap", Vendor: "OpenLDAP", Product: "slapd",
	Apps:  "slapd",
	Parse: parseOpenLDAP,
}

func parseOpenLDAP(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	e := l.E
	l.Form, l.KV = Text, l.KV[:0]
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.put(ocsf.AppProtocol, ocsf.Text("ldap"), brandWeight)
	if v := after(s, "conn="); v != "" {
		l.put(ocsf.ConnectionUID, ocsf.Text(v[:digits(v)]), brandWeight)
	}
	errno := ""
	if v := after(s, " err="); v != "" {
		errno = v[:digits(v)]
		l.put(ocsf.StatusCode, ocsf.Text(errno), brandWeight)
	}
	dn, _, _ := strings.Cut(after(s, `dn="`), `"`)
	user := distinguished(dn)
	switch {
	case strings.Contains(s, " ACCEPT from IP="):
		l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, firstWord(after(s, "from IP=")))
		l.applyAddr(meaning{read: readAddr, side: dstSide, weight: brandWeight}, strings.Trim(after(s, "(IP="), ")"))
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	case strings.Contains(s, " BIND "):
		l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.Contains(s, " UNBIND"):
		e.Activity = ocsf.Logoff
	case strings.Contains(s, " RESULT tag=97 "):
		l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.Contains(s, " ADD dn="), strings.Contains(s, " MOD dn="), strings.Contains(s, " DEL dn="), strings.Contains(s, " MODRDN dn="):
		l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
		e.Class, e.Activity = ocsf.AccountChange, ocsf.Other
		if strings.Contains(s, " ADD ") {
			e.Activity = 1
		} else if strings.Contains(s, " DEL ") {
			e.Activity = 6
		}
	}
	if errno != "" {
		outcome := int8(ocsf.Failure)
		if errno == "0" {
			outcome = ocsf.Success
		}
		l.setOutcome(outcome, brandWeight)
	}
	return true
}
