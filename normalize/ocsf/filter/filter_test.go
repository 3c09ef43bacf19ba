package filter

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func login() *ocsf.Event {
	var e ocsf.Event
	e.Class, e.Activity, e.Severity = ocsf.Authentication, ocsf.Logon, ocsf.High
	e.Time = 1_767_614_645_123 // 2026-01-05T12:04:05.123Z
	e.Raw = `<38>Jan  5 12:04:05 web1 sshd[912]: Failed password for invalid user Bob from 192.0.2.10 port 4022 ssh2 (C:\Tmp)`
	e.Parser, e.Input, e.From = "sshd", "udp:514", netip.MustParseAddr("198.51.100.7")
	e.SetText(ocsf.UserName, "Bob")
	e.SetText(ocsf.SrcIP, "192.0.2.10")
	e.SetText(ocsf.DstIP, "2001:db8::5")
	e.SetInt(ocsf.SrcPort, 4022)
	e.SetInt(ocsf.StatusID, ocsf.Failure)
	e.SetText(ocsf.IsRemote, "true")
	e.SetText(ocsf.ProcessPath, `C:\Windows\System32\cmd.exe`)
	e.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text("192.0.2.77"))))
	e.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text("alias.example"))))
	e.SetUnmapped("VendorKey", ocsf.Text("Hello World"))
	e.SetUnmapped("peer", ocsf.Text("10.1.2.3"))
	e.SetUnmapped("sent", ocsf.Text("1500"))
	e.SetUnmapped("name", ocsf.Text("x1"))
	return &e
}

func TestMatch(t *testing.T) {
	e := login()
	for _, c := range []struct {
		filter string
		want   bool
	}{
		{``, true},
		{`  `, true},
		{`*`, true},
		{`user.name:bob`, true},
		{`user.name:BOB`, true},
		{`user:bob`, true},
		{`user.name:bo`, false},
		{`user.name:b*`, true},
		{`user.name:*o*`, true},
		{`user.name:"b*"`, false},
		{`user.name:b\*`, false},
		{`user.name:*`, true},
		{`user.domain:*`, false},
		{`src_endpoint.ip:192.0.2.10`, true},
		{`src_endpoint.ip:192.0.2.0/24`, true},
		{`src_endpoint.ip:192.0.3.0/24`, false},
		{`src_endpoint.ip:192.0.2.*`, true},
		{`src_endpoint.ip:[192.0.2.1 TO 192.0.2.10]`, true},
		{`src_endpoint.ip>192.0.2.10`, false},
		{`src_endpoint.ip:2001:db8::/32`, false},
		{`dst:2001:DB8:0::5`, true},
		{`dst:2001:db8::/32`, true},
		{`src_endpoint.port:4022`, true},
		{`src_endpoint.port>=4022 src_endpoint.port<=4022`, true},
		{`src_endpoint.port>4022`, false},
		{`src_endpoint.port<4022`, false},
		{`src_endpoint.port:[4000 TO *]`, true},
		{`src_endpoint.port:[* TO 4000]`, false},
		{`src_endpoint.port:40*`, true},
		{`severity:high`, true},
		{`severity:HIGH`, true},
		{`severity>=medium`, true},
		{`severity>high`, false},
		{`severity_id:4`, true},
		{`class:authentication`, true},
		{`class:dns`, false},
		{`class:auth*`, true},
		{`class_uid:3002`, true},
		{`class_name:authentication`, true},
		{`activity:logon`, true},
		{`activity:log*`, true},
		{`activity_id:1`, true},
		{`activity:logoff`, false},
		{`status:failure`, true},
		{`status:success`, false},
		{`status_id:failure`, true},
		{`is_remote:true`, true},
		{`is_remote:no`, false},
		{`time:2026-01-05`, true},
		{`time:2026-01-06`, false},
		{`time>=2026-01-05T12:04:05Z`, true},
		{`time>2026-01-05T12:04:05Z`, false},
		{`time:[2026-01-05T12:00:00Z TO 2026-01-05T13:00:00+00:00]`, true},
		{`time<1767614645123`, false},
		{`process.path:C:\Windows\*`, false}, // \* is a star
		{`process.path:C:\Windows\\*`, true},
		{`process.path:*\cmd.exe`, true},
		{`process.path:"c:\windows\system32\cmd.exe"`, true},
		{`answers.rdata:ALIAS.example`, true},
		{`answers[].rdata:192.0.2.77`, true},
		{`answers.rdata:other`, false},
		{`answers:*`, true},
		{`vendorkey:"hello world"`, true},
		{`VendorKey:hello*`, true},
		{`"VendorKey":*world`, true},
		{`unmapped.name:x1`, true},
		{`peer:10.0.0.0/8`, true},
		{`peer:11.0.0.0/8`, false},
		{`sent>1000`, true},
		{`sent>=1500 sent<=1500.0`, true},
		{`sent<200`, false},
		{`nothere:*`, false},
		{`picket.parser:sshd`, true},
		{`picket.parser:""`, false},
		{`picket.input:udp:514`, true},
		{`picket.from:198.51.100.0/24`, true},
		{`failed`, true},
		{`"failed password"`, true},
		{`FAILED PORT`, true},
		{`fail*bob`, true},
		{`bob*fail`, false},
		{`accepted`, false},
		{`"accepted password"`, false},
		{`192.0.2.10`, true},
		{`192.0.2.1`, false},
		{`"192.0.2.1"`, true},
		{`192.0.2`, true},
		{`12:04:05`, true},
		{`NOT accepted`, true},
		{`accepted OR failed`, true},
		{`accepted OR failed AND nope`, false},
		{`(accepted OR failed) AND NOT nope`, true},
		{`user:bob NOT (severity:low OR user.name:svc_*) "failed password"`, true},
		{`ssh2 (port)`, true},
		{`\(C:\Tmp\)`, true},
		{`raw:*password*`, true},
	} {
		x, err := Parse(c.filter)
		if err != nil {
			t.Errorf("Parse(%s): %v", c.filter, err)
			continue
		}
		if got := x.Match(e); got != c.want {
			t.Errorf("%s: got %v, want %v", c.filter, got, c.want)
		}
		again, err := Parse(x.String())
		if err != nil {
			t.Errorf("%s prints as %s: %v", c.filter, x, err)
		} else if again.String() != x.String() || again.Match(e) != c.want {
			t.Errorf("%s prints as %s, then as %s", c.filter, x, again)
		}
	}
}

