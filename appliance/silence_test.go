package appliance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

// TestSilenceBecomesAFinding: a source that falls silent is an event in the log, a
// finding with guidance, and no word of the source itself.
func TestSilenceBecomesAFinding(t *testing.T) {
	r := start(t, testConfig(t.TempDir()), nil)
	now := time.Now()
	for i := range 150 {
		e := &ocsf.Event{Logged: now.Add(time.Duration(i-150) * 10 * time.Minute).UnixMilli(), Parser: "x"}
		e.SetText(ocsf.DeviceHostname, "fw1")
		r.hear(e)
	}
	r.tellSilences(t.Context(), now.Add(2*time.Hour))
	r.tellSilences(t.Context(), now.Add(3*time.Hour))
	found := func() []*ocsf.Finding {
		list, err := r.store.Findings()
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(list, func(f *ocsf.Finding) bool { return f.RuleTitle != "Source fell silent" })
	}
	r.until("the silence is found", func() bool { return len(found()) > 0 })
	f := found()
	if len(f) != 1 || f[0].Title != "fw1 has fallen silent" || !strings.Contains(f[0].Guidance, "whether it is up") {
		t.Errorf("got %+v", f)
	}
	for _, src := range r.sources.List(now.Add(3 * time.Hour).UnixMilli()) {
		if src.Name != "fw1" || src.Events != 150 || !src.Silent {
			t.Errorf("got source %+v", src)
		}
	}
	r.end()
}
