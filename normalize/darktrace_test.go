package normalize

import (
	"fmt"
	"testing"

	"picket/normalize/ocsf"
)

func TestDarktraceScore(t *testing.T) {
	n := New(Options{})
	for score, want := range map[string]ocsf.Severity{"0.5": ocsf.Medium, "0.72": ocsf.High, "1.0": ocsf.Critical, "0.05": ocsf.Informational, "0.29": ocsf.Low, "0": ocsf.Informational} {
		var e ocsf.Event
		normalizeLine(n, fmt.Sprintf(`{"pbid":1,"score":%s,"model":{"now":{"name":"Anomaly"}}}`, score), &e)
		if e.Parser != "darktrace" || e.Severity != want {
			t.Errorf("score %s of %q: severity %d, want %d", score, e.Parser, e.Severity, want)
		}
	}
}
