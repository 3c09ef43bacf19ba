package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// panos reads PAN-OS logs as columns in the default order (Palo Alto Networks,
// Syslog Field Descriptions, 8.1 to 11.x), and in the JSON and CEF of Strata
// Logging Service.
var panos = &Parser{
	Name: "panos", Vendor: "Palo Alto Networks", Product: "PAN-OS",
	Columns: "TRAFFIC THREAT SYSTEM CONFIG AUTH AUTHENTICATION GLOBALPROTECT HIPMATCH HIP-MATCH USERID DECRYPTION CORRELATION URL WILDFIRE DATA TUNNEL START SCTP IPTAG GTP",
	Devices: "palo_alto_networks",
	Keys:    "LogType DGHierarchyLevel1 DeviceSN",
	Parse:   parsePANOS,
}

// The columns after the common head, by the log type. Numbers are columns.
const (
	panReceive, panSerial, panType, panSub, panGenerated = 1, 2, 3, 4, 6
)

func parsePANOS(l *Line) bool {
	if l.Form == JSON {
		return l.panJSON()
	}
	if l.Form == CEF {
		return l.panCEF()
	}
	if l.Form != Delimited || len(l.KV) < 10 {
		return false
	}
	if d := digits(l.Col(0)); d != len(l.Col(0)) || l.Col(panReceive) == "" {
		return false
	}
	typ, sub := l.Col(panType), l.Col(panSub)
	e := l.E
	l.put(ocsf.DeviceUID, ocsf.Text(l.Col(panSerial)), brandWeight)
	if !l.applyTime(l.Col(panGenerated), brandWeight-10) {
		l.applyTime(l.Col(panReceive), brandWeight-11)
	}
	e.SetUnmapped("type", ocsf.Text(typ))
	if sub != "" {
		e.SetUnmapped("subtype", ocsf.Text(sub))
	}
	switch typ {
	case "TRAFFIC", "START", "TUNNEL":
		l.panEnds()
		l.panTraffic(sub)
		l.panTime()
	case "THREAT", "URL", "WILDFIRE", "DATA":
		l.panEnds()
		l.panThreat(sub)
		l.panTime()
	case "DECRYPTION":
		l.panEnds()
		l.panDevice()
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	case "SYSTEM":
		l.panSystem(sub)
	case "CONFIG":
		l.panConfig()
	case "GLOBALPROTECT":
		l.panGlobalProtect()
	case "AUTH", "AUTHENTICATION":
		l.panAuth()
	case "USERID":
		l.panUserID()
	case "HIPMATCH", "HIP-MATCH":
		l.applyUser(brandUser, l.Col(7))
		l.Set(ocsf.SrcHostname, l.Col(9))
		l.Set(ocsf.SrcIP, l.Col(11))
		l.Set(ocsf.RuleName, l.Col(12))
		l.panDevice()
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.Other
	default:
		l.columnsByShape()
		l.panDevice()
	}
	return true
}

var (
	brandUser   = meaning{read: readUser, weight: brandWeight}
	brandActor  = meaning{read: readUser, side: actorSide, weight: brandWeight}
	brandTarget = meaning{read: readUser, side: targetSide, weight: brandWeight}
	brandSrc    = meaning{read: readAddr, side: srcSide, weight: brandWeight}
	brandDst    = meaning{read: readAddr, side: dstSide, weight: brandWeight}
)

