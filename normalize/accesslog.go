package normalize

import "strings"

// readAccessLog reads the common and combined log formats of web servers, with
// what stands around them in the field: the name of the virtual host before, an
// address list, a port behind the address, missing columns, anything behind.
// The pairs get the keys of W3C: c-ip, cs-username, cs-method, cs-uri, sc-status,
// sc-bytes, cs(Referer), cs(User-Agent), cs-host, and the time as "time".
func (l *Line) readAccessLog(s string) bool {
	// The anchor: [02/Jan/2006:15:04:05 +0000] or its like, then a quoted request.
	if s[0] == '"' { // its time was taken for that of a header
		return l.readProxyRequest(s)
	}
	b := strings.IndexByte(s, '[')
	if b == 0 {
		return l.readProxyAccess(s)
	}
	if b < 0 || b > 512 {
		return false
	}
	st, n := scanStamp(s[b+1:])
	if n < 17 || st.month == 0 || b+1+n >= len(s) || s[b+1+n] != ']' {
		return false
	}
	head := strings.TrimSpace(s[:b])
	if strings.Count(head, " ") < 2 && !hasAddr(head) {
		return false
	}
	rest := s[b+2+n:]
	q := strings.IndexByte(rest, '"')
	if q < 0 || strings.TrimSpace(rest[:q]) != "" {
		return false
	}
	line, after, ok := cutQuoted(rest[q:])
	if !ok {
		return false
	}
	l.Form = AccessLog
	l.readAccessHead(head)
	l.add("time", s[b+1:b+1+n])
	l.readRequestLine(line)
	// status bytes "referer" "agent" …
	i := skipSpaces(after, 0)
	for _, k := range [...]string{"sc-status", "sc-bytes"} {
		j := i
		for j < len(after) && after[j] != ' ' {
			j++
		}
		w := after[i:j]
		if w == "-" || w != "" && digits(w) == len(w) {
			l.add(k, w)
			i = skipSpaces(after, j)
		}
	}
	for _, k := range [...]string{"cs(Referer)", "cs(User-Agent)"} {
		if i >= len(after) || after[i] != '"' {
			break
		}
		v, more, ok := cutQuoted(after[i:])
		if !ok {
			break
		}
		if v != "-" {
			l.add(k, v)
		}
		after = more
		i = skipSpaces(after, 0)
	}
	if v := strings.TrimSpace(after[min(i, len(after)):]); v != "" {
		l.add("", v)
	}
	return true
}

// readProxyAccess reads the access logs that begin with their time, as Envoy's
// and those of service meshes: [time] "request" status … and then, in an order
// of their own, numbers and quoted texts: addresses, the agent, an identifier,
// the host that was asked for, where the request went.
func (l *Line) readProxyAccess(s string) bool {
	st, n := scanStamp(s[1:])
	if n < 17 || st.month == 0 || 1+n >= len(s) || s[1+n] != ']' {
		return false
	}
	if !l.readProxyRequest(strings.TrimLeft(s[2+n:], " ")) {
		return false
	}
	l.add("time", s[1:1+n])
	return true
}

// readProxyRequest reads the request, the status and what stands behind.
func (l *Line) readProxyRequest(s string) bool {
	if s == "" || s[0] != '"' {
		return false
	}
	line, after, ok := cutQuoted(s)
	m, _, _ := strings.Cut(line, " ")
	after = strings.TrimLeft(after, " ")
	if !ok || !methodWord(m) || digits(after) != 3 {
		return false
	}
	l.Form = AccessLog
	l.readRequestLine(line)
	l.add("sc-status", after[:3])
	l.readProxyTexts(after[3:])
	return true
}

// readProxyTexts reads the quoted texts behind the status by what they hold.
func (l *Line) readProxyTexts(s string) {
	agent, host := false, false
	for n := 0; n < 16; n++ {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return
		}
		v, rest, ok := cutQuoted(s[i:])
		if !ok {
			return
		}
		s = rest
		first, _, _ := strings.Cut(v, ",")
		_, _, addr := scanAddrPort(strings.TrimSpace(first), false)
		switch {
		case v == "" || v == "-":
		case addr > 0 && n == 0:
			l.add("c-ip", strings.TrimSpace(first))
		case addr > 0 || urlScheme(v) > 0:
			l.add("upstream_addr", v[urlScheme(v):])
		case onlyIdentifier(v):
		case !agent && (strings.IndexByte(v, '/') > 0 || n == 1):
			l.add("cs(User-Agent)", v)
			agent = true
		case !host && hostName(v, false) && n > 2:
			l.add("cs-host", v)
			host = true
		default:
			l.add("", v)
		}
	}
}

// hasAddr reports whether one of the words of s is an address.
func hasAddr(s string) bool {
	for s != "" {
		var w string
		w, s, _ = strings.Cut(s, " ")
		if _, ok := addrOf(strings.TrimSuffix(w, ",")); ok {
			return true
		}
	}
	return false
}

// readAccessHead reads [vhost[:port]] client[,client…] ident user.
func (l *Line) readAccessHead(s string) {
	var f [6]string
	n := 0
	for s != "" && n < len(f) {
		i := strings.IndexByte(s, ' ')
		if i < 0 {
			f[n] = s
			n++
			break
		}
		f[n] = s[:i]
		n++
		s = strings.TrimLeft(s[i:], " ")
	}
	client := -1
	for i := range n {
		v := strings.TrimSuffix(f[i], ",")
		if _, ok := addrOf(v); ok {
			client = i
			break
		}
	}
	if client < 0 {
		client = 0
		if n > 3 {
			client = n - 3
		}
	}
	if client > 0 {
		l.add("cs-host", f[client-1])
	}
	if n > 0 {
		l.add("c-ip", strings.TrimSuffix(f[client], ","))
	}
	for i := client + 1; i < n-1; i++ {
		if v := strings.TrimSuffix(f[i], ","); v != "-" {
			if _, ok := addrOf(v); ok {
				l.add("x-forwarded-for", v)
			}
		}
	}
	if n-1 > client && f[n-1] != "-" {
		l.add("cs-username", f[n-1])
	}
}

// readRequestLine reads METHOD target HTTP/1.1.
func (l *Line) readRequestLine(s string) {
	m, rest, ok := strings.Cut(s, " ")
	if !ok || !methodWord(m) {
		return
	}
	l.add("cs-method", m)
	if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
		l.add("cs-version", rest[i+1:])
		rest = rest[:i]
	}
	if rest != "" {
		l.add("cs-uri", rest)
	}
}

// methodWord reports whether w is a method of HTTP or its relatives.
func methodWord(w string) bool {
	if len(w) < 3 || len(w) > 12 {
		return false
	}
	for i := 0; i < len(w); i++ {
		if !upper(w[i]) && w[i] != '-' && w[i] != '_' {
			return false
		}
	}
	return methods[w]
}

var methods = wordSet("GET POST HEAD PUT DELETE OPTIONS CONNECT PATCH TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT SEARCH PURGE")

// cutQuoted takes the quoted text that s begins with; \" inside does not end it.
func cutQuoted(s string) (v, rest string, ok bool) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:], true
		}
	}
	return "", s, false
}
