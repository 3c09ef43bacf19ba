package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoSwitch reads IOS, IOS-XE, IOS-XR and NX-OS: %FACILITY-SEVERITY-MNEMONIC:
// and a sentence (Cisco, System Message Guide). The commonest facilities route
// here; %FACILITY lines of other vendors are read by the dictionary alike.
var ciscoSwitch = &Parser{
	Name: "ciscoios", Vendor: "Cisco", Product: "IOS",
	Begins: []string{"%SEC", "%SYS", "%LIN", "%SSH", "%AAA", "%POR", "%ETH", "%DAE", "%AUT", "%USE", "%ARP", "%DHC", "%OSP", "%BGP", "%SNM", "%CDP",
		"%SPA", "%STP", "%DUA", "%CRY", "%IKE", "%VPN", "%HSR", "%PM-", "%DOT", "%MAB", "%RAD", "%TAC", "%SW_", "%ILP", "%PLA", "%ENV", "%FW-", "%IPS",
		"%LOG", "%PAR", "%SFF", "%CON", "%C4K", "%STA", "%NTP", "%VSH", "%KER", "%LOC", "%LLD", "%MAC", "%SIS", "%VPC", "%IP_", "%IPV", "%ACL", "%AP-",
		"%EEM", "%HA_", "%SME", "%IOS", "%RED", "%CTS", "%SES", "%EPM", "%WEB", "%CLI", "%SLA", "%TRA", "%VLA", "%VTP", "%UDL", "%FAB", "%MOD", "%CAP"},
	Parse: parseCiscoSwitch,
}

func parseCiscoSwitch(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	facility, mnemonic, msg := l.ciscoCode(s)
	if facility == "" {
		return false
	}
	e := l.E
	l.Body = msg
	l.E.Set(ocsf.Message, ocsf.Text(msg))
	switch facility {
	case "ETHPORT", "DAEMON", "AUTHPRIV", "USER", "ARP", "VSHD", "KERN", "LOCAL7", "VPC", "DUAL_HOMED", "ETH_PORT_CHANNEL":
		l.put(ocsf.ProductName, ocsf.Text("NX-OS"), brandWeight)
	}
	if strings.HasPrefix(mnemonic, "IPACCESSLOG") || strings.HasPrefix(mnemonic, "IPV6ACCESSLOG") || strings.HasPrefix(mnemonic, "ACCESSLOG") {
		l.ciscoAccessLog(msg)
		return true
	}
	l.readKeyValue(msg) // [user: x] [Source: 192.0.2.1] and their like are words
	l.Form = Text
	l.KV = l.KV[:0]
	l.ciscoBrackets(msg)
	l.scanText(msg)
	h := l.facts.hints
	user := l.facts.user != "" || l.facts.actor != ""
	switch {
	case mnemonic == "CONFIG_I" || mnemonic == "CFGLOG_LOGGEDCMD" || mnemonic == "VSHD_SYSLOG_CONFIG_I":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if _, c, ok := strings.Cut(msg, "logged command:"); ok {
			l.put(ocsf.ProcessCmd, ocsf.Text(strings.TrimPrefix(c, "!exec: ")), brandWeight)
		}
	case strings.HasPrefix(mnemonic, "LOGIN_") || mnemonic == "PRIV_AUTH_PASS" || mnemonic == "PRIV_AUTH_FAIL" || mnemonic == "LOGOUT":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if mnemonic == "LOGOUT" {
			e.Activity = ocsf.Logoff
		}
		switch {
		case strings.HasSuffix(mnemonic, "SUCCESS"), strings.HasSuffix(mnemonic, "PASS"):
			l.setOutcome(ocsf.Success, brandWeight)
		case strings.HasSuffix(mnemonic, "FAILED"), strings.HasSuffix(mnemonic, "FAIL"):
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case facility == "SSH" || h&hintAuth != 0 && user:
		if user {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		} else {
			e.Class, e.Activity = ocsf.SSHActivity, ocsf.Other
		}
	}
	return true
}

// ciscoBrackets reads "[user: admin] [Source: 192.0.2.1] [localport: 22]".
func (l *Line) ciscoBrackets(s string) {
	for i := 0; i < len(s); {
		b := strings.IndexByte(s[i:], '[')
		if b < 0 {
			return
		}
		i += b + 1
		e := strings.IndexByte(s[i:min(len(s), i+256)], ']')
		if e < 0 {
			continue
		}
		k, v, ok := strings.Cut(s[i:i+e], ":")
		v = strings.TrimSpace(v)
		if ok && v != "" {
			switch strings.TrimSpace(k) {
			case "user":
				l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
			case "Source":
				l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, v)
			case "localport":
				l.putText(ocsf.DstPort, v, brandWeight)
			case "Reason":
				l.put(ocsf.StatusDetail, ocsf.Text(v), brandWeight)
			}
		}
		i += e
	}
}

// ciscoAccessLog reads "list 110 denied tcp 192.0.2.1(1024) -> 198.51.100.1(80), 1 packet".
func (l *Line) ciscoAccessLog(s string) {
	e := l.E
	if i := strings.Index(s, "list "); i >= 0 {
		rest := s[i+5:]
		name, rest, _ := strings.Cut(rest, " ")
		if j := strings.IndexByte(name, '/'); j > 0 {
			name = name[:j]
		}
		l.put(ocsf.RuleName, ocsf.Text(name), brandWeight)
		verdict, rest, _ := strings.Cut(rest, " ")
		if strings.HasPrefix(verdict, "denied") {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		} else if verdict == "permitted" {
			l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
		}
		proto, _, _ := strings.Cut(rest, " ")
		if !strings.Contains(proto, ".") {
			l.applyProto(proto, brandWeight)
		}
		if _, n, ok := strings.Cut(rest, ", "); ok {
			d := digits(n)
			l.putText(ocsf.Packets, n[:d], brandWeight)
		}
	}
	l.scanText(s)
	e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
}
