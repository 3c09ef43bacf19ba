package uplink

import "context"

// Log is what is sent: numbered events, of which the oldest may be gone. It is
// safe for concurrent use.
type Log interface {
	// ID names the log; numbers are unique only together with it.
	ID() string
	// Next returns events of the lane in order of their numbers, which are above
	// after and, unless through is 0, at most through; at least one when there is
	// one, and then until their JSON has maxBytes (0: no bound but through). Only
	// committed events are seen.
	Next(ctx context.Context, lane Lane, after, through uint64, maxBytes int) (Batch, error)
	// First is the oldest number that is kept, Last the newest that is
	// committed; 0 in an empty log.
	First() uint64
	Last() uint64
	// Changed signals commits. A signal may be missed when nobody waits for it.
	Changed() <-chan struct{}
}

// Counter is a Log that can count without reading: events of the lane with
// numbers above after.
type Counter interface {
	Count(lane Lane, after uint64) (uint64, error)
}

// Batch is what a log gives.
type Batch struct {
	Items []Item
	// Through is the number up to which the log was looked through: nothing of
	// the lane lies between the last item and it. It is at least the last item's.
	Through uint64
}

// Item is one event of the log.
type Item struct {
	Seq  uint64
	Time int64  // when Picket received it, ms since the epoch
	JSON []byte // OCSF, one line without a newline
}

// State keeps the cursors. Both methods are called by one goroutine.
type State interface {
	// Get returns nil and no error for a key that was never put.
	Get(key string) ([]byte, error)
	// Put is durable when it returns.
	Put(key string, value []byte) error
}
