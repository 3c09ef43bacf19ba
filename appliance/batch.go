package appliance

import (
	"picket/collector"
	"picket/correlate"
	"picket/normalize/ocsf"
)

// batchSize is how many records a worker takes at once, at most.
const batchSize = 512

// batchBytes is how many bytes of records a worker takes at once, about.
const batchBytes = 512 << 10

// inFlight is how many batches may be on their way at once, at most. With
// batchSize it bounds the memory of events.
const inFlight = 16

// batch is some records on their way through the pipeline, and the events that
// they became.
type batch struct {
	records []collector.Record
	stage   *stage       // what the worker uses, fixed in the order of arrival
	events  []ocsf.Event // one a record
	hits    []span       // of matched, one a record
	matched []correlate.Hit
	kept    []*ocsf.Event // those that no filter dropped, in order
	dropped []*ocsf.Event // the others
	bytes   int64         // of the records, held in the queue's account until the batch is free
	ready   chan struct{} // receives when the worker is done
}

// span is a part of batch.matched.
type span struct{ from, to int }

func newBatch() *batch {
	return &batch{
		records: make([]collector.Record, 0, batchSize),
		events:  make([]ocsf.Event, batchSize),
		hits:    make([]span, batchSize),
		ready:   make(chan struct{}, 1),
	}
}

// reset lets go of everything that the batch refers to.
func (b *batch) reset() {
	clear(b.records)
	b.records = b.records[:0]
	b.matched = b.matched[:0]
	clear(b.kept)
	b.kept = b.kept[:0]
	clear(b.dropped)
	b.dropped = b.dropped[:0]
}
