package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// f5 reads BIG-IP: daemons that write "CODE:level: text" (F5, BIG-IP log messages),
// access policy sessions (APM), iRules' own lines, the audit log, and the
// application firewall (ASM) as key=value and CEF.
var f5 = &Parser{
	Name: "f5", Vendor: "F5", Product: "BIG-IP",
	Apps:    "apmd apd tmm tmm0 tmm1 tmm2 tmm3 tmm4 tmm5 tmm6 tmm7 mcpd tmsh iControlPortal.cgi iControlREST httpd_f5 sod chmand alertd bcm56xxd lacpd big3d gtmd bigd mgmt_acld perl scriptd rewrite asm ASM dataplane iprepd",
	Devices: "f5 f5_networks,_inc.",
	Keys:    "unit_hostname http_class_name web_application_name sub_violations policy_apply_date date_time_f5 errdefs_msgno Hostname_f5",
	Begins:  []string{"/Common/", "Rule /", "0149", "0142", "0131", "0107", "0158", "0101", "0126"},
	Parse:   parseF5,
}

var f5Keys = NewKeys(`
@device.host        unit_hostname dvchost
@device             management_ip_address
@src                ip_client source_ip
@dst                dest_ip
@src.port           src_port source_port
@dst.port           dest_port
firewall_rule.name  policy_name acl_rule_name acl_policy_name
@url                uri
@status             response_code
@action             request_status acl_rule_action
@user               username
finding_info.title  attack_type sig_names
finding_info.uid    support_id sig_ids
finding_info.types  violations
url.hostname        virtual_host host
@proto              ip_protocol
app_protocol_name   protocol
src_endpoint.location.country geo_location
http_request.uid    sessionid session_id
@time               date_time
metadata.event_code errdefs_msgno
`)

func parseF5(l *Line) bool {
	if l.Device.Vendor != "" {
		l.Apply(f5Keys)
		l.device()
		l.f5Request()
		return true
	}
	s := strings.TrimSpace(l.Body)
	code, msg := f5Code(s)
	app := l.Head.App
	daemon := strings.HasPrefix(app, "tmm") || app == "apmd" || app == "apd" || app == "mcpd" || app == "tmsh"
	switch {
	case code != "":
	case strings.HasPrefix(s, "Rule /") && strings.Contains(s, "<"):
	case daemon:
	case strings.HasPrefix(s, "/Common/") && strings.Count(s[:min(len(s), 200)], ":") >= 3:
	default:
		l.Structure()
		if l.Form != KeyValue && l.Form != Delimited || l.Get("unit_hostname") == "" && l.Get("http_class_name") == "" && l.Get("web_application_name") == "" && l.Get("errdefs_msgno") == "" {
			return false
		}
		l.Apply(f5Keys)
		l.f5Request()
		return true
	}
	l.Set(ocsf.EventCode, code)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	switch {
	case strings.HasPrefix(msg, "Rule /"):
		name, rest, _ := strings.Cut(msg[5:], " ")
		l.put(ocsf.RuleName, ocsf.Text(name), brandWeight)
		if _, v, ok := strings.Cut(rest, ">: "); ok {
			l.f5IRule(v)
		}
		l.f5Event(rest)
	case strings.HasPrefix(msg, "AUDIT - "):
		l.f5Audit(msg[8:])
	case strings.HasPrefix(msg, "[SECEV]"):
		l.f5Violation(msg)
	case strings.HasPrefix(msg, "/"):
		l.f5Session(msg)
	default:
		l.scanText(msg)
		l.f5Health(code, msg)
	}
	return true
}

// f5Event sets the class of an iRule's line by the event that it stands for.
func (l *Line) f5Event(rest string) {
	e := l.E
	switch {
	case e.Has(ocsf.HTTPMethod) || e.Has(ocsf.UserAgent) || e.Has(ocsf.URLHostname) || e.Has(ocsf.Referrer):
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case strings.HasPrefix(rest, "<HTTP_"), strings.HasPrefix(rest, "<CLIENT"), strings.HasPrefix(rest, "<SERVER"), strings.HasPrefix(rest, "<LB_"), strings.HasPrefix(rest, "<DNS_"):
		l.fromDevice()
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	}
}

// f5Health knows what the device says of itself: monitors and members of pools
// (0107), failover (010c, 0140), hardware (012a), the system (0102), the clock.
func (l *Line) f5Health(code, msg string) {
	switch {
	case strings.Contains(msg, "monitor status"), strings.HasPrefix(msg, "Pool /") && !l.E.Has(ocsf.SrcIP), strings.HasPrefix(msg, "Pool member "),
		strings.HasPrefix(code, "010c"), strings.HasPrefix(code, "012a"), strings.HasPrefix(code, "0140"), strings.HasPrefix(code, "0102"), strings.HasPrefix(code, "01060"):
		l.health()
	}
}

