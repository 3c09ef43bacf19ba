package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// windowsEvent says what the event is, from its number and its fields.
func (l *Line) windowsEvent(w *windowsFields) {
	e := l.E
	log := windowsLogOf(w.channel, w.provider)
	id := -1
	if len(w.id) < 8 {
		id = atoi(w.id)
	}
	if w.message != "" && !w.own && (log == securityLog || log == sysmonLog || log == defenderLog || log == smbServerLog || log == adfsLog) {
		l.windowsMessage(w, w.message)
	}
	if e.Unmapped("Channel").IsZero() && w.channel != "" {
		l.keepKey("Channel", w.channel)
	}
	if e.Unmapped("EventID").IsZero() {
		l.keepKey("EventID", w.id)
	}
	l.Set(ocsf.EventCode, w.id)
	l.putText(ocsf.LogName, w.channel, brandWeight)
	l.putText(ocsf.LogProvider, w.provider, brandWeight)
	l.put(ocsf.DeviceOS, ocsf.Text("Windows"), weakWeight)
	l.put(ocsf.DeviceOSType, ocsf.Int(100), weakWeight)
	l.put(ocsf.ProductName, ocsf.Text(windowsProduct(log)), brandWeight)

	known, ok := windowsEventOf(log, id)
	if ok {
		e.Class, e.Activity = known.class, known.activity
	}
	l.windowsUsers(w, log, id)
	l.windowsOutcome(w, known.outcome)
	l.windowsSeverity(w, known.severity)
	l.windowsObjects(w, log, id)
	if e.Class == ocsf.BaseEvent && w.message != "" {
		l.facts.hints = 0
		l.scanText(w.message)
		e.Class, e.Activity = windowsClass(log)
	}
}

// windowsClass is the class of an event whose number nobody knows.
func windowsClass(log windowsLog) (ocsf.Class, uint8) {
	switch log {
	case defenderLog:
		return ocsf.AppLifecycle, ocsf.Other
	case taskLog, bitsLog:
		return ocsf.ScheduledJob, ocsf.Other
	case powershellLog:
		return ocsf.ScriptActivity, ocsf.Other
	}
	return ocsf.BaseEvent, ocsf.Other
}

func windowsProduct(log windowsLog) string {
	switch log {
	case sysmonLog:
		return "Sysmon"
	case defenderLog:
		return "Windows Defender"
	case powershellLog:
		return "PowerShell"
	case adfsLog:
		return "AD FS"
	case dnsServerLog:
		return "Windows DNS Server"
	}
	return "Windows"
}

// windowsUsers settles whom the event is about.
func (l *Line) windowsUsers(w *windowsFields, log windowsLog, id int) {
	f := &l.facts
	group := l.E.Class == ocsf.GroupManagement
	switch {
	case group && (id == 4799) && w.target != "":
		l.put(ocsf.GroupName, ocsf.Text(w.target), brandWeight)
		f.target, f.userWeight[2] = "", 0
	case group && id != 4798 && w.target != "": // the target is the group, the member the user
		l.put(ocsf.GroupName, ocsf.Text(w.target), brandWeight)
		f.target, f.userWeight[2] = "", 0
		if m := w.member; m != "" && m != "-" {
			l.applyUser(meaning{read: readUser, side: targetSide, weight: brandWeight}, m)
		}
		if sid := l.E.Text(ocsf.UserUID); sid != "" {
			l.put(ocsf.GroupUID, ocsf.Text(sid), brandWeight)
			l.E.Delete(ocsf.UserUID)
		}
		l.windowsMove(ocsf.UserDomain, ocsf.GroupDomain)
		if w.memberSID != "" && w.memberSID != "-" {
			l.E.Set(ocsf.UserUID, ocsf.Text(w.memberSID))
		}
	case f.target != "" && (strings.HasPrefix(f.target, "S-1-") || f.target == "-"):
		f.target = ""
	}
	if nothing(f.actor) {
		f.actor = ""
	}
	if u := w.user; u != "" && !strings.HasPrefix(u, "S-1-") && !nothing(u) {
		l.applyUser(meaning{read: readUser, weight: brandWeight}, u)
	}
	if f.user == "" && f.target == "" && f.actor == "" && !nothing(w.account) && !strings.HasPrefix(w.account, "S-1-") {
		l.applyUser(meaning{read: readUser, weight: weakWeight}, w.account)
		l.putText(ocsf.UserDomain, w.accountDomain, weakWeight)
	}
	if f.user == "" && f.target == "" && f.actor != "" { // the one who acts is the one it is about
		l.windowsMove(ocsf.ActorUserDomain, ocsf.UserDomain)
		l.windowsMove(ocsf.ActorUserUID, ocsf.UserUID)
	}
	if f.user == "" && f.target == "" && f.actor == "" && strings.HasPrefix(w.sid, "S-1-") {
		l.putText(ocsf.UserUID, w.sid, weakWeight)
	}
}

