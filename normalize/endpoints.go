package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// Products for the protection of endpoints and of privileged accounts, whose own
// keys say all: what is not in a table here is in the dictionary.

// eset reads ESET PROTECT's JSON (ESET PROTECT, Events exported to JSON format).
var eset = &Parser{
	Name: "eset", Vendor: "ESET", Product: "ESET PROTECT",
	Keys: "source_uuid",
	Parse: keyed(NewKeys(`
@device             ipv4
@device.host        hostname
device.uid          source_uuid
@time               occured
@severity           severity
@user               username user
@process            processname process_name
@hash               hash
firewall_rule.name  rulename rule_name
finding_info.title  threat_name event
@action             action_taken action
@src                source_address
@dst                target_address
@src.port           source_port
@dst.port           target_port
@proto              protocol
@url                object_uri
@outcome            result
@message            detail
@keep               event_type group_name count
`), "event_type", func(l *Line) {
		e := l.E
		switch l.Get("event_type") {
		case "Threat_Event", "FilteredWebsites_Event", "ESET Inspect Alert", "EnterpriseInspectorAlert_Event", "HipsAggregated_Event":
			if t := firstOfTexts(l.Get("rulename"), l.Get("rule_name")); t != "" {
				l.put(ocsf.FindingTitle, ocsf.Text(t), weakWeight)
			}
			e.Class, e.Activity = ocsf.DetectionFinding, 1
		case "FirewallAggregated_Event":
			e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		case "Audit_Event":
			e.Class, e.Activity = ocsf.BaseEvent, 0
			switch {
			case strings.Contains(l.Get("action"), "Login") || strings.Contains(l.Get("action"), "login"):
				e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			case strings.Contains(l.Get("action"), "ign on token issue"), strings.Contains(l.Get("action"), "ign On Token"): // what a login at the console ends with
				e.Class, e.Activity = ocsf.Authentication, 3
				l.applyUser(brandUser, quotedAfter(firstOfTexts(l.Get("detail"), l.Get("cause")), "user '"))
			case strings.Contains(l.Get("action"), "Logout") || strings.Contains(l.Get("action"), "Logoff"):
				e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
			default:
				e.Class, e.Activity = ocsf.AppLifecycle, 8
			}
		}
	}),
}

// trellix reads ePolicy Orchestrator's XML (Trellix ePO, syslog forwarding).
var trellix = &Parser{
	Name: "trellix", Vendor: "Trellix", Product: "ePO",
	Keys: "EPOEvent.MachineInfo.AgentGUID EPOevent.MachineInfo.AgentGUID EPOEvent.MachineInfo.MachineName EPOevent.MachineInfo.MachineName UpdateEvents.MachineInfo.MachineName",
	Parse: keyed(&Keys{}, "", func(l *Line) {
		for i := range l.KV {
			kv := &l.KV[i]
			k := kv.Key[strings.LastIndexByte(kv.Key, '.')+1:]
			switch k {
			case "EventID":
				l.put(ocsf.EventCode, ocsf.Text(kv.Val), brandWeight)
			case "ThreatName", "ThreatActionTaken":
				if k == "ThreatName" && kv.Val != "_" {
					l.put(ocsf.FindingTitle, ocsf.Text(kv.Val), brandWeight)
					l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
				} else if k == "ThreatActionTaken" {
					l.endpointAction(kv.Val)
				}
			case "AnalyzerName":
				l.put(ocsf.ProductName, ocsf.Text(kv.Val), brandWeight)
			case "MachineName":
				l.putText(ocsf.DeviceHostname, kv.Val, brandWeight)
			case "AgentGUID":
				l.put(ocsf.DeviceUID, ocsf.Text(kv.Val), brandWeight)
			}
		}
	}),
}

// trendMicro reads Apex One and Apex Central, Deep Security, and Vision One in CEF
// and LEEF (Trend Micro, Syslog content mapping).
var trendMicro = &Parser{
	Name: "trendmicro", Vendor: "Trend Micro",
	Devices: "trend_micro trendmicro",
	Parse: keyed(NewKeys(`
@device.host        dvchost dhost shost
finding_info.uid    TMVirusID
@user               Incident_Source_(AD_Account) TrendMicroDsUser
@severity           cp_severity_
metadata.product.feature.name deviceFacility
@keep               Product SLF_RiskLevel Product_Entity/Endpoint Channel Action_Code
`), "", func(l *Line) {
		e := l.E
		e.Set(ocsf.ProductName, ocsf.Text(l.Device.Product))
		for _, k := range [...]string{"shost", "dhost"} {
			if h := l.Get(k); h != "" {
				f := ocsf.SrcHostname
				if k == "dhost" {
					f = ocsf.DstHostname
				}
				l.putText(f, h, weakWeight)
			}
		}
	}),
}

