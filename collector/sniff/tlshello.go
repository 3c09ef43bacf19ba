package sniff

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// clientHello is what a client says first (RFC 8446, section 4.1.2).
type clientHello struct {
	version    uint16
	ciphers    []uint16
	extensions []uint16
	curves     []uint16
	formats    []uint8
	signatures []uint16
	versions   []uint16
	alpn       []string
	sni        string
}

// serverHello is the answer.
type serverHello struct {
	version    uint16
	supported  uint16 // of the extension supported_versions
	cipher     uint16
	extensions []uint16
	alpn       string
	retry      bool
}

const maxExtensions = 256

// grease tells values that clients make up to keep servers tolerant (RFC 8701).
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// parse reads the body of the message. A hello that is cut short in its
// extensions still counts as far as it goes.
func (h *clientHello) parse(b []byte, dtls bool) bool {
	s := cryptobyte.String(b)
	var id, cookie, ciphers, compression, exts cryptobyte.String
	if !s.ReadUint16(&h.version) || !s.Skip(32) || !s.ReadUint8LengthPrefixed(&id) ||
		dtls && !s.ReadUint8LengthPrefixed(&cookie) ||
		!s.ReadUint16LengthPrefixed(&ciphers) || !s.ReadUint8LengthPrefixed(&compression) {
		return false
	}
	for !ciphers.Empty() {
		var c uint16
		if !ciphers.ReadUint16(&c) {
			return false
		}
		h.ciphers = append(h.ciphers, c)
	}
	if !s.ReadUint16LengthPrefixed(&exts) {
		exts = nil
	}
	for !exts.Empty() && len(h.extensions) < maxExtensions {
		var typ uint16
		var body cryptobyte.String
		if !exts.ReadUint16(&typ) || !exts.ReadUint16LengthPrefixed(&body) {
			break
		}
		h.extensions = append(h.extensions, typ)
		h.extension(typ, body)
	}
	return true
}

func (h *clientHello) extension(typ uint16, body cryptobyte.String) {
	var list cryptobyte.String
	switch typ {
	case 0:
		var kind uint8
		var name cryptobyte.String
		if body.ReadUint16LengthPrefixed(&list) && list.ReadUint8(&kind) && kind == 0 && list.ReadUint16LengthPrefixed(&name) && len(name) <= 512 {
			h.sni = string(name)
		}
	case 10:
		if body.ReadUint16LengthPrefixed(&list) {
			h.curves = uint16s(list)
		}
	case 11:
		if body.ReadUint8LengthPrefixed(&list) {
			h.formats = slices.Clone([]byte(list))
		}
	case 13:
		if body.ReadUint16LengthPrefixed(&list) {
			h.signatures = uint16s(list)
		}
	case 16:
		if body.ReadUint16LengthPrefixed(&list) {
			for !list.Empty() && len(h.alpn) < 16 {
				var p cryptobyte.String
				if !list.ReadUint8LengthPrefixed(&p) {
					break
				}
				h.alpn = append(h.alpn, string(p))
			}
		}
	case 43:
		if body.ReadUint8LengthPrefixed(&list) {
			h.versions = uint16s(list)
		}
	}
}

func uint16s(s cryptobyte.String) (out []uint16) {
	var v uint16
	for s.ReadUint16(&v) {
		out = append(out, v)
	}
	return out
}

func (h *clientHello) firstALPN() string {
	if len(h.alpn) == 0 {
		return ""
	}
	return h.alpn[0]
}

// best is the highest version that the client offers.
func (h *clientHello) best() uint16 {
	out := uint16(0)
	for _, v := range h.versions {
		switch {
		case grease(v) || v == 0:
		case v>>8 == 0xfe: // DTLS counts downwards
			if out == 0 || v < out {
				out = v
			}
		case v > out && v>>8 == 3:
			out = v
		}
	}
	if out == 0 {
		return h.version
	}
	return out
}

// highest is what JA4 takes for the version: the highest number offered, also
// that of a draft.
func (h *clientHello) highest() uint16 {
	out := uint16(0)
	for _, v := range h.versions {
		if !grease(v) && v>>8 < 0xfb {
			out = max(out, v)
		}
	}
	if out == 0 {
		return h.best()
	}
	return out
}

// ja3 is the fingerprint of https://github.com/salesforce/ja3.
func (h *clientHello) ja3() string {
	b := strconv.AppendUint(nil, uint64(h.version), 10)
	b = joinDashes(append(b, ','), h.ciphers)
	b = joinDashes(append(b, ','), h.extensions)
	b = joinDashes(append(b, ','), h.curves)
	b = append(b, ',')
	for i, f := range h.formats {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(f), 10)
	}
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

