package correlate

import (
	"slices"

	"picket/normalize/ocsf"
)

// resume makes a story of an incident's stored state, so that it can go on. What
// the state does not tell (who was won, the groups of its lines) is found again
// as the story goes on.
func (g *Engine) resume(in *ocsf.Incident) *story {
	s := &story{In: *cloneIncident(in), Through: in.Seq, Told: g.clock.Now}
	for i, l := range s.In.Timeline {
		s.Steps = append(s.Steps, &step{Rule: l.Rule, Title: l.Title, Line: i, First: l.Time, Last: max(l.Last, l.Time), Count: l.Count})
	}
	for _, v := range slices.Concat(in.Src, in.Dst) {
		s.Worth = max(s.Worth, g.inventory.worth(hostOf(v)))
	}
	return s
}

// takeOver replaces what the engine knows of an incident by a later stored
// state, keeping what only the engine knows. Evidence up to the number of that
// state is counted in it.
func (s *story) takeOver(in *ocsf.Incident) {
	old := s.Steps
	s.In = *cloneIncident(in)
	s.Through = in.Seq
	s.Steps = nil
	for i, l := range s.In.Timeline {
		st := &step{Rule: l.Rule, Title: l.Title, Line: i, First: l.Time, Last: max(l.Last, l.Time), Count: l.Count}
		for _, o := range old {
			if o.Rule == l.Rule && o.First >= l.Time && o.First <= st.Last {
				st.Group, st.Title, st.Form, st.Src, st.Dst, st.User = o.Group, o.Title, o.Form, o.Src, o.Dst, o.User
				break
			}
		}
		s.Steps = append(s.Steps, st)
	}
	s.Dirty = false
}

// relink makes a resumed story findable by what a finding of it tells.
func (s *story) relink(g *Engine, x *sighting) {
	g.byUID[s.In.UID] = s
	x.F.Incident = s.In.UID
	for _, k := range x.Subject {
		s.link(g, link{bySubject, k})
	}
	for _, k := range x.Parties {
		s.link(g, link{byParty, k})
	}
	for _, k := range x.Won {
		s.win(g, k)
	}
	s.Success = s.Success || x.Success
	for _, st := range s.Steps {
		if st.Group == "" && st.Rule == x.Rule && st.First <= x.F.Time && x.F.Time <= st.Last {
			st.Group, st.Form, st.Src, st.Dst, st.User = x.Group, x.Step, x.Src, x.Dst, x.User
			return
		}
	}
}

// belongs reports whether a finding is told in the state that the story was
// taken over with.
func (s *story) belongs(uid string) bool {
	return slices.ContainsFunc(s.In.Links, func(l ocsf.Link) bool { return l.Finding == uid })
}
