package normalize

import (
	"github.com/influxdata/go-syslog/v3/rfc5424"
)

// strictRFC5424 holds a line against the grammar of RFC 5424 and returns what is
// wrong with it, "" when nothing is. The hot path does not need it: devices that
// are not strict are read all the same. It is what `picket explain` tells people
// who set a device up, and what the header scanner is held against in tests.
func strictRFC5424(line string) string {
	m, err := rfc5424.NewParser().Parse([]byte(line))
	switch {
	case err != nil:
		return err.Error()
	case m == nil:
		return "no message"
	}
	return ""
}
