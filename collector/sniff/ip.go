package sniff

// ip reads an IPv4 or IPv6 packet, whichever its version says.
func (d *decoder) ip(b []byte, p *packet) bool {
	if len(b) == 0 || !d.deeper() {
		return false
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b, p)
	case 6:
		return d.ipv6(b, p)
	}
	return false
}

func (d *decoder) ipv4(b []byte, p *packet) bool {
	if len(b) < 20 {
		return false
	}
	header := int(b[0]&15) * 4
	total := int(be16(b[2:]))
	if total == 0 { // segmentation left to the card: the frame tells
		total = len(b)
	}
	if header < 20 || total < header || header > len(b) {
		return false
	}
	p.v6 = false
	p.src, p.dst = from4(b[12:]), from4(b[16:])
	p.proto, p.length, p.pieces = b[9], total, 0
	frag := be16(b[6:])
	body := b[header:min(total, len(b))]
	p.missing = total - header - len(body)
	if frag&0x3fff == 0 {
		return d.transport(body, p)
	}
	whole, ok := d.frags.add(p, uint32(be16(b[4:])), int(frag&0x1fff)*8, frag&0x2000 != 0, body)
	if !ok {
		return false
	}
	return d.transport(whole, p)
}

func (d *decoder) ipv6(b []byte, p *packet) bool {
	if len(b) < 40 {
		return false
	}
	total := 40 + int(be16(b[4:]))
	if total == 40 && b[6] != 0 && b[6] != 59 && len(b) > 40 { // segmentation left to the card
		total = len(b)
	}
	p.v6 = true
	copy(p.src[:], b[8:24])
	copy(p.dst[:], b[24:40])
	p.length, p.pieces = total, 0
	next := b[6]
	p.proto = next
	body := b[40:min(total, len(b))]
	p.missing = total - 40 - len(body)
	for range 12 {
		switch next {
		case 0, 43, 60, 135, 139, 140: // options, routing, mobility, HIP, shim6
			if len(body) < 8 {
				return true
			}
			n := 8 + int(body[1])*8
			if n > len(body) {
				return true
			}
			next, body = body[0], body[n:]
		case 51: // authentication header: its length counts in fours
			if len(body) < 8 {
				return true
			}
			n := 8 + int(body[1])*4
			if n > len(body) {
				return true
			}
			next, body = body[0], body[n:]
		case 44:
			if len(body) < 8 {
				return true
			}
			next = body[0]
			off := be16(body[2:])
			id := be32(body[4:])
			p.proto = next
			if off&^6 == 0 { // an atomic fragment (RFC 6946)
				body = body[8:]
				continue
			}
			whole, ok := d.frags.add(p, id, int(off&^7), off&1 != 0, body[8:])
			if !ok {
				return false
			}
			body = whole
		default:
			p.proto = next
			return d.transport(body, p)
		}
		p.proto = next
	}
	return true
}

// transport reads what IP carries. It is true also for protocols that it does
// not know and for headers that are cut short: they are flows without ports.
func (d *decoder) transport(b []byte, p *packet) bool {
	p.sport, p.dport, p.flags = 0, 0, 0
	p.payload = nil
	switch p.proto {
	case protoTCP:
		return tcp(b, p)
	case protoUDP:
		if len(b) < 8 {
			return false
		}
		p.sport, p.dport = be16(b), be16(b[2:])
		body := b[8:]
		if n := int(be16(b[4:])); n >= 8 && n-8 < len(body) {
			body = body[:n-8]
		}
		p.payload = body
		d.udpTunnel(body, p)
		return true
	case protoSCTP:
		if len(b) < 12 {
			return false
		}
		p.sport, p.dport, p.payload = be16(b), be16(b[2:]), b[12:]
		return true
	case protoICMP, protoICMP6:
		if len(b) >= 4 {
			p.icmpType, p.icmpCode = b[0], b[1]
		}
		p.payload = b
		return true
	case protoIPIP, protoIPv6:
		d.inner(p, tunnelIP, func(q *packet) bool { return d.ip(b, q) })
		return true
	case protoEther:
		if len(b) > 2 {
			d.inner(p, tunnelIP, func(q *packet) bool { return d.ethernet(b[2:], q) })
		}
		return true
	case 137: // MPLS in IP
		d.inner(p, tunnelIP, func(q *packet) bool { return d.mpls(b, q) })
		return true
	case protoGRE:
		d.gre(b, p)
		return true
	case 59: // nothing: a Teredo bubble
		return false
	case 51: // authentication header before IPv4's payload
		if len(b) >= 8 && 8+int(b[1])*4 <= len(b) && d.deeper() {
			p.proto = b[0]
			return d.transport(b[8+int(b[1])*4:], p)
		}
		return true
	}
	p.payload = b
	return true
}

func tcp(b []byte, p *packet) bool {
	if len(b) < 20 {
		return false
	}
	header := int(b[12]>>4) * 4
	if header < 20 {
		return false
	}
	p.sport, p.dport = be16(b), be16(b[2:])
	p.seq, p.ack = be32(b[4:]), be32(b[8:])
	p.flags, p.window = b[13], be16(b[14:])
	if header > len(b) { // options cut off
		p.missing = max(0, p.missing-(header-len(b)))
		return true
	}
	p.payload = b[header:]
	return true
}

