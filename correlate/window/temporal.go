package window

import (
	"cmp"
	"slices"
)

// measureRules counts the rules that a window holds: all of them, or for
// temporal_ordered the most that follow each other in the order of the
// correlation. For a condition over rules it evaluates that. at is the entry
// that came last, by its position in the window.
func (g *group) measureRules(window []entry, at int, skip bool) (float64, bool) {
	d := g.c.def
	ordered := d.Type == "temporal_ordered"
	if d.Expr != nil {
		seen := g.seenIn(window, skip)
		if !d.Expr.Eval(func(r int) bool { return seen[r] }) {
			return 0, false
		}
		n := 0
		for r, ok := range seen {
			if ok && !g.negated(r) {
				n++
			}
		}
		if ordered {
			return float64(n), g.inOrder(window, skip) >= n
		}
		return float64(n), true
	}
	if ordered {
		return float64(g.inOrder(window, skip)), true
	}
	n := 0
	for _, ok := range g.seenIn(window, skip) {
		if ok {
			n++
		}
	}
	return float64(n), true
}

// seenIn tells which rules a window holds.
func (g *group) seenIn(window []entry, skip bool) []bool {
	seen := make([]bool, len(g.c.def.Rules))
	for i := range window {
		if e := &window[i]; !e.used || !skip {
			seen[e.pos] = true
		}
	}
	return seen
}

func (g *group) negated(rule int) bool { return g.c.negs != nil && g.c.negs[rule] }

// inOrder returns the most rules that follow each other in the order of the
// correlation, each by another event. Events of the same time are in any order.
func (g *group) inOrder(window []entry, skip bool) int {
	// longest[r] is the longest row that ends with rule r, and last[r] the event
	// that ends it.
	longest := make([]int, len(g.c.def.Rules))
	last := make([]uint64, len(longest))
	best := 0
	for i := range window { // entries of one time lie in the order of the rules
		e := &window[i]
		if e.used && skip || g.negated(int(e.pos)) {
			continue
		}
		n := 1
		for r := range int(e.pos) {
			if longest[r] > 0 && last[r] != e.ref && longest[r]+1 > n {
				n = longest[r] + 1
			}
		}
		if n >= longest[e.pos] {
			if n > longest[e.pos] || longest[e.pos] == 0 {
				last[e.pos] = e.ref
			}
			longest[e.pos] = n
		}
		best = max(best, n)
	}
	return best
}

// await takes in an entry of a correlation that asks for an absence: when what
// must be there is there, the group waits until what must not can no longer
// come.
func (w *Engine) await(g *group, at int) {
	start := g.start(at)
	if seen := g.seenIn(g.entries[start:at+1], true); !g.negated(int(g.entries[at].pos)) &&
		g.c.def.Expr.Eval(func(r int) bool { return seen[r] || g.negated(r) }) {
		w.came(g, start, at, at, float64(at-start+1)) // whatever may come
		return
	}
	if g.pending {
		return
	}
	if from, to, ok := g.candidate(g.entries[at].t-g.c.span, at); ok {
		w.arm(g, from, to)
	}
}

