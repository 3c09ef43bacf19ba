package sigma

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"picket/normalize/ocsf"
)

// Flat is an event as a flat JSON object whose keys are the rules' own field
// names. Its key logsource ({"product","category","service"}, each a text or a
// list) says what it counts as; without it every rule is tried. Objects inside
// are read as dotted keys, lists as several values.
type Flat struct {
	pairs     []flatPair
	logsource string // as JSON, "" when absent
	buf       []byte // of texts whose escapes were taken away
}

type flatPair struct {
	key string
	raw string // a text; else the JSON as it is
	typ flatType
}

type flatType uint8

const (
	flatText    flatType = iota
	flatEscaped          // a text with escapes, inside a list only
	flatBare             // a number, true or false
	flatNull
	flatList
)

const maxFlatDepth = 32

var errFlat = errors.New("not a JSON object")

// Parse reads one JSON object. The Flat refers to line until the next Parse.
func (f *Flat) Parse(line string) error {
	f.pairs, f.logsource, f.buf = f.pairs[:0], "", f.buf[:0]
	s := scanner{s: line}
	if err := s.object(f, "", 0); err != nil {
		return err
	}
	if s.space(); s.at != len(s.s) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// Text returns the value of a key, "" when it is absent.
func (f *Flat) Text(key string) string {
	for i := len(f.pairs) - 1; i >= 0; i-- {
		if p := &f.pairs[i]; p.key == key && p.typ != flatNull {
			return p.raw
		}
	}
	return ""
}

func (f *Flat) announce(sc *Scratch) {
	for i := range f.pairs {
		sc.announce(f.pairs[i].key, i, false)
	}
}

func (f *Flat) pair(sc *Scratch, i int, vals []val) []val {
	return sc.flat(vals, f.pairs[i].raw, f.pairs[i].typ)
}

func (f *Flat) field(*Scratch, ocsf.Field, []val) []val { return nil }

func (f *Flat) all(sc *Scratch, vals []val) []val {
	for i := range f.pairs {
		if p := &f.pairs[i]; p.typ == flatText {
			vals = append(vals, val{text: p.raw})
		} else {
			vals = sc.flat(vals, p.raw, p.typ)
		}
	}
	return vals
}

// plan is found by the log source as it is written.
func (f *Flat) plan(sc *Scratch) *plan {
	sc.key = append(sc.key[:0], f.logsource...)
	if p, ok := sc.plans[string(sc.key)]; ok {
		return p
	}
	l := &sc.labels
	l.reset()
	l.any = f.logsource == ""
	if !l.any {
		var ls Flat
		if ls.Parse(f.logsource) == nil {
			for _, p := range ls.pairs {
				var list []string
				for _, v := range sc.flat(nil, p.raw, p.typ) {
					list = append(list, fold(strings.Clone(v.text)))
				}
				switch p.key {
				case "product":
					l.product = append(l.product, list...)
				case "category":
					l.category = append(l.category, list...)
				case "service":
					l.service = append(l.service, list...)
				}
			}
		}
	}
	return sc.remember(sc.set.newPlan(l))
}

// flat appends the values of a pair.
func (sc *Scratch) flat(vals []val, raw string, typ flatType) []val {
	switch typ {
	case flatText, flatBare:
		return append(vals, val{text: raw})
	case flatEscaped:
		at := len(sc.buf)
		sc.buf = appendUnescaped(sc.buf, raw)
		return append(vals, val{text: view(sc.buf[at:])})
	case flatList:
		s := scanner{s: raw, at: 1}
		for {
			s.space()
			if s.at >= len(s.s) || s.s[s.at] == ']' {
				return vals
			}
			v, t, err := s.value(0)
			if err != nil {
				return vals
			}
			vals = sc.flat(vals, v, t)
			if s.space(); s.at < len(s.s) && s.s[s.at] == ',' {
				s.at++
			}
		}
	}
	return vals
}

// scanner reads JSON.
type scanner struct {
	s  string
	at int
}

func (s *scanner) space() {
	for s.at < len(s.s) && (s.s[s.at] == ' ' || s.s[s.at] == '\t' || s.s[s.at] == '\n' || s.s[s.at] == '\r') {
		s.at++
	}
}

func (s *scanner) next(c byte) bool {
	s.space()
	if s.at < len(s.s) && s.s[s.at] == c {
		s.at++
		return true
	}
	return false
}

// object reads an object and adds its members to f, their keys behind prefix.
func (s *scanner) object(f *Flat, prefix string, depth int) error {
	if !s.next('{') || depth > maxFlatDepth {
		return errFlat
	}
	if s.next('}') {
		return nil
	}
	for {
		s.space()
		if s.at >= len(s.s) || s.s[s.at] != '"' {
			return errFlat
		}
		key, typ, err := s.text()
		if err != nil || !s.next(':') {
			return errFlat
		}
		if typ == flatEscaped {
			key = string(appendUnescaped(nil, key))
		}
		if prefix != "" {
			key = prefix + "." + key
		}
		s.space()
		if key == "logsource" && s.at < len(s.s) && s.s[s.at] == '{' {
			start := s.at
			if err := s.skipObject(depth); err != nil {
				return err
			}
			f.logsource = s.s[start:s.at]
		} else if s.at < len(s.s) && s.s[s.at] == '{' {
			if err := s.object(f, key, depth+1); err != nil {
				return err
			}
		} else {
			raw, typ, err := s.value(depth)
			if err != nil {
				return err
			}
			if typ == flatEscaped {
				raw, typ = f.unescape(raw), flatText
			}
			f.pairs = append(f.pairs, flatPair{key, raw, typ})
		}
		if s.next('}') {
			return nil
		}
		if !s.next(',') {
			return errFlat
		}
	}
}

// unescape returns a text without JSON's escapes. What was returned before stays
// as it is when the buffer grows.
func (f *Flat) unescape(raw string) string {
	at := len(f.buf)
	f.buf = appendUnescaped(f.buf, raw)
	return view(f.buf[at:])
}

func (s *scanner) skipObject(depth int) error {
	var skipped Flat
	return s.object(&skipped, ".", depth+1)
}

// value reads a value other than an object of the top level; an object inside
// a list is skipped.
func (s *scanner) value(depth int) (raw string, typ flatType, err error) {
	if s.space(); s.at >= len(s.s) || depth > maxFlatDepth {
		return "", 0, errFlat
	}
	start := s.at
	switch s.s[s.at] {
	case '"':
		return s.text()
	case '{':
		err = s.skipObject(depth)
		return "", flatNull, err
	case '[':
		s.at++
		if s.next(']') {
			return "", flatNull, nil
		}
		for {
			if _, _, err = s.value(depth + 1); err != nil {
				return "", 0, err
			}
			if s.next(']') {
				return s.s[start:s.at], flatList, nil
			}
			if !s.next(',') {
				return "", 0, errFlat
			}
		}
	}
	for s.at < len(s.s) && !strings.ContainsRune(",]} \t\r\n", rune(s.s[s.at])) {
		s.at++
	}
	switch raw = s.s[start:s.at]; raw {
	case "null":
		return "", flatNull, nil
	case "true", "false":
		return raw, flatBare, nil
	}
	if raw == "" || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return "", 0, errFlat
	}
	return raw, flatBare, nil
}

