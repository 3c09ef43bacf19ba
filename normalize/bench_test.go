package normalize

import (
	"os"
	"path/filepath"
	"runtime"
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

// BenchmarkRecognition finds the parser of a line with ten brands and with all.
func BenchmarkRecognition(b *testing.B) {
	line := `<86>Mar  2 10:15:02 srv1 sshd[21818]: Accepted publickey for anna from 10.1.100.11 port 3059 ssh2`
	all := New(Options{Builtin: shipped})
	ten := New(Options{Builtin: shipped})
	var few []*Parser
	for _, p := range slices.Concat(Parsers, shipped) {
		if p == sshd || len(few) < 9 {
			few = append(few, p)
		}
	}
	ten.router = newRouter(few)
	for _, c := range []struct {
		name string
		n    *Normalizer
	}{{"10", ten}, {"all", all}} {
		b.Run(c.name, func(b *testing.B) {
			rec := collector.Record{Raw: line, Received: received}
			var e ocsf.Event
			b.ReportAllocs()
			for b.Loop() {
				c.n.Normalize(&rec, &e)
			}
		})
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

// Header and structure readers allocate nothing once the keys are known.
func TestReadersDoNotAllocate(t *testing.T) {
	for _, file := range []string{"fortigate/traffic.txt", "panos/panos.txt", "suricata/eve.txt", "nginx/nginx.txt", "sshd/sshd.txt", "generic/unknown.txt", "ciscoasa/ftd.txt"} {
		line := firstSample(t, file)
		l := &Line{}
		var e ocsf.Event
		read := func() {
			l.reset(nil, &e)
			l.Body = scanHeader(line, &l.Head)
			l.Structure()
		}
		read()
		if n := testing.AllocsPerRun(200, read); n > 0 {
			t.Errorf("%s: %v allocations", file, n)
		}
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

// No line makes the parser allocate more than ten bytes for each of its own and
// 64 KiB.
func TestAllocatedBytesAreBounded(t *testing.T) {
	n := New(Options{Builtin: shipped})
	var e ocsf.Event
	for _, unit := range []string{`"a\"b":"c\"d",`, `a="x\"y" `, `a\=b c=`, "user x from 1.2.3.4 ", "<Data Name='a'>&amp;x</Data>", "k1=v1 ", "a@b.example ", "[1,", `{"a":"\n`, "x.y.z=1,"} {
		for _, head := range []string{"", "{", "CEF:0|a|b|1|2|n|3|", "<Event>"} {
			line := head + strings.Repeat(unit, (64<<10-len(head))/len(unit))
			rec := collector.Record{Raw: line, Received: received}
			n.Normalize(&rec, &e)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n.Normalize(&rec, &e)
			runtime.ReadMemStats(&after)
			if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(10*len(line)+64<<10); got > limit {
				t.Errorf("64 KiB of %q behind %q: %d bytes allocated, limit %d", unit, head, got, limit)
			}
		}
	}
}
