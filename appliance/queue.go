package appliance

import (
	"context"
	"net/netip"
	"sync"

	"picket/collector"
)

// queue is the one bounded queue at the edge: between the sources and the
// workers. When it is more than half full, no sender may hold more than its
// share of it, so that one device that shouts does not silence the others.
//
// It hands out batches in order of arrival; each batch knows its turn, so that
// what comes behind the workers can keep that order.
type queue struct {
	maxRecords int
	maxBytes   int64

	order sync.Mutex // held by the worker whose turn it is; taken before mu

	mu      sync.Mutex // guards everything below
	changed sync.Cond  // something was put or taken, or the queue closed
	ring    []collector.Record
	head    int
	n       int
	bytes   int64
	senders map[netip.Addr]int // records waiting, by sender; as long as the queue at most
	closed  bool
	peak    int
}

func newQueue(records int, bytes int64) *queue {
	q := &queue{maxRecords: records, maxBytes: bytes, ring: make([]collector.Record, 0), senders: map[netip.Addr]int{}}
	q.changed.L = &q.mu
	return q
}

// minShare is what any sender may hold, however many they are.
const minShare = 256

// room tells whether r may enter now.
func (q *queue) room(r *collector.Record) bool {
	if q.n >= q.maxRecords || q.bytes+size(r) > q.maxBytes && q.bytes > 0 {
		return false
	}
	if q.n < q.maxRecords/2 && q.bytes < q.maxBytes/2 {
		return true
	}
	share := max(minShare, q.maxRecords/max(1, len(q.senders)))
	return q.senders[r.From] < share
}

func (q *queue) push(r *collector.Record) {
	if q.n == len(q.ring) {
		grown := make([]collector.Record, min(q.maxRecords, max(1024, 2*len(q.ring))))
		for i := range q.n {
			grown[i] = q.ring[(q.head+i)%len(q.ring)]
		}
		q.ring, q.head = grown, 0
	}
	q.ring[(q.head+q.n)%len(q.ring)] = *r
	q.n++
	q.peak = max(q.peak, q.n)
	q.bytes += size(r)
	q.senders[r.From]++
}

// size is what a record weighs in the account of bytes, about.
func size(r *collector.Record) int64 {
	const event = 2 << 10 // a finished event's own memory
	if r.Event != nil {
		return int64(len(r.Event.Raw)) + event
	}
	return int64(len(r.Raw))
}

// release gives the bytes of a batch back, when nothing refers to its records
// any more: until then they count as waiting.
func (q *queue) release(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= b.bytes
	b.bytes = 0
	q.changed.Broadcast()
}

// Offer implements [collector.Sink]. A refused record does not hold back those
// of other senders behind it: refused ones move to the end of records.
func (q *queue) Offer(records []collector.Record) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0
	}
	n := 0
	for i := range records {
		if !q.room(&records[i]) {
			continue
		}
		q.push(&records[i])
		records[n], records[i] = records[i], records[n]
		n++
	}
	if n > 0 {
		q.changed.Broadcast()
	}
	return n
}

// Put implements [collector.Sink].
func (q *queue) Put(ctx context.Context, records []collector.Record) (int, error) {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.changed.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(records) {
		switch {
		case q.closed:
			return n, context.Canceled
		case q.room(&records[n]):
			q.push(&records[n])
			n++
			if n == len(records) || n%batchSize == 0 {
				q.changed.Broadcast()
			}
		case ctx.Err() != nil:
			return n, ctx.Err()
		default:
			q.changed.Broadcast() // what is there can be taken
			q.changed.Wait()
		}
	}
	return n, nil
}

// close lets the workers take what is left, and nothing in any more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// take moves up to batchSize records into b and calls turn, in the order of
// arrival over all workers. It waits for records and reports false when the
// queue is closed and empty. While turn blocks, other workers wait for theirs,
// and the queue fills: that is the back-pressure.
func (q *queue) take(b *batch, turn func(*batch)) bool {
	q.order.Lock()
	defer q.order.Unlock()
	if !q.pop(b) {
		return false
	}
	turn(b)
	return true
}

func (q *queue) pop(b *batch) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 {
		if q.closed {
			return false
		}
		q.changed.Wait()
	}
	b.records = b.records[:0]
	for q.n > 0 && len(b.records) < batchSize && b.bytes < batchBytes {
		r := &q.ring[q.head]
		b.records = append(b.records, *r)
		b.bytes += size(r)
		if q.senders[r.From]--; q.senders[r.From] <= 0 {
			delete(q.senders, r.From)
		}
		*r = collector.Record{}
		q.head = (q.head + 1) % len(q.ring)
		q.n--
	}
	q.changed.Broadcast()
	return true
}

// length returns how many records wait, and the most that ever did.
func (q *queue) length() (now, peak int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n, q.peak
}