// panEnds reads columns 7 to 30, which traffic and threat logs share.
func (l *Line) panEnds() {
	l.Set(ocsf.SrcIP, l.Col(7))
	l.Set(ocsf.DstIP, l.Col(8))
	for i, f := range [...]ocsf.Field{ocsf.SrcNatIP, ocsf.DstNatIP} {
		if a, ok := addrOf(l.Col(9 + i)); ok && !a.IsUnspecified() {
			l.put(f, ocsf.Addr(a), brandWeight)
		}
	}
	l.Set(ocsf.RuleName, l.Col(11))
	l.applyUser(brandUser, l.Col(12))
	if u := l.Col(13); u != "" {
		if l.Col(12) == "" {
			l.applyUser(brandTarget, u)
		} else {
			l.Set(ocsf.DstOwner, u)
		}
	}
	l.Set(ocsf.AppName, l.Col(14))
	l.Set(ocsf.SrcZone, l.Col(16))
	l.Set(ocsf.DstZone, l.Col(17))
	l.Set(ocsf.SrcInterface, l.Col(18))
	l.Set(ocsf.DstInterface, l.Col(19))
	l.Set(ocsf.ConnectionUID, l.Col(22))
	l.Set(ocsf.Count, l.Col(23))
	if l.Col(29) != "icmp" {
		l.Set(ocsf.SrcPort, l.Col(24))
		l.Set(ocsf.DstPort, l.Col(25))
	}
	for i, f := range [...]ocsf.Field{ocsf.SrcNatPort, ocsf.DstNatPort} {
		if p := l.Col(26 + i); p != "0" {
			l.Set(f, p)
		}
	}
	l.applyProto(l.Col(29), brandWeight)
	l.applyAction(l.Col(30), brandWeight)
}

func (l *Line) panTraffic(sub string) {
	e := l.E
	l.Set(ocsf.Bytes, l.Col(31))
	l.Set(ocsf.BytesOut, l.Col(32))
	l.Set(ocsf.BytesIn, l.Col(33))
	l.Set(ocsf.Packets, l.Col(34))
	if d := l.Col(36); digits(d) == len(d) && len(d) > 0 && len(d) < 12 {
		l.put(ocsf.Duration, ocsf.Int(int64(atoi(d))*1000), brandWeight)
	}
	if c := l.Col(37); c != "any" && c != "" {
		e.Append(ocsf.URLCategories, ocsf.Text(c))
	}
	l.Set(ocsf.SrcCountry, l.Col(41))
	l.Set(ocsf.DstCountry, l.Col(42))
	l.Set(ocsf.PacketsOut, l.Col(44))
	l.Set(ocsf.PacketsIn, l.Col(45))
	l.Set(ocsf.StatusDetail, l.Col(46))
	l.Set(ocsf.DeviceHostname, l.Col(52))
	e.Class = ocsf.NetworkActivity
	switch {
	case sub == "start":
		e.Activity = ocsf.NetOpen
	case sub == "drop", sub == "deny", l.facts.action == ocsf.Denied:
		e.Activity = ocsf.NetRefuse
	default:
		e.Activity = ocsf.NetClose
		if r := l.Col(46); strings.HasPrefix(r, "tcp-rst") {
			e.Activity = ocsf.NetReset
		}
	}
	e.Severity, l.facts.severityWeight = ocsf.Informational, brandWeight
}

