package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// wallix reads Bastion: "[rdpproxy] key="value" …" for sessions, "[wabauth]" for
// logins, "[wabaudit]" for changes of the configuration (WALLIX Bastion, SIEM
// integration).
var wallix = &Parser{
	Name: "wallix", Vendor: "WALLIX", Product: "Bastion",
	Apps:   "rdpproxy sshproxy wabengine wabaudit wabauth wabproxy sesman",
	Begins: []string{"[wabaudit]", "[wabauth]", "[RDP Session]", "[SSH Session]", "[sessionintegrity]", "[rdpproxy]", "[sshproxy]", "[VNC Session]", "[integrity]", "[SESSION_", "[sesman]", "[wabengine]", "[TELNET Session]"},
	Keys:   "target_ip_wallix session_uid",
	Parse:  parseWallix,
}

var wallixKeys = NewKeys(`
@src              client_ip source
@dst              target_ip
@user             user
user_result.name  account secondary
dst_endpoint.name device target
app_name          service
session.uid       session_id session_uid psid
@command          command_line data
@process          app_name process
@outcome          status
@action           action
@message          infos text diagnostic
@keep             type object class_name begin end length
@file             files file_name
file.size         file_size size
@dst.host         target_host
`)

func parseWallix(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	i := strings.IndexByte(s[:min(len(s), 100)], '[')
	if i < 0 {
		return false
	}
	tag, rest, ok := strings.Cut(s[i+1:], "] ")
	if !ok || len(tag) > 40 || strings.IndexByte(rest, '=') < 0 {
		return false
	}
	l.KV = l.KV[:0]
	l.readKeyValue(rest)
	l.Form = KeyValue
	l.Apply(wallixKeys)
	l.put(ocsf.ProductFeature, ocsf.Text(tag), brandWeight)
	e := l.E
	action, typ := l.Get("action"), l.Get("type")
	switch {
	case tag == "wabaudit":
		l.put(ocsf.APIOperation, ocsf.Text(action), brandWeight)
		e.Class = ocsf.APIActivity
		switch action {
		case "add":
			e.Activity = 1
		case "list", "view", "get":
			e.Activity = 2
		case "edit":
			e.Activity = 3
		case "delete":
			e.Activity = 4
		default:
			e.Activity = ocsf.Other
		}
	case tag == "wabauth":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		switch {
		case strings.Contains(action, "fail"), strings.Contains(l.Get("infos"), "failed"), strings.Contains(l.Get("diagnostic"), "fail"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case strings.Contains(action, "success"), strings.Contains(l.Get("infos"), "succeeded"), strings.Contains(l.Get("diagnostic"), "uccess"):
			l.setOutcome(ocsf.Success, brandWeight)
		}
		if action == "logout" {
			e.Activity = ocsf.Logoff
		}
	case strings.Contains(typ, "ESTABLISHED"), strings.Contains(typ, "CONNECTION"), strings.HasPrefix(typ, "SESSION_"), strings.Contains(typ, "DISCONNECT"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if strings.Contains(typ, "DISCONNECT") || strings.Contains(typ, "TERMINAT") || strings.Contains(typ, "END") {
			e.Activity = ocsf.Logoff
		}
		if strings.Contains(typ, "FAILED") || strings.Contains(typ, "REJECTED") {
			l.setOutcome(ocsf.Failure, brandWeight)
		} else {
			l.setOutcome(ocsf.Success, weakWeight)
		}
	case strings.HasPrefix(tag, "SSH"):
		e.Class, e.Activity = ocsf.SSHActivity, ocsf.NetTraffic
	case e.Has(ocsf.SrcIP) || e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.RDPActivity, ocsf.NetTraffic
	case l.Get("session_uid") != "" && e.Has(ocsf.DstName):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Other
	}
	l.put(ocsf.EventCode, ocsf.Text(typ), weakWeight)
	return true
}
