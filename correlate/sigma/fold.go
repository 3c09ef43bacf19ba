package sigma

import (
	"encoding/binary"
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
	if int(r) < len(nearFolds) {
		return nearFolds[r]
	}
	if r >= 0x2E80 && r < 0xA640 {
		return r // the scripts of East Asia have no case
	}
	return farFold(r)
}

// The letters beyond ASCII that fold to ASCII: k and s.
const (
	kelvin = "\u212a"
	longS  = "\u017f"
)

// nearFolds are the foldings of the alphabets of Europe.
var nearFolds = func() (t [0x600]rune) {
	for r := range rune(len(t)) {
		t[r] = farFold(r)
	}
	return t
}()

func farFold(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if least < utf8.RuneSelf {
		return rune(lower[least])
	}
	return least
}

// appendFold appends the folded text to b. Bytes that are no UTF-8 stay.
func appendFold(b []byte, s string) []byte {
	for len(s) > 0 {
		n := asciiLen(s)
		at := len(b)
		b = append(b, s[:n]...)
		lowerASCII(b[at:])
		for s = s[n:]; len(s) > 0 && s[0] >= utf8.RuneSelf; {
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[0])
			} else {
				b = utf8.AppendRune(b, foldRune(r))
			}
			s = s[n:]
		}
	}
	return b
}

const (
	highBits = 0x8080808080808080
	allBytes = 0x0101010101010101
)

// capitals returns a word with the high bit of every byte of w that is a
// capital of ASCII. No byte of w may have its own high bit set.
func capitals(w uint64) uint64 {
	return (w + (0x80-'A')*allBytes) &^ (w + (0x80-'Z'-1)*allBytes) & highBits
}

// asciiLen returns how many bytes of ASCII s begins with.
func asciiLen(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if word(s, i)&highBits != 0 {
			break
		}
	}
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// isASCII reports whether s is nothing but ASCII.
func isASCII(s string) bool {
	n := len(s)
	if n < 8 {
		all := byte(0)
		for i := range n {
			all |= s[i]
		}
		return all < utf8.RuneSelf
	}
	all := word(s, n-8)
	i := 0
	for ; i+32 <= n; i += 32 {
		all |= word(s, i) | word(s, i+8) | word(s, i+16) | word(s, i+24)
	}
	for ; i+8 <= n; i += 8 {
		all |= word(s, i)
	}
	return all&highBits == 0
}

// word reads eight bytes of s from i on.
func word(s string, i int) uint64 {
	return binary.LittleEndian.Uint64(bytesOf(s)[i:])
}

// bytesOf is s as bytes without copying. Nobody may write to them.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// lowerASCII makes capitals small, in place. b is ASCII.
func lowerASCII(b []byte) {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		binary.LittleEndian.PutUint64(b[i:], w|capitals(w)>>2)
	}
	for ; i < len(b); i++ {
		b[i] = lower[b[i]]
	}
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
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := word(s, i)
		if w&highBits != 0 || capitals(w) != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
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
