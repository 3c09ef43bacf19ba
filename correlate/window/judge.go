package window

import (
	"math"
	"slices"

	"picket/correlate/sigma"
)

// judge is how a window is measured.
type judge uint8

const (
	judgeCount judge = iota
	judgeDistinct
	judgeSum
	judgeMean
	judgeRank     // percentile, median
	judgeTemporal // over rules
)

// judgeOf returns how a correlation measures, and how many entries a group of it
// may hold.
func judgeOf(d *sigma.Correlation) (judge, int) {
	most := 0.0
	for _, b := range d.Bounds {
		most = max(most, b.Value)
	}
	need := int(min(most, 1<<15))
	switch d.Type {
	case "event_count":
		return judgeCount, min(max(256, 2*need+2), 1<<13)
	case "value_count":
		return judgeDistinct, min(max(1024, 4*need), 1<<16)
	case "value_sum":
		return judgeSum, 1024
	case "value_avg":
		return judgeMean, 4096
	case "value_median", "value_percentile":
		return judgeRank, 4096
	}
	return judgeTemporal, 1024
}

// lateWindows bounds how many windows an event that comes late is looked for in.
const lateWindows = 64

// judge looks at the windows that the entry at position at lies in: the one that
// it ends, and, when it came late, those that later entries end.
func (w *Engine) judge(g *group, at int) {
	c := g.c
	en := &g.entries[at]
	if c.rearm == rearmWindow && len(c.outer) == 0 && g.holds(en.t) {
		return
	}
	if c.def.Expr.HasNot() {
		w.await(g, at)
		return
	}
	t := en.t
	for end, n := at, 0; end < len(g.entries) && g.entries[end].t-t <= c.span && n < lateWindows; end, n = end+1, n+1 {
		start := g.start(end)
		if ok, value := g.satisfied(start, end, at); ok {
			w.came(g, start, end, at, value)
			return
		}
	}
	g.held = false
}

// holds reports whether the group fired within a timespan of t.
func (g *group) holds(t int64) bool {
	d := t - g.firedAt
	return g.fired && d <= g.c.span && -d <= g.c.span
}

// start returns the first entry of the window that the entry at end ends.
func (g *group) start(end int) int {
	from := g.entries[end].t - g.c.span
	i := end
	for i > 0 && g.entries[i-1].t >= from {
		i--
	}
	return i
}

// satisfied measures the entries from start to end and compares. at is the entry
// that came last.
func (g *group) satisfied(start, end, at int) (bool, float64) {
	value, ok := g.measure(start, end, at, g.skipsUsed())
	if !ok {
		return false, 0
	}
	if g.c.def.Expr != nil {
		return true, value
	}
	for _, b := range g.c.def.Bounds {
		if !b.Holds(value) {
			return false, value
		}
	}
	return true, value
}

// skipsUsed reports whether evidence of an earlier firing counts no more. For a
// chain it always counts: the inner correlation still holds.
func (g *group) skipsUsed() bool { return g.c.rearm == rearmWindow && g.fired && len(g.c.outer) == 0 }

func (g *group) measure(start, end, at int, skip bool) (float64, bool) {
	window := g.entries[start : end+1]
	switch g.c.judge {
	case judgeTemporal:
		return g.measureRules(window, at-start, skip)
	case judgeDistinct:
		return distinct(window, skip)
	case judgeRank:
		return rank(window, g.c.def.Percentile, skip)
	}
	n, sum := 0.0, 0.0
	for i := range window {
		if e := &window[i]; !e.used || !skip {
			n += float64(e.n)
			sum += e.number()
		}
	}
	switch {
	case n == 0:
		return 0, false
	case g.c.judge == judgeCount:
		return n, true
	case g.c.judge == judgeSum:
		return sum, true
	}
	return sum / n, true
}

// distinct counts the different values.
func distinct(window []entry, skip bool) (float64, bool) {
	hashes := make([]uint64, 0, len(window))
	for i := range window {
		if e := &window[i]; !e.used || !skip {
			hashes = append(hashes, e.val)
		}
	}
	slices.Sort(hashes)
	n := len(slices.Compact(hashes))
	return float64(n), n > 0
}

