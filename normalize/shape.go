package normalize

import (
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
)

// scanIPv4 reads a dotted address of four numbers that s begins with; it must
// not go on as a longer number or word.
func scanIPv4(s string) (a netip.Addr, n int) {
	var b [4]byte
	i := 0
	for k := range 4 {
		d := 0
		v := 0
		for i < len(s) && digit(s[i]) && d < 4 {
			v = v*10 + int(s[i]-'0')
			i++
			d++
		}
		if d == 0 || d > 3 || v > 255 {
			return a, 0
		}
		b[k] = byte(v)
		if k < 3 {
			if i >= len(s) || s[i] != '.' {
				return a, 0
			}
			i++
		}
	}
	if i < len(s) {
		switch c := s[i]; {
		case alnum(c) || c == '_':
			return a, 0
		case c == '.' && i+1 < len(s) && alnum(s[i+1]): // five numbers, a name
			return a, 0
		case c == '-' && i+1 < len(s) && letter(s[i+1]):
			return a, 0
		}
	}
	return netip.AddrFrom4(b), i
}

// scanIPv6 reads an IPv6 address that s begins with. At least two colons; a
// time of day is none.
func scanIPv6(s string) (a netip.Addr, n int) {
	i, colons, double := 0, 0, false
	for i < len(s) && i < 46 {
		c := s[i]
		if c == ':' {
			colons++
			if i+1 < len(s) && s[i+1] == ':' {
				double = true
			}
		} else if !hexByte(c) && c != '.' {
			break
		}
		i++
	}
	if colons < 2 || colons > 8 || !double && colons != 7 && !(colons == 6 && strings.IndexByte(s[:i], '.') > 0) {
		return a, 0
	}
	if i < len(s) && (letter(s[i]) || s[i] == '_') {
		return a, 0
	}
	e := i
	for e > 2 && (s[e-1] == '.' || s[e-1] == ':' && s[e-2] != ':') {
		e--
	}
	if a, ok := ocsf.ParseAddr(s[:e]); ok {
		if e < len(s) && s[e] == '%' {
			for e < len(s) && wordByte(s[e]) || e < len(s) && s[e] == '%' {
				e++
			}
		}
		return a, e
	}
	return a, 0
}

// scanAddr reads an address that s begins with, IPv6 in brackets too.
func scanAddr(s string) (a netip.Addr, n int) {
	if s == "" {
		return a, 0
	}
	c := s[0]
	switch {
	case digit(c):
		if a, n = scanIPv4(s); n > 0 {
			return a, n
		}
		return scanIPv6(s)
	case c == ':' || hexByte(c):
		return scanIPv6(s)
	case c == '[' && len(s) > 3 && s[1] != '[': // one bracket: a thousand would be looked into a thousand times
		if a, n = scanAddr(s[1:]); n > 0 && 1+n < len(s) && s[1+n] == ']' {
			return a, n + 2
		}
	}
	return netip.Addr{}, 0
}

// addrOf reads a text that is an address and nothing else.
func addrOf(s string) (netip.Addr, bool) {
	a, n := scanAddr(s)
	return a, n > 0 && n == len(s)
}

