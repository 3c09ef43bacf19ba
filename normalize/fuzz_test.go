package normalize

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"picket/collector"
	"picket/normalize/ocsf"
)

// seed adds the lines of all samples.
func seed(f *testing.F) {
	for _, lines := range samples(f) {
		for _, line := range lines {
			f.Add(line)
		}
	}
	for _, s := range []string{"", " ", "<", "<134>", "<134>1 - - - - - -", "<134>1 2026-01-02T03:04:05Z h a p m [x y=\"", "=", "a=\"", "a='b a='b", "{\"", "{\"a\":[[[[",
		"<a><b", "<a b='", "CEF:0|a|b|c|d|e|", "LEEF:2.0|a|b|c|d|x09|", "\xff\xfe<13>", "1.2.3.4", "[::1]:", "::", "a:b:c:d", "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"",
		strings.Repeat("a=[", 60), strings.Repeat("(", 60), strings.Repeat("1.2.3.4 ", 60), "Jan 32 99:99:99 x y:", "%ASA-9-999999: ", "<13>1 2026-13-45T99:99:99Z - - - - -"} {
		f.Add(s)
	}
}

// FuzzHeader: the message is the end of the line, and every part of the header
// is a part of the line.
func FuzzHeader(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, line string) {
		var h Header
		body := scanHeader(line, &h)
		if !strings.HasSuffix(line, body) {
			t.Fatalf("message %q is not the end of %q", body, line)
		}
		for _, part := range []string{h.Stamp, h.Host, h.App, h.PID, h.MsgID, h.SD, h.Level, h.Relay} {
			if !strings.Contains(line, part) {
				t.Fatalf("%q is not in %q", part, line)
			}
		}
		if h.Pri < -1 || h.Pri > 191 {
			t.Fatalf("priority %d", h.Pri)
		}
	})
}

// FuzzStructure: whatever the form, pairs are bounded and nothing is read twice
// differently.
func FuzzStructure(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, line string) {
		read := func() []KV {
			l := &Line{}
			l.reset(nil, &ocsf.Event{})
			l.Body = line
			l.Structure()
			return l.KV
		}
		a, b := read(), read()
		if len(a) > maxPairs || len(a) != len(b) {
			t.Fatalf("%d and %d pairs", len(a), len(b))
		}
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("pair %d is %v and %v", i, a[i], b[i])
			}
		}
	})
}

// FuzzNormalize: every line gives one conforming event with the raw line in it,
// whatever parser takes it, and the same one again.
func FuzzNormalize(f *testing.F) {
	seed(f)
	full, generic := New(Options{Builtin: shipped}), New(Options{Generic: true})
	full.strict, generic.strict = true, true
	f.Fuzz(func(t *testing.T, line string) {
		for _, n := range []*Normalizer{full, generic} {
			var e, again ocsf.Event
			rec := collector.Record{Raw: line, Received: received}
			n.Normalize(&rec, &e)
			if e.Raw != line {
				t.Fatalf("raw is %q", e.Raw)
			}
			if e.Time == 0 {
				t.Fatal("no time")
			}
			b := e.AppendJSON(nil)
			if !json.Valid(b) {
				t.Fatalf("no JSON: %s", b)
			}
			e.Conform()
			if c := e.AppendJSON(nil); string(c) != string(b) {
				t.Fatalf("not conforming:\n%s\n%s", b, c)
			}
			n.Normalize(&rec, &again)
			if c := again.AppendJSON(nil); string(c) != string(b) {
				t.Fatalf("another event the second time:\n%s\n%s", b, c)
			}
		}
	})
}

// Every reader must be linear: the line of the worst length we know of in a
// moment, whatever it is filled with.
func TestLinear(t *testing.T) {
	n := New(Options{Builtin: shipped})
	n.strict = true
	for _, unit := range []string{"a=[", "a='b ", "a=\"b", "(", "[", "<", "<a", "</", "<a b=", "\"", "'", "1.2.3.4 ", "::", "1:", "a:", "a,", ",", "\"a\",", "{\"a\":", "{\"a\":[", "=", " = ",
		"a = ", "\\", "a\\", "|", "CEF:0|", "&", "a.", "a@", "user ", "for user ", "from 1.1.1.1 to ", "http://", "%", "]", "a]", "[a ", "/", "key: value, ", "a b c d=", "-", "x-", "0", "f:",
		"user '", "for ", "login ", "is logged in ", "password was ", "1.1.1.1 1 ", "command: '", "process 1 (", "1 bytes sent ", "GET /a ", "infected with ", "aBcD", "log        ", "\xff", "é", "Jan 1 00:00:00 ", "<13>", "{'", "resolving '", " from ", "&#", "<![CDATA[", "<!--", "a=\"b\"\"c"} {
		for _, head := range []string{"", "<13>Mar  2 10:15:02 h sshd[1]: Failed ", "<13>Mar  2 10:15:02 h named[1]: client @0x1 1.1.1.1#1 ", "{\"event_type\":\"alert\",\"x\":\"", "%ASA-6-302013: Built ", "<a>x</a>"} {
			line := head + strings.Repeat(unit, (64<<10-len(head))/len(unit))
			start := time.Now()
			var e ocsf.Event
			n.Normalize(&collector.Record{Raw: line, Received: received}, &e)
			if d := time.Since(start); d > time.Second {
				t.Errorf("64 KiB of %q behind %q took %v", unit, head, d)
			}
		}
	}
}
