package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// sophosXG reads Sophos Firewall: device_name, log_type, log_component, log_subtype
// and pairs (Sophos Firewall, Log reference).
var sophosXG = &Parser{
	Name: "sophosxg", Vendor: "Sophos", Product: "Sophos Firewall",
	Keys:  "log_component log_subtype fw_rule_id device_serial_id",
	Parse: keyed(sophosXGKeys, "log_type", settleSophosXG),
}

var sophosXGKeys = NewKeys(`
@date               date
@clock              time
@time               timestamp
@zone               timezone
@device.host        device_name
device.model        device_model
device.uid          device_id device_serial_id
metadata.event_code log_id
@severity           priority severity log_severity
@action             status log_subtype action
@user               user_name user
group.name          usergroupname user_gp group
@src                src_ip
tunnel_interface.ip remoteinterfaceip
@dst                dst_ip
@src.port           src_port
@dst.port           dst_port
@nat.src            tran_src_ip src_trans_ip
@nat.dst            tran_dst_ip dst_trans_ip
@nat.src.port       tran_src_port src_trans_port
@nat.dst.port       tran_dst_port dst_trans_port
@src.mac            src_mac
@dst.mac            dst_mac
@src.iface          in_interface
@dst.iface          out_interface
src_endpoint.zone   srczone src_zone
dst_endpoint.zone   dstzone dst_zone
src_endpoint.location.country src_country_code src_country
dst_endpoint.location.country dst_country_code dst_country
@proto              protocol
traffic.bytes_out   sent_bytes bytes_sent
traffic.bytes_in    recv_bytes bytes_received
traffic.packets_out sent_pkts packets_sent
traffic.packets_in  recv_pkts packets_received
firewall_rule.uid   fw_rule_id ips_policy_id
firewall_rule.name  fw_rule_name ips_policy
app_name            application app_name
finding_info.title  signature_msg virus malware classification_title
finding_info.uid    signature_id
finding_info.types  classification
@url                url
url.hostname        domain
url.categories      category
@status             status_code httpstatus
http_request.user_agent user_agent
http_request.http_method method httpmethod
http_request.referrer referer
http_response.content_type contenttype
@file               file_name filename
@hash               sha1sum
@mail.from          from_email_address sender
@mail.to            to_email_address recipient
email.subject       email_subject subject
@message            message
@keep               log_type log_component con_id
`)

func settleSophosXG(l *Line) {
	e := l.E
	typ, component, status := l.Get("log_type"), l.Get("log_component"), l.Get("status")
	l.put(ocsf.ProductFeature, ocsf.Text(component), brandWeight)
	switch {
	case typ == "Firewall":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case typ == "IDP", typ == "IPS", typ == "Anti-Virus", typ == "ATP", typ == "WAF" && e.Has(ocsf.FindingTitle), typ == "Sandbox" && l.facts.action == ocsf.Denied:
		l.put(ocsf.FindingTitle, ocsf.Text(typ), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case typ == "Content Filtering", typ == "WAF":
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case typ == "Anti-Spam":
		e.Class, e.Activity = ocsf.EmailActivity, 3
	case typ == "Event" && strings.Contains(component, "Authentication"), typ == "Event" && (component == "GUI" || component == "CLI") && strings.Contains(l.Get("message"), "log"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		switch {
		case strings.HasPrefix(status, "Success"):
			l.setOutcome(ocsf.Success, brandWeight)
		case strings.HasPrefix(status, "Fail"):
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case typ == "Event" && (component == "GUI" || component == "CLI"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
}

// sophosUTM reads Sophos UTM: id, severity, sys, sub, name and pairs.
var sophosUTM = &Parser{
	Name: "sophosutm", Vendor: "Sophos", Product: "UTM",
	Keys:  "fwrule initf outitf srcmac_utm",
	Parse: keyed(sophosUTMKeys, "sub", settleSophosUTM),
}

var sophosUTMKeys = NewKeys(`
metadata.event_code id
@message            name
@action             action
firewall_rule.uid   fwrule
@src.iface          initf
@dst.iface          outitf
@src.mac            srcmac
@dst.mac            dstmac
@src                srcip
@dst                dstip
@src.port           srcport
@dst.port           dstport
@proto              proto
@url                url
@user               user
http_request.http_method method
@status             statuscode
url.categories      categoryname
finding_info.title  reason_threat virus
@keep               sub sys length tos prec ttl
`)

func settleSophosUTM(l *Line) {
	e := l.E
	if i := strings.Index(l.Rec.Raw, ":"); i >= 4 && i+15 <= len(l.Rec.Raw) { // 2026:03:02-08:20:00
		if t := l.Rec.Raw[i-4 : i+15]; t[10] == '-' && digits(t) == 4 {
			b := []byte(t)
			b[4], b[7], b[10] = '-', '-', ' '
			l.applyTime(l.keep(b), brandWeight)
		}
	}
	switch sub := l.Get("sub"); sub {
	case "packetfilter":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case "http":
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case "ips":
		l.put(ocsf.FindingTitle, ocsf.Text(l.Get("reason")), brandWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case "auth":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if strings.Contains(l.Get("name"), "success") {
			l.setOutcome(ocsf.Success, brandWeight)
		} else {
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	}
}
