package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// fortigate reads FortiOS logs (FortiOS Log Reference, 5.x to 7.x), sent bare, and
// what other Forti products send in the same form.
var fortigate = &Parser{
	Name: "fortigate", Vendor: "Fortinet",
	Keys:  "devid logid vd log_id",
	Parse: parseFortiGate,
}

var fortigateKeys = NewKeys(`
@src                        srcip remip
@dst                        dstip locip
@src.port                   srcport remport src_port
@dst.port                   dstport locport dst_port
@src.iface                  srcintf
@dst.iface                  dstintf
src_endpoint.zone           srcintfrole
dst_endpoint.zone           dstintfrole
src_endpoint.location.country  srccountry
dst_endpoint.location.country  dstcountry
@src.host                   srcname
@dst.host                   dstname
@src.mac                    srcmac mastersrcmac
@dst.mac                    dstmac masterdstmac
src_endpoint.os.name        osname
@device.host                devname
device.uid                  devid device_id
@nat.src                    transip
@nat.src.port               transport
@nat.dst                    tranip
@nat.dst.port               tranport
traffic.bytes_out           sentbyte sentdelta
traffic.bytes_in            rcvdbyte rcvddelta
traffic.packets_out         sentpkt
traffic.packets_in          rcvdpkt
@proto                      proto
app_name                    app
app_protocol_name           service
connection_info.uid         sessionid
firewall_rule.name          policyname applist
firewall_rule.uid           policyid
@user                       user unauthuser xauthuser
group.name                  group
@severity                   severity crlevel level pri
@signature                  attack virus
finding_info.uid            attackid virusid
finding_info.src_url        ref
@url                        url http_url
@url.host                   hostname http_host
url.categories              catdesc
http_request.user_agent     agent http_agent
http_request.http_method    httpmethod http_method
http_request.referrer       referralurl
query.hostname              qname
query.type                  qtype
query.class                 qclass
@file                       filename
file.size                   filesize
@hash                       filehash analyticscksum
@mail.from                  from sender
@mail.to                    to recipient
email.subject               subject
metadata.event_code         logid log_id
@time                       eventtime
@date                       date
@clock                      time
@zone                       tz
@action                     action utmaction
@message                    msg
metadata.product.feature.name subtype
tunnel_interface.ip         tunnelip
@drop                       type eventtype
`)

