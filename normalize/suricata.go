package normalize

import "picket/normalize/ocsf"

// suricata reads EVE (Suricata User Guide, Eve JSON Format), all event types.
// Gatewatcher and other sensors that are built on it send the same.
var suricata = &Parser{
	Name: "suricata", Vendor: "OISF", Product: "Suricata",
	Keys:  "event_type",
	Parse: parseSuricata,
}

var suricataKeys = NewKeys(`
@src                     src_ip
@dst                     dest_ip
@src.port                src_port
@dst.port                dest_port
@proto                   proto
@src.iface               in_iface
@time                    timestamp
connection_info.uid      flow_id
connection_info.community_uid community_id
app_protocol_name        app_proto
traffic.bytes_out        flow.bytes_toserver netflow.bytes_
traffic.bytes_in         flow.bytes_toclient
traffic.packets_out      flow.pkts_toserver
traffic.packets_in       flow.pkts_toclient
start_time               flow.start
end_time                 flow.end
finding_info.title       alert.signature anomaly.event
finding_info.uid         alert.signature_id
finding_info.types       alert.category
@action                  alert.action
@url.host                http.hostname
@url                     http.url
http_request.user_agent  http.http_user_agent
http_request.http_method http.http_method
http_request.referrer    http.http_refer
http_request.version     http.protocol
http_response.code       http.status
http_response.length     http.length
http_response.content_type http.http_content_type
query.hostname           dns.rrname dns.query.rrname dns.queries.rrname
query.type               dns.rrtype dns.query.rrtype dns.queries.rrtype
rcode                    dns.rcode
query.packet_uid         dns.id dns.query.id
tls.sni                  tls.sni
tls.version              tls.version
tls.certificate.subject  tls.subject
tls.certificate.issuer   tls.issuerdn
tls.certificate.serial_number tls.serial
tls.ja3_hash.value       tls.ja3.hash
tls.ja3s_hash.value      tls.ja3s.hash
@file                    fileinfo.filename
file.size                fileinfo.size
@hash                    fileinfo.md5 fileinfo.sha1 fileinfo.sha256
smtp_hello               smtp.helo
@mail.from               smtp.mail_from email.from
@mail.to                 smtp.rcpt_to email.to
email.subject            email.subject
@device.host             host
@keep                    event_type alert.severity flow.state flow.reason dns.type ssh.client.software_version
@drop                    alert.rev alert.gid
`)

func parseSuricata(l *Line) bool {
	if l.Form != JSON {
		return false
	}
	typ := l.Get("event_type")
	if typ == "" || l.Get("src_ip") == "" && l.Get("flow_id") == "" && l.Get("timestamp") == "" {
		return false
	}
	class, ok := suricataClass(typ)
	if !ok {
		return false
	}
	l.Apply(suricataKeys)
	e := l.E
	e.Class, e.Activity = class, ocsf.NetTraffic
	switch class {
	case ocsf.DetectionFinding:
		e.Activity = 1
		e.Set(ocsf.IsAlert, ocsf.Bool(true))
		switch l.Get("alert.severity") {
		case "1":
			e.Severity = ocsf.High
		case "2":
			e.Severity = ocsf.Medium
		case "3":
			e.Severity = ocsf.Low
		default:
			e.Severity = ocsf.Informational
		}
	case ocsf.HTTPActivity:
		e.Activity = httpActivity(e.Text(ocsf.HTTPMethod))
	case ocsf.DNSActivity:
		e.Activity = ocsf.DNSQuery
		if t := l.Get("dns.type"); t == "answer" || t == "response" {
			e.Activity = ocsf.DNSResponse
		}
	case ocsf.EmailActivity:
		e.Activity = 1
	case ocsf.NetworkActivity:
		switch {
		case typ == "flow" || typ == "netflow":
			e.Activity = ocsf.NetClose
		case typ == "fileinfo" && e.Has(ocsf.HTTPMethod):
			e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		case typ == "fileinfo":
			e.Class, e.Activity = ocsf.NetworkFile, ocsf.Other
		}
	case ocsf.DHCPActivity:
		e.Activity = ocsf.Other
		switch l.Get("dhcp.dhcp_type") {
		case "discover":
			e.Activity = 1
		case "offer":
			e.Activity = 2
		case "request":
			e.Activity = 3
		case "ack":
			e.Activity = 5
		case "nak":
			e.Activity = 6
		}
		l.Set(ocsf.SrcMAC, l.Get("dhcp.client_mac"))
	case ocsf.SSHActivity, ocsf.FTPActivity, ocsf.SMBActivity, ocsf.RDPActivity:
		e.Activity = ocsf.NetTraffic
		if class != ocsf.SSHActivity {
			e.Activity = ocsf.Other
		}
	}
	if e.Severity == ocsf.UnknownSeverity {
		e.Severity = ocsf.Informational
	}
	if e.Has(ocsf.URLPath) && e.Has(ocsf.URLHostname) && class == ocsf.HTTPActivity {
		l.facts.weight[ocsf.DstHostname] = 0
		l.putText(ocsf.DstHostname, e.Text(ocsf.URLHostname), guessWeight)
	}
	return true
}

// suricataClass is the class of a type of event; false for what is none of ours.
func suricataClass(typ string) (ocsf.Class, bool) {
	switch typ {
	case "alert":
		return ocsf.DetectionFinding, true
	case "http", "http2":
		return ocsf.HTTPActivity, true
	case "dns", "mdns":
		return ocsf.DNSActivity, true
	case "dhcp":
		return ocsf.DHCPActivity, true
	case "ssh":
		return ocsf.SSHActivity, true
	case "smtp":
		return ocsf.EmailActivity, true
	case "ftp", "ftp_data":
		return ocsf.FTPActivity, true
	case "smb":
		return ocsf.SMBActivity, true
	case "rdp":
		return ocsf.RDPActivity, true
	case "flow", "netflow", "tls", "anomaly", "snmp", "sip", "krb5", "tftp", "ikev2", "ike", "mqtt", "modbus", "dnp3", "nfs", "rfb", "drop", "quic", "bittorrent_dht",
		"pgsql", "fileinfo", "frame", "enip", "telnet", "websocket", "dcerpc", "ldap", "arp", "template", "pop3":
		return ocsf.NetworkActivity, true
	case "stats":
		return ocsf.BaseEvent, true
	}
	return 0, false
}
