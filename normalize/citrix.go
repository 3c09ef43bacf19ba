package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// citrix reads NetScaler ADC and Gateway: date, host, "0-PPE-0", and
//
//	: default AAA LOGIN_FAILED 73912122 0 : User bob - Client_ip 192.0.2.1 - …
//
// (Citrix, NetScaler syslog message reference), and its CEF.
var citrix = &Parser{
	Name: "citrix", Vendor: "Citrix", Product: "NetScaler",
	Devices: "citrix",
	Keys:    "shell_command",
	Begins:  []string{"default "},
	Next:    ` "-./:_`,
	Shape:   citrixShape,
	Parse:   parseCitrix,
}

// citrixShape looks for the packet engine's name, or for the two ends of a request.
func citrixShape(s string) bool {
	if digit(s[0]) {
		if _, n := scanIPv4(s); n > 0 && strings.HasPrefix(s[n:], " -> ") && strings.Contains(s[n:min(len(s), n+24)], ` "`) {
			return true
		}
	}
	i := strings.Index(s[:min(len(s), 100)], "-PPE-")
	return i > 0 && strings.Contains(s[i:min(len(s), i+20)], " :")
}

// citrixKeys are the words before values, joined by _ where there are two.
var citrixKeys = NewKeys(`
@user              User
@src               Client_ip ClientIP Remote_ip Source Srcip SourceIP client_ip
@src.port          ClientPort SourcePort
@dst               Destination VserverServiceIP Vserver Dstip DestinationIP ServerIP
@dst.port          VserverServicePort DestinationPort ServerPort
@nat.src           NatIP Nat_ip SNIP
session.uid        SessionId Session
status_detail      Reason Failure_reason
@command           Command
@outcome           Status
http_request.user_agent Browser
start_time         Start_time_
duration           Duration_
traffic.bytes_out  Total_bytes_send
traffic.bytes_in   Total_bytes_recv
firewall_rule.name Denied_by_policy denied_by_policy
group.name         Group(s)
tls.cipher         CipherSuite
tls.version        ClientVersion
url.domain         Domain_name
@keep              Context SPCBId Start_time End_time Duration Logon_time ADM_User Start_Time End_Time Delink_Time Customername
`)

