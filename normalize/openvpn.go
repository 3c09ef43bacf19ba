package normalize

import (
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
)

// openvpn reads OpenVPN's server (OpenVPN 2.x, manual, --verb 3): lines that
// begin with the peer, with its name before once it is known.
var openvpn = &Parser{
	Name: "openvpn", Vendor: "OpenVPN", Product: "OpenVPN",
	Apps: "openvpn ovpn-server openvpn-server ovpn",
	Begins: []string{"TLS Error: ", "MULTI: ", "MULTI_sva: ", "VERIFY OK: ", "VERIFY ERROR: ", "PUSH: Received control message", "ifconfig_pool_read(), ", "TUN/TAP device ",
		"Incorrect password supplied for LDAP DN ", "Unable to bind as ", "LDAP user ", "LDAP bind failed"},
	Next:  ` -./:_@+[`,
	Shape: openVPNPeer,
	Parse: parseOpenVPN,
}

// openVPNPeer reports whether a message begins with a peer, 192.0.2.1:1194 or
// name/192.0.2.1:1194, and goes on with what OpenVPN says of one.
func openVPNPeer(s string) bool {
	i := openVPNPeerEnd(s)
	if i < 9 || i >= len(s) || !digit(s[i-1]) {
		return false
	}
	if d := strings.LastIndexByte(s[:i], ':'); d < 7 || digits(s[d+1:]) != i-d-1 {
		return false
	}
	rest := s[i+1:]
	for _, p := range [...]string{"TLS", "VERIFY ", "peer info: ", "MULTI", "AUTH", "PUSH: ", "SENT CONTROL ", "Control Channel", "Data Channel", "Outgoing Data Channel", "Incoming Data Channel",
		"Connection reset", "SIG", "OpenSSL: ", "CRL ", "WARNING: ", "Authenticate/Decrypt", "Fatal TLS error", "Re-using SSL", "LZO ", "Expected Remote Options", "Local Options", "WEB_AUTH", "Delayed exit", "Need IPv6 code"} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return strings.HasPrefix(rest, "[") && (strings.Contains(rest, "] Peer Connection Initiated") || strings.Contains(rest, "] Inactivity timeout"))
}

// openVPNPeerEnd is where the peer at the beginning ends, -1 without a space. A
// name before the address may hold spaces of its own.
func openVPNPeerEnd(s string) int {
	head := s[:min(len(s), 112)]
	i := strings.IndexByte(head, ' ')
	if j := strings.IndexByte(head, '/'); i > 0 && j > i && j+1 < len(head) && digit(head[j+1]) && strings.IndexByte(head[:j], ':') < 0 {
		if k := strings.IndexByte(head[j:], ' '); k > 0 {
			return j + k
		}
	}
	return i
}

