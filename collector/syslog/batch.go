package syslog

import (
	"net/netip"
	"sync"
	"time"

	"picket/collector"
)

// batchSize is how many messages go to the queue together at most.
const batchSize = 256

// batch gathers the frames of one buffer, and makes records of them with one
// copy of the bytes for all.
type batch struct {
	frames  []frame // positions in the buffer
	records []collector.Record
}

// batches are lent to connections while they have something to deliver.
var batches = sync.Pool{New: func() any {
	return &batch{
		frames:  make([]frame, 0, batchSize),
		records: make([]collector.Record, 0, batchSize),
	}
}}

// make turns the frames, which lie in buf in order, into records. They are to be
// cleared after use, so that a batch that is lent again holds on to no message.
func (b *batch) make(buf []byte, from netip.Addr, now time.Time, in *collector.Input) []collector.Record {
	b.records = b.records[:0]
	if len(b.frames) == 0 {
		return nil
	}
	first, last := b.frames[0].start, b.frames[len(b.frames)-1].end
	text := string(buf[first:last])
	for _, f := range b.frames {
		b.records = append(b.records, collector.Record{
			Raw: text[f.start-first : f.end-first], Received: now, From: from, Input: in, Cut: f.cut,
		})
	}
	b.frames = b.frames[:0]
	account(in, b.records)
	return b.records
}

// account counts records as received.
func account(in *collector.Input, records []collector.Record) {
	var size, cut uint64
	for i := range records {
		size += uint64(len(records[i].Raw))
		if records[i].Cut > 0 {
			cut++
		}
	}
	in.Received.Add(uint64(len(records)))
	in.Bytes.Add(size)
	if cut > 0 {
		in.Truncated.Add(cut)
	}
}