// cyberArk reads the Vault's and PTA's CEF (CyberArk, SIEM integration).
var cyberArk = &Parser{
	Name: "cyberark", Vendor: "CyberArk", Product: "Vault",
	Devices: "cyber-ark cyberark",
	Parse: keyed(NewKeys(`
@user         suser
user_result.name duser
@dst.host     dhost
@src          src
@device       dvc
@file         fname
status_detail reason
@message      msg
`), "", func(l *Line) {
		e := l.E
		n := l.Device.Name
		switch {
		case strings.Contains(n, "Logon") || strings.Contains(n, "Authentication"):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			if strings.Contains(n, "Fail") {
				l.setOutcome(ocsf.Failure, brandWeight)
			} else {
				l.setOutcome(ocsf.Success, weakWeight)
			}
		case strings.Contains(n, "Logoff"):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
		case strings.Contains(n, "PSM Connect"):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			l.setOutcome(ocsf.Success, weakWeight)
		case strings.Contains(n, "PSM Disconnect"):
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
		case strings.Contains(n, "Add User"):
			e.Class, e.Activity = ocsf.AccountChange, 1
		case strings.Contains(n, "Delete User"):
			e.Class, e.Activity = ocsf.AccountChange, 6
		case strings.Contains(n, "Change Password"), strings.HasPrefix(n, "CPM Change"):
			e.Class, e.Activity = ocsf.AccountChange, 3
		}
	}),
}

// crowdStrike reads Falcon's detections in CEF and JSON (SIEM connector; Event Streams).
var crowdStrike = &Parser{
	Name: "crowdstrike", Vendor: "CrowdStrike", Product: "Falcon",
	Devices: "crowdstrike",
	Keys:    "event.FalconHostLink metadata.eventType event.DetectId event.CompositeId",
	Parse: keyed(NewKeys(`
@device.host        event.ComputerName event.Hostname
@user               event.UserName event.UserId
@process            event.FileName event.FilePath
@command            event.CommandLine
finding_info.title  event.DetectName event.Name event.PatternDispositionDescription_
finding_info.desc   event.DetectDescription event.Description
finding_info.uid    event.DetectId event.CompositeId
finding_info.src_url event.FalconHostLink
@severity           event.SeverityName
@hash               event.SHA256String event.MD5String event.SHA1String
@src                event.LocalIP event.UserIp
@parent             event.ParentImageFileName
@parent.command     event.ParentCommandLine
metadata.event_code metadata.eventType
@time               metadata.eventCreationTime
@outcome            event.Success
api.operation       event.OperationName
process.pid         event.ProcessId_
`), "", func(l *Line) {
		e := l.E
		switch l.Get("metadata.eventType") {
		case "DetectionSummaryEvent", "EppDetectionSummaryEvent", "IdpDetectionSummaryEvent", "IncidentSummaryEvent":
			e.Class, e.Activity = ocsf.DetectionFinding, 1
		case "UserActivityAuditEvent", "AuthActivityAuditEvent":
			e.Class, e.Activity = ocsf.APIActivity, ocsf.Other
			if strings.Contains(strings.ToLower(l.Get("event.OperationName")), "userauthenticate") {
				e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			}
		}
	}),
}

// bitdefender reads GravityZone's CEF and JSON events (GravityZone, Event push service).
var bitdefender = &Parser{
	Name: "bitdefender", Vendor: "Bitdefender", Product: "GravityZone",
	Devices: "bitdefender",
	Keys:    "BitdefenderGZModule BitdefenderGZComputerFQDN computer_fqdn",
	Parse: keyed(NewKeys(`
@device.host        dvchost computer_name BitdefenderGZComputerFQDN computer_fqdn
@device             dvc computer_ip
metadata.product.feature.name BitdefenderGZModule module
finding_info.title  BitdefenderGZMalwareName malware_name BitdefenderGZAttackName exploit_type
finding_info.types  BitdefenderGZMalwareType malware_type
@action             act final_status status BitdefenderGZMainAction
@file               filePath file_path
@hash               BitdefenderGZMalwareHash fileHash hash
@user               suser user.name
`), "", func(l *Line) {
		l.endpointAction(firstOfTexts(l.Get("act"), firstOfTexts(l.Get("final_status"), l.Get("BitdefenderGZMainAction"))))
	}),
}

// endpointAction reads what was done with a file that was found bad.
func (l *Line) endpointAction(v string) {
	v = strings.ToLower(v)
	l.facts.actionWeight = 0
	switch {
	case strings.Contains(v, "delet"), strings.HasSuffix(v, "_del"), strings.Contains(v, "remov"):
		l.setAction(ocsf.Denied, dispDeleted, brandWeight)
	case strings.Contains(v, "quarantin"), strings.Contains(v, "mov"):
		l.setAction(ocsf.Denied, dispQuarantined, brandWeight)
	case strings.Contains(v, "block"), strings.Contains(v, "deni"), strings.HasSuffix(v, "_den"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case strings.Contains(v, "clean"), strings.Contains(v, "disinf"):
		l.setAction(ocsf.Modified, dispCorrected, brandWeight)
	case v != "":
		l.setAction(ocsf.Observed, dispDetected, brandWeight)
	}
}
