package manage

import (
	"testing"
	"time"

	"picket/normalize/ocsf"
)

func TestClocksAreJudged(t *testing.T) {
	steady := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	for _, c := range []struct {
		name  string
		kind  ocsf.Stamp
		n     int
		skew  func(i int) time.Duration
		shift int
		error time.Duration
		burst bool
	}{
		{"right", ocsf.StampLocal, 40, steady(-time.Second), 0, -time.Second, false},
		{"an hour east", ocsf.StampLocal, 40, steady(time.Hour - 3*time.Second), 60, -3 * time.Second, false},
		{"India", ocsf.StampLocal, 40, steady(5*time.Hour + 30*time.Minute), 330, 0, false},
		{"Nepal", ocsf.StampLocal, 40, steady(5*time.Hour + 45*time.Minute), 345, 0, false},
		{"a zone and a wrong clock", ocsf.StampLocal, 40, steady(-8*time.Hour - 4*time.Minute), -480, -4 * time.Minute, false},
		{"a stamp with its zone proposes none", ocsf.StampZoned, 40, steady(time.Hour), 0, time.Hour, false},
		{"too few lines", ocsf.StampLocal, 8, steady(time.Hour), 0, 0, false},
		{"lines sent again, each of another age", ocsf.StampLocal, 64, func(i int) time.Duration { return -time.Duration(i) * 20 * time.Minute }, 0, 0, false},
		{"some old ones among them", ocsf.StampLocal, 60, func(i int) time.Duration {
			if i%4 == 0 {
				return -time.Duration(i) * time.Hour
			}
			return time.Hour
		}, 60, 0, false},
		{"farther than zones lie", ocsf.StampLocal, 40, steady(20 * time.Hour), 0, 20 * time.Hour, false},
		{"a quarter of an hour is no zone", ocsf.StampLocal, 40, steady(-15 * time.Minute), 0, -15 * time.Minute, false},
		{"between two zones", ocsf.StampLocal, 40, steady(67 * time.Minute), 0, 67 * time.Minute, false},
		{"a file that is an hour old", ocsf.StampLocal, 500, steady(-time.Hour), 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Sources{Quiet: time.Minute}
			every := 7 * time.Second
			if c.burst {
				every = 10 * time.Millisecond
			}
			for i := range c.n {
				e := line("h", time.Duration(i)*every, "x")
				e.Time, e.Stamp = e.Logged+c.skew(i).Milliseconds(), c.kind
				s.Observe(e)
			}
			src := s.List(0)[0]
			if src.Shift != c.shift || time.Duration(src.ClockError)*time.Millisecond != c.error {
				t.Errorf("got %d minutes and %v, want %d and %v", src.Shift, time.Duration(src.ClockError)*time.Millisecond, c.shift, c.error)
			}
		})
	}
	if got := Offset(-210); got != "-03:30" {
		t.Errorf("got %s", got)
	}
}
