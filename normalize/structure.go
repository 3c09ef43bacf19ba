package normalize

import "strings"

// readStructure finds out how the message is built and takes it apart into
// pairs. It is linear in the length of the message and allocates nothing but
// for escaped texts.
func (l *Line) readStructure() {
	l.readBody()
	if l.Head.SD != "" {
		l.readSD()
	}
}

// readBody takes the message itself apart.
func (l *Line) readBody() {
	s := l.Body
	i := skipSpaces(s, 0)
	if i >= len(s) {
		return
	}
	switch s[i] {
	case '{':
		if l.readJSON(s[i:]) {
			return
		}
	case '[':
		if strings.HasPrefix(s[i:], `[{"`) && l.readJSON(s[i+1:]) {
			return // a list of events, of which the first is told
		}
	case '<':
		if l.readXML(s[i:]) {
			return
		}
	case 'C':
		if strings.HasPrefix(s[i:], "CEF:") && l.readCEF(s[i+4:]) {
			return
		}
	case 'L':
		if strings.HasPrefix(s[i:], "LEEF:") && l.readLEEF(s[i+5:]) {
			return
		}
	case '0', '1':
		if len(s) > i+1 && s[i+1] == '|' && l.readCEF(s[i:]) {
			return // a store took the "CEF:" away
		}
	}
	if d := digits(s[i:]); d > 0 && i+d < len(s) && s[i+d] == ',' && l.readDelimited(s[i:]) {
		return
	}
	if letter(s[i]) && l.readPlainKeyValue(s[i:]) {
		return
	}
	if l.readAccessLog(s[i:]) || l.readProxyLog(s[i:]) {
		return
	}
	if j := embedded(s, i); j > 0 {
		n := len(l.KV)
		switch s[j] {
		case '{':
			if l.readJSON(s[j:]) || s[j+1] == '\\' && l.readEscapedJSON(s[j:]) {
				return
			}
		case 'C':
			if l.readCEF(s[j+4:]) {
				return
			}
		case 'L':
			if l.readLEEF(s[j+5:]) {
				return
			}
		}
		l.KV = l.KV[:n]
	}
	if l.readDelimited(s[i:]) {
		return
	}
	l.readKeyValue(s[i:])
}

// embedded returns where a structured part begins behind some words: an object
// of JSON that reaches to the end, a CEF or LEEF header. 0 when there is none.
func embedded(s string, from int) int {
	if j := strings.Index(s[from:], `{"`); j > 0 && strings.HasSuffix(strings.TrimRight(s, " \t\r\n"), "}") {
		return from + j
	}
	if j := strings.Index(s[from:], `{\"`); j > 0 && strings.HasSuffix(strings.TrimRight(s, " \t\r\n"), "}") {
		return from + j
	}
	if j := strings.Index(s[from:], "CEF:"); j > 0 && j < 512 {
		return from + j
	}
	if j := strings.Index(s[from:], "LEEF:"); j > 0 && j < 512 {
		return from + j
	}
	return 0
}

// streamMark returns the length of what a container's runtime writes between its
// time and the line: the stream, and F for a full line or P for a part of one
// (Kubernetes, CRI logging format).
func streamMark(s string) int {
	if len(s) > 9 && (strings.HasPrefix(s, "stdout ") || strings.HasPrefix(s, "stderr ")) && (s[7] == 'F' || s[7] == 'P') && s[8] == ' ' {
		return 9
	}
	return 0
}
