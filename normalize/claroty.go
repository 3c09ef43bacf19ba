package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// claroty reads xDome's (once Medigate) and CTD's CEF: events of communication
// (comm_event), alerts and the devices they affect (Claroty, SIEM integration).
// None and lists in brackets are Python's.
var claroty = &Parser{
	Name: "claroty", Vendor: "Claroty", Product: "xDome",
	Devices: "claroty medigate",
	Parse:   parseClaroty,
}

var clarotyKeys = NewKeys(`
metadata.event_code    event_type alert_type_name
metadata.original_event_uid event_id alert_id
@message               event_description alert_description
finding_info.title     alert_name
@time                  event_timestamp alert_detected_time
@src                   src_ip
@src.port              src_port
@src.mac               src_mac
@dst                   dst_ip
@dst.port              dst_port
@dst.mac               dst_mac
@dst.host              domain external_domain external_hostname
device.uid             device_uid
device.name            device_asset_id
device.model           device_model
device.vendor_name     device_manufacturer
@file                  file_name
@user                  username
tls.certificate.subject certificate_CN
@keep                  device_ip_list device_mac_list device_category device_subcategory device_type device_os device_site_name device_network_list device_labels device_assignees
@keep                  device_note device_connection_type_list msg_category server_port geo_location protocol event_alert_id alert_category alert_device_status client_id external_ip
`)

func parseClaroty(l *Line) bool {
	for i := range l.KV {
		if kv := &l.KV[i]; kv.Val == "None" || kv.Val == "[]" || kv.Val == "[None]" {
			kv.Val = ""
		}
	}
	l.Apply(clarotyKeys)
	e := l.E
	l.device()
	if v := l.Get("external_ip"); v != "" {
		l.Set(ocsf.DstIP, strings.Trim(v, "[]' "))
	}
	if v := l.Get("protocol"); v != "" && !protoWord(v) {
		l.putText(ocsf.AppProtocol, v, brandWeight)
	} else {
		l.applyProto(v, brandWeight)
	}
	for _, k := range [...]string{"device_ip_list", "device_mac_list"} { // of the device's many, the first
		v, _, _ := strings.Cut(strings.Trim(l.Get(k), "[]"), ",")
		if v = strings.Trim(v, "'\" "); k == "device_ip_list" {
			l.Set(ocsf.DeviceIP, v)
		} else {
			l.putText(ocsf.DeviceMAC, v, weakWeight)
		}
	}
	text := firstOfTexts(l.Get("event_description"), l.Get("alert_description"))
	switch {
	case l.Get("alert_name") != "" || l.Get("alert_id") != "":
		l.clarotyAddress(text)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case strings.Contains(text, "login attempt") && strings.Contains(text, "username: "):
		l.applyUser(brandUser, strings.TrimRight(firstWord(after(text, "username: ")), ".,"))
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case e.Has(ocsf.FileName) && e.Has(ocsf.SrcIP):
		e.Class, e.Activity = ocsf.NetworkFile, ocsf.Other
	case e.Has(ocsf.SrcIP) || e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	}
	return true
}

// clarotyAddress takes the other end out of an alert's words, "… malicious IP
// address 203.0.113.9 and 5 devices".
func (l *Line) clarotyAddress(s string) {
	if _, v, ok := strings.Cut(s, "address "); ok {
		if a, n := scanAddr(v); n > 0 {
			l.put(ocsf.DstIP, ocsf.Addr(a), weakWeight)
		}
	}
}
