package correlate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"picket/normalize/ocsf"
)

// sighting is a finding together with what links it to others.
type sighting struct {
	F       *ocsf.Finding
	Rule    string // id of the rule, to find what it says of itself
	Group   string // of one rule, the same group is the same ongoing thing
	Subject []key  // who the story is about, the best first
	Won     []key  // hosts and users that the attacker got hold of
	Parties []key  // rare parties outside that a story may share
	Lent    []lent // which of the subjects are holders of addresses
	Where   []key  // hosts on which it happened, of a finding without a source
	Src     key    // who did it, as the finding's group names it; or none
	Dst     key
	User    key
	Success bool // something was achieved, not only tried
	Step    string
	Denied  bool // everything was refused
}

// newFinding makes a finding of one event.
func (g *Engine) newFinding(m *ruleMeta, kind ocsf.FindingKind, e *ocsf.Event) *ocsf.Finding {
	f := &ocsf.Finding{
		Kind: kind, Rule: m.ID, RuleTitle: m.Title, Version: m.Hash, Severity: m.Severity, Confidence: m.Confidence,
		Time: e.Time, First: e.Time, Techniques: slices.Clone(m.Techniques), Tactics: slices.Clone(m.Tactics),
		Evidence: []uint64{e.Seq}, Count: 1, Guidance: m.Guidance, Observe: m.Observe,
	}
	if d := deviceOf(e); d != "" {
		f.Devices = []string{g.names.of(d)}
	}
	return f
}

// sight makes a sighting of a finding whose cast is known: entities, subject,
// what was won.
func (g *Engine) sight(f *ocsf.Finding, m *ruleMeta, c *cast, group string) *sighting {
	s := &sighting{F: f, Rule: m.ID, Group: group, Step: c.form(m.Step), Success: m.Success, Denied: c.Denied == c.Count && c.Count > 0}
	role := func(r *roll, role ocsf.Role) {
		for _, k := range r.Keys {
			en := k.entity(role)
			if !slices.ContainsFunc(f.Entities, func(x ocsf.Entity) bool { return x.Type == en.Type && x.Value == en.Value && x.Role == en.Role }) {
				f.Entities = append(f.Entities, en)
			}
		}
	}
	role(&c.Srcs, ocsf.Source)
	role(&c.Dsts, ocsf.Destination)
	role(&c.Actors, ocsf.Source)
	role(&c.Users, ocsf.Related)
	role(&c.Hashes, ocsf.Related)
	// Of many names below one domain the domain says more than they do.
	if p := commonParent(c.Domains.Keys); len(c.Domains.Keys) > 4 && p != "" {
		f.Entities = append(f.Entities, ocsf.Entity{Type: ocsf.DomainEntity, Value: p, Role: ocsf.Related})
	} else {
		role(&c.Domains, ocsf.Related)
	}
	s.Subject = g.subjects(m, c)
	g.lend(s, c)
	if len(c.Srcs.Keys) == 0 && len(c.Dsts.Keys) <= 3 {
		for _, k := range c.Dsts.Keys {
			k = g.same(k)
			if !g.hub(k) {
				s.Where = append(s.Where, k)
			}
		}
	}
	if m.Success {
		s.Won = g.won(m, c)
	}
	if m.Shares {
		for _, r := range [...]*roll{&c.Dsts, &c.Hashes} {
			for _, k := range r.Keys {
				if k.Kind == hashKey || outside(k.Addr) && g.beacons.Popular.of(k) <= 8 {
					s.Parties = append(s.Parties, k)
				}
			}
		}
	}
	return s
}

// subjects tells who a finding is about. A rule may say it; otherwise it is the
// source, else the users, else where it happened. Many of a kind are the subject
// of nothing: a finding about thirty users would tie all that they ever do.
func (g *Engine) subjects(m *ruleMeta, c *cast) []key {
	var out []key
	hidden := true // sources from which a crowd comes stand for nobody
	take := func(r *roll) {
		for _, k := range r.Keys {
			if k.Kind == hostKey {
				k = g.same(k)
				if r == &c.Srcs && g.hides(k) && hidden || r != &c.Srcs && g.hub(k) {
					continue
				}
				if _, declared := g.inventory.hub(k); declared {
					continue
				}
			}
			if k.Kind == userKey && k.shared() {
				continue
			}
			if len(out) < 16 && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	few := func(r *roll) {
		if len(r.Keys) <= 3 {
			take(r)
		}
	}
	switch m.Subject {
	case "destination":
		take(&c.Dsts)
	case "user":
		few(&c.Actors)
		few(&c.Users)
	case "source and user":
		few(&c.Srcs)
		few(&c.Actors)
		few(&c.Users)
	default:
		few(&c.Srcs)
	}
	if len(out) == 0 {
		few(&c.Actors)
		few(&c.Users)
	}
	if len(out) == 0 {
		few(&c.Dsts)
	}
	if len(out) == 0 { // many of everything: it is about an address that hides them
		hidden = false
		few(&c.Srcs)
	}
	return out
}

// crowd is from how many hosts on a user's name says nothing about who uses it.
const crowd = 24

// won tells which hosts and users the attacker holds after a success.
func (g *Engine) won(m *ruleMeta, c *cast) []key {
	var out []key
	add := func(k key) {
		if k.isZero() || k.Kind == userKey && (k.shared() || g.peers.of(k) > crowd) {
			return
		}
		if k.Kind == hostKey {
			k = g.same(k)
			if g.hub(k) || outside(k.Addr) {
				return
			}
		}
		out = append(out, k)
	}
	for _, w := range m.Wins {
		switch w {
		case "destination":
			add(c.Latest.Sides.Dst)
		case "source":
			add(c.Latest.Sides.Src)
		case "user":
			add(c.Latest.Sides.User)
		case "actor":
			add(c.Latest.Sides.Actor)
		}
	}
	return out
}

// findingUID names a finding by its rule, its group and its first evidence:
// found again after a restart, it has the same name.
func findingUID(rule, group string, first uint64) string {
	h := sha256.New()
	h.Write([]byte(rule))
	h.Write([]byte{0})
	h.Write([]byte(group))
	h.Write(binary.BigEndian.AppendUint64([]byte{0}, first))
	return "f-" + hex.EncodeToString(h.Sum(nil)[:12])
}
