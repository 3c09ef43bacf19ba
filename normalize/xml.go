package normalize

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// readXML reads elements into pairs: the dotted path of names for the text of an
// element, with the attribute's name behind for attributes. <Data Name="X">v</Data>
// is X=v, as Windows events have it. Namespaces are left out. It does not check
// that tags match; a cut document gives what came before.
func (l *Line) readXML(s string) bool {
	if len(s) < 3 || s[1] != '?' && s[1] != '!' && !letter(s[1]) {
		return false
	}
	if letter(s[1]) && !strings.Contains(s, "</") && !strings.Contains(s, "/>") {
		return false
	}
	n := len(l.KV)
	l.path = l.path[:0]
	var bases [maxDepth]int
	depth := 0
	dataName := "" // of the <Data> that is open
	i := 0
	for i < len(s) {
		if s[i] != '<' {
			j := strings.IndexByte(s[i:], '<')
			if j < 0 {
				j = len(s) - i
			}
			if v := strings.TrimSpace(s[i : i+j]); v != "" && depth > 0 {
				k := dataName
				if k == "" {
					k = l.lookupPath(l.path).name
				}
				l.add(k, l.unentity(v))
			}
			i += j
			continue
		}
		switch {
		case strings.HasPrefix(s[i:], "<!--"):
			j := strings.Index(s[i:], "-->")
			if j < 0 {
				i = len(s)
				continue
			}
			i += j + 3
		case strings.HasPrefix(s[i:], "<![CDATA["):
			j := strings.Index(s[i:], "]]>")
			if j < 0 {
				j = len(s) - i
			}
			if v := strings.TrimSpace(s[i+9 : max(i+9, i+j)]); v != "" && depth > 0 {
				l.add(l.lookupPath(l.path).name, v)
			}
			i = min(len(s), i+j+3)
		case i+1 < len(s) && (s[i+1] == '?' || s[i+1] == '!'):
			j := strings.IndexByte(s[i:], '>')
			if j < 0 {
				i = len(s)
				continue
			}
			i += j + 1
		case i+1 < len(s) && s[i+1] == '/':
			j := strings.IndexByte(s[i:], '>')
			if j < 0 {
				i = len(s)
				continue
			}
			if depth > 0 {
				depth--
				l.path = l.path[:bases[min(depth, maxDepth-1)]]
			}
			dataName = ""
			i += j + 1
		default:
			j := i + 1
			for j < len(s) && s[j] > ' ' && s[j] != '>' && s[j] != '/' && s[j] != '<' {
				j++
			}
			name := s[i+1 : j]
			if name == "" || !letter(name[0]) && name[0] != '_' || depth >= maxDepth {
				i++
				if k := strings.IndexByte(s[i:], '<'); k >= 0 {
					i += k
				} else {
					i = len(s)
				}
				continue
			}
			if c := strings.LastIndexByte(name, ':'); c >= 0 {
				name = name[c+1:]
			}
			bases[depth] = len(l.path)
			if len(l.path)+len(name) < maxKeyLength {
				if len(l.path) > 0 {
					l.path = append(l.path, '.')
				}
				l.path = append(l.path, name...)
			}
			depth++
			var attr string
			i, attr = l.readAttributes(s, j, name == "Data")
			dataName = attr
			if i > 1 && s[i-1] == '>' && s[i-2] == '/' {
				depth--
				l.path = l.path[:bases[depth]]
				dataName = ""
			}
		}
	}
	if len(l.KV) == n {
		return false
	}
	l.Form = XML
	return true
}

// readAttributes reads attributes from s[i:] up to the tag's end and returns
// where it ends, and the Name of a <Data>.
func (l *Line) readAttributes(s string, i int, data bool) (end int, name string) {
	base := len(l.path)
	for i < len(s) {
		i = skipBlank(s, i)
		if i >= len(s) {
			break
		}
		if s[i] == '>' {
			i++
			break
		}
		if s[i] == '/' {
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] != '=' && s[j] != '>' && s[j] > ' ' && s[j] != '/' {
			j++
		}
		k := s[i:j]
		if j >= len(s) || s[j] != '=' || j+1 >= len(s) || s[j+1] != '"' && s[j+1] != '\'' {
			i = max(j, i+1)
			continue
		}
		q := strings.IndexByte(s[j+2:], s[j+1])
		if q < 0 {
			i = len(s)
			break
		}
		v := s[j+2 : j+2+q]
		i = j + 3 + q
		switch {
		case data && (k == "Name" || k == "name"):
			name = v
		case k == "xmlns" || strings.HasPrefix(k, "xmlns:") || v == "" || len(l.path)+len(k) >= maxKeyLength:
		default:
			l.path = append(append(l.path, '.'), k...)
			l.add(l.lookupPath(l.path).name, l.unentity(v))
			l.path = l.path[:base]
		}
	}
	return i, name
}

// unentity replaces the entities of XML.
func (l *Line) unentity(v string) string {
	if strings.IndexByte(v, '&') < 0 {
		return v
	}
	var small [1024]byte
	b := small[:0]
	for i := 0; i < len(v); i++ {
		if v[i] != '&' {
			b = append(b, v[i])
			continue
		}
		j := strings.IndexByte(v[i:min(len(v), i+12)], ';')
		if j < 0 {
			b = append(b, '&')
			continue
		}
		switch e := v[i+1 : i+j]; e {
		case "amp":
			b = append(b, '&')
		case "lt":
			b = append(b, '<')
		case "gt":
			b = append(b, '>')
		case "quot":
			b = append(b, '"')
		case "apos":
			b = append(b, '\'')
		default:
			r, ok := charReference(e)
			if !ok {
				b = append(b, '&')
				continue
			}
			b = utf8.AppendRune(b, r)
		}
		i += j
	}
	return l.keep(b)
}

func charReference(e string) (rune, bool) {
	if len(e) < 2 || e[0] != '#' {
		return 0, false
	}
	base, d := 10, e[1:]
	if d[0] == 'x' || d[0] == 'X' {
		base, d = 16, d[1:]
	}
	n, err := strconv.ParseUint(d, base, 21)
	return rune(n), err == nil && n > 0
}
