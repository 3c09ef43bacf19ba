package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// imperva reads the WAF gateway (SecureSphere) and the cloud WAF (Incapsula), CEF and
// LEEF (Imperva, Log Fields; SecureSphere, CEF integration). SecureSphere's event is
// in cat: Alert, SystemEvent, Audit; the cloud tells in act what it did.
var imperva = &Parser{
	Name: "imperva", Vendor: "Imperva",
	Devices: "imperva imperva_inc. imperva_inc incapsula",
	Parse:   keyed(impervaKeys, "", settleImperva),
}

var impervaKeys = NewKeys(`
@src                 src
@src.port            spt cpt_
@dst                 dst
@dst.port            dpt
@url.host            sourceServiceName
@url                 request url
url.query_string     qstr
http_request.http_method requestMethod method
http_request.user_agent requestClientApplication
http_request.referrer ref
http_request.x_forwarded_for xff
http_request.uid     fileId
http_response.code   cn1
traffic.bytes_out    in
@action              act
@user                duser suser Username UserName
firewall_rule.name   Policy RuleName filePermission_
@proto               proto
@time                start rt deviceReceiptTime
app_protocol_name    app
src_endpoint.location.country cicode_ ccode
@keep                cat siteid suid deviceFacility ver deviceExternalId Customer ServerGroup ServiceName ApplicationName
`)

func settleImperva(l *Line) {
	e := l.E
	act := l.Get("act")
	if p := l.Get("cpt"); p != "" {
		l.Set(ocsf.SrcPort, p)
	}
	switch {
	case strings.HasPrefix(act, "REQ_BLOCKED"), strings.HasPrefix(act, "REQ_BAD"), strings.HasPrefix(act, "REQ_CHALLENGE"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight+1)
	case strings.HasPrefix(act, "REQ_PASSED"), strings.HasPrefix(act, "REQ_CACHED"), strings.HasPrefix(act, "REQ_RES"):
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight+1)
	}
	switch cat := l.Get("cat"); {
	case cat == "SystemEvent":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if strings.Contains(l.Device.Name, "logged") || strings.Contains(l.Device.Name, "login") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		}
	case cat == "Alert":
		l.put(ocsf.FindingTitle, ocsf.Text(l.Device.Name), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case cat == "Audit", l.Device.Product == "DAM":
		e.Class, e.Activity = ocsf.DatastoreActivity, ocsf.Other
	case l.Device.Name != "Normal" && l.Device.Name != "" || l.facts.action == ocsf.Denied:
		l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(l.Device.Name, act)), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	default:
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	}
}
