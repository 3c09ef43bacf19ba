package normalize

import "picket/normalize/ocsf"

// ubika reads the business log of UBIKA's (DenyAll, Rohde & Schwarz) WAAP gateway:
// the request, its context and the events that engines raised, as one object
// (UBIKA, WAAP Gateway, Log alerting destinations).
var ubika = &Parser{
	Name: "ubika", Vendor: "UBIKA", Product: "WAAP Gateway",
	Keys:  "logAlertUid",
	Parse: keyed(ubikaKeys, "request.ipSrc", settleUbika),
}

var ubikaKeys = NewKeys(`
@time                @timestamp timestamp
@src                 request.ipSrc
@dst                 request.ipDst
@dst.port            request.portDst
@url.host            request.hostname request.headers.Host
url.path             request.path
url.query_string     request.query
http_request.http_method request.method
http_request.version request.protocol
http_request.uid     request.requestUid
http_request.user_agent request.headers.User-Agent request.headers.user-agent
http_request.referrer request.headers.Referer
finding_info.title   events.tokens.attackFamily
finding_info.uid     logAlertUid
firewall_rule.name   events.tokens.icxRuleName
policy.name          events.tokens.icxPolicyName
metadata.event_code  events.eventUid
@message             events.tokens.reason
@device.host         context.applianceName
@user                request.user context.user
@keep                _type_ context.tunnelName context.workflowName context.reverseProxyName context.backendHost context.backendPort events.tokens.date events.tokens.eventType
@keep                events.tokens.engineName events.tokens.engineUid events.tokens.riskLevel events.tokens.severity events.tokens.resolveType request.headers.key request.headers.value
@keep                events.tokens.matchingParts.partValue events.tokens.matchingParts.partKeyOperator events.tokens.matchingParts.partValueOperator events.tokens.matchingParts.riskLevel
`)

// settleUbika makes a finding of an attack, whose risk is told from 0 to 100.
func settleUbika(l *Line) {
	e := l.E
	if v := l.Get("events.tokens.riskLevel"); v != "" && digits(v) == len(v) && len(v) < 4 {
		s := ocsf.Low
		switch n := atoi(v); {
		case n >= 90:
			s = ocsf.Critical
		case n >= 70:
			s = ocsf.High
		case n >= 40:
			s = ocsf.Medium
		}
		e.Severity, l.facts.severityWeight = s, brandWeight
	}
	if e.Has(ocsf.FindingTitle) {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		return
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
}
