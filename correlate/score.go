package correlate

import (
	"fmt"
	"slices"
	"strings"

	"picket/normalize/ocsf"
)

// assess weighs a story anew after it took a finding in.
func (s *story) assess(g *Engine, x *sighting) {
	s.retitle(g)
	s.weigh(g)
}

// weigh gives the story's score, each term of it with its reason.
func (s *story) weigh(g *Engine) {
	in := &s.In
	in.Terms = in.Terms[:0:0]
	term := func(points int, name, why string, args ...any) {
		if points != 0 {
			in.Terms = append(in.Terms, ocsf.Term{Name: name, Points: points, Why: fmt.Sprintf(why, args...)})
		}
	}
	points := map[ocsf.Severity]int{ocsf.Low: 10, ocsf.Medium: 25, ocsf.High: 40, ocsf.Critical: 55, ocsf.Fatal: 60}[in.Severity]
	term(points, "severity", "the gravest finding is %s", strings.ToLower(in.Severity.String()))
	if s.Success {
		term(15, "success", "something was achieved, not only tried")
	} else if s.Denied {
		term(-5, "refused", "everything seen was refused")
	}
	if n := len(in.Tactics); n > 1 {
		term(min(5*(n-1), 20), "tactics", "%d tactics of ATT&CK: %s", n, strings.Join(in.Tactics, ", "))
	}
	switch s.Worth {
	case 3:
		term(5, "worth", "a host of high worth takes part")
	case 4:
		term(10, "worth", "a host of critical worth takes part")
	}
	if n := len(in.Devices); n > 1 {
		term(min(3*(n-1), 9), "devices", "%d devices report it", n)
	}
	if slices.ContainsFunc(in.Src, func(v string) bool { k := hostOf(v); return k.Addr.IsValid() && internal(k.Addr) }) {
		term(5, "inside", "it comes from inside")
	}
	if in.Events >= 1000 {
		term(5, "amount", "%d events", in.Events)
	}
	in.Score = 0
	for _, t := range in.Terms {
		in.Score += t.Points
	}
	in.Score = min(100, max(1, in.Score))
}

// retitle makes the title of the gravest finding, and names the other kinds of
// findings behind it.
func (s *story) retitle(g *Engine) {
	in := &s.In
	var top *step
	for _, st := range s.Steps {
		if top == nil || s.graver(g, st, top) {
			top = st
		}
	}
	if top == nil {
		return
	}
	in.Title = top.Title
	if from := s.intruder(); from != "" && !strings.Contains(in.Title, from) {
		in.Title += ", begun from " + from
	}
	var also []string
	for i := range in.Timeline {
		l := &in.Timeline[i]
		if l.Rule == top.Rule || g.rules.needs(top.Rule, l.Rule) {
			continue // the title tells it already
		}
		if m := g.rules.meta(l.Rule); m != nil && m.Short != "" {
			also = appendNew(also, m.Short)
		}
	}
	if m := g.rules.meta(top.Rule); m != nil {
		also = slices.DeleteFunc(also, func(w string) bool { return w == m.Short })
	}
	switch n := len(also); {
	case n > 3:
		in.Title += fmt.Sprintf(" (also %s and %s)", strings.Join(also[:2], ", "), number(n-2, "other kind", "other kinds"))
	case n > 0:
		in.Title += " (also " + strings.Join(also, ", ") + ")"
	}
	in.Desc = s.describe()
}

// intruder is the one source outside, or "" when there are several or none.
func (s *story) intruder() (one string) {
	for _, v := range s.In.Src {
		if outside(hostOf(v).Addr) {
			if one != "" {
				return ""
			}
			one = v
		}
	}
	return one
}

// graver reports whether a title is better made of a than of b.
func (s *story) graver(g *Engine, a, b *step) bool {
	x, y := &s.In.Timeline[a.Line], &s.In.Timeline[b.Line]
	if x.Severity != y.Severity {
		return x.Severity > y.Severity
	}
	weight := func(rule string) (n int) {
		if m := g.rules.meta(rule); m != nil {
			if m.Success {
				n += 2
			}
			if m.Correlation {
				n++
			}
		}
		return n
	}
	if p, q := weight(a.Rule), weight(b.Rule); p != q {
		return p > q
	}
	return tacticRank(x.Tactic) > tacticRank(y.Tactic)
}

// describe tells the story in a few sentences.
func (s *story) describe() string {
	in := &s.In
	var b strings.Builder
	fmt.Fprintf(&b, "%s and %s over %s", number(in.SubEvents, "finding", "findings"), number(in.Events, "event", "events"), span(in.End-in.Start))
	if len(in.Devices) > 0 {
		fmt.Fprintf(&b, ", reported by %s", list(in.Devices, 3))
	}
	b.WriteString(".")
	if len(in.Tactics) > 0 {
		names := make([]string, 0, len(in.Tactics))
		for _, t := range in.Tactics {
			names = append(names, tactics[tacticRank(t)].name)
		}
		fmt.Fprintf(&b, " Stages: %s.", strings.Join(names, ", "))
	}
	if len(s.Won) > 0 {
		won := make([]string, 0, len(s.Won))
		for _, k := range s.Won {
			won = append(won, k.value())
		}
		fmt.Fprintf(&b, " The attacker may hold %s.", list(won, 4))
	}
	return b.String()
}

// list names up to n and counts the others.
func list(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:n], ", ") + " and " + number(len(names)-n, "other", "others")
}
