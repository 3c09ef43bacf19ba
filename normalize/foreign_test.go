package normalize

import (
	"testing"

	"picket/normalize/ocsf"
)

// Lines that begin somewhat like a brand's, but are of others: a shape must not take
// what it does not know.
func TestForeignLines(t *testing.T) {
	n := New(Options{Builtin: shipped})
	for _, c := range []struct{ brand, line string }{
		{"mysql", "[ERROR] cannot reach 192.0.2.7"},
		{"mysql", "[Warning] user bob from 192.0.2.7 is late"},
		{"postgresql", "WARNING:  password of user bob will expire"},
		{"postgresql", "ERROR:  could not connect to 192.0.2.7"},
		{"barracudawaf", "The NF Server is ready for 192.0.2.5"},
		{"openvpn", "192.0.2.11:40600 [02/Mar/2026:10:15:04.500] sql sql/db1 1/0/5007 212 -- 1/1/1/1/0 0/0"},
		{"bind", "validating login of bob from 192.0.2.7"},
		{"barracuda", "Security risk found,IP Address: 192.0.2.58,Computer name: WS18,Source: Auto-Protect scan,Risk name: WS.Reputation.1,Occurrences: 1"},
	} {
		var e ocsf.Event
		if normalizeLine(n, c.line, &e); e.Parser == c.brand {
			t.Errorf("%s takes %q", c.brand, c.line)
		}
	}
}
