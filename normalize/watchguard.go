package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// watchguard reads Fireware: msg_id="3000-0148" and then the disposition, the
// interfaces, length, protocol, ends and ports in columns with spaces (WatchGuard,
// Fireware Log Catalog).
var watchguard = &Parser{
	Name: "watchguard", Vendor: "WatchGuard", Product: "Fireware",
	Begins: []string{"msg_id=\""},
	Next:   ` -._:([`,
	Shape:  func(s string) bool { return strings.Contains(s[:min(len(s), 96)], "msg_id=\"") },
	Parse:  parseWatchGuard,
}

func parseWatchGuard(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	id, rest, ok := strings.Cut(after(s, `msg_id="`), `" `)
	if !ok || strings.IndexByte(id, '-') < 0 {
		return false
	}
	e := l.E
	l.put(ocsf.EventCode, ocsf.Text(id), brandWeight)
	l.put(ocsf.Message, ocsf.Text(rest), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	verdict := firstWord(rest)
	if verdict != "Allow" && verdict != "Deny" && verdict != "ProxyAllow:" && verdict != "ProxyDeny:" && verdict != "ProxyDrop:" && verdict != "ProxyStrip:" {
		l.scanText(rest)
		switch {
		case strings.Contains(rest, "logged in"), strings.Contains(rest, "logged out"), strings.Contains(rest, "Authentication of"), strings.Contains(rest, "login"):
			if inside, ok := insideAddr(rest[:min(len(rest), 512)]); ok {
				l.tunnelInside(rest[:min(len(rest), 512)], inside)
				e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
			} else if l.facts.user != "" {
				e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			}
		}
		return true
	}
	l.applyAction(strings.TrimSuffix(strings.TrimPrefix(verdict, "Proxy"), ":"), brandWeight)
	cols := 0 // of what stands behind the verdict
	ends4 := 0
	for w := range strings.FieldsSeq(rest[len(verdict):min(len(rest), 600)]) {
		if a, ok := addrOf(w); ok && ends4 < 2 {
			to := srcSide
			if ends4 == 1 {
				to = dstSide
			}
			l.put(ends[to].ip, ocsf.Addr(a), brandWeight)
			ends4++
			cols = 0
			continue
		}
		switch {
		case ends4 == 0 && cols == 0:
			l.Set(ocsf.SrcInterface, w)
		case ends4 == 0 && cols == 1:
			l.Set(ocsf.DstInterface, w)
		case ends4 == 0:
			if p, ok := transport(w); ok {
				l.put(ocsf.Protocol, ocsf.Text(p), brandWeight)
			}
		case ends4 == 2 && cols == 0 && digits(w) == len(w):
			l.Set(ocsf.SrcPort, w)
		case ends4 == 2 && cols == 1 && digits(w) == len(w):
			l.Set(ocsf.DstPort, w)
		}
		cols++
	}
	if i := strings.LastIndexByte(rest, '('); i > 0 && strings.HasSuffix(rest, ")") {
		l.put(ocsf.RuleName, ocsf.Text(rest[i+1:len(rest)-1]), brandWeight)
	}
	for k, v := range mailPairs(rest) {
		switch k {
		case "src_user":
			l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
		case "src_mac":
			l.putText(ocsf.SrcMAC, v, brandWeight)
		case "sent_bytes":
			l.Set(ocsf.BytesOut, v)
		case "rcvd_bytes":
			l.Set(ocsf.BytesIn, v)
		case "dstname":
			l.putText(ocsf.URLHostname, v, brandWeight)
		case "arg":
			l.applyURL(v, brandWeight)
		case "op":
			l.Set(ocsf.HTTPMethod, v)
		case "app_name":
			l.put(ocsf.AppName, ocsf.Text(v), brandWeight)
		case "signature_name", "virus":
			l.put(ocsf.FindingTitle, ocsf.Text(v), brandWeight)
		case "signature_id":
			l.put(ocsf.FindingUID, ocsf.Text(v), brandWeight)
		}
	}
	e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	if e.Has(ocsf.FindingTitle) {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	} else if e.Has(ocsf.HTTPMethod) {
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	}
	return true
}
