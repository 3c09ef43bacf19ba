package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoASA reads the system messages of ASA, PIX, FWSM and FTD (Cisco, ASA
// Syslog Messages; Firepower Threat Defense Syslog Messages). Connections are
// read by position, everything else by the words around the values.
var ciscoASA = &Parser{
	Name: "ciscoasa", Vendor: "Cisco", Product: "ASA",
	Begins: []string{"%ASA-", "%FTD-", "%PIX-", "%FWSM-", "%NGIPS-", "Group <", "TunnelGroup <"},
	Parse:  parseCiscoASA,
}

var ciscoFTDKeys = NewKeys(`
@src                     SrcIP InitiatorIP
@dst                     DstIP ResponderIP
@src.port                SrcPort InitiatorPort
@dst.port                DstPort ResponderPort
@proto                   Protocol
@src.iface               IngressInterface
@dst.iface               EgressInterface
src_endpoint.zone        IngressZone
dst_endpoint.zone        EgressZone
@action                  AccessControlRuleAction InlineResult FileAction
firewall_rule.name       AccessControlRuleName Prefilter
policy.name              ACPolicy
traffic.bytes_out        InitiatorBytes
traffic.bytes_in         ResponderBytes
traffic.packets_out      InitiatorPackets
traffic.packets_in       ResponderPackets
@user                    User
query.hostname           DNSQuery
query.type               DNSRecordType
@signature               Message ThreatName
finding_info.uid         SID
@url                     URL URI
@url.host                ReferencedHost HTTP_Hostname
http_request.user_agent  UserAgent
http_response.code       HTTPResponse
@file                    FileName
@hash                    FileSHA256
app_name                 WebApplication ApplicationProtocol
@severity                EventPriority
connection_info.uid      ConnectionID
device.uid               DeviceUUID
@time                    FirstPacketSecond
`)

func parseCiscoASA(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	if s != "" && s[0] != '%' { // a collector took the code away
		if !strings.Contains(s, " User <") || !strings.Contains(s, " IP <") {
			return false
		}
		l.asaOther("722000", s)
		return true
	}
	// %ASA-6-302014: or %ASA-config-5-111008: (RFC 5424 style classes)
	c := strings.IndexByte(s, ':')
	if c < 8 || c > 40 {
		return false
	}
	code := s[:c]
	i := strings.LastIndexByte(code, '-')
	if i < 3 || i+6 > len(code) || !digit(code[i-1]) {
		return false
	}
	e := l.E
	id := code[i+1:]
	if digits(id) != len(id) {
		return false
	}
	l.put(ocsf.EventCode, ocsf.Text(id), brandWeight)
	lvl := code[i-1] - '0'
	if lvl <= 7 {
		e.Severity, l.facts.severityWeight = syslogSeverity[lvl], textWeight
		l.put(ocsf.LogLevel, ocsf.Text(syslogLevel[lvl]), textWeight)
	}
	if s[1] == 'F' && s[2] == 'T' {
		l.put(ocsf.ProductName, ocsf.Text("FTD"), brandWeight)
	}
	msg := strings.TrimLeft(s[c+1:], " ")
	l.Body = msg
	switch id {
	case "302013", "302015", "302303", "302305":
		if l.asaConnection(msg, ocsf.NetOpen) {
			return true
		}
	case "302014", "302016", "302304", "302306":
		if l.asaConnection(msg, ocsf.NetClose) {
			return true
		}
	case "106023":
		if l.asaDeny(msg) {
			return true
		}
	case "430001", "430002", "430003", "430004", "430005":
		l.asaFirepower(id, msg)
		return true
	}
	l.asaOther(id, msg)
	return true
}

// asaEnd is one end of a connection: interface:address/port, and the mapped
// address behind.
type asaEnd struct {
	iface, user string
	addr        string
	port        string
	mapped      string
	mappedPort  string
}

// readASAEnd reads "outside:192.0.2.1/443 (198.51.100.1/443)(DOMAIN\user)".
func readASAEnd(s string) (x asaEnd, rest string, ok bool) {
	c := strings.IndexByte(s, ':')
	sp := strings.IndexByte(s, ' ')
	if c < 0 || sp >= 0 && sp < c {
		return x, s, false
	}
	x.iface = s[:c]
	s = s[c+1:]
	sl := strings.IndexByte(s, '/')
	if sl < 0 {
		return x, s, false
	}
	x.addr = s[:sl]
	d := digits(s[sl+1:])
	x.port = s[sl+1 : sl+1+d]
	s = s[sl+1+d:]
	if strings.HasPrefix(s, " (") || strings.HasPrefix(s, "(") {
		t := strings.TrimLeft(s, " ")
		j := strings.IndexByte(t, ')')
		if j < 0 {
			return x, s, false
		}
		in := t[1:j]
		if a, p, found := strings.Cut(in, "/"); found && digits(p) == len(p) {
			x.mapped, x.mappedPort = a, p
		} else {
			x.user = in
		}
		s = t[j+1:]
		if strings.HasPrefix(s, "(") {
			if j := strings.IndexByte(s, ')'); j > 0 {
				x.user = s[1:j]
				s = s[j+1:]
			}
		}
	}
	return x, strings.TrimLeft(s, " "), true
}

// asaConnection reads "Built outbound TCP connection 1 for A to B" and "Teardown
// TCP connection 1 for A to B duration 0:00:00 bytes 0 reason".
func (l *Line) asaConnection(s string, activity uint8) bool {
	e := l.E
	built := strings.HasPrefix(s, "Built ")
	if !built && !strings.HasPrefix(s, "Teardown ") {
		return false
	}
	rest := s[strings.IndexByte(s, ' ')+1:]
	direction := ""
	if built {
		direction, rest, _ = strings.Cut(rest, " ")
		if direction == "Probe" {
			direction, rest, _ = strings.Cut(rest, " ")
		}
	}
	proto, rest, _ := strings.Cut(rest, " ")
	if !strings.HasPrefix(rest, "connection ") {
		return false
	}
	conn, rest, _ := strings.Cut(rest[len("connection "):], " ")
	if !strings.HasPrefix(rest, "for ") {
		return false
	}
	a, rest, ok := readASAEnd(rest[4:])
	if !ok || !strings.HasPrefix(rest, "to ") {
		return false
	}
	b, rest, ok := readASAEnd(rest[3:])
	if !ok {
		return false
	}
	// Inbound: the first end began. Outbound: the second. A teardown does not
	// tell; there the end with the lower port is the server.
	src, dst := &a, &b
	if direction == "outbound" || direction == "" && lowerPort(a.port, b.port) {
		src, dst = &b, &a
	}
	l.setASAEnds(src, dst)
	l.applyProto(proto, brandWeight)
	l.put(ocsf.ConnectionUID, ocsf.Text(conn), brandWeight)
	switch direction {
	case "inbound":
		e.SetInt(ocsf.DirectionID, 1)
	case "outbound":
		e.SetInt(ocsf.DirectionID, 2)
	}
	if strings.HasPrefix(rest, "duration ") {
		d, more, _ := strings.Cut(rest[len("duration "):], " ")
		l.put(ocsf.Duration, ocsf.Int(clockSeconds(d)*1000), brandWeight)
		if strings.HasPrefix(more, "bytes ") {
			n, reason, _ := strings.Cut(more[len("bytes "):], " ")
			l.putText(ocsf.Bytes, n, brandWeight)
			if reason != "" {
				l.put(ocsf.StatusDetail, ocsf.Text(reason), brandWeight)
			}
		}
	}
	e.Class, e.Activity = ocsf.NetworkActivity, activity
	l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	return true
}

// lowerPort reports whether port a is the server's rather than b.
func lowerPort(a, b string) bool {
	x, y := atoi(a), atoi(b)
	return x < y
}

// clockSeconds reads h:mm:ss.
func clockSeconds(s string) int64 {
	var total, n int64
	for i := 0; i < len(s) && i < 16; i++ {
		if s[i] == ':' {
			total, n = (total+n)*60, 0
			continue
		}
		if !digit(s[i]) {
			return 0
		}
		n = n*10 + int64(s[i]-'0')
	}
	return total + n
}

func (l *Line) setASAEnds(src, dst *asaEnd) {
	e := l.E
	for _, x := range [...]struct {
		end  *asaEnd
		side side
		nat  side
	}{{src, srcSide, natSrc}, {dst, dstSide, natDst}} {
		f := &ends[x.side]
		if a, ok := addrOf(x.end.addr); ok {
			l.put(f.ip, ocsf.Addr(a), brandWeight)
		} else {
			l.putText(f.host, x.end.addr, brandWeight)
		}
		l.putText(f.port, x.end.port, brandWeight)
		l.putText(f.iface, x.end.iface, brandWeight)
		if x.end.mapped != "" && x.end.mapped != x.end.addr {
			if a, ok := addrOf(x.end.mapped); ok {
				e.Set(ends[x.nat].ip, ocsf.Addr(a))
				e.SetText(ends[x.nat].port, x.end.mappedPort)
			}
		}
		if u := x.end.user; u != "" && l.facts.user == "" {
			l.applyUser(meaning{read: readUser, weight: brandWeight}, strings.TrimPrefix(u, "LOCAL\\"))
		}
	}
}

// asaDeny reads "Deny tcp src A dst B [(type 8, code 0)] by access-group "x" [0x0, 0x0]".
func (l *Line) asaDeny(s string) bool {
	if !strings.HasPrefix(s, "Deny ") {
		return false
	}
	rest := s[5:]
	rest = strings.TrimPrefix(rest, "protocol ")
	proto, rest, _ := strings.Cut(rest, " ")
	rest, ok := strings.CutPrefix(rest, "src ")
	src, dst, both := strings.Cut(rest, " dst ")
	if !ok || !both {
		return false
	}
	dst, tail, _ := strings.Cut(dst, " by access-group ")
	a, b := asaPlainEnd(src), asaPlainEnd(dst)
	l.setASAEnds(&a, &b)
	l.applyProto(proto, brandWeight)
	if tail != "" {
		name := tail
		if tail[0] == '"' {
			name, _, _ = strings.Cut(tail[1:], `"`)
		} else {
			name, _, _ = strings.Cut(tail, " ")
		}
		l.put(ocsf.RuleName, ocsf.Text(name), brandWeight)
	}
	l.E.Class, l.E.Activity = ocsf.NetworkActivity, ocsf.NetRefuse
	l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	return true
}

// asaPlainEnd reads "outside:192.0.2.1/443" with or without port and what follows.
func asaPlainEnd(s string) (x asaEnd) {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		s = s[:i]
	}
	if i := strings.IndexByte(s, '('); i >= 0 {
		x.user = strings.TrimSuffix(s[i+1:], ")")
		s = s[:i]
	}
	if c := strings.IndexByte(s, ':'); c > 0 {
		x.iface, s = s[:c], s[c+1:]
	}
	x.addr, x.port, _ = strings.Cut(s, "/")
	return x
}

