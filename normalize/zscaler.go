package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// zscaler reads Zscaler's Nanolog Streaming Service: JSON with "sourcetype" and
// "event", or the same keys flat or as key=value (Zscaler, NSS feed output format:
// web, firewall, DNS, tunnel, audit, CASB).
var zscaler = &Parser{
	Name: "zscaler", Vendor: "Zscaler", Product: "NSS",
	Keys:    "sourcetype event.urlcategory event.nwapp transactionsize",
	Devices: "zscaler",
	Parse:   parseZscaler,
}

var zscalerKeys = NewKeys(`
@user                event.user event.login event.adminid user login
@time                event.datetime event.time datetime
@src                 event.clt_sip event.csip event.ClientIP event.clientip event.sourceip event.cip ClientIP csip clt_sip
@src.port            event.csport event.sourceport csport
@dst                 event.srv_dip event.cdip event.serverip event.sdip event.destinationip event.sip cdip srv_dip serverip
@dst.port            event.srv_dport event.cdport event.sdport event.destinationport cdport
@nat.src             event.ssip event.clientpublicIP event.tsip ssip clientpublicIP
@action              event.action event.reqaction event.resaction action reqaction
@proto               event.proto proto
app_protocol_name    event.protocol event.nwsvc protocol
app_name             event.nwapp event.appname nwapp appname
url.hostname         event.hostname
@url                 event.url event.fullurl url
url.categories       event.urlcategory urlcategory
firewall_rule.name   event.rulelabel event.reqrulelabel event.rule event.policy rulelabel
query.hostname       event.dns_req dns_req
query.type           event.dns_reqtype dns_reqtype
rcode                event.dns_resp
traffic.bytes_out    event.outbytes event.requestsize event.txbytes requestsize outbytes
traffic.bytes_in     event.inbytes event.responsesize event.rxbytes responsesize inbytes
http_request.http_method event.requestmethod event.reqmethod requestmethod
@status              event.status event.respcode status
http_request.user_agent event.useragent event.ua useragent
http_request.referrer event.refererURL event.referer refererURL
finding_info.title   event.threatname threatname
@file                event.filename event.object_name_1 event.upload_filename filename
@hash                event.filemd5 event.bamd5
@outcome             event.result
device.name          event.devicehostname
status_detail        event.reason reason
api.operation        event.resource
src_endpoint.location.city event.location_
@keep                sourcetype event.hostname_ event.deviceowner event.category event.subcategory event.locationname event.location
`)

func parseZscaler(l *Line) bool {
	kind := l.Get("sourcetype")
	if kind != "" && !strings.HasPrefix(kind, "zscaler") || kind == "" && l.Get("transactionsize") == "" && l.Get("event.urlcategory") == "" && l.Get("event.nwapp") == "" && l.Device.Vendor == "" {
		return false
	}
	l.Apply(zscalerKeys)
	if l.Device.Vendor != "" {
		l.device()
	}
	e := l.E
	kind = kind[strings.LastIndexByte(kind, '-')+1:]
	l.put(ocsf.LogName, ocsf.Text(kind), brandWeight)
	if o := l.Get("event.deviceowner"); o != "" && !nothing(o) && o != "NA" { // whose device, for those who read it so
		e.Set(ocsf.UserUIDAlt, ocsf.Text(o))
	}
	switch {
	case kind == "dns":
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSResponse
	case kind == "fw":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	case kind == "web":
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
		if h := e.Text(ocsf.URLHostname); h != "" {
			l.putText(ocsf.DstHostname, h, weakWeight)
		}
	case kind == "tunnel":
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case kind == "audit":
		a := l.Get("event.action")
		switch a {
		case "SIGN_IN":
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		case "SIGN_OUT":
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
		default:
			e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		}
	}
	if t := l.Get("event.threatname"); t != "" && t != "None" && l.facts.action == ocsf.Denied {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	}
	return true
}