// panThreat reads threat, URL, WildFire and data logs.
func (l *Line) panThreat(sub string) {
	e := l.E
	misc, threat, sev := l.Col(31), l.Col(32), l.Col(34)
	l.applySeverity(sev, brandWeight)
	if l.facts.severityWeight == 0 && sev == "informational" {
		e.Severity = ocsf.Informational
	}
	if c := l.Col(33); c != "any" && c != "" {
		e.Append(ocsf.URLCategories, ocsf.Text(c))
	}
	switch l.Col(35) {
	case "client-to-server":
		l.put(ocsf.Direction, ocsf.Text(l.Col(35)), brandWeight)
	case "server-to-client":
		l.put(ocsf.Direction, ocsf.Text(l.Col(35)), brandWeight)
	}
	l.Set(ocsf.SrcCountry, l.Col(38))
	l.Set(ocsf.DstCountry, l.Col(39))
	l.Set(ocsf.ContentType, l.Col(41))
	l.applyHash(meaning{read: readHash, side: fileSide, weight: brandWeight}, l.Col(43))
	l.Set(ocsf.UserAgent, l.Col(46))
	l.Set(ocsf.Referrer, l.Col(49))
	l.Set(ocsf.EmailSubject, l.Col(51))
	l.applyMail(meaning{side: srcSide, weight: brandWeight}, l.Col(50))
	l.applyMail(meaning{side: dstSide, weight: brandWeight}, l.Col(52))
	l.Set(ocsf.DeviceHostname, l.Col(59))
	name, id := threat, ""
	if i := strings.LastIndexByte(threat, '('); i >= 0 && strings.HasSuffix(threat, ")") {
		name, id = threat[:i], threat[i+1:len(threat)-1]
	}
	if sub == "url" {
		l.Set(ocsf.EventCode, id)
		l.applyURL(misc, brandWeight)
		if m := l.Col(63); methods[strings.ToUpper(m)] {
			l.Set(ocsf.HTTPMethod, m)
		}
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		if i := strings.IndexByte(misc, '/'); i > 0 && urlScheme(misc) == 0 {
			l.putText(ocsf.URLHostname, strings.Trim(misc[:i], `"`), brandWeight)
		}
		return
	}
	l.Set(ocsf.FindingTitle, name)
	l.Set(ocsf.FindingUID, id)
	e.Append(ocsf.FindingTypes, ocsf.Text(sub))
	switch {
	case misc == "":
	case sub == "spyware" || strings.HasPrefix(sub, "dns"):
		l.Set(ocsf.QueryName, misc)
	case strings.Contains(misc, "/"):
		l.applyURL(misc, brandWeight-1)
	default:
		l.applyFile(misc, brandWeight-1)
	}
	e.Class, e.Activity = ocsf.DetectionFinding, 1
}

// panSystem reads system logs: columns 7 vsys, 8 event, 9 object, 12 module, 13
// severity, 14 description.
func (l *Line) panSystem(sub string) {
	event, desc := l.Col(8), l.Col(14)
	l.Set(ocsf.EventCode, event)
	l.Set(ocsf.Message, desc)
	l.Set(ocsf.ProductFeature, sub)
	l.applySeverity(l.Col(13), brandWeight)
	l.Set(ocsf.DeviceHostname, l.Col(22))
	l.panTime()
	if v := after(desc, "initiated by: "); v != "" {
		l.Set(ocsf.SrcIP, firstWord(v))
	}
	l.scanText(desc)
	l.panSystemClass(sub, event, desc)
}

// panSystemClass sets the class of a system log by its subtype and event.
func (l *Line) panSystemClass(sub, event, desc string) {
	e := l.E
	h := hintsOf(event) | hintsOf(sub)
	switch {
	case (h&hintAuth != 0 || strings.HasPrefix(event, "auth") || strings.Contains(desc, "logged in") || strings.Contains(desc, "logged out")) && l.facts.user != "":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if strings.Contains(desc, "logged out") {
			e.Activity = ocsf.Logoff
		}
		l.applyOutcome(event, guessWeight) // auth-fail, auth-success
	case sub == "dhcp":
		e.Class, e.Activity = ocsf.DHCPActivity, ocsf.Other
	case sub == "vpn", strings.HasPrefix(event, "ike"), sub == "globalprotect":
		l.fromDevice()
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case sub == "userid", sub == "url-filtering", sub == "dnsproxy", sub == "routing", sub == "sslmgr":
		l.fromDevice()
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.Other
	case sub == "port":
		l.fromDevice()
		l.Set(ocsf.SrcInterface, firstText(l.Get("EventComponent"), l.Col(9)))
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.Other
	case sub == "hw", sub == "ha", sub == "general", sub == "ntpd", sub == "lacp", sub == "raid", sub == "satd":
		l.health()
	}
}

// panConfig reads configuration logs: columns 7 host, 9 command, 10 admin, 11
// client, 12 result, 13 path.
func (l *Line) panConfig() {
	e := l.E
	l.applyAddr(brandSrc, l.Col(7))
	l.applyUser(brandUser, l.Col(10))
	l.Set(ocsf.ProcessCmd, l.Col(9))
	l.Set(ocsf.ActorApp, l.Col(11))
	l.applyOutcome(l.Col(12), brandWeight)
	l.Set(ocsf.Message, l.Col(13))
	l.panDevice()
	e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
}

