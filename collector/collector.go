// Package collector is where everything enters: a [Record] is one message as it
// came, bytes or a finished event, and a [Source] is whatever brings them. It
// knows no brand; only bytes are parsed, and not here.
//
// Records of one sender come in the order in which they arrived. A source that
// can make its sender wait (TCP, TLS, a file) waits while the queue is full; one
// that cannot (UDP, the wire) drops and counts, and nothing behind the queue
// ever drops.
package collector

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"picket/normalize/ocsf"
)

// Record is one message as it came in.
type Record struct {
	// Raw is the message without its framing. It may be a slice of a larger
	// buffer that nobody writes to again.
	Raw string
	// Event is a finished event (of the sensor or a probe); Raw is empty then.
	Event *ocsf.Event
	// Received is when Picket read it.
	Received time.Time
	// From is the peer that sent it, invalid for a file.
	From netip.Addr
	// Input received it.
	Input *Input
	// Cut is how many bytes the message had before it was cut to the limit, 0
	// when it was not cut.
	Cut int
}

// Input is one way in, with its account. Its counters only grow.
type Input struct {
	Name string // "udp:514", "tls:6514", "sniff:eth1", "file:x.log"

	Received  atomic.Uint64 // messages (or events) read
	Bytes     atomic.Uint64
	Truncated atomic.Uint64 // cut to the limit (and kept)
	Malformed atomic.Uint64 // framing broken: the connection was closed or resynchronized
	Refused   atomic.Uint64 // connections over the limit, or not allowed

	// Dropped, by reason. Full: the queue was full. Kernel: the kernel's socket
	// or ring buffer overflowed; such messages were never read, but they were
	// received by the box, so they count as received too.
	DroppedFull   atomic.Uint64
	DroppedKernel atomic.Uint64

	// What became of the rest; the appliance counts these, after the commit that
	// made them durable. Received = Stored + Filtered + both Dropped + what is on
	// its way.
	Stored        atomic.Uint64
	Filtered      atomic.Uint64 // a filter of the operator told not to keep it
	NotUnderstood atomic.Uint64 // stored, but nobody understood it
}

// Dropped returns the sum of what was dropped, for any reason.
func (in *Input) Dropped() uint64 { return in.DroppedFull.Load() + in.DroppedKernel.Load() }

// InFlight returns how many messages are on their way: received, and neither
// stored nor filtered nor dropped yet. At rest it is 0.
func (in *Input) InFlight() uint64 {
	done := in.Stored.Load() + in.Filtered.Load() + in.Dropped()
	if r := in.Received.Load(); r > done {
		return r - done
	}
	return 0
}

// Sink takes records from sources. It is safe for concurrent use, and owns the
// slice only until it returns.
type Sink interface {
	// Put queues records and waits while the queue is full. It returns ctx's
	// error if that ends first; then none, or only the first few, were queued,
	// and n tells how many.
	Put(ctx context.Context, records []Record) (n int, err error)
	// Offer queues what there is room for without waiting and returns how many
	// that were. It moves the refused ones to the end of records, in no
	// particular order; the caller counts those as dropped.
	Offer(records []Record) int
}

// Source brings records until ctx ends. Run blocks, and returns nil when ctx
// ended or the source is exhausted; everything it started has ended then.
type Source interface {
	Run(ctx context.Context, sink Sink) error
	// Inputs are the accounts of this source, the same for its whole life.
	Inputs() []*Input
}
