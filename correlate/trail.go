package correlate

import (
	"cmp"
	"fmt"
	"slices"

	"picket/normalize/ocsf"
)

// follow watches where a stolen user goes: when a user whom an attacker got hold
// of logs on, while the attack still goes on, from a host that this user did not
// come from before, and that host has become conspicuous since the attack began,
// both are one story. Later on it is more likely the user's own work.
func (g *Engine) follow(e *ocsf.Event, out *Output) {
	if len(g.stories) < 2 || !logonOf(e) {
		return
	}
	x := g.factOf(e)
	user, src := x.Sides.User, g.same(x.Sides.Src)
	if user.isZero() || src.isZero() || user.shared() || g.hides(src) || g.peers.of(user) > crowd || outside(src.Addr) {
		return
	}
	s, o := g.links[link{byWon, user}], g.links[link{bySubject, src}]
	if s == nil || o == nil || o == s || !s.open(e.Time) || !o.open(e.Time) || e.Time-s.In.End > 2*overlap || o.In.Start < s.In.Start || g.usual.Logons.came(user, src, s.In.Start) {
		return
	}
	s.win(g, src)
	g.join(s, o, fmt.Sprintf("%s, whom the attacker got hold of, logged on from %s to %s", user.value(), src.value(), x.Sides.Dst.value()), out)
}

// join makes one story of two, the older of both going on.
func (g *Engine) join(a, b *story, reason string, out *Output) {
	if b.In.Start < a.In.Start || b.In.Start == a.In.Start && b.In.UID < a.In.UID {
		a, b = b, a
	}
	g.merge(a, b, reason, "picket", out)
	g.tell(a, out)
}

// hostNamed returns the short name of the host that a link is about, "" when it is
// about none that has a name.
func (l link) hostNamed() string {
	if l.Kind == byParty || l.Key.Kind != hostKey {
		return ""
	}
	return shortName(l.Key.Name)
}

// noteName and dropName keep the stories by the names of their hosts: whoever can
// send a line can introduce a host, and must not make the engine look through all
// stories for it.
func (g *Engine) noteName(s *story, l link) {
	if name := l.hostNamed(); name != "" && !slices.Contains(g.named[name], s) {
		g.named[name] = append(g.named[name], s)
	}
}

func (g *Engine) dropName(s *story, l link) {
	name := l.hostNamed()
	if name == "" {
		return
	}
	if list := slices.DeleteFunc(g.named[name], func(o *story) bool { return o == s }); len(list) > 0 {
		g.named[name] = list
	} else {
		delete(g.named, name)
	}
}

// unify makes one host of a name, short or whole, and an address that were taken
// for two, the oldest stories of it first.
func (g *Engine) unify(short string, addr key, out *Output) {
	list := slices.Clone(g.named[short])
	slices.SortStableFunc(list, func(a, b *story) int {
		return cmp.Or(cmp.Compare(a.In.Start, b.In.Start), cmp.Compare(a.In.UID, b.In.UID))
	})
	for _, s := range list {
		for _, l := range slices.Clone(s.Links) {
			if l.hostNamed() != short {
				continue
			}
			for _, kind := range [...]linkKind{bySubject, byWon} {
				o := g.links[link{kind, addr}]
				if o != nil && o != s && g.byUID[s.In.UID] == s && s.meets(o) && (kind == bySubject || l.Kind == bySubject) {
					g.join(s, o, fmt.Sprintf("%s is %s", l.Key.value(), addr.value()), out)
				}
			}
			if g.byUID[s.In.UID] == s {
				s.link(g, link{l.Kind, addr})
			}
		}
	}
}

// meets reports whether two stories are near enough in time to be one.
func (s *story) meets(o *story) bool { return s.open(o.In.Start) || o.open(s.In.Start) }
