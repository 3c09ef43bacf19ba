package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// skyhigh reads the access log of Skyhigh's, formerly McAfee's, Secure Web Gateway:
// [time] "user" client status "request" "categories" "reputation" "media type" bytes
// "user agent" "virus" "block number" (Skyhigh, Secure Web Gateway, access.log).
var skyhigh = &Parser{
	Name: "skyhigh", Vendor: "Skyhigh Security", Product: "Secure Web Gateway",
	Apps:  "mwg mwg-access swg",
	Shape: skyhighShape,
	First: "[\"",
	Parse: parseSkyhigh,
}

// skyhighShape reports whether a user in marks, an address, a status and a request
// follow the time.
func skyhighShape(s string) bool {
	if s[0] != '[' && s[0] != '"' {
		return false
	}
	if s[0] == '[' {
		i := strings.IndexByte(s[:min(len(s), 40)], ']')
		if i < 0 || i+2 >= len(s) || s[i+1] != ' ' {
			return false
		}
		s = s[i+2:]
	}
	if s == "" || s[0] != '"' {
		return false
	}
	_, s = nextColumn(s)
	client, s := nextColumn(s)
	if _, ok := addrOf(client); !ok || digits(strings.TrimLeft(s, " ")) != 3 {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(s, " 0123456789"), `"`)
}

func parseSkyhigh(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if s == "" || !skyhighShape(s) {
		return false
	}
	if s[0] == '[' {
		i := strings.IndexByte(s, ']')
		l.applyTime(s[1:i], brandWeight)
		s = s[i+2:]
	}
	var c [12]string
	for i := range c {
		c[i], s = nextColumn(s)
	}
	e := l.E
	l.Form, l.KV = Text, l.KV[:0]
	l.applyUser(brandUser, c[0])
	l.Set(ocsf.SrcIP, c[1])
	l.Set(ocsf.HTTPCode, c[2])
	if m, u, ok := strings.Cut(c[3], " "); ok && methods[m] {
		l.readRequest(c[3], m, u, brandWeight)
	}
	for v := range strings.SplitSeq(c[4], ",") {
		if v = strings.TrimSpace(v); v != "" && v != "-" {
			e.Append(ocsf.URLCategories, ocsf.Text(v))
		}
	}
	l.keepKey("reputation", c[5])
	l.Set(ocsf.ContentType, c[6])
	l.Set(ocsf.BytesIn, c[7])
	l.Set(ocsf.UserAgent, c[8])
	l.Set(ocsf.FindingTitle, c[9])
	l.keepKey("block_res", c[10])
	if c[10] != "" && c[10] != "-" && c[10] != "0" || c[2] == "403" {
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	} else {
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	if e.Has(ocsf.FindingTitle) {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	}
	return true
}