// text reads a text and returns what stands between its quotes.
func (s *scanner) text() (string, flatType, error) {
	s.at++
	rest := s.s[s.at:]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		return "", 0, errFlat
	}
	if strings.IndexByte(rest[:end], '\\') < 0 {
		s.at += end + 1
		return rest[:end], flatText, nil
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			s.at += i + 1
			return rest[:i], flatEscaped, nil
		}
	}
	return "", 0, errFlat
}

// appendUnescaped takes JSON's escapes away.
func appendUnescaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		n := strings.IndexByte(s[i:], '\\')
		if n < 0 || i+n+1 == len(s) {
			return append(b, s[i:]...)
		}
		b = append(b, s[i:i+n]...)
		i += n + 1
		switch s[i] {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'u':
			r := hexRune(s[i:])
			if r < 0 {
				b = append(b, s[i])
				continue
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if strings.HasPrefix(s[i+1:], `\u`) {
					low = hexRune(s[i+2:])
				}
				if d := utf16.DecodeRune(r, low); d != utf8.RuneError {
					r = d
					i += 6
				} else {
					r = utf8.RuneError
				}
			}
			b = utf8.AppendRune(b, r)
		default:
			b = append(b, s[i])
		}
	}
	return b
}

// hexRune reads uXXXX, or returns -1.
func hexRune(s string) rune {
	if len(s) < 5 {
		return -1
	}
	n, err := strconv.ParseUint(s[1:5], 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}
