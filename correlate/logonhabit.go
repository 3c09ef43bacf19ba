package correlate

import (
	"fmt"
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
)

// logonHabits know from where and at which hours people log on.
type logonHabits struct {
	People generations[key, *person]
	Admins generations[key, bool] // those who were seen to change a configuration or an account
}

// person is what is known of one user's successful logons.
type person struct {
	Countries, Networks, Addresses habit[string]
	Hours                          [24]uint16 // logons in each hour of the day, UTC
}

const (
	maxPeople   = 1 << 12
	leastLogons = 20 // before anything is said of a user
	leastDays   = 7
)

var newCountryMeta = ruleMeta{
	ID: "picket-new-country", Title: "Logon from a new country", Hash: "1", Severity: ocsf.Medium, Confidence: 50, Subject: "source and user",
	Techniques: []string{"T1078"}, Tactics: []string{"initial-access"}, Short: "a logon from a new country",
	Guidance: "A user logs on from a country that this user was never seen in. Ask the user by telephone. If it was not the user, end the session, " +
		"change the password, check the second factor, and look at what the session did. Legitimate causes: travel, a private VPN, a wrong entry of the location table.",
}

var newNetworkMeta = ruleMeta{
	ID: "picket-new-network", Title: "Logon from a new network", Hash: "1", Severity: ocsf.Low, Confidence: 30, Subject: "source and user",
	Techniques: []string{"T1078"}, Tactics: []string{"initial-access"}, Short: "a logon from a new network",
	Guidance: "A user who always came from the same few networks logs on from another one. By itself this is weak; together with failed logons before or " +
		"changes after, ask the user. Legitimate causes: another provider or place of work.",
}

var newAdminAddressMeta = ruleMeta{
	ID: "picket-new-admin-address", Title: "Administrator's logon from a new address", Hash: "1", Severity: ocsf.Low, Confidence: 45, Subject: "destination",
	Techniques: []string{"T1078"}, Tactics: []string{"initial-access", "persistence"}, Short: "an administrator from a new address",
	Guidance: "Somebody who administers devices here logs on from an address never used for that before. Ask the person; compare with what was changed on the device " +
		"before and after. Legitimate causes: a new workstation, work from home.",
}

var oddHourMeta = ruleMeta{
	ID: "picket-odd-hour", Title: "Administrator's logon at an unusual hour", Hash: "1", Severity: ocsf.Low, Confidence: 40, Subject: "user",
	Techniques: []string{"T1078"}, Tactics: []string{"initial-access"}, Short: "an administrator at an unusual hour",
	Guidance: "An administrator logs on at an hour at which this administrator never worked. Compare with the list of planned work and ask the person.",
}

// logons learns from an event who administers, and from where and when people
// log on.
func (b *baselines) logons(g *Engine, e *ocsf.Event, out *Output) {
	l := &b.Logons
	switch e.Class {
	case ocsf.ConfigChange, ocsf.AccountChange, ocsf.GroupManagement:
		l.administers(g, e)
		return
	case ocsf.Authentication:
		if !logonOf(e) {
			return
		}
	case ocsf.TunnelActivity:
		if e.Activity != ocsf.NetOpen || e.Num(ocsf.StatusID) == ocsf.Failure || e.Num(ocsf.ActionID) == ocsf.Denied {
			return
		}
	default:
		return
	}
	x := g.factOf(e)
	g.crowds.learn(g, &x)
	who := who(&x)
	from := x.Sides.Src.Addr
	if who.isZero() || !from.IsValid() {
		return
	}
	if l.People.Limit == 0 {
		l.People.Limit = maxPeople
	}
	p, ok := l.People.get(who)
	if !ok {
		p = &person{}
		l.People.put(who, p)
	}
	admin, _ := l.Admins.get(who)
	p.judge(g, e, who, from, admin, out)
	p.learn(g, e, from)
}

// came reports whether a user was seen to log on from a host before a time.
func (l *logonHabits) came(user, src key, before int64) bool {
	p, ok := l.People.get(user)
	return ok && p.Addresses.had(src.value(), before)
}

