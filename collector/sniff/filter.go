package sniff

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// CheckFilter reports what is wrong with a filter expression, naming the word
// that was not understood.
func CheckFilter(expr string) error {
	_, err := parseFilter(expr)
	return err
}

// filter decides which packets are looked at; nil takes all.
type filter func(*outer) bool

// match reads just enough of a frame for the filter.
func (f filter) match(link uint32, b []byte, vlan uint16) bool {
	if f == nil {
		return true
	}
	o := outer{vlan: vlan}
	o.read(link, b)
	return f(&o)
}

// parseFilter reads a filter expression: what tcpdump's language has in common
// use.
//
//	host 192.0.2.1        net 10.0.0.0/8         port 53      portrange 8000-8100
//	src …  dst …          tcp udp icmp icmp6 sctp arp ip ip6  vlan 12
//	and or not ( )        && || !
//
// It looks at the outermost IP packet, behind VLAN tags. Ports of fragments but
// the first are unknown and match no port. The empty expression takes all.
func parseFilter(expr string) (filter, error) {
	p := filterParser{words: strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ", "!", " ! ", "&&", " and ", "||", " or ").Replace(expr))}
	if len(p.words) == 0 {
		return nil, nil
	}
	if len(p.words) > 1000 {
		return nil, fmt.Errorf("filter: too long")
	}
	f, err := p.or(0)
	if err == nil && p.at < len(p.words) {
		err = fmt.Errorf("%q is not expected here", p.words[p.at])
	}
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return f, nil
}

// outer is what a filter sees of a frame.
type outer struct {
	arp          bool
	v6           bool
	ip           bool
	proto        uint8
	src, dst     netip.Addr
	sport, dport uint16
	ports        bool
	vlan         uint16
}

func (o *outer) read(link uint32, b []byte) {
	typ := uint16(0)
	switch link {
	case linkEthernet:
		if len(b) < 14 {
			return
		}
		typ, b = be16(b[12:]), b[14:]
	case linkSLL:
		if len(b) < 16 {
			return
		}
		typ, b = be16(b[14:]), b[16:]
	case linkSLL2:
		if len(b) < 20 {
			return
		}
		typ, b = be16(b), b[20:]
	case linkNull, linkLoop:
		if len(b) < 4 {
			return
		}
		typ, b = etherIPv4, b[4:]
	default:
		typ = etherIPv4
	}
	for range 4 {
		if typ != etherVLAN && typ != etherQinQ || len(b) < 4 {
			break
		}
		if o.vlan == 0 {
			o.vlan = be16(b) & 0xfff
		}
		typ, b = be16(b[2:]), b[4:]
	}
	switch {
	case typ == etherARP:
		o.arp = true
	case typ != etherIPv4 && typ != etherIPv6:
	case len(b) >= 20 && b[0]>>4 == 4:
		o.ip, o.proto = true, b[9]
		o.src, o.dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
		if n := int(b[0]&15) * 4; n >= 20 && n <= len(b) && be16(b[6:])&0x1fff == 0 {
			o.transport(b[n:])
		}
	case len(b) >= 40 && b[0]>>4 == 6:
		o.ip, o.v6, o.proto = true, true, b[6]
		o.src, o.dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		o.transport(b[40:])
	}
}

func (o *outer) transport(b []byte) {
	switch o.proto {
	case protoTCP, protoUDP, protoSCTP:
		if len(b) >= 4 {
			o.sport, o.dport, o.ports = be16(b), be16(b[2:]), true
		}
	}
}

// filterParser is a parser by recursive descent.
type filterParser struct {
	words []string
	at    int
}

func (p *filterParser) word() string {
	if p.at < len(p.words) {
		return strings.ToLower(p.words[p.at])
	}
	return ""
}

func (p *filterParser) or(depth int) (filter, error) {
	a, err := p.and(depth)
	for err == nil && p.word() == "or" {
		p.at++
		var b filter
		if b, err = p.and(depth); err == nil {
			first := a
			a = func(o *outer) bool { return first(o) || b(o) }
		}
	}
	return a, err
}

func (p *filterParser) and(depth int) (filter, error) {
	a, err := p.not(depth)
	for err == nil && p.at < len(p.words) && p.word() != "or" && p.word() != ")" {
		if p.word() == "and" {
			p.at++
		}
		var b filter
		if b, err = p.not(depth); err == nil {
			first := a
			a = func(o *outer) bool { return first(o) && b(o) }
		}
	}
	return a, err
}

func (p *filterParser) not(depth int) (filter, error) {
	if depth > 100 {
		return nil, fmt.Errorf("nested too deeply")
	}
	switch p.word() {
	case "not", "!":
		p.at++
		a, err := p.not(depth + 1)
		return func(o *outer) bool { return !a(o) }, err
	case "(":
		p.at++
		a, err := p.or(depth + 1)
		if err == nil && p.word() != ")" {
			err = fmt.Errorf("a ) is missing")
		}
		p.at++
		return a, err
	}
	return p.term()
}

// term reads one condition, with what may stand before it.
func (p *filterParser) term() (filter, error) {
	w := p.word()
	p.at++
	switch w {
	case "":
		return nil, fmt.Errorf("a condition is missing at the end")
	case "ip":
		return func(o *outer) bool { return o.ip && !o.v6 }, nil
	case "ip6":
		return func(o *outer) bool { return o.ip && o.v6 }, nil
	case "arp":
		return func(o *outer) bool { return o.arp }, nil
	case "vlan":
		if n, err := strconv.ParseUint(p.word(), 10, 12); err == nil {
			p.at++
			return func(o *outer) bool { return o.vlan == uint16(n) }, nil
		}
		return func(o *outer) bool { return o.vlan != 0 }, nil
	case "tcp", "udp", "icmp", "icmp6", "sctp":
		n := map[string]uint8{"tcp": protoTCP, "udp": protoUDP, "icmp": protoICMP, "icmp6": protoICMP6, "sctp": protoSCTP}[w]
		is := func(o *outer) bool { return o.ip && o.proto == n }
		switch p.word() {
		case "src", "dst", "port", "portrange": // tcp port 80
			rest, err := p.term()
			return func(o *outer) bool { return is(o) && rest(o) }, err
		}
		return is, nil
	case "src", "dst":
		return p.end(w == "src", w == "dst")
	case "host", "net", "port", "portrange":
		p.at--
		return p.end(true, true)
	}
	return nil, fmt.Errorf("%q is not understood", w)
}

// end reads a condition on the source, the destination, or either.
func (p *filterParser) end(src, dst bool) (filter, error) {
	kind := p.word()
	p.at++
	arg := p.word()
	p.at++
	switch kind {
	case "port", "portrange":
		lo, hi, ranged := strings.Cut(arg, "-")
		if !ranged {
			hi = lo
		}
		a, err := strconv.ParseUint(lo, 10, 16)
		b, err2 := strconv.ParseUint(hi, 10, 16)
		if err != nil || err2 != nil || a > b {
			return nil, fmt.Errorf("%q is no port", arg)
		}
		in := func(n uint16) bool { return uint64(n) >= a && uint64(n) <= b }
		return func(o *outer) bool { return o.ports && (src && in(o.sport) || dst && in(o.dport)) }, nil
	case "net":
		n, err := netip.ParsePrefix(arg)
		if err != nil {
			return nil, fmt.Errorf("%q is no network; write 10.0.0.0/8", arg)
		}
		n = n.Masked()
		return func(o *outer) bool { return o.ip && (src && n.Contains(o.src) || dst && n.Contains(o.dst)) }, nil
	case "host":
	default:
		arg = kind // src 192.0.2.1
		p.at--
	}
	a, err := netip.ParseAddr(arg)
	if err != nil {
		return nil, fmt.Errorf("%q is no address", arg)
	}
	return func(o *outer) bool { return o.ip && (src && o.src == a || dst && o.dst == a) }, nil
}
