package sigma

import (
	"net/netip"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

const testTaxonomy = `
fields:
  CommandLine: [unmapped.CommandLine, process.cmd_line]
  query.parent: ["parent(query.hostname)"]
scoped:
  - logsource: {category: proxy}
    fields: {c-uri: [url.url_string]}
logsources:
  - gives: {product: windows, category: process_creation}
    if: {unmapped.Channel: Sysmon, metadata.event_code: '1'}
  - gives: {category: [proxy, webserver]}
    if: {class_uid: 4002}
  - gives: {category: dns}
    if:
      - class_uid: 4003
      - query.hostname|exists: true
`

func taxonomySet(t *testing.T, rules string) *Set {
	t.Helper()
	tax, err := ParseTaxonomy([]byte(testTaxonomy))
	if err != nil {
		t.Fatal(err)
	}
	parsed, failed := Parse([]byte(rules), "f.yml")
	set, more := Compile(parsed, tax, Options{Derive: map[string]func(string) string{
		"parent": func(s string) string { _, after, _ := strings.Cut(s, "."); return after },
	}})
	if failed = append(failed, more...); len(failed) > 0 {
		t.Fatal(failed)
	}
	return set
}

func one(logsource, detection string) string {
	return "title: t\nlogsource: " + logsource + "\ndetection:\n" + indent("s:\n    "+detection+"\ncondition: s")
}

func TestTaxonomy(t *testing.T) {
	sysmon := func(e *ocsf.Event) {
		e.Class = ocsf.ProcessActivity
		e.SetUnmapped("Channel", ocsf.Text("Sysmon"))
		e.SetText(ocsf.EventCode, "1")
	}
	tests := []struct {
		name, rule string
		event      func(e *ocsf.Event)
		want       bool
	}{
		{"vendor's key first", one("{product: windows}", "CommandLine|contains: evil"), func(e *ocsf.Event) {
			sysmon(e)
			e.SetUnmapped("CommandLine", ocsf.Text("EVIL"))
			e.SetText(ocsf.ProcessCmd, "good")
		}, true},
		{"then OCSF", one("{product: windows}", "CommandLine|contains: evil"), func(e *ocsf.Event) {
			sysmon(e)
			e.SetText(ocsf.ProcessCmd, "evil")
		}, true},
		{"log source not given", one("{product: windows, service: security}", "CommandLine|contains: evil"), func(e *ocsf.Event) {
			sysmon(e)
			e.SetText(ocsf.ProcessCmd, "evil")
		}, false},
		{"key in another case", one("{product: windows}", "commandLINE: evil"), func(e *ocsf.Event) {
			sysmon(e)
			e.SetUnmapped("COMMANDline", ocsf.Text("evil"))
		}, true},
		{"scoped field", one("{category: proxy}", "c-uri|endswith: .exe"), func(e *ocsf.Event) {
			e.Class = ocsf.HTTPActivity
			e.SetText(ocsf.URLString, "http://example.com/a.exe")
		}, true},
		{"scoped field elsewhere", one("{category: webserver}", "c-uri|endswith: .exe"), func(e *ocsf.Event) {
			e.Class = ocsf.HTTPActivity
			e.SetText(ocsf.URLString, "http://example.com/a.exe")
		}, false},
		{"OCSF path", one("{category: dns}", "src_endpoint.ip|cidr: 192.0.2.0/24"), func(e *ocsf.Event) {
			e.Class = ocsf.DNSActivity
			e.SetAddr(ocsf.SrcIP, netip.MustParseAddr("192.0.2.7"))
		}, true},
		{"number", one("{category: dns}", "dst_endpoint.port: 53"), func(e *ocsf.Event) {
			e.Class = ocsf.DNSActivity
			e.SetInt(ocsf.DstPort, 53)
		}, true},
		{"head", one("{category: dns}", "class_uid: 4003"), func(e *ocsf.Event) { e.Class = ocsf.DNSActivity }, true},
		{"derived", one("{category: dns}", "query.parent: example.com"), func(e *ocsf.Event) {
			e.SetText(ocsf.QueryName, "a.example.com")
		}, true},
		{"list of objects", one("{category: dns}", "answers[].rdata: 192.0.2.1"), func(e *ocsf.Event) {
			e.Class = ocsf.DNSActivity
			e.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text("192.0.2.2"))))
			e.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text("192.0.2.1"))))
		}, true},
		{"keyword in the raw line", "title: t\nlogsource: {category: dns}\ndetection:\n    k: [needle]\n    condition: k\n", func(e *ocsf.Event) {
			e.Class = ocsf.DNSActivity
			e.Raw = "a Needle in the line"
		}, true},
		{"keyword in a value", "title: t\nlogsource: {category: dns}\ndetection:\n    k: ['a\\b']\n    condition: k\n", func(e *ocsf.Event) {
			e.Class = ocsf.DNSActivity
			e.Raw = `{"x":"a\\b"}`
			e.SetUnmapped("x", ocsf.Text(`a\b`))
		}, true},
		{"no log source", one("{}", "src_endpoint.port: 1"), func(e *ocsf.Event) { e.SetInt(ocsf.SrcPort, 1) }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := taxonomySet(t, tt.rule)
			var e ocsf.Event
			tt.event(&e)
			sc := NewScratch()
			for range 2 { // the second time the log source is remembered
				if got := len(set.Match(&Event{&e}, sc)) > 0; got != tt.want {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			}
		})
	}
}

