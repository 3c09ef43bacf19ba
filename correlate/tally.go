package correlate

import "picket/normalize/ocsf"

// Tally is what a rule did so far. Times are in ms.
type Tally struct {
	Hits     uint64 // events
	Last     int64  // event time of the latest hit
	Findings uint64
	Hidden   uint64 // of these, in no incident because of a control or a graver finding
	Hours    [24]uint32
	Hour     int64 // number of the hour, by when events were received, that Hours counts at Hour%24
}

const hourMS = 3600_000

// Day returns the hits of the last 24 hours, the hour that runs included.
func (t *Tally) Day(now int64) uint64 {
	var n uint64
	for h := max(now/hourMS-23, 0); h <= now/hourMS; h++ {
		if h <= t.Hour && h > t.Hour-24 {
			n += uint64(t.Hours[h%24])
		}
	}
	return n
}

func (t *Tally) hit(received, at int64) {
	t.Hits++
	t.Last = max(t.Last, at)
	h := max(received/hourMS, 0)
	if h > t.Hour {
		for i := max(t.Hour+1, h-23); i <= h; i++ {
			t.Hours[i%24] = 0
		}
		t.Hour = h
	}
	if h > t.Hour-24 {
		t.Hours[h%24]++
	}
}

// tallies count by rule. What a rule did is kept as long as its id is in the
// pack.
type tallies struct {
	byID  map[string]*Tally
	index []*Tally // by number of the rule
}

// tally returns the tally of a rule by its number.
func (g *Engine) tally(rule int) *Tally {
	if len(g.tallies.index) != len(g.rules.metas) {
		g.tallies.index = make([]*Tally, len(g.rules.metas))
	}
	t := g.tallies.index[rule]
	if t == nil {
		t = g.tallies.of(g.rules.metas[rule].ID)
		g.tallies.index[rule] = t
	}
	return t
}

func (m *tallies) of(id string) *Tally {
	t := m.byID[id]
	if t == nil {
		if m.byID == nil {
			m.byID = map[string]*Tally{}
		}
		t = &Tally{}
		m.byID[id] = t
	}
	return t
}

// countFinding counts a finding that is given out.
func (g *Engine) countFinding(f *ocsf.Finding) {
	t := g.tallies.of(f.Rule)
	t.Findings++
	if f.Hidden != nil {
		t.Hidden++
	}
	if _, ok := g.rules.byID[f.Rule]; !ok || f.Kind == ocsf.ByCorrelation { // their hits are findings
		t.hit(g.received, f.Time)
	}
}

// keepTallies drops the tallies of rules that are gone, after a new pack.
func (g *Engine) keepTallies() {
	g.tallies.index = nil
	for id := range g.tallies.byID {
		if g.rules.meta(id) == nil {
			delete(g.tallies.byID, id)
		}
	}
}

// Tallies returns what the rules did, by id.
func (g *Engine) Tallies() map[string]Tally {
	out := make(map[string]Tally, len(g.tallies.byID))
	for id, t := range g.tallies.byID {
		out[id] = *t
	}
	return out
}
