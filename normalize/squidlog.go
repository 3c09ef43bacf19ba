package normalize

import "strings"

// readProxyLog reads Squid's native access log, which other proxies copied:
// time elapsed client code/status bytes method URL user hierarchy/peer type
// (Squid, logformat squid). The time was taken off as a header or is still
// there. The pairs get the keys of W3C.
func (l *Line) readProxyLog(s string) bool {
	var f [10]string
	n := 0
	i := skipSpaces(s, 0)
	for i < len(s) && n < len(f) {
		j := i
		for j < len(s) && s[j] != ' ' && s[j] != '\t' {
			j++
		}
		f[n] = s[i:j]
		n++
		i = skipSpaces(s, j)
	}
	at := -1 // the client's place, before code/status
	for k := 1; k < 4 && k+3 < n; k++ {
		c := strings.IndexByte(f[k], '/')
		if c > 3 && c+4 == len(f[k]) && digits(f[k][c+1:]) == 3 && upper(f[k][0]) && methods[f[k+2]] && digits(f[k+1]) == len(f[k+1]) {
			at = k - 1
			break
		}
	}
	if at < 0 {
		return false
	}
	l.Form = AccessLog
	if at >= 2 {
		if _, m := scanStamp(f[0]); m > 0 {
			l.add("time", f[0])
		}
	}
	code, status, _ := strings.Cut(f[at+1], "/")
	l.add("c-ip", f[at])
	l.add("s-action", code)
	l.add("sc-status", status)
	l.add("sc-bytes", f[at+2])
	l.add("cs-method", f[at+3])
	l.add("cs-uri", f[at+4])
	if n > at+5 && f[at+5] != "-" {
		l.add("cs-username", f[at+5])
	}
	if n > at+6 {
		if _, peer, ok := strings.Cut(f[at+6], "/"); ok {
			l.add("s-ip", peer)
		}
	}
	if n > at+7 {
		l.add("contenttype", f[at+7])
	}
	if rest := strings.TrimSpace(s[i:]); rest != "" {
		l.add("", rest)
	}
	return true
}
