package normalize

import (
	"testing"

	"picket/normalize/ocsf"
)

// A line that was cut on its way, in front or behind, is still a line: every brand
// must bear what is left of its samples.
func TestCutSamplesAreLines(t *testing.T) {
	n := New(Options{})
	var e ocsf.Event
	for _, lines := range samples(t) {
		for _, line := range lines {
			for i := 0; i < len(line); i += 1 + len(line)/48 {
				normalizeLine(n, line[:i], &e)
				if normalizeLine(n, line[i:], &e); e.Raw != line[i:] {
					t.Fatalf("raw is %q, want %q", e.Raw, line[i:])
				}
			}
		}
	}
}
