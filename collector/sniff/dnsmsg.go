package sniff

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// dnsMessage is what matters of a DNS message. Additional and authority records
// are passed over.
type dnsMessage struct {
	id       uint16
	flags    uint16
	op       uint8
	rcode    uint16
	response bool
	asked    bool // has a question
	name     string
	typ      uint16
	class    uint16
	answers  []dnsAnswer
	clean    bool // everything was well formed, to the last answer
	end      int  // where reading ended
}

type dnsAnswer struct {
	typ, class uint16
	ttl        uint32
	data       string
}

const (
	maxAnswers  = 64  // of one response
	maxNameText = 512 // bytes of a name as text
	maxData     = 255 // bytes of data as text
)

// parse reads a message as far as it can be read; false when even its question
// cannot.
func (m *dnsMessage) parse(b []byte) bool {
	if len(b) < 12 {
		return false
	}
	m.id, m.flags = be16(b), be16(b[2:])
	m.response, m.op, m.rcode = m.flags&0x8000 != 0, uint8(m.flags>>11)&15, m.flags&15
	at := 12
	for i := range int(be16(b[4:])) {
		name, n := dnsName(b, at)
		if n < 0 || n+4 > len(b) {
			return i > 0
		}
		if i == 0 {
			m.asked, m.name, m.typ, m.class = true, name, be16(b[n:]), be16(b[n+2:])
		}
		at = n + 4
		if i >= 31 {
			return true
		}
	}
	m.end = at
	counts := [3]int{int(be16(b[6:])), int(be16(b[8:])), int(be16(b[10:]))}
	for section, count := range counts {
		for range count {
			if section == 0 && len(m.answers) >= maxAnswers {
				return true
			}
			next, ok := m.record(b, at, section)
			if !ok {
				return true
			}
			at = next
			m.end = at
		}
	}
	m.clean = true
	return true
}

// record reads one resource record of a section: answers are kept, and of the
// additional ones the upper bits of the response code (RFC 6891).
func (m *dnsMessage) record(b []byte, at, section int) (next int, ok bool) {
	name, n := dnsName(b, at)
	if n < 0 || n+10 > len(b) {
		return 0, false
	}
	typ, class, ttl, size := be16(b[n:]), be16(b[n+2:]), be32(b[n+4:]), int(be16(b[n+8:]))
	n += 10
	if n+size > len(b) {
		return 0, false
	}
	switch {
	case section == 0:
		if !m.asked && m.name == "" {
			m.name, m.typ, m.class = name, typ, class // a response that repeats no question
		}
		if data := dnsData(b, n, size, typ); data != "" {
			m.answers = append(m.answers, dnsAnswer{typ, class, ttl, data})
		}
	case section == 2 && typ == 41:
		m.rcode |= uint16(ttl>>24) << 4
	}
	return n + size, true
}

// dnsName reads a name at offset at and returns it without its last dot, and
// where the message goes on; -1 for a broken one. Bytes that are no printable
// ASCII, and dots inside a label, are written \DDD (RFC 4343).
func dnsName(b []byte, at int) (string, int) {
	var buf [128]byte
	text := buf[:0]
	next, jumps := -1, 0
	for {
		if at >= len(b) {
			return "", -1
		}
		n := int(b[at])
		switch {
		case n == 0:
			if next < 0 {
				next = at + 1
			}
			return string(text), next
		case n&0xc0 == 0xc0:
			if at+1 >= len(b) {
				return "", -1
			}
			if next < 0 {
				next = at + 2
			}
			if jumps++; jumps > 64 {
				return "", -1
			}
			at = int(be16(b[at:]) & 0x3fff)
		case n&0xc0 != 0:
			return "", -1
		default:
			if at+1+n > len(b) || len(text) > maxNameText {
				return "", -1
			}
			if len(text) > 0 {
				text = append(text, '.')
			}
			for _, c := range b[at+1 : at+1+n] {
				if c > ' ' && c < 0x7f && c != '.' && c != '\\' {
					text = append(text, c)
				} else {
					text = append(text, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
				}
			}
			at += 1 + n
		}
	}
}

// dnsData writes the data of a record as text.
func dnsData(b []byte, at, size int, typ uint16) string {
	d := b[at : at+size]
	name := func(off int) string {
		s, n := dnsName(b[:at+size], at+off)
		if n < 0 {
			return ""
		}
		if s == "" {
			return "."
		}
		return s
	}
	switch typ {
	case 1:
		if size == 4 {
			return netip.AddrFrom4([4]byte(d)).String()
		}
	case 28:
		if size == 16 {
			return netip.AddrFrom16([16]byte(d)).String()
		}
	case 2, 5, 12, 39: // NS, CNAME, PTR, DNAME
		return name(0)
	case 15: // MX
		if size > 2 {
			return strconv.Itoa(int(be16(d))) + " " + name(2)
		}
	case 33: // SRV
		if size > 6 {
			return strconv.Itoa(int(be16(d))) + " " + strconv.Itoa(int(be16(d[2:]))) + " " + strconv.Itoa(int(be16(d[4:]))) + " " + name(6)
		}
	case 6: // SOA
		first, n := dnsName(b[:at+size], at)
		if n >= 0 {
			second, _ := dnsName(b[:at+size], n)
			return first + " " + second
		}
	case 16, 99: // TXT, SPF
		var text []byte
		for i := 0; i < len(d) && len(text) < maxData; {
			n := min(int(d[i]), len(d)-i-1)
			text = append(text, d[i+1:i+1+n]...)
			i += 1 + n
		}
		return string(text[:min(len(text), maxData)])
	case 64, 65: // SVCB, HTTPS
		if size > 2 {
			return strconv.Itoa(int(be16(d))) + " " + name(2)
		}
	}
	return hex.EncodeToString(d[:min(size, 64)])
}

var dnsTypes = map[uint16]string{
	1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS", 12: "PTR",
	13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP",
	24: "SIG", 25: "KEY", 26: "PX", 28: "AAAA", 29: "LOC", 30: "NXT", 33: "SRV", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6",
	39: "DNAME", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY",
	49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY",
	62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 99: "SPF", 249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR",
	253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 32768: "TA", 32769: "DLV",
}

func dnsType(t uint16) string {
	if s := dnsTypes[t]; s != "" {
		return s
	}
	return "TYPE" + strconv.Itoa(int(t))
}

func dnsClass(c uint16) string {
	switch c {
	case 1:
		return "IN"
	case 3:
		return "CH"
	case 4:
		return "HS"
	case 254:
		return "NONE"
	case 255:
		return "ANY"
	}
	return "CLASS" + strconv.Itoa(int(c))
}

// dnsCodes are OCSF's words for response codes (rcode_id).
var dnsCodes = map[uint16]string{
	0: "NoError", 1: "FormError", 2: "ServError", 3: "NXDomain", 4: "NotImp", 5: "Refused", 6: "YXDomain", 7: "YXRRSet",
	8: "NXRRSet", 9: "NotAuth", 10: "NotZone", 11: "DSOTYPENI", 16: "BADSIG_VERS", 17: "BADKEY", 18: "BADTIME", 19: "BADMODE",
	20: "BADNAME", 21: "BADALG", 22: "BADTRUNC", 23: "BADCOOKIE",
}