func TestTaxonomyRefused(t *testing.T) {
	for text, reason := range map[string]string{
		"fields: []":                          "must be a map",
		"fields: {a: []}":                     "no source",
		"colors: {}":                          "unknown key",
		"logsources: [{gives: {product: x}}]": "gives and if",
		"a: [":                                "YAML",
		"fields: {a: ['nosuch(query.hostname)']}": "",
	} {
		_, err := ParseTaxonomy([]byte(text))
		if reason == "" {
			continue // only known when compiled, see below
		}
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got %v, want %q", text, err, reason)
		}
	}
	tax, err := ParseTaxonomy([]byte("fields: {a: ['nosuch(query.hostname)']}"))
	if err != nil {
		t.Fatal(err)
	}
	rules, _ := Parse([]byte(one("{product: x}", "a: 1")), "f.yml")
	if _, failed := Compile(rules, tax, Options{}); len(failed) != 1 || !strings.Contains(failed[0].Reason, "nosuch") {
		t.Errorf("got %v", failed)
	}
}

func TestEventMatchAllocatesNothing(t *testing.T) {
	set := taxonomySet(t, one("{product: windows}", "CommandLine|contains: evil"))
	var e ocsf.Event
	e.SetUnmapped("Channel", ocsf.Text("Sysmon"))
	e.SetText(ocsf.EventCode, "1")
	e.SetText(ocsf.ProcessCmd, "Something EVIL this way comes")
	e.SetInt(ocsf.DstPort, 53)
	rec, sc := &Event{&e}, NewScratch()
	set.Match(rec, sc)
	if n := testing.AllocsPerRun(100, func() { set.Match(rec, sc) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkEvent measures rules of the corpus on OCSF events that carry the
// vendor's keys.
func BenchmarkEvent(b *testing.B) {
	tax, err := ParseTaxonomy([]byte(`
logsources:
  - gives: {product: windows}
    if: {unmapped.logsource.product: windows}
  - gives: {category: process_creation}
    if: {unmapped.logsource.category: process_creation}
  - gives: {category: image_load}
    if: {unmapped.logsource.category: image_load}
  - gives: {service: security}
    if: {unmapped.logsource.service: security}
`))
	if err != nil {
		b.Fatal(err)
	}
	recs := asEvents(b)
	rules, _ := corpusRules()
	set, _ := Compile(rules, tax, Options{})
	sc := NewScratch()
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		set.Match(recs[i], sc)
		if i++; i == len(recs) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
