package correlate

import (
	"slices"
	"strings"

	"picket/correlate/window"
	"picket/normalize/ocsf"
)

// hits turns what rules hit into findings and feeds the windows.
func (g *Engine) hits(e *ocsf.Event, hits []Hit, out *Output) {
	g.aliases.learn(g, e)
	x := g.factOf(e)
	base := false
	for _, h := range hits {
		g.tally(h.Rule).hit(receivedAt(e), e.Time)
		base = base || g.rules.metas[h.Rule].Parents != nil
	}
	if base {
		x.Covered = g.covers(e)
		g.facts.add(x)
		if !x.Sides.User.isZero() {
			g.peers.visit(x.Sides.User, x.Sides.Src)
		}
	}
	for _, h := range hits {
		if m := &g.rules.metas[h.Rule]; !m.Base && !m.Off {
			g.signature(e, h.Rule, m, &x, out)
		}
	}
	if !base {
		return
	}
	hits = g.counting(hits, &x, out)
	g.goesOn(hits, &x)
	for _, f := range g.observeWindows(e, hits) {
		g.correlation(e, f, out)
	}
}

// signature makes a finding of a hit.
func (g *Engine) signature(e *ocsf.Event, rule int, m *ruleMeta, x *fact, out *Output) {
	group := x.Sides.Src.value() + "|" + x.Sides.Dst.value() + "|" + x.Sides.User.value() + "|" + x.Sides.Actor.value()
	if g.again(m.ID, group, x, out) {
		return
	}
	var c cast
	c.add(x)
	f := g.newFinding(m, ocsf.BySignature, e)
	f.Title = g.sentence(m, &c)
	f.UID = findingUID(m.ID, group, e.Seq)
	f.Matched, f.NotHeld = g.rules.matched(rule, e)
	s := g.sight(f, m, &c, group)
	s.Src, s.Dst, s.User = x.Sides.Src, x.Sides.Dst, x.Sides.User
	g.found(s, m, m.Opens, out)
}

// correlation makes a finding of a correlation that came true.
func (g *Engine) correlation(e *ocsf.Event, fired window.Fired, out *Output) {
	m := &g.rules.metas[fired.Rule]
	if m.Off || m.Base || len(fired.Events) == 0 && e == nil {
		return
	}
	group := strings.Join(fired.Group, "|")
	var c cast
	for _, seq := range fired.Events {
		if x := g.facts.get(seq); x != nil {
			c.add(x)
		}
	}
	if c.Count == 0 && e != nil {
		x := g.factOf(e)
		c.add(&x)
	}
	muted := g.mutingAll(m, fired.Events, &c, out)
	if muted != nil && g.hiddenAgain(muted, m.ID, group, c.Last) || muted == nil && g.ongoing(m, group, &c) {
		return
	}
	f := &ocsf.Finding{
		Kind: ocsf.ByCorrelation, Rule: m.ID, RuleTitle: m.Title, Version: m.Hash, Severity: m.Severity, Confidence: m.Confidence,
		Techniques: append([]string(nil), m.Techniques...), Tactics: append([]string(nil), m.Tactics...),
		Guidance: m.Guidance, Observe: m.Observe, First: fired.First, Time: fired.Last,
		Count: max(len(fired.Events), 1), Devices: append([]string(nil), c.Devices...),
	}
	if m.Outer { // the inner ones stand for their events
		f.Count, f.First = 1, c.Latest.Time
	}
	f.Evidence = append([]uint64{}, fired.Events[:min(len(fired.Events), maxStepEvidence)]...)
	if n := len(fired.Events); n > maxStepEvidence { // the one that completed it must not be missing
		f.Evidence[maxStepEvidence-1] = fired.Events[n-1]
	}
	first := uint64(0)
	if len(f.Evidence) > 0 {
		first = f.Evidence[0]
	}
	f.Title = g.sentence(m, &c)
	f.UID = findingUID(m.ID, muted.apart(group), first)
	f.Matched = g.rules.fired(&fired, m)
	s := g.sight(f, m, &c, group)
	if muted != nil {
		g.hide(s, muted, m, out)
		return
	}
	for _, path := range m.Groups {
		switch sideOf(path) {
		case sideSrc:
			s.Src = c.Latest.Sides.Src
		case sideDst:
			s.Dst = c.Latest.Sides.Dst
		case sideUser:
			s.User = c.Latest.Sides.User
		}
	}
	g.found(s, m, m.Opens, out)
}