// asaFirepower reads the events of FTD: "Key: value, Key: value".
func (l *Line) asaFirepower(id, msg string) {
	e := l.E
	l.readColonPairs(msg)
	l.Form = KeyValue
	if l.Get("EventPriority") != "" {
		l.facts.severityWeight = 0 // the level of the code is that of the alert response
	}
	l.Apply(ciscoFTDKeys)
	switch id {
	case "430001":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case "430004", "430005":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		if !e.Has(ocsf.FindingTitle) {
			l.putText(ocsf.FindingTitle, e.Text(ocsf.FileName), guessWeight)
		}
	default:
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetClose
		if id == "430002" {
			e.Activity = ocsf.NetOpen
		}
		if l.facts.action == ocsf.Denied {
			e.Activity = ocsf.NetRefuse
		}
		if e.Has(ocsf.QueryName) {
			e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
		}
	}
}

// asaOther reads every other message by its words, and its class by the range
// that its number lies in.
func (l *Line) asaOther(id, msg string) {
	e := l.E
	l.E.Set(ocsf.Message, ocsf.Text(msg))
	l.asaFields(msg)
	if id == "109201" || id == "109207" || id == "109210" { // "UAUTH: Session=…, User=anna, Assigned IP=…"
		u, _, _ := strings.Cut(after(msg, "User="), ",")
		l.applyUser(brandUser, u)
	}
	l.scanText(msg)
	user := l.facts.user != "" || l.facts.actor != ""
	n := atoi(id)
	switch {
	case n == 111008, n == 111009, n == 111010, n == 112001, n/1000 == 111 && user:
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if i := strings.Index(msg, "executed cmd: "); i >= 0 {
			l.put(ocsf.ProcessCmd, ocsf.Text(msg[i+len("executed cmd: "):]), brandWeight)
		} else if i := strings.Index(msg, "executed the '"); i >= 0 {
			c, _, _ := strings.Cut(msg[i+len("executed the '"):], "'")
			l.put(ocsf.ProcessCmd, ocsf.Text(c), brandWeight)
		}
	case n == 113019, n == 113039: // a session of AnyConnect ends, begins
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case user && (n/100 == 1130 || n/1000 == 605 || n/1000 == 611 || n/1000 == 109 || n == 308001 || n/1000 == 113 || n == 716039 || n == 716038):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case n/1000 == 733, n/1000 == 400, n/1000 == 338, n == 106016, n == 106017, n == 106021:
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		l.putText(ocsf.FindingTitle, msg, guessWeight)
	case n/1000 == 713, n/1000 == 716, n/1000 == 722, n/1000 == 602, n/1000 == 702, n/1000 == 750, n/1000 == 751, n/1000 == 737, n/1000 == 725:
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	}
}

