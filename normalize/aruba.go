package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// aruba reads ArubaOS of controllers and access points: "<522008> <NOTI> |authmgr|
// User Authentication Successful: username=anna MAC=… IP=…", with the process before
// or between bars (HPE Aruba, ArubaOS Syslog Messages), and AOS-CX of switches:
// "Event|4655|LOG_INFO|AMM|-|text" (HPE Aruba, AOS-CX Event Log Message Reference).
var aruba = &Parser{
	Name: "aruba", Vendor: "HPE Aruba Networking", Product: "ArubaOS",
	Begins: []string{"Event|"},
	First:  "<",
	Next:   `<`,
	Shape:  arubaShape,
	Parse:  parseAruba,
}

// arubaShape reports whether a message begins with <522008> <NOTI>.
func arubaShape(s string) bool {
	return s[0] == '<' && len(s) > 16 && digits(s[1:]) == 6 && s[7] == '>' && s[8] == ' ' && s[9] == '<' && upper(s[10])
}

var arubaKeys = NewKeys(`
@user               username user name
@src.mac            MAC mac usermac clientmac sta
@src                IP ip userip clientip
@src.host           host
group.name          role
src_endpoint.vlan_uid VLAN vlan
dst_endpoint.name   AP apname
@dst.host           servername
auth_protocol       method_
@keep               bssid SSID ESSID server profile reason AAA auth
`)

