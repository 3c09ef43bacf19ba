package syslog

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// message is a frame with its octets, for comparison.
type message struct {
	text   string
	cut    int
	broken bool
}

// split feeds stream to a splitter through a buffer as a connection does, in
// reads of at most the sizes that next gives.
func split(t testing.TB, stream string, limit int, next func() int) []message {
	t.Helper()
	s := splitter{limit: limit}
	b := buffer{max: s.needs()}
	from := &pieces{rest: stream, next: next}
	var got []message
	for eof := false; !eof; {
		err := b.fill(from)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		eof = err != nil
		for {
			unused := b.unused()
			f, n, ok := s.next(unused, eof)
			if n < 0 || n > len(unused) || f.start > f.end || f.end > n {
				t.Fatalf("next of %d octets: frame %+v, %d used", len(unused), f, n)
			}
			b.r += n
			if !ok {
				break
			}
			got = append(got, message{string(unused[f.start:f.end]), f.cut, f.broken})
		}
		if eof && len(b.unused()) > 0 {
			t.Fatalf("%q is left at the end", b.unused())
		}
		if len(b.b) > s.needs() {
			t.Fatalf("buffer of %d octets for messages of %d", len(b.b), limit)
		}
	}
	return got
}

// pieces is a stream that comes in reads of chosen sizes.
type pieces struct {
	rest string
	next func() int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, errors.New("read into a full buffer")
	}
	if p.rest == "" {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(len(p.rest), max(1, p.next()))])
	p.rest = p.rest[n:]
	return n, nil
}

func whole() int { return 1 << 20 }

func texts(list ...string) (messages []message) {
	for _, text := range list {
		messages = append(messages, message{text: text})
	}
	return messages
}

func counts(list ...string) string {
	var b strings.Builder
	for _, text := range list {
		fmt.Fprintf(&b, "%d %s", len(text), text)
	}
	return b.String()
}

