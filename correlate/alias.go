package correlate

import "picket/normalize/ocsf"

// aliases learn under which address a host is known: a sender that never speaks
// for anybody else is the host whose name its lines bear (a relay speaks for many
// and teaches nothing), and some lines name both, as those of a virus scanner's
// console or of a DHCP server.
type aliases struct {
	From generations[key, string] // address of a sender -> the name it speaks for, "" for many
	Name generations[key, key]    // name of a host -> address
}

const maxAliases = 1 << 13

// introduced returns the name and the address of one host that an event tells.
func introduced(e *ocsf.Event) (name string, addr key) {
	at, host := ocsf.DeviceIP, ocsf.DeviceHostname
	if e.Class == ocsf.DHCPActivity {
		at, host = ocsf.SrcIP, ocsf.SrcHostname
	}
	a := e.Addr(at)
	if !a.IsValid() || !internal(a) || a.IsLoopback() {
		return "", key{}
	}
	if name = e.Get(host).Str(); name == "" || isAddr(name) {
		return "", key{}
	}
	return name, addrKey(a)
}

// told takes in a name and an address that one event tells of one host. What is
// new may show that two stories are about the same host. A name that two addresses
// claim (a client of DHCP names itself, half of the telephones are called alike)
// stands for neither from then on.
func (a *aliases) told(g *Engine, e *ocsf.Event, out *Output) {
	name, addr := introduced(e)
	if name == "" {
		return
	}
	if a.Name.Limit == 0 {
		a.From.Limit, a.Name.Limit = maxAliases, maxAliases
	}
	k := key{Kind: hostKey, Name: g.names.of(shortName(hostName(name)))}
	switch old, ok := a.Name.get(k); {
	case ok && (old == addr || old.isZero()), k.Name == "localhost":
		return
	case ok:
		a.Name.put(k, key{})
		return
	}
	a.Name.put(k, addr)
	g.unify(k.Name, g.inventory.same(addr), out)
}

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
	if a, ok := g.aliases.Name.get(key{Kind: hostKey, Name: shortName(k.Name)}); ok && !a.isZero() {
		return g.inventory.same(a)
	}
	return k
}
