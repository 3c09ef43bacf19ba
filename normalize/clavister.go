package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// clavister reads NetWall (cOS Core), the EFW log of syslog: "[2026-03-02 10:00:00]
// EFW: CONN: prio=1 id=00600001 rev=1 event=conn_open rule=… connsrcip=… …", and
// the form without date that later versions send, with groups in brackets:
// "id=600012 event=… action=reject [message=… ][rules rule=… ][ethernet hwsender=…]"
// (Clavister, cOS Core Log Reference Guide). The id is category and number: 06 00012.
var clavister = &Parser{
	Name: "clavister", Vendor: "Clavister", Product: "NetWall",
	Apps:   "EFW",
	Keys:   "connipproto connsrcip hwsender connrecvzone recvzone oneconnect_version authagent authrule algmod",
	Begins: []string{"EFW: ", "id=1", "id=2", "id=3", "id=4", "id=5", "id=6", "id=7", "id=8", "id=9", "id=0"},
	Parse:  parseClavister,
}

var clavisterKeys = NewKeys(`
metadata.event_code id
@src                connsrcip srcip ipaddr client_ip ip remote_peer_ip local_ip
@src.port           connsrcport srcport
@dst                conndestip destip server remote_ip
@dst.port           conndestport destport
@src.mac            hwsender
@dst.mac            hwdest
@src.iface          connrecvif recvif iface
@dst.iface          conndestif
src_endpoint.zone   connrecvzone recvzone
dst_endpoint.zone   conndestzone
@nat.src            newconnsrcip
@nat.src.port       newconnsrcport
@nat.dst            newconndestip
@nat.dst.port       newconndestport
@proto              connipproto ipproto
firewall_rule.name  rule authrule
@user               username user
@action             action
app_name            application
traffic.bytes_out   origsent
traffic.bytes_in    termsent
metadata.product.feature.name algmod
tunnel_interface.name ipsec_if
status_detail       reason cause statusmsg
file.name           filename
url.url_string      url
finding_info.title  signature virusname
@keep               event rev prio type severity protocol peer session_timeout idle_timeout uid device_id
@keep               initiator version state flags client_id local_id remote_id server_id
`)

func parseClavister(l *Line) bool {
	l.Structure()
	id, event := l.Get("id"), l.Get("event")
	if l.Form != KeyValue || event == "" || len(id) < 6 || len(id) > 9 || digits(id) != len(id) {
		return false
	}
	for i := range l.KV { // brackets around groups
		kv := &l.KV[i]
		kv.Val = strings.TrimRight(strings.TrimSpace(kv.Val), "[] ")
		if kv.Key == "message" {
			if j := strings.LastIndex(kv.Val, " ["); j > 0 && strings.IndexByte(kv.Val[j:], ']') < 0 {
				kv.Val = kv.Val[:j] // "message=User logged out [userauth"
			}
		}
		if kv.Key == "ipproto" {
			if _, ok := transport(kv.Val); !ok {
				l.keepKey(kv.Key, kv.Val) // of the frame: Ip4, Arp, Vlan
				kv.Val = ""
			}
		}
		if n := len(kv.Val); n > 2 && (strings.HasSuffix(kv.Val, " K") || strings.HasSuffix(kv.Val, " M")) && (kv.Key == "origsent" || kv.Key == "termsent") {
			l.keepKey(kv.Key, kv.Val) // rounded
			kv.Val = ""
		}
	}
	l.Apply(clavisterKeys)
	l.texts()
	e := l.E
	l.clavisterVerdict(event, l.Get("action"))
	switch category := clavisterCategory(id); {
	case category == "37" || strings.HasPrefix(event, "user_") || strings.HasPrefix(event, "sesmgr_") || strings.HasPrefix(event, "admin_") || strings.Contains(event, "oneconnect_session") && l.facts.user != "":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		for _, w := range [...]string{"logout", "timeout", "removed", "disconnected", "closed"} {
			if strings.Contains(event, w) {
				e.Activity = ocsf.Logoff
			}
		}
		switch {
		case strings.Contains(event, "fail"), strings.Contains(event, "bad_user"), strings.Contains(event, "denied"), strings.Contains(event, "rejected"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case strings.HasSuffix(event, "login"), strings.HasSuffix(event, "logout"), strings.HasSuffix(event, "created"):
			l.setOutcome(ocsf.Success, brandWeight)
		}
	case (category == "58" || category == "13") && e.Has(ocsf.FindingTitle): // anti-virus, intrusion detection
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case (category == "18" || strings.HasPrefix(event, "ike_") || strings.HasPrefix(event, "ipsec_")) && (e.Has(ocsf.SrcIP) || e.Has(ocsf.TunnelIf)):
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
		switch {
		case strings.Contains(event, "fail"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case strings.Contains(event, "negotiated"), strings.Contains(event, "created"), strings.Contains(event, "established"):
			e.Activity = 1
			l.setOutcome(ocsf.Success, brandWeight)
		}
	case e.Has(ocsf.SrcIP) || e.Has(ocsf.DstIP) || e.Has(ocsf.SrcMAC) || e.Has(ocsf.DstMAC):
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		switch {
		case l.facts.action == ocsf.Denied:
		case strings.HasSuffix(event, "_open"), strings.HasSuffix(event, "_open_natsat"), strings.HasSuffix(event, "_connected"):
			e.Activity = ocsf.NetOpen
		case strings.Contains(event, "conn_close"), strings.HasSuffix(event, "_closed"), strings.HasSuffix(event, "_disconnected"), strings.HasSuffix(event, "_end"):
			e.Activity = ocsf.NetClose
		}
	}
	return true
}

// clavisterCategory returns the category of an id: "37" of 3700102 and 03700102,
// "06" of 600012 and 00600012.
func clavisterCategory(id string) string {
	switch len(id) {
	case 6:
		return "0" + id[:1]
	case 7:
		return id[:2]
	}
	return id[1:3]
}

// clavisterVerdict reads actions that are no common words, and events that say
// what was done when there is no action.
func (l *Line) clavisterVerdict(event, action string) {
	switch {
	case strings.HasPrefix(action, "allow"):
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	case action == "close":
		l.setAction(ocsf.Denied, dispReset, brandWeight)
	case action == "" && (strings.HasSuffix(event, "_drop") || strings.HasSuffix(event, "_dropped")):
		l.setAction(ocsf.Denied, dispDropped, brandWeight)
	case action == "" && strings.HasPrefix(event, "conn_open"):
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
}
