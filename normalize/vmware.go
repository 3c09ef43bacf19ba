package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// vmware reads ESXi's daemons, vCenter's services, and vCenter's stream of
// events (VMware, vSphere Monitoring and Performance: log files; vCenter Server
// syslog: "Event [id] [part] [time] [type] [level] [user] [datacenter] [chain]").
var vmware = &Parser{
	Name: "vmware", Vendor: "VMware",
	Apps: `hostd Hostd vpxa Vpxa vpxd vpxd-svcs vmkernel vmkwarning vobd rhttpproxy Rhttpproxy fdm Fdm hostd-probe esxtokend vsanmgmt vsphere-ui eam sps
		applmgmt applmgmt-audit websso ssoAdminServer sso vmauthd vmafdd vmdird vmcad envoy envoy-access vcenter-server esxupdate crx-cli dcui DCUI ESXShell localhost-access updatemgr
		content-library trustmanagement vapi-endpoint hvc observability rbd analytics imfile hdr auth-audit audit_events`,
	Begins: []string{"Event [", "[Originator@", "info ", "warning ", "verbose ", "error ", "trivia ", "In(1", "Wa(1", "Er(1", "Db(1", "No(1", "Cr(1", "Al(1", "Em(1", "In(2", "Wa(2", "Er(2", "Db(2",
		"[GenericCorrelator] ", "[UserLevelCorrelator] ", "[iscsiCorrelator] ", "[scsiCorrelator] ", "[netCorrelator] ", "[vmfsCorrelator] ", "[visorfsCorrelator] ", "[hwCorrelator] ", "[vpxaCorrelator] ",
		"[VpxLRO] ", "User '", "Executing '"},
	Shape: vmwareShape,
	First: "c[",
	Parse: parseVMware,
}

// vmwareShape knows the kernel's lines, "cpu7:2097868)", and those of vCenter's
// Java services, "[thread [] INFO com.vmware.… opId=] ".
func vmwareShape(s string) bool {
	switch s[0] {
	case 'c':
		return len(s) > 8 && s[1] == 'p' && s[2] == 'u' && digit(s[3]) && strings.IndexByte(s[:min(len(s), 32)], ')') > 0
	case '[':
		return strings.Contains(s[:min(len(s), 120)], " com.vmware.")
	}
	return false
}

func parseVMware(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if strings.HasPrefix(s, "Event [") {
		return l.vmwareEvent(s)
	}
	s = l.vmwareHead(s)
	if s != "" && s[0] == 'c' && vmwareShape(s) {
		return l.vmwareKernel(s)
	}
	i := strings.Index(s, "[Originator@")
	if i > 160 {
		i = -1
	}
	j := strings.Index(s, "[auditlogger] {")
	java := strings.Contains(s, "com.vmware.") && (l.Head.App != "" || i < 0 && strings.Contains(s, "opId="))
	if i < 0 && j < 0 && !java && !vmwareApp(l.Head.App) && !strings.Contains(s[:min(len(s), 40)], "Correlator] ") && !strings.HasPrefix(s, "[VpxLRO] ") &&
		!(strings.HasPrefix(s, "User '") && strings.Contains(s, "' running command '")) && !(strings.HasPrefix(s, "Executing '") && strings.Contains(s, "vmware")) {
		return false
	}
	e := l.E
	l.Form, l.KV = Text, l.KV[:0]
	product := "ESXi"
	msg := s
	if i >= 0 {
		l.vmwareLevel(s[:i])
		head, rest, ok := strings.Cut(s[i:], "] ")
		if !ok {
			head, rest = s[i:], ""
		}
		msg = rest
		l.vmwareOrigin(head)
	}
	if java && strings.HasPrefix(s, "[") { // [thread [] LEVEL com.vmware.Class opId=x] message
		if head, rest, ok := strings.Cut(s, "] "); ok && strings.HasSuffix(head, "[") {
			head, msg, _ = strings.Cut(rest, "] ")
			l.applySeverity(firstWord(head), brandWeight)
			l.put(ocsf.CorrelationUID, ocsf.Text(after(head, "opId=")), brandWeight)
		}
	}
	switch app := e.Text(ocsf.ProcessName) + l.Head.App; {
	case j >= 0:
		product = "vCenter Server"
		l.vmwareAudit(s[j+len("[auditlogger] "):])
		msg = ""
	case java, strings.Contains(app, "vpxd"), strings.Contains(app, "sso"), strings.Contains(app, "vsphere"), strings.Contains(app, "envoy"), strings.Contains(app, "applmgmt"):
		product = "vCenter Server"
	}
	l.put(ocsf.ProductName, ocsf.Text(product), weakWeight)
	if msg != "" {
		l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
		if !l.vmwareObservation(msg) {
			l.vmwareMessage(msg)
		}
		if product == "ESXi" {
			l.vmwareDaemon()
		}
	}
	return true
}

