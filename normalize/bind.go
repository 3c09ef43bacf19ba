package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// bind reads ISC BIND's categories queries, query-errors, security, rpz,
// lame-servers and resolver (BIND 9 Administrator Reference Manual, Logging).
var bind = &Parser{
	Name: "bind", Vendor: "ISC", Product: "BIND",
	Apps: "named",
	Begins: []string{"client @0x", "lame server resolving", "queries: info: client", "query-errors: ", "rpz: info: client", "DNS format error from ", "FORMERR resolving '", "REFUSED unexpected RCODE", "SERVFAIL unexpected RCODE",
		"NXDOMAIN unexpected RCODE", "host unreachable resolving '", "network unreachable resolving '", "connection refused resolving '", "timed out resolving '",
		"loop detected resolving '", "shut down hung fetch while resolving '", "success resolving '", "validating "},
	Parse: parseBIND,
}

func parseBIND(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	e := l.E
	if l.Head.App == "" && strings.HasPrefix(s, "validating ") && !strings.Contains(firstWord(s[len("validating "):]), "/") {
		return false // anybody validates something
	}
	// "queries: info: " where the channel prints category and severity
	for range 2 {
		if i := strings.Index(s, ": "); i > 0 && i < 24 && !strings.HasPrefix(s, "client ") && strings.IndexByte(s[:i], ' ') < 0 {
			if levelWord(s[:i]) {
				l.applySeverity(s[:i], brandWeight)
			} else {
				l.put(ocsf.ProductFeature, ocsf.Text(s[:i]), brandWeight)
			}
			s = s[i+2:]
		}
	}
	e.Set(ocsf.Message, ocsf.Text(s))
	if strings.HasPrefix(s, "client ") {
		return l.bindClient(s[len("client "):])
	}
	// resolver: "lame server resolving 'n' (in 'z'?): 192.0.2.1#53", "REFUSED unexpected RCODE resolving 'n/A/IN': 192.0.2.1#53"
	if i := strings.Index(s, "resolving '"); i >= 0 {
		n := s[i+len("resolving '"):]
		name, rest, ok := strings.Cut(n, "'")
		if !ok {
			return false
		}
		l.bindQuestion(name)
		if j := strings.LastIndex(rest, ": "); j >= 0 {
			l.applyAddr(brandDst, rest[j+2:])
		}
		if w := firstWord(s); upperWord(w) {
			l.put(ocsf.RCode, ocsf.Text(w), brandWeight)
		}
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
		return true
	}
	if rest, ok := strings.CutPrefix(s, "DNS format error from "); ok { // "192.0.2.1#53 resolving n/A for 192.0.2.5#1024: why"
		server, rest, _ := strings.Cut(rest, " resolving ")
		l.applyAddr(brandDst, server)
		l.bindQuestion(firstWord(rest))
		if _, client, ok := strings.Cut(rest, " for "); ok {
			client, why, _ := strings.Cut(client, ": ")
			if client != "<unknown>" {
				l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, client)
			}
			l.Set(ocsf.StatusDetail, why)
		}
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSResponse
		return true
	}
	if name := after(s, "validating "); strings.Contains(firstWord(name), "/") { // "view v: validating n/A: no valid signature found"
		name, why, _ := strings.Cut(name, ": ")
		l.bindQuestion(strings.TrimPrefix(name, "@"))
		l.Set(ocsf.StatusDetail, why)
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSResponse
		return true
	}
	if rest, ok := strings.CutPrefix(s, "zone "); ok && strings.HasSuffix(s, "(check-names)") { // "zone z/IN: n/A: bad owner name (check-names)"
		l.bindQuestion(strings.TrimSuffix(firstWord(after(rest, ": ")), ":"))
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSTraffic
		return true
	}
	l.scanText(s)
	if l.E.Has(ocsf.QueryName) || l.E.Has(ocsf.SrcIP) {
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSTraffic
	}
	return true
}

// bindClient reads "[@0x…] ADDRESS#PORT [(name)]: [view v:] text".
func (l *Line) bindClient(s string) bool {
	e := l.E
	if strings.HasPrefix(s, "@") {
		_, s, _ = strings.Cut(s, " ")
	}
	a, port, n := scanAddrPort(s, false)
	if n == 0 {
		return false
	}
	l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
	if port >= 0 {
		l.put(ocsf.SrcPort, ocsf.Int(int64(port)), brandWeight)
	}
	s = s[n:]
	if strings.HasPrefix(s, "/key ") {
		if i := strings.IndexAny(s, ":("); i > 0 {
			s = s[i:]
		}
	}
	name := ""
	if strings.HasPrefix(s, " (") {
		if i := strings.Index(s, "): "); i > 0 {
			name, s = s[2:i], s[i+1:]
		}
	}
	s = strings.TrimPrefix(s, ": ")
	if strings.HasPrefix(s, "view ") {
		if _, rest, ok := strings.Cut(s, ": "); ok {
			s = rest
		}
	}
	e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
	if strings.HasPrefix(s, "UDP: ") || strings.HasPrefix(s, "TCP: ") { // Infoblox
		l.applyProto(s[:3], brandWeight)
		s = s[5:]
	}
	switch {
	case strings.HasPrefix(s, "query: "), strings.HasPrefix(s, "answer: "):
		if s[0] == 'a' {
			e.Activity = ocsf.DNSResponse
		}
		_, q, _ := strings.Cut(s, ": ")
		l.bindQuery(q)
	case strings.HasPrefix(s, "query "), strings.HasPrefix(s, "rpz "), strings.HasPrefix(s, "zone transfer "), strings.HasPrefix(s, "update "), strings.HasPrefix(s, "transfer of "):
		l.bindVerdict(s)
	default:
		l.scanText(s)
	}
	if !e.Has(ocsf.QueryName) && name != "" {
		l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(name, ".")), guessWeight)
	}
	return true
}

