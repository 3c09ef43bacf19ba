package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// This file reads the error logs of nginx and Apache, which say in words what
// went wrong and for whom.

// parseNginx reads "[error] 17308#17308: *46 text, client: 192.0.2.1, server: name,
// request: "GET / HTTP/1.1", host: "name"" (nginx, ngx_log.c), the sessions of the
// mail proxy among them (ngx_mail_core_module), and access logs in any form.
func parseNginx(l *Line) bool {
	level, msg, ok := strings.Cut(l.Body, "] ")
	d := digits(msg)
	if !ok || d == 0 || d >= len(msg) || msg[d] != '#' || level == "" {
		if l.Form == JSON {
			l.Apply(nil)
			l.webClass()
			return true
		}
		return l.Head.App != "" && parseWebServer(l)
	}
	l.applySeverity(level[strings.LastIndexByte(level, '[')+1:], brandWeight)
	_, msg, _ = strings.Cut(msg, ": ")
	l.KV, l.Form = l.KV[:0], Text
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	text := l.nginxPairs(msg)
	if client, rest, ok := strings.Cut(after(text, " client "), " connected to "); ok {
		l.applyAddr(brandSrc, client)
		l.nginxServer(rest)
		l.E.Class, l.E.Activity = ocsf.NetworkActivity, ocsf.NetOpen
		return true
	}
	l.scanText(text)
	switch {
	case strings.Contains(text, "client logged in"):
		l.mailAuth("", ocsf.Success)
	case strings.Contains(text, "client login failed"):
		l.put(ocsf.StatusDetail, ocsf.Text(quotedAfter(text, "failed: \"")), brandWeight)
		l.mailAuth("", ocsf.Failure)
	case l.E.Has(ocsf.HTTPMethod):
		l.E.Class, l.E.Activity = ocsf.HTTPActivity, httpActivity(l.E.Text(ocsf.HTTPMethod))
	}
	return true
}

// nginxPairs reads what nginx adds to a message and returns what stands before.
func (l *Line) nginxPairs(s string) string {
	text, rest, ok := strings.Cut(s, ", client: ")
	if !ok {
		return s
	}
	l.nginxPair("client", firstWord(strings.TrimRight(firstWord(rest), ",")))
	for n := 0; n < 16; n++ {
		_, pair, ok := strings.Cut(rest, ", ")
		if !ok {
			break
		}
		rest = pair
		k, v, ok := strings.Cut(pair, ": ")
		if !ok || strings.IndexByte(k, ' ') >= 0 {
			continue
		}
		if strings.HasPrefix(v, `"`) {
			v, _, _ = strings.Cut(v[1:], `"`)
		} else {
			v, _, _ = strings.Cut(v, ", ")
		}
		l.nginxPair(k, v)
	}
	return text
}

func (l *Line) nginxPair(k, v string) {
	switch k {
	case "client":
		l.applyAddr(brandSrc, v)
	case "server":
		l.nginxServer(v)
	case "request", "subrequest":
		if m, rest, ok := strings.Cut(v, " "); ok && methods[m] {
			l.readRequest(v, m, rest, brandWeight)
		}
	case "host":
		l.applyURLHost(v, brandWeight)
	case "referrer":
		l.putText(ocsf.Referrer, v, brandWeight)
	case "login":
		l.applyUser(brandUser, v)
	case "upstream":
		l.keepKey("upstream", v)
	}
}

// nginxServer reads where nginx listens, "0.0.0.0:25", or the name of a server.
func (l *Line) nginxServer(s string) {
	a, port, n := scanAddrPort(s, false)
	switch {
	case n == 0:
		if hostName(s, false) {
			l.putText(ocsf.DstHostname, s, weakWeight)
		}
		return
	case !a.IsUnspecified():
		l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight)
	}
	if port >= 0 {
		l.put(ocsf.DstPort, ocsf.Int(int64(port)), brandWeight)
	}
}

// apacheError reports whether a message begins as Apache's error log does behind
// the time: "[core:error] [pid 1:tid 2] [client …]", or before 2.4 "[error] [client …]".
func apacheError(s string) bool {
	if s[0] != '[' {
		return false
	}
	head := s[:min(len(s), 72)]
	return strings.Contains(head, "] [pid ") || strings.Contains(head, "] [client ")
}

