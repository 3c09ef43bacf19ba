package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// huawei reads VRP of Huawei's switches, routers and firewalls: "%%01MODULE/level/
// MNEMONIC(kind)[number]:text", often with "(Key=value, …)" behind the text (Huawei,
// Log Reference). Comware of H3C and HPE has the same form with %%10; see comware.
var huawei = &Parser{
	Name: "huawei", Vendor: "Huawei", Product: "VRP",
	Begins: []string{"%%01", "%%02"},
	Parse:  parseHuawei,
}

// comware reads the switches of H3C and HPE (HPE FlexNetwork, System Log Messages
// Reference): "%%10MODULE/level/MNEMONIC: text".
var comware = &Parser{
	Name: "comware", Vendor: "HPE", Product: "Comware",
	Begins: []string{"%%10"},
	Parse:  parseHuawei,
}

var huaweiKeys = NewKeys(`
@src                ip Ip IP IPAddress IPAddr UserIP UserIp source-ip SrcIp SrcIPAddr(1003) SourceIP ClientIP PeerAddress SrcIPAddr
@src.port           source-port SrcPort SrcPort(1004)
@dst                destination-ip DstIp DstIPAddr(1007) DestIP
@dst.port           destination-port DstPort DstPort(1008)
@src.mac            MacAddress UserMAC MAC SrcMAC
@proto              protocol Protocol Protocol(1001)
@user               User UserName user username
src_endpoint.zone   source-zone SrcZoneName(1025)
dst_endpoint.zone   destination-zone DstZoneName(1035)
firewall_rule.name  rule-name policy-name PolicyName AclName
app_name            application-name app-name
@command            Command
@src.iface          InterfaceName IfName Interface
status_detail       FailedReason Reason
auth_type           AuthenticationMethod
finding_info.title  signature-name SignName AttackType threat-name
@action             action Action
@device             DevIP DevIp
@keep               Line Task VpnName VpnInstanceName Times time vsys
`)

func parseHuawei(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	module, rest, ok := strings.Cut(s[min(len(s), 4):], "/")
	if !ok || len(rest) < 4 || !digit(rest[0]) || rest[1] != '/' || len(module) > 32 || strings.IndexByte(module, ' ') >= 0 {
		return false
	}
	level := rest[0] - '0'
	code, text, ok := strings.Cut(rest[2:], ":")
	if !ok || len(code) > 96 {
		return false
	}
	if i := strings.IndexAny(code, "(["); i > 0 { // (l)[12]
		code = code[:i]
	}
	text = strings.TrimSpace(text)
	e := l.E
	l.put(ocsf.EventCode, ocsf.Text(code), brandWeight)
	l.put(ocsf.ProductFeature, ocsf.Text(module), brandWeight)
	l.put(ocsf.Message, ocsf.Text(text), brandWeight)
	e.Severity, l.facts.severityWeight = syslogSeverity[level&7], brandWeight
	l.Form, l.KV = KeyValue, l.KV[:0]
	words := text
	if head, rest, ok := strings.Cut(text, "; "); ok && text[0] == '-' { // Comware: "-Line=vty0-IPAddr=192.0.2.10-User=admin; …"
		l.comwareHead(head)
		text, words = rest, rest
		if c, ok := strings.CutPrefix(rest, "Command is "); ok {
			l.put(ocsf.ProcessCmd, ocsf.Text(c), brandWeight)
			words = ""
		}
	}
	if i := strings.IndexByte(text, '('); i >= 0 && strings.IndexByte(text[i:], '=') > 0 {
		words = text[:i]
		l.huaweiPairs(strings.TrimRight(text[i+1:], ").; "))
	} else if i := strings.IndexByte(text, '='); i > 0 && strings.IndexByte(text[:i], ' ') < 0 {
		words = ""
		l.huaweiPairs(strings.TrimRight(text, ".; "))
	}
	l.Apply(huaweiKeys)
	l.personAtStart(words)
	l.scanText(words)
	l.huaweiClass(module, code)
	return true
}

// huaweiPairs reads "Key=value, Key=value" with ; or , between.
func (l *Line) huaweiPairs(s string) {
	for s != "" && len(l.KV) < maxPairs {
		i := strings.IndexByte(s, '=')
		if i <= 0 {
			return
		}
		key := strings.TrimSpace(s[:i])
		s = s[i+1:]
		end, quoted := len(s), false
		for j := 0; j < len(s); j++ {
			if s[j] == '"' {
				quoted = !quoted
			}
			if (s[j] == ',' || s[j] == ';') && !quoted {
				end = j
				break
			}
		}
		if v := clean(s[:end]); len(key) <= 64 {
			l.add(key, v)
		}
		s = s[min(end+1, len(s)):]
	}
}

// comwareHead reads "-Line=vty0-IPAddr=192.0.2.10-User=admin": a hyphen and a word
// with = behind begin the next pair.
func (l *Line) comwareHead(s string) {
	for s != "" && s[0] == '-' && len(l.KV) < maxPairs {
		key, rest, ok := strings.Cut(s[1:], "=")
		if !ok || len(key) > 64 {
			return
		}
		end := len(rest)
		for i := 0; i < len(rest); i++ {
			if rest[i] != '-' {
				continue
			}
			n := i + 1
			for n < len(rest) && alnum(rest[n]) {
				n++
			}
			if n < len(rest) && rest[n] == '=' {
				end = i
				break
			}
			i = n - 1
		}
		l.add(key, rest[:end])
		s = rest[end:]
	}
}

// personAtStart reads "admin logged in from …", "root failed to log in from …".
func (l *Line) personAtStart(s string) {
	w := firstWord(s)
	if w == "" || w == s || len(w) > 64 {
		return
	}
	for _, p := range [...]string{" logged in", " logged out", " failed to log in", " failed to login", " login ", " exit from", " log in failed"} {
		if strings.HasPrefix(s[len(w):], p) && !strings.EqualFold(w, "user") {
			l.applyUser(meaning{read: readUser, weight: brandWeight}, w)
			return
		}
	}
}

// huaweiClass sets the class by module and mnemonic.
func (l *Line) huaweiClass(module, code string) {
	e := l.E
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(code, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("CMDRECORD", "SHELL_CMD", "CFG_CHANGE", "CFGMAN", "SAVE"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case has("LOGOUT", "LOG_OUT", "DISCONNECT", "CONNECT_CLOSE", "OFFLINE"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case has("LOGIN", "AUTHEN", "SSH_FAIL", "AUTH_FAIL", "ACCESS_FAIL", "PASSWORD", "ONLINE", "USER_PASS"), l.facts.user != "" && (module == "SSH" || module == "SSHS" || module == "AAA" || module == "TELNETS"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		switch {
		case has("FAIL", "INVALID", "DENY", "REJECT", "LOCK"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case has("LOGIN", "SUC", "PASS", "ONLINE"):
			l.setOutcome(ocsf.Success, weakWeight)
		}
	case has("DENY", "DROP", "BLOCK"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case has("PERMIT", "SESSION"):
		l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
	}
	if e.Class == ocsf.BaseEvent && l.connection() {
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	}
}
