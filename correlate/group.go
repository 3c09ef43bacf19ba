package correlate

import (
	"cmp"
	"fmt"
	"slices"

	"picket/normalize/ocsf"
)

// Findings are grouped by who they are about. Two belong together when
//
//   - they have the same subject: the same source, or (where there is none) the
//     same user;
//   - the subject of the later one is a host or a user that the attacker of the
//     earlier one got hold of, or the other way about;
//   - they share a rare party outside (a command server) or a hash, and their
//     rules say that this connects.
//
// All of it within the time that a story may be silent, see [story.idle]. Hosts
// that many share (the inventory's hubs) and names that every host has connect
// nothing.
type link struct {
	Kind linkKind
	Key  key
}

type linkKind uint8

const (
	bySubject linkKind = iota + 1
	byWon
	byParty
)

// tie is a story that a finding belongs to, and why.
type tie struct {
	s      *story
	reason string
}

// overlap is how long before an attacker's success the story of what he got hold
// of may have fallen silent, to be explained by it all the same, in ms: clocks
// differ, and logs come late.
const overlap = 30 * 60_000

// ties finds the stories that a finding continues, the oldest first.
func (g *Engine) ties(x *sighting) []tie {
	var out []tie
	add := func(kind linkKind, k key, say func(s *story) string) {
		s := g.links[link{kind, k}]
		if s == nil || !s.open(x.F.Time) || slices.ContainsFunc(out, func(t tie) bool { return t.s == s }) {
			return
		}
		out = append(out, tie{s, say(s)})
	}
	for _, k := range x.Subject {
		add(bySubject, k, func(s *story) string {
			return fmt.Sprintf("%sthe same %s %s, %s", x.through(k), noun(k), k.value(), s.distance(x.F))
		})
		add(byWon, k, func(s *story) string {
			return fmt.Sprintf("%sthe attacker got hold of %s %s before, and now it acts, %s", x.through(k), noun(k), k.value(), s.distance(x.F))
		})
	}
	for _, k := range x.Where {
		add(byWon, k, func(s *story) string {
			return fmt.Sprintf("it happened on %s, which the attacker got hold of before, %s", k.value(), s.distance(x.F))
		})
	}
	for _, k := range x.Won {
		// What was over before cannot follow from this.
		if s := g.links[link{bySubject, k}]; s == nil || s.In.End < x.F.First-overlap {
			continue
		}
		add(bySubject, k, func(s *story) string {
			return fmt.Sprintf("this is how the attacker got hold of %s %s, which the incident is about", noun(k), k.value())
		})
	}
	for _, k := range x.Parties {
		add(byParty, k, func(s *story) string {
			return fmt.Sprintf("the same rare %s %s, %s", map[bool]string{true: "file", false: "destination"}[k.Kind == hashKey], k.value(), s.distance(x.F))
		})
	}
	slices.SortStableFunc(out, func(a, b tie) int {
		return cmp.Or(cmp.Compare(a.s.In.Start, b.s.In.Start), cmp.Compare(a.s.In.UID, b.s.In.UID))
	})
	return out
}

func noun(k key) string {
	switch k.Kind {
	case userKey:
		return "user"
	case domainKey:
		return "domain"
	case hashKey:
		return "file"
	}
	return "host"
}

// distance says how far a finding is from what the story told so far.
func (s *story) distance(f *ocsf.Finding) string {
	switch {
	case f.First > s.In.End:
		return span(f.First-s.In.End) + " later"
	case f.Time < s.In.Start:
		return span(s.In.Start-f.Time) + " before"
	}
	return "at the same time"
}

// place puts a finding into the incident that it continues, opens one, or lets
// it wait for one.
func (g *Engine) place(x *sighting, opens bool, out *Output) {
	f := x.F
	var home *story
	if !f.Observe {
		ties := g.ties(x)
		switch {
		case len(ties) > 0:
			home = ties[0].s
			if home.belongs(f.UID) {
				home.relink(g, x)
			} else if by := home.inhibits(x); by != "" && len(ties) == 1 {
				f.Hidden = &ocsf.Hiding{By: ocsf.Inhibition, UID: by}
				f.Incident = home.In.UID
				home.In.Inhibited++
				g.counts.Inhibited++
			} else {
				home.add(g, x, ties[0].reason)
			}
			for _, t := range ties[1:] {
				g.merge(home, t.s, t.reason, "picket", out)
			}
		case opens:
			g.makeRoom(out)
			home = g.begin(x)
		}
		if home == nil {
			g.pending.add(x)
		}
	}
	g.give(f, out)
	if home != nil {
		g.tell(home, out)
	}
}

// begin opens an incident with a finding, and takes in the smaller findings
// about the same subjects that came before it.
func (g *Engine) begin(x *sighting) *story {
	s := &story{}
	s.In.UID = "i-" + x.F.UID[2:]
	s.In.State = ocsf.New
	s.In.Created = g.received
	if g.opt.Stored != nil {
		if in := g.opt.Stored(s.In.UID); in != nil {
			s = g.resume(in)
			g.stories = append(g.stories, s)
			if s.open(x.F.Time) {
				s.relink(g, x)
				return s
			}
		}
	}
	if s.In.SubEvents == 0 {
		g.counts.Opened++
		g.stories = append(g.stories, s)
	}
	g.byUID[s.In.UID] = s
	s.add(g, x, "opened the incident")
	for _, p := range g.pending.take(x.Subject, x.F.Time-s.idle()) {
		if p.F.UID != x.F.UID {
			s.add(g, p, fmt.Sprintf("about %s too, %s; too little to open an incident", p.Subject[0].value(), s.distance(p.F)))
			if a, ok := g.active.get(activeKey{p.Rule, p.Group}); ok {
				a.Story = s.In.UID
			}
		}
	}
	return s
}

