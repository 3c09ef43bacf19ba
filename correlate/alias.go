package correlate

import "picket/normalize/ocsf"

// aliases learn under which address a host is known that writes its own logs: a
// sender that never speaks for anybody else is the host whose name its lines
// bear. A relay speaks for many and teaches nothing.
type aliases struct {
	From generations[key, string] // address of a sender -> the name it speaks for, "" for many
	Name generations[key, key]    // name of a host -> address
}

const maxAliases = 1 << 13

// learn takes in who sent an event.
func (a *aliases) learn(g *Engine, e *ocsf.Event) {
	if !e.From.IsValid() || !reportsItself(e) {
		return
	}
	name := e.Get(ocsf.DeviceHostname).Str()
	if name == "" {
		return
	}
	if a.From.Limit == 0 {
		a.From.Limit, a.Name.Limit = maxAliases, maxAliases
	}
	from := addrKey(e.From)
	if from.isZero() || from.Addr.IsLoopback() {
		return
	}
	name = g.names.of(shortName(hostName(name)))
	old, ok := a.From.get(from)
	switch {
	case !ok:
		a.From.put(from, name)
		a.Name.put(key{Kind: hostKey, Name: name}, from)
	case old != "" && old != name:
		a.From.put(from, "")
		a.Name.delete(key{Kind: hostKey, Name: old})
	case old == name:
		return
	}
}

// same returns the one key under which a host is known: its address where the
// inventory or the senders tell it.
func (g *Engine) same(k key) key {
	if k.Kind != hostKey {
		return k
	}
	if s := g.inventory.same(k); s != k || k.Addr.IsValid() {
		return s
	}
	if a, ok := g.aliases.Name.get(key{Kind: hostKey, Name: shortName(k.Name)}); ok {
		return g.inventory.same(a)
	}
	return k
}
