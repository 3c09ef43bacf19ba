package normalize

import (
	"slices"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

// Columns are the same whether a quote stands in one of them or in none, and
// wherever it stands.
func TestColumns(t *testing.T) {
	for _, row := range [][]string{
		{"1", "", "2026/03/02 10:15:02", "TRAFFIC", "", "", "10.1.100.11", "end", ""},
		{"", "a", "bb", "ccc", "dddddddd", "eeeeeeeee", "", "f"},
		{"", "", "", "", "", "", "", "", "", ""},
	} {
		for quoted := -1; quoted < len(row); quoted++ {
			cells := slices.Clone(row)
			if quoted >= 0 {
				cells[quoted] = `"` + row[quoted] + `"`
			}
			l := &Line{}
			l.reset(nil, &ocsf.Event{})
			l.columns(strings.Join(cells, ","), ',')
			var got []string
			for _, kv := range l.KV {
				got = append(got, kv.Val)
			}
			if !slices.Equal(got, row) {
				t.Errorf("column %d quoted: got %q, want %q", quoted, got, row)
			}
		}
	}
}
