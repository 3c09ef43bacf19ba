package manage

import (
	"slices"
	"strings"
	"time"
)

// A source is only told to have fallen silent when it was heard long enough to be
// missed: names that somebody made up for a few lines are not.
const (
	missedEvents = 50
	missedAfter  = 24 * time.Hour
)

// Fallen returns the sources that fell silent since it was asked last, each once
// for each silence, the one heard last first. since is when this box began to
// listen, ms: what it could not hear before is no silence. Silent is set in what
// it returns.
func (s *Sources) Fallen(now, since int64) (fallen []Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, src := range s.by {
		if src.Told || k.name == OtherSources || src.Events < missedEvents || src.Last-src.First < missedAfter.Milliseconds() {
			continue
		}
		if src.silentAfter(now-max(src.Last, since), s.Quiet) {
			src.Told = true
			fallen = append(fallen, Source{
				Name: src.Name, Address: src.Address, Input: src.Input, Product: src.Product,
				First: src.First, Last: src.Last, Events: src.Events, Gap: src.Gap, Silent: true, Told: true,
			})
		}
	}
	slices.SortFunc(fallen, func(a, b Source) int {
		if a.Last != b.Last {
			return int(min(max(b.Last-a.Last, -1), 1))
		}
		return strings.Compare(a.Name+a.Address, b.Name+b.Address)
	})
	return fallen
}
