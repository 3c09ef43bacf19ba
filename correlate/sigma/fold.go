package sigma

import (
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// foldRune returns one rune for all that differ by case alone (Unicode simple
// folding); letters of ASCII fold to lower case.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if least < utf8.RuneSelf {
		return foldRune(least)
	}
	return least
}

// appendFold appends the folded text to b. Bytes that are no UTF-8 stay.
func appendFold(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			b = append(b, lower[c])
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, c)
		} else {
			b = utf8.AppendRune(b, foldRune(r))
		}
		i += n
	}
	return b
}

// fold returns the folded text.
func fold(s string) string {
	if folded(s) {
		return s
	}
	return string(appendFold(nil, s))
}

// folded reports whether s is ASCII without capitals, its own folding.
func folded(s string) bool {
	for i := 0; i < len(s); i++ {
		if lower[s[i]] != s[i] || s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lower maps the capitals of ASCII, and nothing else.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

// view is b as a text without copying. Nobody may write to b afterwards.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
