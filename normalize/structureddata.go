package normalize

import "strings"

// readSD appends the parameters of RFC 5424's structured data to the pairs.
// Elements that speak of the transport only (RFC 5424, section 7: timeQuality,
// origin, meta) are left out.
func (l *Line) readSD() {
	s := l.Head.SD
	n := len(l.KV)
	for len(s) > 1 && s[0] == '[' {
		i := 1
		for i < len(s) && s[i] != ' ' && s[i] != ']' {
			i++
		}
		id := s[1:i]
		skip := id == "timeQuality" || id == "origin" || id == "meta"
		for i < len(s) && s[i] == ' ' {
			i = skipSpaces(s, i)
			eq := strings.IndexByte(s[i:], '=')
			if eq <= 0 || i+eq+1 >= len(s) || s[i+eq+1] != '"' {
				return
			}
			k := s[i : i+eq]
			j := i + eq + 2
			escaped := false
			for j < len(s) && s[j] != '"' {
				if s[j] == '\\' {
					escaped = true
					j++
				}
				j++
			}
			if j >= len(s) {
				return
			}
			v := s[i+eq+2 : j]
			if escaped {
				v = l.unescapeSD(v)
			}
			if !skip && len(k) < 64 {
				l.add(k, v)
			}
			i = j + 1
		}
		if i >= len(s) || s[i] != ']' {
			break
		}
		s = s[i+1:]
	}
	if l.Form == Text && len(l.KV) > n+2 && strings.TrimSpace(l.Body) == "" {
		l.Form = KeyValue
	}
}

// unescapeSD takes the marks before \" \\ and \] away.
func (l *Line) unescapeSD(v string) string {
	var small [512]byte
	b := small[:0]
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\' || v[i+1] == ']') {
			i++
		}
		b = append(b, v[i])
	}
	return l.keep(b)
}
