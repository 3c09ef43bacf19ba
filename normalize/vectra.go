package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// vectra reads Vectra Detect's JSON, with "-: " before: detections, scores of hosts
// and accounts, campaigns, audit and health (Vectra AI, Syslog Guide), and its CEF.
var vectra = &Parser{
	Name: "vectra", Vendor: "Vectra AI", Product: "Detect",
	Devices: "vectra_networks vectra",
	Keys:    "vectra_timestamp headend_addr",
	Parse:   parseVectra,
}

var vectraKeys = NewKeys(`
finding_info.title    d_type_vname campaign_name last_detection_type
finding_info.uid      detection_id campaign_id
finding_info.types    category
finding_info.src_url  href campaign_link
@time                 vectra_timestamp
@device.host          host_name
@device               dvchost headend_addr
@src                  host_ip src_ip source_ip
@src.host             src_name
@dst                  dd_dst_ip dest_ip
@dst.port             dd_dst_port
@dst.host             dd_dst_dns dest_name
@proto                dd_proto
traffic.bytes_out     dd_bytes_sent
traffic.bytes_in      dd_bytes_rcvd
@user                 user account_uid account_name accounts
metadata.event_code   d_type
metadata.product.version version
status_detail         reason
@outcome              result
@message              message
@keep                 threat certainty privilege triaged severity role action score_decreases host_roles sensor detection_profile.name detection_profile.vname count
@keep                 src_key_asset dst_key_asset tags host_id src_hid dest_id mitre ports scans successes shares
`)

func parseVectra(l *Line) bool {
	if l.Device.Vendor != "" {
		l.Apply(nil)
		l.device()
		l.texts()
		l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
		return true
	}
	if l.Form != JSON || l.Get("headend_addr") == "" && l.Get("vectra_timestamp") == "" {
		return false
	}
	l.Apply(vectraKeys)
	e := l.E
	switch {
	case l.Get("detection_id") != "", l.Get("campaign_id") != "", l.Get("threat") != "":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		l.put(ocsf.FindingTitle, ocsf.Text(l.Get("category")), weakWeight)
		l.vectraSeverity(atoi(l.Get("threat")), atoi(l.Get("certainty")))
	case l.Get("role") != "" && l.Get("user") != "": // the audit log
		low := strings.ToLower(l.Get("message"))
		switch {
		case strings.Contains(low, "logged in"), strings.Contains(low, "log in"), strings.Contains(low, "login"):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		case strings.Contains(low, "logged out"), strings.Contains(low, "log out"), strings.Contains(low, "logout"):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
		default:
			l.put(ocsf.APIOperation, ocsf.Text(l.Get("message")), brandWeight)
			e.Class, e.Activity = ocsf.APIActivity, ocsf.Other
		}
	}
	return true
}

// vectraSeverity follows Vectra's quadrants of threat and certainty.
func (l *Line) vectraSeverity(threat, certainty int) {
	l.facts.severityWeight = brandWeight
	switch {
	case threat >= 50 && certainty >= 50:
		l.E.Severity = ocsf.Critical
	case threat >= 50:
		l.E.Severity = ocsf.High
	case certainty >= 50:
		l.E.Severity = ocsf.Medium
	case threat > 0:
		l.E.Severity = ocsf.Low
	default:
		l.E.Severity = ocsf.Informational
	}
}
