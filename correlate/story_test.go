package correlate

import (
	"fmt"

	"picket/normalize/ocsf"
)

// attackHour is an attack in stages: password guessing from outside that
// succeeds, and the host that was taken looking around.
func attackHour() []*ocsf.Event {
	var out []*ocsf.Event
	for i := range 40 {
		out = append(out, logon(600+float64(i)*5, false, "198.51.100.7", "srv03", []string{"root", "admin", "anna.k"}[i%3]))
	}
	out = append(out, logon(803, true, "198.51.100.7", "srv03", "anna.k"))
	for i := range 60 {
		out = append(out, denied(1200+float64(i)*2, "10.0.0.30", fmt.Sprintf("10.0.2.%d", i+1), 445))
	}
	return out
}
