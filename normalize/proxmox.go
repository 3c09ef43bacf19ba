package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// proxmox reads Proxmox VE's daemons: logins ("authentication failure; rhost=… user=
// …", "<root@pam> successful auth for user 'root@pam'") and tasks ("<root@pam>
// starting task UPID:node:pid:pstart:start:type:id:user:", Proxmox VE, pvedaemon).
var proxmox = &Parser{
	Name: "proxmox", Vendor: "Proxmox", Product: "Proxmox VE",
	Apps:  "pvedaemon pveproxy pvestatd qmeventd proxmox-backup-proxy pmgdaemon",
	Parse: parseProxmox,
}

func parseProxmox(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	e := l.E
	user := meaning{read: readUser, weight: brandWeight}
	by := ""
	if strings.HasPrefix(s, "<") {
		if i := strings.IndexByte(s, '>'); i > 0 {
			by, s = s[1:i], strings.TrimLeft(s[i+1:], " ")
		}
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	switch {
	case strings.HasPrefix(s, "authentication failure;"):
		l.KV, l.Form = l.KV[:0], KeyValue
		l.readKeyValue(s[len("authentication failure;"):])
		l.applyUser(user, l.Get("user"))
		l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, l.Get("rhost"))
		l.Set(ocsf.StatusDetail, l.Get("msg"))
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Failure, brandWeight)
	case strings.HasPrefix(s, "successful auth for user '"):
		name := s[len("successful auth for user '"):]
		if i := strings.IndexByte(name, '\''); i > 0 {
			name = name[:i]
		}
		l.applyUser(user, name)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Success, brandWeight)
	default:
		l.applyUser(user, by)
		_, upid, ok := strings.Cut(s, "UPID:")
		if !ok {
			l.scanText(s)
			return true
		}
		var f [7]string // node pid pstart start type id user
		for i := range f {
			f[i], upid, _ = strings.Cut(upid, ":")
		}
		l.put(ocsf.EventCode, ocsf.Text(f[4]), brandWeight)
		l.Set(ocsf.DeviceHostname, f[0])
		l.keepKey("task", f[4])
		l.keepKey("id", f[5])
		e.Class, e.Activity = ocsf.APIActivity, ocsf.Other
		l.put(ocsf.APIOperation, ocsf.Text(f[4]), brandWeight)
		switch {
		case strings.Contains(s, " task ") && strings.HasSuffix(strings.TrimRight(s, " "), "OK"):
			l.setOutcome(ocsf.Success, brandWeight)
		case strings.HasPrefix(s, "end task"):
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	}
	return true
}
