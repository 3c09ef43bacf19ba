package normalize

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"picket/normalize/ocsf"
)

// shipped are the brands that come as files.
var shipped = func() []*Parser {
	ps, err := LoadMappings(os.DirFS("../configs/mappings"))
	if err != nil {
		panic(err)
	}
	return ps
}()

// mappingsOfAllForms are a mapping for each structure.
var mappingsOfAllForms = []string{`
name: pairs
vendor: Acme
product: Gate
recognize: {begins: ["PAIRS "]}
structure: {form: kv, after: "PAIRS ", pairs: ";", equals: ":"}
require: [ev]
time: {key: [day, clock], zone: Europe/Berlin}
keys:
  from: "@src"
  who: ["@user", actor.user.name]
values:
  - key: [verdict, result]
    are: {"ok": allowed success, "no*": denied failure, ">=90": critical}
  - key: level
    are: {"<3": low, ">=9": {severity: high, status_detail: bad}}
set: {class: network_activity}
when:
  - if: {ev: [login, "sign*"]}
    unless: {who: ["", guest]}
    set: {class: authentication, activity: logon, status_detail: $reason}
`, `
name: columns
recognize: {columns: [ACMECSV], pattern: '^[0-9]+\|ACMECSV\|'}
structure: {form: csv, delimiter: "|", columns: [-, kind, src_ip, user, verdict]}
keys: {user: "@user"}
values: [{key: verdict, are: {block: blocked}}]
set: {class: 4001}
`, `
name: texts
recognize: {programs: [acmetext]}
structure:
  form: text
  patterns:
    - '^gate (?P<way>opened|closed) for (?P<user>\S+) at (?P<peer>\S+)'
    - '^(?P<what>restart)'
keys: {peer: "@src", user: "@user"}
when:
  - if: {way: opened}
    set: {class: authentication, activity: logon, outcome: success}
  - if: {what: "*", <program>: acmetext}
    set: {class: application_lifecycle, activity: restart}
`, `
name: nested
recognize: {keys: [acme.kind]}
structure: json
only: {acme.kind: "alert*"}
extract: [{key: acme.text, patterns: ['user=(?P<acme_user>\S+)']}]
keys: {acme_user: "@user", acme.ip: "@src", "*.score": risk_score, title: finding_info.title}
set: {class: detection_finding, finding_info.title: [$missing, $acme.kind]}
`, `
name: gatecef
recognize: {devices: [acme gate]}
structure: cef
keys: {src: "@src"}
when:
  - if: {<name>: "*fail*", <id>: "100"}
    set: {outcome: failure, class: authentication, activity: logon}
`}