// found decides what becomes of a finding.
func (g *Engine) found(s *sighting, m *ruleMeta, opens bool, out *Output) {
	switch g.rules.opt.Modes[s.F.Rule] { // of a detector; rules of the pack have theirs already
	case "off":
		return
	case "observe":
		s.F.Observe = true
	}
	if !m.Correlation && g.event != nil && len(g.controls.List) > 0 {
		x := g.factOf(g.event)
		if c := g.muting(s.Rule, &x, out); c != nil {
			s.F.UID = findingUID(s.Rule, c.apart(s.Group), g.event.Seq)
			g.hide(s, c, m, out)
			return
		}
	}
	if m.Scan && !s.Success {
		for _, en := range s.F.Entities {
			if en.Type == ocsf.HostEntity && en.Role == ocsf.Source && g.inventory.scanner(hostOf(en.Value)) {
				s.F.Severity, s.F.Observe = ocsf.Informational, true
				s.F.Title += " (an authorised scanner)"
				break
			}
		}
	}
	if s.F.Observe {
		g.counts.Observed++
	}
	if home := g.toldBetter(s, m); home != nil {
		g.counts.Inhibited++
		g.active.put(activeKey{s.Rule, s.Group}, &active{UID: s.F.UID, Story: home.In.UID, Last: s.F.Time, Count: s.F.Count, Limit: max(m.Window, 3600_000)})
		for _, k := range s.Won {
			home.win(g, k)
		}
		return
	}
	a := &active{UID: s.F.UID, Last: s.F.Time, Count: s.F.Count, Limit: max(m.Window, 3600_000)}
	g.active.put(activeKey{s.Rule, s.Group}, a)
	g.place(s, opens, out)
	a.Story = s.F.Incident
}

// toldBetter finds the incident in which a finding of another rule about the
// same source tells what this one would tell.
func (g *Engine) toldBetter(x *sighting, m *ruleMeta) *story {
	if len(m.Unless) == 0 {
		return nil
	}
	for _, t := range g.ties(x) {
		for _, st := range t.s.Steps {
			if st.Src != x.Src || !st.Dst.isZero() && !x.Dst.isZero() && st.Dst != x.Dst || x.F.First-st.Last > m.Window {
				continue
			}
			for _, name := range m.Unless {
				if i := g.rules.set.Lookup(name); i >= 0 && g.rules.metas[i].ID == st.Rule {
					return t.s
				}
			}
		}
	}
	return nil
}

// again reports whether the same thing was found a while ago; then the event is
// counted there and nothing new is found.
func (g *Engine) again(rule, group string, x *fact, out *Output) bool {
	if c := g.muting(rule, x, out); c != nil {
		return g.hiddenAgain(c, rule, group, x.Time)
	}
	a, ok := g.active.get(activeKey{rule, group})
	if !ok || x.Time-a.Last > a.Limit {
		return false
	}
	a.Last = max(a.Last, x.Time)
	a.Count++
	g.counts.Repeated++
	if s := g.byUID[a.Story]; s != nil {
		if !s.open(x.Time) {
			return false
		}
		for _, st := range s.Steps {
			if st.Rule == rule && st.Group == group {
				s.more(st, x, true)
				return true
			}
		}
		return true
	}
	if p, ok := g.pending.All.get(a.UID); ok {
		p.F.Count++
		p.F.Time = max(p.F.Time, x.Time)
		return true
	}
	return a.Story == ""
}

// ongoing reports whether a correlation's group was found a while ago and still
// goes on. Its events were counted one by one as they came; what completes an
// ordered one anew (a second logon after the guessing) is counted here.
func (g *Engine) ongoing(m *ruleMeta, group string, c *cast) bool {
	a, ok := g.active.get(activeKey{m.ID, group})
	if !ok || c.Last-a.Last > a.Limit {
		return false
	}
	s := g.byUID[a.Story]
	if a.Story != "" && (s == nil || !s.open(c.Last)) {
		return false
	}
	a.Last = max(a.Last, c.Last)
	if s == nil || !m.Chain {
		return true
	}
	for _, st := range s.Steps {
		if st.Rule == m.ID && st.Group == group {
			s.more(st, &c.Latest, true)
			for _, k := range g.won(m, c) {
				s.win(g, k)
			}
			break
		}
	}
	return true
}