// rank returns the value below which percent of the values lie, between two
// values in proportion.
func rank(window []entry, percent float64, skip bool) (float64, bool) {
	xs := make([]float64, 0, len(window))
	for i := range window {
		if e := &window[i]; !e.used || !skip {
			xs = append(xs, e.number())
		}
	}
	if len(xs) == 0 {
		return 0, false
	}
	slices.Sort(xs)
	at := percent / 100 * float64(len(xs)-1)
	low := int(math.Floor(at))
	if low+1 >= len(xs) {
		return xs[len(xs)-1], true
	}
	return xs[low] + (at-float64(low))*(xs[low+1]-xs[low]), true
}

// came is called when the condition of a group came true or stays so: it fires
// if it may, and tells the correlations that are built on it.
func (w *Engine) came(g *group, start, end, at int, value float64) {
	c := g.c
	t, ref := g.entries[end].t, g.entries[at].ref
	may := true
	switch c.rearm {
	case rearmWindow:
		may = !g.holds(g.entries[at].t)
	case rearmQuiet:
		may = !g.held
	}
	g.held = true
	if may {
		w.fire(g, start, end, value, ref, false)
	}
	for _, f := range c.outer {
		if may || f.c.judge == judgeTemporal {
			w.feed(f, t, ref, g)
		}
	}
}

// fire reports that a group's condition came true.
func (w *Engine) fire(g *group, start, end int, value float64, at uint64, clock bool) {
	c := g.c
	f := Fired{
		Rule: c.rule, Group: g.values, Value: value, At: at, Clock: clock, Condition: c.words,
		First: g.entries[start].t, Last: g.entries[end].t,
	}
	skip := g.skipsUsed()
	var hashes map[uint64]bool
	if c.judge == judgeDistinct {
		hashes = make(map[uint64]bool, end-start+1)
	}
	first := true
	for i := start; i <= end; i++ {
		e := &g.entries[i]
		if e.used && skip {
			continue
		}
		if first {
			f.First, first = e.t, false
		}
		if hashes != nil {
			hashes[e.val] = true
		}
		f.Count += int(e.n)
		f.Events = w.evidence(f.Events, g, e, 0)
		e.used = true
	}
	for _, s := range g.samples {
		if hashes[s.hash] && len(f.Values) < maxValues {
			f.Values = append(f.Values, s.text)
		}
	}
	f.Events = tidy(f.Events)
	if c.chained() {
		f.Count = max(f.Count, len(f.Events))
	}
	g.fired, g.firedAt = true, f.Last
	w.fired = append(w.fired, f)
}

func (c *corr) chained() bool { return c.judge == judgeTemporal }

// maxCollected bounds the evidence that is gathered before it is thinned.
const maxCollected = 1 << 14

// evidence appends the references behind an entry: its own, or those of the
// inner group that it stands for.
func (w *Engine) evidence(refs []uint64, g *group, e *entry, depth int) []uint64 {
	if len(refs) >= maxCollected {
		return refs
	}
	if g.c.judge == judgeTemporal && e.val < uint64(len(g.subs)) && depth < 8 {
		if inner := w.innerOf(g, e); inner != nil {
			for i := range inner.entries {
				if x := &inner.entries[i]; x.t <= e.t && x.t >= e.t-inner.c.span {
					refs = w.evidence(refs, inner, x, depth+1)
				}
			}
		}
	}
	return append(refs, e.ref)
}

// innerOf finds the group of a chained correlation that an entry came from.
func (w *Engine) innerOf(g *group, e *entry) *group {
	inner := w.byRule[w.set.Base(g.c.rule)[e.pos]]
	if inner == nil {
		return nil
	}
	return inner.groups[g.subs[e.val]]
}

// tidy takes doubles out and thins what is too much: the first and the last
// evidence stay.
func tidy(refs []uint64) []uint64 {
	seen := make(map[uint64]bool, len(refs))
	refs = slices.DeleteFunc(refs, func(r uint64) bool {
		if seen[r] {
			return true
		}
		seen[r] = true
		return false
	})
	if len(refs) > maxEvidence {
		refs[maxEvidence-1] = refs[len(refs)-1]
		refs = refs[:maxEvidence]
	}
	return refs
}