var framings = []struct {
	name, stream string
	limit        int // 0 is 100
	want         []message
}{
	{name: "nothing"},
	{name: "newline", stream: "<13>a\n<13>b\n", want: texts("<13>a", "<13>b")},
	{name: "newline, last unfinished", stream: "<13>a\n<13>b", want: texts("<13>a", "<13>b")},
	{name: "CR LF", stream: "<13>a\r\n<13>b\r\n", want: texts("<13>a", "<13>b")},
	{name: "NUL", stream: "<13>a\x00<13>b\x00", want: texts("<13>a", "<13>b")},
	{name: "newline and NUL", stream: "<13>a\n\x00<13>b\n\x00", want: texts("<13>a", "<13>b")},
	{name: "empty lines", stream: "\n\r\n<13>a\n\n\n\r\n<13>b\n\n", want: texts("<13>a", "<13>b")},
	{name: "CR within", stream: "<13>a\rb\n", want: texts("<13>a\rb")},
	{name: "no priority", stream: "date=2026-01-02 a=1\nx\n", want: texts("date=2026-01-02 a=1", "x")},
	{name: "begins with a year", stream: "2026-01-02 a\n2026-01-02 b\n", want: texts("2026-01-02 a", "2026-01-02 b")},
	{name: "begins with a day", stream: "12 Jan 2026 10:22:33 h a\n13 Jan 2026 h b\n",
		want: texts("12 Jan 2026 10:22:33 h a", "13 Jan 2026 h b")},
	{name: "begins with an epoch", stream: "1700000000 h a\n1700000001 h b\n",
		want: texts("1700000000 h a", "1700000001 h b")},
	{name: "begins with a number", stream: "1234: Jan 2 a\n1235: Jan 2 b\n", want: texts("1234: Jan 2 a", "1235: Jan 2 b")},
	{name: "a number that would be a count", stream: "40 h a\n41 h b\n", want: texts("40 h a", "41 h b")},
	{name: "huge number", stream: "99999999999 <13>a\n<13>b\n", want: texts("99999999999 <13>a", "<13>b")},
	{name: "digits only", stream: "12345", want: texts("12345")},
	{name: "zero", stream: "0 <13>a\n", want: texts("0 <13>a")},

	{name: "counted", stream: counts("<13>a", "<13>bc"), want: texts("<13>a", "<13>bc")},
	{name: "counted, multi-line", stream: counts("<13>a\n  b\n\n  c", "<13>d"), want: texts("<13>a\n  b\n\n  c", "<13>d")},
	{name: "counted, newline counted", stream: counts("<13>a\n", "<13>b\r\n"), want: texts("<13>a", "<13>b")},
	{name: "counted, newline not counted", stream: "5 <13>a\n5 <13>b\r\n5 <13>c\n", want: texts("<13>a", "<13>b", "<13>c")},
	{name: "counted, digits within", stream: counts("<13>1 2 <3", "<13>7 <"), want: texts("<13>1 2 <3", "<13>7 <")},
	{name: "counted, empty", stream: counts("<13>a", "\n", "<13>b"), want: texts("<13>a", "<13>b")},
	{name: "counted without priority",
		stream: counts("date=2026-01-02 time=10:11:12 a=1", "date=2026-01-02 time=10:11:12 b=2"),
		want:   texts("date=2026-01-02 time=10:11:12 a=1", "date=2026-01-02 time=10:11:12 b=2")},
	{name: "counted without priority, one",
		stream: counts("date=2026-01-02 time=10:11:12 a=1"), want: texts("date=2026-01-02 time=10:11:12 a=1")},
	{name: "counted, ends in message", stream: "5 <13>a10 <13>b",
		want: []message{{text: "<13>a"}, {"<13>b", 10, true}}},
	{name: "counted, ends in count", stream: "5 <13>a10", want: []message{{text: "<13>a"}, {"10", 0, true}}},
	{name: "counted, ends after count", stream: "5 <13>a10 ", want: []message{{text: "<13>a"}, {"", 10, true}}},
	{name: "count too small", stream: "5 <13>abc\n5 <13>d",
		want: []message{{text: "<13>a"}, {"bc", 0, true}, {text: "<13>d"}}},
	{name: "count too small, no newline", stream: "5 <13>abc5 <13>d",
		want: []message{{text: "<13>a"}, {"bc", 0, true}, {text: "<13>d"}}},
	{name: "count too small, digits", stream: "5 <13>a port 4405 <13>d",
		want: []message{{text: "<13>a"}, {" port 440", 0, true}, {text: "<13>d"}}},
	{name: "count too large", stream: "7 <13>a5 <13>b5 <13>c",
		want: []message{{text: "<13>a5 "}, {"<13>b", 0, true}, {text: "<13>c"}}},
	{name: "changes to newline", stream: "5 <13>a<13>b\n<13>c\n5 <13>d",
		want: []message{{text: "<13>a"}, {"<13>b", 0, true}, {"<13>c", 0, true}, {text: "<13>d"}}},
	{name: "count of many digits within", stream: "5 <13>a99999999999 <13>b\n5 <13>c",
		want: []message{{text: "<13>a"}, {"99999999999 <13>b", 0, true}, {text: "<13>c"}}},

	{name: "line of the limit", limit: 8, stream: "<13>aaaa\n<13>bbbb\r\n", want: texts("<13>aaaa", "<13>bbbb")},
	{name: "line over the limit", limit: 8, stream: "<13>aaaaa\n<13>b\n",
		want: []message{{"<13>aaaa", 9, false}, {text: "<13>b"}}},
	{name: "line far over the limit", limit: 8, stream: "<13>aaaa" + strings.Repeat("b", 100) + "\n<13>b\n",
		want: []message{{"<13>aaaa", 9, false}, {text: "<13>b"}}},
	{name: "unfinished line over the limit", limit: 8, stream: "<13>aaaaa", want: []message{{"<13>aaaa", 9, false}}},
	{name: "counted of the limit", limit: 8, stream: "8 <13>aaaa8 <13>bbbb", want: texts("<13>aaaa", "<13>bbbb")},
	{name: "counted over the limit", limit: 8, stream: "108 <13>aaaa" + strings.Repeat("\n", 100) + "5 <13>b",
		want: []message{{"<13>aaaa", 108, false}, {text: "<13>b"}}},
	{name: "counted, ends while skipping", limit: 8, stream: "108 <13>aaaaaaaa", want: []message{{"<13>aaaa", 108, false}}},
	{name: "endless broken", limit: 8, stream: "5 <13>a" + strings.Repeat("b", 20),
		want: []message{{text: "<13>a"}, {"bbbbbbbb", 0, true}, {"bbbbbbbb", 0, true}, {"bbbb", 0, true}}},
}

