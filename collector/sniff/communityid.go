package sniff

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
)

// communityID names a flow by its five values the way other sensors do, so that
// their findings can be joined: Community ID version 1, seed 0
// (https://github.com/corelight/community-id-spec).
func communityID(src, dst [16]byte, v6 bool, proto uint8, sport, dport uint16, oneWay bool) string {
	a, b := src[:], dst[:]
	if !v6 {
		a, b = a[12:], b[12:]
	}
	if c := bytes.Compare(a, b); !oneWay && (c > 0 || c == 0 && sport > dport) {
		a, b, sport, dport = b, a, dport, sport
	}
	var buf [2 + 16 + 16 + 2 + 4]byte
	out := append(buf[:2], a...)
	out = append(out, b...)
	out = append(out, proto, 0)
	switch proto {
	case protoTCP, protoUDP, protoSCTP, protoICMP, protoICMP6:
		out = append(out, byte(sport>>8), byte(sport), byte(dport>>8), byte(dport))
	}
	sum := sha1.Sum(out)
	return "1:" + base64.StdEncoding.EncodeToString(sum[:])
}

// icmpPorts gives the type of an ICMP message and that of its answer, in the
// place of ports; oneWay when it has no answer (then the code stands in the
// answer's place and nothing is ordered).
func icmpPorts(proto, typ, code uint8) (a, b uint16, oneWay bool) {
	pairs := icmpPairs
	if proto == protoICMP6 {
		pairs = icmp6Pairs
	}
	for _, p := range pairs {
		if p[0] == typ {
			return uint16(typ), uint16(p[1]), false
		}
		if p[1] == typ {
			return uint16(typ), uint16(p[0]), false
		}
	}
	return uint16(typ), uint16(code), true
}

var (
	icmpPairs  = [][2]uint8{{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}}
	icmp6Pairs = [][2]uint8{{128, 129}, {133, 134}, {135, 136}, {130, 131}, {144, 145}, {139, 140}}
)
