package normalize

import (
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// auditd reads the Linux audit system: "type=SYSCALL msg=audit(1772445600.123:456):
// arch=c000003e syscall=59 …" (Linux Audit, Event and Field Dictionary), and the
// JSON that laurel and its like make of it. SELinux's AVC are among them.
var auditd = &Parser{
	Name: "auditd", Vendor: "Linux", Product: "auditd",
	Apps:   "audit auditd audispd audisp-syslog",
	Begins: []string{"type=", "audit: type=", "audit("},
	Keys:   "SYSCALL.syscall PATH.name",
	Parse:  parseAuditd,
}

var auditdKeys = NewKeys(`
@process       exe SYSCALL.exe
process.pid    pid SYSCALL.pid
process.parent_process.pid ppid SYSCALL.ppid
@user          acct AUID UID
user.uid       auid uid
@src           addr
@src.host      hostname
session.uid    ses
service.name   unit
@outcome       res success
exit_code      exit
@command       cmd proctitle
@keep          type msg arch syscall comm key a0 a1 a2 a3 tty items euid suid fsuid egid sgid fsgid gid subj cwd name op terminal SYSCALL.comm
@keep          SYSCALL.syscall SYSCALL.success SYSCALL.auid SYSCALL.uid SYSCALL.euid SYSCALL.key scontext tcontext tclass permissive id
`)

func parseAuditd(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	s = strings.TrimPrefix(s, "audit: ")
	if strings.HasPrefix(s, "{") {
		l.Structure()
		return l.auditdJSON()
	}
	if l.Head.App == "audit" && !strings.Contains(s, "audit(") {
		return l.auditdJournal(s)
	}
	head, rest, ok := strings.Cut(s, "audit(")
	if !ok || len(head) > 80 {
		return false
	}
	id, rest, ok := strings.Cut(rest, ")")
	stamp, serial, ok2 := strings.Cut(id, ":")
	if !ok || !ok2 {
		return false
	}
	l.KV, l.Form = l.KV[:0], KeyValue
	rest = strings.TrimLeft(rest, ": ")
	l.auditdPairs(head)
	typ := auditType(l.Get("type"))
	l.applyTime(stamp, brandWeight)
	l.put(ocsf.OriginalEventUID, ocsf.Text(serial), brandWeight)
	l.auditdRecord(typ, rest)
	return true
}

// auditdJournal reads a record as journald passes it on, without time and number:
// "USER_AUTH pid=812 uid=0 … msg='op=PAM:authentication acct="anna" … res=failed'".
func (l *Line) auditdJournal(s string) bool {
	typ, rest, ok := strings.Cut(s, " ")
	if !ok || len(typ) < 3 || strings.ToUpper(typ) != typ || !upper(typ[0]) {
		return false
	}
	l.KV, l.Form = l.KV[:0], KeyValue
	l.auditdRecord(auditType(typ), rest)
	return true
}

// auditdRecord reads the pairs of a record of this type.
func (l *Line) auditdRecord(typ, rest string) {
	l.auditdPairs(rest)
	l.Apply(auditdKeys)
	e := l.E
	l.put(ocsf.MetadataType, ocsf.Text(typ), brandWeight)
	l.put(ocsf.EventCode, ocsf.Text(typ), brandWeight)
	if n := l.Get("name"); n != "" && (typ == "PATH" || typ == "AVC") {
		l.applyFile(n, brandWeight)
	}
	if c := l.auditdHex(l.Get("cmd")); c != "" {
		e.Set(ocsf.ProcessCmd, ocsf.Text(c))
	} else if c := l.auditdHex(l.Get("proctitle")); c != "" {
		e.Set(ocsf.ProcessCmd, ocsf.Text(c))
	}
	if typ == "EXECVE" {
		l.auditdArgs()
	}
	l.auditdClass(typ, rest)
	if a := l.Get("apparmor"); a != "" {
		l.appArmor(a)
	}
}

// appArmor reads what AppArmor decided (AppArmor, Failures): DENIED, ALLOWED in
// complain mode, AUDIT, STATUS when a profile is loaded.
func (l *Line) appArmor(decision string) {
	e := l.E
	l.putText(ocsf.ProcessName, l.Get("comm"), brandWeight)
	l.put(ocsf.PolicyName, ocsf.Text(l.Get("profile")), brandWeight)
	l.put(ocsf.ProductFeature, ocsf.Text("apparmor"), brandWeight)
	switch decision {
	case "DENIED":
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case "ALLOWED", "AUDIT":
		l.facts.actionWeight = 0
		l.setAction(ocsf.Allowed, dispLogged, brandWeight)
	case "STATUS":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
}

// auditdPairs reads key=value with quotes of both kinds; msg='…' holds pairs.
func (l *Line) auditdPairs(s string) {
	for n := 0; n < 200; n++ {
		s = strings.TrimLeft(s, " '")
		eq := strings.IndexByte(s, '=')
		if eq <= 0 {
			return
		}
		k := s[strings.LastIndexByte(s[:eq], ' ')+1 : eq]
		v := s[eq+1:]
		end := 0
		switch {
		case strings.HasPrefix(v, "'") && k == "msg":
			s = v[1:]
			continue
		case strings.HasPrefix(v, `"`):
			end = strings.IndexByte(v[1:], '"')
			if end < 0 {
				return
			}
			l.add(k, v[1:1+end])
			end += 2
		default:
			end = strings.IndexAny(v, " '")
			if end < 0 {
				end = len(v)
			}
			if val := v[:end]; val != "?" && val != "(null)" && val != "(none)" && k != "msg" {
				l.add(k, strings.TrimSuffix(val, ","))
			}
		}
		s = v[min(end, len(v)):]
	}
}

// auditdHex decodes what audit writes in hexadecimal because it holds spaces or
// zeros; other texts stay. Zeros between arguments become spaces.
func (l *Line) auditdHex(v string) string {
	if len(v) < 4 || len(v)%2 != 0 {
		return ""
	}
	var small [512]byte
	b := small[:0]
	for i := 0; i+1 < len(v) && i < 1024; i += 2 {
		n, err := strconv.ParseUint(v[i:i+2], 16, 8)
		if err != nil {
			return ""
		}
		c := byte(n)
		if c == 0 {
			c = ' '
		}
		b = append(b, c)
	}
	return strings.TrimSpace(l.keep(b))
}

// auditdArgs joins a0, a1, … of EXECVE into the command line.
func (l *Line) auditdArgs() {
	var small [1024]byte
	b := small[:0]
	for i := range l.KV {
		k, v := l.KV[i].Key, l.KV[i].Val
		if len(k) >= 2 && k[0] == 'a' && digits(k[1:]) == len(k)-1 && len(b)+len(v) < 900 {
			if h := l.auditdHex(v); h != "" && len(v) > 8 {
				v = h
			}
			if len(b) > 0 {
				b = append(b, ' ')
			}
			b = append(b, v...)
		}
	}
	if len(b) > 0 {
		l.put(ocsf.ProcessCmd, ocsf.Text(l.keep(b)), brandWeight)
		l.applyProcess(meaning{read: readProcess, side: procSide, weight: weakWeight}, firstWord(l.E.Text(ocsf.ProcessCmd)))
	}
}

// auditdClass sets class and activity by the type of the record.
func (l *Line) auditdClass(typ, rest string) {
	e := l.E
	set := func(c ocsf.Class, a uint8) { e.Class, e.Activity = c, a }
	switch typ {
	case "USER_LOGIN", "USER_AUTH", "USER_ACCT", "CRED_ACQ", "USER_START", "LOGIN", "GRP_AUTH", "USER_CHAUTHTOK", "CRED_REFR":
		set(ocsf.Authentication, ocsf.Logon)
		if typ == "USER_CHAUTHTOK" {
			set(ocsf.AccountChange, 3)
		}
	case "USER_END", "USER_LOGOUT", "CRED_DISP":
		set(ocsf.Authentication, ocsf.Logoff)
	case "ADD_USER":
		set(ocsf.AccountChange, 1)
	case "DEL_USER":
		set(ocsf.AccountChange, 6)
	case "ACCT_LOCK", "ANOM_LOGIN_FAILURES":
		set(ocsf.AccountChange, 9)
	case "ACCT_UNLOCK":
		set(ocsf.AccountChange, 12)
	case "ADD_GROUP":
		set(ocsf.GroupManagement, 6)
	case "DEL_GROUP":
		set(ocsf.GroupManagement, 5)
	case "SYSCALL", "EXECVE", "PROCTITLE", "USER_CMD", "ANOM_ABEND", "SECCOMP":
		set(ocsf.ProcessActivity, 1)
		if typ == "ANOM_ABEND" {
			set(ocsf.ProcessActivity, 2)
		}
	case "PATH", "CWD":
		set(ocsf.FileActivity, ocsf.Other)
	case "SERVICE_START", "SERVICE_STOP":
		set(ocsf.AppLifecycle, 3)
		if typ == "SERVICE_STOP" {
			e.Activity = 4
		}
	case "CONFIG_CHANGE", "DAEMON_CONFIG", "MAC_CONFIG_CHANGE", "MAC_STATUS", "MAC_POLICY_LOAD", "NETFILTER_CFG":
		set(ocsf.ConfigChange, ocsf.Other)
	case "AVC", "USER_AVC":
		if l.Get("apparmor") == "" && (strings.HasPrefix(rest, "avc:") || strings.Contains(rest, "denied")) {
			l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		}
		set(ocsf.FileActivity, ocsf.Other)
		if l.Get("tclass") == "process" || !e.Has(ocsf.FilePath) && !e.Has(ocsf.FileName) {
			set(ocsf.ProcessActivity, ocsf.Other)
		}
	}
	if typ == "SYSCALL" {
		l.facts.outcomeWeight = 0
		if l.Get("success") == "no" {
			l.setOutcome(ocsf.Failure, brandWeight)
		} else if l.Get("success") == "yes" {
			l.setOutcome(ocsf.Success, brandWeight)
		}
	}
}

// auditdJSON reads records grouped in one object by their type.
func (l *Line) auditdJSON() bool {
	if l.Form != JSON || l.Get("SYSCALL.syscall") == "" && l.Get("PATH.name") == "" {
		return false
	}
	l.Apply(auditdKeys)
	e := l.E
	if id := l.Get("ID"); id != "" {
		stamp, serial, _ := strings.Cut(id, ":")
		l.applyTime(stamp, brandWeight)
		l.put(ocsf.OriginalEventUID, ocsf.Text(serial), brandWeight)
	}
	var small [1024]byte
	b := small[:0]
	for i := range l.KV {
		if kv := &l.KV[i]; kv.Key == "EXECVE.ARGV" && len(b)+len(kv.Val) < 900 {
			if len(b) > 0 {
				b = append(b, ' ')
			}
			b = append(b, kv.Val...)
		}
	}
	if len(b) > 0 {
		l.put(ocsf.ProcessCmd, ocsf.Text(l.keep(b)), brandWeight)
	} else {
		l.put(ocsf.ProcessCmd, ocsf.Text(l.Get("PROCTITLE.ARGV")), weakWeight)
	}
	switch l.Get("SYSCALL.success") {
	case "yes":
		l.setOutcome(ocsf.Success, brandWeight)
	case "no":
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	if e.Has(ocsf.ProcessPath) || e.Has(ocsf.ProcessName) {
		e.Class, e.Activity = ocsf.ProcessActivity, 1
	}
	return true
}
