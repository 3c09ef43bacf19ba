package sigma

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func archive(t testing.TB, files ...[2]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestZipThatIsABomb: a file that unpacks to far more than a rule is cut where a
// rule is too long, and names that cost much are refused.
func TestZipThatIsABomb(t *testing.T) {
	rule := ruleWith("s:\n    F: 1\ncondition: s")
	b := archive(t, [2]string{"a.yml", rule}, [2]string{"bomb.yml", strings.Repeat("#", 64<<20)}, [2]string{strings.Repeat("d/", 200) + "x.yml", rule},
		[2]string{"a.yml", rule}, [2]string{"pack.yaml", "name: n\nversion: '1'\n"})
	rules, failed := LoadZip(bytes.NewReader(b), int64(len(b)))
	if len(rules) != 1 || len(failed) != 3 {
		t.Errorf("%d rules, %v; want one, and three that are refused", len(rules), failed)
	}
}

func TestReadPack(t *testing.T) {
	const good = "name: Site\nversion: 1.2.0\nchangelog:\n  - version: 1.2.0\n    date: 2026-03-02\n    changes: [more, less]\n  - version: 1.1.0\n    changes: first\n"
	p, err := ReadPack(fstest.MapFS{PackFile: {Data: []byte(good)}})
	if err != nil || p.Name != "Site" || p.Version != "1.2.0" || len(p.Changelog) != 2 || p.Changelog[0].Changes[1] != "less" {
		t.Errorf("got %+v, %v", p, err)
	}
	if p, err := ReadPack(fstest.MapFS{}); p != nil || err != nil {
		t.Errorf("no pack file: got %v, %v", p, err)
	}
	for _, bad := range []string{"", "name: x", "version: 1", "name: x\nversion: 1\nauthor: y", "- a", "name: x\nversion: 1\nchangelog: [{version: 2}]", ": ["} {
		if p, err := ReadPack(fstest.MapFS{PackFile: {Data: []byte(bad)}}); err == nil {
			t.Errorf("%q: got %+v", bad, p)
		}
	}
}

// FuzzZip reads any bytes as an archive: whatever it lists lies inside of it.
func FuzzZip(f *testing.F) {
	rule := ruleWith("s:\n    F: 1\ncondition: s")
	f.Add(archive(f, [2]string{"a/b.yml", rule}, [2]string{"../x.yml", rule}, [2]string{`c\d.yml`, rule}))
	f.Add(archive(f, [2]string{PackFile, "name: n\nversion: 1"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		fsys, _, err := Zip(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		_, _ = ReadPack(fsys)
		files, _ := list(fsys)
		for _, name := range files {
			if !fs.ValidPath(name) {
				t.Errorf("%q lies outside", name)
			}
		}
		rules, _ := Load(fsys)
		Compile(rules, nil, Options{})
	})
}
