package uplink

import (
	"context"
	"time"
)

// beat sends the health of the box when its time has come, and reports whether
// it did. One that does not get through is not tried again: the next is newer.
func (f *Forwarder) beat(ctx context.Context, now time.Time) bool {
	if f.Health == nil || now.Before(f.nextBeat) {
		return false
	}
	f.nextBeat = now.Add(f.HealthEvery)
	b := f.Health()
	if len(b) == 0 {
		return false
	}
	payload, _ := Pack([]Item{{JSON: b}}, maxPayload)
	m := &Message{
		Subject: Subject(f.Tenant, f.Site, Heartbeat),
		Head: Head{Box: f.Box, Log: f.id, Lane: Heartbeat, Beat: now.UnixMilli(), Count: 1,
			Lost: f.lost.Numbers, Schema: Schema},
		Payload: payload,
	}
	if err := f.put(ctx, m); err != nil {
		f.note(func(s *Status) { s.BeatsFailed++ })
		return true
	}
	f.note(func(s *Status) {
		s.Beats++
		s.LastBeat = now.UnixMilli()
	})
	return true
}
