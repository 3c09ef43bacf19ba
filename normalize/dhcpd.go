package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// dhcpd reads ISC's DHCP server and those built on it (Infoblox, EfficientIP):
// "DHCPACK on 192.0.2.10 to 00:00:5e:00:53:af (ws7) via eth0" (dhcpd(8)); and Kea:
// "DHCP4_LEASE_ALLOC [hwtype=1 00:00:5e:00:53:af], cid=[…], tid=0x1: lease
// 192.0.2.10 has been allocated for 3600 seconds" (Kea Messages Manual).
var dhcpd = &Parser{
	Name: "dhcpd", Vendor: "ISC", Product: "DHCP",
	Apps: "dhcpd dhcpd6 kea-dhcp4 kea-dhcp6 dhclient",
	Begins: []string{"DHCPDISCOVER ", "DHCPOFFER ", "DHCPREQUEST ", "DHCPACK ", "DHCPNAK ", "DHCPRELEASE ", "DHCPDECLINE ", "DHCPINFORM ", "DHCPEXPIRE ", "DHCP4_", "DHCP6_", "DHCP4o6 ",
		"Sending Reply to ", "Sending Advertise to ", "Solicit message from ", "Request message from ", "Renew message from ", "Reply NA: ", "Advertise NA: ", "Picking pool address ", "BOOTREQUEST from ", "BOOTREPLY ", "[kea-dhcp", "INFO  [kea-dhcp", "WARN  [kea-dhcp", "ERROR [kea-dhcp", "DEBUG [kea-dhcp"},
	Parse: parseDHCPD,
}

// dhcpActivities are the kinds of messages (RFC 2132, section 9.6) as OCSF counts them.
var dhcpActivities = [...]struct {
	word     string
	activity uint8
}{{"DISCOVER", 1}, {"OFFER", 2}, {"REQUEST", 3}, {"DECLINE", 4}, {"ACK", 5}, {"NAK", 6}, {"RELEASE", 7}, {"INFORM", 8}, {"EXPIRE", 9},
	{"Solicit", 1}, {"Advertise", 2}, {"Request message", 3}, {"Renew", 3}, {"Reply", 5}, {"LEASE_ALLOC", 5}, {"LEASE_ADVERT", 2}, {"LEASE_REUSE", 5}, {"RENEW", 5}}

func parseDHCPD(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if i := strings.Index(s, "DHCP4_"); i > 0 && i < 90 {
		s = s[i:]
	} else if i := strings.Index(s, "DHCP6_"); i > 0 && i < 90 {
		s = s[i:]
	}
	activity := uint8(0)
	kea := strings.Contains(s[:min(len(s), 40)], "[kea-dhcp")
	for i := range dhcpActivities {
		if strings.Contains(s[:min(len(s), 32)], dhcpActivities[i].word) {
			activity = dhcpActivities[i].activity
			break
		}
	}
	if activity == 0 && l.Head.App == "" && !kea && !strings.HasPrefix(s, "BOOT") && !strings.HasPrefix(s, "DHCP4o6") {
		return false
	}
	e := l.E
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.Form, l.KV = Text, l.KV[:0]
	if strings.HasPrefix(s, "DHCP4_") || strings.HasPrefix(s, "DHCP6_") {
		l.put(ocsf.ProductName, ocsf.Text("Kea"), brandWeight)
		code, _, _ := strings.Cut(s, " ")
		l.put(ocsf.EventCode, ocsf.Text(code), brandWeight)
		if v := after(s, "tid="); v != "" {
			l.put(ocsf.TransactionUID, ocsf.Text(strings.TrimRight(v[:min(len(v), max(0, strings.IndexByte(v, ':')))], ":")), brandWeight)
		}
		if v := after(s, "lease "); v != "" {
			l.Set(ocsf.SrcIP, firstWord(v))
		}
		if v := after(s, "allocated for "); v != "" {
			l.Set(ocsf.LeaseSeconds, v[:digits(v)])
		}
	}
	for i, prev, n := 0, "", 0; i < len(s) && n < 40; n++ { // words
		i = skipSpaces(s, i)
		j := i
		for j < len(s) && s[j] != ' ' && s[j] != ',' && s[j] != '(' && s[j] != ')' && s[j] != '[' && s[j] != ']' {
			j++
		}
		w := strings.TrimRight(s[i:j], ":;.")
		switch {
		case w == "":
		case len(w) == 17 && macAddress(w):
			l.putText(ocsf.SrcMAC, w, brandWeight)
			if j+2 < len(s) && s[j] == ' ' && s[j+1] == '(' { // (name)
				if k := strings.IndexByte(s[j+2:], ')'); k > 0 && hostName(s[j+2:j+2+k], false) {
					l.putText(ocsf.SrcHostname, s[j+2:j+2+k], brandWeight)
				}
			}
		case prev == "via" || prev == "relay":
			if a, ok := addrOf(w); ok {
				l.put(ocsf.RelayIP, ocsf.Addr(a), brandWeight)
			} else {
				l.put(ocsf.SrcInterface, ocsf.Text(w), brandWeight)
			}
		case prev == "lease-duration":
			l.Set(ocsf.LeaseSeconds, w)
		case prev == "TransID":
			l.put(ocsf.TransactionUID, ocsf.Text(w), brandWeight)
		default:
			if a, ok := addrOf(w); ok {
				switch {
				case i > 0 && s[i-1] == '(':
					l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight) // the server that was asked for
				default:
					l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
				}
			} else if prev == "to" && j+1 < len(s) && s[j] == ' ' && s[j+1] == '(' && hostName(w, false) {
				l.putText(ocsf.SrcHostname, w, brandWeight)
			}
		}
		prev = w
		i = j + 1
	}
	if strings.Contains(s, "no free leases") || strings.Contains(s, "unknown lease") || strings.Contains(s, "wrong network") || activity == 6 {
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	if e.Has(ocsf.SrcMAC) || e.Has(ocsf.SrcIP) {
		if activity == 0 {
			activity = ocsf.Other
		}
		e.Class, e.Activity = ocsf.DHCPActivity, activity
	}
	return true
}
