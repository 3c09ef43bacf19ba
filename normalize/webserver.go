package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// The access logs of web servers and proxies are a structure of their own
// (accesslog.go, squidlog.go); what is left to a brand is its name and the error
// log.
var (
	nginx = &Parser{Name: "nginx", Vendor: "F5", Product: "nginx", Apps: "nginx",
		Begins: []string{"[error] ", "[warn] ", "[info] ", "[notice] ", "[crit] ", "[alert] ", "[emerg] "}, Keys: "nginx_access upstream_cache_status", Parse: parseNginx}

	apache = &Parser{Name: "apache", Vendor: "Apache", Product: "HTTP Server", Apps: "apache apache2 httpd", First: "[", Shape: apacheError, Parse: parseApache}

	squid = &Parser{Name: "squid", Vendor: "Squid", Product: "Squid", Apps: "squid (squid-1) squid-1", Parse: parseSquid}
)

func parseWebServer(l *Line) bool {
	l.Structure()
	if l.Form == AccessLog {
		l.Apply(nil)
		l.webClass()
		return true
	}
	// error logs: nginx: … client: a, server: s, request: "GET / HTTP/1.1", host: "h";
	// Apache: [core:error] [pid 1] [client 192.0.2.1:4] AH00000: text
	l.KV, l.Form = l.KV[:0], Text
	l.textHead(l.Body)
	l.scanText(l.Body)
	l.E.Set(ocsf.Message, ocsf.Text(l.Body))
	if i := strings.Index(l.Body, `host: "`); i >= 0 {
		h, _, _ := strings.Cut(l.Body[i+len(`host: "`):], `"`)
		l.putText(ocsf.URLHostname, h, brandWeight)
	}
	return l.facts.set > 0
}

// webClass sets class, activity and outcome of an access.
func (l *Line) webClass() {
	e := l.E
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	switch c := e.Num(ocsf.HTTPCode); {
	case c >= 400:
		l.setOutcome(ocsf.Failure, textWeight)
	case c >= 100:
		l.setOutcome(ocsf.Success, textWeight)
	}
}

// parseSquid reads the native format: code/status tells what the proxy did.
func parseSquid(l *Line) bool {
	l.Structure()
	if l.Form != AccessLog {
		return false
	}
	l.Apply(nil)
	l.webClass()
	if a := l.Get("s-action"); strings.Contains(a, "DENIED") {
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	} else if a != "" {
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
	return true
}
