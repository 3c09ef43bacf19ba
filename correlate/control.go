package correlate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// Noise controls. There are four, apart from each other because they mean
// different things:
//
//   - to tune is to mend the signature: a Sigma filter among the site's rules;
//   - an exception says that something is known and no attack;
//   - a silence is for a time, of work that was announced, say;
//   - a snooze quiets one rule or one incident until a time, or until something
//     new happens.
//
// What they hide is found all the same: the finding is given out, marked with
// what hid it, and counted; it opens no incident and joins none. A control hides
// a correlation's finding only when it covers every event of it that is
// remembered, so that no attack hides behind somebody else's exception. An
// exception of a rule that is a step of correlations takes the event out of
// their windows.
//
// Whether a control is in force is judged by when an event was received, so that
// the log read again gives what it gave. The engine owns the controls: a change
// is told in [Output], stands in the log, and comes back with [Engine.Observe]
// when the log is read after a restart.

// controls are those that are in force, or will be.
type controls struct {
	List   []*control // exceptions, then silences, then snoozes; each in order of making
	byRule map[string][]*control
}

// control is a control with what it takes to apply it.
type control struct {
	C     ocsf.Control
	Dirty bool  // counted something since it was told last
	Told  int64 // by the wall clock, ms
	expr  *filter.Expr
	known map[string]bool
	asked uint64 // number of the event that was asked about last
	held  bool   // and what the filter said of it
}

// matches reports whether the filter matches an event. Several rules ask for one
// event; the filter is tried once.
func (x *control) matches(e *ocsf.Event) bool {
	if e.Seq == 0 || e.Seq != x.asked {
		x.asked, x.held = e.Seq, x.expr.Match(e)
	}
	return x.held
}

// Limits of controls. The longest silence and snooze are bounded so that none
// outlives the memory of why it was made; an exception may have no end.
const (
	MaxControls      = 500 // in force at a time
	maxControlFilter = 4096
	maxKnown         = 2000
	maxSilence       = 31 * 24 * 3600_000 // ms
	retellControl    = 7 * 24 * 3600_000  // ms, after which the log is told again, for it forgets
)

var controlKinds = []ocsf.ControlKind{ocsf.Exception, ocsf.Silence, ocsf.RuleSnooze}

// Check says what is wrong with a control that a person wants, in words for that
// person.
func Check(c *ocsf.Control) error {
	switch {
	case !slices.Contains(controlKinds, c.Kind):
		return fmt.Errorf("%q is no kind of control", c.Kind)
	case strings.TrimSpace(c.Reason) == "":
		return errors.New("a reason is missing: why may this be quiet?")
	case strings.TrimSpace(c.Owner) == "":
		return errors.New("an owner is missing: who answers for it?")
	case c.By == "":
		return errors.New("who makes it is missing")
	case len(c.Reason) > maxNote || len(c.Filter) > maxControlFilter || len(c.Owner) > 200 || len(c.Rule) > 300:
		return errors.New("a text is too long")
	case c.Expires != 0 && c.Expires <= max(c.Created, c.Starts):
		return errors.New("it would end before it begins")
	case c.Kind != ocsf.Exception && c.Expires == 0:
		return fmt.Errorf("a %s needs an end", c.Kind)
	case c.Kind != ocsf.Exception && c.Expires-max(c.Created, c.Starts) > maxSilence:
		return fmt.Errorf("a %s may last 31 days at most; for longer, make an exception", c.Kind)
	case c.Kind == ocsf.RuleSnooze && c.Rule == "":
		return errors.New("a snooze is of one rule: name it")
	case c.Kind != ocsf.RuleSnooze && strings.TrimSpace(c.Filter) == "" && c.Rule == "":
		return errors.New("it would hide everything: name a rule, a filter, or both")
	}
	if _, err := filter.Parse(c.Filter); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	return nil
}

// AddControl puts a control in force. c.UID must be new.
func (g *Engine) AddControl(c ocsf.Control, out *Output) error {
	if err := Check(&c); err != nil {
		return err
	}
	if len(g.controls.List) >= MaxControls {
		return fmt.Errorf("there are %d controls in force, and no more are taken: end some that are not needed any longer", MaxControls)
	}
	if g.controls.find(c.UID) != nil {
		return fmt.Errorf("control %s is there already", c.UID)
	}
	if m := g.rules.meta(c.Rule); m != nil && c.Title == "" {
		c.Title = m.Title
	}
	c.Known = slices.Clone(c.Known[:min(len(c.Known), maxKnown)])
	g.received = max(g.received, c.Created)
	x := &control{C: c}
	g.controls.add(x)
	g.tellControl(x, out)
	return nil
}

