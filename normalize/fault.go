package normalize

import (
	"fmt"

	"picket/collector"
	"picket/normalize/ocsf"
)

// faultKey marks below unmapped an event whose line a parser could not bear.
const faultKey = "parser_fault"

// guarded normalizes a record. A panic in a parser is a bug, which must cost one
// line its meaning and not the appliance all others: whoever can send a line could
// send this one again. The event has the raw line and the fault then, and counts as
// not understood. It reports false when l must not be used again.
func (n *Normalizer) guarded(l *Line, rec *collector.Record, e *ocsf.Event) (ok bool) {
	defer func() {
		if ok || n.strict {
			return
		}
		if r := recover(); r != nil {
			n.fault(rec, e, r)
		}
	}()
	n.normalize(l, rec, e)
	return true
}

// fault makes e the event of a line that nobody could read.
func (n *Normalizer) fault(rec *collector.Record, e *ocsf.Event, why any) {
	e.Time = n.begin(rec, e).UnixMilli()
	e.SetUnmapped(faultKey, ocsf.Text(fmt.Sprint(why)))
	e.Conform()
}
