package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// veeam reads Backup & Replication's events: RFC 5424 with categoryId, instanceId
// and the event's own parameters as structured data, Description among them
// (Veeam Backup & Replication, Event Reference). XML in a value holds quotes that
// are not escaped, so that a value ends where the next name begins.
var veeam = &Parser{
	Name: "veeam", Vendor: "Veeam", Product: "Backup & Replication",
	Apps:   "Veeam_MP VeeamBackup Veeam.Backup.Service",
	Keys:   "instanceId",
	Begins: []string{"[categoryId="},
	Parse:  parseVeeam,
}

var veeamKeys = NewKeys(`
metadata.event_code instanceId
@user               UserName InitiatorName Initiator
user_result.name    AccountName TargetUser
@device.host        HostName ServerName BackupServerName OibHostName VmName MachineName ObjectName
job.name            JobName
app_name            ComponentDisplayName
policy.name         PolicyName
@message            Description
@src                IPAddress ClientIP
@outcome            Result JobResult
finding_info.title  MalwareName DetectionType
@keep               categoryId JobID JobType Platform ChangesXML UserFullInfo Version param1 param2 param3 param4 param5 CredentialsId IsInstallOrUpgrade JobSessionID
`)

func parseVeeam(l *Line) bool {
	s := l.Body
	i := strings.Index(s[:min(len(s), 64)], "[categoryId=")
	if i < 0 {
		s, i = l.Head.SD, strings.Index(l.Head.SD[:min(len(l.Head.SD), 64)], "categoryId=")
		if i < 0 {
			return false
		}
	}
	l.KV, l.Form = l.KV[:0], KeyValue
	l.veeamPairs(strings.TrimPrefix(s[i:], "["))
	if l.Get("instanceId") == "" {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	l.Apply(veeamKeys)
	l.veeamClass(strings.ToLower(l.Get("Description")))
	return true
}

// veeamPairs reads name="value" and name=value.
func (l *Line) veeamPairs(s string) {
	for n := 0; n < 96; n++ {
		k, rest, ok := strings.Cut(s, "=")
		if !ok || len(k) > 64 {
			return
		}
		k = strings.TrimSpace(k)
		if !strings.HasPrefix(rest, `"`) {
			v, more, _ := strings.Cut(rest, " ")
			l.add(k, strings.TrimSuffix(v, "]"))
			s = more
			continue
		}
		end := veeamEnd(rest[1:])
		l.add(k, rest[1:1+end])
		s = strings.TrimLeft(rest[min(len(rest), end+2):], " ]")
	}
}

// veeamEnd is where a value ends: at a quote before the next name or the element's
// end, outside of tags.
func veeamEnd(s string) int {
	for i, depth := 0, 0; i < len(s); i++ {
		switch s[i] {
		case '<':
			depth++
		case '>':
			depth = max(depth-1, 0)
		case '"':
			if depth > 0 {
				continue
			}
			rest := s[i+1:]
			if rest == "" || rest[0] == ']' || rest[0] == ' ' {
				return i
			}
		}
	}
	return len(s)
}

// veeamClass goes by what the description says was done, and to what.
func (l *Line) veeamClass(d string) {
	e := l.E
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(d, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("malware", "suspicious", "ransomware") && !has("settings"):
		l.put(ocsf.FindingTitle, ocsf.Text(l.Get("Description")), weakWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case has("failed to log on", "failed to log in", "log on attempt", "login attempt", "logged in", "logged on", "multi-factor authentication", "mfa"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if has("failed") {
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case has("logged out", "logged off"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case has("component [") && has("updated", "installed", "upgraded", "removed", "uninstalled"):
		l.put(ocsf.AppApplication, ocsf.Text(l.Get("ComponentDisplayName")), brandWeight)
		e.Class, e.Activity = ocsf.AppLifecycle, 8
		if has("uninstalled", "removed") {
			e.Activity = 2
		} else if has("installed") {
			e.Activity = 1
		}
	case has("session", "job", "restore", "backup copy") && has("started", "finished", "completed", "stopped", "has been performed"):
		l.put(ocsf.JobName, ocsf.Text(firstOfTexts(l.Get("JobName"), l.Get("Description"))), weakWeight)
		e.Class, e.Activity = ocsf.ScheduledJob, ocsf.Other
		if has("started") {
			e.Activity = 6
		}
		l.applyOutcome(l.Get("Description"), textWeight)
	case has("added", "created", "changed", "modified", "updated", "deleted", "removed", "enabled", "disabled", "edited", "renamed"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
}
