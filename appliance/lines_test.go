package appliance

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		in   string
		want []string
		cut  int // of the last line
	}{
		"none":            {"", nil, 0},
		"one":             {"a\n", []string{"a"}, 0},
		"no end":          {"a\nb", []string{"a", "b"}, 0},
		"empty lines":     {"\n\na\n\n", []string{"", "", "a", ""}, 0},
		"crlf":            {"a\r\nb\r\n", []string{"a", "b"}, 0},
		"as long as may":  {long[:MaxLine] + "\n", []string{long[:MaxLine]}, 0},
		"too long":        {long[:MaxLine+1] + "\nb", []string{long[:MaxLine], "b"}, 0},
		"far too long":    {"a\n" + long + "\r\n", []string{"a", long[:MaxLine]}, 1 << 20},
		"long, no end":    {long, []string{long[:MaxLine]}, 1 << 20},
		"bytes no text":   {"\xff\x00\n", []string{"\xff\x00"}, 0},
		"return, no line": {"a\rb\n", []string{"a\rb"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := NewLines(iotest.OneByteReader(strings.NewReader(c.in)))
			if len(c.in) > 4096 {
				l = NewLines(strings.NewReader(c.in))
			}
			var got []string
			last := 0
			for {
				s, cut, err := l.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, s)
				last = cut
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %d lines, want %d", len(got), len(c.want))
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("line %d differs", i)
				}
			}
			if last != c.cut {
				t.Errorf("cut: got %d, want %d", last, c.cut)
			}
		})
	}
}
