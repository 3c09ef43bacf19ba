package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// adAudit reads ManageEngine's ADAudit Plus in CEF, whose custom fields come without
// labels: cs1 is the report, cs3 the domain controller or server, cs4 the profile of
// an alert (ManageEngine, ADAudit Plus, SIEM integration).
var adAudit = &Parser{
	Name: "adaudit", Vendor: "ManageEngine", Product: "ADAuditPlus",
	Devices: "manageengine",
	Parse:   parseADAudit,
}

var adAuditKeys = NewKeys(`
@time               rt
@actor              suser
actor.user.uid      suid
@target             duser
user.uid            duid
user.domain         sntdom
@src                src
@src.host           shost
@outcome            outcome
status_detail       reason
@message            msg
metadata.event_code cn1
metadata.uid        cn2
@keep               cat type cs1 cs4 cs5 cn3
`)

func parseADAudit(l *Line) bool {
	if l.Form != CEF || !strings.HasPrefix(l.Device.Product, "ADAudit") {
		return false
	}
	l.Apply(adAuditKeys)
	l.put(ocsf.DeviceName, ocsf.Text(l.Get("cs3")), brandWeight)
	if host := l.Get("cs3"); hostName(host, false) {
		l.putText(ocsf.DeviceHostname, host, brandWeight)
	}
	l.applySeverity(l.Device.Severity, weakWeight)
	e, report, msg := l.E, l.Get("cs1"), l.Get("msg")
	category := l.Get("cat")
	what := report + " " + category
	switch {
	case category == "ADAPAlerts":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		title := l.Get("cs4")
		if title == "" {
			title = report
		}
		l.put(ocsf.FindingTitle, ocsf.Text(title), brandWeight)
	case strings.Contains(what, "Logon"), strings.Contains(what, "Logoff"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if strings.Contains(report, "Logoff") {
			e.Activity = ocsf.Logoff
		}
		if strings.Contains(report, "Fail") {
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case strings.HasPrefix(category, "GroupMgmt"), strings.Contains(report, "Group "):
		e.Class, e.Activity = ocsf.GroupManagement, ocsf.Other
		l.put(ocsf.GroupName, ocsf.Text(l.Get("duser")), brandWeight)
		l.facts.target = ""
	case strings.HasPrefix(category, "UserMgmt"), strings.HasPrefix(category, "ComputerMgmt"):
		e.Class, e.Activity = ocsf.AccountChange, adAuditAccount(report+msg)
	case strings.HasPrefix(category, "File"):
	default:
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
	return true
}

// adAuditAccount is the activity of Account Change by the words of a report.
func adAuditAccount(s string) uint8 {
	for i, w := range [...]string{"reated", "nabled", "assword", "isabled", "eleted", "nlocked", "ocked"} {
		if strings.Contains(s, w) {
			return [...]uint8{1, 2, 4, 5, 6, 10, 9}[i]
		}
	}
	return ocsf.Other
}
