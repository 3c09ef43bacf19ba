package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// checkpoint reads Check Point's Log Exporter: its own syslog form
// [action:"Accept"; src:"192.0.2.1"; …], CEF, LEEF and key=value, which share
// the names of fields (Check Point, Log fields: sk144192).
var checkpoint = &Parser{
	Name: "checkpoint", Vendor: "Check Point", Product: "VPN-1 & FireWall-1",
	Apps:    "CheckPoint",
	Devices: "check_point checkpoint",
	Keys:    "loguid originsicname origin_sic_name __policy_id_tag",
	Begins:  []string{"[action:\"", "[flags:\"", "syslog[action", "[log_id:", "[sequencenum"},
	Parse:   parseCheckPoint,
}

var checkpointKeys = NewKeys(`
@src                 src
@dst                 dst
@src.port            s_port spt
@dst.port            service dpt
@nat.src             xlatesrc
@nat.dst             xlatedst
@nat.src.port        xlatesport
@nat.dst.port        xlatedport
@src.mac             src_mac mac_source_address
@proto               proto
@action              act action rule_action
firewall_rule.name   rule_name match_rule_name
firewall_rule.uid    rule rule_uid match_id
firewall_rule.category layer_name
policy.name          policy_name
@device              origin
src_endpoint.zone    inzone
dst_endpoint.zone    outzone
@src.host            src_machine_name shost
@dst.host            dst_machine_name dhost
@user                src_user_name user suser duser login
@actor               administrator
actor.user.name      modifier
finding_info.title   protection_name attack malware_family dlp_rule_name data_type_name incident_severity_name
finding_info.uid     protection_id
finding_info.types   attack_info protection_type
metadata.product.name product
metadata.original_event_uid loguid
@time                rt time
@severity            severity cp_severity
url.hostname         dst_domain_name
@url                 resource
http_request.http_method method
http_request.user_agent web_client_type user_agent
http_request.referrer referrer
@status              status
query.hostname       domain_name
query.type           dns_type
@file                file_name
@hash                file_md5 file_sha1 file_sha256
file.size            file_size
@mail.from           from
@mail.to             to
email.subject        email_subject
traffic.bytes_out    client_outbound_bytes sent_bytes
traffic.bytes_in     client_inbound_bytes received_bytes
traffic.bytes        bytes
app_name             appi_name app_name
url.categories       matched_category
app_protocol_name    service_id
status_detail        reason drop_reason tcp_packet_out_of_state
command              operation
@message             msg message_info description
@keep                ifname ifdir originsicname origin_sic_name logid version flags sequencenum type
`)

func parseCheckPoint(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if i := strings.Index(s[:min(len(s), 120)], `[`); i >= 0 && (l.Form == Text || l.Form == KeyValue) && strings.Contains(s[i:min(len(s), i+60)], `:"`) {
		l.KV, l.Form = l.KV[:0], KeyValue
		l.checkpointPairs(s[i+1:])
	} else {
		l.Structure()
	}
	if len(l.KV) < 4 {
		return false
	}
	l.Apply(checkpointKeys)
	e := l.E
	sic := l.Get("originsicname")
	if sic == "" {
		sic = l.Get("origin_sic_name")
	}
	sic = strings.ReplaceAll(sic, `\=`, "=")
	if cn := distinguished(strings.ReplaceAll(sic, "cn=", "CN=")); cn != "" {
		l.putText(ocsf.DeviceHostname, cn, brandWeight)
	}
	if n := l.Get("ifname"); n != "" {
		f := ocsf.SrcInterface
		if l.Get("ifdir") == "outbound" || l.Get("deviceDirection") == "1" {
			f = ocsf.DstInterface
		}
		l.put(f, ocsf.Text(n), brandWeight)
	}
	switch l.Get("ifdir") {
	case "inbound":
		e.SetInt(ocsf.DirectionID, 1)
	case "outbound":
		e.SetInt(ocsf.DirectionID, 2)
	}
	if l.Device.Vendor != "" {
		l.device()
	} else if id := l.Get("loguid"); id != "" {
		l.put(ocsf.EventCode, ocsf.Text(l.Get("logid")), brandWeight)
	}
	if op := l.Get("operation"); op != "" && (l.Get("administrator") != "" || l.Get("modifier") != "") || l.Get("objecttype") != "" && l.Get("dst") == "" {
		if strings.Contains(op, "Log In") || strings.Contains(op, "Log Out") || strings.Contains(op, "Logged") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			if strings.Contains(op, "Out") {
				e.Activity = ocsf.Logoff
			}
		} else {
			e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		}
		return true
	}
	product := e.Text(ocsf.ProductName)
	switch {
	case l.facts.weight[ocsf.FindingTitle] >= weakWeight:
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case strings.HasPrefix(l.Get("action"), "Log In"), strings.HasPrefix(l.Get("act"), "Log In"), strings.HasPrefix(l.Get("action"), "Failed Log"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case (product == "URL Filtering" || product == "Application Control") && (e.Has(ocsf.URLString) || e.Has(ocsf.HTTPMethod)):
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case e.Has(ocsf.SrcIP) || e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	}
	return true
}

// checkpointPairs reads key:"value"; pairs, with \] and \" in values, and key::"value"
// where the key ends with a colon.
func (l *Line) checkpointPairs(s string) {
	for n := 0; n < maxPairs; n++ {
		s = strings.TrimLeft(s, " ;")
		i := strings.Index(s, `:"`)
		if i <= 0 || i > 80 {
			return
		}
		k := strings.TrimRight(s[:i], ":")
		v := s[i+2:]
		j := 0
		for j < len(v) && v[j] != '"' {
			if v[j] == '\\' {
				j++
			}
			j++
		}
		if j >= len(v) {
			l.add(k, v)
			return
		}
		l.add(k, v[:j])
		s = v[j+1:]
	}
}
