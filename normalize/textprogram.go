package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// process reads "process 4211 (java)" and "process powershell.exe (pid 4211)".
func (t *textScanner) process(w string) {
	t.want = wantNothing
	inside := t.inside()
	pid, name := w, inside
	if digits(w) != len(w) {
		pid, name = strings.TrimPrefix(inside, "pid "), w
	} else if !hostName(name, false) {
		return
	}
	if digits(pid) == len(pid) && len(pid) < 10 {
		t.l.putText(ocsf.ProcessPID, pid, t.weight)
	}
	t.l.applyProcess(meaning{read: readProcess, weight: t.weight}, name)
}

// inside returns what stands in parentheses behind the word that was read.
func (t *textScanner) inside() string {
	rest := t.s[t.end:]
	if !strings.HasPrefix(rest, " (") {
		return ""
	}
	j := strings.IndexByte(rest[:min(len(rest), 66)], ')')
	if j < 2 {
		return ""
	}
	return rest[2:j]
}

// programName reports whether w is a file that runs, by its ending or its path.
func programName(w string) bool {
	return len(w) > 4 && (strings.EqualFold(w[len(w)-4:], ".exe") || w[0] == '/' && strings.Contains(w, "bin/"))
}

// request reads "GET http://www.example.com/a 200" outside of quotes, with what
// is asked for at i, and returns where it ends, 0 when it is none.
func (t *textScanner) request(method string, i int) int {
	s := t.s
	j := i
	for j < len(s) && s[j] > ' ' && s[j] != '"' {
		j++
	}
	v := s[i:j]
	if len(v) < 2 || v[0] != '/' && urlScheme(v) == 0 && !(method == "CONNECT" && strings.IndexByte(v, ':') > 0) {
		return 0
	}
	l := t.l
	l.putText(ocsf.HTTPMethod, method, t.weight)
	if v[0] == '/' || urlScheme(v) > 0 {
		l.applyURL(v, t.weight)
	} else {
		l.applyURLHost(v, t.weight)
	}
	rest := strings.TrimLeft(s[j:], " ")
	if strings.HasPrefix(rest, "HTTP/") {
		_, rest, _ = strings.Cut(rest, " ")
	}
	if d := digits(rest); d == 3 && rest[0] >= '1' && rest[0] <= '5' && (d == len(rest) || rest[d] == ' ' || rest[d] == ',') {
		l.putText(ocsf.HTTPCode, rest[:3], t.weight)
	}
	t.push("")
	return j
}