func TestFraming(t *testing.T) {
	for _, test := range framings {
		t.Run(test.name, func(t *testing.T) {
			limit := test.limit
			if limit == 0 {
				limit = 100
			}
			for _, size := range []int{1 << 20, 1, 2, 3, 7} {
				got := split(t, test.stream, limit, func() int { return size })
				if !slices.Equal(got, test.want) {
					t.Errorf("reads of %d: got %+v, want %+v", size, got, test.want)
				}
			}
		})
	}
}

// TestFramingWhateverTheReads makes streams of whole and broken frames; what is
// found must not depend on how the stream is read.
func TestFramingWhateverTheReads(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		stream := randomStream(rnd)
		limit := 1 + rnd.IntN(80)
		want := split(t, stream, limit, whole)
		for range 5 {
			got := split(t, stream, limit, func() int { return 1 + rnd.IntN(1+rnd.IntN(40)) })
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, limit %d, stream %q:\ngot  %+v\nwant %+v", seed, limit, stream, got, want)
			}
		}
	}
}

// A stream goes on after a pause in which its unfinished message was taken.
func TestFramingAfterPause(t *testing.T) {
	for _, test := range []struct{ name, before, unfinished, after string }{
		{"lines", "<13>a\n", "<13>b", "<13>c\n"},
		{"counted, broken", "5 <13>a", "bc", "5 <13>c"},
		{"counted without priority", "", counts("date=2026-01-02 time=10:11:12 a=1"), "5 <13>c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := splitter{limit: 100}
			s.next([]byte(test.before), false)
			b := []byte(test.unfinished)
			if f, n, ok := s.next(b, false); ok {
				t.Fatalf("took %q at once", b[f.start:f.end])
			} else if b = b[n:]; !s.takesUnfinished(b) {
				t.Fatal("does not take it")
			}
			if f, n, ok := s.next(b, true); !ok || n != len(b) || f.end-f.start != len(strings.TrimPrefix(test.unfinished, "33 ")) {
				t.Fatalf("took %+v, %d, %v", f, n, ok)
			}
			b = []byte(test.after)
			if f, _, ok := s.next(b, false); !ok || f.broken || string(b[f.start:f.end]) != "<13>c" {
				t.Errorf("then got %+v, %v", f, ok)
			}
		})
	}
	for _, count := range []string{"1", "1234", "5 <13>"} {
		s := splitter{limit: 100}
		s.next([]byte(count), false)
		if s.takesUnfinished([]byte(count)) {
			t.Errorf("%q would be taken for a message", count)
		}
	}
}

func randomStream(rnd *rand.Rand) string {
	var b strings.Builder
	framed := rnd.IntN(2) == 0
	for range rnd.IntN(30) {
		text := fmt.Sprintf("<%d>%s", rnd.IntN(192), strings.Repeat("x 12 <\n"[:1+rnd.IntN(7)], rnd.IntN(12)))
		switch rnd.IntN(12) {
		case 0:
			b.WriteString(strings.Repeat("1 \n\x00\r<9"[rnd.IntN(7):], rnd.IntN(4)))
		case 1:
			framed = !framed
		}
		if framed {
			b.WriteString(counts(text))
		} else {
			b.WriteString(text + "\n")
		}
	}
	return b.String()
}

// FuzzFraming holds to what every stream must satisfy: the same messages however
// it is read, none over the limit, and all of them taken from it in order. The
// buffer's bound is checked by split.
func FuzzFraming(f *testing.F) {
	for i, test := range framings {
		f.Add([]byte(test.stream), uint16(test.limit), uint64(i))
	}
	f.Fuzz(func(t *testing.T, stream []byte, limit uint16, seed uint64) {
		most := 1 + int(limit)%512
		rnd := rand.New(rand.NewPCG(seed, 2))
		want := split(t, string(stream), most, whole)
		got := split(t, string(stream), most, func() int { return 1 + rnd.IntN(1+rnd.IntN(64)) })
		if !slices.Equal(got, want) {
			t.Fatalf("limit %d:\ngot  %+v\nwant %+v", most, got, want)
		}
		rest := string(stream)
		for _, m := range got {
			if len(m.text) > most {
				t.Fatalf("message of %d octets, limit %d", len(m.text), most)
			}
			_, after, found := strings.Cut(rest, m.text)
			if !found {
				t.Fatalf("%q is not in the rest of the stream", m.text)
			}
			rest = after
		}
	})
}
