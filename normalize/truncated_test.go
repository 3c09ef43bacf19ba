package normalize

import (
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

// A line that was cut on its way, in front or behind, is still a line: every brand
// must bear what is left of its samples.
func TestCutSamplesAreLines(t *testing.T) {
	n := New(Options{Builtin: shipped})
	for _, lines := range samples(t) {
		for _, line := range lines {
			for i := 0; i < len(line); i += 1 + len(line)/48 {
				bear(t, n, line[:i])
				bear(t, n, line[i:])
			}
		}
	}
}

// Words go missing, columns stay empty, marks are doubled: nothing that a brand
// counts on need be there.
func TestSpoiledSamplesAreLines(t *testing.T) {
	full, generic := New(Options{Builtin: shipped}), New(Options{Generic: true})
	for _, lines := range samples(t) {
		for _, line := range lines {
			words := strings.Split(line, " ")
			for i := 0; i < len(words); i += 1 + len(words)/16 {
				for _, n := range [...]*Normalizer{full, generic} {
					bear(t, n, strings.Join(append(words[:i:i], words[i+1:]...), " "))
					bear(t, n, strings.Join(words[:i+1], " ")+"  "+strings.Join(words[i+1:], "\t"))
				}
			}
			for i := 0; i < len(line); i += 1 + len(line)/24 {
				bear(t, full, line[:i]+line[i:i+1]+line[i:])
				bear(t, full, line[:i]+string(` "'=:,[]()<>|`[i%13])+line[i+1:])
			}
		}
	}
}

// Lines that a brand once could not bear.
func TestHostileLines(t *testing.T) {
	n := New(Options{Builtin: shipped})
	for _, line := range []string{
		`<164>Mar 02 2026 10:15:34 fw : %ASA-4-106023: Deny tcp src dst inside:192.0.2.1/22 by access-group "outside_in" [0x0, 0x0]`,
		`<164>Mar 02 2026 10:15:34 fw : %ASA-4-106023: Deny tcp src outside:203.0.113.99/40210 dst by access-group "outside_in" [0x0, 0x0]`,
		`<86>Mar  2 10:15:02 h vsftpd[12]: 1 192.0.2.15 2 /srv/ftp/a b  _ o r bob ftp 0 * c`,
		"<86>Mar  2 10:15:02 h vsftpd[12]: 1 192.0.2.15 2 /srv/ftp/a b\t_ o r bob ftp 0 * c",
	} {
		bear(t, n, line)
	}
}

// bear normalizes a line and wants it back whole.
func bear(t *testing.T, n *Normalizer, line string) {
	t.Helper()
	var e ocsf.Event
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%q", line)
			panic(r)
		}
	}()
	if normalizeLine(n, line, &e); e.Raw != line {
		t.Fatalf("raw is %q, want %q", e.Raw, line)
	}
}
