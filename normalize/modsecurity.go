package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// modsecurity reads ModSecurity's lines in the error logs of Apache and nginx:
// "ModSecurity: Access denied with code 403 (phase 2). … [id "949110"] [msg "…"]"
// (ModSecurity Reference Manual, Logging).
var modsecurity = &Parser{
	Name: "modsecurity", Vendor: "OWASP", Product: "ModSecurity",
	Begins: []string{"ModSecurity: "},
	First:  "[",
	Shape:  func(s string) bool { return s != "" && s[0] == '[' && strings.Contains(s, "] ModSecurity: ") },
	Parse:  parseModSecurity,
}

func parseModSecurity(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	head, msg, ok := strings.Cut(s, "ModSecurity: ")
	if !ok {
		return false
	}
	e := l.E
	if strings.HasPrefix(head, "[") {
		if n := stampLength(head[1:]); n > 0 {
			l.applyTime(head[1:1+n], brandWeight)
		}
	}
	for _, k := range [...]string{"[client ", "[remote "} {
		if _, v, ok := strings.Cut(head, k); ok {
			v, _, _ = strings.Cut(v, "]")
			if a, port, n := scanAddrPort(v, false); n == len(v) && n > 0 {
				l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
				if port >= 0 {
					l.put(ocsf.SrcPort, ocsf.Int(int64(port)), brandWeight)
				}
			} else if i := strings.LastIndexByte(v, ':'); i > 0 && digits(v[i+1:]) == len(v)-i-1 {
				if a, ok := addrOf(v[:i]); ok { // ::1:37752, an address and a port without brackets
					l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
					l.putText(ocsf.SrcPort, v[i+1:], brandWeight)
				}
			}
		}
	}
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	title, id := "", ""
	tags := 0
	for rest, n := msg, 0; n < 64; n++ { // [key "value"]
		i := strings.IndexByte(rest, '[')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		k, v, ok := strings.Cut(rest, ` "`)
		if !ok || len(k) > 20 || k == "" || !lower(k[0]) {
			continue
		}
		j := strings.Index(v, `"]`)
		if j < 0 {
			j = strings.IndexByte(v, '"')
		}
		if j < 0 {
			break
		}
		v, rest = v[:j], v[j:]
		switch k {
		case "id":
			id = v
		case "msg":
			title = v
		case "severity":
			l.applySeverity(v, brandWeight)
		case "hostname":
			l.putText(ocsf.URLHostname, v, brandWeight)
		case "uri":
			l.put(ocsf.URLPath, ocsf.Text(v), brandWeight)
		case "unique_id":
			l.put(ocsf.RequestUID, ocsf.Text(v), brandWeight)
		case "client", "remote":
			l.Set(ocsf.SrcIP, v)
		case "tag":
			if tags < 16 {
				tags++
				e.Append(ocsf.FindingTypes, ocsf.Text(v))
			}
		case "file", "line", "data", "ver", "rev", "maturity", "accuracy":
			l.keepKey(l.lookup(k).name, v)
		}
	}
	if title == "" {
		title = strings.TrimSuffix(msg[:min(len(msg), max(0, strings.Index(msg, " [")))], ".")
	}
	if title == "" {
		title = "ModSecurity"
	}
	l.put(ocsf.FindingTitle, ocsf.Text(title), brandWeight)
	l.put(ocsf.FindingUID, ocsf.Text(id), brandWeight)
	l.put(ocsf.RuleUID, ocsf.Text(id), brandWeight)
	switch {
	case strings.HasPrefix(msg, "Access denied"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		if _, v, ok := strings.Cut(msg, "with code "); ok {
			l.putText(ocsf.HTTPCode, v[:digits(v)], brandWeight)
		}
	case strings.HasPrefix(msg, "Warning"):
		l.setAction(ocsf.Observed, dispDetected, brandWeight)
	}
	e.Class, e.Activity = ocsf.DetectionFinding, 1
	return true
}
