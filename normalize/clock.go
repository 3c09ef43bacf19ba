package normalize

import (
	"time"

	"picket/normalize/ocsf"
)

// An event has three times: when it happened (time), when Picket received it
// (metadata.logged_time), and what the device wrote (metadata.original_time). A
// stamp that cannot be is kept as it was written and marked; the event counts as
// having happened when it was received then, so that no wrong clock moves a window.

const (
	// aheadAtMost is how far a stamp may be ahead of its receipt: the widest that
	// two zones lie apart. Anything more is a wrong clock.
	aheadAtMost = 26 * time.Hour
	// clockKey marks below unmapped an event whose stamp was not believed.
	clockKey = "clock_not_believed"
)

// firstBelieved is the earliest time that is believed; clocks that have lost their
// battery stand at the beginning of 1970, 1980 or the like.
var firstBelieved = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// tellTime sets the time of the event from a stamp and what was written.
func (l *Line) tellTime(st *stamp, written string) {
	l.facts.at, l.facts.stamped = *st, true
	l.E.Time = st.resolve(l.now, l.zone)
	l.E.Set(ocsf.OriginalTime, ocsf.Text(written))
}

// settleTime makes the time of a date and a time of day in two keys, else takes
// the header's; then it looks whether it can be.
func (l *Line) settleTime() {
	f := &l.facts
	if f.date != "" && f.timeWeight < weakWeight+10 {
		l.dateAndClock()
	}
	if f.timeWeight <= weakWeight && l.Head.Stamp != "" {
		l.tellTime(&l.Head.at, l.Head.Stamp)
	}
	if !f.stamped {
		if l.E.Time == 0 {
			l.E.Time = l.now.UnixMilli()
		}
		return
	}
	l.settleZone()
	l.E.Stamp = ocsf.StampLocal
	if f.at.zoned || f.at.isEpoch {
		l.E.Stamp = ocsf.StampZoned
	}
	if l.E.Time < firstBelieved || l.E.Time > l.now.Add(aheadAtMost).UnixMilli() {
		l.E.SetUnmapped(clockKey, ocsf.Text(time.UnixMilli(l.E.Time).UTC().Format(time.RFC3339)))
		l.E.Time, l.E.Stamp = l.now.UnixMilli(), ocsf.StampWrong
	}
}

func (l *Line) dateAndClock() {
	f := &l.facts
	var small [80]byte
	b := append(small[:0], clean(f.date)...)
	if f.clock != "" {
		b = append(append(b, ' '), clean(f.clock)...)
	}
	if len(b) >= 80 {
		return
	}
	s := l.keep(b)
	st, n := scanStamp(s)
	if n == 0 {
		return
	}
	if !st.zoned && f.zone != "" {
		zoneOf(f.zone, &st)
	}
	l.tellTime(&st, s)
	f.timeWeight = exactWeight
}

// settleZone looks for the zone of a device whose name stands in a key of the line.
func (l *Line) settleZone() {
	name := l.E.Text(ocsf.DeviceHostname)
	if l.zoneOf == nil || l.facts.at.zoned || name == "" || name == l.Head.Host {
		return
	}
	if z := l.zoneOf(l.E.From, name); z != nil && z != l.zone {
		l.zone = z
		l.E.Time = l.facts.at.resolve(l.now, z)
	}
}
