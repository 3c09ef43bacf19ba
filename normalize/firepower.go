package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// firepower reads what the Firepower Management Center itself sends with the tag
// SFIMS: connection events as "Key: value, Key: value" and intrusion events as Snort
// writes them (Cisco, FMC Configuration Guide, external alerting with syslog). Sensors
// send 430001 to 430005 themselves, see ciscoASA.
var firepower = &Parser{
	Name: "firepower", Vendor: "Cisco", Product: "Firepower Management Center",
	Apps:  "SFIMS SFIMS-",
	Parse: parseFirepower,
}

var firepowerKeys = NewKeys(`
@src                SrcIP
@dst                DstIP
@src.port           SrcPort
@dst.port           DstPort
@proto              Protocol
@src.iface          IngressInterface
@dst.iface          EgressInterface
src_endpoint.zone   IngressZone
dst_endpoint.zone   EgressZone
policy.name         Policy
firewall_rule.name  AccessControlRuleName
@action             AccessControlRuleAction
@user               UserName
app_name            WebApplication ApplicationProtocol
traffic.bytes_out   InitiatorBytes
traffic.bytes_in    ResponderBytes
traffic.packets_out InitiatorPackets
traffic.packets_in  ResponderPackets
@url                URL
url.categories      URLCategory
query.hostname      DNSQuery
query.type          DNSRecordType
@file               FileName
@hash               FileSHA256
finding_info.title  ThreatName MalwareName
@keep               OriginalClientIP TCPFlags DE ConnectType AccessControlRuleReason Client ClientVersion URLReputation ReferencedHost
`)

func parseFirepower(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	e := l.E
	if i := strings.IndexByte(s, '['); i >= 0 && i < 24 && digit(s[min(i+1, len(s)-1)]) {
		return l.firepowerIntrusion(s[i:])
	}
	l.Form, l.KV = KeyValue, l.KV[:0]
	for one := range strings.SplitSeq(s, ", ") {
		if k, v, ok := strings.Cut(one, ": "); ok && strings.IndexByte(k, ' ') < 0 {
			l.add(k, v)
		}
	}
	if l.Get("SrcIP") == "" {
		l.Form, l.KV = Text, l.KV[:0]
		return false
	}
	l.Apply(firepowerKeys)
	e.Severity, l.facts.severityWeight = ocsf.Informational, brandWeight // the priority is that of the alert response
	e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	switch {
	case e.Has(ocsf.FindingTitle) || l.Get("FileSHA256") != "":
		l.put(ocsf.FindingTitle, ocsf.Text("File event"), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case l.Get("ConnectType") == "Start":
		e.Activity = ocsf.NetOpen
	case l.Get("ConnectType") == "End" && l.facts.action != ocsf.Denied:
		e.Activity = ocsf.NetClose
	}
	return true
}

// firepowerIntrusion reads [1:2008578:8] "title" [Impact: …] From "sensor" at … {udp}
// 203.0.113.99:5060->192.0.2.10:5060.
func (l *Line) firepowerIntrusion(s string) bool {
	e := l.E
	id, rest, ok := strings.Cut(s[1:], "] ")
	if !ok || strings.Count(id, ":") != 2 {
		return false
	}
	title, rest := nextColumn(rest)
	l.Form, l.KV = Text, l.KV[:0]
	l.put(ocsf.FindingTitle, ocsf.Text(title), brandWeight)
	l.put(ocsf.FindingUID, ocsf.Text(id), brandWeight)
	if v, _, ok := strings.Cut(after(rest, "[Classification: "), "]"); ok {
		e.Append(ocsf.FindingTypes, ocsf.Text(v))
	}
	switch firstWord(after(rest, "[Priority: ")) {
	case "1]":
		e.Severity, l.facts.severityWeight = ocsf.High, brandWeight
	case "2]":
		e.Severity, l.facts.severityWeight = ocsf.Medium, brandWeight
	case "3]":
		e.Severity, l.facts.severityWeight = ocsf.Low, brandWeight
	}
	if v, _, ok := strings.Cut(after(rest, `From "`), `"`); ok {
		l.putText(ocsf.DeviceHostname, v, weakWeight)
	}
	if p, ends, ok := strings.Cut(after(rest, "{"), "} "); ok {
		l.applyProto(p, brandWeight)
		src, dst, _ := strings.Cut(ends, "->")
		l.applyAddr(brandSrc, strings.TrimSpace(src))
		l.applyAddr(brandDst, firstWord(strings.TrimSpace(dst)))
	}
	e.Class, e.Activity = ocsf.DetectionFinding, 1
	return true
}