// vmwareApp reports whether a program is one that only VMware has.
func vmwareApp(app string) bool {
	switch app {
	case "hostd", "Hostd", "vpxa", "Vpxa", "vpxd", "vmkernel", "vmkwarning", "vobd", "rhttpproxy", "Rhttpproxy", "fdm", "Fdm", "esxtokend", "vmauthd", "ESXShell", "DCUI", "vsphere-ui", "hostd-probe", "vmafdd", "vmdird", "applmgmt-audit":
		return true
	}
	return false
}

// vmwareLevel reads "info vpxd[22222] " before the originator.
func (l *Line) vmwareLevel(s string) {
	f := strings.TrimSpace(s)
	if w := firstWord(f); levelWord(w) || w == "verbose" || w == "trivia" {
		l.applySeverity(w, brandWeight)
		f = strings.TrimSpace(f[len(w):])
	}
	if k := strings.IndexByte(f, '['); k > 0 && k < 40 && strings.IndexByte(f[:k], ' ') < 0 {
		l.put(ocsf.ProcessName, ocsf.Text(f[:k]), brandWeight)
		l.Set(ocsf.ProcessPID, f[k+1:k+1+digits(f[k+1:])])
	}
}

// vmwareOrigin reads "[Originator@6876 sub=X opID=Y sid=Z user=NAME:DOMAIN".
func (l *Line) vmwareOrigin(s string) {
	for k, v := range mailPairs(s) {
		switch k {
		case "sub":
			l.put(ocsf.ProductFeature, ocsf.Text(v), brandWeight)
		case "sid":
			l.put(ocsf.SessionUID, ocsf.Text(v), brandWeight)
		case "opID":
			l.put(ocsf.CorrelationUID, ocsf.Text(v), brandWeight)
		case "user":
			if i := strings.IndexByte(v, ':'); i > 0 {
				l.putText(ocsf.UserDomain, strings.Trim(v[i+1:], "<>"), weakWeight)
				v = v[:i]
			}
			l.applyUser(meaning{read: readUser, weight: textWeight + 1}, v)
		}
	}
}