// windowsMove gives one field's value to another.
func (l *Line) windowsMove(from, to ocsf.Field) {
	if v := l.E.Get(from); !v.IsZero() {
		l.E.Delete(from)
		l.E.Set(to, v)
	}
}

// windowsOutcome reads success or failure: by the number, the keywords (bit 53
// success, bit 52 failure) in any writing, or a status.
func (l *Line) windowsOutcome(w *windowsFields, known int8) {
	switch {
	case known != 0:
		l.setOutcome(known, brandWeight)
	case strings.HasPrefix(w.keywords, "0x8020"), w.keywords == "-9214364837600034816", hasWord(w.keywords, "Success"), strings.HasSuffix(w.eventType, "AUDIT_SUCCESS"):
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.HasPrefix(w.keywords, "0x8010"), w.keywords == "-9218868437227405312", hasWord(w.keywords, "Failure"), strings.HasSuffix(w.eventType, "AUDIT_FAILURE"):
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	if s := w.status; strings.HasPrefix(s, "0x") {
		if strings.Trim(s[2:], "0") != "" {
			l.put(ocsf.StatusCode, ocsf.Text(s), brandWeight)
			if l.E.Class == ocsf.Authentication {
				l.facts.outcomeWeight = 0
				l.setOutcome(ocsf.Failure, brandWeight)
			}
		} else if l.E.Class == ocsf.Authentication {
			l.setOutcome(ocsf.Success, brandWeight)
		}
	}
	if w.substatus != "" && strings.Trim(w.substatus, "0x") != "" {
		l.E.Set(ocsf.StatusCode, ocsf.Text(w.substatus))
	}
	if w.reason != "" && !strings.HasPrefix(w.reason, "%%") {
		l.put(ocsf.StatusDetail, ocsf.Text(w.reason), brandWeight)
	}
}

func hasWord(s, word string) bool { return strings.Contains(s, word) }

// windowsSeverity takes what the table says, but never less than the event's own
// level: 1 critical, 2 error, 3 warning.
func (l *Line) windowsSeverity(w *windowsFields, known ocsf.Severity) {
	e := l.E
	s := ocsf.Severity(0)
	switch firstWord(e.Unmapped("Level").String()) {
	case "1", "Critical":
		s = ocsf.Critical
	case "2", "Error":
		s = ocsf.High
	case "3", "Warning":
		s = ocsf.Medium
	case "0", "4", "5", "Information", "Verbose":
		s = ocsf.Informational
	}
	if sev, ok := levelOf(w.severityName); ok && w.severityName != "" {
		s, known = sev, 0
	}
	if known > s && known > e.Severity {
		s = known
	}
	if s != 0 && (l.facts.severityWeight == 0 || s > e.Severity || w.severityName != "") {
		e.Severity, l.facts.severityWeight = s, brandWeight
	}
}

// windowsObjects puts the things the event is about where its class has them.
func (l *Line) windowsObjects(w *windowsFields, log windowsLog, id int) {
	e := l.E
	if p := e.Unmapped("PrivilegeList").String(); p != "" && e.Class == ocsf.AuthorizeSession {
		for n := 0; p != "" && n < 40; n++ {
			var one string
			if i := strings.IndexAny(p, " \r\n\t,"); i >= 0 {
				one, p = p[:i], p[i+1:]
			} else {
				one, p = p, ""
			}
			if strings.HasPrefix(one, "Se") {
				e.Append(ocsf.Privileges, ocsf.Text(one))
			}
		}
	}
	if e.Class == ocsf.AuthorizeSession && !e.Has(ocsf.Privileges) {
		l.putText(ocsf.GroupUID, e.Unmapped("SidList").String(), brandWeight)
	}
	switch w.direction {
	case "%%14592", "Inbound":
		e.SetInt(ocsf.DirectionID, 1)
	case "%%14593", "Outbound":
		e.SetInt(ocsf.DirectionID, 2)
	}
	if o := w.object; o != "" && o != "-" {
		switch {
		case strings.EqualFold(w.objectType, "Key"), strings.HasPrefix(o, `\REGISTRY`):
			l.put(ocsf.RegKeyPath, ocsf.Text(o), brandWeight)
		case strings.EqualFold(w.objectType, "File"):
			l.applyFile(o, brandWeight)
		default:
			l.put(ocsf.WinResourceName, ocsf.Text(o), brandWeight)
			l.putText(ocsf.WinResourceType, w.objectType, brandWeight)
		}
	}
	list := ocsf.FileHashes
	switch e.Class {
	case ocsf.ProcessActivity:
		list = ocsf.ProcessHashes
		if log == sysmonLog && e.Has(ocsf.ActorPath) {
			p := e.Text(ocsf.ActorPath)
			e.Set(ocsf.ActorProcess, ocsf.Text(p[strings.LastIndexByte(p, '\\')+1:]))
		}
	case ocsf.ModuleActivity:
		list = ocsf.ModuleHashes
		l.windowsPath(ocsf.ModulePath, ocsf.ModuleName, w.image)
	case ocsf.KernelExtension:
		list = ocsf.DriverHashes
		l.windowsPath(ocsf.DriverPath, ocsf.DriverName, w.image)
	case ocsf.ScriptActivity:
		l.windowsPath(ocsf.ScriptFilePath, ocsf.ScriptFile, w.path)
		e.SetInt(ocsf.ScriptTypeID, 2)
	case ocsf.RegistryValue:
		if p := e.Text(ocsf.RegKeyPath); p != "" {
			e.Set(ocsf.RegValuePath, ocsf.Text(p))
			if !e.Has(ocsf.RegValueName) {
				e.Set(ocsf.RegValueName, ocsf.Text(p[strings.LastIndexByte(p, '\\')+1:]))
			}
		}
	case ocsf.RegistryKey:
		if t := e.Unmapped("EventType").String(); strings.HasPrefix(t, "Delete") {
			e.Activity = 4
		}
	case ocsf.WindowsService:
		l.windowsService(w, log, id)
	case ocsf.ScheduledJob:
		if c, ok := between(w.taskXML, "Command>", "<"); ok {
			l.put(ocsf.JobCmd, ocsf.Text(c), brandWeight)
		} else if c, ok := between(w.taskXML, "Command&gt;", "&lt;"); ok {
			l.put(ocsf.JobCmd, ocsf.Text(c), brandWeight)
		}
	case ocsf.DetectionFinding:
		l.windowsThreat(w)
	}
	if w.hashes != "" {
		l.addHashes(list, w.hashes)
	}
	if e.Class == ocsf.DNSActivity {
		l.windowsAnswers(w.results)
		if !e.Has(ocsf.SrcIP) && !e.Has(ocsf.SrcHostname) { // the computer itself asks
			l.putText(ocsf.SrcHostname, e.Text(ocsf.DeviceHostname), weakWeight)
		}
	}
	if log == sysmonLog && e.Class == ocsf.WindowsResource {
		if p := e.Unmapped("PipeName").String(); p != "" {
			l.put(ocsf.WinResourceName, ocsf.Text(p), brandWeight)
			l.put(ocsf.WinResourceType, ocsf.Text("Pipe"), brandWeight)
		}
	}
	if log == powershellLog && w.data != "" {
		if _, c, ok := strings.Cut(w.data, "HostApplication="); ok {
			l.put(ocsf.ProcessCmd, ocsf.Text(strings.TrimSpace(firstLine(c))), brandWeight)
		}
	}
	if log == applicationLog && e.Class == ocsf.ProcessActivity { // of a crash, whichever place it has
		for i := range l.KV {
			if v := l.KV[i].Val; strings.HasSuffix(v, ".exe") {
				l.applyProcess(meaning{read: readProcess, side: procSide, weight: weakWeight}, v)
				break
			}
		}
	}
}

// windowsPath sets a path and the name at its end.
func (l *Line) windowsPath(path, name ocsf.Field, v string) {
	if nothing(v) {
		return
	}
	l.put(path, ocsf.Text(v), brandWeight)
	l.put(name, ocsf.Text(v[strings.LastIndexByte(v, '\\')+1:]), brandWeight)
}

// addHashes reads "SHA1=…,MD5=…,IMPHASH=…" or one digest. The hash of imports is
// no hash of the file.
func (l *Line) addHashes(list ocsf.Field, v string) {
	for n := 0; v != "" && n < 8; n++ {
		var one string
		one, v, _ = strings.Cut(v, ",")
		i := strings.IndexAny(one, "=:")
		k, h := one, one
		if i > 0 {
			k, h = one[:i], one[i+1:]
		}
		if i <= 0 {
			h = strings.TrimSpace(one)
		} else if strings.EqualFold(strings.TrimSpace(k), "IMPHASH") {
			continue
		}
		if h = clean(strings.TrimPrefix(h, "0x")); hashHex(h) {
			l.E.AddHash(list, h)
		}
	}
}

// windowsService reads the service manager's events: names, programs, states.
func (l *Line) windowsService(w *windowsFields, log windowsLog, id int) {
	e := l.E
	name := w.service
	if name == "" {
		name = w.param1
	}
	if log == sysmonLog {
		name = "Sysmon"
		if w.state == "Started" {
			e.Activity = 3
		} else if w.state == "Stopped" {
			e.Activity = 4
		}
	}
	if name == "" {
		name = w.provider
	}
	l.put(ocsf.WinServiceName, ocsf.Text(name), brandWeight)
	l.put(ocsf.WinServiceCmd, ocsf.Text(w.imageFile), brandWeight)
	if id == 7036 {
		switch w.param2 {
		case "running":
			e.Activity = 3
		case "stopped":
			e.Activity = 4
		}
	}
}

// windowsThreat reads Defender's events.
func (l *Line) windowsThreat(w *windowsFields) {
	e := l.E
	if w.threat != "" {
		l.put(ocsf.FindingTitle, ocsf.Text(w.threat), brandWeight)
		e.Append(ocsf.Malware, ocsf.ObjectOf(ocsf.Attr(ocsf.MalwareName, ocsf.Text(w.threat)), ocsf.Attr(ocsf.MalwareClassID, ocsf.ListOf(ocsf.Int(0)))))
	} else if w.message != "" {
		l.put(ocsf.FindingTitle, ocsf.Text(strings.TrimSpace(firstLine(w.message))), weakWeight)
	}
	p := w.path
	if i := strings.Index(p, "file:_"); i >= 0 {
		p = p[i+6:]
	}
	if i := strings.IndexByte(p, ';'); i > 0 {
		p = p[:i]
	}
	l.applyFile(strings.TrimPrefix(p, "containerfile:_"), brandWeight)
	switch {
	case strings.HasPrefix(w.action, "Quarantine"):
		l.setAction(ocsf.Denied, dispQuarantined, brandWeight)
	case strings.HasPrefix(w.action, "Remove"):
		l.setAction(ocsf.Denied, dispDeleted, brandWeight)
	case strings.HasPrefix(w.action, "Block"):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case strings.HasPrefix(w.action, "Clean"):
		l.setAction(ocsf.Modified, dispCorrected, brandWeight)
	case strings.HasPrefix(w.action, "Allow"):
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
}

// windowsAnswers reads Sysmon's "type:  5 www.example.com;::ffff:192.0.2.1;".
func (l *Line) windowsAnswers(v string) {
	for n := 0; v != "" && n < 16; n++ {
		var one string
		one, v, _ = strings.Cut(v, ";")
		one = strings.TrimSpace(one)
		if strings.HasPrefix(one, "type:") {
			one = strings.TrimLeft(one[5:], " 0123456789")
		}
		if a, ok := addrOf(one); ok {
			one = a.Unmap().String()
		}
		if one != "" && one != "-" {
			l.E.Append(ocsf.Answers, ocsf.ObjectOf(ocsf.Attr(ocsf.AnswerData, ocsf.Text(one))))
		}
	}
}

// between returns what stands between two texts.
func between(s, from, to string) (string, bool) {
	_, rest, ok := strings.Cut(s, from)
	if !ok {
		return "", false
	}
	v, _, ok := strings.Cut(rest, to)
	return v, ok && v != ""
}

func firstLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return s[:i]
	}
	return s
}
