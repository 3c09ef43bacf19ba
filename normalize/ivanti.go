package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ivanti reads Connect Secure (Pulse): WELF with vpn, ivs, realm and roles, and the
// message's code before its text (Ivanti Connect Secure, Log Monitoring).
var ivanti = &Parser{
	Name: "ivanti", Vendor: "Ivanti", Product: "Connect Secure",
	Apps: "PulseSecure",
	Keys: "ivs realm",
	Parse: keyed(NewKeys(`
@time               time
@device             fw
device.name         vpn
@user               user
@src                src
@dst                dst
@dst.host           dstname
@message            msg
@url                arg
http_request.user_agent agent
traffic.bytes_out   sent
traffic.bytes_in    rcvd
@keep               id pri ivs realm roles proto type op result duration
`), "vpn", func(l *Line) {
		e := l.E
		msg := l.Get("msg")
		code, text, ok := strings.Cut(msg, ": ")
		if ok && len(code) == 8 && digits(code[3:]) == 5 {
			e.Set(ocsf.EventCode, ocsf.Text(code))
		}
		if n := l.Get("pri"); len(n) == 1 && n[0]-'0' < 8 {
			e.Severity, l.facts.severityWeight = syslogSeverity[n[0]-'0'], brandWeight
		}
		e.Class, e.Activity = ocsf.BaseEvent, 0
		login := strings.HasPrefix(code, "AUT") && l.facts.user != "" && l.Get("user") != "System"
		switch {
		case login && (strings.Contains(text, "succeeded") || strings.Contains(text, "Primary authentication successful")):
			l.setOutcome(ocsf.Success, brandWeight)
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		case login && (strings.Contains(text, "failed") || strings.Contains(text, "not authenticated")):
			l.setOutcome(ocsf.Failure, brandWeight)
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		case login && (strings.Contains(text, "Logout") || strings.Contains(text, "timed out")):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
		case strings.HasPrefix(code, "ADM"):
			e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		case strings.HasPrefix(code, "NWC"):
			e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
		case login:
			e.Class, e.Activity = ocsf.Authentication, ocsf.Other
		case e.Has(ocsf.SrcIP):
			e.Class, e.Activity = ocsf.NetworkActivity, ocsf.Other
		}
	}),
}
