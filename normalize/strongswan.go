package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// strongswan reads charon: "06[NET] <conn|83> received packet: from 192.0.2.1[4500]
// to 198.51.100.1[500]" (strongSwan, Logger configuration).
var strongswan = &Parser{
	Name: "strongswan", Vendor: "strongSwan", Product: "strongSwan",
	Apps:  "charon charon-systemd charon-nm ipsec_starter pluto",
	Parse: parseStrongSwan,
}

func parseStrongSwan(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if v, ok := strings.CutPrefix(s, `[meta sequenceId=`); ok {
		_, s, _ = strings.Cut(v, "] ")
	}
	if d := digits(s); d > 0 && d < 4 && d < len(s) && s[d] == '[' { // thread and subsystem
		sub, rest, ok := strings.Cut(s[d+1:], "] ")
		if !ok {
			return false
		}
		l.put(ocsf.ProductFeature, ocsf.Text(sub), brandWeight)
		s = rest
	}
	if strings.HasPrefix(s, "<") {
		c, rest, _ := strings.Cut(s[1:], "> ")
		name, id, _ := strings.Cut(c, "|")
		l.put(ocsf.TunnelIf, ocsf.Text(name), brandWeight)
		l.putText(ocsf.SessionUID, id, brandWeight)
		s = rest
	}
	e := l.E
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	quoted := func(after string) string {
		if _, v, ok := strings.Cut(s, after+"'"); ok {
			v, _, _ = strings.Cut(v, "'")
			return v
		}
		return ""
	}
	for i, n := 0, 0; i < len(s) && n < 2; { // address[port], twice
		j := strings.IndexByte(s[i:], '[')
		if j < 0 {
			break
		}
		k := i + j
		for k > i && s[k-1] != ' ' && s[k-1] != '=' {
			k--
		}
		d := digits(s[i+j+1:])
		if a, ok := addrOf(s[k : i+j]); ok && d > 0 && i+j+1+d < len(s) && s[i+j+1+d] == ']' {
			to := &ends[srcSide] // the peer, whichever way this packet went
			if strings.HasSuffix(s[:k], "to ") != strings.HasPrefix(s, "sending packet") {
				to = &ends[dstSide]
			}
			l.put(to.ip, ocsf.Addr(a), brandWeight)
			l.putText(to.port, s[i+j+1:i+j+1+d], brandWeight)
			n++
		}
		i += j + 1
	}
	l.scanText(s)
	switch {
	case strings.Contains(s, "authentication of '"):
		outcome := int8(ocsf.Success)
		if strings.Contains(s, "failed") {
			outcome = ocsf.Failure
		}
		l.facts.userWeight[0] = 0
		l.mailAuth(quoted("authentication of "), outcome)
	case strings.Contains(s, "EAP method ") && strings.Contains(s, "for peer "), strings.Contains(s, "verification failed"):
		outcome := int8(ocsf.Success)
		if strings.Contains(s, "failed") {
			outcome = ocsf.Failure
		}
		l.facts.userWeight[0] = 0
		l.mailAuth(firstWord(strings.TrimSpace(after(s, "for peer "))), outcome)
	case strings.HasPrefix(s, "assigning virtual IP "), strings.HasPrefix(s, "lease ") && strings.Contains(s, " went offline"): // charon's own pool
		name := quotedAfter(s, "peer '")
		if name == "" {
			name = quotedAfter(s, "by '")
		}
		l.facts.userWeight[0], l.facts.actor = 0, ""
		l.applyUser(brandUser, name)
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case strings.Contains(s, "IKE_SA ") && strings.Contains(s, "..."):
		l.ikePeer(s)
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case strings.Contains(s, " established between "), strings.Contains(s, "CHILD_SA ") && strings.Contains(s, " established"):
		e.Class, e.Activity = ocsf.TunnelActivity, 1
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.HasPrefix(s, "deleting "), strings.HasPrefix(s, "closing "):
		e.Class, e.Activity = ocsf.TunnelActivity, 2
	case strings.Contains(s, "rekey"):
		e.Class, e.Activity = ocsf.TunnelActivity, 3
	case e.Has(ocsf.SrcIP) && e.Has(ocsf.DstIP):
		// What goes between two IKE daemons sets tunnels up or keeps them.
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
		l.put(ocsf.Protocol, ocsf.Text("udp"), weakWeight)
	}
	return true
}

// ikePeer reads "IKE_SA ra[4] established between 203.0.113.1[gw.example.com]...198.51.100.7[anna]":
// this end first, then the peer, each with its identity.
func (l *Line) ikePeer(s string) {
	near, far, _ := strings.Cut(after(s, " between "), "...")
	local, _, _ := strings.Cut(near, "[")
	remote, id, _ := strings.Cut(far, "[")
	if a, ok := addrOf(remote); ok {
		l.E.Set(ocsf.SrcIP, ocsf.Addr(a))
	}
	if a, ok := addrOf(local); ok {
		l.E.Set(ocsf.DstIP, ocsf.Addr(a))
	}
	id, _, _ = strings.Cut(id, "]")
	if _, isAddr := addrOf(id); !isAddr && !strings.Contains(id, ".") || strings.Contains(id, "@") {
		l.applyUser(brandUser, id)
	}
	if strings.Contains(s, " established ") {
		l.setOutcome(ocsf.Success, brandWeight)
	}
}
