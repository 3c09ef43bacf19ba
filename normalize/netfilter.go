package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// netfilter reads what the LOG target of iptables and nftables writes, alone or
// in the logs of devices that are built on it (UFW, UniFi, firewalld): a prefix
// of the administrator's, then IN= OUT= MAC= SRC= DST= … (netfilter, nf_log_ipv4.c).
var netfilter = &Parser{
	Name: "netfilter", Vendor: "Linux", Product: "netfilter",
	Keys:  "PROTO",
	Parse: parseNetfilter,
}

func parseNetfilter(l *Line) bool {
	if l.Form != KeyValue {
		return false
	}
	var src, dst bool
	for i := range l.KV {
		switch l.KV[i].Key {
		case "SRC":
			src = true
		case "DST":
			dst = true
		}
	}
	if !src || !dst {
		return false
	}
	e := l.E
	prefix := ""
	length := 0
	for i := range l.KV {
		k, v := l.KV[i].Key, l.KV[i].Val
		switch k {
		case "":
			if prefix == "" && i < 3 {
				prefix = v
			}
		case "IN":
			l.Set(ocsf.SrcInterface, firstWord(v))
		case "OUT":
			l.Set(ocsf.DstInterface, firstWord(v))
		case "MAC": // destination, source, type
			if len(v) >= 35 {
				l.Set(ocsf.DstMAC, v[:17])
				l.Set(ocsf.SrcMAC, v[18:35])
			}
		case "SRC":
			l.Set(ocsf.SrcIP, v)
		case "DST":
			l.Set(ocsf.DstIP, v)
		case "PROTO":
			l.applyProto(v, brandWeight)
		case "SPT":
			l.Set(ocsf.SrcPort, v)
		case "DPT":
			l.Set(ocsf.DstPort, v)
		case "LEN":
			length++
			if length == 1 {
				l.Set(ocsf.BytesOut, v)
			}
		case "DESCR":
			l.Set(ocsf.RuleDesc, v)
			prefix += " " + v
		case "TTL", "TOS", "ID", "WINDOW":
			e.SetUnmapped(ocsf.Intern(k), ocsf.Text(firstWord(v)))
		}
	}
	l.netfilterPrefix(prefix)
	e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	return true
}

// netfilterPrefix reads the words before: "[1234.5] FW-DROP", "[UFW BLOCK]".
func (l *Line) netfilterPrefix(s string) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") { // the kernel's clock
		if i := strings.IndexByte(s, ']'); i > 0 && strings.Trim(s[1:i], " .0123456789") == "" {
			s = strings.TrimSpace(s[i+1:])
		}
	}
	if s == "" {
		return
	}
	l.put(ocsf.RuleName, ocsf.Text(strings.Trim(s, "[] :")), brandWeight)
	var b [24]byte
	for i := 0; i < len(s); {
		for i < len(s) && !letter(s[i]) {
			i++
		}
		j := i
		for j < len(s) && letter(s[j]) {
			j++
		}
		if w := foldWord(&b, s[i:j]); len(w) > 0 {
			if v, ok := verdictWords[string(w)]; ok && v.action != 0 && v.action != ocsf.Observed {
				l.setAction(v.action, v.disposition, brandWeight)
			}
		}
		i = j
	}
}

func firstWord(s string) string {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i]
	}
	return s
}