// f5Code takes "01490500:5: " off: eight hexadecimal digits and the level.
func f5Code(s string) (code, msg string) {
	if len(s) > 12 && s[8] == ':' && digit(s[9]) && s[10] == ':' {
		for i := 0; i < 8; i++ {
			if !hexByte(s[i]) || s[i] == ':' {
				return "", s
			}
		}
		return s[:8], strings.TrimSpace(s[11:])
	}
	return "", s
}

// f5Session reads "/Common/profile:partition:session: text" of the access policy.
func (l *Line) f5Session(s string) {
	e := l.E
	name, rest, _ := strings.Cut(s, ":")
	_, rest, _ = strings.Cut(rest, ":")
	sid, msg, ok := strings.Cut(rest, ": ")
	if !ok {
		l.scanText(s)
		return
	}
	if _, v, ok := strings.Cut(msg, "Following rule '"); ok {
		v, _, _ = strings.Cut(v, "'")
		l.put(ocsf.RuleName, ocsf.Text(v), brandWeight)
		l.put(ocsf.PolicyName, ocsf.Text(name), brandWeight)
	}
	if v := after(msg, "ACL: "); v != "" { // "/Common/acl:59 packet: …", with the number of the entry
		acl, _, _ := strings.Cut(firstWord(v), ":")
		l.Set(ocsf.RuleName, acl)
		l.put(ocsf.PolicyName, ocsf.Text(name), brandWeight)
	}
	l.put(ocsf.RuleName, ocsf.Text(name), brandWeight)
	l.putText(ocsf.SessionUID, sid, brandWeight)
	quoted := func(after string) string {
		if _, v, ok := strings.Cut(msg, after); ok {
			v, _, _ = strings.Cut(v, "'")
			return v
		}
		return ""
	}
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	user := meaning{read: readUser, weight: brandWeight}
	switch {
	case strings.HasPrefix(msg, "Username '"), strings.HasPrefix(msg, "Retry Username '"):
		l.applyUser(user, quoted("sername '"))
	case strings.Contains(msg, "authenticate with '"), strings.Contains(msg, "Auth (logon attempt"):
		l.applyUser(user, quoted("authenticate with '"))
		outcome := int8(ocsf.Success)
		if strings.Contains(msg, "fail") {
			outcome = ocsf.Failure
		}
		l.setOutcome(outcome, brandWeight)
	case strings.Contains(msg, "ACL: "):
		l.applyAction(firstWord(msg), brandWeight)
		if _, v, ok := strings.Cut(msg, "ACL: "); ok {
			l.putText(ocsf.RuleDesc, firstWord(v), brandWeight)
		}
		if _, v, ok := strings.Cut(msg, "packet: "); ok {
			l.scanText(v)
			l.applyProto(firstWord(v), brandWeight)
		}
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case strings.Contains(msg, "User-Agent header: "):
		_, v, _ := strings.Cut(msg, "User-Agent header: ")
		l.put(ocsf.UserAgent, ocsf.Text(v), brandWeight)
	case strings.HasPrefix(msg, "session.user.agent is "):
		l.put(ocsf.UserAgent, ocsf.Text(msg[len("session.user.agent is "):]), brandWeight)
	case strings.HasPrefix(msg, "Session deleted"):
		e.Activity = ocsf.Logoff
	case strings.HasPrefix(msg, "Session statistics"):
		e.Activity = ocsf.Logoff
		if _, v, ok := strings.Cut(msg, "bytes in: "); ok {
			l.Set(ocsf.BytesIn, v[:digits(v)])
		}
		if _, v, ok := strings.Cut(msg, "bytes out: "); ok {
			l.Set(ocsf.BytesOut, v[:digits(v)])
		}
	case strings.HasPrefix(msg, "Access policy result: "):
		v := msg[len("Access policy result: "):]
		l.put(ocsf.StatusDetail, ocsf.Text(v), brandWeight)
		if strings.Contains(v, "Deny") {
			l.setOutcome(ocsf.Failure, brandWeight)
		} else {
			l.setOutcome(ocsf.Success, brandWeight)
		}
	case strings.HasPrefix(msg, "New session from client IP "):
		l.scanText(msg)
		if _, v, ok := strings.Cut(msg, "client IP "); ok {
			l.Set(ocsf.SrcIP, firstWord(v))
		}
		if _, v, ok := strings.Cut(msg, "at VIP "); ok {
			l.Set(ocsf.DstIP, firstWord(v))
		}
	default:
		l.scanText(msg)
	}
}

