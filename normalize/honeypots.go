package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// Nobody has business at a honeypot, so that whatever is done there is a finding;
// only logins and connections keep the classes by which they are counted.

// cowrie reads Cowrie's JSON (Cowrie, Output event code reference).
var cowrie = &Parser{
	Name: "cowrie", Vendor: "Cowrie", Product: "Cowrie",
	Keys: "eventid",
	Parse: func(l *Line) bool {
		id := l.Get("eventid")
		if l.Form != JSON || !strings.HasPrefix(id, "cowrie.") {
			return false
		}
		l.Apply(cowrieKeys)
		l.put(ocsf.FindingTitle, ocsf.Text(id), brandWeight)
		e := l.E
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		switch id {
		case "cowrie.login.success", "cowrie.login.failed":
			outcome := int8(ocsf.Success)
			if strings.HasSuffix(id, "failed") {
				outcome = ocsf.Failure
			}
			l.mailAuth(l.Get("username"), outcome)
		case "cowrie.session.connect":
			e.Class, e.Activity = ocsf.SSHActivity, ocsf.NetOpen
			if l.Get("protocol") == "telnet" {
				e.Class = ocsf.NetworkActivity
			}
		case "cowrie.session.closed":
			e.Class, e.Activity = ocsf.SSHActivity, ocsf.NetClose
		}
		return true
	},
}

var cowrieKeys = NewKeys(`
metadata.event_code eventid
@time               timestamp
@src                src_ip
@src.port           src_port
@dst                dst_ip
@dst.port           dst_port
@user               username
@command            input
@url                url
@file               filename outfile destfile
@hash               shasum
session.uid         session
@device.host        sensor
app_protocol_name   protocol
@message            message
duration            duration_
@keep               password uuid ttylog hassh hasshAlgorithms kexAlgs version duration arch size width height
`)

// openCanary reads OpenCanary's JSON (OpenCanary, logger.py: logtype).
var openCanary = &Parser{
	Name: "opencanary", Vendor: "Thinkst", Product: "OpenCanary",
	Keys: "logtype node_id",
	Parse: func(l *Line) bool {
		if l.Form != JSON || l.Get("logtype") == "" || l.Get("node_id") == "" {
			return false
		}
		l.Apply(openCanaryKeys)
		n := atoi(l.Get("logtype"))
		l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(openCanaryTypes[n], "canary touched")), brandWeight)
		e := l.E
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		switch n {
		case 2000, 4002, 6001, 8001, 9001, 12001, 3001, 7001:
			l.mailAuth(l.Get("logdata.USERNAME"), ocsf.Failure)
			if l.facts.user == "" {
				e.Class = ocsf.DetectionFinding
			}
		case 1000, 1001, 1002, 1003, 1004, 1005, 1006:
			e.Class, e.Activity = ocsf.BaseEvent, 0
		}
		return true
	},
}

var openCanaryTypes = map[int]string{2000: "ftp login", 3000: "http get", 3001: "http login", 4000: "ssh connection", 4001: "ssh version", 4002: "ssh login", 5000: "smb file opened", 5001: "port syn",
	5002: "nmap os scan", 5003: "nmap null scan", 5004: "nmap xmas scan", 5005: "nmap fin scan", 6001: "telnet login", 7001: "http proxy login", 8001: "mysql login", 9001: "mssql login", 11001: "ntp monlist",
	12001: "vnc login", 13001: "snmp request", 14001: "rdp login", 15001: "sip request", 16001: "git clone", 17001: "redis command", 18001: "tcp banner"}

var openCanaryKeys = NewKeys(`
metadata.event_code logtype
@time               utc_time local_time
@src                src_host
@src.port           src_port
@dst                dst_host
@dst.port           dst_port
@user               logdata.USERNAME
@device.host        node_id
url.path            logdata.PATH
http_request.user_agent logdata.USERAGENT
@url.host           logdata.HOSTNAME
@file               logdata.FILENAME
@keep               logdata.PASSWORD logdata.LOCALVERSION logdata.REMOTEVERSION local_time_adjusted
`)

// dionaea reads Dionaea's JSON (Dionaea, ihandler log_json).
var dionaea = &Parser{
	Name: "dionaea", Vendor: "DinoTools", Product: "Dionaea",
	Keys: "connection.transport",
	Parse: func(l *Line) bool {
		if l.Form != JSON || l.Get("connection.transport") == "" || l.Get("src_ip") == "" {
			return false
		}
		l.Apply(dionaeaKeys)
		l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(l.Get("connection.protocol"), "connection")), brandWeight)
		l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
		if u := l.Get("credentials.username"); u != "" {
			l.mailAuth(u, ocsf.Failure)
		}
		return true
	},
}

var dionaeaKeys = NewKeys(`
@time             timestamp
@src              src_ip
@src.port         src_port
@src.host         src_hostname
@dst              dst_ip
@dst.port         dst_port
@proto            connection.transport
app_protocol_name connection.protocol
@user             credentials.username
@url              downloads.url
@hash             downloads.md5 downloads.sha512
@keep             connection.type credentials.password
`)