// administers notes who changed a configuration or an account.
func (l *logonHabits) administers(g *Engine, e *ocsf.Event) {
	x := g.factOf(e)
	k := x.Sides.Actor
	if k.isZero() && e.Class == ocsf.ConfigChange {
		k = x.Sides.User
	}
	if k.isZero() {
		return
	}
	if l.Admins.Limit == 0 {
		l.Admins.Limit = maxPeople
	}
	l.Admins.put(at(k, x.Sides.Dst), true)
}

// who is the user of a logon; a name that every host has is another one on each.
func who(x *fact) key { return at(x.Sides.User, x.Sides.Dst) }

func at(user, host key) key {
	if user.isZero() || !user.shared() {
		return user
	}
	if host.isZero() {
		return key{}
	}
	return key{Kind: userKey, Name: user.Name + "@" + host.value()}
}

// judge says what is unusual about a logon: the gravest alone.
func (p *person) judge(g *Engine, e *ocsf.Event, who key, from netip.Addr, admin bool, out *Output) {
	name := who.value()
	country := e.Text(ocsf.SrcCountry)
	switch {
	case country != "" && p.Countries.breaks(country, leastLogons, leastDays):
		g.unusual(&newCountryMeta, e, name+"|"+country, fmt.Sprintf("%s logs on from %s for the first time", name, country),
			broken("country", country, &p.Countries), nil, out)
	case admin && p.Addresses.breaks(from.String(), leastLogons, leastDays):
		g.unusual(&newAdminAddressMeta, e, name+"|"+from.String(), fmt.Sprintf("%s, who administers here, logs on from %s for the first time", name, from),
			broken("address", from.String(), &p.Addresses), nil, out)
	case p.Networks.breaks(network(from), leastLogons, leastDays):
		g.unusual(&newNetworkMeta, e, name+"|"+network(from), fmt.Sprintf("%s logs on from the network %s for the first time", name, network(from)),
			broken("network", network(from), &p.Networks), nil, out)
	}
	if h := hourOf(e.Time); admin && p.odd(h) {
		g.unusual(&oddHourMeta, e, name+"|hour", fmt.Sprintf("%s logs on at %02d o'clock (UTC), never before between %02d and %02d", name, h, (h+23)%24, (h+2)%24),
			[]ocsf.Match{{Field: "hour", Value: fmt.Sprint(h), Want: fmt.Sprintf("none of %d logons on %d days was within an hour of it", p.Networks.Count, p.Networks.Days)}}, nil, out)
	}
}

// odd reports whether a user with known hours never logged on within an hour of h.
func (p *person) odd(h int) bool {
	return p.Networks.Count >= leastLogons && p.Networks.Days >= leastDays && p.Hours[h] == 0 && p.Hours[(h+1)%24] == 0 && p.Hours[(h+23)%24] == 0
}

func (p *person) learn(g *Engine, e *ocsf.Event, from netip.Addr) {
	if country := e.Text(ocsf.SrcCountry); country != "" {
		p.Countries.learn(e.Time, g.names.of(clip(country, 64)))
	}
	p.Networks.learn(e.Time, g.names.of(network(from)))
	p.Addresses.learn(e.Time, g.names.of(from.String()))
	if h := &p.Hours[hourOf(e.Time)]; *h < 1<<15 {
		*h++
	}
}

// broken explains in numbers which habit a use breaks.
func broken(field, value string, h *habit[string]) []ocsf.Match {
	return []ocsf.Match{{Field: field, Value: value, Want: fmt.Sprintf("in %d logons on %d days only %s", h.Count, h.Days, list(h.names(), 4))}}
}

// network is the neighbourhood of an address: what a provider gives out in one
// place, or a subnet of the site.
func network(a netip.Addr) string {
	bits := 64
	switch {
	case a.Is4() && internal(a):
		bits = 24
	case a.Is4():
		bits = 16
	case !internal(a):
		bits = 32
	}
	p, _ := a.Prefix(bits)
	return strings.TrimSuffix(p.String(), "invalid Prefix")
}

func hourOf(t int64) int { return int(t / 3600_000 % 24) }
