package store

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"picket/normalize/ocsf"
)

// firewall makes events as a normalizer makes them from key=value lines: texts
// are slices of the raw line.
func firewall(rng *rand.Rand, i int) *ocsf.Event {
	sec := 1_767_600_000 + int64(i)/20
	src := netip.AddrFrom4([4]byte{10, 20, byte(10 + rng.IntN(3)), byte(1 + rng.IntN(250))})
	dst := netip.AddrFrom4([4]byte{198, 18, byte(rng.IntN(256)), byte(1 + rng.IntN(250))})
	user := [...]string{"anna.berg", "jonas.ridge", "mira.stone", "svc_backup"}[rng.IntN(4)]
	action := [...]string{"accept", "close", "deny"}[rng.IntN(3)]
	sport, dport := 1024+rng.IntN(60000), [...]int{443, 80, 53, 22}[rng.IntN(4)]
	sent, rcvd := rng.IntN(100000), rng.IntN(1000000)
	raw := fmt.Sprintf(`<189>date=2026-01-05 time=%02d:%02d:%02d devname="FW-1" eventtime=%d%09d logid="0000000013" type="traffic" level="notice" srcip=%s srcport=%d srcintf="internal" dstip=%s dstport=%d dstintf="wan1" sessionid=%d proto=6 action="%s" policyid=3 policyname="lan-out" user="%s" sentbyte=%d rcvdbyte=%d`,
		sec/3600%24, sec/60%60, sec%60, sec, rng.IntN(1e9), src, sport, dst, dport, 10_000_000+3*i, action, user, sent, rcvd)
	e := &ocsf.Event{Class: ocsf.NetworkActivity, Activity: ocsf.NetTraffic, Severity: ocsf.Informational,
		Time: sec * 1000, Logged: sec*1000 + int64(rng.IntN(900)), Raw: raw, Parser: "fortigate", Input: "udp:514",
		From: netip.MustParseAddr("192.0.2.9")}
	for _, kv := range strings.Fields(raw[5:]) {
		k, v, _ := strings.Cut(kv, "=")
		v = strings.Trim(v, `"`)
		switch k {
		case "srcip":
			e.SetText(ocsf.SrcIP, v)
		case "dstip":
			e.SetText(ocsf.DstIP, v)
		case "srcport":
			e.SetText(ocsf.SrcPort, v)
		case "dstport":
			e.SetText(ocsf.DstPort, v)
		case "user":
			e.SetText(ocsf.UserName, v)
		case "devname":
			e.SetText(ocsf.DeviceHostname, v)
		case "sentbyte":
			e.SetText(ocsf.BytesOut, v)
		case "rcvdbyte":
			e.SetText(ocsf.BytesIn, v)
		default:
			e.SetUnmapped(ocsf.Intern(k), ocsf.Text(v))
		}
	}
	e.SetInt(ocsf.StatusID, ocsf.Success)
	return e
}

// login makes an event of an sshd line.
func login(rng *rand.Rand, i int) *ocsf.Event {
	sec := 1_767_600_000 + int64(i)/20
	user := [...]string{"root", "admin", "deploy", "oracle"}[rng.IntN(4)]
	src := netip.AddrFrom4([4]byte{203, 0, 113, byte(rng.IntN(256))}).String()
	raw := fmt.Sprintf(`<38>Jan  5 %02d:%02d:%02d web1 sshd[%d]: Failed password for %s from %s port %d ssh2`,
		sec/3600%24, sec/60%60, sec%60, 900+rng.IntN(5000), user, src, 1024+rng.IntN(60000))
	e := &ocsf.Event{Class: ocsf.Authentication, Activity: ocsf.Logon, Severity: ocsf.Low, Time: sec * 1000, Logged: sec*1000 + 20,
		Raw: raw, Parser: "sshd", Input: "tcp:514", From: netip.MustParseAddr("192.0.2.20")}
	at := strings.Index(raw, "for ") + 4
	e.SetText(ocsf.UserName, raw[at:at+len(user)])
	e.SetText(ocsf.SrcIP, src)
	e.SetInt(ocsf.StatusID, ocsf.Failure)
	e.SetText(ocsf.DeviceHostname, "web1")
	return e
}

// dns makes a finished event as the sensor makes it, without a raw line.
func dns(rng *rand.Rand, i int) *ocsf.Event {
	e := &ocsf.Event{Class: ocsf.DNSActivity, Activity: ocsf.DNSTraffic, Severity: ocsf.Informational,
		Time: 1_767_600_000_000 + int64(i)*50, Logged: 1_767_600_000_000 + int64(i)*50, Parser: "sensor", Input: "sniff:eth1"}
	e.SetAddr(ocsf.SrcIP, netip.AddrFrom4([4]byte{10, 20, 11, byte(rng.IntN(256))}))
	e.SetAddr(ocsf.DstIP, netip.MustParseAddr("2001:db8::53"))
	e.SetText(ocsf.QueryName, "www"+strconv.Itoa(rng.IntN(50))+".shop.example")
	e.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text("198.51.100."+strconv.Itoa(rng.IntN(50))))))
	return e
}

// traffic makes n events of all kinds, numbered from first.
func traffic(seed uint64, first uint64, n int) []*ocsf.Event {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]*ocsf.Event, n)
	for i := range out {
		switch {
		case i%10 == 9:
			out[i] = dns(rng, i)
		case i%10 > 6:
			out[i] = login(rng, i)
		default:
			out[i] = firewall(rng, i)
		}
		out[i].Seq = first + uint64(i)
	}
	return out
}

