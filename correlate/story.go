package correlate

import (
	"slices"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// story is an incident that still grows.
type story struct {
	In      ocsf.Incident
	Links   []link // by which further findings are recognized
	Steps   []*step
	Longest int64 // longest silence between two of its findings, ms
	Won     []key
	Success bool
	Denied  bool   // everything so far was refused
	Through uint64 // evidence up to this number is counted: a state that was stored and taken over
	Dirty   bool   // changed since it was told last
	Told    int64  // by the engine's clock, ms
	Worth   int    // of the hosts that it is about, see [Inventory.worth]
}

// step is the engine's side of a line of the timeline.
type step struct {
	Rule           string
	Group          string
	Title          string // of its first finding; the line itself may tell figures
	Line           int    // in In.Timeline
	Form           string // how the line tells figures, see [cast.say]
	Src, Dst, User key    // of the group; what is none, any may be
	Last           int64
	First          int64
	Count          int
}

// Limits of one incident. What is over them is counted in Incident.Lost.
const (
	maxSteps        = 120
	maxNamesOf      = 100
	maxEvidence     = 400
	maxStepEvidence = 40
	maxLinksTold    = 120
	maxLinks        = 256
)

// add takes a finding into the story, and tells why it belongs there.
func (s *story) add(g *Engine, x *sighting, reason string) {
	in, f := &s.In, x.F
	f.Incident = in.UID
	fresh := in.SubEvents == 0
	if !fresh && f.First > in.End {
		s.Longest = max(s.Longest, f.First-in.End)
	}
	if fresh || f.First < in.Start {
		in.Start = f.First
	}
	in.End = max(in.End, f.Time)
	in.SubEvents++
	in.Severity = max(in.Severity, f.Severity)
	s.Success = s.Success || x.Success
	s.Denied = (s.Denied || fresh) && x.Denied
	if f.Rule != "" {
		in.Signatures = s.name(in.Signatures, f.Rule)
	}
	for _, t := range f.Techniques {
		in.Techniques = s.name(in.Techniques, t)
	}
	stages := len(in.Tactics)
	for _, t := range f.Tactics {
		in.Tactics = s.name(in.Tactics, t)
	}
	slices.SortStableFunc(in.Tactics, func(a, b string) int { return tacticRank(a) - tacticRank(b) })
	for _, d := range f.Devices {
		in.Devices = s.name(in.Devices, d)
	}
	enters := s.entities(g, f.Entities)
	s.stir(g.received, stages, enters)
	s.evidence(f)
	s.line(x, enters)
	if len(in.Links) < maxLinksTold {
		in.Links = append(in.Links, ocsf.Link{Finding: f.UID, Reason: reason})
	} else {
		in.Lost++
	}
	if f.Guidance != "" && len(in.Guidance) < 6 {
		in.Guidance = appendNew(in.Guidance, f.Guidance)
	}
	for _, k := range x.Subject {
		s.link(g, link{bySubject, k})
	}
	for _, k := range x.Parties {
		s.link(g, link{byParty, k})
	}
	for _, k := range x.Won {
		s.win(g, k)
	}
	s.assess(g, x)
	s.Dirty = true
}

// win notes what the attacker got hold of.
func (s *story) win(g *Engine, k key) {
	if !slices.Contains(s.Won, k) && len(s.Won) < maxLinks {
		s.Won = append(s.Won, k)
	}
	s.link(g, link{byWon, k})
}

// name adds a name to a bounded list.
func (s *story) name(list []string, v string) []string {
	if v == "" || slices.Contains(list, v) {
		return list
	}
	if len(list) >= maxNamesOf {
		s.In.Lost++
		return list
	}
	return append(list, v)
}

// entities takes in who took part, and returns those who are new.
func (s *story) entities(g *Engine, list []ocsf.Entity) (enters []ocsf.Entity) {
	in := &s.In
	for _, en := range list {
		var to *[]string
		switch {
		case en.Type == ocsf.HostEntity && en.Role == ocsf.Source:
			to = &in.Src
		case en.Type == ocsf.HostEntity:
			to = &in.Dst
		case en.Type == ocsf.UserEntity:
			to = &in.Users
		case en.Type == ocsf.DomainEntity:
			to = &in.Domains
		case en.Type == ocsf.HashEntity:
			to = &in.Hashes
		default:
			continue
		}
		before := len(*to)
		*to = s.name(*to, en.Value)
		if len(*to) > before {
			enters = append(enters, en)
			if en.Type == ocsf.HostEntity {
				s.Worth = max(s.Worth, g.inventory.worth(hostOf(en.Value)))
			}
		}
	}
	return enters
}

func (s *story) evidence(f *ocsf.Finding) {
	in := &s.In
	fresh := 0
	for _, seq := range f.Evidence {
		if slices.Contains(in.Evidence, seq) {
			continue
		}
		fresh++
		if len(in.Evidence) < maxEvidence {
			in.Evidence = append(in.Evidence, seq)
		}
	}
	// Of what the finding stands for, the evidence that an earlier finding of
	// this incident brought in is counted already.
	in.Events += max(0, f.Count-(len(f.Evidence)-fresh))
}

// line adds a line to the timeline.
func (s *story) line(x *sighting, enters []ocsf.Entity) {
	in, f := &s.In, x.F
	st := &step{Rule: f.Rule, Group: x.Group, Title: f.Title, Form: x.Step, Src: x.Src, Dst: x.Dst, User: x.User, First: f.First, Last: f.Time, Count: f.Count}
	if len(s.Steps) >= maxSteps {
		in.Lost++
		return
	}
	l := ocsf.Step{
		Time: f.First, Last: f.Time, Finding: f.UID, Rule: f.Rule, Title: f.Title, Severity: f.Severity,
		Devices: slices.Clone(f.Devices), Count: f.Count, Evidence: slices.Clone(f.Evidence[:min(len(f.Evidence), maxStepEvidence)]), Enters: enters,
	}
	if len(f.Tactics) > 0 {
		l.Tactic = f.Tactics[len(f.Tactics)-1]
	}
	at := len(in.Timeline)
	for at > 0 && in.Timeline[at-1].Time > l.Time {
		at--
	}
	in.Timeline = slices.Insert(in.Timeline, at, l)
	for _, o := range s.Steps {
		if o.Line >= at {
			o.Line++
		}
	}
	st.Line = at
	s.Steps = append(s.Steps, st)
	st.retell(in)
}

// retell writes the figures of a line that stands for many events.
func (st *step) retell(in *ocsf.Incident) {
	l := &in.Timeline[st.Line]
	l.Count, l.Time, l.Last = st.Count, st.First, st.Last
	if st.Form != "" && st.Count > 1 {
		c := cast{Count: st.Count, First: st.First, Last: st.Last}
		l.Title = c.say(st.Form)
	}
}

// more folds one further event into a line. fresh tells that no other line of
// the story has it.
func (s *story) more(st *step, x *fact, fresh bool) {
	in := &s.In
	if x.Seq <= s.Through && (len(in.Evidence) >= maxEvidence || slices.Contains(in.Evidence, x.Seq)) {
		return // counted in the state that was taken over
	}
	st.Count++
	st.Last, st.First = max(st.Last, x.Time), min(st.First, x.Time)
	if l := &in.Timeline[st.Line]; len(l.Evidence) < maxStepEvidence && x.Seq != 0 {
		l.Evidence = append(l.Evidence, x.Seq)
	}
	if fresh {
		if len(in.Evidence) < maxEvidence && x.Seq != 0 {
			in.Evidence = append(in.Evidence, x.Seq)
		}
		in.Events++
	}
	in.End, in.Start = max(in.End, x.Time), min(in.Start, x.Time)
	if st.Dst.isZero() && !x.Sides.Dst.isZero() {
		in.Dst = s.name(in.Dst, x.Sides.Dst.value())
	}
	if st.User.isZero() && !x.Sides.User.isZero() {
		in.Users = s.name(in.Users, x.Sides.User.value())
	}
	if x.Device != "" {
		in.Devices = s.name(in.Devices, x.Device)
	}
	st.retell(in)
	s.Dirty = true
}

// idle is how long the story may be silent and still be continued: two hours,
// or four times its longest silence so far, or a day once something was won,
// because whoever got in has time.
func (s *story) idle() int64 {
	const hour = 3600_000
	limit := max(2*hour, 4*s.Longest)
	if s.Success {
		limit = max(limit, 24*hour)
	}
	return min(limit, 24*hour)
}

// open reports whether something at time t may continue the story.
func (s *story) open(t int64) bool {
	return s.In.State != ocsf.Closed && s.In.Into == "" && t <= s.In.End+s.idle() && t >= s.In.Start-s.idle()
}

// number writes 1, "2", …
func number(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return strconv.Itoa(n) + " " + many
}

// capital writes the first letter in upper case.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
