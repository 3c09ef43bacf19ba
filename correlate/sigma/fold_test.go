package sigma

import (
	"strings"
	"testing"
	"unicode"
)

// TestFoldRune: what folds alike folds to one rune, and from beyond ASCII only
// two letters fold into it. The index relies on the latter.
func TestFoldRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		got := foldRune(r)
		if next := unicode.SimpleFold(r); next != r && foldRune(next) != got {
			t.Fatalf("%U folds to %U and %U to %U", r, got, next, foldRune(next))
		}
		if r >= 0x80 && got < 0x80 && string(r) != kelvin && string(r) != longS {
			t.Fatalf("%U folds to ASCII: %U", r, got)
		}
	}
}

func TestSame(t *testing.T) {
	for _, tt := range []struct {
		s, folded string
		want      bool
	}{
		{"", "", true}, {"A", "a", true}, {"@", "`", false}, {"[BCDEFGH", "{bcdefgh", false},
		{"ABCDEFGH", "abcdefgh", true}, {"ABCDEFGHIJ", "abcdefghij", true}, {"ABCDEFGHIJ", "abcdefghik", false},
		{strings.Repeat("Ab", 20) + "c", strings.Repeat("ab", 20) + "C", false}, {"é1234567", "é1234567", true}, {"É1234567", "é1234567", false},
	} {
		if got := same(tt.s, tt.folded); got != tt.want {
			t.Errorf("%q and %q: got %v", tt.s, tt.folded, got)
		}
	}
}

func TestIsASCII(t *testing.T) {
	for n := range 70 {
		s := strings.Repeat("a", n)
		if !isASCII(s) {
			t.Errorf("%d bytes of ASCII are none", n)
		}
		for i := range n {
			if isASCII(s[:i] + "\x80" + s[i+1:]) {
				t.Errorf("%d bytes with one beyond at %d are ASCII", n, i)
			}
		}
	}
}
