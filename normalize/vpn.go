package normalize

import (
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
)

// What the VPNs of all brands have in common: a session comes and goes, and the
// user gets an address inside, through which correlation follows who came in. The
// words are those of Cisco, Fortinet, Palo Alto Networks, Ivanti, OpenVPN,
// strongSwan, WatchGuard and SonicWall.

// insideMarks stand before the address that a VPN gives, in lower case.
var insideMarks = [...]string{"virtual ip", "client ip", "ipv4 address", "assigned private ip", "assigned ip", "private ip", "inner ip", "tunnel ip", "client assigned", "assigned to client", "ip address assigned", "internal ip", "lease"}

// settleTunnel sets the address inside and whether the session came or went, where
// no key of the line told.
func (l *Line) settleTunnel() {
	e := l.E
	if e.Class != ocsf.TunnelActivity {
		return
	}
	s := e.Text(ocsf.Message)
	s = s[:min(len(s), 512)]
	if e.Has(ocsf.TunnelIP) {
		l.tunnelInsideOnly(e.Addr(ocsf.TunnelIP))
	} else if a, ok := insideAddr(s); ok {
		l.tunnelInside(s, a)
	}
	if e.Activity == ocsf.Other {
		e.Activity = sessionActivity(s)
	}
}

// tunnelInside sets the address inside; where the words alone made it the source
// and name another address, that is the source.
func (l *Line) tunnelInside(s string, inside netip.Addr) {
	l.put(ocsf.TunnelIP, ocsf.Addr(inside), textWeight)
	l.tunnelInsideOnly(inside)
	if l.E.Addr(ocsf.SrcIP) != inside || l.facts.weight[ocsf.SrcIP] >= brandWeight {
		return
	}
	for i := 0; i < len(s); i++ {
		if !hexByte(s[i]) || i > 0 && (alnum(s[i-1]) || s[i-1] == '.' || s[i-1] == ':') {
			continue
		}
		if a, _, n := scanAddrPort(s[i:], false); n > 0 && a != inside && !a.IsUnspecified() {
			l.E.Set(ocsf.SrcIP, ocsf.Addr(a))
			return
		}
	}
}

// tunnelInsideOnly takes the address inside from the destination, where only words
// put it.
func (l *Line) tunnelInsideOnly(inside netip.Addr) {
	if l.E.Addr(ocsf.DstIP) == inside && l.facts.weight[ocsf.DstIP] < brandWeight {
		l.E.Delete(ocsf.DstIP)
	}
}

// insideAddr returns the address that stands behind one of insideMarks.
func insideAddr(s string) (netip.Addr, bool) {
	for _, m := range insideMarks {
		i := indexFold(s, m)
		if i < 0 {
			continue
		}
		rest := s[i+len(m):]
		rest = rest[:min(len(rest), 24)]
		for j := 0; j < len(rest) && rest[j] != ','; j++ {
			if digit(rest[j]) {
				if a, _, n := scanAddrPort(s[i+len(m)+j:], false); n > 0 && !a.IsUnspecified() {
					return a, true
				}
				break
			}
		}
	}
	return netip.Addr{}, false
}

// sessionActivity is the activity of Tunnel Activity by the words of a text:
// Close before Open, for "connection closed" speaks of a connection too.
func sessionActivity(s string) uint8 {
	for _, w := range [...]string{"disconnect", "deleting ", "terminat", "torn down", "closed", "session ended", "logged out", "went offline", "shutdown", "tunnel down", "has been deleted", "logout"} {
		if indexFold(s, w) >= 0 {
			return 2
		}
	}
	for _, w := range [...]string{"fail", "not ", "denied", "reject", "error", "unable"} {
		if indexFold(s, w) >= 0 {
			return ocsf.Other
		}
	}
	for _, w := range [...]string{"session started", "established", "connected", "assigned to session", "tunnel up", "has been created", "assigned private ip", "assigning virtual ip", "logged in"} {
		if indexFold(s, w) >= 0 {
			return 1
		}
	}
	return ocsf.Other
}

// indexFold is strings.Index without regard to the case of ASCII letters in s;
// low is in lower case.
func indexFold(s, low string) int {
	up := low[0]
	if lower(up) {
		up -= 'a' - 'A'
	}
	for i := 0; i+len(low) <= len(s); i++ {
		if (s[i] == low[0] || s[i] == up) && strings.EqualFold(s[i:i+len(low)], low) {
			return i
		}
	}
	return -1
}
