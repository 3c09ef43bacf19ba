package correlate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"picket/normalize/ocsf"
)

// Change is what a person does to an incident.
type Change struct {
	Kind ChangeKind
	By   string // who does it
	Time int64  // when, ms

	Owner   string // for Assign, "" takes the owner away
	State   ocsf.State
	Verdict string // for Close: true_positive, benign or false_positive
	Note    string // for Close, Reopen, Comment, Merge, Split and Snooze

	Until    int64 // for Snooze, ms by the wall clock
	UntilNew bool  // for Snooze: it ends when a new tactic or entity comes in

	// Other is the incident that Merge makes part of this one, or that Unmerge
	// takes out again, in the state in which it went in.
	Other *ocsf.Incident
	// Findings are those that Split takes out of this one (whole, from the log).
	Findings []*ocsf.Finding
}

// ChangeKind is a kind of change.
type ChangeKind string

// The kinds of changes.
const (
	Assign  ChangeKind = "assign"
	Comment ChangeKind = "comment"
	Triage  ChangeKind = "triage"  // somebody has looked at it
	Contain ChangeKind = "contain" // it can do no more harm
	Close   ChangeKind = "close"   // with verdict and note
	Reopen  ChangeKind = "reopen"
	Merge   ChangeKind = "merge"
	Split   ChangeKind = "split"
	Unmerge ChangeKind = "unmerge" // takes an incident out again that Merge or the engine took in
	Snooze  ChangeKind = "snooze"  // quiet until a time, or until something new
	Wake    ChangeKind = "wake"    // no longer quiet
)

// Verdicts are the words that an incident is closed with.
var Verdicts = []string{"true_positive", "benign", "false_positive"}

// Limits of what people write.
const (
	maxNote     = 8000
	maxComments = 200
)

// apply makes a change that concerns one incident alone.
func apply(in *ocsf.Incident, c Change) error {
	if c.By == "" {
		return errors.New("who makes the change is missing")
	}
	if len(c.Note) > maxNote {
		return fmt.Errorf("the note is longer than %d bytes", maxNote)
	}
	if in.Into != "" {
		return fmt.Errorf("incident %s went into %s: change that one", in.UID, in.Into)
	}
	note := strings.TrimSpace(c.Note)
	say := func(text string) {
		if note != "" {
			text += ": " + note
		}
		remark(in, c.Time, c.By, text)
	}
	if in.State == ocsf.Closed && c.Kind != Reopen && c.Kind != Comment {
		return fmt.Errorf("incident %s is closed: reopen it first", in.UID)
	}
	was := in.State
	switch c.Kind {
	case Assign:
		in.Owner = strings.TrimSpace(c.Owner)
		if in.Owner == "" {
			say("gave it back")
		} else {
			acknowledge(in, c.Time)
			say("gave it to " + in.Owner)
		}
	case Comment:
		if note == "" {
			return errors.New("the comment is empty")
		}
		remark(in, c.Time, c.By, note)
	case Triage:
		in.State = ocsf.Triaged
		say("looked at it")
	case Contain:
		in.State = ocsf.Contained
		say("contained it")
	case Close:
		if !slices.Contains(Verdicts, c.Verdict) {
			return fmt.Errorf("verdict %q: want %s", c.Verdict, strings.Join(Verdicts, ", "))
		}
		if note == "" {
			return errors.New("an incident is closed with a note: what it was, and why that is sure")
		}
		in.State, in.Verdict, in.Note, in.Snooze = ocsf.Closed, c.Verdict, note, nil
		say("closed it as " + strings.ReplaceAll(c.Verdict, "_", " "))
	case Reopen:
		if in.State != ocsf.Closed {
			return fmt.Errorf("incident %s is not closed", in.UID)
		}
		in.State, in.Verdict, in.Note = ocsf.Triaged, "", ""
		say("opened it again")
	case Snooze:
		if err := snooze(in, c, note); err != nil {
			return err
		}
		say("snoozed it until " + clockTime(c.Until))
	case Wake:
		if in.Snooze == nil {
			return fmt.Errorf("incident %s is not snoozed", in.UID)
		}
		in.Snooze = nil
		say("woke it")
	default:
		return fmt.Errorf("change %q: unknown", c.Kind)
	}
	if in.State != was {
		in.Since = c.Time
		acknowledge(in, c.Time)
	}
	return nil
}

// acknowledge notes when somebody first took an incident up.
func acknowledge(in *ocsf.Incident, t int64) {
	if in.Acknowledged == 0 {
		in.Acknowledged = t
	}
}

func snooze(in *ocsf.Incident, c Change, note string) error {
	switch {
	case c.Until <= c.Time:
		return errors.New("a snooze needs an end that is to come")
	case c.Until-c.Time > maxSilence:
		return errors.New("a snooze may last 31 days at most")
	case note == "":
		return errors.New("a snooze needs a reason")
	}
	in.Snooze = &ocsf.Snooze{Until: c.Until, UntilNew: c.UntilNew, By: c.By, Time: c.Time, Reason: note}
	return nil
}

