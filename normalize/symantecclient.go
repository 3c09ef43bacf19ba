package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// This file settles the kinds of logs of Symantec Endpoint Protection.

// symantecRisk is a risk that was found: the kind is the first column, the file may
// be a column without a name.
func (l *Line) symantecRisk(plain []string) {
	if len(plain) > 0 {
		l.put(ocsf.EventCode, ocsf.Text(plain[0]), brandWeight)
		l.put(ocsf.FindingTitle, ocsf.Text(plain[0]), weakWeight)
	}
	for _, v := range plain[min(len(plain), 1):] {
		if len(v) > 3 && v[1] == ':' && (v[2] == '\\' || v[2] == '/') {
			l.applyFile(v, brandWeight)
		}
	}
	l.endpointAction(l.Get("Actual_action"))
	l.E.Class, l.E.Activity = ocsf.DetectionFinding, 1
}

// symantecScan is a scan of a computer; with threats it is a finding.
func (l *Line) symantecScan(plain []string) {
	for _, v := range plain {
		switch v {
		case "Completed":
			l.setOutcome(ocsf.Success, brandWeight)
		case "Started", "Canceled", "Suspended", "Delayed", "Stopped":
		default:
			l.put(ocsf.Message, ocsf.Text(v), weakWeight)
			continue
		}
		l.put(ocsf.EventCode, ocsf.Text(v), brandWeight)
	}
	l.put(ocsf.FindingUID, ocsf.Text(l.Get("Scan_ID")), brandWeight)
	l.put(ocsf.FindingTitle, ocsf.Text(firstOfTexts(l.Get("Scan_Type"), "Scan")), brandWeight)
	if n := l.Get("Threats"); n != "" && n != "0" {
		l.setAction(ocsf.Observed, dispDetected, brandWeight)
	}
	l.E.Class, l.E.Activity = ocsf.DetectionFinding, 2
}

// symantecServer is about the manager: administrators, policies, what clients did
// with it (behind the words: computer, user, domain).
func (l *Line) symantecServer(plain []string) {
	e := l.E
	words := l.Get("Event_Description")
	if words == "" && len(plain) > 0 {
		words = plain[0]
	}
	l.put(ocsf.Message, ocsf.Text(words), weakWeight)
	low := strings.ToLower(words)
	if len(plain) >= 3 && l.Get("Admin") == "" {
		l.putText(ocsf.DeviceHostname, plain[1], brandWeight)
		l.applyUser(brandUser, plain[2])
		e.Class, e.Activity = ocsf.AppLifecycle, ocsf.Other
	}
	if l.Get("Admin") == "" {
		l.symantecWork(words)
		return
	}
	switch {
	case strings.Contains(low, "log on"), strings.Contains(low, "logon"), strings.Contains(low, "logged on"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.Contains(low, "log out"), strings.Contains(low, "logout"), strings.Contains(low, "log off"), strings.Contains(low, "logged out"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	default:
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
	l.applyOutcome(words, brandWeight)
}

// symantecWork is what the manager or a client did with itself: content, services.
func (l *Line) symantecWork(words string) {
	e, low := l.E, strings.ToLower(words)
	l.put(ocsf.AppApplication, ocsf.Text("Symantec Endpoint Protection"), weakWeight)
	e.Class, e.Activity = ocsf.AppLifecycle, ocsf.Other
	switch {
	case strings.Contains(low, "update"), strings.Contains(low, "content"), strings.Contains(low, "definitions"):
		e.Activity = 8
	case strings.Contains(low, "start"):
		e.Activity = 3
	case strings.Contains(low, "stop"), strings.Contains(low, "shut down"):
		e.Activity = 4
	case strings.Contains(low, "install"):
		e.Activity = 1
	}
	l.applyOutcome(words, textWeight)
}

// symantecClient is of a client's own log, whose first column is its name: traffic,
// packets, attacks, control of applications, the client's system.
func (l *Line) symantecClient(plain []string) {
	e := l.E
	if len(plain) > 0 {
		l.putText(ocsf.DeviceHostname, plain[0], brandWeight)
	}
	switch {
	case l.Get("Category") != "":
		if len(plain) > 1 {
			l.put(ocsf.ProductFeature, ocsf.Text(plain[1]), brandWeight)
		}
		if len(plain) > 2 {
			l.put(ocsf.Message, ocsf.Text(plain[2]), brandWeight)
		}
		l.symantecWork(e.Text(ocsf.Message))
	case l.Get("Local_Host_IP") != "" || l.Get("Local_Host") != "":
		l.symantecEnds(plain)
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
		if l.Get("CIDS_Signature_ID") != "" || l.Get("Intrusion_ID") != "" {
			l.put(ocsf.FindingTitle, ocsf.Text(l.Get("Event_Description")), weakWeight)
			e.Class, e.Activity = ocsf.DetectionFinding, 1
		}
	default:
		l.symantecControl(plain)
	}
}

// symantecEnds turns local and remote into source and destination by the direction.
func (l *Line) symantecEnds(plain []string) {
	local, remote := &ends[srcSide], &ends[dstSide]
	for _, v := range plain {
		switch {
		case v == "Inbound":
			local, remote = remote, local
			l.put(ocsf.DirectionID, ocsf.Int(1), brandWeight)
		case v == "Outbound":
			l.put(ocsf.DirectionID, ocsf.Int(2), brandWeight)
		case len(v) < 10 && protoWord(v):
			l.applyProto(v, brandWeight)
		}
	}
	for _, x := range [...]struct {
		to        ocsf.Field
		key, more string
	}{{local.ip, "Local_Host_IP", "Local_Host"}, {local.port, "Local_Port", ""}, {local.mac, "Local_Host_MAC", ""},
		{remote.ip, "Remote_Host_IP", ""}, {remote.port, "Remote_Port", ""}, {remote.mac, "Remote_Host_MAC", ""}, {remote.host, "Remote_Host_Name", ""}} {
		v := strings.TrimSuffix(firstOfTexts(l.Get(x.key), l.Get(x.more)), ".")
		if v != "" && v != "0" && v != "0.0.0.0" {
			l.putText(x.to, v, brandWeight)
		}
	}
}

// symantecControl is of the control of applications and devices: name, address,
// action, description, API, begin, end, rule, caller's id, caller, return address,
// module, target.
func (l *Line) symantecControl(plain []string) {
	if len(plain) > 1 {
		if a, ok := addrOf(plain[1]); ok {
			l.put(ocsf.DeviceIP, ocsf.Addr(a), brandWeight)
		}
	}
	if len(plain) > 3 {
		l.applyAction(plain[2], brandWeight)
		l.put(ocsf.Message, ocsf.Text(plain[3]), brandWeight)
	}
	if len(plain) > 6 {
		l.Set(ocsf.ProcessPID, plain[5])
		l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, plain[6])
	}
	e := l.E
	e.Class, e.Activity = ocsf.ProcessActivity, ocsf.Other
	if len(plain) > 9 && len(plain[9]) > 3 && plain[9][1] == ':' && strings.HasPrefix(plain[4], "File") {
		l.applyFile(plain[9], brandWeight)
		e.Class, e.Activity = ocsf.FileActivity, fileActivity(hintsOf(plain[4]))
	}
}
