package manage

import (
	"fmt"
	"slices"
	"time"

	"picket/normalize/ocsf"
)

// How wrong a device's clock is shows in how far its stamps lie from their receipt.
// One stamp says little: lines wait in buffers, and old ones are sent again. The
// median of the latest is believed when most of them agree. A stamp that names no
// zone is read in the zone that is assumed for its source; when the median lies near
// a whole number of quarter hours, the device keeps another zone. Lines that come in
// one burst, as a file that is read or a buffer that is emptied, count once: what
// they have in common is their age.

const (
	maxSkews    = 64
	enoughSkews = 16
	quarter     = 15 * time.Minute
	widestZone  = 14 * time.Hour
	leastZone   = 30 * time.Minute // no two zones that a site could mix up lie nearer
	// nearZone is how far from a quarter hour the median of another zone may lie.
	nearZone = 5 * time.Minute
	// agreeing is how far from the median most skews may lie.
	agreeing = 2 * time.Minute
	// burst is how soon after the last one a line is of the same burst.
	burst = 5 * time.Second
)

// skews are the latest differences of a source, s; all of one kind of stamp.
type skews struct {
	kind ocsf.Stamp
	ring [maxSkews]int32
	n    int   // how many were ever put in
	last int64 // when the latest was received, ms
}

// put takes in the difference that a line shows which was received at now, both in
// ms.
func (k *skews) put(kind ocsf.Stamp, ms, now int64) {
	if kind != k.kind {
		*k = skews{kind: kind}
	}
	if k.n > 0 && now-k.last < burst.Milliseconds() {
		return
	}
	k.last = now
	const most = 1 << 30
	k.ring[k.n%maxSkews] = int32(min(max(ms/1000, -most), most))
	k.n++
}

// median returns the median, and whether enough of them agree on it.
func (k *skews) median() (time.Duration, bool) {
	if k.n < enoughSkews {
		return 0, false
	}
	list := slices.Clone(k.ring[:min(k.n, maxSkews)])
	slices.Sort(list)
	m := list[len(list)/2]
	near := 0
	for _, s := range list {
		if d := time.Duration(s-m) * time.Second; d <= agreeing && d >= -agreeing {
			near++
		}
	}
	return time.Duration(m) * time.Second, near*3 >= len(list)*2
}

// judge fills in what the skews tell: how far the device's zone lies from the one
// that is assumed (minutes), and how wrong its clock is beside that (ms).
func (k *skews) judge(src *Source) {
	src.Shift, src.ClockError = 0, 0
	m, ok := k.median()
	if !ok {
		return
	}
	if k.kind == ocsf.StampLocal {
		if shift := m.Round(quarter); shift.Abs() >= leastZone && shift.Abs() <= widestZone && (m-shift).Abs() <= nearZone {
			src.Shift = int(shift.Minutes())
			m -= shift
		}
	}
	src.ClockError = m.Milliseconds()
}

// ForgetSkews begins to judge clocks anew, as when zones were told.
func (s *Sources) ForgetSkews() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, src := range s.by {
		src.skews, src.Wrong = skews{}, 0
	}
}

// Offset writes minutes east of UTC as "+05:30".
func Offset(minutes int) string {
	sign := '+'
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
}
