package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// endpointAction reads what was done with a file that was found bad.
func (l *Line) endpointAction(v string) {
	v = strings.ToLower(v)
	l.facts.actionWeight = 0
	switch {
	case strings.Contains(v, "delet"), strings.HasSuffix(v, "_del"), strings.Contains(v, "remov"):
		l.setAction(ocsf.Denied, dispDeleted, brandWeight)
	case strings.Contains(v, "quarantin"), strings.Contains(v, "mov"):
		l.setAction(ocsf.Denied, dispQuarantined, brandWeight)
	case strings.Contains(v, "block"), strings.Contains(v, "deni"), strings.HasSuffix(v, "_den"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case strings.Contains(v, "clean"), strings.Contains(v, "disinf"):
		l.setAction(ocsf.Modified, dispCorrected, brandWeight)
	case v != "":
		l.setAction(ocsf.Observed, dispDetected, brandWeight)
	}
}
