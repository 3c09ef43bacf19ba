package sniff

import (
	"encoding/hex"
	"net/netip"
)

// packet is one decoded packet, the innermost of a tunnelled one.
type packet struct {
	time     int64 // ns since the epoch
	src, dst [16]byte
	v6       bool
	proto    uint8
	sport    uint16
	dport    uint16
	length   int    // bytes at the IP layer as the header has them
	payload  []byte // of the transport, as far as captured
	missing  int    // bytes of the payload that were not captured
	pieces   int    // fragments that it was put together from, 0 for a whole packet

	flags    uint8 // TCP
	seq, ack uint32
	window   uint16

	icmpType, icmpCode uint8

	srcMAC, dstMAC mac
	vlan           uint16
	tunnel         tunnel // the innermost tunnel that it came through
}

// TCP flags.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// Protocols of IP.
const (
	protoICMP  = 1
	protoIPIP  = 4
	protoTCP   = 6
	protoUDP   = 17
	protoIPv6  = 41
	protoGRE   = 47
	protoICMP6 = 58
	protoEther = 97
	protoSCTP  = 132
)

type tunnel uint8

const (
	noTunnel tunnel = iota
	tunnelIP
	tunnelGRE
	tunnelVXLAN
	tunnelGeneve
	tunnelGTP
	tunnelTeredo
	tunnelAYIYA
)

var tunnelNames = [...]string{"", "ip", "gre", "vxlan", "geneve", "gtp-u", "teredo", "ayiya"}

// mac is a hardware address; the zero mac is none.
type mac [6]byte

func (m mac) String() string {
	if m == (mac{}) {
		return ""
	}
	var b [17]byte
	for i, c := range m {
		hex.Encode(b[3*i:], []byte{c})
		if i < 5 {
			b[3*i+2] = ':'
		}
	}
	return string(b[:])
}

// group tells a multicast or broadcast address.
func (m mac) group() bool { return m[0]&1 != 0 }

// addr makes an address of its 16 bytes.
func addr(b [16]byte, v6 bool) netip.Addr {
	if v6 {
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom4([4]byte(b[12:16]))
}

// from4 puts an IPv4 address where an IPv6 one has room.
func from4(b []byte) (a [16]byte) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], b[:4])
	return a
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }
func be24(b []byte) int    { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }
func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
func le16(b []byte) uint16 { return uint16(b[1])<<8 | uint16(b[0]) }
func le32(b []byte) uint32 {
	return uint32(b[3])<<24 | uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
}
func le64(b []byte) uint64 { return uint64(le32(b[4:]))<<32 | uint64(le32(b)) }
