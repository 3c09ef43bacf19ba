package correlate

import "picket/normalize/ocsf"

// crowds know which hosts so many people share that such a host on two findings
// says nothing about a connection between them: a domain controller, a terminal
// server, the address behind which a network hides. The inventory tells those
// that the site declared; the others are known by who logs on there, and from
// there. Only successful logons count, so that an attack makes no crowd.
type crowds struct {
	On   popularity // host -> who logs on there
	From popularity // host -> users who log on from there
}

// learn takes in a successful logon.
func (c *crowds) learn(g *Engine, x *fact) {
	user := x.Sides.User
	if user.isZero() {
		return
	}
	who := user
	if user.shared() { // root of one host is another one than root of the next
		who = x.Sides.Src
	}
	if d := x.Sides.Dst; d.Kind == hostKey && !who.isZero() {
		c.On.visit(g.same(d), who)
	}
	if s := x.Sides.Src; s.Kind == hostKey && !user.shared() {
		c.From.visit(g.same(s), user)
	}
}

// hub reports whether so many share a host, as the place where something
// happens, that it connects nothing.
func (g *Engine) hub(k key) bool {
	if _, ok := g.inventory.hub(k); ok {
		return true
	}
	return k.Kind == hostKey && !outside(k.Addr) && g.crowds.On.of(k) > crowd
}

// hides reports whether so many users come from a host that it stands for none
// of them.
func (g *Engine) hides(k key) bool {
	if _, ok := g.inventory.hub(k); ok {
		return true
	}
	return k.Kind == hostKey && g.crowds.From.of(k) > hall
}

// hall is how many users may come from one host before it stands for none of
// them: a workstation in a shared office has dozens, a terminal server or the
// address behind which a network hides has more.
const hall = 60

// logonOf reports whether an event is a successful logon.
func logonOf(e *ocsf.Event) bool {
	return e.Class == ocsf.Authentication && e.Activity == ocsf.Logon && e.Num(ocsf.StatusID) == ocsf.Success
}