// candidate looks for a window that lies at or behind since and, by what must
// be there alone, satisfies the condition. The window ends at an entry from the
// position first on.
func (g *group) candidate(since int64, first int) (from, to int64, ok bool) {
	d := g.c.def
	for end := max(first, 0); end < len(g.entries); end++ {
		if g.negated(int(g.entries[end].pos)) || g.entries[end].used {
			continue
		}
		for start := g.start(end); start <= end; start++ {
			if g.entries[start].t < since {
				continue
			}
			seen := g.seenIn(g.entries[start:end+1], true)
			if !d.Expr.Eval(func(r int) bool { return seen[r] && !g.negated(r) }) {
				break
			}
			if d.Type == "temporal_ordered" && !g.positivesInOrder(g.entries[start:end+1]) {
				break
			}
			from, to, ok = g.entries[start].t, g.entries[end].t, true
		}
		if ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

func (g *group) positivesInOrder(window []entry) bool {
	n := 0
	for r, ok := range g.seenIn(window, true) {
		if ok && !g.negated(r) {
			n++
		}
	}
	return g.inOrder(window, true) >= n
}

// arm makes the group wait for the end of the window that begins at from.
func (w *Engine) arm(g *group, from, to int64) {
	g.pending, g.from, g.to, g.deadline = true, from, to, from+g.c.span
	w.wait.push(g)
}

// decide ends the waiting of a group: its condition holds if what must not be
// there is not. In any order it may not have come before either; in order it is
// another event than those that are there, so that a rule may wait for its own
// next hit.
func (w *Engine) decide(g *group) {
	g.pending = false
	d := g.c.def
	low := g.from
	if d.Type != "temporal_ordered" {
		low = g.to - g.c.span
	}
	seen := make([]bool, len(g.c.def.Rules))
	start, end := -1, -1
	for i := range g.entries {
		e := &g.entries[i]
		if e.t < low || e.t > g.deadline {
			continue
		}
		if g.negated(int(e.pos)) {
			seen[e.pos] = seen[e.pos] || d.Type != "temporal_ordered" || !g.present(e.ref, e.t)
		} else if e.t >= g.from && !e.used {
			seen[e.pos] = true
			if start < 0 {
				start = i
			}
			if e.t <= g.to {
				end = i
			}
		}
	}
	if start >= 0 && end >= 0 && !g.holds(g.from) && g.c.def.Expr.Eval(func(r int) bool { return seen[r] }) {
		n := 0
		for r, ok := range seen {
			if ok && !g.negated(r) {
				n++
			}
		}
		ref := g.entries[end].ref
		t := g.entries[end].t
		w.fire(g, start, end, float64(n), 0, true)
		for _, f := range g.c.outer {
			w.feed(f, t, ref, g)
		}
	}
	if g.gone {
		return
	}
	if from, to, ok := g.candidate(g.from+1, 0); ok {
		w.arm(g, from, to)
	}
}

// present reports whether an event of a time is one of those that must be there
// in the window that a group waits with.
func (g *group) present(ref uint64, t int64) bool {
	return t >= g.from && t <= g.to && slices.ContainsFunc(g.entries, func(e entry) bool { return e.ref == ref && !g.negated(int(e.pos)) })
}

// Tick hands in the clock: event time that has passed for good, in ms. Absences
// whose time is over fire, and what is too old is forgotten. It is cheap when
// there is nothing to do.
func (w *Engine) Tick(now int64) []Fired {
	w.fired = w.fired[:0]
	if now <= w.now {
		return nil
	}
	w.now = now
	for g := w.wait.first(); g != nil && g.deadline+w.opt.Tolerance.Milliseconds() <= now; g = w.wait.first() {
		w.wait.pop()
		w.decide(g)
	}
	w.expire()
	w.evict()
	return w.fired
}

// End runs the clock out: every absence that is still waited for fires.
func (w *Engine) End() []Fired {
	w.fired = w.fired[:0]
	for g := w.wait.first(); g != nil; g = w.wait.first() {
		w.wait.pop()
		w.decide(g)
	}
	return w.fired
}

// waiting are the groups that wait for an absence, a heap by deadline.
type waiting []*group

func before(a, b *group) bool {
	return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.c.rule, b.c.rule), cmp.Compare(a.key, b.key)) < 0
}

// first returns the group whose deadline is next; groups that are gone are left
// out.
func (h *waiting) first() *group {
	for len(*h) > 0 && ((*h)[0].gone || !(*h)[0].pending) {
		h.pop()
	}
	if len(*h) == 0 {
		return nil
	}
	return (*h)[0]
}

func (h *waiting) push(g *group) {
	// Groups that are gone leave when they come up; if most are, all go now.
	if len(*h) > 1024 && len(*h)&(len(*h)-1) == 0 {
		*h = slices.DeleteFunc(*h, func(g *group) bool { return g.gone || !g.pending })
		slices.SortFunc(*h, func(a, b *group) int {
			if before(a, b) {
				return -1
			}
			return 1
		})
	}
	*h = append(*h, g)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !before(s[i], s[up]) {
			break
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *waiting) pop() {
	s := *h
	n := len(s) - 1
	s[0] = s[n]
	s[n] = nil
	s = s[:n]
	*h = s
	for i := 0; ; {
		least := i
		for _, k := range []int{2*i + 1, 2*i + 2} {
			if k < n && before(s[k], s[least]) {
				least = k
			}
		}
		if least == i {
			return
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
}
