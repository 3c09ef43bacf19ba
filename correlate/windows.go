package correlate

import (
	"slices"
	"time"

	"picket/correlate/sigma"
	"picket/correlate/window"
	"picket/normalize/ocsf"
)

// Limits of the windows of all correlations together, and how late an event may
// come to them.
const (
	maxGroups  = 200_000
	maxEntries = 1_000_000
	tolerance  = 5 * time.Minute
)

func (r *Rules) newWindows() *window.Engine {
	return window.New(r.set, window.Options{MaxGroups: maxGroups, MaxEntries: maxEntries, Tolerance: tolerance})
}

// observeWindows feeds the windows and returns what came true. The result is
// valid until the next call.
func (g *Engine) observeWindows(e *ocsf.Event, hits []Hit) []window.Fired {
	g.indexes = g.indexes[:0]
	for _, h := range hits {
		g.indexes = append(g.indexes, h.Rule)
	}
	g.record.Event = e
	fired := g.windows.Observe(e.Time, e.Seq, g.indexes, &g.record)
	g.record.Event = nil
	return fired
}

// absences lets the windows' clock pass.
func (g *Engine) absences(now int64, out *Output) {
	g.firedByClock(g.windows.Tick(now), out)
}

// end lets the windows' clock pass as far as the stream went. What would still
// have to be missing then is not known to be: a file that ends in the morning
// says nothing about the next night's backup.
func (g *Engine) end(out *Output) {
	g.absences(g.clock.Now+tolerance.Milliseconds(), out)
}

func (g *Engine) firedByClock(fired []window.Fired, out *Output) {
	for _, f := range fired {
		f.Events, f.Group = slices.Clone(f.Events), slices.Clone(f.Group)
		g.correlation(nil, f, out)
	}
}

// Swap replaces the rules between two events. Windows of correlations whose
// definition did not change go on.
func (g *Engine) Swap(rules *Rules) {
	g.rules = rules
	g.keepTallies()
	g.windows.Swap(rules.set)
}

func (g *Engine) saveWindows() ([]byte, error) { return g.windows.Snapshot(), nil }

func (g *Engine) loadWindows(b []byte) error { return g.windows.Restore(b) }

func (g *Engine) countWindows(c *Counts) {
	w := g.windows.Counts()
	c.Groups, c.Entries, c.WindowsEvicted = int(w.Groups), int(w.Entries), uint64(w.Evicted)+uint64(w.Dropped)
}

// record is what the engine hands to the windows.
type record = sigma.Event
