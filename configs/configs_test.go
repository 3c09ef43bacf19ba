package configs

import (
	"bytes"
	"io/fs"
	"testing"
)

func TestEveryFileIsEmbedded(t *testing.T) {
	for _, name := range []string{"picket.yaml", "run.yaml", "taxonomy.yaml", "demo/scenario.txt"} {
		if b, err := FS.ReadFile(name); err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
}

// TestSignaturesCarryWhatPeopleNeed: a signature that may be shown to somebody at
// three in the morning says what it means and what to do.
func TestSignaturesCarryWhatPeopleNeed(t *testing.T) {
	files, err := fs.Glob(FS, "signatures/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no signatures: %v", err)
	}
	for _, name := range files {
		b, err := FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"title:", "id:", "guidance:", "falsepositives:", "attack."} {
			if !bytes.Contains(b, []byte(want)) {
				t.Errorf("%s has no %s", name, want)
			}
		}
	}
}