func parseOpenVPN(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	e := l.E
	peer, rest := s, ""
	if i := openVPNPeerEnd(s); i >= 0 && i < len(s) {
		peer, rest = s[:i], s[i+1:]
	}
	if i := strings.LastIndexByte(peer, '/'); i > 0 { // name/192.0.2.1:1194
		if a, port, n := scanAddrPort(peer[i+1:], false); n > 0 {
			l.applyUser(brandUser, peer[:i])
			l.vpnPeer(a, port)
			s = rest
		}
	} else if a, port, n := scanAddrPort(peer, false); n > 0 && n == len(peer) {
		l.vpnPeer(a, port)
		s = rest
	}
	e.Set(ocsf.Message, ocsf.Text(s))
	e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	switch {
	case strings.HasPrefix(s, "TLS: Username/Password authentication succeeded for username '"):
		l.vpnAuth(s, ocsf.Success)
	case strings.HasPrefix(s, "TLS Auth Error:"), strings.Contains(s, "AUTH_FAILED"), strings.HasPrefix(s, "TLS Error: Auth Username/Password"), strings.Contains(s, "authentication failed for username"):
		l.vpnAuth(s, ocsf.Failure)
	case strings.Contains(s, "Peer Connection Initiated with "):
		e.Activity = 1
		if strings.HasPrefix(s, "[") {
			if i := strings.IndexByte(s, ']'); i > 1 {
				l.applyUser(brandUser, s[1:i])
			}
		}
		_, with, _ := strings.Cut(s, "Peer Connection Initiated with ")
		l.vpnEndpoint(with)
	case strings.HasPrefix(s, "VERIFY "):
		if i := strings.Index(s, "CN="); i >= 0 && strings.Contains(s, "depth=0") {
			cn := s[i+3:]
			if j := strings.IndexAny(cn, ",/"); j >= 0 {
				cn = cn[:j]
			}
			l.applyUser(brandUser, cn)
		}
		if strings.HasPrefix(s, "VERIFY ERROR") {
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case strings.HasPrefix(s, "TLS Error:"), strings.HasPrefix(s, "TLS_ERROR"):
		l.setOutcome(ocsf.Failure, brandWeight)
		l.vpnEndpoint(s)
	case strings.HasPrefix(s, "MULTI: primary virtual IP for "), strings.HasPrefix(s, "MULTI: Learn: "):
		e.Activity = 1
		l.vpnLease(s)
	case strings.Contains(s, "client-instance exiting"), strings.Contains(s, "client-instance restarting"), strings.Contains(s, "SIGTERM[soft,remote-exit]"):
		e.Activity = 2
	case strings.HasPrefix(s, "ifconfig_pool_read(), in='"), strings.HasPrefix(s, "TUN/TAP device "), strings.HasPrefix(s, "MULTI_sva: pool returned "):
		l.vpnOwn(s)
		return true
	case strings.HasPrefix(s, "Incorrect password supplied for LDAP DN "), strings.HasPrefix(s, "Unable to bind as "), strings.HasPrefix(s, "LDAP user "), strings.HasPrefix(s, "LDAP bind failed"):
		return l.vpnLDAP(s)
	default:
		l.scanText(s)
	}
	if l.facts.weight[ocsf.SrcIP] == 0 && l.facts.user == "" {
		e.Class, e.Activity = ocsf.BaseEvent, 0
	}
	return true
}

// vpnOwn reads what the server says of its own interface and pool of addresses.
func (l *Line) vpnOwn(s string) {
	l.putText(ocsf.TunnelIf, firstWord(strings.TrimPrefix(s, "TUN/TAP device ")), brandWeight)
	if _, v, ok := strings.Cut(s, "in='"); ok { // name,address,
		l.E.Delete(ocsf.TunnelIf)
		name, v, _ := strings.Cut(v, ",")
		a, n := scanAddr(v)
		l.applyUser(brandUser, name)
		if n > 0 {
			l.put(ocsf.TunnelIP, ocsf.Addr(a), brandWeight)
		}
	}
	if _, v, ok := strings.Cut(s, "pool returned "); ok { // IPv4=10.8.0.6, IPv6=(Not enabled)
		l.E.Delete(ocsf.TunnelIf)
		if a, n := scanAddr(after(v, "IPv4=")); n > 0 {
			l.put(ocsf.TunnelIP, ocsf.Addr(a), brandWeight)
		}
	}
}

// vpnLDAP reads openvpn-auth-ldap, which names people by their DN.
func (l *Line) vpnLDAP(s string) bool {
	name := strings.Trim(after(s, "LDAP DN "), "\".")
	switch {
	case name != "":
		name = relativeName(name)
	case strings.HasPrefix(s, "Unable to bind as "):
		name = relativeName(s[len("Unable to bind as "):])
	default:
		_, name, _ = strings.Cut(s, "\"")
		name, _, _ = strings.Cut(name, "\"")
	}
	l.mailAuth(strings.Trim(name, "\"'"), ocsf.Failure)
	return true
}

// relativeName is the value of the first part of a distinguished name that is a
// person's: CN=Jane Doe,OU=users or uid=jdoe,ou=people.
func relativeName(dn string) string {
	k, v, ok := strings.Cut(dn, "=")
	if !ok || !strings.EqualFold(k, "cn") && !strings.EqualFold(k, "uid") && !strings.EqualFold(k, "samaccountname") {
		return dn
	}
	v, _, _ = strings.Cut(v, ",")
	return v
}

func (l *Line) vpnPeer(a netip.Addr, port int) {
	l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
	if port >= 0 {
		l.put(ocsf.SrcPort, ocsf.Int(int64(port)), brandWeight)
	}
}

// vpnEndpoint reads "[AF_INET]192.0.2.1:1194" or an address after some words.
func (l *Line) vpnEndpoint(s string) {
	if i := strings.Index(s, "[AF_INET"); i >= 0 {
		if j := strings.IndexByte(s[i:], ']'); j > 0 {
			if a, port, n := scanAddrPort(s[i+j+1:], false); n > 0 {
				l.vpnPeer(a, port)
				return
			}
		}
	}
	if a, port, ok := findAddr(s); ok {
		l.vpnPeer(a, port)
	}
}

// vpnAuth reads the name in quotes.
func (l *Line) vpnAuth(s string, outcome int8) {
	e := l.E
	l.setOutcome(outcome, brandWeight)
	if i := strings.Index(s, "username '"); i >= 0 {
		name, _, _ := strings.Cut(s[i+len("username '"):], "'")
		l.applyUser(brandUser, name)
	}
	if l.facts.user != "" {
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	}
}

// vpnLease reads "MULTI: primary virtual IP for bob/192.0.2.1:1194: 10.8.0.6".
func (l *Line) vpnLease(s string) {
	if i := strings.LastIndex(s, ": "); i > 0 {
		if a, ok := addrOf(s[i+2:]); ok {
			l.put(ocsf.TunnelIP, ocsf.Addr(a), brandWeight)
		}
	}
	for s != "" {
		var w string
		w, s, _ = strings.Cut(s, " ")
		w = strings.TrimSuffix(w, ":")
		if i := strings.IndexByte(w, '/'); i > 0 {
			if a, port, n := scanAddrPort(w[i+1:], false); n > 0 {
				l.applyUser(brandUser, w[:i])
				l.vpnPeer(a, port)
			}
		}
	}
}
