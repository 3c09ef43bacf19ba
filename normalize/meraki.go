package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// meraki reads Cisco Meraki's MX, MS and MR: "urls src=… request: GET …", "flows
// allow src=…", "firewall deny src=…", "ip_flow_start …", "ids-alerts signature=…",
// "security_event ids_alerted …", "events type=…" (Meraki, Syslog Event Types and
// Log Samples).
var meraki = &Parser{
	Name: "meraki", Vendor: "Cisco", Product: "Meraki",
	Begins: []string{"urls src=", "flows ", "firewall ", "vpn_firewall ", "cellular_firewall ", "bridge_anyconnect_client_vpn_firewall ", "ip_flow_start ", "ip_flow_end ",
		"ids-alerts ", "security_event ", "security_filtering_", "events ", "airmarshal_events ", "l7_firewall "},
	Parse: parseMeraki,
}

var merakiKeys = NewKeys(`
@src                 peer_ip remote_ip
@src.port            sport
@dst.port            dport
@proto               protocol
@nat.src             translated_src_ip
@nat.src.port        translated_port
@nat.dst             translated_dst_ip
@src.mac             mac client_mac dhost
@user                identity user_id
finding_info.uid     signature
finding_info.desc    message
@url                 url uri
@hash                sha256
@file                name
@action              action disposition decision
src_endpoint.vlan_uid vlan
src_endpoint.uid     vap radio
@keep                pattern priority timestamp direction type channel aid
`)

func parseMeraki(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	kind, rest, ok := strings.Cut(s, " ")
	if !ok {
		return false
	}
	eventText := kind == "events" || kind == "airmarshal_events"
	if !eventText && !strings.Contains(rest, "src=") && !strings.Contains(rest, "signature=") && !strings.Contains(rest, "url=") {
		return false
	}
	if eventText && !(l.Head.Stamp != "" && l.Head.at.isEpoch) && !strings.HasPrefix(rest, "type=") {
		return false
	}
	e := l.E
	l.put(ocsf.LogName, ocsf.Text(kind), brandWeight)
	verdict, more, _ := strings.Cut(rest, " ")
	if strings.IndexByte(verdict, '=') > 0 {
		verdict = ""
	} else if !eventText {
		rest = more
	}
	l.Form, l.KV = KeyValue, l.KV[:0]
	for k, v := range mailPairs(rest) {
		v = strings.Trim(v, "'")
		l.add(k, v)
		switch k {
		case "src", "dst", "server":
			to := srcSide
			if k != "src" {
				to = dstSide
			}
			l.merakiEnd(to, v)
		}
	}
	l.Apply(merakiKeys)
	l.applyAction(verdict, weakWeight)
	switch {
	case kind == "urls":
		if m, u, ok := strings.Cut(after(rest, "request: "), " "); ok {
			if methods[m] {
				l.Set(ocsf.HTTPMethod, m)
			}
			l.applyURL(strings.TrimSpace(u), brandWeight)
		}
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case strings.HasPrefix(kind, "ids-"), kind == "security_event", strings.HasPrefix(kind, "security_filtering"):
		_, t, _ := strings.Cut(rest, "message: ")
		l.put(ocsf.FindingTitle, ocsf.Text(strings.TrimSpace(t)), brandWeight)
		l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(l.Get("message"), firstOfTexts(verdict, kind))), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case eventText:
		l.merakiEvent(rest)
	default:
		if pattern := after(rest, "pattern: "); pattern != "" {
			l.put(ocsf.RuleDesc, ocsf.Text(pattern), brandWeight)
			if strings.HasPrefix(pattern, "0 ") || strings.HasPrefix(pattern, "deny") {
				l.setAction(ocsf.Denied, dispBlocked, weakWeight)
			} else {
				l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
			}
		}
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		switch kind {
		case "ip_flow_start":
			e.Activity = ocsf.NetOpen
		case "ip_flow_end":
			e.Activity = ocsf.NetClose
		}
	}
	return true
}

