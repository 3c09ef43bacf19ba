package correlate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/collector"
	"picket/configs"
	"picket/normalize"
	"picket/normalize/ocsf"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// TestPackOnSamples holds which of our own signatures fire on which sample lines of
// the normalizer: a row a line, with the beginning of its hash. A change of the
// dictionary, of a brand or of a signature shows in it, as a signature that fires
// on what it never meant, or as one that went deaf. Lines that the table does not
// know yet are told and not judged.
func TestPackOnSamples(t *testing.T) {
	golden := filepath.Join("testdata", "pack-on-samples.txt")
	rows := packOnSamples(t, ownRules(t))
	if *update {
		var out bytes.Buffer
		for _, r := range rows {
			fmt.Fprintf(&out, "%s %s\n", r.sample, r.fired)
		}
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for row := range strings.Lines(string(b)) {
		i := strings.LastIndexByte(row, ' ')
		want[row[:i]] = strings.TrimSpace(row[i:])
	}
	unknown := 0
	for _, r := range rows {
		if w, ok := want[r.sample]; !ok {
			unknown++
		} else if r.fired != w {
			t.Errorf("%s\n%s\n got %s\nwant %s\n(-update rewrites)", r.sample, r.line, r.fired, w)
		}
	}
	t.Logf("%d sample lines, %d of them not in the table (-update takes them in)", len(rows), unknown)
}

// sampleRow is what fires on one line: names of rules, or - for none.
type sampleRow struct{ sample, line, fired string }

func packOnSamples(t *testing.T, rules *Rules) (rows []sampleRow) {
	t.Helper()
	mappings, err := fs.Sub(configs.FS, "mappings")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := normalize.LoadMappings(mappings)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "normalize", "testdata")
	files, _ := filepath.Glob(filepath.Join(root, "*", "*.txt"))
	if len(files) == 0 {
		t.Fatal("no samples")
	}
	n := normalize.New(normalize.Options{Builtin: shipped})
	scratch := rules.NewScratch()
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		brand, _ := filepath.Rel(root, strings.TrimSuffix(file, ".txt"))
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSuffix(line, "\n")
			var e ocsf.Event
			n.Normalize(&collector.Record{Raw: line, Received: time.UnixMilli(day)}, &e)
			var names []string
			for _, h := range rules.Match(&e, scratch) {
				names = append(names, rules.set.Rules()[h.Rule].Name)
			}
			slices.Sort(names)
			sum := sha256.Sum256([]byte(line))
			rows = append(rows, sampleRow{fmt.Sprintf("%s %x", filepath.ToSlash(brand), sum[:4]), line, cmp.Or(strings.Join(names, ","), "-")})
		}
	}
	return rows
}
