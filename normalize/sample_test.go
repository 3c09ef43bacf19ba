package normalize

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/collector"
	"picket/normalize/ocsf"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// received is when the samples were received.
var received = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// samples returns the lines of testdata/<brand>/*.txt by file.
func samples(t testing.TB) map[string][]string {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	out := map[string][]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	}
	return out
}

// normalizeLine returns the event of a line as JSON.
func normalizeLine(n *Normalizer, line string, e *ocsf.Event) []byte {
	n.strict = true
	n.Normalize(&collector.Record{Raw: line, Received: received}, e)
	return e.AppendJSON(nil)
}

// TestSamples holds every sample against its golden file, and wants a folder's
// brand to know its lines: the parser is named like the folder. The folder generic
// is read with all brands off, so that its lines stay generic when a brand comes
// to know them.
func TestSamples(t *testing.T) {
	brands, generic := New(Options{Builtin: shipped}), New(Options{Generic: true})
	seen := map[string]bool{}
	for file, lines := range samples(t) {
		brand := filepath.Base(filepath.Dir(file))
		seen[brand] = true
		t.Run(strings.TrimPrefix(file, "testdata/"), func(t *testing.T) {
			var out bytes.Buffer
			n := brands
			if brand == "generic" {
				n = generic
			}
			for i, line := range lines {
				var e ocsf.Event
				b := normalizeLine(n, line, &e)
				if brand == "generic" && e.Parser != "" && !strings.HasPrefix(e.Parser, "generic:") || brand != "generic" && e.Parser != brand {
					t.Errorf("line %d: parser %q, want %q\n%s", i+1, e.Parser, brand, line)
				}
				if e.Raw != line {
					t.Errorf("line %d: raw is %q", i+1, e.Raw)
				}
				out.Write(withoutRaw(t, b))
			}
			golden := strings.TrimSuffix(file, ".txt") + ".json"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), want) {
				got, want := strings.Split(out.String(), "\n"), strings.Split(string(want), "\n")
				for i := range got {
					if i >= len(want) || got[i] != want[i] {
						w := ""
						if i < len(want) {
							w = want[i]
						}
						t.Fatalf("line %d:\n got %s\nwant %s\n(-update rewrites)", i+1, got[i], w)
					}
				}
				t.Fatal("fewer events than the golden file has")
			}
		})
	}
	for _, p := range slices.Concat(Parsers, shipped) {
		if !seen[p.Name] {
			t.Errorf("parser %s has no sample in testdata/%s", p.Name, p.Name)
		}
	}
}

// withoutRaw drops what repeats the input from an event, a line of JSON.
func withoutRaw(t *testing.T, b []byte) []byte {
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	for _, k := range []string{"raw_data", "class_name", "category_name", "category_uid", "type_uid", "activity_name", "severity"} {
		delete(m, k)
	}
	meta := m["metadata"].(map[string]any)
	for _, k := range []string{"version", "logged_time", "profiles"} {
		delete(meta, k)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGenericKnowsNoBrand(t *testing.T) {
	n := New(Options{Generic: true})
	for _, lines := range samples(t) {
		for _, line := range lines {
			var e ocsf.Event
			normalizeLine(n, line, &e)
			if e.Parser != "" && !strings.HasPrefix(e.Parser, "generic:") {
				t.Fatalf("parser %q with brands off: %s", e.Parser, line)
			}
		}
	}
}

// Events must not depend on what a line before left in memory.
func TestNoMemoryBetweenLines(t *testing.T) {
	var all []string
	for _, lines := range samples(t) {
		all = append(all, lines...)
	}
	shared := New(Options{Builtin: shipped})
	var e ocsf.Event
	for _, line := range all {
		normalizeLine(shared, line, &e)
	}
	for _, line := range all {
		got := string(normalizeLine(shared, line, &e))
		var fresh ocsf.Event
		want := string(normalizeLine(New(Options{Builtin: shipped}), line, &fresh))
		if got != want {
			t.Fatalf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}