func mappedNormalizer(t testing.TB) *Normalizer {
	var site []*Parser
	for _, text := range mappingsOfAllForms {
		p, err := ParseMapping("test.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		site = append(site, p)
	}
	return New(Options{Mappings: site, Builtin: shipped})
}

func TestMappedLines(t *testing.T) {
	n := mappedNormalizer(t)
	for _, c := range []struct {
		name, line, parser string
		want               []string // parts of the event as JSON
		not                string
	}{
		{"pairs", `PAIRS ev:login; who:anna; from:198.51.100.7; day:2026-03-02; clock:12:30:00; reason:"a; b"; verdict:No way; level:12`, "pairs",
			[]string{`"class_uid":3002`, `"activity_id":1`, `"user":{"name":"anna"}`, `"ip":"198.51.100.7"`, `"time":1772451000000`, `"status_detail":"a; b"`, `"action_id":2`, `"status_id":2`, `"severity_id":4`}, ""},
		{"value of a second key, a number", `PAIRS ev:x; from:198.51.100.7; result:95; level:2`, "pairs", []string{`"class_uid":4001`, `"severity_id":2`}, ""},
		{"unless", `PAIRS ev:signin; who:guest; from:198.51.100.7`, "pairs", []string{`"class_uid":4001`}, ""},
		{"without what is required", `PAIRS who:anna; from:198.51.100.7`, "generic:kv", nil, `"picket.parser":"pairs"`},
		{"columns, found by the pattern", `17|ACMECSV|198.51.100.9|bert|Block`, "columns", []string{`"class_uid":4001`, `"name":"bert"`, `"ip":"198.51.100.9"`, `"disposition_id":2`, `"activity_id":5`}, ""},
		{"text", `<14>Mar  2 11:00:00 g1 acmetext[7]: gate opened for carl at 198.51.100.3`, "texts", []string{`"class_uid":3002`, `"name":"carl"`, `"ip":"198.51.100.3"`, `"status_id":1`, `"hostname":"g1"`}, ""},
		{"the second pattern", `<14>Mar  2 11:00:00 g1 acmetext: restart by timer`, "texts", []string{`"class_uid":6002`, `"activity_id":5`}, ""},
		{"nested, with a text taken apart", `{"acme":{"kind":"Alert-7","ip":"198.51.100.4","text":"seen user=dora twice","x":{"score":"70"}}}`, "nested",
			[]string{`"class_uid":2004`, `"title":"Alert-7"`, `"risk_score":70`, `"name":"dora"`}, ""},
		{"not the kind that it is for", `{"acme":{"kind":"note","ip":"198.51.100.4"}}`, "", nil, ""},
		{"cef", `CEF:0|Acme Gate|Gate|1|100|Login failed|5|src=198.51.100.5 suser=eve`, "gatecef", []string{`"class_uid":3002`, `"status_id":2`, `"name":"eve"`}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e ocsf.Event
			got := string(normalizeLine(n, c.line, &e))
			if e.Parser != c.parser {
				t.Errorf("parser %q, want %q\n%s", e.Parser, c.parser, got)
			}
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("%s is not in\n%s", w, got)
				}
			}
			if c.not != "" && strings.Contains(got, c.not) {
				t.Errorf("%s is in\n%s", c.not, got)
			}
		})
	}
}

// A site's mapping stands before a built-in brand, whatever its kind, and takes
// the place of one with its name.
func TestSiteMappingsComeFirst(t *testing.T) {
	for _, name := range []string{"mine", "sshd", "eset"} {
		p, err := ParseMapping("x.yaml", []byte("name: "+name+"\nrecognize: {programs: [sshd], keys: [source_uuid]}\nstructure: {form: text, patterns: ['(?P<all>.+)']}\n"))
		if err != nil {
			t.Fatal(err)
		}
		n := New(Options{Mappings: []*Parser{p}, Builtin: shipped})
		var e ocsf.Event
		normalizeLine(n, `<86>Mar  2 10:15:02 srv1 sshd[21818]: Accepted password for anna from 192.0.2.11 port 3059 ssh2`, &e)
		if e.Parser != name || e.Has(ocsf.ProductName) {
			t.Errorf("mapping %s: parser %q, product %q", name, e.Parser, e.Text(ocsf.ProductName))
		}
	}
}

// The zone of a mapping holds unless the site told one for the source.
func TestZoneOfMapping(t *testing.T) {
	p, err := ParseMapping("x.yaml", []byte("name: z\nrecognize: {programs: [zd]}\nstructure: {form: text, patterns: ['(?P<all>.+)']}\ntime: {zone: Asia/Tokyo}\n"))
	if err != nil {
		t.Fatal(err)
	}
	told, _ := time.LoadLocation("America/New_York")
	line := `<86>Mar  2 10:00:00 srv1 zd: hello`
	for _, c := range []struct {
		zone *time.Location
		want time.Time
	}{{nil, time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}, {told, time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)}} {
		n := New(Options{Mappings: []*Parser{p}, ZoneOf: func(netip.Addr, string) *time.Location { return c.zone }})
		var e ocsf.Event
		normalizeLine(n, line, &e)
		if e.Time != c.want.UnixMilli() {
			t.Errorf("zone %v: got %v, want %v", c.zone, time.UnixMilli(e.Time).UTC(), c.want)
		}
	}
}

