package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// haproxy reads HAProxy's HTTP and TCP log formats (HAProxy Configuration
// Manual, 8.2.2 and 8.2.3): client:port [accept date] frontend backend/server
// timers status bytes … "request".
var haproxy = &Parser{
	Name: "haproxy", Vendor: "HAProxy", Product: "HAProxy",
	Apps:  "haproxy",
	Parse: parseHAProxy,
}

func parseHAProxy(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	a, port, n := scanAddrPort(s, false)
	if n == 0 || n+2 >= len(s) || s[n+1] != '[' {
		l.scanText(s)
		l.E.Set(ocsf.Message, ocsf.Text(s))
		return l.facts.set > 0
	}
	e := l.E
	end := strings.IndexByte(s[n+1:], ']')
	if end < 0 {
		return false
	}
	l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
	if port >= 0 {
		l.put(ocsf.SrcPort, ocsf.Int(int64(port)), brandWeight)
	}
	l.applyTime(s[n+2:n+1+end], brandWeight)
	rest := strings.TrimLeft(s[n+2+end:], " ")
	frontend, rest, _ := strings.Cut(rest, " ")
	l.Set(ocsf.DstSvcName, strings.TrimRight(frontend, "~:"))
	if i := strings.Index(rest, ": "); i >= 0 && i < 40 && strings.IndexByte(rest, '/') < 0 || strings.HasPrefix(rest, "SSL") {
		l.setOutcome(ocsf.Failure, brandWeight) // "frontend/1: SSL handshake failure"
		l.Set(ocsf.StatusDetail, rest)
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetFail
		return true
	}
	backend, rest, _ := strings.Cut(rest, " ")
	e.SetUnmapped("backend", ocsf.Text(backend))
	if _, srv, ok := strings.Cut(backend, "/"); ok && srv != "<NOSRV>" && srv != "" {
		l.putText(ocsf.DstHostname, srv, guessWeight)
	}
	timers, rest, _ := strings.Cut(rest, " ")
	first, rest, _ := strings.Cut(rest, " ")
	second, rest, _ := strings.Cut(rest, " ")
	if strings.Count(timers, "/") >= 4 {
		if q := strings.IndexByte(rest, '"'); q >= 0 {
			l.Set(ocsf.HTTPCode, first)
			l.Set(ocsf.BytesIn, strings.TrimPrefix(second, "+"))
			if req, _, ok := cutQuoted(rest[q:]); ok {
				if m, target, ok := strings.Cut(req, " "); ok {
					l.readRequest(req, m, target, brandWeight)
				}
			}
			l.webClass()
			return true
		}
	}
	l.Set(ocsf.BytesIn, strings.TrimPrefix(first, "+"))
	e.SetUnmapped("termination_state", ocsf.Text(second))
	e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetClose
	l.put(ocsf.Protocol, ocsf.Text("tcp"), guessWeight)
	return true
}
