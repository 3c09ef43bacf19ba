package normalize

import "picket/normalize/ocsf"

// gatewatcher reads GCenter, which sends what its probes (GCap) saw: JSON by the
// Elastic Common Schema with observer.vendor, and the flat JSON of releases before
// 2.5.3.103 with gcap and gcenter (Gatewatcher, GCenter, Log export). Suricata's own
// events in the older form are Suricata's.
var gatewatcher = &Parser{
	Name: "gatewatcher", Vendor: "gatewatcher", Product: "gcenter",
	Keys:  "observer.vendor observer.log_format_version observer.product observer.gcap.hostname gcap gcenter matched_event",
	Parse: parseGatewatcher,
}

var gatewatcherKeys = NewKeys(`
metadata.product.name     observer.product
metadata.product.vendor_name observer.vendor
metadata.product.version  observer.version
@device.host              observer.gcap.hostname gcap observer.hostname gcenter
@time                     timestamp_detected @timestamp timestamp
@src                      source.ip src_ip
@src.port                 source.port src_port
@src.mac                  source.mac
@dst                      destination.ip dest_ip
@dst.port                 destination.port dest_port
@dst.mac                  destination.mac
@proto                    network.transport proto
app_protocol_name         network.protocol app_proto
connection_info.uid       network.flow_id flow_id
connection_info.community_uid network.community_id
@src.iface                observer.gcap.ingress.interface.name
finding_info.uid          event.id uuid
metadata.event_code       event.module
@dst.host                 domain_name
@hash                     file.hash.md5 file.hash.sha256
@mail.from                smtp.mail_from
@mail.to                  smtp.rcpt_to
finding_info.desc         nba.signature_msg ioc.description
query.hostname            dns.query.rrname dns.answers.name
query.type                dns.query.rrtype dns.answers.type
@keep                     dns.type
@keep                     event.created event.severity severity event.kind event.category event.dataset probability type event_type
@keep                     matched_event timestamp_analyzed network.timestamp malcore.state malcore.detail_threat_found
@keep                     observer.gcap.version observer.uuid observer.log_format_version ioc.signature
`)

func parseGatewatcher(l *Line) bool {
	ecs := l.Get("observer.vendor") == "gatewatcher"
	if l.Form != JSON || !ecs && (l.Get("gcap") == "" || l.Get("gcenter") == "" && l.Get("matched_event") == "" || l.Get("type") == "suricata") {
		return false
	}
	l.Apply(gatewatcherKeys)
	for _, k := range [...]string{"observer.hostname", "gcenter"} { // it passed on what the probe saw
		if host := l.Get(k); host != "" && host != l.E.Text(ocsf.DeviceHostname) {
			l.logger(host)
		}
	}
	severity := l.Get("event.severity") + l.Get("severity")
	switch severity { // as Suricata's: 1 is the worst
	case "0":
		l.E.Severity, l.facts.severityWeight = ocsf.Informational, brandWeight
	case "1":
		l.E.Severity, l.facts.severityWeight = ocsf.High, brandWeight
	case "2":
		l.E.Severity, l.facts.severityWeight = ocsf.Medium, brandWeight
	case "3":
		l.E.Severity, l.facts.severityWeight = ocsf.Low, brandWeight
	}
	if ecs && l.Get("event.kind") != "alert" || l.Get("malcore.state") == "No Threat Detected" {
		return true
	}
	title := l.Get("event.module")
	for _, k := range [...]string{"nba.signature", "sigflow.signature", "ioc.signature", "malcore.detail_threat_found", "shellcode.sub_type", "event_type"} {
		if v := l.Get(k); v != "" {
			title = v
			break
		}
	}
	l.Set(ocsf.FindingTitle, title)
	l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
	return true
}
