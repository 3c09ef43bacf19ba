package appliance

import (
	"context"
	"sort"
	"sync"

	"picket/appliance/uplink"
	"picket/normalize/ocsf"
	"picket/store"
)

// socLog shows the store to the uplink as a log of lanes. Picket's own events
// are few among many: their numbers are remembered as they are committed, so
// that their lanes need not read the whole log.
type socLog struct {
	st      *store.Store
	changed chan struct{}

	mu    sync.Mutex // guards the rest
	from  uint64     // own events with greater numbers are all remembered
	known uint64     // up to this one
	own   []ownEvent
}

type ownEvent struct {
	seq  uint64
	lane uplink.Lane
}

// maxOwn bounds what is remembered; of more, the log is read.
const maxOwn = 1 << 16

func newSOCLog(st *store.Store) *socLog {
	last := st.Last()
	return &socLog{st: st, changed: make(chan struct{}, 1), from: last, known: last}
}

var (
	_ uplink.Log     = (*socLog)(nil)
	_ uplink.Counter = (*socLog)(nil)
)

// committed takes note of events that are durable now.
func (l *socLog) committed(events []*ocsf.Event) {
	l.mu.Lock()
	for _, e := range events {
		if e.Parser == ownParser {
			l.own = append(l.own, ownEvent{e.Seq, uplink.LaneOf(e)})
		}
		l.known = e.Seq
	}
	if over := len(l.own) - maxOwn; over > 0 {
		l.from = l.own[over-1].seq
		l.own = append(l.own[:0], l.own[over:]...)
	}
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default: // a signal waits already
	}
}

// ID implements [uplink.Log].
func (l *socLog) ID() string { return l.st.LogID() }

// First implements [uplink.Log].
func (l *socLog) First() uint64 { return l.st.Stats().First }

// Last implements [uplink.Log].
func (l *socLog) Last() uint64 { return l.st.Last() }

// Changed implements [uplink.Log].
func (l *socLog) Changed() <-chan struct{} { return l.changed }

// Next implements [uplink.Log].
func (l *socLog) Next(ctx context.Context, lane uplink.Lane, after, through uint64, maxBytes int) (uplink.Batch, error) {
	last := l.st.Last()
	if through == 0 || through > last {
		through = last
	}
	if lane != uplink.Events {
		if seqs, end, ok := l.remembered(lane, after, through); ok {
			return l.fetch(seqs, end, maxBytes)
		}
	}
	var b batchOf
	b.Through = after
	size := 0
	err := l.st.Read(ctx, after, func(e *ocsf.Event) bool {
		if e.Seq > through {
			return false
		}
		b.Through = e.Seq
		if uplink.LaneOf(e) != lane {
			return true
		}
		size += b.add(e)
		return maxBytes == 0 || size < maxBytes
	})
	if err == nil && (maxBytes == 0 || size < maxBytes) {
		b.Through = max(b.Through, through) // numbers that are gone hold nothing
	}
	return b.Batch, err
}

// Count implements [uplink.Counter]: events of a lane behind a number. Where not
// everything is remembered it counts numbers, which are more at most.
func (l *socLog) Count(lane uplink.Lane, after uint64) (uint64, error) {
	last := l.st.Last()
	if after >= last {
		return 0, nil
	}
	n := uint64(0)
	for _, own := range uplink.Lanes {
		if own == uplink.Events {
			continue
		}
		seqs, _, ok := l.remembered(own, after, last)
		if !ok {
			return last - after, nil
		}
		if own == lane {
			return uint64(len(seqs)), nil
		}
		n += uint64(len(seqs))
	}
	return last - after - n, nil
}

// remembered returns the numbers of a lane's own events behind after, and up to
// which number that is all; false when not everything behind after is known.
func (l *socLog) remembered(lane uplink.Lane, after, through uint64) (seqs []uint64, end uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if after < l.from {
		return nil, 0, false
	}
	end = min(through, l.known)
	for i := sort.Search(len(l.own), func(i int) bool { return l.own[i].seq > after }); i < len(l.own) && l.own[i].seq <= end; i++ {
		if l.own[i].lane == lane {
			seqs = append(seqs, l.own[i].seq)
		}
	}
	return seqs, max(end, after), true
}

// fetch reads events by number, until they have maxBytes.
func (l *socLog) fetch(seqs []uint64, end uint64, maxBytes int) (uplink.Batch, error) {
	var b batchOf
	size := 0
	for len(seqs) > 0 {
		n := min(len(seqs), 64)
		events, err := l.st.Get(seqs[:n]...)
		if err != nil {
			return b.Batch, err
		}
		for _, e := range events {
			size += b.add(e)
			b.Through = e.Seq
			if maxBytes > 0 && size >= maxBytes {
				return b.Batch, nil
			}
		}
		seqs = seqs[n:]
	}
	b.Through = end
	return b.Batch, nil
}

type batchOf struct{ uplink.Batch }

func (b *batchOf) add(e *ocsf.Event) int {
	json := e.AppendJSON(nil)
	b.Items = append(b.Items, uplink.Item{Seq: e.Seq, Time: e.Logged, JSON: json})
	return len(json)
}
