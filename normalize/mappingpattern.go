package normalize

import (
	"bytes"
	"strconv"
	"strings"
)

// pattern compares a value: exactly, with * for any letters, by size (>=12), or
// "" for none; letters count without regard to case. Reading it is linear in the
// value.
type pattern struct {
	parts [][]byte // in lower case, between the stars; one for an exact value
	cmp   string   // ">", ">=", "<", "<="
	bound float64
}

func newPattern(s string) pattern {
	for _, op := range [...]string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(s, op); ok {
			if n, err := strconv.ParseFloat(strings.TrimSpace(rest), 64); err == nil {
				return pattern{cmp: op, bound: n}
			}
		}
	}
	return pattern{parts: bytes.Split(foldASCII(s), []byte("*"))}
}

// foldASCII writes s in lower case, as values are before they are compared.
func foldASCII(s string) []byte {
	b := []byte(s)
	for i, c := range b {
		if upper(c) {
			b[i] = c | 0x20
		}
	}
	return b
}

// exactly reports whether p is met by one value only.
func (p *pattern) exactly() bool { return len(p.parts) == 1 }

// match reports whether v, in lower case, meets p. A lone star wants a value.
func (p *pattern) match(v []byte) bool {
	if p.cmp != "" {
		return p.size(v)
	}
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	if len(p.parts) == 1 {
		return bytes.Equal(first, v)
	}
	if len(v) == 0 || len(v) < len(first)+len(last) || !bytes.HasPrefix(v, first) || !bytes.HasSuffix(v, last) {
		return false
	}
	v = v[len(first) : len(v)-len(last)]
	for _, part := range p.parts[1 : len(p.parts)-1] {
		i := bytes.Index(v, part)
		if i < 0 {
			return false
		}
		v = v[i+len(part):]
	}
	return true
}

// size compares numbers.
func (p *pattern) size(v []byte) bool {
	if len(v) == 0 || len(v) > 24 {
		return false
	}
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return false
	}
	switch p.cmp {
	case ">":
		return n > p.bound
	case ">=":
		return n >= p.bound
	case "<":
		return n < p.bound
	}
	return n <= p.bound
}
