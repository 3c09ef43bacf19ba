package appliance

import (
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/appliance/config"
	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// A running appliance learns a brand by a reload and reads what it kept again: no
// event more or less, the source's account set right, the SOC's numbers as they were.
func TestRunningApplianceReadsStoredLinesAnew(t *testing.T) {
	c := testConfig(t.TempDir())
	brands := t.TempDir()
	r := start(t, c, func() (*config.Config, error) {
		next := *c
		next.Normalize.Mappings = brands
		return &next, nil
	})
	conn, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		fmt.Fprintf(conn, "<134>Mar  2 11:59:%02d gate1 acmegate: q7 anna zone%d\n", i, i)
	}
	conn.Close()
	r.until("the lines are kept", func() bool { return r.input("tcp").Stored == 20 })
	if n := r.Sources()[0].NotUnderstood; n != 20 {
		t.Fatalf("%d lines not understood, want 20", n)
	}
	mapping := "name: acmegate\nrecognize: {programs: [acmegate]}\nstructure: {form: text, patterns: ['^q7 (?P<who>\\S+)']}\nkeys: {who: \"@user\"}\nset: {class: authentication, activity: logon}\n"
	if err := os.WriteFile(filepath.Join(brands, "acme.yaml"), []byte(mapping), 0o600); err != nil {
		t.Fatal(err)
	}
	configured := r.Status().Configured
	r.hup <- os.Interrupt
	r.until("the mapping is in force", func() bool { return r.Status().Configured > configured })

	last := r.store.Last()
	w := httptest.NewRecorder()
	(&Control{Archive: r.archive, Live: r.Appliance}).Handler().ServeHTTP(w, httptest.NewRequest("POST", "/v1/renormalize", nil))
	if got := w.Body.String(); !strings.Contains(got, `"read":20,"understood":20,"changed":0`) {
		t.Errorf("got %s", got)
	}
	trail, err := auditEntries(r.store, 0, 10)
	if err != nil || len(trail) != 1 || trail[0].Object != "20 lines" || trail[0].Detail != "from the beginning to the end" {
		t.Errorf("audit %+v, %v", trail, err)
	}
	n := 0
	err = r.archive.Search(t.Context(), Query{Filter: filter.MustParse("user.name:anna AND class:3002")}, func(*ocsf.Event) bool { n++; return true })
	if err != nil || n != 20 {
		t.Errorf("search finds %d, %v", n, err)
	}
	if s := r.Sources()[0]; s.NotUnderstood != 0 || len(s.Samples) != 0 || s.Events != 20 {
		t.Errorf("source: %+v", s)
	}
	if in := r.input("tcp"); in.Received != in.Stored+in.Filtered+in.DroppedFull+in.DroppedKernel+in.InFlight {
		t.Errorf("the account does not balance: %+v", in)
	}
	if r.store.Last() < last || r.Appliance.findings.Load() != 0 {
		t.Errorf("last number %d was %d; %d findings", r.store.Last(), last, r.Appliance.findings.Load())
	}
}