// scanAddrPort reads an address with the port that may stand behind it, as
// 1.2.3.4:5, [::1]:5, 1.2.3.4#5, 1.2.3.4(5), 1.2.3.4[5], "1.2.3.4 : 5", and as
// 1.2.3.4/5 where slash is told or the number is no prefix length. port is -1
// when there is none.
func scanAddrPort(s string, slash bool) (a netip.Addr, port, n int) {
	a, n = scanAddr(s)
	if n == 0 {
		return a, -1, 0
	}
	if n >= len(s) {
		return a, -1, n
	}
	num := func(i int) (v, end int) {
		d := digits(s[min(i, len(s)):])
		if d == 0 || d > 5 {
			return -1, 0
		}
		v = atoi(s[i : i+d])
		if v > 65535 || i+d < len(s) && (letter(s[i+d]) || s[i+d] == '_' || s[i+d] == '.' && i+d+1 < len(s) && digit(s[i+d+1])) {
			return -1, 0
		}
		return v, i + d
	}
	switch s[n] {
	case ':', '#', ';':
		if p, e := num(n + 1); e > 0 && (s[n] != ';' || e == len(s)) {
			return a, p, e
		}
	case '/':
		if p, e := num(n + 1); e > 0 {
			if !slash && (p <= 32 || a.Is6() && p <= 128) {
				return a, -1, e // a prefix
			}
			return a, p, e
		}
	case '(', '[':
		if p, e := num(n + 1); e > 0 && e < len(s) && (s[e] == ')' || s[e] == ']') {
			return a, p, e + 1
		}
	case ' ':
		if n+2 < len(s) && s[n+1] == ':' && s[n+2] == ' ' {
			if p, e := num(n + 3); e > 0 {
				return a, p, e
			}
		}
	}
	return a, -1, n
}

// findAddr finds the first address in a value that has more around it:
// "IPV4/TCP/192.0.2.1/5060", "user@192.0.2.1", "outside:192.0.2.1".
func findAddr(s string) (a netip.Addr, port int, ok bool) {
	for i := 0; i < len(s); i++ {
		if i > 0 && (alnum(s[i-1]) || s[i-1] == '.' || s[i-1] == ':' && !(i > 1 && letter(s[i-2]))) {
			continue
		}
		if c := s[i]; !hexByte(c) && c != ':' && c != '[' {
			continue
		}
		slash := i > 0 && s[i-1] == '/'
		if a, p, n := scanAddrPort(s[i:], slash); n > 0 {
			return a, p, true
		}
	}
	return netip.Addr{}, -1, false
}

// nothing reports whether a value says that there is none.
func nothing(v string) bool {
	switch len(v) {
	case 0:
		return true
	case 1:
		return v[0] == '-' || v[0] == '?' || v[0] == '*'
	case 2:
		return v == "--" || v == "[]" || v == "{}" || v == `""` || v == "::"
	case 3:
		return v == "N/A" || v == "n/a" || v == "nil" || v == "NIL" || v == "N/a" || v == "NaN" || v == `N\A`
	case 4:
		return strings.EqualFold(v, "null") || strings.EqualFold(v, "none")
	case 5:
		return v == "undef" || v == "Undef" || v == "[nil]"
	case 6:
		return v == "(null)" || v == "(none)" || v == "<none>" || v == "<null>"
	case 7:
		return strings.EqualFold(v, "unknown") || v == "(empty)"
	case 9:
		return strings.EqualFold(v, "undefined") || v == "<unknown>"
	}
	return false
}

// hostName reports whether s can be the name of a host, with a dot or a digit or
// a dash at least when strict.
func hostName(s string, strict bool) bool {
	if len(s) == 0 || len(s) > 253 || !alnum(s[0]) && s[0] != '_' {
		return false
	}
	letters, dot := false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case letter(c):
			letters = true
		case c == '.':
			dot = true
			if i+1 < len(s) && s[i+1] == '.' {
				return false
			}
		case digit(c) || c == '-' || c == '_':
		case c == '$' && i == len(s)-1:
		default:
			return false
		}
	}
	return letters && (!strict || dot)
}

// domainName reports whether s is a name with a last label of letters that is no
// file's extension.
func domainName(s string) bool {
	if !hostName(s, true) {
		return false
	}
	s = strings.TrimSuffix(s, ".")
	i := strings.LastIndexByte(s, '.')
	if i <= 0 {
		return false
	}
	tld := s[i+1:]
	if len(tld) < 2 || len(tld) > 18 {
		return false
	}
	for j := 0; j < len(tld); j++ {
		if !letter(tld[j]) && !(j > 3 && (tld[j] == '-' || digit(tld[j]))) {
			return false
		}
	}
	return !extensions[strings.ToLower(tld)]
}

