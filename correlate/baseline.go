package correlate

import "picket/normalize/ocsf"

// baselines know what is usual here: from where and when people log on, which
// ports a host turns to, how much it sends out, how much a device writes, which
// names are asked for. They learn in silence until they have seen enough, and
// explain what they say in words and numbers. What is unusual is no attack: most
// of it waits for an incident that it belongs to.
type baselines struct {
	Logons logonHabits
	Ports  portHabits
	Sent   amounts // by host of the site: KiB to the outside
	Lines  amounts // by device: events
	Names  failedNames
}

// detectors are the engine's own, beside the rules of the pack.
var detectors = []*ruleMeta{
	&beaconMeta, &deviceMeta, &newCountryMeta, &newNetworkMeta, &newAdminAddressMeta, &oddHourMeta, &newPortMeta, &muchSentMeta, &manyLinesMeta, &madeUpMeta,
}

// observe takes in one event and finds what is unusual about it.
func (b *baselines) observe(g *Engine, e *ocsf.Event, out *Output) {
	b.logons(g, e, out)
	b.ports(g, e, out)
	b.sent(g, e, out)
	b.lines(g, e, out)
	b.names(g, e, out)
}

// evicted is how many habits were forgotten for want of room.
func (b *baselines) evicted() uint64 {
	return b.Logons.People.Evicted + b.Logons.Admins.Evicted + b.Ports.Hosts.Evicted + b.Sent.Of.Evicted + b.Lines.Of.Evicted + b.Names.Asking.Evicted
}

// known is of how many people, hosts and devices something is known.
func (b *baselines) known() int {
	return b.Logons.People.len() + b.Ports.Hosts.len() + b.Sent.Of.len() + b.Lines.Of.len()
}

// unusual makes a finding of an event that breaks a baseline, unless the same
// was found a while ago. evidence are further events, the oldest first.
func (g *Engine) unusual(m *ruleMeta, e *ocsf.Event, group, title string, matched []ocsf.Match, evidence []uint64, out *Output) {
	x := g.factOf(e)
	defer g.detected(m, e, &x, out)
	if g.again(m.ID, group, &x, out) {
		return
	}
	var c cast
	c.add(&x)
	f := g.newFinding(m, ocsf.ByBaseline, e)
	f.Title, f.Matched = clip(title, 300), matched
	if len(evidence) > 0 {
		f.Evidence = append(f.Evidence[:0], evidence...)
		f.Count = len(evidence)
	}
	f.UID = findingUID(m.ID, group, e.Seq)
	s := g.sight(f, m, &c, group)
	s.Src, s.Dst, s.User = x.Sides.Src, x.Sides.Dst, x.Sides.User
	g.found(s, m, m.Opens, out)
}

// detected shows what a detector found to the correlations that it is a step of.
func (g *Engine) detected(m *ruleMeta, e *ocsf.Event, x *fact, out *Output) {
	hits := g.rules.steps[m.ID]
	if len(hits) == 0 {
		return
	}
	if g.facts.get(x.Seq) == nil {
		g.facts.add(*x)
	}
	for _, f := range g.observeWindows(e, hits) {
		g.correlation(e, f, out)
	}
}
