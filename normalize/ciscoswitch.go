package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoSwitch reads IOS, IOS-XE, IOS-XR, NX-OS and the wireless controllers on
// IOS-XE: %FACILITY-SEVERITY-MNEMONIC: and a sentence (Cisco, System Message Guides).
var ciscoSwitch = &Parser{
	Name: "ciscoios", Vendor: "Cisco", Product: "IOS",
	Shape: ciscoShape,
	First: "%",
	Parse: (*Line).switchMessage,
}

// ciscoShape reports whether a message begins with %FACILITY-5-MNEMONIC.
func ciscoShape(s string) bool {
	if s[0] != '%' || len(s) < 8 || !upper(s[1]) {
		return false
	}
	for i := 2; i+2 < len(s) && i < 64; i++ {
		switch c := s[i]; {
		case c == '-' && digit(s[i+1]) && s[i+2] == '-':
			return true
		case !upper(c) && !digit(c) && c != '_' && c != '-':
			return false
		}
	}
	return false
}

// switchMessage reads a message of Cisco's form, whoever copied it.
func (l *Line) switchMessage() bool {
	facility, mnemonic, msg := l.ciscoCode(strings.TrimLeft(l.Body, " "))
	if facility == "" {
		return false
	}
	l.Body = msg
	l.E.Set(ocsf.Message, ocsf.Text(msg))
	switch facility {
	case "ETHPORT", "DAEMON", "AUTHPRIV", "USER", "ARP", "VSHD", "KERN", "LOCAL7", "VPC", "DUAL_HOMED", "ETH_PORT_CHANNEL":
		l.put(ocsf.ProductName, ocsf.Text("NX-OS"), exactWeight)
	}
	if strings.HasPrefix(mnemonic, "IPACCESSLOG") || strings.HasPrefix(mnemonic, "IPV6ACCESSLOG") || strings.HasPrefix(mnemonic, "ACCESSLOG") {
		l.ciscoAccessLog(msg)
		return true
	}
	l.Form, l.KV = Text, l.KV[:0] // [user: x] [Source: 192.0.2.1] and their like are words
	l.ciscoProcess(msg)
	l.ciscoBrackets(msg)
	l.ciscoStation(msg)
	l.ciscoCommand(msg)
	l.scanText(msg)
	l.switchClass(facility, mnemonic, msg)
	return true
}

// ciscoProcess reads who speaks: "Switch 1 R0/0: sessmgrd: …" of IOS-XE, "arp [20856]
// …" and "… - dcos_sshd[6531]" of NX-OS.
func (l *Line) ciscoProcess(msg string) {
	if i := strings.Index(msg[:min(len(msg), 32)], "/0: "); i > 0 {
		if name, _, ok := strings.Cut(msg[i+4:], ": "); ok && strings.IndexByte(name, ' ') < 0 && len(name) < 32 {
			l.put(ocsf.ProcessName, ocsf.Text(name), brandWeight)
			return
		}
	}
	i := strings.LastIndex(msg, " - ")
	if i < 0 || !strings.HasSuffix(msg, "]") && strings.IndexByte(msg[i+3:], ' ') >= 0 {
		return
	}
	name, pid, _ := strings.Cut(msg[i+3:], "[")
	if strings.IndexByte(name, ' ') >= 0 || !hostName(name, false) {
		return
	}
	l.put(ocsf.ProcessName, ocsf.Text(name), brandWeight)
	l.Set(ocsf.ProcessPID, strings.TrimSuffix(pid, "]"))
}

// ciscoStation reads the hardware address of a station that a sentence is about.
func (l *Line) ciscoStation(msg string) {
	for _, label := range [...]string{"MAC sa: ", "MAC address ", "MAC Address ", "sourced by ", "for client (", "received from ", "Client MAC: ", "client mac ", "MAC: "} {
		if v := after(msg, label); v != "" {
			if n := min(len(v), 17); n >= 14 && (macAddress(v[:14]) || macAddress(v[:n])) {
				if macAddress(v[:14]) {
					n = 14
				}
				l.putText(ocsf.SrcMAC, v[:n], brandWeight)
				return
			}
		}
	}
}

