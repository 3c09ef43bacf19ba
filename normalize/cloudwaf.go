package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// Application firewalls in clouds. What they let through are requests, what they
// stop are findings.

// requestOrFinding sets the class of what an application firewall saw.
func (l *Line) requestOrFinding(title string) {
	e := l.E
	if l.facts.action == ocsf.Denied || e.Has(ocsf.FindingTitle) {
		l.put(ocsf.FindingTitle, ocsf.Text(title), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		return
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
}

// awsWAF reads the logs of AWS WAF (AWS, Log fields for protection packs).
var awsWAF = &Parser{
	Name: "awswaf", Vendor: "Amazon", Product: "AWS WAF",
	Keys: "webaclId terminatingRuleId",
	Parse: keyed(awsWAFKeys, "httpRequest.clientIp", func(l *Line) {
		if u := l.Get("httpRequest.uri"); u != "" {
			l.put(ocsf.URLPath, ocsf.Text(u), brandWeight)
		}
		l.requestOrFinding(l.Get("terminatingRuleId"))
	}),
}

var awsWAFKeys = NewKeys(`
@time                timestamp
@src                 httpRequest.clientIp
src_endpoint.location.country httpRequest.country
@url.host            httpRequest.headers.Host httpRequest.headers.host httpRequest.host
http_request.user_agent httpRequest.headers.User-Agent httpRequest.headers.user-agent
http_request.referrer httpRequest.headers.Referer httpRequest.headers.referer
url.query_string     httpRequest.args
http_request.http_method httpRequest.httpMethod
http_request.version httpRequest.httpVersion
http_request.uid     httpRequest.requestId
http_response.code   responseCodeSent
firewall_rule.name   terminatingRuleId
policy.uid           webaclId
finding_info.title   terminatingRuleMatchDetails.conditionType
@action              action
@keep                httpRequest.uri httpSourceName httpSourceId formatVersion terminatingRuleType httpRequest.headers.name httpRequest.headers.value
`)

// cloudflare reads Logpush: HTTP requests, firewall events, Gateway's DNS, HTTP and
// network, Access, audit (Cloudflare, Logpush datasets).
var cloudflare = &Parser{
	Name: "cloudflare", Vendor: "Cloudflare", Product: "Cloudflare",
	Keys:  "RayID EdgeStartTimestamp EdgeResponseStatus ClientRequestHost ClientRequestURI QueryNameReversed ActorIP WAFAction SecurityAction",
	Parse: keyed(cloudflareKeys, "", settleCloudflare),
}

var cloudflareKeys = NewKeys(`
@time                EdgeStartTimestamp Datetime When CreatedAt Timestamp
@src                 ClientIP SrcIP SourceIP ActorIP IPAddress
@src.port            ClientSrcPort SrcPort SourcePort
@dst                 OriginIP DstIP DestinationIP
@dst.port            DstPort DestinationPort
src_endpoint.location.country ClientCountry Country
@url.host            ClientRequestHost HTTPHost AppDomain
@url                 URL ClientRequestURI_
url.path             ClientRequestPath
http_request.http_method ClientRequestMethod HTTPMethod
http_request.user_agent ClientRequestUserAgent UserAgent
http_request.referrer ClientRequestReferer Referer
http_request.uid     RayID
@status              EdgeResponseStatus HTTPStatusCode OriginResponseStatus
traffic.bytes_in     EdgeResponseBytes
traffic.bytes_out    ClientRequestBytes
@action              SecurityAction Action WAFAction FirewallMatchesActions
firewall_rule.uid    RuleID SecurityRuleID PolicyID WAFRuleID
firewall_rule.name   PolicyName Description SecurityRuleDescription
query.hostname       QueryName
query.type           QueryTypeName QueryType_
rcode                RCode_
@user                Email ActorEmail UserEmail
@outcome             ActionResult Allowed
device.hostname      DeviceName
api.operation        ActionType
@proto               Transport
@keep                ClientRequestURI ClientRequestQuery ZoneID EdgeColoCode CacheCacheStatus ClientASN ClientSSLProtocol Source Kind
`)

func settleCloudflare(l *Line) {
	e := l.E
	if u := l.Get("ClientRequestURI"); u != "" {
		l.splitURL(u, weakWeight)
	}
	if q := l.Get("ClientRequestQuery"); q != "" {
		l.put(ocsf.URLQuery, ocsf.Text(strings.TrimPrefix(q, "?")), weakWeight)
	}
	switch {
	case l.Get("QueryName") != "":
		l.put(ocsf.ProductName, ocsf.Text("Gateway"), brandWeight)
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
	case l.Get("ActorEmail") != "" || l.Get("ActionType") != "":
		e.Class, e.Activity = ocsf.APIActivity, ocsf.Other
	case l.Get("AppDomain") != "" && l.Get("Email") != "":
		l.put(ocsf.ProductName, ocsf.Text("Access"), brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case l.Get("HTTPHost") != "":
		l.put(ocsf.ProductName, ocsf.Text("Gateway"), brandWeight)
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case l.Get("Transport") != "" || l.Get("DestinationIP") != "":
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	default:
		if a := l.Get("Action"); strings.Contains(a, "challenge") {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		}
		l.requestOrFinding(firstOfTexts(l.Get("Description"), firstOfTexts(l.Get("Source"), l.Get("RuleID"))))
	}
}
