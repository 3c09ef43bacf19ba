package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// dnsmasq reads dnsmasq's DNS log (log-queries, also "extra") and DHCP log, and
// Pi-hole's, which is built on it (dnsmasq, src/cache.c log_query, src/rfc2131.c).
var dnsmasq = &Parser{
	Name: "dnsmasq", Vendor: "dnsmasq", Product: "dnsmasq",
	Apps:   "dnsmasq dnsmasq-dhcp pihole-FTL",
	Begins: []string{"query[A] ", "query[AAAA] ", "query[PTR] ", "query[HTTPS] ", "query[TXT] ", "query[SRV] ", "gravity blocked "},
	Parse:  parseDnsmasq,
}

func parseDnsmasq(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	e := l.E
	if strings.HasPrefix(s, "DHCP") {
		return l.dnsmasqDHCP(s)
	}
	// log-queries=extra: "12 192.0.2.5/53112 query[A] …"
	if d := digits(s); d > 0 && d < len(s) && s[d] == ' ' {
		rest := s[d+1:]
		if a, port, n := scanAddrPort(rest, true); n > 0 && n < len(rest) && rest[n] == ' ' {
			l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			if port >= 0 {
				l.put(ocsf.SrcPort, ocsf.Int(int64(port)), brandWeight)
			}
			s = rest[n+1:]
		}
	}
	verb, rest, ok := strings.Cut(s, " ")
	if !ok {
		return false
	}
	typ := ""
	if i := strings.IndexByte(verb, '['); i > 0 && strings.HasSuffix(verb, "]") {
		typ, verb = verb[i+1:len(verb)-1], verb[:i]
	}
	switch verb {
	case "gravity", "exactly", "regex", "blacklisted":
		rest = strings.TrimPrefix(rest, "blocked ")
		rest = strings.TrimPrefix(rest, "blacklisted ")
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case "query", "forwarded", "reply", "cached", "cached-stale", "config", "dnssec-query", "dnssec-retry", "validation", "special", "Rate-limiting", "/etc/hosts":
	default:
		if !strings.HasPrefix(verb, "/") {
			l.scanText(s)
			e.Set(ocsf.Message, ocsf.Text(s))
			return true
		}
	}
	name, rest, _ := strings.Cut(rest, " ")
	if name == "" {
		return false
	}
	l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(name, ".")), brandWeight)
	l.put(ocsf.QueryType, ocsf.Text(typ), brandWeight)
	if typ == "" {
		l.E.Delete(ocsf.QueryType)
	}
	link, value, _ := strings.Cut(rest, " ")
	e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
	switch link {
	case "from":
		l.applyAddr(brandSrc, value)
	case "to":
		l.applyAddr(brandDst, value)
	case "is":
		e.Activity = ocsf.DNSResponse
		switch value {
		case "NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED":
			l.put(ocsf.RCode, ocsf.Text(value), brandWeight)
		case "<CNAME>", "NODATA-IPv4", "NODATA-IPv6", "":
		default:
			e.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text(value))))
		}
	}
	return true
}

// dnsmasqDHCP reads "DHCPACK(eth0) 192.0.2.5 02:00:00:00:00:01 host".
func (l *Line) dnsmasqDHCP(s string) bool {
	e := l.E
	verb, rest, _ := strings.Cut(s, " ")
	if i := strings.IndexByte(verb, '('); i > 0 {
		l.Set(ocsf.DstInterface, strings.TrimSuffix(verb[i+1:], ")"))
		verb = verb[:i]
	}
	e.Class, e.Activity = ocsf.DHCPActivity, dhcpActivity(verb)
	e.SetUnmapped("dhcp_type", ocsf.Text(verb))
	for n := 0; rest != "" && n < 4; n++ {
		var w string
		w, rest, _ = strings.Cut(strings.TrimLeft(rest, " "), " ")
		switch {
		case macAddress(w):
			l.Set(ocsf.SrcMAC, w)
		case n > 1 && hostName(w, false) && rest == "":
			l.Set(ocsf.SrcHostname, w)
		default:
			if a, ok := addrOf(w); ok {
				l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			}
		}
	}
	return true
}

// dhcpActivity is the activity of DHCP Activity for a message type.
func dhcpActivity(w string) uint8 {
	switch strings.TrimPrefix(strings.ToUpper(w), "DHCP") {
	case "DISCOVER":
		return 1
	case "OFFER":
		return 2
	case "REQUEST":
		return 3
	case "DECLINE":
		return 4
	case "ACK":
		return 5
	case "NAK":
		return 6
	case "RELEASE":
		return 7
	case "INFORM":
		return 8
	case "EXPIRE":
		return 9
	}
	return ocsf.Other
}
