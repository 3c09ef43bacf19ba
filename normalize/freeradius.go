package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// freeradius reads radiusd's logins: "(12) Login incorrect (pap: …): [bob/<via
// Auth-Type = eap>] (from client ap1 port 0 cli 00-00-5E-00-53-AF)" (FreeRADIUS,
// radiusd.conf, auth = yes).
var freeradius = &Parser{
	Name: "freeradius", Vendor: "FreeRADIUS", Product: "FreeRADIUS",
	Apps:   "radiusd freeradius",
	Begins: []string{"Auth: (", "Login OK: ", "Login incorrect"},
	Parse:  parseFreeRADIUS,
}

func parseFreeRADIUS(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	i := strings.Index(s, "Login OK")
	ok := i >= 0
	if !ok {
		if i = strings.Index(s, "Login incorrect"); i < 0 {
			i = strings.Index(s, "Invalid user")
		}
	}
	if i < 0 {
		if l.Head.App == "" {
			return false
		}
		l.Form, l.KV = Text, l.KV[:0]
		l.put(ocsf.Message, ocsf.Text(s), brandWeight)
		l.scanText(s)
		return true
	}
	s = s[i:]
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	head, rest, _ := strings.Cut(s, ": [")
	if why, _, ok := strings.Cut(after(head, "("), ")"); ok {
		l.put(ocsf.StatusDetail, ocsf.Text(why), brandWeight)
	}
	user, rest, _ := strings.Cut(rest, "]")
	user, _, _ = strings.Cut(user, "/")
	if c := after(rest, "from client "); c != "" {
		l.put(ocsf.SrcName, ocsf.Text(firstWord(c)), brandWeight)
	}
	if c := after(rest, " cli "); c != "" {
		c = strings.Trim(firstWord(c), ")")
		if !l.putText(ocsf.SrcMAC, c, brandWeight) {
			l.Set(ocsf.SrcIP, c)
		}
	}
	outcome := int8(ocsf.Failure)
	if ok {
		outcome = ocsf.Success
	}
	l.mailAuth(user, outcome)
	l.put(ocsf.AuthProtocol, ocsf.Text("RADIUS"), weakWeight)
	return true
}
