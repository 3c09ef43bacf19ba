package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// This file reads what ESXi's daemons say in words: sessions, files and plug-ins,
// and observations of the kernel (VMware, vSphere Monitoring and Performance; the
// ids of observations are vob.… and esx.…). A line of which nothing else is known
// is about the work of the daemon that wrote it, which is Process Activity.

// vmwareHead takes what ESXi 8 writes before the message, "In(14) hostd[2097521]: ",
// and its level.
func (l *Line) vmwareHead(s string) string {
	level, rest, ok := strings.Cut(s, "(")
	if !ok || len(level) != 2 || vmwareLevels[level] == "" {
		return s
	}
	n := digits(rest)
	rest, ok = strings.CutPrefix(rest[n:], ") ")
	if n == 0 || !ok {
		return s
	}
	l.applySeverity(vmwareLevels[level], brandWeight)
	if i := strings.Index(rest, "]: "); i > 0 && i < 64 && strings.IndexByte(rest[:i], ' ') < 0 {
		l.vmwareLevel(rest[:i+1])
		rest = strings.TrimLeft(rest[i+3:], " ")
	}
	return rest
}

var vmwareLevels = map[string]string{"Em": "emergency", "Al": "alert", "Cr": "critical", "Er": "error", "Wa": "warning", "No": "notice", "In": "info", "Db": "debug"}

// vmwareObservation reads "[GenericCorrelator] 308us: [vob.user.ssh.session.opened] text".
func (l *Line) vmwareObservation(s string) bool {
	i := strings.Index(s, "[vob.")
	if i < 0 {
		i = strings.Index(s, "[esx.")
	}
	if i < 0 || i > 64 {
		return false
	}
	id, msg, ok := strings.Cut(s[i+1:], "] ")
	if !ok || len(id) > 96 || strings.IndexByte(id, ' ') >= 0 {
		return false
	}
	l.put(ocsf.EventCode, ocsf.Text(id), brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), exactWeight)
	if strings.Contains(id, ".problem.") {
		l.setOutcome(ocsf.Failure, weakWeight)
	}
	if l.vmwareSession(msg) {
		return true
	}
	l.scanText(msg)
	if l.E.Class == ocsf.BaseEvent && !l.connection() {
		_, part, _ := strings.Cut(id, ".")
		part, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(part, "problem."), "audit."), ".")
		l.put(ocsf.KernelName, ocsf.Text(part), brandWeight) // the resource that is observed
		l.put(ocsf.KernelTypeID, ocsf.Int(0), brandWeight)
		l.E.Class, l.E.Activity = ocsf.KernelActivity, ocsf.Other
	}
	return true
}