// parseApache reads error logs (Apache, core: ErrorLogFormat) and access logs.
func parseApache(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if s == "" || !apacheError(s) {
		return l.Head.App != "" && parseWebServer(l)
	}
	if strings.Contains(s, "ModSecurity: ") {
		return false
	}
	l.KV, l.Form = l.KV[:0], Text
	for n := 0; n < 6 && strings.HasPrefix(s, "["); n++ {
		v, rest, ok := strings.Cut(s[1:], "] ")
		if !ok {
			break
		}
		l.apacheBracket(v)
		s = strings.TrimLeft(rest, " ")
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	if code, _, ok := strings.Cut(s, ": "); ok && len(code) == 7 && strings.HasPrefix(code, "AH") {
		l.put(ocsf.EventCode, ocsf.Text(code), brandWeight)
	}
	l.apacheText(s)
	return true
}

func (l *Line) apacheBracket(v string) {
	k, rest, _ := strings.Cut(v, " ")
	module, level, ok := strings.Cut(k, ":")
	switch {
	case k == "client" || k == "remote":
		l.applyAddr(brandSrc, rest)
	case k == "pid":
		l.Set(ocsf.ProcessPID, rest[:digits(rest)])
		l.putText(ocsf.ProcessName, "httpd", weakWeight)
	case rest == "" && ok && levelWord(level):
		l.applySeverity(level, brandWeight)
		l.putText(ocsf.ProductFeature, module, brandWeight)
	case rest == "" && levelWord(k):
		l.applySeverity(k, brandWeight)
	case l.facts.timeWeight == 0:
		l.applyTime(v, brandWeight)
	}
}

// apacheText reads the words: who failed to log in, what was missing or denied, and
// that the server itself came or went.
func (l *Line) apacheText(s string) {
	e := l.E
	user, rest, named := strings.Cut(after(s, "user "), ": ")
	switch {
	case strings.Contains(s, "authentication failure for ") || strings.Contains(s, " not found: ") && named || strings.Contains(s, "Password Mismatch"):
		if i := strings.IndexByte(user, ' '); i > 0 {
			user, rest = user[:i], ""
		}
		l.scanText(rest)
		l.mailAuth(strings.Trim(user, `"`), ocsf.Failure)
	case strings.Contains(s, "resuming normal operations"), strings.Contains(s, "caught SIG"), strings.Contains(s, "Graceful restart requested"):
		l.put(ocsf.AppApplication, ocsf.Text("httpd"), brandWeight)
		e.Class, e.Activity = ocsf.AppLifecycle, 3
		if strings.Contains(s, "shutting down") {
			e.Activity = 4
		} else if strings.Contains(s, "restart") {
			e.Activity = 5
		}
	default:
		if !l.apacheRefused(s) {
			l.scanText(s)
		}
		if e.Has(ocsf.SrcIP) && e.Class == ocsf.BaseEvent {
			e.Class, e.Activity = ocsf.HTTPActivity, ocsf.Other
		}
		if _, v, ok := strings.Cut(s, ", referer: "); ok {
			l.putText(ocsf.Referrer, v, brandWeight)
		}
	}
}

// apacheRefused reads what could not be given out, and why: each of these words
// goes with one status (Apache, core.c, mod_authz_core.c, mod_autoindex.c).
func (l *Line) apacheRefused(s string) bool {
	for _, x := range [...]struct{ words, status string }{{"File does not exist: ", "404"}, {"script not found or unable to stat: ", "404"},
		{"client denied by server configuration: ", "403"}, {"Directory index forbidden by rule: ", "403"}, {"Cannot serve directory ", "403"}} {
		path := after(s, x.words)
		if path == "" {
			continue
		}
		path, _, _ = strings.Cut(path, ", referer: ")
		path, _, _ = strings.Cut(path, ": ")
		l.applyFile(path, brandWeight)
		l.Set(ocsf.HTTPCode, x.status)
		l.setOutcome(ocsf.Failure, brandWeight)
		if x.status == "403" {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		}
		return true
	}
	return false
}
