package appliance

import (
	"picket/collector"
	"picket/normalize/ocsf"
)

// batchSize is how many records a worker takes at once, at most.
const batchSize = 512

// batch is some records on their way through the pipeline, and the events that
// they became.
type batch struct {
	records []collector.Record
	events  []ocsf.Event
}