// vmwareKernel reads VMkernel's own lines, "cpu7:2097868)WARNING: NMP: nmp_Device:801: text".
func (l *Line) vmwareKernel(s string) bool {
	_, msg, _ := strings.Cut(s, ")")
	for _, w := range [...]string{"WARNING: ", "ALERT: "} {
		if rest, ok := strings.CutPrefix(msg, w); ok {
			l.applySeverity(w[:len(w)-2], brandWeight)
			msg = rest
		}
	}
	part, _, _ := strings.Cut(msg, ":")
	if len(part) == 0 || len(part) > 40 || strings.IndexByte(part, ' ') >= 0 {
		part = "vmkernel"
	}
	l.put(ocsf.ProductName, ocsf.Text("ESXi"), brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	l.scanText(msg)
	if l.E.Class == ocsf.BaseEvent && !l.connection() {
		l.put(ocsf.KernelName, ocsf.Text(part), brandWeight)
		l.put(ocsf.KernelTypeID, ocsf.Int(0), brandWeight)
		l.E.Class, l.E.Activity = ocsf.KernelActivity, ocsf.Other
	}
	return true
}

// vmwareSession reads who came, went or was kept out, as events of the host tell
// it, with "Event 1201 : " before or without.
func (l *Line) vmwareSession(s string) bool {
	if strings.HasPrefix(s, "Event ") {
		if _, rest, ok := strings.Cut(s[:min(len(s), 512)], " : "); ok {
			s = rest
		}
	}
	if who, ok := strings.CutPrefix(s, "Remote access for ESXi local user account '"); ok && strings.Contains(who, "locked") {
		who, _, _ = strings.Cut(who, "'")
		l.applyUser(brandUser, who)
		l.E.Class, l.E.Activity = ocsf.AccountChange, 9
		return true
	}
	for _, x := range vmwareSessions {
		if rest, ok := strings.CutPrefix(s, x.begins); ok {
			who, _, _ := strings.Cut(strings.TrimLeft(rest, "'"), "'")
			if strings.IndexByte(who, ' ') >= 0 {
				who = firstWord(who)
			}
			l.vmwareVisitor(strings.TrimRight(who, ".:"), x.activity, x.outcome)
			return true
		}
	}
	return false
}

var vmwareSessions = [...]struct {
	begins   string
	activity uint8
	outcome  int8
}{
	{"SSH session was opened for ", ocsf.Logon, ocsf.Success}, {"SSH session was closed for ", ocsf.Logoff, ocsf.Success}, {"SSH login has failed for ", ocsf.Logon, ocsf.Failure},
	{"Cannot login user ", ocsf.Logon, ocsf.Failure}, {"Cannot login ", ocsf.Logon, ocsf.Failure}, {"Failed login attempt for user ", ocsf.Logon, ocsf.Failure},
}

// vmwareVisitor reads "root@192.0.2.15".
func (l *Line) vmwareVisitor(who string, activity uint8, outcome int8) {
	if k := strings.LastIndexByte(who, '@'); k > 0 {
		if a, ok := addrOf(who[k+1:]); ok {
			l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			who = who[:k]
		}
	}
	l.vmwareLogon(who, activity, outcome)
}

// vmwareFile reads a plug-in that was loaded and files that were worked upon.
func (l *Line) vmwareFile(s string) bool {
	e := l.E
	if rest, ok := strings.CutPrefix(s, "PluginLdr_Load: Loaded plugin '"); ok {
		_, path, _ := strings.Cut(rest, "' from '")
		path, _, _ = strings.Cut(path, "'")
		l.putText(ocsf.ModulePath, path, brandWeight)
		l.putText(ocsf.ModuleName, path[strings.LastIndexByte(path, '/')+1:], brandWeight)
		e.Class, e.Activity = ocsf.ModuleActivity, 1
		return true
	}
	for _, x := range vmwareFiles {
		if i := strings.Index(s, x.words); i >= 0 && i < 96 {
			path, _, _ := strings.Cut(strings.TrimLeft(s[i+len(x.words):], "' "), x.end)
			if strings.HasPrefix(path, "/") {
				l.applyFile(path, brandWeight)
				e.Class, e.Activity = ocsf.FileActivity, x.activity
				return true
			}
		}
	}
	return false
}

var vmwareFiles = [...]struct {
	words, end string
	activity   uint8
}{
	{"Processing file: ", " ", 2}, {"Report Path: ", " ", 3}, {"PublishReport: file ", " ", 5}, {"File - failed to get objectId, ", "'", 2}, {"stat(", ")", 8},
}

// vmwareCommand reads a command that the host runs, "Executing 'localcli …'" and
// "User 'root' running command '…'".
func (l *Line) vmwareCommand(s string) bool {
	rest, ok := strings.CutPrefix(s, "User '")
	if ok {
		who, cmd, found := strings.Cut(rest, "' running command '")
		if !found {
			return false
		}
		l.applyUser(brandUser, who)
		rest = cmd
	} else if rest, ok = strings.CutPrefix(s, "Executing '"); !ok {
		return false
	}
	cmd := strings.TrimSuffix(strings.TrimSpace(rest), "'")
	l.put(ocsf.ProcessCmd, ocsf.Text(cmd), brandWeight)
	l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, firstWord(cmd))
	l.E.Class, l.E.Activity = ocsf.ProcessActivity, 1
	return true
}

// vmwareDaemon classes a line that speaks of nothing but the work of the daemon
// that wrote it; where the header does not name the program, its part does.
func (l *Line) vmwareDaemon() {
	e := l.E
	if e.Class != ocsf.BaseEvent || l.facts.weight[ocsf.SrcIP] > 0 || l.facts.weight[ocsf.DstIP] > 0 || l.facts.hints&(hintAuth|hintDHCP) != 0 {
		return
	}
	name := firstOfTexts(e.Text(ocsf.ProcessName), firstOfTexts(l.Head.App, firstWord(e.Text(ocsf.ProductFeature))))
	if name == "" {
		return
	}
	l.put(ocsf.ProcessName, ocsf.Text(name), weakWeight)
	e.Class, e.Activity = ocsf.ProcessActivity, ocsf.Other
}

// vmwareTask reads an operation of vpxd or vpxa: "[VpxLRO] -- BEGIN lro-4 -- target --
// vim.ServiceInstance.retrieveContent -- session(uid)".
func (l *Line) vmwareTask(s string) bool {
	rest, ok := strings.CutPrefix(s, "[VpxLRO] -- ")
	if !ok {
		return false
	}
	verb, rest, _ := strings.Cut(rest, " ")
	f := strings.SplitN(rest, " -- ", 5)
	l.put(ocsf.ActivityName, ocsf.Text(verb), brandWeight)
	l.put(ocsf.CorrelationUID, ocsf.Text(strings.TrimSpace(f[0])), exactWeight)
	if len(f) < 4 {
		return true
	}
	l.put(ocsf.APIOperation, ocsf.Text(f[2]), brandWeight)
	session, _, _ := strings.Cut(f[3], "(")
	l.put(ocsf.SessionUID, ocsf.Text(strings.TrimSpace(session)), brandWeight)
	return true
}