// switchClass sets the class: people first, then what breaks the rules of a port,
// then the device's own health, which is most of what a switch says.
func (l *Line) switchClass(facility, mnemonic, msg string) {
	e := l.E
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(mnemonic, w) {
				return true
			}
		}
		return false
	}
	user := l.facts.user != "" || l.facts.actor != ""
	switch {
	case has("CONFIG_I", "LOGGEDCMD", "CFGLOG", "CONFIG_RESOLVE", "DB_COMMIT", "COMMIT"), facility == "AAAA":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case mnemonic == "LOGOUT", mnemonic == "SSH2_CLOSE" && user, mnemonic == "SSH_CLOSE" && user:
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
		l.setOutcome(ocsf.Success, weakWeight)
	case strings.HasPrefix(mnemonic, "LOGIN_"), strings.HasPrefix(mnemonic, "PRIV_AUTH_"), facility == "DMI" && has("AUTH"), facility == "SSH" && user,
		facility != "SYS" && l.facts.hints&hintAuth != 0 && user && !has("RESET"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.switchOutcome(mnemonic)
	case (facility == "AUTHMGR" || facility == "DOT1X" || facility == "MAB" || facility == "SESSION_MGR") && has("SUCCESS", "FAIL"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.switchOutcome(mnemonic)
		l.applyUser(meaning{read: readUser, weight: guessWeight}, e.Text(ocsf.SrcMAC))
	case facility == "SSH", l.facts.hints&hintSSH != 0 && l.facts.hints&hintAuth != 0:
		e.Class, e.Activity = ocsf.SSHActivity, ocsf.Other
	case facility == "PORT_SECURITY", has("PSECURE_VIOLATION", "DHCP_SNOOPING_", "ROGUE"), facility == "SW_DAI" && has("DENY", "FAIL", "INVALID"), facility == "IPS":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		l.put(ocsf.FindingTitle, ocsf.Text(mnemonic), brandWeight)
		l.facts.user, l.facts.actor = "", "" // "caused by MAC address" names nobody
		if has("FAIL", "DENY", "VIOLATION") {
			l.setAction(ocsf.Denied, dispBlocked, weakWeight)
		}
	case strings.HasPrefix(facility, "CRYPTO"), facility == "IKEV2", facility == "IPSEC", facility == "VPN":
		if e.Has(ocsf.SrcIP) || e.Has(ocsf.DstIP) {
			e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
		}
	case facility == "FW", facility == "SNMP" && has("AUTHFAIL"), e.Has(ocsf.SrcIP) && e.Has(ocsf.DstIP) && l.connection():
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	default:
		l.health()
	}
}

// switchOutcome reads how a login went off the end of the mnemonic.
func (l *Line) switchOutcome(mnemonic string) {
	switch {
	case strings.Contains(mnemonic, "SUCC"), strings.Contains(mnemonic, "PASS"), mnemonic == "SSH2_USERAUTH" && l.facts.outcome == 0:
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.Contains(mnemonic, "FAIL"), strings.Contains(mnemonic, "DENIED"):
		l.setOutcome(ocsf.Failure, brandWeight)
	}
}

// ciscoCommand reads "logged command:!exec: enable" and "Username: x Privilege
// level: 15 Command: y".
func (l *Line) ciscoCommand(msg string) {
	if c := after(msg, "logged command:"); c != "" {
		l.put(ocsf.ProcessCmd, ocsf.Text(strings.TrimPrefix(c, "!exec: ")), brandWeight)
	} else if c := after(msg, " Command: "); c != "" {
		l.put(ocsf.ProcessCmd, ocsf.Text(c), brandWeight)
	}
	if u := after(msg, "Username: "); u != "" {
		l.applyUser(meaning{read: readUser, weight: brandWeight}, firstWord(u))
	}
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
