package sniff

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
)

// QUIC (RFC 9000, 9001, 9369): its first packets are encrypted with keys that
// anyone on the way can derive, and carry the TLS hellos.

var quicProtocol = protocol{"quic", quicSays, func(s *sensor, f *flow) reader { return &quicReader{s: s, f: f} }}

func quicSays(_ *flow, _ int, b []byte) verdict {
	if len(b) < 8 {
		return no
	}
	if b[0]&0x80 != 0 {
		v := be32(b[1:])
		if b[5] > 20 {
			return googleQUIC(b)
		}
		switch {
		case v == 1 || v == 0x6b3343cf || v>>8 == 0xff0000 || v&0x0f0f0f0f == 0x0a0a0a0a || v>>8 == 0xfaceb0:
			if b[0]&0x40 != 0 && 6+int(b[5]) < len(b) {
				return yes
			}
		case v == 0 && 7+int(b[5]) < len(b) && (len(b)-7-int(b[5])-int(b[6+int(b[5])]))%4 == 0 && b[6+int(b[5])] <= 20 && b[5] > 0: // version negotiation
			return yes
		}
	}
	return googleQUIC(b)
}

// googleQUIC tells the versions before the standard, whose hellos are not read.
func googleQUIC(b []byte) verdict {
	for _, at := range [...]int{1, 9} {
		if len(b) > at+4 && (b[at] == 'Q' || b[at] == 'T') && b[at+1] == '0' && isDigit(b[at+2]) && isDigit(b[at+3]) {
			return yes
		}
	}
	return no
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

const (
	maxQUICPackets = 32       // looked at in one flow
	maxQUICHello   = 32 << 10 // bytes of one direction's hello
)

type quicReader struct {
	s       *sensor
	f       *flow
	packets int
	dcid    []byte // of the client's first packet: the keys come from it
	version uint32
	keys    [2]*quicKeys
	crypto  [2]quicStream
	parsed  [2]int
	done    [2]bool
}

// quicStream puts CRYPTO frames in order.
type quicStream struct {
	data []byte
	have []span // what of data is there, in order, not touching
}

type span struct{ from, to int }

func (q *quicReader) read(dir int, b []byte) int {
	q.packets++
	for len(b) > 0 {
		n := q.packet(dir, b)
		if n <= 0 {
			break
		}
		b = b[n:]
	}
	if q.done[out] && q.done[in] || q.packets > maxQUICPackets {
		q.end(out)
		return -1
	}
	return len(b)
}

// packet reads one of the packets that a datagram may hold, and returns its
// length; 0 when the rest cannot be read.
func (q *quicReader) packet(dir int, b []byte) int {
	if len(b) < 7 || b[0]&0xc0 != 0xc0 {
		return 0
	}
	version := be32(b[1:])
	at := 5
	id := func() []byte {
		if at >= len(b) || at+1+int(b[at]) > len(b) || b[at] > 20 {
			return nil
		}
		v := b[at+1 : at+1+int(b[at])]
		at += 1 + len(v)
		return v
	}
	dcid := id()
	scid := id()
	if dcid == nil || scid == nil {
		return 0
	}
	typ := b[0] >> 4 & 3
	if version == 0x6b3343cf {
		typ = (typ + 3) & 3 // version 2 numbers them one further
	}
	if typ == 3 { // retry: the client begins anew with the server's id
		q.dcid, q.keys = nil, [2]*quicKeys{}
		return 0
	}
	initial := typ == 0
	if initial {
		n, used := varint(b[at:])
		if used == 0 || n > uint64(len(b)-at-used) {
			return 0
		}
		at += used + int(n)
	}
	n, used := varint(b[min(at, len(b)):])
	if used == 0 || n > uint64(len(b)-at-used) || n < 20 {
		return 0
	}
	at += used
	end := at + int(n)
	if initial && !q.done[dir] {
		q.initial(dir, version, dcid, b[:end], at)
	}
	return end
}

// initial decrypts an Initial packet, whose packet number stands at offset at.
func (q *quicReader) initial(dir int, version uint32, dcid, b []byte, at int) {
	if q.dcid == nil {
		if dir != out {
			return
		}
		q.derive(version, dcid)
	}
	if q.keys[dir] == nil {
		return
	}
	plain, ok := q.keys[dir].open(b, at)
	if !ok && dir == out && string(dcid) != string(q.dcid) { // begun anew
		q.derive(version, dcid)
		plain, ok = q.keys[dir].open(b, at)
	}
	if ok {
		q.frames(dir, plain)
	}
}

func (q *quicReader) derive(version uint32, dcid []byte) {
	q.version, q.dcid = version, append([]byte(nil), dcid...)
	salt, prefix := quicSalt(version)
	secret, err := hkdf.Extract(sha256.New, q.dcid, salt)
	if err != nil {
		return
	}
	q.keys[out] = newQUICKeys(secret, "client in", prefix)
	q.keys[in] = newQUICKeys(secret, "server in", prefix)
}

// quicSalt returns the salt of a version and the prefix of its labels (RFC 9001,
// section 5.2; RFC 9369, section 3.3; drafts).
func quicSalt(version uint32) ([]byte, string) {
	switch {
	case version == 0x6b3343cf:
		return []byte("\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"), "quicv2 "
	case version >= 0xff000017 && version <= 0xff00001c || version == 0xfaceb002: // drafts 23 to 28
		return []byte("\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"), "quic "
	case version >= 0xff00001d && version <= 0xff000020: // drafts 29 to 32
		return []byte("\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"), "quic "
	}
	return []byte("\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"), "quic "
}

type quicKeys struct {
	aead   cipher.AEAD
	header cipher.Block
	iv     []byte
}

func newQUICKeys(secret []byte, who, prefix string) *quicKeys {
	s := expandLabel(secret, who, 32)
	block, err := aes.NewCipher(expandLabel(s, prefix+"key", 16))
	if err != nil {
		return nil
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil
	}
	hp, err := aes.NewCipher(expandLabel(s, prefix+"hp", 16))
	if err != nil {
		return nil
	}
	return &quicKeys{aead, hp, expandLabel(s, prefix+"iv", 12)}
}

// expandLabel is HKDF-Expand-Label of TLS 1.3 (RFC 8446, section 7.1).
func expandLabel(secret []byte, label string, n int) []byte {
	info := append([]byte{0, byte(n), byte(6 + len(label))}, "tls13 "...)
	info = append(append(info, label...), 0)
	b, err := hkdf.Expand(sha256.New, secret, string(info), n)
	if err != nil {
		return make([]byte, n)
	}
	return b
}

// open takes off header protection and decrypts (RFC 9001, section 5.3, 5.4).
func (k *quicKeys) open(b []byte, at int) ([]byte, bool) {
	if k == nil || at+20 > len(b) {
		return nil, false
	}
	var mask [16]byte
	k.header.Encrypt(mask[:], b[at+4:at+20])
	head := append([]byte(nil), b[:at+4]...)
	head[0] ^= mask[0] & 0x0f
	n := int(head[0]&3) + 1
	nonce := append([]byte(nil), k.iv...)
	for i := range n {
		head[at+i] ^= mask[1+i]
		nonce[12-n+i] ^= head[at+i]
	}
	plain, err := k.aead.Open(nil, nonce, b[at+n:], head[:at+n])
	return plain, err == nil
}

// frames reads the frames of an Initial packet.
func (q *quicReader) frames(dir int, b []byte) {
	for len(b) > 0 {
		typ, used := varint(b)
		if used == 0 {
			return
		}
		b = b[used:]
		var v [8]uint64
		vars := func(n int) bool {
			for i := range n {
				x, used := varint(b)
				if used == 0 {
					return false
				}
				v[i], b = x, b[used:]
			}
			return true
		}
		switch typ {
		case 0, 1: // padding, ping
		case 2, 3: // ack
			if !vars(4) || v[2] > 256 {
				return
			}
			for range v[2] {
				if !vars(2) {
					return
				}
			}
			if typ == 3 && !vars(3) {
				return
			}
		case 6: // crypto
			if !vars(2) || v[1] > uint64(len(b)) || v[0] > maxQUICHello || v[0]+v[1] > maxQUICHello {
				return
			}
			q.crypto[dir].add(int(v[0]), b[:v[1]])
			b = b[v[1]:]
		default: // connection close and what else may end it
			b = nil
		}
	}
	q.hello(dir)
}

func (x *quicStream) add(off int, b []byte) {
	if len(b) == 0 || len(x.have) > 256 {
		return
	}
	if n := off + len(b); n > len(x.data) {
		x.data = append(x.data, make([]byte, n-len(x.data))...)
	}
	copy(x.data[off:], b)
	s := span{off, off + len(b)}
	var out []span
	for _, h := range x.have {
		if h.to < s.from || h.from > s.to {
			out = append(out, h)
		} else {
			s.from, s.to = min(s.from, h.from), max(s.to, h.to)
		}
	}
	x.have = append(out, s)
}

// start returns what is there from the beginning on.
func (x *quicStream) start() []byte {
	for _, h := range x.have {
		if h.from == 0 {
			return x.data[:h.to]
		}
	}
	return nil
}

// hello reads the handshake messages that are whole.
func (q *quicReader) hello(dir int) {
	b := q.crypto[dir].start()
	if len(b) < 4 || q.parsed[dir] > 0 {
		return
	}
	n := 4 + be24(b[1:])
	if n > len(b) {
		return
	}
	q.parsed[dir]++
	q.done[dir] = true
	if q.f.tls == nil {
		q.f.tls = &tlsFacts{quic: true}
	}
	q.f.tls.message(b[0], b[4:n], false)
}

func (q *quicReader) gap(int, int) bool { return true }

func (q *quicReader) end(int) {
	if q.f.tls != nil {
		q.s.tlsReady(q.f)
	}
	q.crypto = [2]quicStream{}
}

// varint reads a number of one to eight bytes (RFC 9000, section 16); used is 0
// when it is cut short.
func varint(b []byte) (v uint64, used int) {
	if len(b) == 0 {
		return 0, 0
	}
	n := 1 << (b[0] >> 6)
	if len(b) < n {
		return 0, 0
	}
	v = uint64(b[0] & 0x3f)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}