func TestMatchWithoutRawLine(t *testing.T) {
	e := login()
	e.Raw = ""
	for f, want := range map[string]bool{"bob": true, "alias": true, "hello": true, "192.0.2.10": true, "failed": false, "raw:*": false} {
		if got := MustParse(f).Match(e); got != want {
			t.Errorf("%s: got %v, want %v", f, got, want)
		}
	}
}

func TestNotUnderstood(t *testing.T) {
	if !MustParse(`picket.parser:""`).Match(&ocsf.Event{Raw: "x"}) {
		t.Error("an event without a parser is not found")
	}
	if MustParse(`picket.parser:*`).Match(&ocsf.Event{Raw: "x"}) {
		t.Error("an event without a parser has one")
	}
}

func TestString(t *testing.T) {
	for in, want := range map[string]string{
		`a b`:                        `a AND b`,
		`a AND (b AND c)`:            `a AND b AND c`,
		`a (b OR c)`:                 `a AND (b OR c)`,
		`NOT (a b)`:                  `NOT (a AND b)`,
		`src:192.0.2.1`:              `src_endpoint.ip:192.0.2.1`,
		`"AND"`:                      `"AND"`,
		`"my key":1`:                 `"my key":1`,
		`"fe80"::1`:                  `"fe80"::1`,
		`unmapped.vendorkey:1`:       `vendorkey:1`,
		`Unmapped.name:1`:            `unmapped.name:1`,
		`x:[1 TO *]`:                 `x:[1 TO *]`,
		`a**b`:                       `a*b`,
		`src_endpoint.port>=1024 `:   `src_endpoint.port>=1024`,
		`"user.name":"a \"b\" \\ c"`: `user.name:"a \"b\" \\ c"`,
	} {
		x, err := Parse(in)
		if err != nil {
			t.Errorf("Parse(%s): %v", in, err)
		} else if got := x.String(); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		filter string
		pos    int
		words  string // in the message
	}{
		{`a AND`, 5, "term was expected"},
		{`OR b`, 0, "quote it"},
		{`(a`, 0, "not closed"},
		{`a)`, 1, "no ("},
		{`a ()`, 2, "between"},
		{`"abc`, 0, "not closed"},
		{`user.name: bob`, 10, "missing"},
		{`src_endpoint.ip:foo`, 0, "address"},
		{`src_endpoint.port:http`, 0, "number"},
		{`x severity:hihg`, 2, "informational, low"},
		{`class:nonsense`, 0, "class"},
		{`time>=yesterday`, 0, "2026-01-31"},
		{`is_remote:maybe`, 0, "true or false"},
		{`last_seen:*`, -1, ""},
		{`rdata:x OR ip:192.0.2.1`, 11, "dst_endpoint.ip"},
		{`port:[1 TO`, 5, "range"},
		{`x:[1 2 3]`, 2, "range"},
		{`user:(a OR b)`, 5, "user:a OR user:b"},
		{`"":x`, 0, "empty"},
		{strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100), 65, "inside each other"},
		{strings.Repeat("NOT ", 100) + "a", 65 * 4, "inside each other"},
		{strings.Repeat("a ", 600), 1024, "too many terms"},
		{strings.Repeat("a", MaxLength+1), MaxLength, "too long"},
	} {
		_, err := Parse(c.filter)
		if c.pos < 0 {
			if err != nil {
				t.Errorf("%s: %v", c.filter, err)
			}
			continue
		}
		var fe *Error
		if !errors.As(err, &fe) {
			t.Errorf("%.40s: got %v, want an *Error", c.filter, err)
			continue
		}
		if fe.Pos != c.pos || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%.40s: got %v (pos %d), want %q at %d", c.filter, err, fe.Pos, c.words, c.pos)
		}
	}
}

