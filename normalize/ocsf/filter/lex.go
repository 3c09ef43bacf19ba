package filter

import (
	"net/netip"
	"strings"
)

// token is one piece of a filter.
type token struct {
	kind tokenKind
	pos  int
	path string // of a term; "" for a word
	cmp  cmpKind
	text value // of a term or a word
	to   value // second end of a range
}

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokOpen
	tokClose
	tokAnd
	tokOr
	tokNot
	tokWord
	tokTerm
)

// cmpKind is how a term compares.
type cmpKind uint8

const (
	cmpEqual cmpKind = iota
	cmpLess
	cmpAtMost
	cmpMore
	cmpAtLeast
	cmpRange
)

var cmpText = [...]string{cmpEqual: ":", cmpLess: "<", cmpAtMost: "<=", cmpMore: ">", cmpAtLeast: ">="}

// value is a value as written: its parts between unescaped *, one part when
// there is none.
type value struct {
	parts  []string
	quoted bool
}

func (v value) wild() bool    { return len(v.parts) > 1 }
func (v value) any() bool     { return len(v.parts) == 2 && v.parts[0] == "" && v.parts[1] == "" }
func (v value) plain() string { return strings.Join(v.parts, "*") }

// lexer reads tokens off a filter.
type lexer struct {
	s   string
	pos int
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.s) && isSpace(l.s[l.pos]) {
		l.pos++
	}
	t := token{pos: l.pos}
	if l.pos == len(l.s) {
		return t, nil
	}
	switch l.s[l.pos] {
	case '(':
		l.pos++
		t.kind = tokOpen
		return t, nil
	case ')':
		l.pos++
		t.kind = tokClose
		return t, nil
	case '"':
		text, err := l.quoted()
		if err != nil {
			return t, err
		}
		if l.pos < len(l.s) && strings.IndexByte(":<>", l.s[l.pos]) >= 0 {
			t.path = text
			return t, l.comparison(&t)
		}
		t.kind, t.text = tokWord, value{parts: []string{text}, quoted: true}
		return t, nil
	}
	if n := l.pathLength(); n > 0 {
		t.path = l.s[l.pos : l.pos+n]
		l.pos += n
		return t, l.comparison(&t)
	}
	start := l.pos
	t.kind, t.text = tokWord, l.bare("()\"")
	if l.pos == start { // cannot be, but an endless loop would be worse
		return t, errorAt(start, "unexpected character", "")
	}
	switch l.s[start:l.pos] {
	case "AND":
		t.kind = tokAnd
	case "OR":
		t.kind = tokOr
	case "NOT":
		t.kind = tokNot
	}
	return t, nil
}

// pathLength returns the length of the path that begins here, 0 when what
// stands here is a word: an address, a hardware address, a time or a URL has
// colons too.
func (l *lexer) pathLength() int {
	s := l.s[l.pos:]
	c := s[0]
	if !isLetter(c) && c != '_' && c != '@' && c != '$' {
		return 0
	}
	i := 0
	for i < len(s) && isPathByte(s[i]) {
		i++
	}
	if i == len(s) || strings.IndexByte(":<>", s[i]) < 0 || strings.HasPrefix(s[i:], "://") {
		return 0
	}
	end := i
	for end < len(s) && !isSpace(s[end]) && strings.IndexByte("()\"", s[end]) < 0 {
		end++
	}
	word := s[:end]
	if _, err := netip.ParseAddr(word); err == nil {
		return 0
	}
	if _, err := netip.ParsePrefix(word); err == nil {
		return 0
	}
	if _, ok := parseMAC(word); ok {
		return 0
	}
	return i
}

// comparison reads what stands behind a path.
func (l *lexer) comparison(t *token) error {
	t.kind = tokTerm
	c := l.s[l.pos]
	l.pos++
	switch c {
	case '<':
		t.cmp = cmpLess
	case '>':
		t.cmp = cmpMore
	}
	if c != ':' && l.pos < len(l.s) && l.s[l.pos] == '=' {
		t.cmp++
		l.pos++
	}
	if t.cmp == cmpEqual && l.pos < len(l.s) && l.s[l.pos] == '[' {
		return l.bounds(t)
	}
	if l.pos == len(l.s) || isSpace(l.s[l.pos]) || l.s[l.pos] == ')' {
		return errorAt(l.pos, "a value is missing after "+t.path+cmpText[t.cmp],
			"write it without a blank, or "+t.path+":* for any value")
	}
	if l.s[l.pos] == '(' {
		return errorAt(l.pos, "a list of values cannot stand here", "write ("+t.path+":a OR "+t.path+":b)")
	}
	var err error
	t.text, err = l.value("()\"")
	return err
}

// bounds reads [a TO b].
func (l *lexer) bounds(t *token) error {
	start := l.pos
	wrong := func() error {
		return errorAt(start, "the range is not whole", "write "+t.path+":[1 TO 5], with * for an open end")
	}
	t.cmp = cmpRange
	l.pos++
	for i := range 3 {
		for l.pos < len(l.s) && isSpace(l.s[l.pos]) {
			l.pos++
		}
		if l.pos == len(l.s) || l.s[l.pos] == ']' {
			return wrong()
		}
		v, err := l.value("]\"")
		if err != nil {
			return err
		}
		switch i {
		case 0:
			t.text = v
		case 1:
			if v.quoted || v.plain() != "TO" {
				return wrong()
			}
		case 2:
			t.to = v
		}
	}
	for l.pos < len(l.s) && isSpace(l.s[l.pos]) {
		l.pos++
	}
	if l.pos == len(l.s) || l.s[l.pos] != ']' {
		return wrong()
	}
	l.pos++
	return nil
}

// value reads a quoted value or one up to a blank or one of the bytes of end.
func (l *lexer) value(end string) (value, error) {
	if l.s[l.pos] == '"' {
		s, err := l.quoted()
		return value{parts: []string{s}, quoted: true}, err
	}
	return l.bare(end), nil
}

func (l *lexer) quoted() (string, error) {
	start := l.pos
	var b strings.Builder
	for i := start + 1; i < len(l.s); i++ {
		switch c := l.s[i]; {
		case c == '\\' && i+1 < len(l.s) && (l.s[i+1] == '"' || l.s[i+1] == '\\'):
			i++
			b.WriteByte(l.s[i])
		case c == '"':
			l.pos = i + 1
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return "", errorAt(start, "the quote is not closed", `end it with ", or write \" for a quote itself`)
}

func (l *lexer) bare(end string) value {
	var v value
	var b strings.Builder
	for l.pos < len(l.s) {
		c := l.s[l.pos]
		if c == '\\' && l.pos+1 < len(l.s) && strings.IndexByte("*\"\\()] \t\n\r", l.s[l.pos+1]) >= 0 {
			b.WriteByte(l.s[l.pos+1])
			l.pos += 2
			continue
		}
		if isSpace(c) || strings.IndexByte(end, c) >= 0 {
			break
		}
		l.pos++
		if c != '*' {
			b.WriteByte(c)
		} else if len(v.parts) == 0 || b.Len() > 0 { // ** is *
			v.parts = append(v.parts, b.String())
			b.Reset()
		}
	}
	v.parts = append(v.parts, b.String())
	return v
}

func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isPathByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte("_.-[]@$/#%&+", c) >= 0 || c >= 0x80
}
