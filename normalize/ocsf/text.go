package ocsf

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// SetText gives f the value that a text says, checked and normalized by the
// type of f, and reports whether it fits. An empty text is no change. A text
// that does not fit is kept below unmapped under the path of f, so that it is
// not lost.
func (e *Event) SetText(f Field, s string) bool {
	if s == "" || f == None {
		return false
	}
	v, ok := infos[f].Type.parse(s)
	if !ok {
		e.SetUnmapped(infos[f].Path, Text(s))
		return false
	}
	if infos[f].Many {
		e.Append(f, v)
		return true
	}
	e.Set(f, v)
	return true
}

// Parse reads a text as a value of f's type; false when it does not fit.
func (f Field) Parse(s string) (Value, bool) {
	if s == "" || int(f) >= len(infos) {
		return Value{}, false
	}
	t := infos[f].Type
	if kindOf[t] == KindText {
		return Text(s), true
	}
	return t.parse(s)
}

func (t Type) parse(s string) (Value, bool) {
	switch t {
	case IP:
		a, ok := ParseAddr(s)
		return Addr(a), ok
	case Port:
		n, ok := parseDigits(s)
		return Int(n), ok && n <= 65535
	case Integer, Enum:
		n, ok := parseInt(s)
		return Int(n), ok
	case Time:
		if n, ok := parseInt(s); ok {
			return Int(n), true
		}
		if n, ok := isoBasicZone(s); ok {
			return Int(n), true
		}
		if !rfc3339Shape(s) {
			return Value{}, false
		}
		t, err := time.Parse(time.RFC3339, s)
		return Int(t.UnixMilli()), err == nil
	case Float:
		x, err := strconv.ParseFloat(s, 64)
		return FloatOf(x), err == nil
	case Boolean:
		switch strings.ToLower(s) {
		case "true", "yes", "1":
			return Bool(true), true
		case "false", "no", "0":
			return Bool(false), true
		}
		return Value{}, false
	case MAC:
		m, ok := ParseMAC(s)
		return Text(m), ok
	case Email:
		s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
		return Text(s), isEmail(s)
	case UUID:
		return Text(s), isUUID(s)
	case JSON:
		return Text(s), true
	case Method:
		m, ok := parseMethod(s)
		return Text(m), ok
	case Object, NoType:
		return Value{}, false
	}
	return Text(s), true
}

// rfc3339Shape tells cheaply whether s can be a time of RFC 3339, for the errors
// of package time allocate.
func rfc3339Shape(s string) bool {
	n := len(s)
	if n < 19 || n > 40 || s[4] != '-' || s[10] != 'T' {
		return false
	}
	return s[n-1] == 'Z' || (s[n-6] == '+' || s[n-6] == '-') && s[n-3] == ':'
}

// isoBasicZone reads a time whose zone has no colon, "2026-03-02T10:15:02.123456+0100"
// (ISO 8601, basic format of the zone alone; Suricata writes it), in milliseconds.
func isoBasicZone(s string) (ms int64, ok bool) {
	n := len(s)
	if n < 24 || n > 40 || s[4] != '-' || s[10] != 'T' || s[n-5] != '+' && s[n-5] != '-' {
		return 0, false
	}
	zone, ok := parseDigits(s[n-4:])
	if !ok || zone > 1459 || zone%100 > 59 {
		return 0, false
	}
	t, err := time.Parse("2006-01-02T15:04:05", s[:n-5])
	if err != nil {
		return 0, false
	}
	offset := (zone/100*60 + zone%100) * 60_000
	if s[n-5] == '-' {
		offset = -offset
	}
	return t.UnixMilli() - offset, true
}

// parseMethod returns the HTTP method that s names without regard to case.
func parseMethod(s string) (string, bool) {
	for _, m := range [...]string{"GET", "POST", "HEAD", "CONNECT", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"} {
		if strings.EqualFold(s, m) {
			return m, true
		}
	}
	return "", false
}

// parseDigits reads a whole number of digits alone that any int64 can hold.
func parseDigits(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	n := int64(0)
	for i := 0; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	return n, true
}

func parseInt(s string) (int64, bool) {
	if n, ok := parseDigits(s); ok {
		return n, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		n, err := strconv.ParseInt(s[2:], 16, 64)
		return n, err == nil
	}
	return 0, false
}