// EndControl ends a control at a time, in ms. It stays in the log.
func (g *Engine) EndControl(uid, by, note string, t int64, out *Output) error {
	x := g.controls.find(uid)
	if x == nil {
		return fmt.Errorf("control %s is not in force", uid)
	}
	if by == "" {
		return errors.New("who ends it is missing")
	}
	g.received = max(g.received, t)
	g.endControl(x, by, clip(note, maxNote), t, out)
	return nil
}

// Adopt takes a control over that the log does not tell any more.
func (g *Engine) Adopt(c *ocsf.Control) {
	if g.controls.find(c.UID) == nil && c.Ended == 0 {
		g.controls.add(&control{C: *c})
	}
}

// Controls returns the controls in force, with what they have hidden so far.
func (g *Engine) Controls() []ocsf.Control {
	out := make([]ocsf.Control, 0, len(g.controls.List))
	for _, x := range g.controls.List {
		out = append(out, x.C)
	}
	return out
}

// replayControl takes in a change of a control as it stands in the log. What the
// engine was about to tell of the same control is older, and must not become the
// log's last word: a control that somebody has ended would be in force again.
func (g *Engine) replayControl(e *ocsf.Event, out *Output) {
	c, err := ocsf.ControlOf(e)
	if err != nil || c == nil {
		return
	}
	last := c.Ended != 0
	out.Controls = slices.DeleteFunc(out.Controls, func(o *ocsf.Control) bool { return o.UID == c.UID && (last || o.Version <= c.Version) })
	x := g.controls.find(c.UID)
	if x != nil && !last && c.Version <= x.C.Version {
		return
	}
	g.received = max(g.received, e.Logged)
	if x != nil {
		g.controls.remove(x)
	}
	if !last {
		g.controls.add(&control{C: *c, Told: e.Logged})
	}
}

func (m *controls) find(uid string) *control {
	for _, x := range m.List {
		if x.C.UID == uid {
			return x
		}
	}
	return nil
}

func (m *controls) add(x *control) {
	x.compile()
	m.List = append(m.List, x)
	m.sort()
}

func (m *controls) sort() {
	rank := func(x *control) int { return slices.Index(controlKinds, x.C.Kind) }
	slices.SortStableFunc(m.List, func(a, b *control) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.C.Created, b.C.Created), cmp.Compare(a.C.UID, b.C.UID))
	})
	m.byRule = nil
}

func (m *controls) remove(x *control) {
	m.List = slices.DeleteFunc(m.List, func(o *control) bool { return o == x })
	m.byRule = nil
}

// of returns the controls that concern a rule.
func (m *controls) of(rule string) []*control {
	if len(m.List) == 0 {
		return nil
	}
	list, ok := m.byRule[rule]
	if !ok {
		for _, x := range m.List {
			if x.C.Rule == "" || x.C.Rule == rule {
				list = append(list, x)
			}
		}
		if m.byRule == nil {
			m.byRule = map[string][]*control{}
		}
		m.byRule[rule] = list
	}
	return list
}

// compile makes what is not kept. A filter that does not parse any more, of an
// older Picket, hides nothing.
func (x *control) compile() {
	var err error
	if x.expr, err = filter.Parse(x.C.Filter); err != nil {
		x.expr = nothing
	}
	x.known = make(map[string]bool, len(x.C.Known))
	for _, k := range x.C.Known {
		x.known[k] = true
	}
}

var nothing = filter.MustParse("class:1 AND class:2")

// hid counts what a control hides.
func (x *control) hid(findings, events int, t int64) {
	x.C.Hidden += findings
	x.C.Events += events
	x.C.Last = max(x.C.Last, t)
	x.Dirty = true
}

func (g *Engine) endControl(x *control, by, note string, t int64, out *Output) {
	x.C.Ended, x.C.EndedBy, x.C.EndNote = t, by, note
	g.controls.remove(x)
	g.tellControl(x, out)
}

func (g *Engine) tellControl(x *control, out *Output) {
	x.C.Version++
	x.Dirty, x.Told = false, g.received
	c := x.C
	for i, o := range out.Controls {
		if o.UID == c.UID {
			out.Controls[i] = &c
			return
		}
	}
	out.Controls = append(out.Controls, &c)
}

// flushControls tells what controls have hidden, and ends those whose time has
// come.
func (g *Engine) flushControls(out *Output) {
	for _, x := range slices.Clone(g.controls.List) {
		switch {
		case x.C.Expires != 0 && g.received >= x.C.Expires:
			g.endControl(x, "picket", "its time has come", x.C.Expires, out)
		case x.Dirty && g.received-x.Told >= flushEvery, g.received-x.Told >= retellControl:
			g.tellControl(x, out)
		}
	}
}
