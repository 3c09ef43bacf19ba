package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// barracuda reads CloudGen Firewall: "Level BOX service: text", and the firewall's
// activity as type=FWD|proto=TCP|srcIF=eth0|… (Barracuda, Available Log Files and
// Structure).
var barracuda = &Parser{
	Name: "barracuda", Vendor: "Barracuda", Product: "CloudGen Firewall",
	Apps:    "phibs boxconfig MSAD-Offline-Groups box_Firewall_Activity Firewall_Activity distd bsyslog boxsrv",
	Keys:    "srcIF dstIF srcNAT dstNAT",
	Devices: "barracuda barracuda_networks",
	Begins:  []string{"Info     ", "Notice   ", "Security ", "Warning  ", "Error    ", "Fatal    ", "Panic    ", "Internal ", "LOGIN ATTEMPT: ", "[master@", "Authentication Login for ", "New Session GCSID", "MSAD-Offline-Groups ", "KTINA-WARN: "},
	Parse:   parseBarracuda,
}

var barracudaKeys = NewKeys(`
@src              srcIP peer
@dst              dstIP
@src.port         srcPort startport_
@dst.port         dstPort
@src.iface        srcIF
@dst.iface        dstIF
@src.mac          srcMAC
@nat.src          srcNAT
@nat.dst          dstNAT
@proto            proto
firewall_rule.name rule
status_detail     info
@user             user
app_name          app service
traffic.bytes_out receivedBytes
traffic.bytes_in  sentBytes
duration          duration_
@device.host      box
@keep             type count target content urlcat startport endport origin server
`)

