package normalize

import (
	"strings"
	"testing"
)

// A byte is found where package strings finds it, next to bytes that differ from
// it by one bit or by one, and behind columns that were left out.
func FuzzByteFinder(f *testing.F) {
	f.Add("a,b,,c-+,--,,,+,last", byte(','), 3)
	f.Add(",", byte(','), 1)
	f.Add("\x00\x01\x80\xff\x81\x00\x01\x01\x00", byte(0), 1)
	f.Add("\x80\x00\x7f\xff\x80\x80\x81\x00\x80", byte(0x80), 2)
	f.Fuzz(func(t *testing.T, s string, c byte, step int) {
		if step < 1 || step > len(s)+1 {
			return
		}
		next := newByteFinder(s, c)
		for i := 0; i <= len(s); i += step {
			want := strings.IndexByte(s[i:], c) + i
			if want < i {
				want = len(s)
			}
			if got := indexFrom(s, i, c); got != want {
				t.Fatalf("indexFrom %d: got %d, want %d", i, got, want)
			}
			got := next.from(i)
			if got != want {
				t.Fatalf("from %d: got %d, want %d", i, got, want)
			}
			i = got
		}
	})
}