func parseAruba(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if rest, ok := strings.CutPrefix(s, "Event|"); ok {
		return l.arubaCX(rest)
	}
	if s == "" || !arubaShape(s) {
		return false
	}
	e := l.E
	l.put(ocsf.EventCode, ocsf.Text(s[1:7]), brandWeight)
	level, rest, _ := strings.Cut(s[10:], "> ")
	l.applySeverity(arubaLevel(level), brandWeight)
	for rest != "" && (rest[0] == '<' || rest[0] == '|') { // <controller address>, |process| or |AP name@address process|
		mark := byte('>')
		if rest[0] == '|' {
			mark = '|'
		}
		i := strings.IndexByte(rest[1:], mark)
		if i < 0 {
			break
		}
		in := strings.TrimSpace(rest[1 : 1+i])
		if mark == '|' && in != "" {
			l.put(ocsf.ProcessName, ocsf.Text(in[strings.LastIndexByte(in, ' ')+1:]), brandWeight)
		}
		rest = strings.TrimLeft(rest[i+2:], " ")
	}
	l.put(ocsf.Message, ocsf.Text(rest), brandWeight)
	l.Form, l.KV = KeyValue, l.KV[:0]
	for k, v := range mailPairs(rest) {
		l.add(k, v)
	}
	l.Apply(arubaKeys)
	l.putText(ocsf.SrcMAC, firstMAC(rest), brandWeight-50)
	l.scanText(l.arubaPoint(rest))
	switch {
	case strings.Contains(rest, "eauthenticat"), strings.Contains(rest, "Deauth "): // a station that goes or is sent away
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetClose
	case strings.Contains(rest, "uthentication Success"), strings.Contains(rest, "Auth success"), strings.Contains(rest, "uthenticated"):
		l.arubaLogin(ocsf.Success)
	case strings.Contains(rest, "uthentication Fail"), strings.Contains(rest, "uthentication failed"), strings.Contains(rest, "Auth fail"):
		l.arubaLogin(ocsf.Failure)
	case strings.Contains(rest, "logged in"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.Contains(rest, "logged out"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.Contains(rest, "COMMAND:"), strings.Contains(rest, "command:"):
		l.put(ocsf.ProcessCmd, ocsf.Text(strings.Trim(after(rest, "OMMAND:"), "<> ")), brandWeight)
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case strings.Contains(rest, "Rogue"), strings.Contains(rest, "rogue"), strings.Contains(rest, "AM: "), strings.Contains(rest, "attack"):
		l.put(ocsf.FindingTitle, ocsf.Text(rest), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case e.Has(ocsf.SrcMAC) || e.Has(ocsf.SrcIP):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	default:
		l.health()
	}
	return true
}

// arubaPoint takes the access point off the end of a sentence about a station, "…: AP
// 192.0.2.3-00:00:5e:00:53:21-ap1": its address is not the station's.
func (l *Line) arubaPoint(s string) string {
	i := strings.LastIndex(s, ": AP ")
	if i < 0 {
		return s
	}
	if a, n := scanAddr(s[i+len(": AP "):]); n > 0 {
		l.put(ocsf.DstIP, ocsf.Addr(a), weakWeight)
		return s[:i]
	}
	return s
}

// arubaLogin is a login of a person or, without a name, of a station.
func (l *Line) arubaLogin(outcome int8) {
	l.setOutcome(outcome, brandWeight)
	if l.facts.user == "" {
		l.applyUser(meaning{read: readUser, weight: guessWeight}, l.E.Text(ocsf.SrcMAC))
	}
	l.E.Class, l.E.Activity = ocsf.Authentication, ocsf.Logon
}

// firstMAC returns the first hardware address with colons in a sentence.
func firstMAC(s string) string {
	for i := 0; i+17 <= len(s); i++ {
		j := strings.IndexByte(s[i:], ':')
		if j < 0 {
			return ""
		}
		if i += j; i >= 2 && i+15 <= len(s) && macAddress(s[i-2:i+15]) {
			return s[i-2 : i+15]
		}
	}
	return ""
}

// arubaLevel writes out the four letters of a level.
func arubaLevel(w string) string {
	switch w {
	case "EMRG":
		return "emergency"
	case "ALRT":
		return "alert"
	case "CRIT":
		return "critical"
	case "ERRS":
		return "error"
	case "WARN":
		return "warning"
	case "NOTI":
		return "notice"
	case "DBUG":
		return "debug"
	}
	return "info"
}

// arubaCX reads what stands behind "Event|" of AOS-CX: number, level, the module in
// the chassis, a place, and the text.
func (l *Line) arubaCX(s string) bool {
	var f [4]string
	for i := range f {
		var ok bool
		if f[i], s, ok = strings.Cut(s, "|"); !ok {
			return false
		}
	}
	if digits(f[0]) != len(f[0]) || !strings.HasPrefix(f[1], "LOG_") {
		return false
	}
	e := l.E
	l.put(ocsf.ProductName, ocsf.Text("AOS-CX"), brandWeight)
	l.put(ocsf.EventCode, ocsf.Text(f[0]), brandWeight)
	l.applySeverity(f[1][4:], brandWeight)
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	l.scanText(s)
	user := l.facts.user != "" || l.facts.actor != ""
	switch {
	case user && (strings.Contains(s, "logged in") || strings.Contains(s, "ogin") || strings.Contains(s, "uthenticat")):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.authOutcome(s)
	case user && (strings.Contains(s, "logged out") || strings.Contains(s, "ogout")):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.Contains(s, "onfiguration"), strings.Contains(s, "heckpoint"), l.Head.App == "hpe-config":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case l.connection():
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	default:
		l.health()
	}
	return true
}

// clearPass reads the policy manager's session, audit and system records: columns
// with a template's name, then Common.Username=…, RADIUS.…=… with commas between, or
// CEF and LEEF with these names (HPE Aruba, ClearPass Syslog Export Filters).
var clearPass = &Parser{
	Name: "clearpass", Vendor: "HPE Aruba Networking", Product: "ClearPass",
	Devices: "aruba_networks aruba hpe_aruba_networking hewlett_packard_enterp",
	Keys:    "Common.Username Common.Service Common.Host-MAC-Address RADIUS.Acct-Username TACACS.Username CppmNode.CPPM-Node",
	Parse:   keyed(clearPassKeys, "", settleClearPass),
}

var clearPassKeys = NewKeys(`
@user               Common.Username RADIUS.Auth-Username RADIUS.Acct-Username TACACS.Username CppmAuditRecord.User Audit.User usrName
@src.mac            Common.Host-MAC-Address RADIUS.Acct-Calling-Station-Id Endpoint.MAC-Address
@src                RADIUS.Acct-Framed-IP-Address TACACS.Remote-Address Endpoint.IP-Address
@dst                Common.NAS-IP-Address RADIUS.Acct-NAS-IP-Address Common.NAS-IP
dst_endpoint.svc_name Common.Service
@time               Common.Request-Timestamp Timestamp CppmAuditRecord.Timestamp
@outcome            Common.Login-Status Common.Error-Code_ TACACS.Request-Status_
auth_protocol       RADIUS.Auth-Method Common.Auth-Type
status_detail       Common.Alerts Common.Enforcement-Profiles_
group.name          Common.Roles
session.uid         Common.Session-Id RADIUS.Acct-Session-Id Common.Request-Id_
policy.name         Common.Enforcement-Profiles
traffic.bytes_in    RADIUS.Acct-Input-Octets
traffic.bytes_out   RADIUS.Acct-Output-Octets
@keep               Common.Monitor-Mode Common.System-Posture-Token Common.Audit-Posture-Token RADIUS.Acct-Service-Name Common.Login-Status_
`)

func settleClearPass(l *Line) {
	e := l.E
	switch v := strings.ToUpper(l.Get("Common.Login-Status")); {
	case strings.HasPrefix(v, "ACCEPT"):
		l.setOutcome(ocsf.Success, brandWeight+1)
	case strings.HasPrefix(v, "REJECT"), strings.HasPrefix(v, "TIMEOUT"):
		l.setOutcome(ocsf.Failure, brandWeight+1)
	}
	switch {
	case strings.Contains(l.Body, "CPPM_Audit"), strings.Contains(l.Device.Name, "Audit"), strings.Contains(l.Device.ID, "Audit"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case strings.Contains(l.Body, "CPPM_System"), strings.Contains(l.Device.Name, "System"):
		l.health()
	case l.facts.user != "" || e.Has(ocsf.SrcMAC):
		if l.facts.user == "" {
			l.applyUser(meaning{read: readUser, weight: guessWeight}, e.Text(ocsf.SrcMAC))
		}
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	}
}
