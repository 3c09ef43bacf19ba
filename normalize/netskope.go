package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// netskope reads events and alerts of Netskope's cloud: JSON of Cloud Exchange and
// the API, and its CEF (Netskope, REST API v2 events and alerts): application, page,
// network, audit, infrastructure, and alerts by alert_type.
var netskope = &Parser{
	Name: "netskope", Vendor: "Netskope", Product: "Netskope",
	Devices: "netskope",
	Keys:    "_insertion_epoch_timestamp ur_normalized traffic_type",
	Parse:   keyed(netskopeKeys, "", settleNetskope),
}

var netskopeKeys = NewKeys(`
@time                timestamp
@user                user userkey from_user
@src                 srcip userip src
@dst                 dstip dst
@src.port            srcport
@dst.port            dstport
@nat.src             egress_ip
@device.host         hostname
src_endpoint.os.name os
src_endpoint.location.country src_country
dst_endpoint.location.country dst_country
src_endpoint.location.city src_location
@url                 url
@url.host            domain
url.categories       category ccl_
http_request.user_agent user_agent useragent
http_request.referrer referer
http_request.http_method http_method method
@status              http_status
app_name             app
api.operation        activity audit_log_event
@action              action
@file                object file_path_ filename
@hash                md5 sha256 local_md5
file.size            file_size
firewall_rule.name   policy policy_name
finding_info.title   alert_name malware_name
finding_info.uid     alert_id incident_id malware_id
finding_info.types   alert_type
@severity            severity severity_level malware_severity
traffic.bytes_out    client_bytes numbytes_ conn_bytes_out
traffic.bytes_in     server_bytes
traffic.packets_out  client_packets
traffic.packets_in   server_packets
@proto               ip_protocol protocol
session.uid          app_session_id connection_id
@mail.to             to_user
@message             audit_log_message
@keep                type file_type access_method organization_unit instance_id site browser device count cci traffic_type alert object_type _insertion_epoch_timestamp
`)

func settleNetskope(l *Line) {
	e := l.E
	switch typ := l.Get("type"); {
	case l.Get("alert") == "yes", l.Get("alert_name") != "" || l.Get("alert_type") != "":
		l.put(ocsf.FindingTitle, ocsf.Text(l.Get("alert_type")), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case typ == "audit" || typ == "admin_audit_logs" || l.Get("audit_log_event") != "":
		e.Class, e.Activity = ocsf.APIActivity, ocsf.Other
		if a := l.Get("audit_log_event"); strings.HasPrefix(a, "Log") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			if strings.HasPrefix(a, "Logout") {
				e.Activity = ocsf.Logoff
			}
		}
	case typ == "network":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case typ == "infrastructure":
		l.health()
	case strings.HasPrefix(l.Get("activity"), "Login"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.authOutcome(strings.ToLower(l.Get("activity")))
	default: // page, connection, application, nspolicy
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	}
}