// panGlobalProtect reads GlobalProtect logs (9.1.3 and later): columns 8 event, 9
// stage, 10 method, 11 tunnel, 12 user, 14 machine, 15 public address, 17 private.
func (l *Line) panGlobalProtect() {
	l.Set(ocsf.EventCode, l.Col(8))
	l.Set(ocsf.TunnelType, l.Col(11))
	u := l.Col(12)
	l.applyUser(brandUser, strings.ReplaceAll(u, `\\`, `\`))
	l.Set(ocsf.SrcCountry, l.Col(13))
	l.Set(ocsf.SrcHostname, l.Col(14))
	for i, f := range [...]ocsf.Field{15: ocsf.SrcIP, 17: ocsf.TunnelIP} {
		if f != ocsf.None {
			if a, ok := addrOf(l.Col(i)); ok && !a.IsUnspecified() {
				l.put(f, ocsf.Addr(a), brandWeight)
			}
		}
	}
	l.Set(ocsf.SrcOS, l.Col(22))
	l.Set(ocsf.StatusDetail, firstText(l.Col(25), l.Col(26)))
	l.applyOutcome(l.Col(28), brandWeight)
	l.panDevice()
	l.panGlobalProtectClass(l.Col(8))
}

// panGlobalProtectEvent is the event in what Strata Logging Service forwards.
func (l *Line) panGlobalProtectEvent() string {
	return firstText(firstText(l.Get("PanOSEventIDValue"), l.Get("PanOSEventID")), firstText(l.Get("EventIDValue"), l.Get("EventID")))
}

// panGlobalProtectClass sets class and activity by the event: gateway-connected and
// gateway-logout are a tunnel that comes and goes, portal-auth is a login.
func (l *Line) panGlobalProtectClass(event string) {
	e := l.E
	e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	switch {
	case strings.HasSuffix(event, "auth"), strings.HasSuffix(event, "login"), strings.HasSuffix(event, "prelogin"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case event == "gateway-connected", event == "gateway-setup-ipsec":
		e.Activity = 1
	case event == "gateway-logout", event == "gateway-disconnected", event == "gateway-tunnel-disconnected":
		e.Activity = 2
	case strings.HasSuffix(event, "logout"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	}
}

// firstText is the first of two texts that is not empty.
func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// panAuth reads authentication logs: columns 8 address, 9 user, 11 object, 12
// policy, 18 description, 19 client, 20 event.
func (l *Line) panAuth() {
	e := l.E
	l.applyAddr(brandSrc, l.Col(8))
	l.applyUser(brandUser, l.Col(9))
	if l.facts.user == "" {
		l.applyUser(brandUser, l.Col(10))
	}
	l.Set(ocsf.PolicyName, l.Col(12))
	l.Set(ocsf.Message, l.Col(18))
	l.applyOutcome(l.Col(20), brandWeight)
	l.panDevice()
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
}

// panUserID reads User-ID logs: columns 8 address, 9 user, 13 timeout.
func (l *Line) panUserID() {
	l.applyAddr(brandSrc, l.Col(8))
	l.applyUser(brandUser, l.Col(9))
	l.panDevice()
	l.E.Class, l.E.Activity = ocsf.Authentication, ocsf.Logon
	if l.Col(panSub) == "logout" {
		l.E.Activity = ocsf.Logoff
	}
}

// panDevice finds the device's name, whose place depends on the log type: it stands
// behind the sequence number, the action flags, the four levels of the device group
// and the virtual system's name.
func (l *Line) panDevice() {
	for i := 12; i+6 < len(l.KV); i++ {
		if v := l.KV[i].Val; len(v) < 3 || v[0] != '0' || v[1] != 'x' || digits(l.KV[i-1].Val) != len(l.KV[i-1].Val) || l.KV[i-1].Val == "" {
			continue
		}
		levels := true
		for _, kv := range l.KV[i+1 : i+5] {
			levels = levels && kv.Val != "" && digits(kv.Val) == len(kv.Val)
		}
		if v := l.KV[i+6].Val; levels && hostName(v, false) {
			l.Set(ocsf.DeviceHostname, v)
			break
		}
	}
	l.panTime()
}

// panTime reads the time of high resolution, the only one with a zone: it is among
// the last columns, and stands more in front the newer the release.
func (l *Line) panTime() {
	for i := len(l.KV) - 1; i > 20 && i > len(l.KV)-60; i-- {
		v := l.KV[i].Val
		if len(v) > 22 && v[4] == '-' && v[10] == 'T' && l.applyTime(v, brandWeight) {
			break
		}
	}
}

var panKeys = NewKeys(`
@src                     SourceAddress SourceIP PublicIPv4 PublicIP
@src.host                EndpointDeviceName
@dst                     DestinationAddress DestinationIP DNSResolverIP
@src.port                SourcePort
@dst.port                DestinationPort
@nat.src                 NATSource NATSourceIP
@nat.dst                 NATDestination
@src.iface               FromZone InboundInterface
@dst.iface               ToZone OutboundInterface
firewall_rule.name       Rule RuleMatched HipMatchName
@user                    SourceUserName SourceUser UserName Username AdministratorName
dst_endpoint.owner.name  DestinationUser DestinationUserName
@device.host             DeviceName LogSourceName
traffic.bytes_out        BytesSent
traffic.bytes_in         BytesReceived
@time                    TimeGenerated EventTime TimeGeneratedHighResolution LogTime TimeReceived
@severity                VendorSeverity Severity
@action                  Action
@hash                    FileHash FileSHA256
@file                    FileName
query.hostname           DNSQuery URLDomain
@url                     URL
finding_info.title       ThreatName
finding_info.uid         ThreatID
metadata.event_code      EventName EventIDName EventIDValue
@message                 EventDescription
app_name                 Application
@outcome                 EventStatus
`)

// panJSON reads the objects that Strata Logging Service forwards.
func (l *Line) panJSON() bool {
	typ := l.Get("LogType")
	if typ == "" && l.Get("DGHierarchyLevel1") == "" && l.Get("DeviceSN") == "" {
		return false
	}
	l.Apply(panKeys)
	l.texts()
	e := l.E
	switch strings.ToUpper(typ) {
	case "TRAFFIC":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case "THREAT":
		if l.Get("Subtype") == "url" || l.Get("SubType") == "url" {
			if u := l.Get("FileName"); strings.Contains(u, "/") && !e.Has(ocsf.URLString) {
				l.applyURL(u, brandWeight)
			}
			e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		} else {
			e.Class, e.Activity = ocsf.DetectionFinding, 1
		}
	case "CONFIG":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case "SYSTEM":
		desc := l.Get("EventDescription")
		if f := after(desc, "package: "); f != "" {
			l.applyFile(firstWord(f), weakWeight)
		}
		l.panSystemClass(l.Get("Subtype")+l.Get("SubType"), l.Get("EventName"), desc)
	case "AUTHENTICATION", "AUTH", "USERID":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case "GLOBALPROTECT":
		l.panGlobalProtectClass(l.panGlobalProtectEvent())
	case "DNS":
		if e.Has(ocsf.QueryName) {
			e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
		}
	}
	return true
}

// panCEF reads CEF, of the firewall itself or of the logging service, which writes
// the names of its JSON behind PanOS.
func (l *Line) panCEF() bool {
	for i := range l.KV {
		l.KV[i].Key = strings.TrimPrefix(l.KV[i].Key, "PanOS")
	}
	l.Apply(panKeys)
	l.device()
	l.texts()
	e := l.E
	switch l.Device.ID {
	case "TRAFFIC":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case "THREAT":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		if l.Device.Name == "url" {
			e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		}
	case "CONFIG":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case "SYSTEM":
		l.panSystemClass(l.Device.Name, l.Get("EventName"), l.Get("EventDescription")+l.Get("msg"))
	case "AUTHENTICATION", "AUTH", "USERID":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case "GLOBALPROTECT":
		l.panGlobalProtectClass(l.panGlobalProtectEvent())
	}
	return true
}
