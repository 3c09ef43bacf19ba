package normalize

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

// byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

func (k byteKind) has(c byte) bool { return byteKinds[c]&k != 0 }

func alnum(c byte) bool   { return ofName.has(c) }
func keyByte(c byte) bool { return ofKey.has(c) }

// wordByte tells the bytes of names, addresses and versions.
func wordByte(c byte) bool { return ofWord.has(c) }
