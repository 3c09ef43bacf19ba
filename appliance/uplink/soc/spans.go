package soc

import "slices"

// span is the numbers above From up to To.
type span struct{ From, To uint64 }

// spans are the numbers of which everything there is has been stored: in order,
// apart from each other, and few, for a lane that lacks nothing is one span.
type spans []span

// add joins a span to the others.
func (s spans) add(x span) spans {
	if x.From >= x.To {
		return s
	}
	i := slices.IndexFunc(s, func(y span) bool { return y.To >= x.From })
	if i < 0 {
		return append(s, x)
	}
	j := i
	for j < len(s) && s[j].From <= x.To {
		x.From, x.To = min(x.From, s[j].From), max(x.To, s[j].To)
		j++
	}
	return slices.Replace(s, i, j, x)
}

// has reports whether n lies in a span.
func (s spans) has(n uint64) bool {
	_, found := slices.BinarySearchFunc(s, n, func(x span, n uint64) int {
		switch {
		case x.To < n:
			return -1
		case x.From >= n:
			return 1
		}
		return 0
	})
	return found
}

// covers reports whether all of x lies in one span.
func (s spans) covers(x span) bool {
	return slices.ContainsFunc(s, func(y span) bool { return y.From <= x.From && x.To <= y.To })
}

// through is the number up to which nothing is missing, when what lies up to
// base is known to be stored.
func (s spans) through(base uint64) uint64 {
	for _, x := range s {
		if x.From > base {
			break
		}
		base = max(base, x.To)
	}
	return base
}
