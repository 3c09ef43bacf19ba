package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// darktrace reads the JSON of Threat Visualizer: model breaches (model, device,
// score), incidents of the AI Analyst (summariser, title, summary), actions of
// Respond (antigena_state_change) and system status alerts (Darktrace, Syslog JSON
// alert formats).
var darktrace = &Parser{
	Name: "darktrace", Vendor: "Darktrace", Product: "Threat Visualizer",
	Apps:    "darktrace",
	Devices: "darktrace",
	Keys:    "summariser aiaScore pbid commentCount iris-event-type triggeredComponents alert_name breachUrl",
	Parse:   parseDarktrace,
}

var darktraceKeys = NewKeys(`
finding_info.title      title model.then.name model.now.name model.name model alert_name
finding_info.desc       summary model.then.description model.now.description model.description
finding_info.uid        id pbid uuid
finding_info.types      model.then.category model.now.category
finding_info.src_url    breachUrl incidentEventUrl url
@time                   createdAt time creationTime start last_updated_status
@device.host            device.hostname hostname
@device                 device.ip breachDevices.ip ip_address
device.mac              device.macaddress breachDevices.mac_address
device.uid              device.did breachDevices.did did
device.os.name          device.os
@user                   username device.credentials
@src                    breachDevices.ip_
@action                 action_
@message                message
@keep                   aiaScore score category groupCategory groupScore attackPhases mitreTactics summariser activityId currentGroup acknowledged pinned priority action
@keep                   model.then.pid model.now.pid model.pid action_family inhibitor codeid codeuuid iris-event-type status
`)

func parseDarktrace(l *Line) bool {
	if l.Device.Vendor != "" {
		l.Apply(nil)
		l.device()
		l.texts()
		l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
		return true
	}
	ai := l.Get("summariser") != "" || l.Get("aiaScore") != ""
	breach := l.Get("pbid") != "" && (l.Get("model.then.name") != "" || l.Get("model.now.name") != "" || l.Get("model.name") != "" || l.Get("model") != "")
	status := l.Get("alert_name") != "" && l.Get("child_id") != ""
	respond := strings.HasPrefix(l.Get("iris-event-type"), "antigena")
	if l.Form != JSON || !ai && !breach && !status && !respond {
		return false
	}
	l.Apply(darktraceKeys)
	e := l.E
	e.Class, e.Activity = ocsf.DetectionFinding, 1
	switch {
	case ai:
		l.put(ocsf.ProductFeature, ocsf.Text("AI Analyst"), brandWeight)
		l.darktraceDevice()
		l.darktraceScore(l.Get("aiaScore"), 1)
	case respond:
		l.put(ocsf.ProductFeature, ocsf.Text("Respond"), brandWeight)
	case status:
		e.Class, e.Activity = ocsf.BaseEvent, ocsf.Other
	default:
		l.darktraceScore(l.Get("score"), 100)
	}
	return true
}

// darktraceDevice reads the first device of an incident, or the account of a cloud
// service, which stands as one: "SaaS::Zoom: bob@example.com".
func (l *Line) darktraceDevice() {
	name := firstOfTexts(l.Get("breachDevices.hostname"), l.Get("breachDevices.identifier"))
	if service, who, ok := strings.Cut(strings.TrimPrefix(name, "SaaS::"), ": "); ok {
		l.put(ocsf.AppName, ocsf.Text(service), weakWeight)
		l.applyUser(brandUser, who)
		return
	}
	if strings.IndexByte(name, '@') > 0 {
		l.applyUser(brandUser, name)
		return
	}
	l.applyHost(meaning{read: readHost, side: devSide, weight: brandWeight}, name)
}

// darktraceScore makes a severity of a score up to 100, or up to 1 with scale 100.
func (l *Line) darktraceScore(v string, scale int) {
	whole, frac, _ := strings.Cut(v, ".")
	n := atoi(whole) * scale
	if d := digits(frac); scale == 100 && n == 0 && d > 0 {
		n = atoi((frac[:d] + "0")[:2])
	}
	if v == "" {
		return
	}
	l.facts.severityWeight = brandWeight
	switch {
	case n >= 80:
		l.E.Severity = ocsf.Critical
	case n >= 60:
		l.E.Severity = ocsf.High
	case n >= 40:
		l.E.Severity = ocsf.Medium
	case n >= 20:
		l.E.Severity = ocsf.Low
	default:
		l.E.Severity = ocsf.Informational
	}
}