func TestMatchAllocates(t *testing.T) {
	e := login()
	x := MustParse(`src_endpoint.ip:192.0.2.0/24 user.name:b* "failed password" NOT severity:low src_endpoint.port>1024 answers.rdata:alias.example`)
	if !x.Match(e) {
		t.Fatal("does not match")
	}
	if n := testing.AllocsPerRun(100, func() { x.Match(e) }); n > 1 {
		t.Errorf("got %v allocations, want 1 at most (a pattern over capitals)", n)
	}
}

func TestIndexFold(t *testing.T) {
	for _, c := range []struct {
		s, sub string
		want   int
	}{
		{"Failed Password", "password", 7},
		{"pPaSsWord", "password", 1},
		{"abc", "abcd", -1},
		{"xxxQjq", "qjq", 3},
		{"", "", 0},
		{"ÄRGER im Büro", "ärger", 0},
		{"a.b.c.d", ".d", 5},
	} {
		if got := indexFold(c.s, c.sub); got != c.want {
			t.Errorf("indexFold(%q, %q) = %d, want %d", c.s, c.sub, got, c.want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{`a`, `user.name:b* AND NOT (severity:low OR src:10.0.0.0/8) "x \" y"`, `time>=2026-01-05 x:[1 TO *]`,
		`"a b":c\*d fe80::1 aa:bb:cc:dd:ee:ff http://x`, `class:dns activity:query picket.parser:""`, `unmapped.unmapped.x:1`} {
		f.Add(s)
	}
	e := login()
	f.Fuzz(func(t *testing.T, s string) {
		x, err := Parse(s)
		if err != nil {
			return
		}
		p := x.String()
		if len(p) > MaxLength {
			return
		}
		y, err := Parse(p)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", s, p, err)
		}
		if y.String() != p {
			t.Fatalf("%q prints as %q, then as %q", s, p, y)
		}
		if x.Match(e) != y.Match(e) {
			t.Fatalf("%q and %q differ", s, p)
		}
		x.Needs()
	})
}

func BenchmarkMatch(b *testing.B) {
	e := login()
	for _, s := range []string{`src_endpoint.ip:192.0.2.0/24`, `user.name:bob`, `mimikatz`, `192.0.2.1`} {
		x := MustParse(s)
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Match(e)
			}
		})
	}
}

// Bytes that are no UTF-8 grow when they are folded: places in the folded text
// are none in the line.
func TestPatternsBeyondASCIIOnBytesThatAreNoText(t *testing.T) {
	for _, raw := range []string{strings.Repeat("\xff", 100) + "ü", "\xffÜber\xff\xff", "\xc3"} {
		e := &ocsf.Event{Raw: raw}
		for _, text := range []string{`*ü*`, `ü`, `"üb"`, `*ü*b*`, `raw_data:*Ü*ber*`, `raw_data:*ü`} {
			x, err := Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			x.Match(e)
		}
	}
	x := MustParse(`*ü*b*`)
	if !x.Match(&ocsf.Event{Raw: "\xff\xffÜ-B"}) {
		t.Error("not found behind bytes that are no text")
	}
}
