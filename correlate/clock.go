package correlate

import "time"

// clock is the engine's sense of how late it is, on event time. It follows the
// stream, but no single sender can push it: a stamp that is far ahead counts
// only when most of the latest events agree.
type clock struct {
	Now   int64 // ms, 0 before the first event
	Ahead int   // of the last recent events, how many were far ahead
	Least int64 // the least of those
	Seen  int
	Wall  int64 // wall time of the last tick, ms
	Moved bool  // by an event since then
}

const (
	stride = 10 * 60 * 1000 // as far as one event may move the clock, ms
	recent = 32
)

func (c *clock) observe(t int64) {
	switch {
	case c.Now == 0:
		c.Now = t
	case t <= c.Now:
	case t-c.Now <= stride:
		c.Now, c.Moved = t, true
	default:
		if c.Ahead == 0 || t < c.Least {
			c.Least = t
		}
		c.Ahead++
	}
	if c.Seen++; c.Seen == recent {
		if c.Ahead > recent/2 {
			c.Now, c.Moved = c.Least, true
		}
		c.Seen, c.Ahead = 0, 0
	}
}

// tick moves the clock by the wall while no event does, so that what waits for
// silence is told.
func (c *clock) tick(now time.Time) {
	wall := now.UnixMilli()
	if c.Wall != 0 && !c.Moved && c.Now != 0 && wall > c.Wall {
		c.Now += min(wall-c.Wall, 60_000)
	}
	c.Wall, c.Moved = wall, false
}
