package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// forcepoint reads Forcepoint's NGFW (CEF, LEEF), Web Security and Web Security
// Cloud (CEF, LEEF, key=value) and DLP (CEF), under the names that they had before:
// Websense, Stonesoft, McAfee NGFW (Forcepoint, SIEM integration guides).
var forcepoint = &Parser{
	Name: "forcepoint", Vendor: "Forcepoint",
	Devices: "forcepoint websense stonesoft",
	Begins:  []string{"vendor=Forcepoint", "vendor=Websense", "vendor=\"Forcepoint", "vendor=\"Websense"},
	Parse:   parseForcepoint,
}

var forcepointKeys = NewKeys(`
@src                src src_host sourceIp sourceAddress
@src.port           spt src_port srcPort
@dst                dst dst_ip destinationAddress
@dst.port           dpt dst_port dstPort
@dst.host           dhost dst_host
@device             dvc
@device.host        dvchost
@nat.src            sourceTranslatedAddress
@nat.dst            destinationTranslatedAddress
@user               loginID suser usrName user sourceServiceName_
@action             act action
app_protocol_name   app
@url                request url
http_request.http_method requestMethod method http_method
http_request.user_agent requestClientApplication user_agent http_user_agent
@status             http_response http_status_code
http_response.content_type ContentType http_content_type content_type
url.categories      cat category URLCategory
traffic.bytes_out   out bytes_out
traffic.bytes_in    in bytes_in
firewall_rule.name  Policy policy RuleId RuleTag policyNames
@severity           severity severityType
metadata.event_code DispositionCode disposition
@file               fname fileName file_name
@time               rt analyticTime
@message            msg
@mail.to            duser_
status_detail       reason block_reason
@keep               DynCat ScanDuration scan_duration lookup_duration loginid vendor product product_version event_id proxy_status_code logRecordSource http_proxy_status_code keyword
`)

func parseForcepoint(l *Line) bool {
	l.Structure()
	if len(l.KV) < 4 || l.Form == Delimited || l.Form == Text {
		return false
	}
	product := l.Device.Product
	if product == "" {
		product = l.Get("product")
	}
	l.Apply(forcepointKeys)
	if l.Device.Vendor != "" {
		l.device()
	}
	l.texts()
	e := l.E
	l.put(ocsf.ProductName, ocsf.Text(product), brandWeight)
	l.put(ocsf.RuleUID, ocsf.Text(l.Device.ID), weakWeight)
	if u := firstOfTexts(l.Get("suser"), l.Get("user")); strings.HasPrefix(u, "LDAP://") { // LDAP://server/OU=…,DC=…/anna
		l.facts.user = ""
		e.SetText(ocsf.UserName, u[strings.LastIndexByte(u, '/')+1:])
	}
	name := firstOfTexts(l.Device.Name, l.Device.ID)
	switch {
	case strings.Contains(product, "DLP"):
		l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(l.Get("policyCategories"), firstOfTexts(l.Get("cat"), name))), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case product == "Firewall" || product == "NGFW" || product == "IPS" || product == "Layer 2 Firewall" || strings.HasPrefix(product, "Stone"):
		l.forcepointFirewall(name)
	case product == "Security" || product == "Web Security" || l.Get("requestMethod") != "" || e.Has(ocsf.URLString):
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case product == "Email Security" || product == "Email":
		e.Class, e.Activity = ocsf.EmailActivity, 1
	}
	return true
}

// forcepointFirewall sets the class of what the engine logged by the name of the
// situation: Connection_Allowed, Connection_Discarded, New_connection, HTTP_…,
// TCP_…, IKE…, and the facility for the rest.
func (l *Line) forcepointFirewall(name string) {
	e := l.E
	facility := l.Get("deviceFacility")
	switch {
	case strings.Contains(name, "Connection"), strings.Contains(name, "connection"), facility == "Packet Filtering", facility == "Access Control", facility == "Logging System":
		if strings.Contains(name, "Discard") || strings.Contains(name, "Refused") || strings.Contains(name, "Rejected") {
			l.setAction(ocsf.Denied, dispBlocked, weakWeight)
		}
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		if strings.Contains(name, "Closed") {
			e.Activity = ocsf.NetClose
		}
	case facility == "IPsec", facility == "IPsec VPN", facility == "SSL VPN", strings.HasPrefix(name, "IKE"), strings.HasPrefix(name, "IPsec"):
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case facility == "Authentication", facility == "User Authentication", strings.Contains(name, "Auth"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case facility == "Inspection", facility == "Anti-Malware", facility == "File Filtering", facility == "Protocol Agent":
		l.put(ocsf.FindingTitle, ocsf.Text(name), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case facility == "System", facility == "Management", facility == "System Utilities", facility == "Monitoring", facility == "Cluster Protocol":
		l.health()
	case e.Has(ocsf.SrcIP) && e.Has(ocsf.DstIP):
		l.put(ocsf.FindingTitle, ocsf.Text(name), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	}
}
