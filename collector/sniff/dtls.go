package sniff

// DTLS (RFC 6347, 9147): TLS in datagrams. Records and handshake messages have
// numbers, and messages may come in fragments.

var dtlsProtocol = protocol{"dtls", dtlsSays, func(s *sensor, f *flow) reader { return &dtlsReader{s: s, f: f} }}

func dtlsSays(_ *flow, _ int, b []byte) verdict {
	if len(b) < 25 || b[0] != 22 || b[1] != 0xfe || b[2] != 0xff && b[2] != 0xfd || be16(b[3:]) != 0 || int(be16(b[11:])) > len(b)-13 {
		return no
	}
	return yes
}

const maxDTLSPackets = 64 // datagrams looked at in one flow

type dtlsReader struct {
	s       *sensor
	f       *flow
	packets int
	done    [2]bool
	part    [2]dtlsMessage
}

// dtlsMessage is one that comes in fragments.
type dtlsMessage struct {
	seq  uint16
	open bool
	quicStream
}

func (d *dtlsReader) read(dir int, b []byte) int {
	if d.packets++; d.packets > maxDTLSPackets {
		d.end(dir)
		return -1
	}
	for len(b) >= 13 && b[1] == 0xfe {
		n := 13 + int(be16(b[11:]))
		if n > len(b) {
			break
		}
		if b[0] == 22 && be16(b[3:]) == 0 {
			d.handshake(dir, b[13:n])
		} else {
			d.done[dir] = true
		}
		b = b[n:]
	}
	if d.done[out] && d.done[in] {
		d.end(dir)
		return -1
	}
	return len(b)
}

func (d *dtlsReader) handshake(dir int, b []byte) {
	for len(b) >= 12 && !d.done[dir] {
		size, seq, off, n := be24(b[1:]), be16(b[4:]), be24(b[6:]), be24(b[9:])
		if 12+n > len(b) || off+n > size || size > maxQUICHello {
			return
		}
		body := b[12 : 12+n]
		typ := b[0]
		b = b[12+n:]
		if n < size {
			m := &d.part[dir]
			if !m.open || m.seq != seq {
				*m = dtlsMessage{seq: seq, open: true}
			}
			m.add(off, body)
			if body = m.start(); len(body) < size {
				continue
			}
			m.open = false
		}
		if d.f.tls == nil {
			d.f.tls = &tlsFacts{dtls: true}
		}
		if !d.f.tls.message(typ, body, true) {
			d.done[dir] = true
		}
	}
}

func (d *dtlsReader) gap(int, int) bool { return true }

func (d *dtlsReader) end(int) {
	if d.f.tls != nil {
		d.s.tlsReady(d.f)
	}
}
