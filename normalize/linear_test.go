package normalize

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"picket/collector"
	"picket/normalize/ocsf"
)

// hostileUnits are what a hostile line repeats: what readers look ahead for, what
// opens and never closes, what nests.
var hostileUnits = []struct{ name, unit string }{
	{"quotes", `"`}, {"quotes escaped", `\"`}, {"apostrophes", `'`}, {"equals", "="}, {"pairs", "k1=v1 "}, {"pairs quoted", `a="x\"y" `}, {"pairs spaced", "a b c = "},
	{"objects", `{"a":`}, {"lists", "["}, {"members", `"a\"b":"c\"d",`}, {"elements", "<a>"}, {"elements with data", "<Data Name='a'>&amp;x</Data>"}, {"elements open", "<a b="},
	{"brackets", "("}, {"brackets closed", "[a] "}, {"colons", ":"}, {"colon pairs", "key: value, "}, {"digits", "1"}, {"addresses", "192.0.2.1 "}, {"addresses, IPv6", "2001:db8::1 "},
	{"columns", "a,"}, {"columns quoted", `"a""b",`}, {"commas", ","}, {"bars", "|"}, {"tabs", "a=b\t"}, {"words", "user anna from "}, {"names", "a.b@c.example "}, {"spaces", " "},
	{"slashes", "/"}, {"percents", "%"}, {"stamps", "Mar  2 10:15:02 "}, {"not UTF-8", "\xff"},
}

// hostileHeads are the beginnings that choose the reader.
var hostileHeads = []string{"", "<13>Mar  2 10:15:02 h app[1]: ", `{"a":"`, "CEF:0|a|b|1|2|n|3|", "LEEF:2.0|a|b|1|2|^|", "<Event>", `1,2,3,4,5,6,7,8,9,`, "a=b c=d "}

// hostileLine fills size bytes behind a head.
func hostileLine(head, unit string, size int) string {
	return head + strings.Repeat(unit, (size-len(head))/len(unit))
}

// No line of any form makes the parser allocate more than ten bytes for each of
// its own and 64 KiB, with the brands or without.
func TestHostileLinesAllocateLittle(t *testing.T) {
	for _, o := range []Options{{Builtin: shipped}, {Generic: true}} {
		n := New(o)
		for _, u := range hostileUnits {
			for _, head := range hostileHeads {
				line := hostileLine(head, u.unit, 64<<10)
				if got, limit := allocatedBy(n, line), uint64(10*len(line)+64<<10); got > limit {
					t.Errorf("64 KiB of %s behind %q: %d bytes allocated, limit %d", u.name, head, got, limit)
				}
			}
		}
	}
}

// allocatedBy returns how many bytes reading a line allocates when it is read
// again: the table of keys, which has a bound of its own, grows with new ones.
func allocatedBy(n *Normalizer, line string) uint64 {
	rec := collector.Record{Raw: line, Received: received}
	var e ocsf.Event
	for range 2 {
		n.Normalize(&rec, &e)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n.Normalize(&rec, &e)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// BenchmarkLinear reads hostile lines of 32 and of 64 KiB: the time for a byte
// (MB/s) is to be the same for both.
func BenchmarkLinear(b *testing.B) {
	n := New(Options{Builtin: shipped})
	for _, u := range hostileUnits {
		for _, size := range []int{32 << 10, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%dK", u.name, size>>10), func(b *testing.B) {
				lines := make([]collector.Record, len(hostileHeads))
				for i, head := range hostileHeads {
					lines[i] = collector.Record{Raw: hostileLine(head, u.unit, size), Received: received}
				}
				var e ocsf.Event
				b.SetBytes(int64(size * len(lines)))
				for b.Loop() {
					for i := range lines {
						n.Normalize(&lines[i], &e)
					}
				}
			})
		}
	}
}