// merakiEnd reads address:port; an IPv6 address has no brackets here.
func (l *Line) merakiEnd(to side, v string) {
	if a, port, n := scanAddrPort(v, false); n == len(v) && n > 0 {
		l.put(ends[to].ip, ocsf.Addr(a), brandWeight)
		if port >= 0 {
			l.put(ends[to].port, ocsf.Int(int64(port)), brandWeight)
		}
		return
	}
	if i := strings.LastIndexByte(v, ':'); i > 0 {
		if a, ok := addrOf(v[:i]); ok {
			l.put(ends[to].ip, ocsf.Addr(a), brandWeight)
			l.putText(ends[to].port, v[i+1:], brandWeight)
		}
	}
}

// merakiEvent reads what is no flow: leases, VPN, 802.1X, content filtering.
func (l *Line) merakiEvent(s string) {
	e := l.E
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	typ := firstOfTexts(l.Get("type"), firstWord(s))
	l.put(ocsf.EventCode, ocsf.Text(typ), brandWeight)
	switch {
	case strings.HasPrefix(s, "dhcp "):
		if v := after(s, "client mac "); v != "" {
			l.putText(ocsf.SrcMAC, firstWord(v), brandWeight)
		} else if v := after(s, "for mac "); v != "" {
			l.putText(ocsf.SrcMAC, firstWord(v), brandWeight)
		}
		if v := after(s, "lease of ip "); v != "" {
			l.Set(ocsf.SrcIP, firstWord(v))
		}
		if v := after(s, "mx mac "); v != "" {
			l.putText(ocsf.DstMAC, firstWord(v), brandWeight)
		} else if v := after(s, "server mac "); v != "" {
			l.putText(ocsf.DstMAC, firstWord(v), brandWeight)
		}
		if v := after(s, "from router "); v != "" {
			l.Set(ocsf.DstIP, firstWord(v))
		}
		e.Class, e.Activity = ocsf.DHCPActivity, 5
		if strings.Contains(s, "no offers") {
			l.setOutcome(ocsf.Failure, brandWeight)
			e.Activity = 1
		}
	case strings.Contains(typ, "vpn_connect") || strings.Contains(typ, "client_vpn") || strings.Contains(typ, "vpn_disconnect"):
		if u, _, ok := strings.Cut(after(s, "user id '"), "'"); ok {
			l.applyUser(meaning{read: readUser, weight: brandWeight}, u)
		}
		if v := after(s, "local ip "); v != "" {
			l.Set(ocsf.SrcNatIP, firstWord(v))
		}
		if v := after(s, "connected from "); v != "" {
			l.Set(ocsf.SrcIP, firstWord(v))
		}
		for _, p := range [...]struct {
			label string
			field ocsf.Field
		}{{"Server IP=", ocsf.DstIP}, {"Server port=", ocsf.DstPort}, {"Peer IP=", ocsf.SrcIP}, {"Peer port=", ocsf.SrcPort}} {
			if v := after(s, p.label); v != "" {
				l.facts.weight[p.field] = 0
				l.Set(p.field, firstWord(v))
			}
		}
		e.Class, e.Activity = ocsf.TunnelActivity, 1
		if strings.Contains(s, "disconnect") || strings.Contains(s, "closed") {
			e.Activity = 2
		}
	case strings.HasPrefix(typ, "content_filtering_block"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		e.Class, e.Activity = ocsf.HTTPActivity, ocsf.Other
	case strings.HasPrefix(typ, "8021x"), strings.HasPrefix(typ, "wpa_"):
		if l.facts.user != "" {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		}
		switch {
		case strings.Contains(typ, "fail"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case strings.Contains(typ, "deauth"):
			e.Activity = ocsf.Logoff
		default:
			l.setOutcome(ocsf.Success, brandWeight)
		}
	default:
		l.scanText(s)
	}
}
