package correlate

import (
	"fmt"

	"picket/normalize/ocsf"
)

// leases know to whom a VPN gave an address of the site: what that address does
// is done by this user, from that address outside.
type leases struct {
	Of generations[key, lease]
}

type lease struct {
	User, From key
	Time       int64 // ms
}

const (
	maxLeases = 1 << 12
	leaseLong = 24 * 3600_000 // ms
)

// learn takes in a tunnel that was opened.
func (l *leases) learn(g *Engine, e *ocsf.Event) {
	if e.Class != ocsf.TunnelActivity && e.Class != ocsf.Authentication || e.Num(ocsf.StatusID) == ocsf.Failure {
		return
	}
	given := e.Addr(ocsf.TunnelIP)
	if !given.IsValid() || !internal(given) {
		return
	}
	if l.Of.Limit == 0 {
		l.Of.Limit = maxLeases
	}
	x := g.factOf(e)
	l.Of.put(addrKey(given), lease{User: x.Sides.User, From: x.Sides.Src, Time: e.Time})
}

// holder returns who holds an address at a time.
func (l *leases) holder(k key, t int64) (lease, bool) {
	if k.Kind != hostKey || !internal(k.Addr) {
		return lease{}, false
	}
	h, ok := l.Of.get(k)
	return h, ok && t >= h.Time-overlap && t-h.Time < leaseLong
}

// lent is a subject that a finding has because its source holds an address of it.
type lent struct{ Addr, Key key }

// lend adds the holders of a sighting's sources to its subjects.
func (g *Engine) lend(s *sighting, c *cast) {
	for _, src := range c.Srcs.Keys[:min(len(c.Srcs.Keys), 3)] {
		h, ok := g.leases.holder(src, s.F.Time)
		if !ok {
			continue
		}
		for _, k := range [...]key{h.User, h.From} {
			if k.isZero() || k == src || k.Kind == userKey && k.shared() || k.Kind == hostKey && g.hides(k) {
				continue
			}
			if l := (lent{src, k}); len(s.Subject) < 16 {
				s.Subject, s.Lent = append(s.Subject, k), append(s.Lent, l)
			}
		}
	}
}

// through says by which address a subject is one of the finding.
func (x *sighting) through(k key) string {
	for _, l := range x.Lent {
		if l.Key == k {
			return fmt.Sprintf("%s is the address that %s %s got of the VPN; ", l.Addr.value(), noun(k), k.value())
		}
	}
	return ""
}