// goesOn counts an event into the lines of incidents whose correlations it
// would have completed: an attack goes on after it was found.
func (g *Engine) goesOn(hits []Hit, x *fact) {
	if len(g.stories) == 0 {
		return
	}
	for _, k := range [...]key{x.Sides.Src, x.Sides.User, x.Sides.Actor, x.Sides.Dst} {
		if k.isZero() {
			continue
		}
		if k.Kind == hostKey {
			k = g.same(k)
		}
		s := g.links[link{bySubject, k}]
		if s == nil {
			continue
		}
		counted := false
		told := g.told[:0]
		for _, h := range hits {
			for _, parent := range g.rules.metas[h.Rule].Parents {
				m := &g.rules.metas[parent]
				if g.coveredFor(m, x) {
					continue
				}
				if st := s.takes(m, x); st != nil && !slices.Contains(told, st) {
					told = append(told, st)
					s.more(st, x, !counted)
					counted = true
					if a, ok := g.active.get(activeKey{st.Rule, st.Group}); ok {
						a.Last = max(a.Last, x.Time)
						a.Count++
					}
					g.counts.Repeated++
				}
			}
		}
		g.told = told
		if counted {
			return
		}
	}
}

// takes finds the line of a correlation into which an event falls: of the same
// group, and not later than its window allows.
func (s *story) takes(m *ruleMeta, x *fact) *step {
	if m.Chain {
		return nil
	}
	for i := len(s.Steps) - 1; i >= 0; i-- {
		st := s.Steps[i]
		if st.Rule == m.ID && x.Time-st.Last <= m.Window && st.First-x.Time <= m.Window &&
			(st.Src.isZero() || st.Src == x.Sides.Src) && (st.Dst.isZero() || st.Dst == x.Sides.Dst) &&
			(st.User.isZero() || st.User == x.Sides.User) {
			return st
		}
	}
	return nil
}

// sentence is the title of a finding.
func (g *Engine) sentence(m *ruleMeta, c *cast) string {
	if m.Story != "" {
		if t := c.say(m.Story); t != "" {
			if c.opensWithoutName(m.Story) {
				t = capital(t)
			}
			return clip(t, 300)
		}
	}
	t := m.Title
	if c.Srcs.Keys != nil {
		t += " from " + c.Srcs.say("sources")
	}
	if c.Dsts.Keys != nil {
		t += " on " + c.Dsts.say("hosts")
	}
	if u := c.Users; u.Keys != nil {
		t += " as " + u.say("users")
	}
	return clip(t, 300)
}

// beacon places what the beacon detector found.
func (g *Engine) beacon(e *ocsf.Event, f *ocsf.Finding, out *Output) {
	x := g.factOf(e)
	var c cast
	c.add(&x)
	s := g.sight(f, &beaconMeta, &c, beaconGroup(&x))
	s.Src, s.Dst = x.Sides.Src, x.Sides.Dst
	g.found(s, &beaconMeta, true, out)
}

func beaconGroup(x *fact) string {
	to := x.Sides.Dst
	if to.isZero() {
		to = x.Sides.Domain
	}
	return x.Sides.Src.value() + "|" + to.value() + "|" + serviceOfPort(int64(x.Port))
}

type side uint8

const (
	noSide side = iota
	sideSrc
	sideDst
	sideUser
)

// sideOf tells whom a field of a group names.
func sideOf(path string) side {
	at := strings.LastIndexByte(path, '.')
	switch path[at+1:] {
	case "ip", "hostname", "name", "uid", "mac":
	default:
		return noSide // a port, say: it is no one
	}
	switch path[:max(at, 0)] {
	case "src_endpoint":
		return sideSrc
	case "dst_endpoint", "device":
		return sideDst
	case "user", "actor.user":
		return sideUser
	}
	return noSide
}