func parseFortiGate(l *Line) bool {
	l.Structure()
	if l.Form != KeyValue {
		return false
	}
	var typ, sub, level, utm, devid, status, ui, logdesc, trandisp, eventtype, cfgpath, duration string
	for i := range l.KV {
		kv := &l.KV[i]
		switch kv.Key {
		case "type":
			typ = kv.Val
		case "subtype":
			sub = kv.Val
		case "devid", "device_id":
			devid = kv.Val
		case "status":
			status = kv.Val
		case "ui":
			ui = kv.Val
		case "logdesc":
			logdesc = kv.Val
		case "level":
			level = kv.Val
		case "utmaction":
			utm = kv.Val
		case "trandisp":
			trandisp = kv.Val
		case "eventtype":
			eventtype = kv.Val
		case "cfgpath":
			cfgpath = kv.Val
		case "duration":
			duration = kv.Val
		}
	}
	if typ == "" || sub == "" {
		return false
	}
	l.Apply(fortigateKeys)
	if level != "" { // the severity may be that of the threat
		l.E.Set(ocsf.LogLevel, ocsf.Text(level))
	}
	if utm == "block" || utm == "reset" { // let through by the policy, then stopped by its profiles
		l.setAction(ocsf.Denied, dispBlocked, brandWeight+1)
	}
	e := l.E
	if typ != "traffic" && typ != "utm" {
		l.texts() // administrators and mails are told in words
	}
	e.SetUnmapped("type", ocsf.Text(typ))
	l.keepKey("eventtype", eventtype)
	l.put(ocsf.ProductName, ocsf.Text(fortiProduct(devid)), brandWeight)
	if d := digits(duration); d > 0 && d == len(duration) && d < 12 && (typ == "traffic" || typ == "event") {
		l.put(ocsf.Duration, ocsf.Int(int64(atoi(duration))*1000), brandWeight)
	}
	if trandisp == "dnat" {
		if v := e.Get(ocsf.SrcNatIP); !v.IsZero() {
			e.Delete(ocsf.SrcNatIP)
			e.Set(ocsf.DstNatIP, v)
		}
		if v := e.Get(ocsf.SrcNatPort); !v.IsZero() {
			e.Delete(ocsf.SrcNatPort)
			e.Set(ocsf.DstNatPort, v)
		}
	}
	if ui != "" && l.facts.weight[ocsf.SrcIP] == 0 { // "https(192.0.2.1)"
		if a, _, ok := findAddr(ui); ok {
			l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
		}
	}
	if h := e.Text(ocsf.URLHostname); h != "" && typ != "event" && l.facts.weight[ocsf.DstHostname] == 0 {
		l.putText(ocsf.DstHostname, h, textWeight)
	}
	switch {
	case strings.EqualFold(status, "success"), strings.EqualFold(status, "succeeded"):
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.HasPrefix(status, "fail"):
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	l.fortiClass(typ, sub, logdesc, cfgpath)
	return true
}

// fortiProduct tells the product by the serial number that devid holds.
func fortiProduct(devid string) string {
	switch {
	case strings.HasPrefix(devid, "FV"):
		return "FortiWeb"
	case strings.HasPrefix(devid, "FE"):
		return "FortiMail"
	case strings.HasPrefix(devid, "FPX"):
		return "FortiProxy"
	case strings.HasPrefix(devid, "FAZ"), strings.HasPrefix(devid, "FL"):
		return "FortiAnalyzer"
	case strings.HasPrefix(devid, "FMG"):
		return "FortiManager"
	case strings.HasPrefix(devid, "FAC"):
		return "FortiAuthenticator"
	}
	return "FortiGate"
}

// fortiClass sets class and activity by type and subtype.
func (l *Line) fortiClass(typ, sub, logdesc, cfgpath string) {
	e := l.E
	switch typ {
	case "traffic":
		e.Class = ocsf.NetworkActivity
		e.Activity = fortiActivity(e.Text(ocsf.Action))
		if sub == "https" || sub == "http" || e.Has(ocsf.HTTPMethod) && e.Has(ocsf.HTTPCode) {
			e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		}
	case "utm", "ips", "virus", "attack", "spam", "webfilter", "app-ctrl", "dlp":
		switch sub {
		case "webfilter":
			e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		case "dns":
			e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
		case "app-ctrl", "ssl", "voip", "cifs", "forti-switch", "icap":
			e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		case "ssh":
			e.Class, e.Activity = ocsf.SSHActivity, ocsf.NetTraffic
		case "emailfilter":
			e.Class, e.Activity = ocsf.EmailActivity, 3
		default: // virus, ips, anomaly, waf, dlp, file-filter
			e.Class, e.Activity = ocsf.DetectionFinding, 1
			if !e.Has(ocsf.FindingTitle) {
				l.putText(ocsf.FindingTitle, e.Text(ocsf.Message), guessWeight)
			}
			if sub == "virus" {
				if t := e.Text(ocsf.FindingTitle); t != "" {
					e.Append(ocsf.Malware, ocsf.ObjectOf(ocsf.Attr(ocsf.MalwareName, ocsf.Text(t)), ocsf.Attr(ocsf.MalwareClassID, ocsf.ListOf(ocsf.Int(0)))))
				}
			}
		}
	case "event":
		l.fortiEvent(sub, logdesc, cfgpath)
	}
}

// fortiActivity is the activity of a connection by the action of traffic logs.
func fortiActivity(action string) uint8 {
	switch action {
	case "deny", "blocked", "denied":
		return ocsf.NetRefuse
	case "close", "timeout":
		return ocsf.NetClose
	case "client-rst", "server-rst":
		return ocsf.NetReset
	case "start":
		return ocsf.NetOpen
	case "ip-conn":
		return ocsf.NetFail
	}
	return ocsf.NetTraffic
}

func (l *Line) fortiEvent(sub, logdesc, cfgpath string) {
	e, f := l.E, &l.facts
	h := hintsOf(logdesc) | hintsOf(e.Text(ocsf.Action))
	user := f.user != "" || f.target != "" || f.actor != ""
	switch {
	case cfgpath != "":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case strings.HasPrefix(logdesc, "SSL VPN login fail"), strings.Contains(logdesc, "ogin fail"), strings.Contains(logdesc, "ogin success"), strings.Contains(logdesc, "logged in"),
		(sub == "user" || sub == "system") && user && h&hintAuth != 0:
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if h&hintLogoff != 0 || strings.Contains(logdesc, "logout") {
			e.Activity = ocsf.Logoff
		}
		l.authOutcome(logdesc)
	case sub == "vpn":
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
		a := l.Get("action")
		switch {
		case strings.HasSuffix(a, "-up"), strings.HasSuffix(a, "-new-con"):
			e.Activity = 1
		case strings.HasSuffix(a, "-down"):
			e.Activity = 2
		}
		if user && (strings.Contains(a, "login") || strings.Contains(a, "fail")) {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			l.authOutcome(a)
		}
	case sub == "wireless" && h&hintFinding != 0:
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		l.putText(ocsf.FindingTitle, logdesc, guessWeight)
	default:
		l.facts.hints |= h
		return
	}
}

// authOutcome sets success or failure by the words of a text when no key told.
func (l *Line) authOutcome(s string) {
	if l.facts.outcome != 0 {
		return
	}
	switch {
	case strings.Contains(s, "fail"), strings.Contains(s, "denied"), strings.Contains(s, "disabled"), strings.Contains(s, "lock"):
		l.setOutcome(ocsf.Failure, textWeight)
	case strings.Contains(s, "success"), strings.Contains(s, "logged in"), strings.Contains(s, "up"):
		l.setOutcome(ocsf.Success, textWeight)
	}
}
