package normalize

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"picket/collector"
	"picket/normalize/ocsf"
)

// BenchmarkBrand reads the samples of each brand, whole line to event.
func BenchmarkBrand(b *testing.B) {
	byBrand := map[string][]string{}
	for file, lines := range samples(b) {
		brand := filepath.Base(filepath.Dir(file))
		byBrand[brand] = append(byBrand[brand], lines...)
	}
	n := New(Options{Builtin: shipped})
	for _, p := range append(slices.Concat(Parsers, shipped), &Parser{Name: "generic"}) {
		lines := byBrand[p.Name]
		if len(lines) == 0 {
			continue
		}
		b.Run(p.Name, func(b *testing.B) { benchmarkLines(b, n, lines) })
	}
}

// BenchmarkRecognition finds the parser of a line with ten brands and with all:
// by program, by beginning, by key, by the vendor of CEF, by column, and of one
// that no brand knows.
func BenchmarkRecognition(b *testing.B) {
	all, ten := New(Options{Builtin: shipped}), New(Options{})
	ten.router = newRouter(tenParsers())
	for _, line := range recognized {
		for _, c := range []struct {
			name string
			n    *Normalizer
		}{{"10", ten}, {"all", all}} {
			b.Run(line.by+"/"+c.name, func(b *testing.B) { benchmarkLines(b, c.n, []string{line.text}) })
		}
	}
}

// recognized are lines by the way in which their brand is found.
var recognized = []struct{ by, brand, text string }{
	{"program", "sshd", `<86>Mar  2 10:15:02 srv1 sshd[21818]: Accepted publickey for anna from 10.1.100.11 port 3059 ssh2`},
	{"beginning", "ciscoasa", `<166>Mar 02 2026 10:15:33: %ASA-6-302014: Teardown TCP connection 7001 for outside:198.51.100.20/443 to inside:10.1.100.11/58012 duration 0:00:31 bytes 85246 TCP FINs`},
	{"key", "fortigate", `<189>date=2026-03-02 time=10:15:03 devname="HQ-FGT" devid="FGT61FTK20000001" logid="0000000013" type="traffic" subtype="local" srcip=203.0.113.77 dstip=203.0.113.2 action="deny"`},
	{"vendor", "panos", `<14>Mar  2 10:15:02 pa-hq CEF:0|Palo Alto Networks|PAN-OS|10.1|TRAFFIC|end|1|src=10.1.100.11 dst=198.51.100.20 spt=58012 dpt=443 act=allow`},
	{"column", "panos", `<14>Mar  2 10:15:02 pa-hq 1,2026/03/02 10:15:02,007000000000001,TRAFFIC,end,2561,2026/03/02 10:15:02,10.1.100.11,198.51.100.20,0.0.0.0,0.0.0.0,out,,,ssl,vsys1`},
	{"nothing", "", `<13>Mar  2 10:15:02 fw9 event=flow sourceAddress=10.1.100.11 destinationAddress=198.51.100.20 destinationPort=443 verdict=permit note="no brand says so"`},
}

// tenParsers are the parsers of the recognized lines and others up to ten.
func tenParsers() []*Parser {
	few := []*Parser{sshd, ciscoASA, fortigate, panos}
	for _, p := range Parsers {
		if len(few) < 10 && !slices.Contains(few, p) {
			few = append(few, p)
		}
	}
	return few
}

// The lines of the benchmark are found as they say, with ten brands and with all.
func TestRecognition(t *testing.T) {
	all, ten := New(Options{Builtin: shipped}), New(Options{})
	ten.router = newRouter(tenParsers())
	for _, line := range recognized {
		for _, n := range []*Normalizer{all, ten} {
			var e ocsf.Event
			n.Normalize(&collector.Record{Raw: line.text, Received: received}, &e)
			if e.Parser != line.brand && !(line.brand == "" && e.Parser == "generic:kv") {
				t.Errorf("by %s: parser %q, want %q", line.by, e.Parser, line.brand)
			}
		}
	}
}

func firstSample(t testing.TB, file string) string {
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

func BenchmarkHeader(b *testing.B) {
	lines := []string{`<86>Mar  2 10:15:02 srv1 sshd[21818]: Accepted`, `<134>1 2026-03-02T10:15:03.626Z pf.example.com filterlog 41811 - [meta seq="1"] 4,,`,
		`<189>50032: rtr: *Mar  2 10:15:02.524 UTC: %SEC-6-IPACCESSLOGP: list`, `<189>date=2026-03-02 time=10:15:02 devname="x"`}
	var h Header
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range lines {
			scanHeader(l, &h)
		}
	}
}

func BenchmarkStructure(b *testing.B) {
	for _, file := range []string{"fortigate/traffic.txt", "panos/panos.txt", "suricata/eve.txt", "nginx/nginx.txt"} {
		line := firstSample(b, file)
		b.Run(filepath.Dir(file), func(b *testing.B) {
			l := &Line{}
			var e ocsf.Event
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				l.reset(nil, &e)
				l.Body = scanHeader(line, &l.Head)
				l.Structure()
			}
		})
	}
}

// The hot brands keep to six allocations a line.
func TestHotBrandsAllocateLittle(t *testing.T) {
	n := New(Options{Builtin: shipped})
	for _, file := range []string{"fortigate/traffic.txt", "ciscoasa/asa.txt", "panos/panos.txt", "filterlog/filterlog.txt", "sshd/sshd.txt", "suricata/eve.txt", "netfilter/netfilter.txt", "bind/named.txt"} {
		rec := collector.Record{Raw: firstSample(t, file), Received: received}
		var e ocsf.Event
		n.Normalize(&rec, &e)
		if got := testing.AllocsPerRun(200, func() { n.Normalize(&rec, &e) }); got > 6 {
			t.Errorf("%s: %v allocations, want at most 6", file, got)
		}
	}
}
