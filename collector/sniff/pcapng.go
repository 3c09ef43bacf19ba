package sniff

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/bits"
)

// pcapng (draft-ietf-opsawg-pcapng). gopacket's NgReader divides by zero when an
// interface claims a resolution of 2^-64 and allocates four gigabytes when a
// packet claims to have them; a sensor is fed with hostile files, so this reader
// is our own.

type ngReader struct {
	r      *bufio.Reader
	order  binary.ByteOrder
	ifaces []ngInterface
	buf    []byte
}

type ngInterface struct {
	link   uint32
	units  uint64 // of time in a second
	offset int64  // seconds
	snap   uint32
}

const maxInterfaces = 4096

// next reads blocks until a packet.
func (g *ngReader) next(c *captured) error {
	for {
		typ, b, err := g.block()
		if err != nil {
			return err
		}
		switch typ {
		case 1:
			g.describe(b)
		case 6: // enhanced packet
			if len(b) < 20 {
				return errDamaged
			}
			n := g.order.Uint32(b[12:])
			if uint64(n) > uint64(len(b)-20) {
				return errDamaged
			}
			ts := uint64(g.order.Uint32(b[4:]))<<32 | uint64(g.order.Uint32(b[8:]))
			if g.packet(c, g.order.Uint32(b), ts, b[20:20+n], g.order.Uint32(b[16:])) {
				return nil
			}
		case 2: // packet, obsolete
			if len(b) < 20 {
				return errDamaged
			}
			n := g.order.Uint32(b[12:])
			if uint64(n) > uint64(len(b)-20) {
				return errDamaged
			}
			ts := uint64(g.order.Uint32(b[4:]))<<32 | uint64(g.order.Uint32(b[8:]))
			if g.packet(c, uint32(g.order.Uint16(b)), ts, b[20:20+n], g.order.Uint32(b[16:])) {
				return nil
			}
		case 3: // simple packet: no time, first interface
			if len(b) < 4 || len(g.ifaces) == 0 {
				return errDamaged
			}
			wire := g.order.Uint32(b)
			n := min(uint64(wire), uint64(len(b)-4))
			if s := g.ifaces[0].snap; s != 0 {
				n = min(n, uint64(s))
			}
			if g.packet(c, 0, 0, b[4:4+n], wire) {
				return nil
			}
		}
	}
}

// packet fills c; false when its interface was not described.
func (g *ngReader) packet(c *captured, iface uint32, ts uint64, data []byte, wire uint32) bool {
	if uint64(iface) >= uint64(len(g.ifaces)) {
		return false
	}
	i := g.ifaces[iface]
	seconds := ts / i.units
	hi, lo := bits.Mul64(ts%i.units, 1e9)
	frac, _ := bits.Div64(hi, lo, i.units)
	c.time = (int64(min(seconds, 1<<32))+i.offset)*1e9 + int64(frac)
	c.link, c.data, c.wire = i.link, data, int(min(wire, 1<<30))
	return true
}

// block reads one block and returns its type and body, which is good until the
// next. Blocks too long to be true end the file.
func (g *ngReader) block() (uint32, []byte, error) {
	head, err := g.r.Peek(12)
	if len(head) < 12 {
		if len(head) == 0 {
			return 0, nil, io.EOF
		}
		if err == nil || err == io.EOF {
			err = errDamaged
		}
		return 0, nil, err
	}
	if be32(head) == 0x0a0d0d0a { // a section begins: its byte order and interfaces
		switch be32(head[8:]) {
		case 0x1a2b3c4d:
			g.order = binary.BigEndian
		case 0x4d3c2b1a:
			g.order = binary.LittleEndian
		default:
			return 0, nil, errDamaged
		}
		g.ifaces = g.ifaces[:0]
	}
	if g.order == nil {
		return 0, nil, errDamaged
	}
	typ, n := g.order.Uint32(head), g.order.Uint32(head[4:])
	if n < 12 || n > 16<<20 {
		return 0, nil, errDamaged
	}
	n = (n + 3) &^ 3
	if typ != 1 && typ != 2 && typ != 3 && typ != 6 || n > maxRecord+4096 {
		_, err := g.r.Discard(int(n))
		if err == io.EOF {
			err = errDamaged
		}
		return 0, nil, err
	}
	if cap(g.buf) < int(n) {
		g.buf = make([]byte, max(int(n), 4096))
	}
	b := g.buf[:n]
	if _, err := io.ReadFull(g.r, b); err != nil {
		return 0, nil, errDamaged
	}
	return typ, b[8 : n-4], nil
}

// describe takes an interface description block.
func (g *ngReader) describe(b []byte) {
	if len(b) < 8 || len(g.ifaces) >= maxInterfaces {
		return
	}
	i := ngInterface{link: uint32(g.order.Uint16(b)), units: 1e6, snap: g.order.Uint32(b[4:])}
	for b = b[8:]; len(b) >= 4; {
		code, n := g.order.Uint16(b), int(g.order.Uint16(b[2:]))
		b = b[4:]
		if code == 0 || n > len(b) {
			break
		}
		switch {
		case code == 9 && n >= 1: // if_tsresol
			i.units = resolution(b[0])
		case code == 14 && n >= 8: // if_tsoffset
			i.offset = int64(g.order.Uint64(b)) % (1 << 32)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	g.ifaces = append(g.ifaces, i)
}

// resolution returns the units of a second, microseconds for what is absurd.
func resolution(v byte) uint64 {
	if v&0x80 != 0 {
		if n := v & 0x7f; n < 63 {
			return 1 << n
		}
		return 1e6
	}
	if v > 18 {
		return 1e6
	}
	u := uint64(1)
	for range v {
		u *= 10
	}
	return u
}
