package sigma

import (
	"strings"
	"unicode/utf8"
)

// pattern is a Sigma text: runes and, as negative numbers, wildcards.
type pattern []rune

const (
	manyRunes rune = -1 // *
	oneRune   rune = -2 // ?
)

// parsePattern reads escapes and wildcards: a backslash takes the meaning of *, ?
// and \ away, and is itself before anything else.
func parsePattern(text string) pattern {
	p := make(pattern, 0, len(text))
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			if r != '*' && r != '?' && r != '\\' {
				p = append(p, '\\')
			}
			p = append(p, r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			if n := len(p); n == 0 || p[n-1] != manyRunes {
				p = append(p, manyRunes)
			}
		case r == '?':
			p = append(p, oneRune)
		default:
			p = append(p, r)
		}
	}
	if escaped {
		p = append(p, '\\')
	}
	return p
}

// literal is a pattern without wildcards.
func literal(text string) pattern { return pattern([]rune(text)) }

// wild reports whether p has wildcards.
func (p pattern) wild() bool {
	for _, r := range p {
		if r < 0 {
			return true
		}
	}
	return false
}

// text returns the literal text of a pattern without wildcards.
func (p pattern) text() string {
	var b strings.Builder
	for _, r := range p {
		b.WriteRune(r)
	}
	return b.String()
}

// String writes the pattern as a rule would.
func (p pattern) String() string {
	var b strings.Builder
	for _, r := range p {
		switch r {
		case manyRunes:
			b.WriteByte('*')
		case oneRune:
			b.WriteByte('?')
		case '*', '?':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// openLeft and openRight let anything stand before or after p.
func (p pattern) openLeft() pattern {
	if len(p) > 0 && p[0] == manyRunes {
		return p
	}
	return append(pattern{manyRunes}, p...)
}

func (p pattern) openRight() pattern {
	if len(p) > 0 && p[len(p)-1] == manyRunes {
		return p
	}
	return append(p[:len(p):len(p)], manyRunes)
}

// fold returns the pattern for folded texts.
func (p pattern) fold() pattern {
	q := make(pattern, len(p))
	for i, r := range p {
		if r >= 0 {
			r = foldRune(r)
		}
		q[i] = r
	}
	return q
}

// shape tells how p is compared: exactly, or by its beginning, end or middle,
// with text the literal; anything else is a glob.
func (p pattern) shape() (op predOp, text string) {
	body := p
	left := len(body) > 0 && body[0] == manyRunes
	if left {
		body = body[1:]
	}
	right := len(body) > 0 && body[len(body)-1] == manyRunes
	if right {
		body = body[:len(body)-1]
	}
	if body.wild() {
		return opGlob, ""
	}
	text = body.text()
	switch {
	case len(body) == 0 && left:
		return opPresent, ""
	case left && right:
		return opContains, text
	case left:
		return opSuffix, text
	case right:
		return opPrefix, text
	}
	return opExact, text
}

// glob is a compiled pattern: segments between *, each a list of texts with
// exactly one rune between neighbours.
type glob struct {
	segs        [][]string
	left, right bool // open at the beginning, at the end
	source      string
}

func newGlob(p pattern) *glob {
	g := &glob{source: p.String(), left: len(p) > 0 && p[0] == manyRunes, right: len(p) > 0 && p[len(p)-1] == manyRunes}
	seg := []string{""}
	for _, r := range p {
		switch r {
		case manyRunes:
			if len(seg) > 1 || seg[0] != "" {
				g.segs = append(g.segs, seg)
			}
			seg = []string{""}
		case oneRune:
			seg = append(seg, "")
		default:
			seg[len(seg)-1] += string(r)
		}
	}
	if len(seg) > 1 || seg[0] != "" {
		g.segs = append(g.segs, seg)
	}
	return g
}

// longest returns the longest literal that every match contains.
func (g *glob) longest() string {
	best := ""
	for _, seg := range g.segs {
		for _, s := range seg {
			if len(s) > len(best) {
				best = s
			}
		}
	}
	return best
}

// match reports whether the whole of s matches.
func (g *glob) match(s string) bool {
	segs := g.segs
	if len(segs) == 0 {
		return g.left || s == ""
	}
	if !g.left {
		n := segmentAt(segs[0], s)
		if n < 0 {
			return false
		}
		s, segs = s[n:], segs[1:]
		if len(segs) == 0 {
			return g.right || s == ""
		}
	}
	for i, seg := range segs {
		if i == len(segs)-1 && !g.right {
			return segmentAtEnd(seg, s)
		}
		end := findSegment(seg, s)
		if end < 0 {
			return false
		}
		s = s[end:]
	}
	return true
}

// segmentAt returns how many bytes of s the segment takes at its beginning, or -1.
func segmentAt(seg []string, s string) int {
	n := 0
	for i, lit := range seg {
		if i > 0 {
			if n >= len(s) {
				return -1
			}
			_, w := utf8.DecodeRuneInString(s[n:])
			n += w
		}
		if !strings.HasPrefix(s[n:], lit) {
			return -1
		}
		n += len(lit)
	}
	return n
}

// findSegment returns where the first occurrence of the segment ends, or -1.
func findSegment(seg []string, s string) int {
	if len(seg) == 1 {
		if i := strings.Index(s, seg[0]); i >= 0 {
			return i + len(seg[0])
		}
		return -1
	}
	for at := 0; at <= len(s); {
		i := strings.Index(s[at:], seg[0])
		if i < 0 {
			return -1
		}
		at += i
		if n := segmentAt(seg, s[at:]); n >= 0 {
			return at + n
		}
		if at == len(s) {
			return -1
		}
		_, w := utf8.DecodeRuneInString(s[at:])
		at += w
	}
	return -1
}

// segmentAtEnd reports whether s ends with the segment.
func segmentAtEnd(seg []string, s string) bool {
	for i := len(seg) - 1; i >= 0; i-- {
		rest, ok := strings.CutSuffix(s, seg[i])
		if !ok {
			return false
		}
		s = rest
		if i > 0 {
			_, w := utf8.DecodeLastRuneInString(s)
			if w == 0 {
				return false
			}
			s = s[:len(s)-w]
		}
	}
	return true
}
