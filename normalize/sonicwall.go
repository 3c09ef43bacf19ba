package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// sonicWall reads SonicOS: "id=firewall sn=18B1… time="2026-03-02 08:00:00" fw=192.0.2.1
// pri=6 c=262144 m=98 msg="Connection Opened" src=192.0.2.5:5000:X0 dst=…" (SonicOS
// Log Events Reference Guide): ends are address:port:interface:host.
var sonicWall = &Parser{
	Name: "sonicwall", Vendor: "SonicWall", Product: "SonicOS",
	Keys:   "fw_action",
	Begins: []string{"id=firewall", "id=sslvpn", "id=sonic"},
	Parse:  keyed(sonicWallKeys, "m", settleSonicWall),
}

var sonicWallKeys = NewKeys(`
@time               time
@device             fw
device.uid          sn
metadata.event_code m
@message            msg
@user               usr user susr
@proto              proto
traffic.bytes_out   sent
traffic.bytes_in    rcvd
traffic.packets_out spkt
traffic.packets_in  rpkt
firewall_rule.name  rule
@action             fw_action
url.hostname        dstname
@url                arg
http_request.http_method op
@status             result
url.categories      Category
app_name            appName
@src.mac            srcMac
@dst.mac            dstMac
@nat.src            natSrc
@nat.dst            natDst
@keep               id pri c n src dst sid sess note code uuid vpnpolicy type
`)

func settleSonicWall(l *Line) {
	e := l.E
	for _, end := range [...]struct {
		key string
		to  side
	}{{"src", srcSide}, {"dst", dstSide}} {
		v := l.Get(end.key)
		f := &ends[end.to]
		for i := 0; v != "" && i < 4; i++ { // address:port:interface:host
			var one string
			one, v, _ = strings.Cut(v, ":")
			switch i {
			case 0:
				l.Set(f.ip, one)
			case 1:
				if one != "0" {
					l.Set(f.port, one)
				}
			case 2:
				l.Set(f.iface, one)
			case 3:
				l.putText(f.host, one, brandWeight)
			}
		}
	}
	if n := l.Get("pri"); len(n) == 1 && n[0]-'0' < 8 {
		e.Severity, l.facts.severityWeight = syslogSeverity[n[0]-'0'], brandWeight
	}
	msg := l.Get("msg")
	lowered := hintsOf(msg)
	switch {
	case strings.Contains(msg, "login") || strings.Contains(msg, "Login") || strings.Contains(msg, "logged"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		switch {
		case strings.Contains(msg, "denied"), strings.Contains(msg, "fail"), strings.Contains(msg, "incorrect"):
			l.setOutcome(ocsf.Failure, brandWeight)
		case strings.Contains(msg, "out"):
			e.Activity = ocsf.Logoff
		default:
			l.setOutcome(ocsf.Success, brandWeight)
		}
	case strings.HasPrefix(msg, "NetExtender "), strings.HasPrefix(msg, "SSL VPN Tunnel"), strings.Contains(msg, "Connect Tunnel"):
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case lowered&hintFinding != 0 && l.Get("sid") != "" || strings.Contains(msg, "IPS ") || strings.Contains(msg, "Gateway Anti-Virus"):
		l.put(ocsf.FindingTitle, ocsf.Text(msg), brandWeight)
		l.put(ocsf.FindingUID, ocsf.Text(l.Get("sid")), brandWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case e.Has(ocsf.HTTPMethod) && e.Has(ocsf.URLHostname):
		e.Class, e.Activity = ocsf.HTTPActivity, ocsf.Other
	case e.Has(ocsf.SrcIP) && e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		switch {
		case strings.Contains(msg, "Opened"):
			e.Activity = ocsf.NetOpen
		case strings.Contains(msg, "Closed"):
			e.Activity = ocsf.NetClose
		case strings.Contains(msg, "dropped"), strings.Contains(msg, "denied"):
			l.setAction(ocsf.Denied, dispDropped, weakWeight)
			e.Activity = ocsf.NetRefuse
		}
	}
}