func parseBarracuda(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	e := l.E
	if l.Form == KeyValue || l.Form == CEF {
		l.Apply(barracudaKeys)
		if l.Device.Vendor != "" {
			l.device()
			return true
		}
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		return true
	}
	if l.Head.App != "" || l.Head.Level != "" || strings.HasPrefix(s, "LOGIN ATTEMPT: ") { // the header has level and box
		l.put(ocsf.Message, ocsf.Text(s), brandWeight)
		l.Form, l.KV = Text, l.KV[:0]
		l.barracudaText(s)
		return true
	}
	level, rest, ok := strings.Cut(s, " ")
	rest = strings.TrimLeft(rest, " ")
	box, msg, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 || !levelWord(level) && level != "Security" && level != "Internal" || len(s)-len(rest) < 9 || !hostName(box, false) {
		return false
	}
	msg = strings.TrimSpace(msg)
	if level == "Security" {
		l.applySeverity("warning", brandWeight)
	} else {
		l.applySeverity(level, brandWeight)
	}
	l.putText(ocsf.DeviceHostname, box, brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	l.barracudaText(msg)
	return true
}

// barracudaText reads what a service says.
func (l *Line) barracudaText(msg string) {
	e := l.E
	text := strings.TrimPrefix(msg, "LOGIN ATTEMPT: ")
	if i := strings.Index(text, ": "); i > 0 && i < 40 && strings.IndexByte(text[:i], ' ') < 0 { // service[pid]:
		name := text[:i]
		if j := strings.IndexByte(name, '['); j > 0 {
			l.Set(ocsf.ProcessPID, name[j+1:j+1+digits(name[j+1:])])
			name = name[:j]
		}
		l.put(ocsf.ProcessName, ocsf.Text(name), brandWeight)
		text = text[i+2:]
	}
	switch {
	case strings.HasPrefix(text, "New Session "): // …_192.0.2.1_15743_25308
		l.barracudaSession(firstWord(text[len("New Session "):]))
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case l.Head.App == "MSAD-Offline-Groups", strings.HasPrefix(text, "MSAD-Offline-Groups "): // the groups that logins are checked by
		l.scanText(text)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Other
	case strings.HasPrefix(text, "current load is "), strings.HasPrefix(text, "Log wrapping "):
		l.health()
	case strings.HasPrefix(text, "Authentication Login for "):
		for k, v := range mailPairs(text) {
			switch k {
			case "peer":
				l.Set(ocsf.SrcIP, v)
			case "user":
				l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
			}
		}
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.HasPrefix(text, "Login "), strings.Contains(text, " login succeeded"), strings.Contains(text, " login failed"), strings.HasPrefix(msg, "LOGIN ATTEMPT"):
		if u, ok := strings.CutPrefix(text, "Login "); ok && !strings.HasPrefix(u, "from") {
			u = firstWord(u)
			if i := strings.LastIndexByte(u, '_'); i > 0 {
				u = u[:i]
			}
			l.applyUser(meaning{read: readUser, weight: brandWeight}, u)
		}
		l.scanText(text)
		switch {
		case strings.Contains(text, "Allowed"), strings.Contains(text, "succeeded"):
			l.setOutcome(ocsf.Success, brandWeight)
		case strings.Contains(text, "Denied"), strings.Contains(text, "failed"):
			l.setOutcome(ocsf.Failure, brandWeight)
		}
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.HasPrefix(text, "Session ") && strings.HasSuffix(text, ": Closed"):
		u := firstWord(text[8:])
		if i := strings.LastIndexByte(u, '_'); i > 0 {
			u = u[:i]
		}
		l.applyUser(meaning{read: readUser, weight: brandWeight}, strings.TrimSuffix(u, ":"))
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.HasPrefix(text, "["): // [master@192.0.2.1_36778] …
		who, rest, _ := strings.Cut(text[1:], "]")
		u, from, ok := strings.Cut(who, "@")
		if ok {
			ip, port, _ := strings.Cut(from, "_")
			l.Set(ocsf.SrcIP, ip)
			l.Set(ocsf.SrcPort, port)
			l.applyUser(meaning{read: readUser, weight: brandWeight}, u)
		}
		if v := after(rest, "Execute: "); v != "" {
			l.put(ocsf.ProcessCmd, ocsf.Text(v), brandWeight)
			e.Class, e.Activity = ocsf.ProcessActivity, 1
			l.applyProcess(meaning{read: readProcess, side: procSide, weight: weakWeight}, firstWord(v))
		} else if v := after(rest, "File "); v != "" {
			l.applyFile(firstWord(v), brandWeight)
			e.Class, e.Activity = ocsf.NetworkFile, 2
		} else if v := after(rest, "Copy: "); v != "" {
			l.applyFile(firstWord(v), brandWeight)
			e.Class, e.Activity = ocsf.FileActivity, 1
		}
	case strings.Contains(text, "|") && strings.Contains(text, "srcIF="):
		for _, one := range strings.Split(text, "|") {
			if k, v, ok := strings.Cut(one, "="); ok {
				l.add(k[strings.LastIndexByte(k, ' ')+1:], v)
			}
		}
		l.Form = KeyValue
		l.Apply(barracudaKeys)
		verb := firstWord(text)
		l.applyAction(strings.TrimSuffix(verb, ":"), brandWeight)
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case strings.Count(text, "|") >= 8: // Allow: FWD|TCP|eth0|192.0.2.1|5000|mac|198.51.100.2|443|service|eth1|rule|…
		l.barracudaActivity(text)
	default:
		l.scanText(text)
	}
}

// barracudaSession reads the name of a management session, which ends with the
// client's address, its port and the process.
func (l *Line) barracudaSession(s string) {
	f := strings.Split(s, "_")
	for i := len(f) - 1; i > 0 && i > len(f)-4; i-- {
		if a, ok := addrOf(f[i]); ok {
			l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			if i+1 < len(f) {
				l.Set(ocsf.SrcPort, f[i+1])
			}
		}
	}
}

// barracudaActivity reads the firewall's activity in columns.
func (l *Line) barracudaActivity(s string) {
	verb, rest, _ := strings.Cut(s, ": ")
	l.applyAction(verb, brandWeight)
	for i := 0; rest != "" && i < 16; i++ {
		var v string
		v, rest, _ = strings.Cut(rest, "|")
		switch i {
		case 1:
			l.applyProto(v, brandWeight)
		case 2:
			l.Set(ocsf.SrcInterface, v)
		case 3:
			l.Set(ocsf.SrcIP, v)
		case 4:
			l.Set(ocsf.SrcPort, v)
		case 5:
			l.putText(ocsf.SrcMAC, v, brandWeight)
		case 6:
			l.Set(ocsf.DstIP, v)
		case 7:
			l.Set(ocsf.DstPort, v)
		case 8:
			l.Set(ocsf.AppProtocol, v)
		case 9:
			l.Set(ocsf.DstInterface, v)
		case 10:
			l.Set(ocsf.RuleName, v)
		}
	}
	l.E.Class, l.E.Activity = ocsf.NetworkActivity, l.networkActivity()
}
