package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// juniper reads Junos: SRX flows as structured data (RT_FLOW_SESSION_CREATE
// [junos@2636 source-address="…" …]) or as words, IDP and UTM, and what users do
// (UI_COMMIT, UI_LOGIN_EVENT …) (Juniper, System Log Explorer).
var juniper = &Parser{
	Name: "juniper", Vendor: "Juniper", Product: "Junos",
	Apps:   "RT_FLOW RT_IDP RT_UTM RT_IDS RT_SCREEN RT_AAMW mgd",
	Begins: []string{"RT_FLOW", "RT_IDP", "RT_UTM", "RT_IDS", "RT_SCREEN"},
	Parse:  parseJuniper,
}

var juniperKeys = NewKeys(`
@src                source-address
@dst                destination-address
@src.port           source-port
@dst.port           destination-port
@nat.src            nat-source-address
@nat.src.port       nat-source-port
@nat.dst            nat-destination-address
@nat.dst.port       nat-destination-port
@proto              protocol-id protocol-name
app_protocol_name   service-name
app_name            application nested-application
firewall_rule.name  policy-name rule-name
src_endpoint.zone   source-zone-name source-zone
dst_endpoint.zone   destination-zone-name destination-zone
@src.iface          packet-incoming-interface source-interface-name
@dst.iface          destination-interface-name
connection_info.uid session-id-32 session-id
traffic.bytes_out   bytes-from-client outbound-bytes
traffic.bytes_in    bytes-from-server inbound-bytes
traffic.packets_out packets-from-client outbound-packets
traffic.packets_in  packets-from-server inbound-packets
@user               username
status_detail       reason
finding_info.title  attack-name threat-name name
finding_info.uid    message-type-id
@severity           threat-severity
@action             action
url.hostname        obj-host
@url                url
url.categories      category
@keep               elapsed-time roles encrypted
`)

func parseJuniper(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	event := l.Head.MsgID
	if event == "" || !strings.Contains(event, "_") {
		v, rest, ok := strings.Cut(s, ": ")
		if ok && strings.HasPrefix(v, "RT_") && strings.HasPrefix(rest, "RT_") {
			v, rest, _ = strings.Cut(rest, ": ")
		}
		if !strings.Contains(v, "_") || strings.ContainsAny(v, " =") {
			return false
		}
		event, s = v, rest
	}
	if !upper(event[0]) || !(strings.HasPrefix(event, "RT_") || strings.HasPrefix(event, "UI_") || strings.HasPrefix(event, "IDP_") || strings.HasPrefix(event, "WEBFILTER") || strings.HasPrefix(event, "AV_") || strings.HasPrefix(event, "AAMW") || strings.HasPrefix(event, "APPTRACK")) {
		return false
	}
	e := l.E
	l.put(ocsf.EventCode, ocsf.Text(event), brandWeight)
	l.KV, l.Form = l.KV[:0], KeyValue
	if l.Head.SD != "" {
		l.readSD()
		l.Apply(juniperKeys)
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	if len(l.KV) == 0 {
		l.Form = Text
		if strings.HasPrefix(event, "RT_FLOW_SESSION") {
			l.juniperFlow(s)
		} else {
			l.scanText(s)
		}
	}
	quoted := func(label string) string {
		v, _, _ := strings.Cut(after(s, label+" '"), "'")
		return v
	}
	switch {
	case strings.HasPrefix(event, "RT_FLOW_SESSION") || strings.HasPrefix(event, "APPTRACK"):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
		l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
		switch {
		case strings.Contains(event, "DENY"):
			l.facts.actionWeight = 0
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
			e.Activity = ocsf.NetRefuse
		case strings.Contains(event, "CLOSE"):
			e.Activity = ocsf.NetClose
		}
	case strings.HasPrefix(event, "IDP_ATTACK"), strings.HasPrefix(event, "RT_SCREEN"), strings.HasPrefix(event, "RT_IDS"), strings.HasPrefix(event, "AV_"), strings.HasPrefix(event, "AAMW"):
		l.put(ocsf.FindingTitle, ocsf.Text(event), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case strings.HasPrefix(event, "WEBFILTER"):
		e.Class, e.Activity = ocsf.HTTPActivity, ocsf.Other
		if strings.Contains(event, "BLOCKED") {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		} else {
			l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
		}
	case strings.HasPrefix(event, "UI_LOGIN"), event == "UI_AUTH_EVENT", event == "UI_LOGOUT_EVENT":
		l.facts.userWeight[0] = 0
		l.mailAuth(firstOfTexts(quoted("User"), quoted("user")), ocsf.Success)
		if event == "UI_LOGOUT_EVENT" {
			e.Activity = ocsf.Logoff
		}
	case strings.HasPrefix(event, "UI_"):
		l.facts.userWeight[0] = 0
		l.applyUser(meaning{read: readUser, weight: brandWeight}, quoted("User"))
		l.put(ocsf.ProcessCmd, ocsf.Text(quoted("command")), brandWeight)
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
	return true
}

func firstOfTexts(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// juniperFlow reads "session created 192.0.2.1/5000->198.51.100.2/443 0x0 junos-https
// 203.0.113.9/5000->198.51.100.2/443 …".
func (l *Line) juniperFlow(s string) {
	n := 0
	for s != "" && n < 2 {
		var w string
		w, s, _ = strings.Cut(s, " ")
		a, b, ok := strings.Cut(w, "->")
		if !ok {
			continue
		}
		src, dst := [...]side{srcSide, natSrc}[n], [...]side{dstSide, natDst}[n]
		for _, end := range [...]struct {
			v  string
			to side
		}{{a, src}, {b, dst}} {
			ip, port, _ := strings.Cut(end.v, "/")
			l.Set(ends[end.to].ip, ip)
			l.Set(ends[end.to].port, port)
		}
		n++
	}
}
