package sniff

import (
	"strconv"

	"picket/normalize/ocsf"
)

// TLS over TCP (RFC 8446, 5246; SSL 2 and 3 where they still are): what client
// and server say before they encrypt. The facts stand in the flow's event, for
// a connection is what they are about.

var tlsProtocol = protocol{"tls", tlsSays, func(s *sensor, f *flow) reader { return &tlsReader{s: s, f: f} }}

// tlsFacts are what is known of one handshake.
type tlsFacts struct {
	dtls, quic bool
	version    uint16 // what the server chose, else the best that the client offered
	offered    uint16
	sni, alpn  string
	ja3, ja4   string
	ja3s       string
	cipher     uint16
	cert       *certificate
	client     bool // a client hello was seen
	server     bool
	retry      bool // the server asked for another hello
	ready      bool // nothing more will be known
}

func tlsSays(_ *flow, _ int, b []byte) verdict {
	if len(b) < 6 {
		if b[0] == 22 && (len(b) < 2 || b[1] == 3) || b[0]&0x80 != 0 && (len(b) < 3 || b[2] == 1 || b[2] == 4) {
			return more
		}
		return no
	}
	n := int(be16(b[3:]))
	switch {
	case b[0] == 22 && b[1] == 3 && b[2] <= 4 && n >= 4 && n <= 1<<14+2048 && (b[5] <= 2 || b[5] == 11):
		return yes
	case b[0] == 21 && b[1] == 3 && b[2] <= 4 && n == 2 && b[5] <= 2: // an alert first
		return yes
	case b[0] == 23 && b[1] == 3 && b[2] >= 1 && b[2] <= 3 && n >= 16 && n <= 1<<14+256: // in the middle of one
		return yes
	case b[0]&0x80 != 0 && b[2] == 1 && (be16(b[3:]) == 2 || b[3] == 3 && b[4] <= 3): // SSL 2 client hello
		return sslv2Hello(b)
	case b[0]&0x80 != 0 && b[2] == 4 && len(b) >= 7 && be16(b[5:]) == 2: // SSL 2 server hello
		return yes
	}
	return no
}

func sslv2Hello(b []byte) verdict {
	if len(b) < 11 {
		return more
	}
	n := int(be16(b) & 0x7fff)
	ciphers, id, challenge := int(be16(b[5:])), int(be16(b[7:])), int(be16(b[9:]))
	if n != 9+ciphers+id+challenge || ciphers == 0 || ciphers%3 != 0 {
		return no
	}
	return yes
}

// maxHandshake bounds the handshake messages of one direction, in bytes.
const maxHandshake = 128 << 10

type tlsReader struct {
	s    *sensor
	f    *flow
	hand [2][]byte // handshake messages that are not whole yet
	done [2]bool
}

func (t *tlsReader) facts() *tlsFacts {
	if t.f.tls == nil {
		t.f.tls = &tlsFacts{}
	}
	return t.f.tls
}

func (t *tlsReader) read(dir int, b []byte) int {
	done := 0
	for len(b)-done >= 5 {
		r := b[done:]
		if t.done[dir] {
			return len(b)
		}
		if r[0]&0x80 != 0 { // SSL 2: a length of 15 bits
			n := 2 + int(be16(r)&0x7fff)
			if n > len(r) {
				return done
			}
			t.sslv2(dir, r[2:n])
			done += n
			continue
		}
		n := 5 + int(be16(r[3:]))
		if r[1] != 3 || n > 5+1<<14+2048 || r[0] < 20 || r[0] > 24 {
			return -1
		}
		if n > len(r) {
			return done
		}
		switch r[0] {
		case 22:
			if !t.handshake(dir, r[5:n]) {
				t.done[dir] = true
			}
		case 20, 23: // what follows is encrypted
			if r[0] == 20 && t.f.tls != nil && t.f.tls.retry {
				break // said for the sake of middleboxes (RFC 8446, D.4)
			}
			t.done[dir] = true
		case 21:
			if n == 7 && r[5] == 2 {
				t.done[dir] = true
			}
		}
		done += n
		if t.done[out] && t.done[in] {
			t.end(dir)
			return -1
		}
	}
	return done
}

// handshake takes the handshake bytes of one record; false when no more of this
// direction can be read.
func (t *tlsReader) handshake(dir int, b []byte) bool {
	if len(t.hand[dir])+len(b) > maxHandshake {
		return false
	}
	h := b
	if len(t.hand[dir]) > 0 {
		h = append(t.hand[dir], b...)
	}
	for len(h) >= 4 {
		n := 4 + be24(h[1:])
		if n > maxHandshake {
			return false
		}
		if n > len(h) {
			break
		}
		if !t.facts().message(h[0], h[4:n], false) {
			return false
		}
		h = h[n:]
	}
	t.hand[dir] = append([]byte(nil), h...)
	return true
}

