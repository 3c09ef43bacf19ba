package appliance

import (
	"container/heap"
	"context"
	"errors"
	"io"

	"picket/collector"
	"picket/normalize"
	"picket/normalize/ocsf"
)

// stream is one file on its way into a replay: its events, in order, in pieces.
type stream struct {
	input  *collector.Input
	pieces chan []*ocsf.Event
	piece  []*ocsf.Event
	time   int64 // of the next event; never goes back, so that disorder inside a file stays as it is
	rank   int
}

// pieceSize is how many events a stream hands over at once.
const pieceSize = 256

// advance makes the next event of the stream ready; false at its end.
func (s *stream) advance() bool {
	if len(s.piece) > 0 {
		s.piece = s.piece[1:]
	}
	for len(s.piece) == 0 {
		p, ok := <-s.pieces
		if !ok {
			return false
		}
		s.piece = p
	}
	s.time = max(s.time, s.piece[0].Time)
	return true
}

// streams is a heap by time of the next event.
type streams []*stream

func (h streams) Len() int { return len(h) }
func (h streams) Less(i, j int) bool {
	return h[i].time < h[j].time || h[i].time == h[j].time && h[i].rank < h[j].rank
}
func (h streams) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *streams) Push(x any)   { *h = append(*h, x.(*stream)) }
func (h *streams) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// merge puts the events of all streams into sink in the order of event time.
func merge(ctx context.Context, list []*stream, sink collector.Sink) error {
	var h streams
	for i, s := range list {
		s.rank = i
		if s.advance() {
			h = append(h, s)
		}
	}
	heap.Init(&h)
	records := make([]collector.Record, 0, pieceSize)
	flush := func() error {
		_, err := sink.Put(ctx, records)
		clear(records)
		records = records[:0]
		return err
	}
	for len(h) > 0 {
		s := h[0]
		records = append(records, collector.Record{Event: s.piece[0], Input: s.input})
		if len(records) == cap(records) {
			if err := flush(); err != nil {
				return err
			}
		}
		if s.advance() {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
	return flush()
}

// readStream normalizes the lines of r into the stream's pieces.
func (s *stream) readLines(ctx context.Context, r io.Reader, n *normalize.Normalizer, rec collector.Record) error {
	defer close(s.pieces)
	lines := NewLines(r)
	piece := make([]*ocsf.Event, 0, pieceSize)
	for {
		raw, cut, err := lines.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil {
			rec.Raw, rec.Cut = raw, cut
			s.input.Received.Add(1)
			s.input.Bytes.Add(uint64(len(raw)))
			if cut > 0 {
				s.input.Truncated.Add(1)
			}
			e := new(ocsf.Event)
			n.Normalize(&rec, e)
			piece = append(piece, e)
		}
		if len(piece) == pieceSize || err != nil && len(piece) > 0 {
			select {
			case s.pieces <- piece:
			case <-ctx.Done():
				return ctx.Err()
			}
			piece = make([]*ocsf.Event, 0, pieceSize)
		}
		if err != nil {
			return nil
		}
	}
}