var extensions = wordSet(`exe dll sys txt log php html htm asp aspx jsp js css png jpg jpeg gif ico svg pdf doc docx xls xlsx ppt pptx
 zip gz tar rar bat cmd ps vbs msi conf cfg ini xml json yaml yml csv dat bin cpp py sh so lib bak tmp lnk iso img cgi jar class java local0
 c h go rs rules key pem crt service socket target timer`)

// mailAddress reports whether s is one mail address.
func mailAddress(s string) bool {
	at := strings.IndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > 320 || strings.IndexByte(s[at+1:], '@') >= 0 {
		return false
	}
	for i := 0; i < at; i++ {
		if c := s[i]; !alnum(c) && strings.IndexByte(".!#$%&'*+/=?^_`{|}~-", c) < 0 {
			return false
		}
	}
	return hostName(s[at+1:], true)
}

// hashHex returns whether s is a digest of hexadecimal digits.
func hashHex(s string) bool {
	if len(s) != 32 && len(s) != 40 && len(s) != 64 && len(s) != 128 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !hexByte(s[i]) {
			return false
		}
	}
	return true
}

// macAddress reports whether s is written like a hardware address.
func macAddress(s string) bool {
	switch len(s) {
	case 17:
		for i := 0; i < 17; i++ {
			if i%3 == 2 {
				if s[i] != ':' && s[i] != '-' || s[i] != s[2] {
					return false
				}
			} else if !hexByte(s[i]) {
				return false
			}
		}
		return true
	case 14:
		for i := 0; i < 14; i++ {
			if i == 4 || i == 9 {
				if s[i] != '.' {
					return false
				}
			} else if !hexByte(s[i]) {
				return false
			}
		}
		return true
	}
	return false
}

// urlScheme returns the length of a scheme with :// that s begins with.
func urlScheme(s string) int {
	i := 0
	for i < len(s) && i < 12 && (lower(s[i]) || upper(s[i]) || i > 0 && (digit(s[i]) || s[i] == '+' || s[i] == '-')) {
		i++
	}
	if i > 1 && strings.HasPrefix(s[i:], "://") {
		return i + 3
	}
	return 0
}

// protocols are the names by which transports and what lies beside them are known.
var protocols = map[string]string{"tcp": "tcp", "udp": "udp", "icmp": "icmp", "icmpv6": "ipv6-icmp", "icmp6": "ipv6-icmp", "ipv6-icmp": "ipv6-icmp",
	"igmp": "igmp", "gre": "gre", "esp": "esp", "ah": "ah", "sctp": "sctp", "ospf": "ospf", "eigrp": "eigrp", "pim": "pim", "vrrp": "vrrp",
	"ipip": "ipip", "ipencap": "ipencap", "carp": "carp", "udplite": "udplite", "dccp": "dccp", "hopopt": "hopopt", "rsvp": "rsvp", "l2tp": "l2tp"}

// protocolNumbers are the names of the commonest numbers (IANA, Protocol Numbers).
var protocolNumbers = map[int]string{0: "hopopt", 1: "icmp", 2: "igmp", 4: "ipencap", 6: "tcp", 17: "udp", 41: "ipv6", 46: "rsvp", 47: "gre", 50: "esp",
	51: "ah", 58: "ipv6-icmp", 88: "eigrp", 89: "ospf", 103: "pim", 112: "vrrp", 115: "l2tp", 132: "sctp", 136: "udplite"}

// transport returns the usual name of a protocol that a short text names, in any
// case, without allocating.
func transport(s string) (string, bool) {
	if len(s) < 2 || len(s) > 9 {
		return "", false
	}
	var b [9]byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if upper(c) {
			c |= 0x20
		}
		b[i] = c
	}
	p, ok := protocols[string(b[:len(s)])]
	return p, ok
}