// joinDashes appends the values but GREASE's.
func joinDashes(b []byte, vs []uint16) []byte {
	first := true
	for _, v := range vs {
		if grease(v) {
			continue
		}
		if !first {
			b = append(b, '-')
		}
		first = false
		b = strconv.AppendUint(b, uint64(v), 10)
	}
	return b
}

// ja4 is the TLS client fingerprint of https://github.com/FoxIO-LLC/ja4 (of that
// family the one under a free licence). kind is t, q or d.
func (h *clientHello) ja4(kind byte) string {
	ciphers := sortedHex(h.ciphers)
	var exts []uint16
	count := 0
	for _, e := range h.extensions {
		if grease(e) {
			continue
		}
		count++
		if e != 0 && e != 16 {
			exts = append(exts, e)
		}
	}
	domain := byte('i')
	if slices.Contains(h.extensions, 0) {
		domain = 'd'
	}
	var b strings.Builder
	b.WriteByte(kind)
	b.WriteString(ja4Version(h.highest()))
	b.WriteByte(domain)
	b.WriteString(twoDigits(len(ciphers)))
	b.WriteString(twoDigits(count))
	b.WriteString(ja4ALPN(h.firstALPN()))
	b.WriteByte('_')
	b.WriteString(hash12(strings.Join(ciphers, ",")))
	b.WriteByte('_')
	list := strings.Join(sortedHex(exts), ",")
	if len(list) > 0 || len(h.signatures) > 0 {
		list += "_"
		for i, v := range h.signatures {
			if i > 0 {
				list += ","
			}
			list += hex4(v)
		}
	}
	b.WriteString(hash12(list))
	return b.String()
}

func sortedHex(vs []uint16) []string {
	vs = slices.DeleteFunc(slices.Clone(vs), grease)
	slices.Sort(vs)
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = hex4(v)
	}
	return out
}

func hex4(v uint16) string { return hex.EncodeToString([]byte{byte(v >> 8), byte(v)}) }

func hash12(s string) string {
	if s == "" {
		return "000000000000"
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

func twoDigits(n int) string {
	n = min(n, 99)
	return string([]byte{'0' + byte(n/10), '0' + byte(n%10)})
}

func ja4Version(v uint16) string {
	switch v {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	case 0xfeff:
		return "d1"
	case 0xfefd:
		return "d2"
	case 0xfefc:
		return "d3"
	}
	return "00"
}

func ja4ALPN(p string) string {
	if p == "" {
		return "00"
	}
	first, last := p[0], p[len(p)-1]
	if isAlnum(first) && isAlnum(last) {
		return string([]byte{first, last})
	}
	x := hex.EncodeToString([]byte(p))
	return string([]byte{x[0], x[len(x)-1]})
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// helloRetry is the random value that makes a ServerHello a HelloRetryRequest.
const helloRetry = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

func (h *serverHello) parse(b []byte) bool {
	s := cryptobyte.String(b)
	var random []byte
	var id, exts cryptobyte.String
	var compression uint8
	if !s.ReadUint16(&h.version) || !s.ReadBytes(&random, 32) {
		return false
	}
	h.retry = string(random) == helloRetry
	if h.version&0xff00 == 0x7f00 { // drafts of 1.3 before 22 have neither session nor compression
		if !s.ReadUint16(&h.cipher) {
			return false
		}
	} else if !s.ReadUint8LengthPrefixed(&id) || !s.ReadUint16(&h.cipher) || !s.ReadUint8(&compression) {
		return false
	}
	if !s.ReadUint16LengthPrefixed(&exts) {
		return true
	}
	for !exts.Empty() && len(h.extensions) < maxExtensions {
		var typ uint16
		var body, list, p cryptobyte.String
		if !exts.ReadUint16(&typ) || !exts.ReadUint16LengthPrefixed(&body) {
			break
		}
		h.extensions = append(h.extensions, typ)
		switch typ {
		case 16:
			if body.ReadUint16LengthPrefixed(&list) && list.ReadUint8LengthPrefixed(&p) {
				h.alpn = string(p)
			}
		case 43:
			body.ReadUint16(&h.supported)
		}
	}
	return true
}

func (h *serverHello) chosen() uint16 {
	if h.supported != 0 {
		return h.supported
	}
	return h.version
}

func (h *serverHello) ja3s() string {
	b := strconv.AppendUint(nil, uint64(h.version), 10)
	b = append(b, ',')
	b = strconv.AppendUint(b, uint64(h.cipher), 10)
	b = append(b, ',')
	for i, e := range h.extensions {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(e), 10)
	}
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

func cipherName(c uint16) string { return tls.CipherSuiteName(c) }
