package correlate

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"picket/configs"
	"picket/correlate/sigma"
	"picket/normalize/ocsf"
)

// The scripts in testdata/signatures hold, for each file of our own pack, events
// that must and events that must not fire:
//
//	case NAME
//	at 10m every 5s x40: class_uid=3002 status_id=2 src_endpoint.ip=198.51.100.{n} user.name="anna k"
//	fires RULE, RULE        the findings, by the rules' names, and no others
//	incident TITLE          an incident with this title; there are no others
//	quiet                   neither findings nor incidents
//
// A field is an OCSF path, or unmapped.KEY; {n} counts the repetitions from 0.
type scriptCase struct {
	name      string
	line      int
	events    []*ocsf.Event
	fires     []string
	incidents []string
	quiet     bool
}

func readScript(t *testing.T, file string) (cases []*scriptCase) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		word, rest, _ := strings.Cut(strings.TrimSpace(sc.Text()), " ")
		if word == "" || word[0] == '#' {
			continue
		}
		if word == "case" {
			cases = append(cases, &scriptCase{name: rest, line: n})
			continue
		}
		c := cases[len(cases)-1]
		switch word {
		case "at":
			events, err := scriptEvents(rest)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n, err)
			}
			c.events = append(c.events, events...)
		case "fires":
			for s := range strings.SplitSeq(rest, ",") {
				c.fires = append(c.fires, strings.TrimSpace(s))
			}
		case "incident":
			c.incidents = append(c.incidents, rest)
		case "quiet":
			c.quiet = true
		default:
			t.Fatalf("%s:%d: %q: unknown", file, n, word)
		}
	}
	return cases
}

