package normalize

import (
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep objects and lists may lie in each other.
const maxDepth = 24

// readJSON reads one object into pairs with dotted keys; elements of lists have
// the key of the list. Lists of {"key":…,"value":…} and {"name":…,"value":…}
// appear under the name, too. Null and empty texts are left out. A text behind
// the object is no error; a cut object gives what came before the cut.
func (l *Line) readJSON(s string) bool {
	if len(s) < 2 || s[0] != '{' {
		return false
	}
	i := skipBlank(s, 1)
	if i >= len(s) || s[i] != '"' && s[i] != '}' {
		return false
	}
	n := len(l.KV)
	l.path = l.path[:0]
	p := jsonReader{s: s, l: l}
	p.object(0, 0)
	if len(l.KV) == n && p.broken {
		return false
	}
	l.Form = JSON
	return true
}

// readEscapedJSON reads an object whose quotes are escaped, because it stood in
// a text of another.
func (l *Line) readEscapedJSON(s string) bool {
	var small [1024]byte
	b := small[:0]
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		b = append(b, s[i])
	}
	return l.readJSON(l.keep(b))
}

type jsonReader struct {
	s      string
	i      int
	l      *Line
	broken bool
}

func skipBlank(s string, i int) int {
	if i < len(s) && s[i] > ' ' {
		return i
	}
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// object reads the object at p.i, whose path is l.path[:base].
func (p *jsonReader) object(base, depth int) {
	l := p.l
	p.i++      // {
	name := "" // the value of a "key" or "name" member, for a "value" member
	for {
		p.i = skipBlank(p.s, p.i)
		if p.i >= len(p.s) {
			p.broken = true
			return
		}
		switch p.s[p.i] {
		case '}':
			p.i++
			return
		case ',':
			p.i++
			continue
		case '"':
		default:
			p.broken = true
			return
		}
		k := p.text()
		if p.broken {
			return
		}
		p.i = skipBlank(p.s, p.i)
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			p.broken = true
			return
		}
		p.i = skipBlank(p.s, p.i+1)
		l.path = l.path[:base]
		if base > 0 {
			l.path = append(l.path, '.')
		}
		if len(l.path)+len(k) <= maxKeyLength {
			l.path = append(l.path, k...)
		}
		at := len(l.KV)
		p.value(depth + 1)
		if p.broken {
			return
		}
		if at < len(l.KV) && len(k) <= 6 {
			switch k {
			case "key", "name", "Key", "Name", "id":
				name = l.KV[at].Val
			case "value", "Value", "val":
				if name != "" && len(name) < 64 && len(l.KV) == at+1 {
					l.path = l.path[:base]
					if base > 0 {
						l.path = append(l.path, '.')
					}
					l.path = append(l.path, name...)
					l.add(l.lookupPath(l.path).name, l.KV[at].Val)
				}
			}
		}
	}
}

// value reads the value at p.i; its path is l.path.
func (p *jsonReader) value(depth int) {
	if p.i >= len(p.s) {
		p.broken = true
		return
	}
	l := p.l
	switch c := p.s[p.i]; {
	case c == '"':
		v := p.text()
		if !p.broken && v != "" {
			if len(v) > 4 && v[0] == '{' && v[1] == '"' && depth < 4 { // an object that was made a text
				base, n := len(l.path), len(l.KV)
				in := jsonReader{s: v, l: l}
				in.object(base, depth)
				l.path = l.path[:base]
				if !in.broken || len(l.KV) > n+1 {
					return
				}
			}
			l.add(l.lookupPath(l.path).name, v)
		}
	case c == '{':
		if depth > maxDepth {
			p.broken = true
			return
		}
		p.object(len(l.path), depth)
	case c == '[':
		if depth > maxDepth {
			p.broken = true
			return
		}
		base := len(l.path)
		p.i++
		for {
			p.i = skipBlank(p.s, p.i)
			if p.i >= len(p.s) {
				p.broken = true
				return
			}
			if p.s[p.i] == ']' {
				p.i++
				return
			}
			if p.s[p.i] == ',' {
				p.i++
				continue
			}
			l.path = l.path[:base]
			p.value(depth + 1)
			if p.broken {
				return
			}
		}
	default: // a number, true, false, null
		start := p.i
		i := start
		for i < len(p.s) && !endsValue.has(p.s[i]) {
			i++
		}
		p.i = i
		v := p.s[start:i]
		if v == "" {
			p.broken = true
			return
		}
		if c := v[0]; !digit(c) && c != '-' && v != "true" && v != "false" && v != "null" && v != "None" && v != "True" && v != "False" && v != "NaN" {
			p.broken = true
			return
		}
		if v != "null" && v != "None" {
			l.add(l.lookupPath(l.path).name, v)
		}
	}
}

// text reads the string at p.i. Without escapes it is a slice of the line.
func (p *jsonReader) text() string {
	s := p.s
	i := p.i + 1
	start := i
	for i < len(s) && !endsText.has(s[i]) {
		i++
	}
	if i >= len(s) {
		p.i, p.broken = len(s), true
		return ""
	}
	if s[i] == '"' {
		p.i = i + 1
		return s[start:i]
	}
	var small [1024]byte
	b := append(small[:0], s[start:i]...)
	for i < len(s) && s[i] != '"' {
		c := s[i]
		if c != '\\' {
			b = append(b, c)
			i++
			continue
		}
		i++
		if i >= len(s) {
			break
		}
		switch s[i] {
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'b', 'f':
			b = append(b, ' ')
		case 'u':
			r, n := jsonRune(s[i+1:])
			if n == 0 {
				b = append(b, '\\', 'u')
			} else {
				b = utf8.AppendRune(b, r)
				i += n
			}
		default:
			b = append(b, s[i])
		}
		i++
	}
	if i >= len(s) {
		p.i, p.broken = len(s), true
		return ""
	}
	p.i = i + 1
	return p.l.keep(b)
}

// jsonRune reads the digits behind \u, with a second half of a surrogate pair.
func jsonRune(s string) (r rune, n int) {
	h, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if h >= 0xD800 && h < 0xDC00 && strings.HasPrefix(s[4:], `\u`) {
		if lo, ok := hex4(s[6:]); ok && lo >= 0xDC00 && lo < 0xE000 {
			return 0x10000 + (h-0xD800)<<10 + (lo - 0xDC00), 10
		}
	}
	return h, 4
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for i := range 4 {
		d, ok := hexDigit(s[i])
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}