// message takes one handshake message and reports whether more in the clear may
// follow in its direction.
func (x *tlsFacts) message(typ byte, b []byte, dtls bool) bool {
	switch typ {
	case 1:
		var h clientHello
		if h.parse(b, dtls) {
			x.takeClient(&h)
		}
	case 2:
		var h serverHello
		if h.parse(b) {
			if x.ja3s == "" { // a HelloRetryRequest is a ServerHello, too
				x.ja3s = h.ja3s()
			}
			x.version, x.cipher = h.chosen(), h.cipher
			if h.retry {
				x.retry = true
				return true
			}
			x.server, x.retry = true, false
			if h.alpn != "" {
				x.alpn = h.alpn
			}
			return x.version != 0x0304 && x.version != 0xfefc && x.version&0xff00 != 0x7f00
		}
	case 11:
		if x.cert == nil && x.server {
			x.cert = certificateOf(b)
		}
	case 0, 3, 4, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24:
	default:
		return false // encrypted
	}
	return typ != 14 // the server is done
}

func (x *tlsFacts) takeClient(h *clientHello) {
	if x.client && x.server { // a renegotiation
		return
	}
	if x.client { // the second, after HelloRetryRequest or HelloVerifyRequest
		return
	}
	x.client = true
	x.sni, x.alpn = h.sni, h.firstALPN()
	x.offered = h.best()
	if !x.server {
		x.version = x.offered
	}
	x.ja3 = h.ja3()
	kind := byte('t')
	switch {
	case x.quic:
		kind = 'q'
	case x.dtls:
		kind = 'd'
	}
	x.ja4 = h.ja4(kind)
}

// sslv2 takes a record of SSL 2.
func (t *tlsReader) sslv2(dir int, b []byte) {
	if len(b) < 9 {
		t.done[dir] = true
		return
	}
	x := t.facts()
	switch b[0] {
	case 1:
		x.client = true
		x.offered = be16(b[1:])
		if !x.server {
			x.version = x.offered
		}
		n := int(be16(b[3:]))
		if 9+n <= len(b) && x.offered >= 0x0300 {
			var h clientHello
			h.version = x.offered
			for i := 9; i+2 < 9+n; i += 3 {
				if b[i] == 0 {
					h.ciphers = append(h.ciphers, be16(b[i+1:]))
				}
			}
			x.ja3 = h.ja3()
		}
	case 4:
		x.server = true
		x.version = 2
		t.done[dir] = true
	default:
		t.done[dir] = true
	}
}

func (t *tlsReader) gap(dir, n int) bool {
	t.done[dir] = true // records cannot be found again
	return !t.done[1-dir]
}

func (t *tlsReader) end(int) {
	if t.f.tls != nil {
		t.s.tlsReady(t.f)
	}
	t.hand = [2][]byte{}
}

// tlsReady says that all is known of f's handshake. Most such flows end soon
// and are told then; one that goes on is told early.
func (s *sensor) tlsReady(f *flow) {
	if f.tls.ready {
		return
	}
	f.tls.ready = true
	if len(s.early) < maxEarlyReports {
		s.early = append(s.early, earlyReport{f, s.now + s.opt.FirstTLS.Nanoseconds()})
	}
}

const maxEarlyReports = 1 << 16

// set puts the facts into an event of the flow.
func (x *tlsFacts) set(e *ocsf.Event) {
	if !x.client && !x.server {
		return
	}
	e.Set(ocsf.TLSVersion, ocsf.Text(x.versionText()))
	setText(e, ocsf.TLSSNI, x.sni)
	if x.cipher != 0 {
		e.Set(ocsf.TLSCipher, ocsf.Text(cipherName(x.cipher)))
	}
	setText(e, ocsf.JA3, x.ja3)
	setText(e, ocsf.JA3S, x.ja3s)
	if x.ja4 != "" {
		e.Append(ocsf.JA4List, ocsf.ObjectOf(
			ocsf.Attr(ocsf.JA4Type, ocsf.Int(1)),
			ocsf.Attr(ocsf.JA4TypeName, ocsf.Text("JA4")),
			ocsf.Attr(ocsf.JA4, ocsf.Text(x.ja4)),
		))
	}
	if x.alpn != "" {
		e.SetUnmapped("alpn", ocsf.Text(x.alpn))
	}
	if x.cert != nil {
		x.cert.set(e)
	}
}

func (x *tlsFacts) versionText() string {
	v := x.version
	switch v {
	case 2:
		return "SSL 2.0"
	case 0x0300:
		return "SSL 3.0"
	case 0x0301, 0x0302, 0x0303, 0x0304:
		return "1." + strconv.Itoa(int(v)-0x0301)
	case 0xfeff:
		return "DTLS 1.0"
	case 0xfefd:
		return "DTLS 1.2"
	case 0xfefc:
		return "DTLS 1.3"
	}
	if v&0xff00 == 0x7f00 || v&0xff00 == 0xfb00 { // drafts of 1.3
		return "1.3"
	}
	return "0x" + strconv.FormatUint(uint64(v), 16)
}
