package correlate

import (
	"cmp"
	"slices"
)

// habit is which of something (networks, ports) somebody uses, and for how long
// it has been watched.
type habit[T cmp.Ordered] struct {
	First int64 // ms
	Day   int64 // number of the latest day on which something was seen
	Days  int   // on how many
	Count int
	Known []usage[T] // in the order in which they came
	Lost  bool       // had more than fit: whoever uses so many has no habit
}

type usage[T cmp.Ordered] struct {
	What        T
	First, Last int64 // ms
}

const (
	dayLong    = 24 * 3600_000 // ms
	maxUsages  = 16
	habitEnds  = 90 * dayLong // what was not used for so long is no habit any more
	habitWorth = 8            // somebody with more of them is no creature of habit
)

// learn notes one use, at t in ms.
func (h *habit[T]) learn(t int64, what T) {
	if h.Count == 0 {
		h.First, h.Day, h.Days = t, t/dayLong, 1
	} else if d := t / dayLong; d > h.Day {
		h.Day = d
		h.Days++
	}
	h.Count++
	for i := range h.Known {
		if u := &h.Known[i]; u.What == what {
			u.Last = max(u.Last, t)
			return
		}
	}
	h.Known = slices.DeleteFunc(h.Known, func(u usage[T]) bool { return t-u.Last > habitEnds })
	if len(h.Known) == maxUsages {
		h.Lost = true
		return
	}
	h.Known = append(h.Known, usage[T]{what, t, t})
}

// breaks reports whether a use would be the first of its kind by somebody who
// was seen often enough, on days enough, and with few others.
func (h *habit[T]) breaks(what T, count, days int) bool {
	if h.Lost || h.Count < count || h.Days < days || len(h.Known) > habitWorth {
		return false
	}
	return !slices.ContainsFunc(h.Known, func(u usage[T]) bool { return u.What == what })
}

// had reports whether something was used before a time.
func (h *habit[T]) had(what T, before int64) bool {
	return slices.ContainsFunc(h.Known, func(u usage[T]) bool { return u.What == what && u.First < before })
}

// names lists what is known, the latest first.
func (h *habit[T]) names() []T {
	l := slices.Clone(h.Known)
	slices.SortStableFunc(l, func(a, b usage[T]) int { return cmp.Compare(b.Last, a.Last) })
	out := make([]T, len(l))
	for i := range l {
		out[i] = l[i].What
	}
	return out
}
