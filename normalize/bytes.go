package normalize

import mathbits "math/bits"

// byteKind says what a byte may be part of; several at once.
type byteKind uint8

const (
	ofKey     byteKind = 1 << iota // of the key of a pair
	ofWord                         // of names, addresses and versions
	ofBare                         // of a value without quotes that needs no second look
	ofName                         // letters and digits
	endsText                       // ends a text of JSON, or escapes
	endsValue                      // ends a number of JSON, or a word in its place
	ofRun                          // letters and digits of any alphabet
)

// byteKinds are the kinds of all bytes, so that a reader asks for each byte of a
// line one question and not ten.
var byteKinds = func() (t [256]byteKind) {
	mark := func(k byteKind, bytes string) {
		for i := 0; i < len(bytes); i++ {
			t[bytes[i]] |= k
		}
	}
	for c := range t {
		b := byte(c)
		if digit(b) || letter(b) {
			t[c] |= ofKey | ofWord | ofName | ofRun
		}
		if b >= 0x80 {
			t[c] |= ofWord | ofRun
		}
		if b > ' ' {
			t[c] |= ofBare
		} else {
			t[c] |= endsValue
		}
	}
	mark(ofKey, "_-.@$/")
	mark(ofWord, "_-.")
	for _, c := range []byte("\",;|<[{('") {
		t[c] &^= ofBare
	}
	mark(endsText, "\"\\")
	mark(endsValue, ",}]")
	return t
}()

// indexFrom returns where c next stands in s from i, len(s) when nowhere. It
// looks at eight bytes at a time, for what it looks for is too near to be worth
// a call of strings.IndexByte.
func indexFrom(s string, i int, c byte) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		x := load64(s[i:]) ^ low*uint64(c)
		if zero := (x - low) &^ x & high; zero != 0 { // the lowest is exact
			return i + mathbits.TrailingZeros64(zero)/8
		}
	}
	for i < len(s) && s[i] != c {
		i++
	}
	return i
}

// byteFinder finds one byte again and again, from left to right.
type byteFinder struct {
	s    string
	want uint64 // the byte, eight times
	base int    // behind the bytes that were looked at
	hits uint64 // the high bit of each of the last eight that is not told yet
}

func newByteFinder(s string, c byte) byteFinder {
	return byteFinder{s: s, want: 0x0101010101010101 * uint64(c)}
}

// from returns where the byte next stands from i, which must not fall; the length
// of the text when nowhere.
func (f *byteFinder) from(i int) int {
	for {
		for f.hits != 0 {
			at := f.base - 8 + mathbits.TrailingZeros64(f.hits)/8
			f.hits &= f.hits - 1
			if at >= i {
				return at
			}
		}
		if f.base+8 > len(f.s) {
			break
		}
		f.hits = zeroBytes(load64(f.s[f.base:]) ^ f.want)
		f.base += 8
	}
	i = max(i, f.base)
	for i < len(f.s) && f.s[i] != byte(f.want) {
		i++
	}
	return i
}

// zeroBytes returns the high bit of each byte of x that is zero.
func zeroBytes(x uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	return ^((x&low + low) | x | low)
}

// load64 returns the first eight bytes of s as a number, the first lowest.
func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

func (k byteKind) has(c byte) bool { return byteKinds[c]&k != 0 }

// run returns how many bytes of s from its start are of kind k.
func (k byteKind) run(s string) int {
	for i := 0; i < len(s); i++ {
		if !k.has(s[i]) {
			return i
		}
	}
	return len(s)
}

func alnum(c byte) bool   { return ofName.has(c) }
func keyByte(c byte) bool { return ofKey.has(c) }

// wordByte tells the bytes of names, addresses and versions.
func wordByte(c byte) bool { return ofWord.has(c) }