// asaFields reads the "<value>" and "= value" parts of VPN messages: Group <g>
// User <u> IP <a>.
func (l *Line) asaFields(s string) {
	for i := 0; i < len(s); i++ {
		if s[i] != '<' {
			continue
		}
		j := strings.IndexByte(s[i:min(len(s), i+256)], '>')
		if j < 0 {
			return
		}
		v := s[i+1 : i+j]
		k := strings.TrimRight(s[:i], " ")
		switch {
		case nothing(v):
		case strings.HasSuffix(k, "GroupPolicy"):
			l.put(ocsf.PolicyName, ocsf.Text(v), brandWeight)
		case strings.HasSuffix(k, "Group"):
			l.put(ocsf.GroupName, ocsf.Text(v), brandWeight)
		case strings.HasSuffix(k, "User"):
			l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
		case strings.HasSuffix(k, "IPv4 Address"), strings.HasSuffix(k, "IPv4"):
			if a, ok := addrOf(v); ok && !a.IsUnspecified() { // inside the tunnel; the peer is told before
				l.put(ocsf.TunnelIP, ocsf.Addr(a), brandWeight)
			}
		case strings.HasSuffix(k, "IP"), strings.HasSuffix(k, "Client"):
			l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, v)
		}
		i += j
	}
}