// differ tells in words how two events differ, "" when they do not.
func differ(a, b *ocsf.Event) string {
	switch {
	case a.Seq != b.Seq || a.Class != b.Class || a.Activity != b.Activity || a.Severity != b.Severity:
		return fmt.Sprintf("head %v %v %v %v, and %v %v %v %v", a.Seq, a.Class, a.Activity, a.Severity, b.Seq, b.Class, b.Activity, b.Severity)
	case a.Time != b.Time || a.Logged != b.Logged:
		return "times"
	case a.Raw != b.Raw:
		return fmt.Sprintf("raw line %q, and %q", a.Raw, b.Raw)
	case a.Parser != b.Parser || a.Input != b.Input || a.From != b.From:
		return "parser, input or sender"
	case a.Lost() != b.Lost():
		return fmt.Sprintf("lost %d, and %d", a.Lost(), b.Lost())
	case len(a.Values()) != len(b.Values()):
		return fmt.Sprintf("%d values, and %d", len(a.Values()), len(b.Values()))
	case len(a.UnmappedPairs()) != len(b.UnmappedPairs()):
		return fmt.Sprintf("%d unmapped, and %d", len(a.UnmappedPairs()), len(b.UnmappedPairs()))
	}
	for i, v := range a.Values() {
		if w := b.Values()[i]; v.Field() != w.Field() || !v.Equal(w) {
			return fmt.Sprintf("%v %v, and %v %v", v.Field(), v, w.Field(), w)
		}
	}
	for i, p := range a.UnmappedPairs() {
		if q := b.UnmappedPairs()[i]; p.Key != q.Key || !p.Value.Equal(q.Value) {
			return fmt.Sprintf("unmapped %v %v, and %v %v", p.Key, p.Value, q.Key, q.Value)
		}
	}
	return ""
}

func drawText(t *rapid.T, raw string) string {
	if len(raw) > 0 && rapid.Bool().Draw(t, "slice") {
		i := rapid.IntRange(0, len(raw)-1).Draw(t, "from")
		return raw[i:rapid.IntRange(i, len(raw)).Draw(t, "to")]
	}
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "0", "12", "007", "443", "192.0.2.10", "Bob", "\xff\xfe",
		"1767649174951594179", "9c56cc51b374c3ba189210d5b6d4bf57", "wl0.x1", "10.1.2.3:443"})).Draw(t, "text")
}

func drawAddr(t *rapid.T) netip.Addr {
	if rapid.Bool().Draw(t, "v4") {
		return netip.AddrFrom4([4]byte{10, 1, 2, rapid.Byte().Draw(t, "last")})
	}
	return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: rapid.Byte().Draw(t, "last")})
}

func drawValue(t *rapid.T, raw string, depth int) ocsf.Value {
	top := 7
	if depth > 2 {
		top = 5
	}
	switch rapid.IntRange(0, top).Draw(t, "kind") {
	case 0:
		return ocsf.Int(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 500)).Draw(t, "int"))
	case 1:
		return ocsf.FloatOf(rapid.OneOf(rapid.Float64(), rapid.Just(math.Inf(1))).Draw(t, "float"))
	case 2:
		return ocsf.Bool(rapid.Bool().Draw(t, "bool"))
	case 3:
		return ocsf.Addr(drawAddr(t))
	case 4:
		return ocsf.RawJSON(`{"a":1}`)
	case 6:
		var vs []ocsf.Value
		for range rapid.IntRange(1, 3).Draw(t, "n") {
			vs = append(vs, drawValue(t, raw, depth+1))
		}
		return ocsf.ListOf(vs...)
	case 7:
		var vs []ocsf.Value
		for _, f := range []ocsf.Field{ocsf.AnswerData, ocsf.LoggerIP, ocsf.CVE} {
			if rapid.Bool().Draw(t, "has") {
				vs = append(vs, drawValue(t, raw, depth+1).Of(f))
			}
		}
		return ocsf.ObjectOf(vs...)
	}
	return ocsf.Text(drawText(t, raw))
}

// drawEvent makes any event at all, whether it makes sense or not.
func drawEvent(t *rapid.T) *ocsf.Event {
	e := &ocsf.Event{
		Class: ocsf.Class(rapid.Uint32().Draw(t, "class")), Activity: rapid.Byte().Draw(t, "activity"),
		Severity: ocsf.Severity(rapid.Byte().Draw(t, "severity")),
		Time:     rapid.Int64().Draw(t, "time"), Logged: rapid.Int64().Draw(t, "logged"),
		Raw: rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a=1 b=192.0.2.10 c=007",
			"Jan  5 10:00:01 fw1: from 10.1.2.3:443 hash 9c56cc51b374c3ba189210d5b6d4bf57 sid 0x7f3a9 to 10.1.2.77"})).Draw(t, "raw"),
		Parser: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "parser"),
	}
	if rapid.Bool().Draw(t, "from?") {
		e.From = drawAddr(t)
	}
	fields := ocsf.Fields()
	for range rapid.IntRange(0, 6).Draw(t, "values") {
		e.Set(fields[rapid.IntRange(0, len(fields)-1).Draw(t, "field")].Field, drawValue(t, e.Raw, 0))
	}
	for range rapid.IntRange(0, 4).Draw(t, "unmapped") {
		e.SetUnmapped(rapid.SampledFrom([]string{"a", "b", "Key", "user.name"}).Draw(t, "key"), drawValue(t, e.Raw, 0))
	}
	e.SetLost(rapid.IntRange(0, 3).Draw(t, "lost"))
	return e
}