// bindQuery reads "NAME CLASS TYPE FLAGS (SERVER)" with what versions add.
func (l *Line) bindQuery(s string) {
	e := l.E
	name, s, _ := strings.Cut(s, " ")
	class, s, _ := strings.Cut(s, " ")
	typ, s, _ := strings.Cut(s, " ")
	if strings.EqualFold(class, "IN") || class == "CH" || class == "HS" || class == "ANY" {
		l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(name, ".")), brandWeight)
		l.put(ocsf.QueryClass, ocsf.Text(class), brandWeight)
		l.put(ocsf.QueryType, ocsf.Text(typ), brandWeight)
	}
	if i := strings.IndexByte(s, '('); i >= 0 {
		flags := strings.TrimSpace(s[:i])
		if strings.HasPrefix(flags, "+") && strings.IndexByte(flags, 'E') > 0 && strings.HasPrefix(s[i:], "(0)") {
			if j := strings.IndexByte(s[i+1:], '('); j >= 0 {
				i += 1 + j
			}
		}
		if j := strings.IndexByte(s[i:], ')'); j > 0 {
			if a, ok := addrOf(s[i+1 : i+j]); ok {
				l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight)
				l.put(ocsf.DstPort, ocsf.Int(53), guessWeight)
			}
		}
		if strings.IndexByte(flags, 'T') >= 0 {
			l.put(ocsf.Protocol, ocsf.Text("tcp"), guessWeight)
		}
	}
	for _, p := range [...]string{"-> ", "response: "} {
		if i := strings.Index(s, p); i >= 0 {
			if w := firstWord(s[i+len(p):]); upperWord(w) {
				l.put(ocsf.RCode, ocsf.Text(w), brandWeight)
				e.Activity = ocsf.DNSResponse
			}
		}
	}
}

// bindVerdict reads what became of a query: "query failed (REFUSED) for n/IN/A at
// query.c:1", "query (cache) 'n/A/IN' denied", "rpz QNAME NXDOMAIN rewrite n/A/IN via z".
func (l *Line) bindVerdict(s string) {
	e := l.E
	if strings.HasPrefix(s, "query failed (") {
		r, rest, _ := strings.Cut(s[len("query failed ("):], ")")
		l.put(ocsf.RCode, ocsf.Text(r), brandWeight)
		if i := strings.Index(rest, "for "); i >= 0 {
			l.bindQuestion(firstWord(rest[i+4:]))
		}
		l.setOutcome(ocsf.Failure, brandWeight)
		return
	}
	if i := strings.Index(s, "rewrite "); i >= 0 && strings.HasPrefix(s, "rpz ") {
		l.bindQuestion(firstWord(s[i+len("rewrite "):]))
		f := s[len("rpz "):i]
		if j := strings.Index(s, " via "); j > 0 {
			l.put(ocsf.RuleName, ocsf.Text(firstWord(s[j+5:])), brandWeight)
		}
		if !strings.Contains(f, "PASSTHRU") {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		}
		return
	}
	l.scanText(s)
	if strings.HasSuffix(s, "denied") {
		l.setAction(ocsf.Denied, dispRejected, brandWeight)
		l.put(ocsf.RCode, ocsf.Text("REFUSED"), guessWeight)
	}
	_ = e
}

// bindQuestion reads "name/TYPE/CLASS" and "name/CLASS/TYPE".
func (l *Line) bindQuestion(q string) {
	name, typ := q, ""
	if i := strings.LastIndexByte(q, '/'); i > 0 {
		typ, name = q[i+1:], q[:i]
		if typ == "IN" || typ == "CH" {
			if i := strings.LastIndexByte(name, '/'); i > 0 {
				typ, name = name[i+1:], name[:i]
			}
		} else if j := strings.LastIndexByte(name, '/'); j > 0 && (name[j+1:] == "IN" || name[j+1:] == "CH") {
			name = name[:j]
		}
	}
	l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(name, ".")), brandWeight)
	if typ != "" && typ != "IN" {
		l.put(ocsf.QueryType, ocsf.Text(typ), brandWeight)
	}
}

// upperWord reports whether w is a word of capitals, as response codes are.
func upperWord(w string) bool {
	if len(w) < 4 || len(w) > 10 {
		return false
	}
	for i := 0; i < len(w); i++ {
		if !upper(w[i]) {
			return false
		}
	}
	return true
}