func parseCitrix(l *Line) bool {
	if l.Device.Vendor != "" {
		l.Apply(nil)
		l.device()
		if cs1 := l.Get("cs1"); cs1 != "" && strings.Contains(l.Device.Name+l.Device.ID, "APPFW") {
			l.put(ocsf.RuleName, ocsf.Text(cs1), brandWeight)
			l.put(ocsf.FindingTitle, ocsf.Text(l.Device.ID), weakWeight)
			l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
		}
		return true
	}
	s := strings.Trim(strings.TrimSpace(l.Body), `"`)
	if src, req, ok := strings.Cut(strings.TrimSpace(l.Body), " -> "); ok && len(src) < 46 && digit(src[0]) {
		return l.citrixAccess(src, req)
	}
	if c := l.Get("shell_command"); c != "" { // "root on /dev/pts/0 shell_command=…"
		l.applyUser(brandUser, firstWord(s))
		l.put(ocsf.ProcessCmd, ocsf.Text(c), brandWeight)
		l.E.Class, l.E.Activity = ocsf.ProcessActivity, 1
		return true
	}
	head, rest := "", s
	if i := strings.Index(s[:min(len(s), 100)], "-PPE-"); i > 0 {
		j := strings.Index(s[i:], ": ")
		if j < 0 {
			return false
		}
		head, rest = s[:i], s[i+j+2:]
	} else if !strings.HasPrefix(s, "default ") {
		return false
	}
	part, rest, _ := strings.Cut(rest, " ")
	module, rest, _ := strings.Cut(rest, " ")
	event, rest, ok := strings.Cut(rest, " ")
	num, tail, _ := strings.Cut(rest, " ")
	if digits(event) == len(event) { // the module is left out
		num, event, module = event, module, ""
	} else {
		rest = tail
	}
	if !ok || digits(num) != len(num) || event == "" || !upper(event[0]) {
		return false
	}
	_, msg, ok := strings.Cut(rest, ": ")
	if !ok {
		msg = rest
	}
	msg = strings.TrimSpace(msg)
	l.citrixHead(head)
	l.keepKey("partition", part)
	l.put(ocsf.ProductFeature, ocsf.Text(module), brandWeight)
	l.put(ocsf.EventCode, ocsf.Text(event), brandWeight)
	l.put(ocsf.OriginalEventUID, ocsf.Text(num), brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	l.Form, l.KV = KeyValue, l.KV[:0]
	if strings.HasPrefix(msg, `"`) || event == "Message" {
		l.citrixMessage(strings.Trim(msg, `"`))
	} else {
		l.citrixPairs(msg)
		l.Apply(citrixKeys)
	}
	l.citrixClass(module, event)
	return true
}

// citrixAccess reads a request of the management's web server: client -> server
// "request" status bytes "referrer" "agent" "Time: microseconds".
func (l *Line) citrixAccess(src, s string) bool {
	if _, ok := addrOf(src); !ok {
		return false
	}
	var c [7]string
	for i := range c {
		c[i], s = nextColumn(s)
	}
	m, u, ok := strings.Cut(c[1], " ")
	if !ok || !methods[m] {
		return false
	}
	l.Form, l.KV = Text, l.KV[:0]
	l.Set(ocsf.SrcIP, src)
	l.Set(ocsf.DstIP, c[0])
	l.readRequest(c[1], m, u, brandWeight)
	l.Set(ocsf.HTTPCode, c[2])
	l.Set(ocsf.BytesIn, c[3])
	l.Set(ocsf.Referrer, c[4])
	l.Set(ocsf.UserAgent, c[5])
	l.E.Class, l.E.Activity = ocsf.HTTPActivity, httpActivity(m)
	return true
}

// citrixHead reads the date and the host before the packet engine.
func (l *Line) citrixHead(s string) {
	words := strings.TrimSpace(strings.TrimRight(s, "0123456789"))
	if n := stampLength(words); n > 0 {
		l.applyTime(words[:n], brandWeight)
		words = strings.TrimSpace(words[n:])
	}
	if i := strings.LastIndexByte(words, ' '); i >= 0 {
		words = words[i+1:]
	}
	if words != "" && words != "GMT" && words != ":" && !digit(words[0]) {
		l.putText(ocsf.DeviceHostname, words, brandWeight)
	} else if a, ok := addrOf(words); ok {
		l.put(ocsf.DeviceIP, ocsf.Addr(a), brandWeight)
	}
}

// stampLength returns how long the time is that s begins with.
func stampLength(s string) int {
	_, n := scanStamp(s)
	return n
}

// citrixPairs takes "Key value - Key value" apart; the key is the first word, or
// two when the second is Time.
func (l *Line) citrixPairs(s string) {
	for n := 0; s != "" && n < 64; n++ {
		var one string
		one, s, _ = strings.Cut(s, " - ")
		one = strings.TrimSpace(one)
		k, v, ok := strings.Cut(one, " ")
		if !ok {
			continue
		}
		if rest, ok := strings.CutPrefix(v, "Time "); ok {
			v = rest
			k = l.keep(append(append([]byte(nil), k...), "_Time"...))
		}
		if k == "Context" { // user@address
			if i := strings.LastIndexByte(v, '@'); i > 0 {
				l.Set(ocsf.SrcIP, v[i+1:])
			}
		}
		l.add(k, strings.Trim(strings.TrimSpace(v), `"`))
	}
}

// citrixMessage reads the free text of Message events.
func (l *Line) citrixMessage(s string) {
	for _, p := range [...]struct {
		label string
		field ocsf.Field
	}{{"Srcip: ", ocsf.SrcIP}, {"Dstip: ", ocsf.DstIP}, {"client ip : ", ocsf.SrcIP}, {"vserver ip: ", ocsf.DstIP}, {"denied_by_policy: ", ocsf.RuleName}} {
		if _, v, ok := strings.Cut(s, p.label); ok {
			v = strings.Trim(v[:wordEnd(v, 0)], ", \"")
			l.Set(p.field, v)
		}
	}
	if _, v, ok := strings.Cut(s, "User <"); ok {
		v, _, _ = strings.Cut(v, ">")
		l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
	}
	for _, label := range [...]string{"Authentication is rejected for ", "Authentication succeeded for ", "Authentication failed for ", "login for "} {
		if v := after(s, label); v != "" {
			l.applyUser(brandUser, strings.Trim(firstWord(v), "<>,"))
			l.authOutcome(strings.Replace(label, "rejected", "failed", 1))
		}
	}
	if _, v, ok := strings.Cut(s, "Authorize result is "); ok {
		l.applyAction(v[:wordEnd(v, 0)], brandWeight)
	}
	l.scanText(s)
}

// citrixClass sets class and outcome by module and event.
func (l *Line) citrixClass(module, event string) {
	e := l.E
	switch {
	case event == "LOGIN_FAILED":
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case event == "LOGIN":
		l.setOutcome(ocsf.Success, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case event == "LOGOUT", event == "TIMEOUT":
		l.setOutcome(ocsf.Success, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.HasPrefix(event, "CMD_EXECUTED"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case event == "SSL_HANDSHAKE_FAILURE":
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetFail
	case module == "TCP", module == "UDP", module == "SSLLOG", event == "TCPCONNSTAT", event == "UDPFLOWSTAT", strings.HasPrefix(event, "NONHTTP_RESOURCEACCESS"):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
		switch {
		case strings.Contains(event, "TERMINATE"):
			e.Activity = ocsf.NetClose
		case strings.Contains(event, "DENIED"):
			e.Activity = ocsf.NetRefuse
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		}
		if module == "TCP" || module == "UDP" {
			l.applyProto(module, brandWeight)
		}
	case module == "AAA" && l.facts.user != "":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case module == "SSLVPN" && e.Has(ocsf.SrcIP):
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case module == "AAATM", module == "SSLVPN", module == "AAA":
		l.fromDevice()
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	case module == "EVENT", module == "SNMP", module == "GUI" && event != "CMD_EXECUTED", module == "ROUTING":
		l.health()
	case module == "APPFW":
		l.put(ocsf.FindingTitle, ocsf.Text(event), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case e.Has(ocsf.SrcIP) && e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	}
}