// vmwareMessage looks a message through for logins and connections.
func (l *Line) vmwareMessage(s string) {
	e := l.E
	if l.vmwareSession(s) || l.vmwareFile(s) || l.vmwareCommand(s) || l.vmwareTask(s) {
		return
	}
	n := 0
	for i := 0; i < len(s) && n < 2; { // <TCP '192.0.2.1 : 443'>
		j := strings.Index(s[i:], "<TCP '")
		if j < 0 {
			break
		}
		i += j + 6
		v, _, _ := strings.Cut(s[i:min(len(s), i+80)], "'")
		host, port, _ := strings.Cut(v, " : ")
		to := &ends[srcSide]
		if n == 1 {
			to = &ends[dstSide]
		}
		l.Set(to.ip, host)
		l.Set(to.port, port)
		n++
	}
	switch {
	case strings.Contains(s, " logged in as "):
		if _, v, ok := strings.Cut(s, "User "); ok {
			u, rest, _ := strings.Cut(v, " logged in")
			if k := strings.LastIndexByte(u, '@'); k > 0 {
				l.Set(ocsf.SrcIP, u[k+1:])
				u = u[:k]
			}
			_, agent, _ := strings.Cut(rest, " as ")
			l.put(ocsf.UserAgent, ocsf.Text(agent), brandWeight)
			l.vmwareLogon(u, ocsf.Logon, ocsf.Success)
		}
		return
	case strings.Contains(s, " logged out ") || strings.HasSuffix(s, " logged out"):
		if _, v, ok := strings.Cut(s, "User "); ok {
			u, _, _ := strings.Cut(v, " logged out")
			if k := strings.LastIndexByte(u, '@'); k > 0 {
				l.Set(ocsf.SrcIP, u[k+1:])
				u = u[:k]
			}
			l.vmwareLogon(u, ocsf.Logoff, ocsf.Success)
		}
		return
	case strings.HasPrefix(s, "Accepted password for user "), strings.HasPrefix(s, "Rejected password for user "):
		u := firstWord(s[len("Accepted password for user "):])
		outcome := int8(ocsf.Success)
		if s[0] == 'R' {
			outcome = ocsf.Failure
		}
		l.scanText(s)
		l.vmwareLogon(u, ocsf.Logon, outcome)
		return
	case strings.HasPrefix(s, "["): // the shell: [root]: command
		if u, c, ok := strings.Cut(s[1:], "]: "); ok && !strings.ContainsAny(u, " []") && (l.Head.App == "shell" || l.Head.App == "ESXShell") {
			l.applyUser(meaning{read: readUser, weight: brandWeight}, u)
			l.put(ocsf.ProcessCmd, ocsf.Text(c), brandWeight)
			l.put(ocsf.ProcessName, ocsf.Text(firstWord(c)), weakWeight)
			e.Class, e.Activity = ocsf.ProcessActivity, 1
			return
		}
	}
	if i := strings.Index(s, "User {Name: "); i >= 0 {
		u, rest, _ := strings.Cut(s[i+12:], ",")
		d, _, _ := strings.Cut(strings.TrimPrefix(rest, " Domain: "), "}")
		l.putText(ocsf.UserDomain, d, brandWeight)
		l.applyUser(meaning{read: readUser, weight: brandWeight}, u)
		if strings.Contains(rest, "is authorized") {
			l.setOutcome(ocsf.Success, brandWeight)
		}
		l.vmwareCall(strings.TrimSuffix(after(rest, "method call '"), "'"))
		return
	}
	if api := after(s, " privileges to invoke API "); api != "" { // User DOMAIN\\name who belongs to group …
		l.applyUser(brandUser, firstWord(strings.TrimPrefix(after(s, "User "), " ")))
		l.setOutcome(ocsf.Success, brandWeight)
		l.vmwareCall(firstWord(api))
		return
	}
	if _, who, ok := strings.Cut(s, "Session count for user ["); ok { // [after add]: DOMAIN\\name is 3
		l.applyUser(brandUser, firstWord(after(who, "]: ")))
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if strings.Contains(who, "remove]") {
			e.Activity = ocsf.Logoff
		}
		return
	}
	if _, fault, ok := strings.Cut(s, "Fault cause: "); ok {
		l.putText(ocsf.EventCode, firstWord(strings.SplitN(fault, "\\n", 2)[0]), brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	for _, m := range [...]string{"GET ", "POST ", "PUT ", "DELETE ", "HEAD ", "PATCH "} { // envoy: METHOD path HTTP/1.1 status …
		if i := strings.Index(s, m); i >= 0 && i < 120 {
			if p, rest, ok := strings.Cut(s[i+len(m):], " HTTP/"); ok && strings.HasPrefix(p, "/") {
				l.vmwareEnvoy(strings.TrimSpace(m), p, rest)
				return
			}
		}
	}
	l.scanText(s)
}

// vmwareCall makes the line a call of a method that someone was let to make.
func (l *Line) vmwareCall(method string) {
	if method == "" {
		return
	}
	l.put(ocsf.APIOperation, ocsf.Text(method), brandWeight)
	l.E.Class, l.E.Activity = ocsf.APIActivity, ocsf.Other
}

// vmwareEnvoy reads the rest of an access line: "1.1 200 via_upstream - 1670 11032
// 1 0 0 client:port local:port …".
func (l *Line) vmwareEnvoy(method, path, rest string) {
	e := l.E
	l.Set(ocsf.HTTPMethod, method)
	l.applyURL(path, brandWeight)
	n := 0
	for i, w := 0, ""; rest != "" && i < 20; i++ {
		w, rest, _ = strings.Cut(rest, " ")
		switch {
		case i == 1:
			l.Set(ocsf.HTTPCode, w)
		case i == 4:
			l.Set(ocsf.BytesOut, w)
		case i == 5:
			l.Set(ocsf.BytesIn, w)
		case i > 5 && n < 2:
			if a, port, k := scanAddrPort(w, false); k == len(w) && k > 0 && port >= 0 {
				to := &ends[srcSide]
				if n == 1 {
					to = &ends[dstSide]
				}
				l.put(to.ip, ocsf.Addr(a), brandWeight)
				l.put(to.port, ocsf.Int(int64(port)), brandWeight)
				n++
			}
		}
	}
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(method)
}

func (l *Line) vmwareLogon(user string, activity uint8, outcome int8) {
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	l.setOutcome(outcome, brandWeight)
	l.E.Class, l.E.Activity = ocsf.Authentication, activity
}

// vmwareAudit reads the JSON of single sign-on's audit log.
func (l *Line) vmwareAudit(s string) {
	if !l.readJSON(s) && !(strings.HasPrefix(s, `{\"`) && l.readEscapedJSON(s)) {
		return
	}
	l.Apply(vmwareKeys)
	t := l.Get("type")
	l.put(ocsf.EventCode, ocsf.Text(t), brandWeight)
	d := l.Get("description")
	if _, code, ok := strings.Cut(d, "response code "); ok {
		l.put(ocsf.StatusCode, ocsf.Text(code[:digits(code)]), brandWeight)
	}
	if strings.Contains(t, "Login") || strings.Contains(t, "Logout") {
		outcome := int8(ocsf.Success)
		if strings.Contains(t, "Fail") {
			outcome = ocsf.Failure
		}
		activity := uint8(ocsf.Logon)
		if strings.Contains(t, "Logout") {
			activity = ocsf.Logoff
		}
		l.vmwareLogon(l.Get("user"), activity, outcome)
	}
}

var vmwareKeys = NewKeys(`
@user      user
@src       client
@time      timestamp
@message   description
@severity  eventSeverity
@keep      type
`)

// vmwareEvent reads one event of vCenter's stream.
func (l *Line) vmwareEvent(s string) bool {
	var f [8]string
	n := 0
	rest := s[len("Event "):]
	for n < 8 && strings.HasPrefix(rest, "[") {
		j := strings.Index(rest, "] ")
		if j < 0 {
			break
		}
		f[n], rest = rest[1:j], strings.TrimLeft(rest[j+2:], " ")
		n++
	}
	if n < 6 || !strings.Contains(f[3], ".") {
		return false
	}
	e := l.E
	msg := strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]")
	l.put(ocsf.ProductName, ocsf.Text("vCenter Server"), brandWeight)
	l.put(ocsf.OriginalEventUID, ocsf.Text(f[0]), brandWeight)
	l.applyTime(f[2], brandWeight)
	l.put(ocsf.EventCode, ocsf.Text(f[3]), brandWeight)
	l.applySeverity(f[4], brandWeight)
	l.applyUser(meaning{read: readUser, weight: brandWeight}, f[5])
	l.put(ocsf.DeviceName, ocsf.Text(f[6]), brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	name := f[3][strings.LastIndexByte(f[3], '.')+1:]
	switch {
	case name == "EventEx" && l.vmwareSession(msg):
	case name == "UserLoginSessionEvent", name == "BadUsernameSessionEvent", name == "UserLogoutSessionEvent", name == "EventEx" && strings.Contains(msg, "login"), strings.HasPrefix(msg, "User ") && strings.Contains(msg, " logged "):
		l.scanText(msg)
		activity, outcome := uint8(ocsf.Logon), int8(ocsf.Success)
		if name == "UserLogoutSessionEvent" || strings.Contains(msg, "logged out") {
			activity = ocsf.Logoff
		}
		if name == "BadUsernameSessionEvent" || strings.HasPrefix(msg, "Failed") || strings.HasPrefix(msg, "Cannot") {
			outcome = ocsf.Failure
		}
		e.Class, e.Activity = ocsf.Authentication, activity
		l.setOutcome(outcome, brandWeight)
		if _, v, ok := strings.Cut(msg, "Failed login "); ok {
			l.facts.userWeight[0] = 0
			l.applyUser(meaning{read: readUser, weight: brandWeight}, firstWord(v))
		}
	case strings.Contains(name, "Reconfigured"), strings.Contains(name, "Permission"), strings.Contains(name, "Role"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	default:
		l.scanText(msg)
		e.Class, e.Activity = ocsf.BaseEvent, ocsf.Other
		if e.Has(ocsf.UserName) || l.facts.user != "" {
			e.Class, e.Activity = ocsf.EntityManagement, ocsf.Other
		}
	}
	return true
}