func clockTime(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04 UTC") }

// stir wakes an incident whose snooze was to last until something new, when a
// tactic or somebody comes in that it did not have.
func (s *story) stir(t int64, tactics int, enters []ocsf.Entity) {
	in := &s.In
	if in.Snooze == nil || !in.Snooze.UntilNew {
		return
	}
	switch {
	case len(in.Tactics) > tactics:
		remark(in, t, "picket", "woke it: a new stage of the attack")
	case len(enters) > 0:
		remark(in, t, "picket", "woke it: "+enters[0].Value+" came in")
	default:
		return
	}
	in.Snooze = nil
}

func remark(in *ocsf.Incident, t int64, by, text string) {
	if len(in.Comments) >= maxComments {
		in.Lost++
		return
	}
	in.Comments = append(in.Comments, ocsf.Remark{Time: t, By: by, Text: text})
}

// Apply makes a change to an incident: to the engine's own state where it still
// grows, else to the stored state that is given. What changed, whole and with a
// new version, is put into out; the caller appends it to the log.
func (g *Engine) Apply(stored *ocsf.Incident, c Change, out *Output) error {
	s := g.grows(stored)
	g.received = max(g.received, c.Time)
	switch c.Kind {
	case Merge:
		if c.Other == nil || c.Other.UID == stored.UID {
			return errors.New("merge: another incident is missing")
		}
		o := g.grows(c.Other)
		for _, in := range []*ocsf.Incident{&s.In, &o.In} {
			if in.Into != "" {
				return fmt.Errorf("incident %s went into %s already", in.UID, in.Into)
			}
			if in.State == ocsf.Closed {
				return fmt.Errorf("incident %s is closed: reopen it first", in.UID)
			}
		}
		why := "by hand"
		if n := strings.TrimSpace(c.Note); n != "" {
			why = n
		}
		if c.By == "" {
			return errors.New("who makes the change is missing")
		}
		g.merge(s, o, why, c.By, out)
		g.tell(s, out)
		return nil
	case Split, Unmerge:
		return g.split(s, c, out)
	}
	if err := apply(&s.In, c); err != nil {
		return err
	}
	g.tell(s, out)
	if s.In.State == ocsf.Closed {
		g.forget(s)
	}
	return nil
}

// grows returns the story of an incident: the engine's, or one made of the
// stored state, which the engine does not hold.
func (g *Engine) grows(in *ocsf.Incident) *story {
	if s := g.byUID[in.UID]; s != nil {
		return s
	}
	return g.resume(in)
}

// split takes findings out of an incident into a new one.
func (g *Engine) split(s *story, c Change, out *Output) error {
	if c.By == "" {
		return errors.New("who makes the change is missing")
	}
	if len(c.Findings) == 0 {
		return errors.New("split: no findings are named")
	}
	if s.In.State == ocsf.Closed || s.In.Into != "" {
		return fmt.Errorf("incident %s is closed: reopen it first", s.In.UID)
	}
	var goes, stays []ocsf.Step
	for _, l := range s.In.Timeline {
		if slices.ContainsFunc(c.Findings, func(f *ocsf.Finding) bool { return f.UID == l.Finding }) {
			goes = append(goes, l)
		} else {
			stays = append(stays, l)
		}
	}
	if len(goes) == 0 || len(stays) == 0 {
		return errors.New("split: some of the incident's findings must go and some must stay")
	}
	n := &story{Told: g.clock.Now}
	n.In = ocsf.Incident{UID: s.In.UID + "-" + fmt.Sprint(s.In.Version+1), State: s.In.State, Owner: s.In.Owner, Created: c.Time}
	if o := c.Other; o != nil { // its old name is its own again
		n.In = ocsf.Incident{UID: o.UID, Version: o.Version, State: o.State, Owner: o.Owner, Created: o.Created, Comments: o.Comments, Acknowledged: o.Acknowledged, Since: o.Since}
	}
	for _, f := range c.Findings {
		if slices.ContainsFunc(goes, func(l ocsf.Step) bool { return l.Finding == f.UID }) {
			f := *f
			x := &sighting{F: &f, Rule: f.Rule, Group: f.UID, Success: false}
			s.handOver(g, n, x)
			n.add(g, x, "taken out of incident "+s.In.UID+" by "+c.By)
		}
	}
	s.unlink(g, n, goes)
	s.without(goes)
	s.retitle(g)
	s.weigh(g)
	why := ""
	if t := strings.TrimSpace(c.Note); t != "" {
		why = ": " + t
	}
	remark(&s.In, c.Time, c.By, fmt.Sprintf("moved %s to incident %s%s", number(len(goes), "finding", "findings"), n.In.UID, why))
	remark(&n.In, c.Time, c.By, fmt.Sprintf("split from incident %s%s", s.In.UID, why))
	g.tell(s, out)
	g.tell(n, out)
	g.makeRoom(out)
	g.stories, g.byUID[n.In.UID] = append(g.stories, n), n
	return nil
}

// stepOf finds the line of a finding, nil when the story does not know it.
func (s *story) stepOf(uid string) *step {
	for _, st := range s.Steps {
		if s.In.Timeline[st.Line].Finding == uid {
			return st
		}
	}
	return nil
}

// handOver lets a finding that is taken out go on in its new story: what repeats
// it is counted there.
func (s *story) handOver(g *Engine, n *story, x *sighting) {
	st := s.stepOf(x.F.UID)
	if st == nil || st.Group == "" {
		return
	}
	x.Group, x.Step, x.Src, x.Dst, x.User = st.Group, st.Form, st.Src, st.Dst, st.User
	if a, ok := g.active.get(activeKey{st.Rule, st.Group}); ok && a.Story == s.In.UID {
		a.Story = n.In.UID
	}
}

// unlink gives the sources and users that only what goes is about to the new
// story: what they do next belongs there, and must not join again what a person
// has taken apart.
func (s *story) unlink(g *Engine, n *story, goes []ocsf.Step) {
	var going, staying []key
	for _, st := range s.Steps {
		to := &staying
		if slices.ContainsFunc(goes, func(l ocsf.Step) bool { return l.Finding == s.In.Timeline[st.Line].Finding }) {
			to = &going
		}
		*to = append(*to, st.Src, g.same(st.Src), st.User)
	}
	for _, l := range slices.Clone(s.Links) {
		if l.Kind != bySubject || !slices.Contains(going, l.Key) || slices.Contains(staying, l.Key) {
			continue
		}
		s.Links = slices.DeleteFunc(s.Links, func(o link) bool { return o == l })
		if g.links[l] == s {
			delete(g.links, l)
		}
		g.dropName(s, l)
		n.link(g, l)
	}
	for _, l := range s.Links { // another link may be about a host of that name
		g.noteName(s, l)
	}
}

// without takes lines out of a story, and with them the entities that no other
// line brought in, as far as the lines tell.
func (s *story) without(lines []ocsf.Step) {
	in := &s.In
	gone := func(uid string) bool {
		return slices.ContainsFunc(lines, func(l ocsf.Step) bool { return l.Finding == uid })
	}
	drop := func(list []string, typ ocsf.EntityType, source bool) []string {
		return slices.DeleteFunc(slices.Clone(list), func(v string) bool {
			for _, l := range lines {
				for _, en := range l.Enters {
					if en.Type == typ && en.Value == v && (typ != ocsf.HostEntity || (en.Role == ocsf.Source) == source) {
						return true
					}
				}
			}
			return false
		})
	}
	in.Src, in.Dst = drop(in.Src, ocsf.HostEntity, true), drop(in.Dst, ocsf.HostEntity, false)
	in.Users, in.Domains, in.Hashes = drop(in.Users, ocsf.UserEntity, false), drop(in.Domains, ocsf.DomainEntity, false), drop(in.Hashes, ocsf.HashEntity, false)
	for _, l := range lines {
		in.Events = max(0, in.Events-l.Count)
		in.SubEvents = max(0, in.SubEvents-1)
		in.Evidence = slices.DeleteFunc(slices.Clone(in.Evidence), func(seq uint64) bool { return slices.Contains(l.Evidence, seq) })
	}
	in.Links = slices.DeleteFunc(slices.Clone(in.Links), func(l ocsf.Link) bool { return gone(l.Finding) })
	old := in.Timeline
	in.Timeline = nil
	var steps []*step
	in.Severity, in.Start, in.End = ocsf.Informational, 0, 0
	in.Signatures, in.Tactics = nil, nil
	for i, l := range old {
		if gone(l.Finding) {
			continue
		}
		for _, st := range s.Steps {
			if st.Line == i {
				c := *st
				c.Line = len(in.Timeline)
				steps = append(steps, &c)
			}
		}
		in.Timeline = append(in.Timeline, l)
		in.Severity = max(in.Severity, l.Severity)
		in.Signatures = s.name(in.Signatures, l.Rule)
		in.Tactics = s.name(in.Tactics, l.Tactic)
		if in.Start == 0 || l.Time < in.Start {
			in.Start = l.Time
		}
		in.End = max(in.End, l.Last)
	}
	s.Steps = steps
}

// cloneIncident copies an incident so that the engine may go on changing its
// own.
func cloneIncident(in *ocsf.Incident) *ocsf.Incident {
	c := *in
	for _, l := range []*[]string{&c.Src, &c.Dst, &c.Users, &c.Domains, &c.Hashes, &c.Techniques, &c.Tactics, &c.Signatures, &c.Devices, &c.Guidance} {
		*l = slices.Clone(*l)
	}
	c.Terms, c.Links, c.Comments, c.Evidence = slices.Clone(c.Terms), slices.Clone(c.Links), slices.Clone(c.Comments), slices.Clone(c.Evidence)
	c.Timeline = slices.Clone(c.Timeline)
	for i := range c.Timeline {
		l := &c.Timeline[i]
		l.Devices, l.Evidence, l.Enters = slices.Clone(l.Devices), slices.Clone(l.Evidence), slices.Clone(l.Enters)
	}
	return &c
}
