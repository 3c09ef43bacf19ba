package appliance

import (
	"context"

	"picket/appliance/uplink"
	"picket/normalize/ocsf"
	"picket/store"
)

// socLog shows the store to the uplink as a log of lanes.
type socLog struct {
	st      *store.Store
	changed chan struct{}
}

var _ uplink.Log = (*socLog)(nil)

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
	var b uplink.Batch
	last := l.st.Last()
	if through == 0 || through > last {
		through = last
	}
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
		json := e.AppendJSON(nil)
		b.Items = append(b.Items, uplink.Item{Seq: e.Seq, Time: e.Logged, JSON: json})
		size += len(json)
		return maxBytes == 0 || size < maxBytes
	})
	if err == nil && (maxBytes == 0 || size < maxBytes) {
		b.Through = max(b.Through, through) // numbers that are gone hold nothing
	}
	return b, err
}
