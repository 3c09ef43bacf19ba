package correlate

import (
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
)

// key names one entity so that it can be compared and looked up.
type key struct {
	Kind keyKind
	Addr netip.Addr // of a host known by its address
	Name string
}

type keyKind uint8

const (
	noKey keyKind = iota
	hostKey
	userKey
	domainKey
	hashKey
)

func (k key) isZero() bool { return k.Kind == noKey }

// value is the entity's name as incidents list it.
func (k key) value() string {
	if k.Kind == hostKey && k.Addr.IsValid() {
		return k.Addr.String()
	}
	return k.Name
}

func (k key) entity(role ocsf.Role) ocsf.Entity {
	return ocsf.Entity{Type: entityTypes[k.Kind], Value: k.value(), Role: role}
}

var entityTypes = [...]ocsf.EntityType{hostKey: ocsf.HostEntity, userKey: ocsf.UserEntity, domainKey: ocsf.DomainEntity, hashKey: ocsf.HashEntity}

// hostOf is the key of a host by its address or name in text.
func hostOf(s string) key {
	if s == "" {
		return key{}
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return addrKey(a)
	}
	return key{Kind: hostKey, Name: hostName(s)}
}

func addrKey(a netip.Addr) key {
	if !a.IsValid() || a.IsUnspecified() {
		return key{}
	}
	return key{Kind: hostKey, Addr: a.Unmap()}
}

// userOf is the key of a user: lower case, without the domain that Windows
// writes before or behind it. It is no key for names that stand for nobody.
func userOf(s string) key {
	if i := strings.LastIndexByte(s, '\\'); i >= 0 {
		s = s[i+1:]
	}
	if i := strings.IndexByte(s, '@'); i > 0 {
		s = s[:i]
	}
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "", "-", "n/a", "none", "unknown", "(null)", "null", "anonymous", "anonymous logon":
		return key{}
	}
	return key{Kind: userKey, Name: s}
}

// shared reports whether a user's name is one that every host has, or a
// machine's own account: it connects nothing.
func (k key) shared() bool {
	switch k.Name {
	case "root", "admin", "administrator", "guest", "test", "user", "system", "local service", "network service",
		"nobody", "www-data", "daemon", "oracle", "postgres", "mysql", "ubuntu", "git", "ftp", "pi", "support", "backup":
		return true
	case "domain admins", "enterprise admins", "schema admins", "administrators": // groups, where a line names no member
		return true
	}
	return strings.HasSuffix(k.Name, "$")
}

// sides are the entities of one event by what they did.
type sides struct {
	Src, Dst    key
	Actor, User key // who did it, and to whom; User alone when the line names one
	Domain      key
	Hash        key
}

// sidesOf reads the entities of an event. It allocates only where a name must
// be lowered.
func (g *Engine) sidesOf(e *ocsf.Event) sides {
	var s sides
	s.Src = g.hostAt(e, ocsf.SrcIP, ocsf.SrcHostname, ocsf.SrcName)
	s.Dst = g.hostAt(e, ocsf.DstIP, ocsf.DstHostname, ocsf.DstName)
	if s.Dst.isZero() && (reportsItself(e) || s.Src.isZero()) {
		s.Dst = g.hostAt(e, ocsf.None, ocsf.DeviceHostname, ocsf.DeviceName)
		if s.Dst.isZero() {
			s.Dst = addrKey(e.Addr(ocsf.DeviceIP))
		}
		if s.Dst == s.Src {
			s.Dst = key{}
		}
	}
	s.User, s.Actor = g.userAt(e, ocsf.UserName), g.userAt(e, ocsf.ActorUser)
	if s.Actor == s.User {
		s.Actor = key{}
	}
	if e.Class == ocsf.ConfigChange && s.Actor.isZero() {
		s.Actor, s.User = s.User, key{} // whoever changes a configuration does it, nobody suffers it
	}
	for _, f := range [...]ocsf.Field{ocsf.QueryName, ocsf.URLHostname, ocsf.TLSSNI, ocsf.URLDomain} {
		if v := e.Get(f).Str(); v != "" {
			if _, isAddr := ocsf.ParseAddr(v); !isAddr && strings.IndexByte(v, '.') > 0 {
				s.Domain = key{Kind: domainKey, Name: g.names.of(hostName(v))}
				break
			}
		}
	}
	for _, f := range [...]ocsf.Field{ocsf.FileHash, ocsf.ProcessHash} {
		if l := e.Get(f).List(); len(l) > 0 {
			s.Hash = key{Kind: hashKey, Name: g.names.of(strings.ToLower(l[0].Str()))}
			break
		}
	}
	return s
}

// reportsItself reports whether the device that wrote the event is where it
// happened (a server's own log) rather than a sensor on the way.
func reportsItself(e *ocsf.Event) bool {
	switch c := e.Class; {
	case c >= 1000 && c < 2000, c >= 3000 && c < 4000, c > 200000:
		return true
	case c == ocsf.HTTPActivity, c == ocsf.SSHActivity, c == ocsf.FTPActivity, c == ocsf.WebAccess, c == ocsf.APIActivity,
		c == ocsf.ConfigChange, c == ocsf.ConfigState:
		return true
	}
	return false
}

func (g *Engine) hostAt(e *ocsf.Event, addr ocsf.Field, names ...ocsf.Field) key {
	if a := e.Addr(addr); a.IsValid() && !a.IsUnspecified() {
		return key{Kind: hostKey, Addr: a}
	}
	for _, f := range names {
		if s := e.Get(f).Str(); s != "" {
			k := hostOf(clip(s, maxName))
			k.Name = g.names.of(k.Name)
			return k
		}
	}
	return key{}
}

func (g *Engine) userAt(e *ocsf.Event, f ocsf.Field) key {
	s := e.Get(f).Str()
	if s == "" {
		return key{}
	}
	k := userOf(clip(s, maxName))
	k.Name = g.names.of(k.Name)
	return k
}

// maxName bounds names that come from outside, in bytes.
const maxName = 256

// names keeps one copy of each name, cut loose from the line it stood in. It
// keeps those in use of the last two generations.
type names struct{ young, old map[string]string }

const maxNames = 1 << 15

func (n *names) of(s string) string {
	if s == "" {
		return ""
	}
	if t, ok := n.young[s]; ok {
		return t
	}
	t, ok := n.old[s]
	if !ok {
		t = strings.Clone(s)
	}
	if n.young == nil || len(n.young) >= maxNames {
		n.old, n.young = n.young, make(map[string]string)
	}
	n.young[t] = t
	return t
}