// inner decodes what a tunnel carries; when that is a packet, it takes p's
// place, else p stays what it is.
func (d *decoder) inner(p *packet, t tunnel, decode func(*packet) bool) {
	q := *p
	q.tunnel = t
	q.payload = nil
	if d.layers < maxLayers && decode(&q) {
		if t >= tunnelVXLAN && !d.tunnelled {
			d.outer, d.tunnelled = *p, true
			d.outer.tunnel, d.outer.payload = noTunnel, nil
			d.through = t
		}
		*p = q
	}
}

// gre reads GRE (RFC 2784, 2890) and the older version 1 of PPTP (RFC 2637).
func (d *decoder) gre(b []byte, p *packet) {
	if len(b) < 4 {
		return
	}
	flags, typ := be16(b), be16(b[2:])
	n := 4
	if flags&0xc000 != 0 { // checksum, routing
		n += 4
	}
	if flags&0x2000 != 0 { // key
		n += 4
	}
	if flags&0x1000 != 0 { // sequence number
		n += 4
	}
	if flags&7 == 1 && flags&0x80 != 0 { // acknowledgement
		n += 4
	}
	if flags&0x4000 != 0 || n > len(b) { // source routing was never used
		return
	}
	rest := b[n:]
	if typ == etherERSPAN && flags&0x1000 == 0 { // ERSPAN I has no header of its own
		d.inner(p, tunnelGRE, func(q *packet) bool { return d.ethernet(rest, q) })
		return
	}
	if typ == 0x883e && len(rest) >= 4 { // Cisco's WCCP: a redirect header, perhaps
		if rest[0]>>4 != 4 {
			rest = rest[4:]
		}
		typ = etherIPv4
	}
	d.inner(p, tunnelGRE, func(q *packet) bool {
		if typ == 0 || typ >= 0x8200 && typ <= 0x83ff || typ == 0x9000 { // Aruba: a frame of the air
			return d.wifi(rest, q)
		}
		return d.ether(typ, rest, q)
	})
}

// udpTunnel looks for a packet in a datagram to a tunnel's port. It must look
// like that tunnel; a port alone proves nothing.
func (d *decoder) udpTunnel(b []byte, p *packet) {
	switch p.dport {
	case 4789, 8472: // VXLAN (RFC 7348): the bit that says the VNI is valid
		if len(b) > 8+14 && b[0]&0x08 != 0 && b[7] == 0 {
			d.inner(p, tunnelVXLAN, func(q *packet) bool { return d.ethernet(b[8:], q) })
		}
	case 6081: // Geneve (RFC 8926)
		if len(b) < 8 || b[0]>>6 != 0 {
			return
		}
		if n := 8 + int(b[0]&0x3f)*4; n < len(b) {
			typ := be16(b[2:])
			d.inner(p, tunnelGeneve, func(q *packet) bool { return d.ether(typ, b[n:], q) })
		}
	case 2152: // GTP-U (3GPP TS 29.281): a G-PDU
		d.gtp(b, p)
	case 4754: // GRE in UDP (RFC 8086)
		before := *p
		if d.gre(b, p); p.tunnel == tunnelGRE && !d.tunnelled {
			before.payload = nil
			d.outer, d.tunnelled, d.through = before, true, tunnelGRE
		}
	case 5072: // AYIYA: identity and signature, then IPv6
		if len(b) >= 8 && b[3] == protoIPv6 {
			if n := 8 + 1<<(b[0]>>4) + int(b[1]>>4)*4; n < len(b) {
				d.inner(p, tunnelAYIYA, func(q *packet) bool { return d.ip(b[n:], q) })
			}
		}
	}
	if p.tunnel == noTunnel && !p.v6 && (p.dport == 3544 || p.sport == 3544) {
		d.teredo(b, p)
	}
}

func (d *decoder) gtp(b []byte, p *packet) {
	if len(b) < 8 || b[0]&0xf0 != 0x30 || b[1] != 0xff {
		return
	}
	rest := b[8:]
	if b[0]&7 != 0 {
		if len(rest) < 4 {
			return
		}
		next := rest[3]
		rest = rest[4:]
		if b[0]&4 == 0 {
			next = 0
		}
		for range 8 { // extension headers
			if next == 0 {
				break
			}
			if len(rest) < 4 || rest[0] == 0 || int(rest[0])*4 > len(rest) {
				return
			}
			n := int(rest[0]) * 4
			next, rest = rest[n-1], rest[n:]
		}
	}
	d.inner(p, tunnelGTP, func(q *packet) bool { return d.ip(rest, q) })
}

// teredo reads IPv6 in UDP (RFC 4380), with its two optional headers.
func (d *decoder) teredo(b []byte, p *packet) {
	if len(b) > 4 && b[0] == 0 && b[1] == 1 { // authentication
		n := 13 + int(b[2]) + int(b[3])
		if n > len(b) {
			return
		}
		b = b[n:]
	}
	if len(b) > 8 && b[0] == 0 && b[1] == 0 { // origin
		b = b[8:]
	}
	if len(b) >= 40 && b[0]>>4 == 6 && 40+int(be16(b[4:])) <= len(b) {
		d.inner(p, tunnelTeredo, func(q *packet) bool { return d.ip(b, q) })
	}
}
