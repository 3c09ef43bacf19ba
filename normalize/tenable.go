package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// tenable reads Tenable Identity Exposure, once Tenable.ad and Alsid for AD: quoted
// columns and then pairs (Tenable, Syslog Alerts: type of alert, its number, forest,
// domain, code of the indicator, severity, then for a deviance: object, its number,
// profile, reason, event and attributes; for an attack: source, destination).
var tenable = &Parser{
	Name: "tenable", Vendor: "Tenable", Product: "Identity Exposure",
	Apps:   "AlsidForAD TenableAD Tenable.ad tenable.ad TenableIdentityExposure",
	Begins: []string{`"0" "`, `"1" "`, `"2" "`},
	Parse:  parseTenable,
}

func parseTenable(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	cols, rest := tenableColumns(s)
	if len(cols) < 6 || len(cols[0]) != 1 || cols[0][0] < '0' || cols[0][0] > '2' || digits(cols[1]) != len(cols[1]) {
		return false
	}
	e := l.E
	l.KV, l.Form = l.KV[:0], KeyValue
	l.put(ocsf.OriginalEventUID, ocsf.Text(cols[1]), brandWeight)
	l.keepKey("forest", cols[2])
	l.put(ocsf.DstDomain, ocsf.Text(cols[3]), brandWeight)
	l.put(ocsf.EventCode, ocsf.Text(cols[4]), brandWeight)
	l.put(ocsf.FindingTitle, ocsf.Text(cols[4]), brandWeight)
	l.applySeverity(cols[5], brandWeight)
	e.Class, e.Activity = ocsf.DetectionFinding, 1
	switch {
	case cols[0] == "2" && len(cols) >= 8: // an indicator of attack: from where to where
		l.tenableEnd(ocsf.SrcIP, ocsf.SrcHostname, cols[6:8])
		if len(cols) >= 10 {
			l.tenableEnd(ocsf.DstIP, ocsf.DstHostname, cols[8:10])
		}
	case len(cols) >= 10:
		l.keepKey("object", cols[6])
		l.put(ocsf.FindingDesc, ocsf.Text(cols[9]), brandWeight)
		l.applyUser(meaning{read: readUser, weight: textWeight}, relativeName(cols[6]))
	}
	l.tenableAttributes(rest)
	return true
}

// tenableColumns takes the columns apart up to the first pair.
func tenableColumns(s string) (cols []string, rest string) {
	for len(cols) < 16 && strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s[1:], '"')
		if end < 0 || strings.HasPrefix(s[end+2:], `="`) {
			break
		}
		cols = append(cols, s[1:1+end])
		s = strings.TrimLeft(s[end+2:], " ")
	}
	return cols, s
}

// tenableEnd sets an end from a name and an address in either order.
func (l *Line) tenableEnd(ip, host ocsf.Field, cols []string) {
	for _, v := range cols {
		if !l.Set(ip, v) && hostName(v, false) {
			l.putText(host, v, brandWeight)
		}
	}
}

// tenableAttributes reads "UserCn"="name" "UserDomain"="example.com" …
func (l *Line) tenableAttributes(s string) {
	for n := 0; n < 64; n++ {
		k, rest, ok := strings.Cut(strings.TrimLeft(s, ` "`), `"="`)
		if !ok || len(k) > 64 {
			return
		}
		v, more, _ := strings.Cut(rest, `"`)
		s = more
		switch strings.ToLower(k) {
		case "cn", "usercn", "trusteecn", "accountcn", "samaccountname", "source_username":
			l.applyUser(meaning{read: readUser, weight: brandWeight}, tenableName(v))
		case "userdomain":
			l.putText(ocsf.UserDomain, v, brandWeight)
		case "computercn", "hostname", "source_hostname":
			l.putText(ocsf.DeviceHostname, v, brandWeight)
		}
		l.keepKey(l.lookup(k).name, v)
	}
}

// tenableName takes away the note in parentheses behind a display name.
func tenableName(v string) string {
	if i := strings.Index(v, " ("); i > 0 && strings.HasSuffix(v, ")") {
		return v[:i]
	}
	return v
}
