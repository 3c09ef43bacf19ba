package sniff

// Link types of capture files (https://www.tcpdump.org/linktypes.html).
const (
	linkNull     = 0
	linkEthernet = 1
	linkPPP      = 9
	linkRaw12    = 12
	linkRaw14    = 14
	linkPPPSer   = 50
	linkPPPoE    = 51
	linkRaw      = 101
	linkHDLC     = 104
	linkWiFi     = 105
	linkLoop     = 108
	linkSLL      = 113
	linkRadiotap = 127
	linkIPv4     = 228
	linkIPv6     = 229
	linkNFLog    = 239
	linkSLL2     = 276
)

// Ethernet types.
const (
	etherIPv4   = 0x0800
	etherARP    = 0x0806
	etherTrans  = 0x6558 // transparent Ethernet bridging
	etherVLAN   = 0x8100
	etherIPv6   = 0x86dd
	etherPPP    = 0x880b
	etherMPLS   = 0x8847
	etherMPLSup = 0x8848
	etherPPPoE  = 0x8864
	etherQinQ   = 0x88a8
	etherPBB    = 0x88e7
	etherERSPAN = 0x88be
	etherERSP3  = 0x22eb
	etherVNTag  = 0x8926
	etherNSH    = 0x894f
	etherQinQ2  = 0x9100
	etherMAC    = 0x6000 // DEC and others use what lies below as lengths
)

// maxLayers bounds the headers of one packet, so that none can be built that
// sends the decoder round and round.
const maxLayers = 24

// decoder takes frames apart. It keeps fragments between packets.
type decoder struct {
	frags  fragments
	arp    func(p *packet, b []byte)
	layers int

	// What carried the packet, when that was a tunnel over UDP: it is a flow of
	// its own, so that a tunnel can be seen, named for what it is.
	outer     packet
	tunnelled bool
	through   tunnel
}

// decode fills p from a frame of a link type; false for what is no IP. p.time
// is set before. ARP is given to d.arp.
func (d *decoder) decode(link uint32, b []byte, p *packet) bool {
	d.layers, d.tunnelled = 0, false
	switch link {
	case linkEthernet:
		return d.ethernet(b, p)
	case linkNull, linkLoop:
		if len(b) < 4 {
			return false
		}
		return d.ip(b[4:], p) // the family differs between systems; the version tells
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		return d.ip(b, p)
	case linkPPP, linkPPPSer:
		return d.ppp(b, p)
	case linkPPPoE:
		return d.pppoe(b, p)
	case linkHDLC:
		if len(b) < 4 {
			return false
		}
		return d.ether(be16(b[2:]), b[4:], p)
	case linkSLL:
		if len(b) < 16 {
			return false
		}
		if be16(b[4:]) == 6 {
			copy(p.srcMAC[:], b[6:12])
		}
		return d.ether(be16(b[14:]), b[16:], p)
	case linkSLL2:
		if len(b) < 20 {
			return false
		}
		if b[11] == 6 {
			copy(p.srcMAC[:], b[12:18])
		}
		return d.ether(be16(b), b[20:], p)
	case linkRadiotap:
		if len(b) < 4 || int(le16(b[2:])) > len(b) {
			return false
		}
		return d.wifi(b[le16(b[2:]):], p)
	case linkWiFi:
		return d.wifi(b, p)
	case linkNFLog:
		return d.nflog(b, p)
	}
	return false
}

func (d *decoder) deeper() bool {
	d.layers++
	return d.layers <= maxLayers
}

func (d *decoder) ethernet(b []byte, p *packet) bool {
	if len(b) < 14 || !d.deeper() {
		return false
	}
	copy(p.dstMAC[:], b)
	copy(p.srcMAC[:], b[6:])
	return d.ether(be16(b[12:]), b[14:], p)
}