// link makes the story findable by a key.
func (s *story) link(g *Engine, l link) {
	if slices.Contains(s.Links, l) {
		if g.links[l] == nil {
			g.links[l] = s
		}
		return
	}
	if len(s.Links) >= maxLinks {
		s.In.Lost++
		return
	}
	s.Links = append(s.Links, l)
	g.noteName(s, l)
	if o := g.links[l]; o == nil || o == s || !o.open(s.In.End) {
		g.links[l] = s
	}
}

// merge makes one story of two; the younger refers to the older from now on.
func (g *Engine) merge(to, from *story, reason, by string, out *Output) {
	if to == from {
		return
	}
	a, b := &to.In, &from.In
	to.Longest = max(to.Longest, from.Longest)
	a.Start, a.End = min(a.Start, b.Start), max(a.End, b.End)
	a.Severity = max(a.Severity, b.Severity)
	to.Success = to.Success || from.Success
	to.Denied = to.Denied && from.Denied
	to.Worth = max(to.Worth, from.Worth)
	for _, l := range []struct {
		to   *[]string
		from []string
	}{{&a.Src, b.Src}, {&a.Dst, b.Dst}, {&a.Users, b.Users}, {&a.Domains, b.Domains}, {&a.Hashes, b.Hashes},
		{&a.Techniques, b.Techniques}, {&a.Tactics, b.Tactics}, {&a.Signatures, b.Signatures}, {&a.Devices, b.Devices}} {
		for _, v := range l.from {
			*l.to = to.name(*l.to, v)
		}
	}
	slices.SortStableFunc(a.Tactics, func(x, y string) int { return tacticRank(x) - tacticRank(y) })
	for _, st := range from.Steps {
		to.adopt(st, b.Timeline[st.Line])
	}
	for _, seq := range b.Evidence {
		if len(a.Evidence) < maxEvidence && !slices.Contains(a.Evidence, seq) {
			a.Evidence = append(a.Evidence, seq)
		}
	}
	for _, l := range b.Links {
		if len(a.Links) < maxLinksTold {
			a.Links = append(a.Links, l)
		} else {
			a.Lost++
		}
	}
	for _, t := range b.Guidance {
		if len(a.Guidance) < 6 {
			a.Guidance = appendNew(a.Guidance, t)
		}
	}
	a.Events += b.Events
	a.SubEvents += b.SubEvents
	a.Lost += b.Lost
	note := fmt.Sprintf("took in incident %s (%s): %s", b.UID, b.Title, reason)
	inherit(a, append(slices.Clone(b.Comments), ocsf.Remark{Time: g.clock.Now, By: by, Text: note}))
	b.Into = a.UID
	b.Comments = append(b.Comments, ocsf.Remark{Time: g.clock.Now, By: by, Text: "went into incident " + a.UID + ": " + reason})
	for _, l := range from.Links {
		if g.links[l] == from {
			delete(g.links, l)
		}
		to.link(g, l)
	}
	for _, k := range from.Won {
		if !slices.Contains(to.Won, k) && len(to.Won) < maxLinks {
			to.Won = append(to.Won, k)
		}
	}
	for _, m := range [...]map[activeKey]*active{g.active.Young, g.active.Old} {
		for _, x := range m {
			if x.Story == b.UID {
				x.Story = a.UID
			}
		}
	}
	g.counts.Merged++
	to.retitle(g)
	to.Dirty, from.Dirty = true, true
	g.tell(from, out)
	g.forget(from)
}

// inherit takes in the comments of an incident that was taken in. Hundreds may be,
// one by one; half of the room is for what people write.
func inherit(in *ocsf.Incident, list []ocsf.Remark) {
	for _, c := range list {
		if c.By == "picket" && len(in.Comments) >= maxComments/2 {
			in.Lost++
			continue
		}
		remark(in, c.Time, c.By, c.Text)
	}
}

// adopt takes a line of another story's timeline.
func (s *story) adopt(st *step, l ocsf.Step) {
	if len(s.Steps) >= maxSteps {
		s.In.Lost++
		return
	}
	at := len(s.In.Timeline)
	for at > 0 && s.In.Timeline[at-1].Time > l.Time {
		at--
	}
	s.In.Timeline = slices.Insert(s.In.Timeline, at, l)
	for _, o := range s.Steps {
		if o.Line >= at {
			o.Line++
		}
	}
	c := *st
	c.Line = at
	s.Steps = append(s.Steps, &c)
}

// forget takes a story out of the engine: it does not grow any more.
func (g *Engine) forget(s *story) {
	for _, l := range s.Links {
		if g.links[l] == s {
			delete(g.links, l)
		}
		g.dropName(s, l)
	}
	delete(g.byUID, s.In.UID)
	g.stories = slices.DeleteFunc(g.stories, func(o *story) bool { return o == s })
}
