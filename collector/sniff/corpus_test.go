package sniff

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"picket/normalize/ocsf"
)

// TestCorpus reads captures that others made, hostile ones among them, twice:
// no parser may fail, nothing be left behind, and both times give the same.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("PICKET_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "corpus", "pcap", "*.pcap"))
	if len(files) == 0 {
		t.Skip("no ../shared: no captures to read")
	}
	if testing.Short() {
		files = files[:min(40, len(files))]
	}
	run := func(path string) (events [][]byte, st Stats) {
		st, err := ReadFile(context.Background(), path, Options{}, func(e *ocsf.Event) { events = append(events, e.AppendJSON(nil)) })
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return events, st
	}
	for _, path := range files {
		first, st := run(path)
		if st.ParserFault != 0 {
			t.Errorf("%s: a parser panicked", filepath.Base(path))
		}
		again, _ := run(path)
		if len(first) != len(again) {
			t.Errorf("%s: %d events, then %d", filepath.Base(path), len(first), len(again))
			continue
		}
		for i := range first {
			if string(first[i]) != string(again[i]) {
				t.Errorf("%s: event %d differs\n%s\n%s", filepath.Base(path), i, first[i], again[i])
				break
			}
		}
	}
}