// ether goes on behind an Ethernet type.
func (d *decoder) ether(typ uint16, b []byte, p *packet) bool {
	for d.deeper() {
		switch typ {
		case etherIPv4, etherIPv6:
			return d.ip(b, p)
		case etherARP:
			if d.arp != nil {
				d.arp(p, b)
			}
			return false
		case etherVLAN, etherQinQ, etherQinQ2, 0x9200, 0x9300:
			if len(b) < 4 {
				return false
			}
			p.vlan = be16(b) & 0xfff
			typ, b = be16(b[2:]), b[4:]
			if typ < 0x600 { // a length: LLC behind a VLAN tag
				return d.llc(b, p)
			}
		case etherMPLS, etherMPLSup:
			return d.mpls(b, p)
		case etherPPPoE:
			return d.pppoe(b, p)
		case etherPPP:
			return d.ppp(b, p)
		case etherPBB: // 802.1ah: flags and service, then a whole frame
			if len(b) < 4 {
				return false
			}
			return d.ethernet(b[4:], p)
		case etherTrans:
			return d.ethernet(b, p)
		case etherERSPAN:
			return d.erspan(b, p)
		case etherERSP3:
			return d.erspan3(b, p)
		case etherVNTag:
			if len(b) < 6 {
				return false
			}
			typ, b = be16(b[4:]), b[6:]
		case etherNSH: // RFC 8300
			if len(b) < 8 {
				return false
			}
			n := int(be16(b)&0x3f) * 4
			if n < 8 || n > len(b) {
				return false
			}
			next := b[3]
			b = b[n:]
			switch next {
			case 1, 2:
				return d.ip(b, p)
			case 3:
				return d.ethernet(b, p)
			case 5:
				return d.mpls(b, p)
			}
			return false
		default:
			if typ < 0x600 {
				return d.llc(b, p)
			}
			return false
		}
	}
	return false
}

// llc reads 802.2 LLC with SNAP (RFC 1042).
func (d *decoder) llc(b []byte, p *packet) bool {
	if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa {
		if len(b) > 3 && b[0] == 0x06 && b[1] == 0x06 { // IP's own SAP
			return d.ip(b[3:], p)
		}
		return false
	}
	return d.ether(be16(b[6:]), b[8:], p)
}

// mpls passes a stack of labels; what lies below is told by its first bits
// (RFC 4928): IP, or Ethernet with or without a control word.
func (d *decoder) mpls(b []byte, p *packet) bool {
	for range 16 {
		if len(b) < 5 {
			return false
		}
		last := b[2]&1 != 0
		b = b[4:]
		if !last {
			continue
		}
		switch b[0] >> 4 {
		case 4, 6:
			return d.ip(b, p)
		case 0:
			if len(b) > 18 && b[0]|b[1] == 0 {
				return d.ethernet(b[4:], p)
			}
		}
		return d.ethernet(b, p)
	}
	return false
}

func (d *decoder) pppoe(b []byte, p *packet) bool {
	if len(b) < 8 || b[0] != 0x11 || b[1] != 0 {
		return false
	}
	return d.ppp(b[6:], p)
}

func (d *decoder) ppp(b []byte, p *packet) bool {
	if !d.deeper() {
		return false
	}
	if len(b) > 2 && b[0] == 0xff && b[1] == 0x03 { // address and control
		b = b[2:]
	} else if len(b) > 4 && b[0] == 0x0f && b[1] == 0 { // Cisco's HDLC under a PPP link type
		return d.ether(be16(b[2:]), b[4:], p)
	}
	if len(b) < 2 {
		return false
	}
	typ := be16(b)
	if b[0]&1 != 0 { // compressed to one byte
		typ, b = uint16(b[0]), b[1:]
	} else {
		b = b[2:]
	}
	switch typ {
	case 0x21, 0x57:
		return d.ip(b, p)
	case 0x281, 0x283:
		return d.mpls(b, p)
	}
	return false
}

// nflog finds the payload among the netfilter log's attributes.
func (d *decoder) nflog(b []byte, p *packet) bool {
	if len(b) < 4 {
		return false
	}
	b = b[4:]
	for len(b) >= 4 {
		n, typ := int(le16(b)), le16(b[2:])&0x7fff
		if n < 4 || n > len(b) {
			return false
		}
		if typ == 9 {
			return d.ip(b[4:n], p)
		}
		n = (n + 3) &^ 3
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return false
}

// erspan passes the header of ERSPAN II; its callers have passed GRE.
func (d *decoder) erspan(b []byte, p *packet) bool {
	if len(b) < 8 {
		return false
	}
	return d.ethernet(b[8:], p)
}

func (d *decoder) erspan3(b []byte, p *packet) bool {
	n := 12
	if len(b) > 11 && b[11]&1 != 0 {
		n = 20 // platform specific subheader
	}
	if len(b) < n {
		return false
	}
	return d.ethernet(b[n:], p)
}
