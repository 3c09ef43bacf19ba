package window

// list is a list of groups, the latest touched first.
type list struct {
	head, tail *group
	n          int
}

func (l *list) push(g *group) {
	g.prev, g.next = nil, l.head
	if l.head != nil {
		l.head.prev = g
	} else {
		l.tail = g
	}
	l.head = g
	l.n++
}

func (l *list) remove(g *group) {
	if g.prev != nil {
		g.prev.next = g.next
	} else {
		l.head = g.next
	}
	if g.next != nil {
		g.next.prev = g.prev
	} else {
		l.tail = g.prev
	}
	g.prev, g.next = nil, nil
	l.n--
}

func (g *group) list() *list {
	if g.hot {
		return &g.c.hot
	}
	return &g.c.cold
}

// touch makes g the latest. A group that is touched again is hot: a flood of
// groups with one event each (forged sources) pushes out its like, not them.
func (g *group) touch(now int64) {
	g.seen = now
	g.list().remove(g)
	g.hot = g.hot || len(g.entries) > 0
	g.list().push(g)
}

// touched tells when something was last added: by the clock or by the event's
// own time, whichever is later; a time ahead of the clock says nothing.
func (g *group) touched(now int64) int64 {
	if g.latest > now {
		return g.seen
	}
	return max(g.seen, g.latest)
}

// drop forgets a group.
func (w *Engine) drop(g *group) {
	g.list().remove(g)
	g.gone = true
	g.c.entries -= len(g.entries)
	w.counts.Entries -= len(g.entries)
	w.counts.Groups--
	delete(g.c.groups, g.key)
}

// evict makes room when there are too many groups or entries: the correlation
// that takes most pays, so that none can push out the others.
func (w *Engine) evict() {
	for w.counts.Groups > w.opt.MaxGroups {
		most := w.corrs[0]
		for _, c := range w.corrs {
			if len(c.groups) > len(most.groups) {
				most = c
			}
		}
		for range max(1, min(64, len(most.groups)/8)) {
			l := &most.cold
			if l.n == 0 || l.n < len(most.groups)/2 && most.hot.n > 0 {
				l = &most.hot
			}
			w.drop(l.tail)
			w.counts.Evicted++
		}
	}
	for w.counts.Entries > w.opt.MaxEntries {
		most := w.corrs[0]
		for _, c := range w.corrs {
			if c.entries > most.entries {
				most = c
			}
		}
		l := &most.hot
		if l.n == 0 {
			l = &most.cold
		}
		w.drop(l.tail)
		w.counts.Evicted++
	}
}

// expire forgets groups that nothing was added to for longer than their span.
func (w *Engine) expire() {
	for _, c := range w.corrs {
		old := w.now - c.span - w.opt.Tolerance.Milliseconds()
		for _, l := range []*list{&c.cold, &c.hot} {
			for l.tail != nil && l.tail.touched(w.now) < old && !l.tail.pending {
				w.drop(l.tail)
				w.counts.Expired++
			}
		}
	}
}
