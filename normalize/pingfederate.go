package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// pingFederate reads the audit log of PingFederate as the security audit pattern
// writes it for a SIEM: key="value" with trackingid, event, subject, ip,
// connectionid, protocol, pfhost, role and status (Ping Identity, Security audit
// logging), and the columns of its own file: time| trackingid| event| subject| ip|
// app| connectionid| protocol| host| role| status| adapterid| description| ms.
var pingFederate = &Parser{
	Name: "pingfederate", Vendor: "Ping Identity", Product: "PingFederate",
	Keys:  "pfhost trackingid",
	First: "9",
	Next:  ` -.`,
	Shape: func(s string) bool { return digit(s[0]) && strings.Contains(s[:min(len(s), 60)], "| tid:") },
	Parse: parsePingFederate,
}

var pingFederateKeys = NewKeys(`
metadata.event_code        event
metadata.correlation_uid   trackingid
@user                      subject
@src                       ip
@url                       app
app_name                   connectionname
app_protocol_name          protocol
@device.host               pfhost host
@outcome                   status
@dst.host                  X-Forwarded-Host X-Forwarded-Vip
http_request.user_agent    userAgent useragent
status_detail              description
duration                   responsetime
session.uid                sri
http_request.x_forwarded_for X-Forwarded-For
@keep                      connectionid role adapterid attributes assertionid transactionid virtualserverid authenticationsourceid requestid
@keep                      authnsessionexpiry granttype trustedNetwork attrackingid
`)

var pingFederateColumns = [...]string{"", "trackingid", "event", "subject", "ip", "app", "connectionid", "protocol", "host", "role", "status", "adapterid", "description", "responsetime"}

func parsePingFederate(l *Line) bool {
	s := l.Body
	if s != "" && digit(s[0]) && strings.Contains(s[:min(len(s), 60)], "| tid:") {
		l.KV, l.Form = l.KV[:0], KeyValue
		l.applyTime(s[:strings.IndexByte(s, '|')], brandWeight)
		for i := 0; i < len(pingFederateColumns) && s != ""; i++ {
			var v string
			v, s, _ = strings.Cut(s, "|")
			if v = strings.TrimSpace(v); i > 0 && v != "" {
				l.add(pingFederateColumns[i], v)
			}
		}
	} else if l.Form != KeyValue || l.Get("pfhost") == "" && l.Get("trackingid") == "" || l.Get("event") == "" {
		return false
	}
	l.Apply(pingFederateKeys)
	if v := l.Get("connectionid"); urlScheme(v) > 0 { // the entity's id, often a URL
		l.applyURL(v, brandWeight-1)
	}
	e, event := l.E, l.Get("event")
	switch {
	case strings.Contains(event, "LOGOUT"), event == "SLO", strings.Contains(event, "REVOKED"), strings.Contains(event, "DELETED"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.HasPrefix(event, "PWD_"), strings.Contains(event, "PASSWORD"):
		e.Class, e.Activity = ocsf.AccountChange, 3
	default:
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	}
	l.put(ocsf.AuthProtocol, ocsf.Text(l.Get("protocol")), brandWeight)
	return true
}
