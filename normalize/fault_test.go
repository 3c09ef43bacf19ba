package normalize

import (
	"encoding/json"
	"strings"
	"testing"

	"picket/collector"
	"picket/normalize/ocsf"
)

// A parser with a bug costs its line the meaning, and nobody else anything.
func TestFaultOfAParser(t *testing.T) {
	faulty := &Parser{Name: "faulty", Apps: "faulty", Parse: func(l *Line) bool {
		l.applyUser(brandUser, "bob")
		return l.Body[len(l.Body)] == 0
	}}
	n := New(Options{Mappings: []*Parser{faulty}})
	for _, line := range []string{
		"<13>Mar  2 10:15:02 host1 faulty: anything",
		"<86>Mar  2 10:15:02 host1 sshd[1]: Accepted password for anna from 192.0.2.1 port 22 ssh2",
	} {
		var e ocsf.Event
		n.Normalize(&collector.Record{Raw: line, Received: received}, &e)
		b := e.AppendJSON(nil)
		if e.Raw != line || e.Time == 0 || !json.Valid(b) {
			t.Errorf("%s: %s", line, b)
		}
		fault := strings.Contains(string(b), faultKey)
		if want := strings.Contains(line, "faulty"); fault != want || fault != (e.Parser == "") || fault && e.Has(ocsf.UserName) {
			t.Errorf("fault %v, want %v: %s", fault, want, b)
		}
	}
}
