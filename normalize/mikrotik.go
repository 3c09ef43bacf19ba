package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// mikrotik reads RouterOS: topics with commas, then words (MikroTik, Log):
//
//	firewall,info drop forward: in:ether1 out:bridge, src-mac 00:00:5e:00:53:af, proto TCP (SYN), 192.0.2.1:5000->198.51.100.2:80, len 60
//	system,error,critical login failure for user root from 203.0.113.1 via ssh
var mikrotik = &Parser{
	Name: "mikrotik", Vendor: "MikroTik", Product: "RouterOS",
	Begins: []string{"firewall,", "system,", "dhcp,", "wireless,", "ipsec,", "l2tp,", "pptp,", "ovpn,", "hotspot,", "interface,", "web-proxy,", "account,", "script,"},
	Parse:  parseMikroTik,
}

func parseMikroTik(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	topics, msg, ok := strings.Cut(s, " ")
	if !ok || strings.IndexByte(topics, ',') < 0 {
		return false
	}
	e := l.E
	l.put(ocsf.LogName, ocsf.Text(topics), brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	l.applySeverity(topics[strings.LastIndexByte(topics, ',')+1:], weakWeight)
	l.Form, l.KV = Text, l.KV[:0]
	if strings.HasPrefix(topics, "firewall") {
		l.mikrotikFirewall(msg)
		return true
	}
	if !strings.HasPrefix(topics, "system") {
		l.scanText(msg)
	}
	switch {
	case strings.HasPrefix(msg, "login failure for user "), strings.HasPrefix(msg, "user ") && strings.Contains(msg, " logged "):
		u := strings.TrimPrefix(strings.TrimPrefix(msg, "login failure for "), "user ")
		l.facts.userWeight[0] = 0
		outcome := int8(ocsf.Success)
		if msg[0] == 'l' {
			outcome = ocsf.Failure
		}
		l.mailAuth(firstWord(u), outcome)
		if v := after(msg, " from "); v != "" {
			l.Set(ocsf.SrcIP, firstWord(v))
		}
		l.putText(ocsf.ServiceName, firstWord(after(msg, " via ")), brandWeight)
		if strings.Contains(msg, "logged out") {
			e.Activity = ocsf.Logoff
		}
	case strings.Contains(msg, " changed by ") || strings.Contains(msg, " added by ") || strings.Contains(msg, " removed by "):
		u := after(msg, " by ")
		l.facts.userWeight[0] = 0
		l.applyUser(meaning{read: readUser, weight: brandWeight}, firstWord(u))
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case strings.HasPrefix(topics, "dhcp"):
		if e.Has(ocsf.SrcIP) || e.Has(ocsf.SrcMAC) {
			e.Class, e.Activity = ocsf.DHCPActivity, 5
			if strings.Contains(msg, "deassigned") {
				e.Activity = 7
			}
		}
	}
	return true
}

// mikrotikFirewall reads "prefix chain: in:ether1 out:ether2, …, proto TCP (SYN),
// 192.0.2.1:5000->198.51.100.2:80, NAT …, len 60".
func (l *Line) mikrotikFirewall(s string) {
	e := l.E
	head, rest, _ := strings.Cut(s, ": ")
	if i := strings.LastIndexByte(head, ' '); i >= 0 {
		l.put(ocsf.RuleName, ocsf.Text(head[:i]), brandWeight)
		l.applyAction(head[:i], weakWeight)
		head = head[i+1:]
	}
	l.keepKey("chain", head)
	for n := 0; rest != "" && n < 24; n++ {
		var one string
		one, rest, _ = strings.Cut(rest, ", ")
		one = strings.TrimSpace(one)
		if in, ok := strings.CutPrefix(one, "in:"); ok {
			i, out, _ := strings.Cut(in, " out:")
			if i != "(unknown" && i != "(unknown 0)" {
				l.Set(ocsf.SrcInterface, i)
			}
			if !strings.HasPrefix(out, "(") {
				l.Set(ocsf.DstInterface, firstWord(out))
			}
		}
		if v := after(one, "src-mac "); v != "" {
			l.putText(ocsf.SrcMAC, firstWord(v), brandWeight)
		}
		if v, ok := strings.CutPrefix(one, "proto "); ok {
			l.applyProto(firstWord(v), brandWeight)
		}
		if v, ok := strings.CutPrefix(one, "len "); ok {
			l.Set(ocsf.BytesOut, v)
		}
		if a, b, ok := strings.Cut(one, "->"); ok && !strings.HasPrefix(one, "NAT") {
			l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, a[strings.LastIndexByte(a, ' ')+1:])
			l.applyAddr(meaning{read: readAddr, side: dstSide, weight: brandWeight}, b)
		}
	}
	e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
}
