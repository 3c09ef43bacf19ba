package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// unifi reads Ubiquiti's UniFi Network 8 to 10 (CEF: admins, clients, security) and
// what access points and gateways say through their own programs: stahtd's records
// of stations, and the controllers' keys (Ubiquiti, UniFi System Logs & SIEM
// Integration). Firewall rules log through netfilter, which see.
var unifi = &Parser{
	Name: "unifi", Vendor: "Ubiquiti", Product: "UniFi",
	Apps:    "stahtd libubnt mcad ubios-udapi-server ubnt-tools unifi",
	Devices: "ubiquiti ubiquiti_networks ubiquiti_inc.",
	Parse:   parseUniFi,
}

var unifiKeys = NewKeys(`
@time                UNIFIutcTime
@device.host         UNIFIhost
@user                UNIFIadmin UNIFIclientAlias_ UNIFIvpnUser UNIFIclientUser
@src.mac             UNIFIclientMac mac
@src                 src UNIFIclientIp
@src.host            UNIFIclientHostname UNIFIclientAlias
dst_endpoint.name    UNIFIdeviceName
@dst.mac             UNIFIdeviceMac_
finding_info.title   UNIFIipsSignature UNIFIthreatName
finding_info.uid     UNIFIipsSignatureId
finding_info.types   UNIFIthreatType_
firewall_rule.name   UNIFIpolicyName UNIFIfirewallRule
src_endpoint.zone    UNIFIsourceZone
dst_endpoint.zone    UNIFIdestinationZone
@severity            UNIFIrisk
@action              act UNIFIaction
@message             msg
src_endpoint.interface_name vap
metadata.product.feature.name UNIFIsubCategory
@keep                UNIFIcategory UNIFIaccessMethod UNIFIdeviceModel UNIFIdeviceIp UNIFIdeviceVersion UNIFIdeviceMac UNIFIipsSessionId UNIFIwifiName UNIFInetworkName
`)

func parseUniFi(l *Line) bool {
	l.Structure()
	if l.Device.Vendor == "" {
		return l.unifiStation()
	}
	l.Apply(unifiKeys)
	l.device()
	l.texts()
	e := l.E
	category, sub, name := l.Get("UNIFIcategory"), l.Get("UNIFIsubCategory"), l.Device.Name
	switch {
	case category == "Security" && (strings.Contains(sub, "Firewall") || strings.Contains(name, "Firewall")):
		if strings.Contains(name, "Block") {
			l.setAction(ocsf.Denied, dispBlocked, weakWeight)
		}
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case category == "Security":
		if strings.Contains(name, "Block") {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		}
		l.put(ocsf.FindingTitle, ocsf.Text(name), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case sub == "Admin" || strings.HasPrefix(name, "Admin "):
		l.facts.actor = "" // "Admin Accessed …" names nobody
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if strings.Contains(name, "Accessed") || strings.Contains(name, "Log") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			l.setOutcome(ocsf.Success, weakWeight)
		}
	case sub == "VPN" || strings.Contains(name, "VPN"):
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case strings.HasPrefix(name, "WiFi Client"), strings.HasPrefix(name, "Wired Client"), strings.HasPrefix(sub, "WiFi"), sub == "Wired":
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
		if strings.Contains(name, "Disconnect") {
			e.Activity = ocsf.NetClose
		}
	default:
		l.health()
	}
	return true
}

// unifiStation reads what the programs of access points say; stahtd writes objects.
func (l *Line) unifiStation() bool {
	e := l.E
	if l.Head.App == "stahtd" && l.Get("mac") != "" {
		l.Apply(unifiKeys)
		switch kind := l.Get("event_type"); {
		case strings.Contains(kind, "fail"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case kind == "success", kind == "soft failure":
			l.setOutcome(ocsf.Success, brandWeight)
		}
		l.put(ocsf.EventCode, ocsf.Text(l.Get("message_type")), brandWeight)
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
		return true
	}
	l.Form, l.KV = Text, l.KV[:0]
	l.scanText(l.Body)
	l.health()
	l.put(ocsf.Message, ocsf.Text(l.Body), weakWeight)
	return true
}
