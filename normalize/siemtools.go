package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// zeek reads Zeek's logs as JSON (Zeek, Log files): the name of the log stands in
// _path, or follows from keys that only one log has. Its logs in columns are read
// by zeekTSV.
var zeek = &Parser{
	Name: "zeek", Vendor: "Zeek", Product: "Zeek",
	Keys:  "id.orig_h _path",
	Shape: zeekTSVShape,
	First: "9#",
	Next:  ".#",
	Parse: parseZeek,
}

func parseZeek(l *Line) bool {
	if body := strings.TrimLeft(l.Body, " "); zeekTSVShape(body) {
		return l.zeekTSV(body)
	}
	if l.Form != JSON || l.Get("_path") == "" && (l.Get("id.resp_h") == "" || l.Get("uid") == "") {
		return false
	}
	name := l.Get("_path")
	for i := 0; name == "" && i < len(zeekLogs); i++ {
		if l.Get(zeekLogs[i][0]) != "" {
			name = zeekLogs[i][1]
		}
	}
	l.zeekEvent(name)
	return true
}

// zeekEvent reads the pairs of an entry of the log of this name.
func (l *Line) zeekEvent(name string) {
	l.Apply(zeekKeys)
	answers := 0
	for i := range l.KV { // all stay under their own names, where rules look for them
		kv := &l.KV[i]
		if b := find(&zeekKeys.table, kv.Key); b == nil || b.mean.read != readNothing { // the others are there
			l.keepKey(l.lookup(kv.Key).name, kv.Val)
		}
		if kv.Key == "answers" && answers < 16 {
			answers++
			l.E.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text(kv.Val))))
		}
	}
	l.put(ocsf.LogName, ocsf.Text(name), brandWeight)
	l.zeekClass(name)
}

// zeekClass sets class and activity by the name of the log.
func (l *Line) zeekClass(name string) {
	e := l.E
	switch name {
	case "conn":
		e.Class, e.Activity = ocsf.NetworkActivity, zeekConn(l.Get("conn_state"))
	case "dns":
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSTraffic
	case "http":
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case "notice", "signatures":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case "ssh":
		e.Class, e.Activity = ocsf.SSHActivity, ocsf.NetTraffic
		switch l.Get("auth_success") {
		case "T", "true":
			l.setOutcome(ocsf.Success, brandWeight)
		case "F", "false":
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case "ssl", "x509", "weird":
		l.put(ocsf.TLSVersion, ocsf.Text(l.Get("version")), brandWeight)
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	case "dhcp":
		e.Class, e.Activity = ocsf.DHCPActivity, ocsf.Other
	case "smtp":
		e.Class, e.Activity = ocsf.EmailActivity, 5
	case "kerberos":
		l.applyUser(brandUser, l.Get("client"))
		e.Class, e.Activity = ocsf.Authentication, zeekKerberos(l.Get("request_type"))
	case "ftp":
		e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
	case "rdp":
		l.applyUser(brandUser, l.Get("cookie"))
		e.Class, e.Activity = ocsf.RDPActivity, ocsf.NetTraffic
	}
}

// zeekKerberos is the activity of a request for tickets.
func zeekKerberos(request string) uint8 {
	if request == "TGS" {
		return 4
	}
	return 3
}

// zeekConn is the activity of a connection by its conn_state.
func zeekConn(state string) uint8 {
	switch state {
	case "S0", "SH", "SHR":
		return ocsf.NetFail
	case "REJ":
		return ocsf.NetRefuse
	case "RSTO", "RSTR", "RSTOS0", "RSTRH":
		return ocsf.NetReset
	}
	return ocsf.NetTraffic
}

// zeekLogs are keys that only one log has.
var zeekLogs = [...][2]string{{"conn_state", "conn"}, {"qtype_name", "dns"}, {"trans_id", "dns"}, {"status_code", "http"}, {"user_agent", "http"}, {"note", "notice"}, {"sig_id", "signatures"},
	{"auth_success", "ssh"}, {"hassh", "ssh"}, {"cipher", "ssl"}, {"server_name", "ssl"}, {"mailfrom", "smtp"}, {"cookie", "rdp"}, {"share_type", "smb_mapping"}, {"endpoint", "dce_rpc"},
	{"request_type", "kerberos"}, {"msg_types", "dhcp"}, {"certificate.subject", "x509"}, {"analyzer", "dpd"}}

var zeekKeys = NewKeys(`
@time               ts
connection_info.uid uid
@src                id.orig_h
@dst                id.resp_h
@src.port           id.orig_p
@dst.port           id.resp_p
@proto              proto
app_protocol_name   service
traffic.bytes_out   orig_bytes
traffic.bytes_in    resp_bytes
traffic.packets_out orig_pkts
traffic.packets_in  resp_pkts
connection_info.flag_history history
query.hostname      query
query.type          qtype_name
query.class         qclass_name
rcode               rcode_name
http_request.http_method method
url.hostname        host
http_request.referrer referrer
http_request.user_agent user_agent
@status             status_code
@url                uri
traffic.bytes       resp_body_len_
tls.sni             server_name
tls.version         version_
tls.cipher          cipher
tls.ja3_hash.value  ja3
finding_info.title  note sig_id
finding_info.desc   msg
@user               username user
@mail.from          mailfrom from
@mail.to            rcptto to
email.subject       subject
@hash               md5 sha1 sha256
email.message_uid   msg_id
@keep               local_orig local_resp is_orig source client server direction path next_protocol security_protocol missed_bytes missing_bytes overflow_bytes orig_ip_bytes resp_ip_bytes
@keep               _path conn_state duration answers rejected AA TC RD RA Z version
`)

// wazuh reads the alerts of a Wazuh or OSSEC manager (Wazuh, Ruleset: rules carry
// a level from 0 to 16).
var wazuh = &Parser{
	Name: "wazuh", Vendor: "Wazuh", Product: "Wazuh",
	Keys: "manager.name decoder.name",
	Parse: func(l *Line) bool {
		if l.Form != JSON || l.Get("rule.id") == "" || l.Get("rule.level") == "" {
			return false
		}
		if l.Get("data.win.system.eventID") != "" && parseWindows(l) {
			l.put(ocsf.RuleName, ocsf.Text(l.Get("rule.description")), weakWeight)
			l.put(ocsf.RuleUID, ocsf.Text(l.Get("rule.id")), weakWeight)
			return true
		}
		l.Apply(wazuhKeys)
		e := l.E
		l.facts.severityWeight = brandWeight
		switch n := atoi(l.Get("rule.level")); {
		case n >= 15:
			e.Severity = ocsf.Critical
		case n >= 12:
			e.Severity = ocsf.High
		case n >= 7:
			e.Severity = ocsf.Medium
		case n >= 4:
			e.Severity = ocsf.Low
		default:
			e.Severity = ocsf.Informational
		}
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		return true
	},
}

var wazuhKeys = NewKeys(`
@time               timestamp
finding_info.uid    id
finding_info.title  rule.description
finding_info.analytic.uid rule.id
finding_info.types  rule.groups
firewall_rule.uid   rule.id_
@device.host        agent.name
@device             agent.ip
device.uid          agent.id
@src                data.srcip
@dst                data.dstip
@src.port           data.srcport
@dst.port           data.dstport
@user               data.dstuser data.srcuser
@url                data.url
@file               syscheck.path
@hash               syscheck.sha256_after syscheck.md5_after syscheck.sha1_after
metadata.log_source location
metadata.log_provider decoder.name
@message            full_log
@keep               rule.level manager.name rule.mitre.id rule.mitre.tactic rule.mitre.technique rule.firedtimes
`)
