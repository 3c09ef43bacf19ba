package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// stormshieldSNS reads the network security appliances: id=firewall, time, fw and
// pairs, the kind in logtype (Stormshield, SNS Audit logs, versions 3 to 5).
var stormshieldSNS = &Parser{
	Name: "stormshieldsns", Vendor: "Stormshield", Product: "SNS",
	Keys:  "startime logtype slotlevel",
	Parse: keyed(stormshieldSNSKeys, "fw", settleStormshieldSNS),
}

var stormshieldSNSKeys = NewKeys(`
@date                time
@zone                tz
start_time           startime_
device.uid           fw
@src                 src address remote
@dst                 dst
@src.port            srcport
@dst.port            dstport
@src.host            srcname
@dst.host            dstname
@src.mac             srcmac
@dst.mac             dstmac
@nat.src             modsrc
@nat.src.port        modsrcport
@nat.dst             origdst
@nat.dst.port        origdstport
@src.iface           srcifname srcif
@dst.iface           dstifname dstif
src_endpoint.location.country srcgeo
dst_endpoint.location.country dstgeo
@proto               ipproto
app_protocol_name    proto
app_name             serverappid clientappid
@user                user
user.domain          domain
@action              action
firewall_rule.name   rulename
firewall_rule.uid    ruleid
traffic.bytes_out    sent
traffic.bytes_in     rcvd
finding_info.uid     alarmid vulnid
finding_info.types   classification
@message             msg
http_request.http_method op_
url.hostname         host_
url.categories       cat_site
@file                filename
@hash                hash
finding_info.title   virus_
@mail.from           mailfrom_
@mail.to             dsttarget_
session.uid          sessionid
auth_protocol        method
status_detail        error_msg
@keep                id startime pri confid slotlevel ipv srcportname dstportname srcifpart logtype rule class version duration error phase side cookie_i cookie_r localnet remotenet
`)

func settleStormshieldSNS(l *Line) {
	e := l.E
	if d := digits(l.Get("pri")); d == 1 { // 0 emergency to 7 debug, as in syslog
		e.Severity, l.facts.severityWeight = syslogSeverity[l.Get("pri")[0]&7], brandWeight
		e.Set(ocsf.LogLevel, ocsf.Text(syslogLevel[l.Get("pri")[0]&7]))
	}
	kind := l.Get("logtype")
	if kind == "" && l.Get("alarmid") != "" {
		kind = "alarm"
	}
	l.put(ocsf.LogName, ocsf.Text(kind), brandWeight)
	l.snsUnnatted()
	switch kind {
	case "alarm", "sandboxing", "pvm":
		l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(l.Get("msg"), kind)), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case "auth":
		l.snsError()
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if m := strings.ToLower(l.Get("msg")); strings.Contains(m, "logout") || strings.Contains(m, "logged out") {
			e.Activity = ocsf.Logoff
		}
	case "vpn", "xvpn":
		l.snsError()
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case "server":
		l.snsError()
		l.put(ocsf.ProcessCmd, ocsf.Text(l.Get("msg")), brandWeight)
		e.Delete(ocsf.RuleName) // "CONFIG FILTER UPDATE" names none
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if m := strings.ToLower(l.Get("msg")); strings.Contains(m, "login") || strings.HasPrefix(m, "auth") || strings.Contains(m, "logged") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			if strings.Contains(m, "logged out") {
				e.Activity = ocsf.Logoff
			}
		}
	case "web":
		l.snsWeb()
	case "smtp", "pop3":
		e.Class, e.Activity = ocsf.EmailActivity, 1
	case "ftp":
		e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
	case "system", "monitor", "filterstat", "count", "authstat", "routerstat", "date", "router":
		l.health()
	default: // connection, filter, plugin, ssl
		if l.Get("op") != "" && (l.Get("proto") == "http" || l.Get("proto") == "https") {
			l.snsWeb()
			return
		}
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	}
}

// snsUnnatted takes away what says that nothing was translated.
func (l *Line) snsUnnatted() {
	if l.Get("modsrc") == l.Get("src") {
		l.E.Delete(ocsf.SrcNatIP)
		l.E.Delete(ocsf.SrcNatPort)
	}
	if l.Get("origdst") == l.Get("dst") {
		l.E.Delete(ocsf.DstNatIP)
		l.E.Delete(ocsf.DstNatPort)
	}
}

// snsError reads error=0 and the words for others.
func (l *Line) snsError() {
	switch v := l.Get("error"); {
	case v == "":
	case v == "0", strings.EqualFold(v, "ok"):
		l.setOutcome(ocsf.Success, brandWeight)
	default:
		l.setOutcome(ocsf.Failure, brandWeight)
	}
}

// snsWeb reads a request that the proxy or the HTTP plugin saw: op, arg and the
// server's name, or the whole address in arg.
func (l *Line) snsWeb() {
	e := l.E
	if m := l.Get("op"); methods[m] {
		l.Set(ocsf.HTTPMethod, m)
	}
	arg := l.Get("arg")
	if urlScheme(arg) > 0 {
		l.applyURL(arg, brandWeight)
	} else if arg != "" {
		l.put(ocsf.URLPath, ocsf.Text(arg), brandWeight)
		l.putText(ocsf.URLHostname, l.Get("dstname"), brandWeight)
	}
	if v := l.Get("result"); digits(v) == 3 {
		l.Set(ocsf.HTTPCode, v)
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
}
