package store

// retain deletes the oldest segments while the log is over its budget. The
// active segment stays.
func (s *Store) retain() {
	s.mu.Lock()
	gone := over(&s.segments, s.o.Budget)
	gone = append(gone, over(&s.evidence, s.o.EvidenceBudget)...)
	s.mu.Unlock()
	for _, g := range gone {
		i := g.snapshot()
		s.handles.forget(g)
		if err := g.remove(); err != nil {
			s.o.Log.Error("a segment cannot be deleted", "path", g.path, "error", err)
			continue
		}
		s.o.Log.Info("deleted the oldest segment to stay within the budget", "path", g.path,
			"first", i.First, "last", i.Last, "events", i.Events)
	}
}

// over takes the first segments off the list until the rest is within the
// budget.
func over(list *[]*segment, budget int64) (gone []*segment) {
	if budget <= 0 {
		return nil
	}
	total := int64(0)
	for _, g := range *list {
		total += g.size()
	}
	for total > budget && len(*list) > 1 {
		g := (*list)[0]
		total -= g.size()
		gone = append(gone, g)
		*list = append((*list)[:0:0], (*list)[1:]...)
	}
	return gone
}