// f5IRule reads what an iRule wrote: a request as "GET host/path", else words.
func (l *Line) f5IRule(s string) {
	s = strings.TrimPrefix(s, "LOGS: ")
	if v, ok := strings.CutPrefix(s, "Request: "); ok {
		m, u, _ := strings.Cut(v, " ")
		if methods[m] && u != "" {
			l.Set(ocsf.HTTPMethod, m)
			u = firstWord(u)
			l.put(ocsf.URLString, ocsf.Text(u), brandWeight)
			l.splitURL(u, brandWeight)
			return
		}
	}
	if k, v, ok := strings.Cut(s, ": "); ok {
		switch k {
		case "User-Agent":
			l.put(ocsf.UserAgent, ocsf.Text(v), brandWeight)
			return
		case "Referer":
			l.put(ocsf.Referrer, ocsf.Text(v), brandWeight)
			return
		case "Host":
			l.putText(ocsf.URLHostname, v, brandWeight)
			return
		}
	}
	l.scanText(s)
}

// f5Audit reads "pid=1 user=root folder=/ module=(tmos)# status=[Command OK]
// cmd_data=…" and "user admin - transaction #1 - object 0 - modify { … }".
func (l *Line) f5Audit(s string) {
	e := l.E
	e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	if _, v, ok := strings.Cut(s, "cmd_data="); ok {
		l.put(ocsf.ProcessCmd, ocsf.Text(v), brandWeight)
		s = s[:len(s)-len(v)]
	}
	for k, v := range mailPairs(s) {
		switch k {
		case "user":
			l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
		case "pid":
			l.Set(ocsf.ProcessPID, v)
		}
	}
	if v, ok := strings.CutPrefix(s, "user "); ok {
		l.applyUser(meaning{read: readUser, weight: brandWeight}, firstWord(v))
	} else if _, v, ok := strings.Cut(s, " user "); ok {
		l.applyUser(meaning{read: readUser, weight: textWeight}, firstWord(v))
	}
	if strings.Contains(s, "[Command OK]") {
		l.setOutcome(ocsf.Success, brandWeight)
	} else if strings.Contains(s, "failed") || strings.Contains(s, "status=[Syntax Error") || strings.Contains(s, "status=[Unexpected") {
		l.setOutcome(ocsf.Failure, brandWeight)
	}
}

// f5Violation reads "[SECEV] Request violations: …, source ip: …, key: value".
func (l *Line) f5Violation(s string) {
	e := l.E
	title := strings.TrimSpace(strings.TrimPrefix(s, "[SECEV]"))
	if k, v, ok := strings.Cut(title, ": "); ok {
		l.put(ocsf.RuleName, ocsf.Text(k), brandWeight)
		if i := strings.Index(v, ". "); i > 0 {
			v = v[:i]
		}
		l.put(ocsf.FindingTitle, ocsf.Text(v), brandWeight)
	}
	l.f5Pair(s, "source ip: ", ocsf.SrcIP)
	l.f5Pair(s, "Support id: ", ocsf.FindingUID)
	l.f5Pair(s, "uri: ", ocsf.URLPath)
	l.f5Pair(s, "method: ", ocsf.HTTPMethod)
	l.f5Pair(s, "username: ", ocsf.UserName)
	if _, v, ok := strings.Cut(s, "equest: "); ok {
		if m, u, ok := strings.Cut(strings.TrimPrefix(v, "<"), " "); ok && methods[m] {
			l.readRequest(v, m, u, brandWeight)
		}
	}
	l.scanText(s)
	e.Class, e.Activity = ocsf.DetectionFinding, 1
}

// f5Pair sets a field to the text between a label and the next comma.
func (l *Line) f5Pair(s, label string, f ocsf.Field) {
	if _, v, ok := strings.Cut(s, label); ok {
		v, _, _ = strings.Cut(v, ",")
		l.Set(f, strings.TrimSpace(v))
	}
}

// f5Request settles a request that the application firewall saw.
func (l *Line) f5Request() {
	e := l.E
	if r := l.Get("request"); r != "" {
		if m, u, ok := strings.Cut(r, " "); ok && methods[m] {
			l.readRequest(r, m, u, weakWeight)
		}
	}
	if e.Has(ocsf.FindingTitle) && l.facts.action == ocsf.Denied {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		return
	}
	if e.Has(ocsf.HTTPMethod) || e.Has(ocsf.URLPath) {
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	}
}
