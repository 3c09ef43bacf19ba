package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// samba reads the module full_audit, whose prefix is a site's own but holds user,
// address, perhaps the machine, and the share by custom (Samba, vfs_full_audit(8):
// prefix|operation|result|file), and the JSON of auth_json_audit, dsdb_json_audit,
// dsdb_password_json_audit and dsdb_group_json_audit (Samba Wiki, Setting up Audit
// Logging).
var samba = &Parser{
	Name: "samba", Vendor: "Samba", Product: "Samba",
	Apps:  "smbd_audit smbd samba samba-dcerpcd winbindd",
	Keys:  "Authentication.eventId Authentication.status Authorization.authType passwordChange.eventId groupChange.eventId dsdbChange.operation",
	Parse: parseSamba,
}

func parseSamba(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if strings.HasPrefix(s, "{") {
		l.Structure()
		return l.sambaJSON()
	}
	return l.sambaAudit(s)
}

// sambaAudit finds the operation's result, "ok" or "fail (why)"; the operation
// stands before it, the prefix before that, arguments and the file behind.
func (l *Line) sambaAudit(s string) bool {
	if strings.Count(s, "|") < 3 || !l.columns(s, '|') {
		return false
	}
	at := 0
	for i := 2; i < len(l.KV) && i < 9; i++ {
		if v := l.Col(i); v == "ok" || strings.HasPrefix(v, "fail") {
			at = i
			break
		}
	}
	if at == 0 {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	l.sambaPrefix(at - 1)
	op := l.Col(at - 1)
	l.put(ocsf.EventCode, ocsf.Text(op), brandWeight)
	if l.Col(at) == "ok" {
		l.setOutcome(ocsf.Success, brandWeight)
	} else {
		l.put(ocsf.StatusDetail, ocsf.Text(quotedTo(l.Col(at), "(", ")")), brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	l.sambaOperation(op, at)
	return true
}

// sambaPrefix reads the n columns of the prefix: the first that is an address is
// the client's, a name before it the user's, the last the share's.
func (l *Line) sambaPrefix(n int) {
	seen := -1
	for i := range n {
		v := l.Col(i)
		if _, ok := addrOf(v); ok && seen < 0 {
			l.Set(ocsf.SrcIP, v)
			seen = i
		} else if seen < 0 && l.facts.user == "" {
			l.applyUser(brandUser, v)
		} else if seen >= 0 && i < n-1 {
			l.putText(ocsf.SrcHostname, v, brandWeight)
		} else if seen >= 0 {
			l.put(ocsf.Share, ocsf.Text(v), brandWeight)
		}
	}
}

// sambaActivities are the activities of File System Activity by the beginning of
// the operation.
var sambaActivities = [...]struct {
	op       string
	activity uint8
}{
	{"unlink", 4}, {"rmdir", 4}, {"rename", 5}, {"mkdir", 1}, {"create_file", 1}, {"link", 1}, {"symlink", 1}, {"mknod", 1},
	{"pread", 2}, {"read", 2}, {"sendfile", 2}, {"offload_read", 2}, {"pwrite", 3}, {"write", 3}, {"ftruncate", 3}, {"recvfile", 3}, {"offload_write", 3},
	{"chmod", 7}, {"fchmod", 7}, {"chown", 7}, {"fset_nt_acl", 7}, {"set_nt_acl", 7}, {"setxattr", 6}, {"fsetxattr", 6}, {"open", 14},
}

// sambaOperation sets class, activity and file. Column at is the result.
func (l *Line) sambaOperation(op string, at int) {
	e := l.E
	switch op {
	case "connect", "disconnect":
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
		l.put(ocsf.AppProtocol, ocsf.Text("smb"), brandWeight)
		if op == "disconnect" {
			e.Activity = ocsf.NetClose
		}
		return
	}
	name := l.Col(len(l.KV) - 1)
	if strings.HasPrefix(op, "rename") && len(l.KV) > at+2 {
		name = l.Col(at + 1)
		l.put(ocsf.FileResultPath, ocsf.Text(l.Col(at+2)), brandWeight)
	}
	if len(l.KV) > at+1 {
		l.applyFile(name, brandWeight)
	}
	e.Class, e.Activity = ocsf.FileActivity, ocsf.Other
	for _, a := range sambaActivities {
		if strings.HasPrefix(op, a.op) {
			e.Activity = a.activity
			break
		}
	}
	if strings.HasPrefix(op, "open") && l.Col(at+1) == "w" {
		e.Activity = 3
	}
}

// sambaJSON reads an audit record, whose attributes stand below its type.
func (l *Line) sambaJSON() bool {
	typ := l.Get("type")
	if l.Form != JSON || typ == "" || l.Get(typ+".version.major") == "" {
		return false
	}
	get := func(k string) string { return l.Get(typ + "." + k) }
	l.applyTime(l.Get("timestamp"), brandWeight)
	for i := range l.KV {
		kv := &l.KV[i]
		l.keepKey(l.lookup(kv.Key).name, kv.Val)
	}
	l.sambaEnd(srcSide, get("remoteAddress"))
	l.sambaEnd(dstSide, get("localAddress"))
	l.put(ocsf.EventCode, ocsf.Text(firstText(get("eventId"), typ)), brandWeight)
	l.put(ocsf.LogName, ocsf.Text(typ), brandWeight)
	l.putText(ocsf.SrcHostname, strings.TrimLeft(get("workstation"), `\`), brandWeight)
	l.put(ocsf.SessionUID, ocsf.Text(get("sessionId")), brandWeight)
	status := get("status")
	l.put(ocsf.StatusCode, ocsf.Text(status), brandWeight)
	switch {
	case status == "NT_STATUS_OK" || status == "Success" || typ == "Authorization":
		l.setOutcome(ocsf.Success, brandWeight)
	case status != "":
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	l.sambaClass(typ, get)
	return true
}

// sambaClass sets class, activity and the users by the type of an audit record.
func (l *Line) sambaClass(typ string, get func(string) string) {
	e := l.E
	switch typ {
	case "Authentication", "KDC Authorization":
		l.applyUser(brandUser, firstText(get("mappedAccount"), firstText(get("clientAccount"), get("account"))))
		l.put(ocsf.UserDomain, ocsf.Text(firstText(get("mappedDomain"), get("clientDomain"))), brandWeight)
		l.Set(ocsf.LogonTypeID, get("logonType"))
		l.put(ocsf.AuthProtocol, ocsf.Text(get("passwordType")), brandWeight)
		l.put(ocsf.ServiceName, ocsf.Text(get("serviceDescription")), brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case "Authorization":
		l.applyUser(brandUser, get("account"))
		l.put(ocsf.UserDomain, ocsf.Text(get("domain")), brandWeight)
		l.put(ocsf.UserUID, ocsf.Text(get("sid")), brandWeight)
		l.put(ocsf.AuthProtocol, ocsf.Text(get("authType")), brandWeight)
		l.put(ocsf.ServiceName, ocsf.Text(get("serviceDescription")), brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case "passwordChange":
		l.applyUser(brandUser, relativeName(get("dn")))
		e.Class, e.Activity = ocsf.AccountChange, 3
		if get("action") == "Reset" {
			e.Activity = 4
		}
	case "groupChange":
		l.applyUser(brandUser, relativeName(get("user")))
		l.put(ocsf.GroupName, ocsf.Text(relativeName(get("group"))), brandWeight)
		e.Class, e.Activity = ocsf.GroupManagement, 3
		if get("action") == "Removed" {
			e.Activity = 4
		}
	}
}

// sambaEnd reads "ipv4:192.0.2.1:445" and "ipv6:2001:db8::1:445".
func (l *Line) sambaEnd(s side, v string) {
	_, v, ok := strings.Cut(v, ":")
	i := strings.LastIndexByte(v, ':')
	if !ok || i < 0 {
		return
	}
	if a, ok := addrOf(v[:i]); ok {
		l.put(ends[s].ip, ocsf.Addr(a), brandWeight)
		l.putText(ends[s].port, v[i+1:], brandWeight)
	}
}