func scriptEvents(s string) ([]*ocsf.Event, error) {
	when, what, ok := strings.Cut(s, ": ")
	if !ok {
		return nil, fmt.Errorf("no colon")
	}
	w := strings.Fields(when)
	at, err := time.ParseDuration(w[0])
	if err != nil {
		return nil, err
	}
	step, times := time.Duration(0), 1
	if len(w) == 4 {
		if step, err = time.ParseDuration(w[2]); err != nil {
			return nil, err
		}
		if times, err = strconv.Atoi(w[3][1:]); err != nil {
			return nil, err
		}
	}
	var out []*ocsf.Event
	for i := range times {
		e := &ocsf.Event{Time: day + (at + step*time.Duration(i)).Milliseconds(), Parser: "test"}
		e.Logged = e.Time
		for _, kv := range scriptFields(what) {
			k, v, _ := strings.Cut(kv, "=")
			v = strings.ReplaceAll(v, "{n}", strconv.Itoa(i))
			if u, ok := strings.CutPrefix(k, "unmapped."); ok {
				e.SetUnmapped(u, ocsf.Text(v))
				continue
			}
			f, ok := ocsf.Lookup(k)
			if !ok {
				return nil, fmt.Errorf("no field %q", k)
			}
			if f.Info().Many {
				e.Append(f, ocsf.ObjectOf(ocsf.Attr(ocsf.MalwareName, ocsf.Text(v))))
			} else if !e.SetText(f, v) {
				return nil, fmt.Errorf("%s does not take %q", k, v)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// scriptFields splits at spaces outside quotes, and takes the quotes away.
func scriptFields(s string) (out []string) {
	var b strings.Builder
	quoted := false
	for _, r := range s + " " {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
		default:
			b.WriteRune(r)
		}
	}
	return out
}

// ownRules is our own pack.
func ownRules(t testing.TB) *Rules {
	t.Helper()
	pack, err := fs.Sub(configs.FS, "signatures")
	if err != nil {
		t.Fatal(err)
	}
	taxonomy, err := configs.FS.ReadFile("taxonomy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, failed, err := LoadRules(pack, taxonomy, RuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failed {
		t.Errorf("%s: %s: %s", f.File, f.ID, f.Reason)
	}
	return r
}

func emptyRules(t testing.TB) *Rules {
	t.Helper()
	r, _, err := compile(nil, nil, RuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSignatures(t *testing.T) {
	rules := ownRules(t)
	fired := map[string]bool{}
	files, _ := fs.Glob(configs.FS, "signatures/*.yml")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yml")
		t.Run(name, func(t *testing.T) {
			quiet := false
			for _, c := range readScript(t, filepath.Join("testdata", "signatures", name+".txt")) {
				quiet = quiet || c.quiet
				t.Run(c.name, func(t *testing.T) { runCase(t, rules, c, fired) })
			}
			if !quiet {
				t.Error("no case of events that must not fire")
			}
		})
	}
	for i, rule := range rules.set.Rules() {
		if m := &rules.metas[i]; !m.Base && !fired[rule.Name] && !t.Failed() {
			t.Errorf("rule %s fires in no case", rule.Name)
		}
	}
}

func runCase(t *testing.T, rules *Rules, c *scriptCase, fired map[string]bool) {
	s := newStream(t, New(rules, site(), Options{})).play(c.events...).finish()
	var got []string
	for _, f := range s.findings {
		name := f.Rule
		if i := rules.set.Lookup(f.Rule); i >= 0 {
			name = rules.set.Rules()[i].Name
		}
		fired[name] = true
		if !slices.Contains(got, name) {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	slices.Sort(c.fires)
	if !slices.Equal(got, c.fires) {
		t.Errorf("line %d: fired %v, want %v", c.line, got, c.fires)
	}
	var titles []string
	for _, in := range s.stories() {
		titles = append(titles, in.Title)
	}
	if !slices.Equal(titles, c.incidents) {
		t.Errorf("line %d: incidents\n got  %q\n want %q", c.line, titles, c.incidents)
	}
}

// TestPackIsComplete: every document of our own pack that gives findings says what
// people need to judge it at three in the morning.
func TestPackIsComplete(t *testing.T) {
	rules := ownRules(t)
	ids := map[string]string{}
	for i, rule := range rules.set.Rules() {
		m := &rules.metas[i]
		if other := ids[rule.ID]; rule.ID == "" || other != "" {
			t.Errorf("%s: its id %q is that of %q", rule.Name, rule.ID, other)
		}
		ids[rule.ID] = rule.Name
		if rule.Title == "" || rule.Description == "" || rule.Level == "" {
			t.Errorf("%s: no title, description or level", rule.Name)
		}
		if m.Base {
			continue
		}
		if len(m.Techniques) == 0 || len(m.Tactics) == 0 {
			t.Errorf("%s: no technique or no tactic", rule.Name)
		}
		if len(rule.FalsePositives) == 0 {
			t.Errorf("%s: no false positives", rule.Name)
		}
		if own, _ := rule.Custom["picket"].(map[string]any); m.Story == "" || m.Short == "" || own["guidance"] == nil || len(m.Guidance) < 60 {
			t.Errorf("%s: no story, short name or guidance of its own", rule.Name)
		}
	}
}

// TestEverySignatureStaysQuiet: for every document there are events of its kind on
// which it must not fire: of its log source for a signature, of one of its steps
// for a correlation.
func TestEverySignatureStaysQuiet(t *testing.T) {
	rules := ownRules(t)
	quiet := make([]bool, len(rules.metas))
	scratch := rules.NewScratch()
	files, _ := filepath.Glob(filepath.Join("testdata", "signatures", "*.txt"))
	for _, file := range files {
		for _, c := range readScript(t, file) {
			hit, seen := map[int]bool{}, map[string]bool{}
			for _, e := range c.events {
				for _, h := range rules.Match(e, scratch) {
					hit[h.Rule] = true
				}
				kind := fmt.Sprint(e.Class, e.Text(ocsf.EventCode), e.Text(ocsf.Message))
				if seen[kind] {
					continue // explaining is slow
				}
				seen[kind] = true
				for i := range rules.metas {
					if !quiet[i] && !rules.metas[i].Correlation {
						x := rules.set.Explain(i, &sigma.Event{Event: e})
						quiet[i] = x.Applies && !x.Hit
					}
				}
			}
			for i, rule := range rules.set.Rules() {
				quiet[i] = quiet[i] || rules.metas[i].Correlation && !slices.Contains(c.fires, rule.Name) &&
					slices.ContainsFunc(rules.set.Base(i), func(b int) bool { return hit[b] || slices.Contains(c.fires, rules.set.Rules()[b].Name) })
			}
		}
	}
	for i, rule := range rules.set.Rules() {
		if !quiet[i] {
			t.Errorf("%s: no case of events of its kind on which it must not fire", rule.Name)
		}
	}
}