// ParseAddr reads an IP address as logs write it: with brackets, a zone, or
// mapped into IPv6.
func ParseAddr(s string) (netip.Addr, bool) {
	if len(s) > 64 || len(s) < 2 {
		return netip.Addr{}, false
	}
	if s[0] == '[' && s[len(s)-1] == ']' {
		s = s[1 : len(s)-1]
	}
	if c := s[0]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == ':') {
		return netip.Addr{}, false // saves the error that netip would make
	}
	if a, ok := parseIPv4(s); ok {
		return a, true
	}
	if i := strings.IndexByte(s, '%'); i > 0 {
		s = s[:i]
	}
	if !addrShape(s) {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil
}

// parseIPv4 reads four numbers with dots between, as netip does: no zeros before
// a number.
func parseIPv4(s string) (netip.Addr, bool) {
	var b [4]byte
	k, n, digits := 0, 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '.' {
			if digits == 0 || k == 3 {
				return netip.Addr{}, false
			}
			b[k] = byte(n)
			k, n, digits = k+1, 0, 0
			continue
		}
		d := int(c - '0')
		if d > 9 || digits > 0 && n == 0 {
			return netip.Addr{}, false
		}
		if n = n*10 + d; n > 255 {
			return netip.Addr{}, false
		}
		digits++
	}
	b[3] = byte(n)
	return netip.AddrFrom4(b), k == 3 && digits > 0
}

// addrShape tells cheaply whether s can be an address, for netip's errors
// allocate.
func addrShape(s string) bool {
	dots, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return colons >= 2 && (dots == 0 || dots == 3) || colons == 0 && dots == 3
}

// ParseMAC reads a hardware address of 48 bits in any usual writing
// (aa:bb:…, aa-bb-…, aabb.ccdd.eeff, aabbccddeeff) and returns it as
// aa:bb:cc:dd:ee:ff. An address that stands so already is not copied.
func ParseMAC(s string) (string, bool) {
	if len(s) < 12 || len(s) > 17 {
		return "", false
	}
	var d [12]byte
	n, clean := 0, len(s) == 17
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
		case c >= 'A' && c <= 'F':
			c += 'a' - 'A'
			clean = false
		case c == ':' || c == '-' || c == '.':
			if c != ':' || i%3 != 2 {
				clean = false
			}
			continue
		default:
			return "", false
		}
		if n == 12 {
			return "", false
		}
		d[n] = c
		n++
	}
	if n != 12 {
		return "", false
	}
	if clean {
		return s, true
	}
	var out [17]byte
	for i := range 6 {
		out[3*i], out[3*i+1] = d[2*i], d[2*i+1]
		if i < 5 {
			out[3*i+2] = ':'
		}
	}
	return string(out[:]), true
}

// isEmail holds s against the pattern of OCSF's email_t.
func isEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	if at <= 0 || len(s) > 320 {
		return false
	}
	for i := 0; i < at; i++ {
		if c := s[i]; !alnum(c) && !strings.ContainsRune("!#$%&'*+,-./=?^_`{|}~:;<", rune(c)) {
			return false
		}
	}
	host := s[at+1:]
	dot := strings.IndexByte(host, '.')
	if dot <= 0 || dot == len(host)-1 {
		return false
	}
	for i := 0; i < len(host); i++ {
		if c := host[i]; !alnum(c) && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if _, ok := hexDigit(s[i]); !ok {
			return false
		}
	}
	return true
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// AddHash appends a hash of hexadecimal digits to a list of fingerprints
// ([FileHashes] and its like); the algorithm follows from its length. It reports
// false, and keeps nothing, for what is no hash.
func (e *Event) AddHash(list Field, hash string) bool {
	alg, ok := map[int]int64{32: 1, 40: 2, 64: 3, 128: 4}[len(hash)]
	if !ok {
		return false
	}
	zero := true
	for i := 0; i < len(hash); i++ {
		d, ok := hexDigit(hash[i])
		if !ok {
			return false
		}
		zero = zero && d == 0
	}
	f := hashFields[list]
	if zero || f[0] == None {
		return false
	}
	e.Append(list, ObjectOf(Attr(f[0], Int(alg)), Attr(f[1], Text(hash))))
	return true
}

// hashFields are the attributes of the elements of lists of fingerprints.
var hashFields = map[Field][2]Field{
	FileHashes:      {FileHashAlg, FileHash},
	ProcessHashes:   {ProcessHashAlg, ProcessHash},
	ActorHashes:     {ActorHashAlg, ActorHash},
	ModuleHashes:    {ModuleHashAlg, ModuleHash},
	DriverHashes:    {DriverHashAlg, DriverHash},
	TLSFingerprints: {TLSFingerAlg, TLSFinger},
}
