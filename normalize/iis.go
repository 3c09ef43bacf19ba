package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// iis reads Internet Information Services in W3C's extended format with the
// default fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port
// cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus
// sc-win32-status time-taken (Microsoft, W3C Logging). With s-sitename and
// s-computername before s-ip, and cs-version, cs-host, bytes, as Azure sends.
var iis = &Parser{
	Name: "iis", Vendor: "Microsoft", Product: "IIS",
	Apps:  "IIS iis W3SVC1",
	Next:  ` -./:_~[`,
	Shape: iisShape,
	Parse: parseIIS,
}

// iisShape reports whether an address and a method are among the first words.
func iisShape(s string) bool {
	s = iisTime(s)
	for n := 0; n < 3; n++ {
		w := firstWord(s)
		if _, ok := addrOf(w); ok && len(w) < len(s) {
			m := firstWord(s[len(w)+1:])
			rest := s[len(w)+1+len(m):]
			return methods[m] && strings.HasPrefix(rest, " /") && strings.Count(rest[:min(len(rest), 4096)], " ") >= 8
		}
		if len(w) == len(s) || len(w) > 64 {
			return false
		}
		s = s[len(w)+1:]
	}
	return false
}

// iisTime takes date and time off, which the header scanner leaves when there is
// a header of syslog before.
func iisTime(s string) string {
	if len(s) > 20 && s[4] == '-' && s[7] == '-' && s[10] == ' ' && s[13] == ':' && s[16] == ':' {
		return strings.TrimLeft(s[19:], " ")
	}
	return s
}

func parseIIS(l *Line) bool {
	body := strings.TrimSpace(l.Body)
	s := iisTime(body)
	if !iisShape(s) {
		return false
	}
	e := l.E
	if len(s) < len(body) {
		l.applyTime(body[:19], brandWeight)
	}
	l.Form, l.KV = Delimited, l.KV[:0]
	for s != "" && len(l.KV) < 40 {
		var w string
		w, s, _ = strings.Cut(s, " ")
		if w == "-" {
			w = ""
		}
		l.add("", w)
	}
	i := 0
	for i < 3 { // s-sitename, s-computername
		if _, ok := addrOf(l.Col(i)); ok {
			break
		}
		i++
	}
	if i == 2 {
		l.put(ocsf.ServiceName, ocsf.Text(l.Col(0)), brandWeight)
		l.putText(ocsf.DeviceHostname, l.Col(1), brandWeight)
	}
	l.Set(ocsf.DstIP, l.Col(i))
	l.Set(ocsf.HTTPMethod, l.Col(i+1))
	l.put(ocsf.URLPath, ocsf.Text(l.Col(i+2)), brandWeight)
	l.Set(ocsf.URLQuery, l.Col(i+3))
	l.Set(ocsf.DstPort, l.Col(i+4))
	l.applyUser(meaning{read: readUser, weight: brandWeight}, l.Col(i+5))
	l.Set(ocsf.SrcIP, l.Col(i+6))
	j := i + 7
	if strings.HasPrefix(l.Col(j), "HTTP/") {
		l.Set(ocsf.HTTPVersion, l.Col(j))
		j++
	}
	l.Set(ocsf.UserAgent, l.Col(j))
	for j++; j < len(l.KV); j++ { // a referrer, a cookie, a host; then the status
		v := l.Col(j)
		if len(v) == 3 && digits(v) == 3 && v[0] >= '1' && v[0] <= '5' {
			break
		}
		switch {
		case urlScheme(v) > 0:
			l.put(ocsf.Referrer, ocsf.Text(v), brandWeight)
		case hostName(v, false) && strings.IndexByte(v, '.') > 0:
			l.putText(ocsf.URLHostname, v, brandWeight)
		}
	}
	l.Set(ocsf.HTTPCode, l.Col(j))
	if rest := len(l.KV) - j; rest >= 6 { // substatus, win32, sc-bytes, cs-bytes, time-taken
		l.Set(ocsf.BytesIn, l.Col(j+3))
		l.Set(ocsf.BytesOut, l.Col(j+4))
		l.Set(ocsf.Duration, l.Col(j+5))
	} else {
		l.Set(ocsf.Duration, l.Col(j+3))
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	return true
}