// Every fault is told with its line and what to do.
func TestMappingErrors(t *testing.T) {
	const good = "name: a\nrecognize: {keys: [k]}\n"
	for _, c := range []struct{ name, text, want string }{
		{"no YAML", "name: [a\n", "x.yaml:"},
		{"two documents", good + "---\nname: b\n", "x.yaml:4: holds more than one document"},
		{"nothing", "", "x.yaml: the file is nothing"},
		{"a list", "- a\n", "the file is a list"},
		{"no name", "recognize: {keys: [k]}\n", "there is no name"},
		{"a bad name", "name: Acme Gate\nrecognize: {keys: [k]}\n", `x.yaml:1: "Acme Gate" is no name: use small letters`},
		{"not recognized", "name: a\n", "nothing tells how its lines are recognized"},
		{"an unknown key", good + "recognise: {}\n", `x.yaml:3: unknown key "recognise": did you mean recognize?`},
		{"a key twice", good + "keys:\n  a: \"@src\"\n  a: \"@dst\"\n", `x.yaml:5: is no YAML: mapping key "a" already defined`},
		{"an alias", good + "keys: &x {a: \"@src\"}\n", "mappings do not know"},
		{"a short beginning", "name: a\nrecognize: {begins: [abc]}\n", `the beginning "abc" is shorter than 4`},
		{"a bad expression", "name: a\nrecognize: {pattern: '(a'}\n", "x.yaml:2: no regular expression: missing closing )"},
		{"look-ahead", "name: a\nrecognize: {pattern: '(?=a)'}\n", "no look-ahead"},
		{"no groups", good + "structure: {form: text, patterns: ['abc']}\n", "no group with a name"},
		{"text without patterns", good + "structure: text\n", "a text without patterns"},
		{"csv without columns", good + "structure: csv\n", "columns without names"},
		{"half the separators", good + "structure: {form: kv, pairs: ';'}\n", "pairs and equals belong together"},
		{"another structure's key", good + "structure: {form: json, columns: [a]}\n", "keys of another structure"},
		{"unknown structure", good + "structure: yaml\n", `unknown structure "yaml": known are any, cef`},
		{"a bad path", good + "keys:\n  a: src_endpoint.ipp\n", `x.yaml:4: no meaning "src_endpoint.ipp"`},
		{"an unquoted meaning", good + "keys:\n  a: dst.port\n", `did you mean "@dst.port", in quotes?`},
		{"a near path", good + "keys:\n  a: user_agent\n", "did you mean http_request.user_agent?"},
		{"a bad zone", good + "time: {zone: Berlin}\n", `"Berlin" is no time zone`},
		{"a bad class", good + "set: {class: 9999}\n", `no class "9999"`},
		{"a bad activity", good + "set: {class: authentication, activity: jump}\n", "Authentication has no activity \"jump\": it has unknown, logon"},
		{"an activity alone", good + "set: {activity: logon}\n", "an activity without a class"},
		{"a bad word", good + "values: [{key: k, are: {x: forbidden}}]\n", `the word "forbidden" says nothing`},
		{"the wrong place for a word", good + "set: {action: success}\n", `"success" is no action: known are alerted, allowed`},
		{"a rule without condition", good + "when: [{set: denied}]\n", "a rule without if or without set"},
		{"an unknown own word", good + "when: [{if: {<prog>: x}, set: denied}]\n", "unknown word <prog>"},
		{"too long", good + strings.Repeat("#", maxMappingFile), "is longer than 256 KB"},
		{"nested deeply", good + "keys: " + strings.Repeat("[", 500), "is nested too deeply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseMapping("x.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestLoadMappings(t *testing.T) {
	good := &fstest.MapFile{Data: []byte("name: a\nrecognize: {keys: [k]}\n")}
	ps, err := LoadMappings(fstest.MapFS{"a.yaml": good, "README.md": {Data: []byte("x")}, "sub/b.yaml": good})
	if err != nil || len(ps) != 1 {
		t.Errorf("got %d mappings, %v; want one", len(ps), err)
	}
	_, err = LoadMappings(fstest.MapFS{"a.yaml": good, "b.yml": good})
	if err == nil || !strings.Contains(err.Error(), `b.yml: the name "a" is that of a.yaml already`) {
		t.Errorf("got %v", err)
	}
}

// Pairs are cut at separators that are not in quotes; what has no key or no end is
// cut all the same.
func TestNextPair(t *testing.T) {
	for _, c := range []struct{ pairs, equals, s, one, rest string }{
		{";", ":", "a:1;b:2", "a:1", "b:2"},
		{";", ":", `a:"x;y";b:2`, `a:"x;y"`, "b:2"},
		{";", ":", `a: "x;y" ;b:2`, `a: "x;y" `, "b:2"},
		{";", ":", `a:"x;b:2`, `a:"x`, "b:2"},
		{";", ":", `a;b:"x;y"`, "a", `b:"x;y"`},
		{"; ", "=>", "a=>1; b", "a=>1", "b"},
		{";", ":", ";;", "", ";"},
		{";", ":", `a:"x"`, `a:"x"`, ""},
		{";", ":", `a:"`, `a:"`, ""},
		{";", ":", "", "", ""},
	} {
		m := mapping{pairs: c.pairs, equals: c.equals}
		if one, rest := m.nextPair(c.s); one != c.one || rest != c.rest {
			t.Errorf("%q: got %q and %q, want %q and %q", c.s, one, rest, c.one, c.rest)
		}
	}
}

// Every built-in mapping has samples, as every brand in Go has.
func TestShippedMappingsHaveSamples(t *testing.T) {
	for _, p := range shipped {
		if files, _ := filepath.Glob("testdata/" + p.Name + "/*.txt"); len(files) == 0 {
			t.Errorf("mapping %s has no sample in testdata/%s", p.Name, p.Name)
		}
	}
}

// FuzzMappingFile: whatever the file holds, reading it ends with a mapping or an
// error, and what was read gives conforming events.
func FuzzMappingFile(f *testing.F) {
	for _, text := range mappingsOfAllForms {
		f.Add(text)
	}
	files, _ := filepath.Glob("../configs/mappings/*.yaml")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseMapping("x.yaml", []byte(text))
		if (p == nil) == (err == nil) {
			t.Fatalf("mapping %v, error %v", p, err)
		}
		if p == nil {
			return
		}
		n := New(Options{Mappings: []*Parser{p}})
		for _, line := range []string{"PAIRS ev:login; who:anna", "17|ACMECSV|198.51.100.9|bert|Block", `{"acme":{"kind":"alert"}}`, "k=1 l=2 m=3"} {
			conforms(t, n, line)
		}
	})
}

// FuzzMappedLine: every line gives a conforming event, whatever mapping takes it.
func FuzzMappedLine(f *testing.F) {
	for _, line := range []string{`PAIRS ev:login; who:"a;b`, `17|ACMECSV|"|`, `<14>Mar  2 11:00:00 g1 acmetext[7]: gate opened for carl at x`, `{"acme":{"kind":"alert","text":"user="}}`,
		`CEF:0|Acme Gate|Gate|1|100|Login failed|5|src=`, "PAIRS ;;;:::", "1|ACMECSV|"} {
		f.Add(line)
	}
	n := mappedNormalizer(f)
	f.Fuzz(func(t *testing.T, line string) { conforms(t, n, line) })
}

// conforms wants one valid event that says the same again.
func conforms(t *testing.T, n *Normalizer, line string) {
	var e ocsf.Event
	b := normalizeLine(n, line, &e)
	if e.Raw != line || !json.Valid(b) {
		t.Fatalf("of %q: %s", line, b)
	}
	e.Conform()
	if c := e.AppendJSON(nil); string(c) != string(b) {
		t.Fatalf("not conforming:\n%s\n%s", b, c)
	}
	var again ocsf.Event
	if c := normalizeLine(n, line, &again); string(c) != string(b) {
		t.Fatalf("another event the second time:\n%s\n%s", b, c)
	}
}
