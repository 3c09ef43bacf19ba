package correlate

import (
	"slices"

	"picket/normalize/ocsf"
)

// muting returns the control that hides what a rule finds in the event at hand,
// or nil.
func (g *Engine) muting(rule string, x *fact, out *Output) *control {
	if g.event == nil {
		return nil
	}
	at := receivedAt(g.event)
	for _, c := range g.controls.of(rule) {
		if !c.C.InForce(at) || !c.matches(g.event) {
			continue
		}
		if c.C.Kind == ocsf.RuleSnooze && c.C.UntilNew {
			if who := c.stranger(x.Sides.Src, x.Sides.Actor, x.Sides.User); who != "" {
				g.wake(c, who, at, out)
				continue
			}
		}
		return c
	}
	return nil
}

// receivedAt is when an event was received, which decides what is in force.
func receivedAt(e *ocsf.Event) int64 {
	if e.Logged != 0 {
		return e.Logged
	}
	return e.Time
}

// stranger returns the first who is not known to a snooze.
func (x *control) stranger(keys ...key) string {
	for _, k := range keys {
		if v := k.value(); v != "" && !x.known[v] {
			return v
		}
	}
	return ""
}

// wake ends a snooze because somebody new turned up.
func (g *Engine) wake(x *control, who string, t int64, out *Output) {
	x.C.Woken = who
	g.endControl(x, "picket", "something new: "+who, t, out)
}

// covers returns the controls that cover an event for a correlation, by uid: what
// the windows will cite later must be known then.
func (g *Engine) covers(e *ocsf.Event) []string {
	var out []string
	at := receivedAt(e)
	for _, c := range g.controls.List {
		if c.C.Kind == ocsf.RuleSnooze || !c.C.InForce(at) {
			continue
		}
		if i, ok := g.rules.byID[c.C.Rule]; (c.C.Rule == "" || ok && g.rules.metas[i].Correlation) && c.matches(e) {
			out = append(out, c.C.UID)
		}
	}
	return out
}

// mutingAll returns the control that hides what a correlation found: it covers
// every event that is remembered of those that made it come true, the last one
// included.
func (g *Engine) mutingAll(m *ruleMeta, events []uint64, c *cast, out *Output) *control {
	list := g.controls.of(m.ID)
	if len(list) == 0 {
		return nil
	}
	for _, x := range list {
		if !x.C.InForce(g.received) {
			continue
		}
		if x.C.Kind == ocsf.RuleSnooze {
			if x.C.UntilNew {
				if who := x.stranger(slices.Concat(c.Srcs.Keys, c.Actors.Keys, c.Users.Keys)...); who != "" {
					g.wake(x, who, g.received, out)
					continue
				}
			}
			return x
		}
		if g.facts.allCovered(events, x.C.UID) {
			return x
		}
	}
	return nil
}

// allCovered reports whether a control covers all of these events that are
// remembered, and there are any.
func (m *facts) allCovered(events []uint64, uid string) bool {
	n := 0
	for _, seq := range events {
		i, ok := m.Index[seq]
		if !ok {
			continue
		}
		if !slices.Contains(m.Ring[i].Covered, uid) {
			return false
		}
		n++
	}
	return n > 0
}

// counting leaves out the hits that an exception of that very rule covers: they
// count for no correlation.
func (g *Engine) counting(hits []Hit, x *fact, out *Output) []Hit {
	if len(g.controls.List) == 0 {
		return hits
	}
	g.counted = g.counted[:0]
	for _, h := range hits {
		m := &g.rules.metas[h.Rule]
		c := g.muting(m.ID, x, out)
		if c == nil || c.C.Kind != ocsf.Exception || c.C.Rule != m.ID {
			g.counted = append(g.counted, h)
		} else if m.Base {
			c.hid(0, 1, x.Time)
		}
	}
	return g.counted
}

// coveredFor reports whether an event is covered by a control of a correlation.
func (g *Engine) coveredFor(m *ruleMeta, x *fact) bool {
	return len(x.Covered) > 0 && slices.ContainsFunc(g.controls.of(m.ID), func(c *control) bool { return slices.Contains(x.Covered, c.C.UID) })
}

// apart is the name of a group of what a control hides: it must not swallow what
// the control does not hide.
func (x *control) apart(group string) string {
	if x == nil {
		return group
	}
	return group + "\x00" + x.C.UID
}

// hide keeps a finding that a control hides.
func (g *Engine) hide(s *sighting, x *control, m *ruleMeta, out *Output) {
	s.F.Hidden = &ocsf.Hiding{By: x.C.Kind, UID: x.C.UID}
	g.counts.Hidden++
	x.hid(1, s.F.Count, s.F.Time)
	g.active.put(activeKey{s.Rule, x.apart(s.Group)}, &active{UID: s.F.UID, Last: s.F.Time, Count: s.F.Count, Limit: max(m.Window, 3600_000)})
	g.give(s.F, out)
}

// hiddenAgain reports whether the same was found and hidden a while ago; then it
// is counted there.
func (g *Engine) hiddenAgain(x *control, rule, group string, t int64) bool {
	a, ok := g.active.get(activeKey{rule, x.apart(group)})
	if !ok || t-a.Last > a.Limit {
		return false
	}
	a.Last = max(a.Last, t)
	a.Count++
	g.counts.Repeated++
	x.hid(0, 1, t)
	return true
}

// give gives a finding out, unless the log has it.
func (g *Engine) give(f *ocsf.Finding, out *Output) {
	if !g.exists(f.UID) {
		g.counts.Findings++
		g.countFinding(f)
		out.Findings = append(out.Findings, f)
	}
}

// inhibitFor is how long a critical finding explains lesser ones about the same,
// before and after it, in ms.
const inhibitFor = 3600_000

// inhibits returns the critical finding of the story that explains a lesser one
// away, or "": about the same source, destination or user, within an hour, and
// the lesser one tells nothing that the incident does not tell already.
func (s *story) inhibits(x *sighting) string {
	f := x.F
	if f.Severity > ocsf.Low || x.Success || !within(f.Techniques, s.In.Techniques) || !within(f.Tactics, s.In.Tactics) || s.brings(f.Entities) {
		return ""
	}
	for _, st := range s.Steps {
		l := &s.In.Timeline[st.Line]
		if l.Severity < ocsf.Critical || f.First-st.Last > inhibitFor || st.First-f.Time > inhibitFor || l.Finding == f.UID {
			continue
		}
		if same(st.Src, x.Src) || same(st.Dst, x.Dst) || same(st.User, x.User) {
			return l.Finding
		}
	}
	return ""
}

func same(a, b key) bool { return !a.isZero() && a == b }

func within(list, known []string) bool {
	return !slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(known, v) })
}

// brings reports whether a list names somebody whom the incident does not.
func (s *story) brings(list []ocsf.Entity) bool {
	in := &s.In
	for _, en := range list {
		known := in.Dst
		switch {
		case en.Type == ocsf.HostEntity && en.Role == ocsf.Source:
			known = in.Src
		case en.Type == ocsf.UserEntity:
			known = in.Users
		case en.Type == ocsf.DomainEntity:
			known = in.Domains
		case en.Type == ocsf.HashEntity:
			known = in.Hashes
		}
		if !slices.Contains(known, en.Value) {
			return true
		}
	}
	return false
}
