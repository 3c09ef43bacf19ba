package sniff

import (
	"picket/normalize/ocsf"
)

// claims remembers which hardware address claimed which IP address. Findings
// (one address claimed by two) can be told from here.
type claims struct {
	m    map[claim]struct{}
	took bool // the frame at hand was ARP
}

type claim struct {
	mac mac
	ip  [4]byte
}

// maxClaims bounds the table; when it is full it begins anew, and known hosts
// are told once more.
const maxClaims = 32768

// arp reads ARP over Ethernet (RFC 826) and tells a device (5001) the first time
// that it claims an address.
func (s *sensor) arp(p *packet, b []byte) {
	s.claims.took = true
	if len(b) < 28 || be16(b) != 1 || be16(b[2:]) != etherIPv4 || b[4] != 6 || b[5] != 4 {
		return
	}
	c := claim{mac(b[8:14]), [4]byte(b[14:18])}
	if c.ip == ([4]byte{}) || c.mac == (mac{}) || c.mac.group() {
		return // a probe (RFC 5227) claims nothing
	}
	if _, ok := s.claims.m[c]; ok {
		return
	}
	if s.claims.m == nil || len(s.claims.m) >= maxClaims {
		s.claims.m = map[claim]struct{}{}
	}
	s.claims.m[c] = struct{}{}
	e := s.blank(ocsf.DeviceInventory, p.time)
	e.Activity = 2 // Collect
	e.Set(ocsf.DeviceMAC, ocsf.Text(c.mac.String()))
	e.SetAddr(ocsf.DeviceIP, addr(from4(c.ip[:]), false))
	if p.vlan != 0 {
		e.SetUnmapped("vlan", ocsf.Int(int64(p.vlan)))
	}
	e.SetUnmapped("protocol", ocsf.Text("arp"))
	s.give(e)
}
