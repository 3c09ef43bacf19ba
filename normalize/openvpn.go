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
	Apps:   "openvpn ovpn-server openvpn-server ovpn",
	Begins: []string{"TLS Error: ", "MULTI: ", "VERIFY OK: ", "PUSH: Received control message"},
	Parse:  parseOpenVPN,
}

func parseOpenVPN(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	e := l.E
	peer, rest, _ := strings.Cut(s, " ")
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
	default:
		l.scanText(s)
	}
	if l.facts.weight[ocsf.SrcIP] == 0 && l.facts.user == "" {
		e.Class, e.Activity = ocsf.BaseEvent, 0
	}
	return true
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
