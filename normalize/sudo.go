package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// sudo reads what sudo and su write (sudo, plugins/sudoers/logging.c):
// USER : [reason ;] TTY=… ; PWD=… ; USER=… ; COMMAND=….
var sudo = &Parser{
	Name: "sudo", Vendor: "Linux", Product: "sudo",
	Apps:  "sudo su doas",
	Keys:  "COMMAND",
	Parse: parseSudo,
}

func parseSudo(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	if strings.HasPrefix(s, "pam_") {
		return parsePAM(l)
	}
	e := l.E
	if l.Head.App == "su" {
		return l.su(s)
	}
	c := strings.Index(s, " : ")
	if c <= 0 || c > 128 || !strings.Contains(s, "TTY=") && !strings.Contains(s, "PWD=") {
		return false
	}
	l.applyUser(brandActor, s[:c])
	rest := s[c+3:]
	cmd := ""
	if i := strings.Index(rest, "COMMAND="); i >= 0 {
		cmd, rest = rest[i+len("COMMAND="):], rest[:i]
	}
	reason := ""
	for rest != "" {
		var one string
		one, rest, _ = strings.Cut(rest, " ; ")
		one = strings.Trim(one, " ;")
		k, v, ok := strings.Cut(one, "=")
		switch {
		case !ok && one != "" && reason == "":
			reason = one
		case k == "TTY":
			l.Set(ocsf.SessionTerminal, v)
		case k == "PWD":
			l.Set(ocsf.ProcessCWD, v)
		case k == "USER":
			l.applyUser(brandTarget, v)
		case k == "GROUP":
			l.Set(ocsf.GroupName, v)
		}
	}
	if cmd != "" {
		l.Set(ocsf.ProcessUser, l.facts.target)
	}
	l.Set(ocsf.ProcessCmd, cmd)
	prog := firstWord(cmd)
	l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, prog)
	e.SetUnmapped("COMMAND", ocsf.Text(cmd))
	if reason != "" {
		l.Set(ocsf.StatusDetail, reason)
		l.setOutcome(ocsf.Failure, brandWeight)
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	} else {
		l.setOutcome(ocsf.Success, brandWeight)
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
	if strings.Contains(reason, "password") || cmd == "" {
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	} else {
		e.Class, e.Activity = ocsf.ProcessActivity, 1
	}
	return true
}

// su reads "(to root) bob on pts/1", "Successful su for root by bob", "FAILED SU
// (to root) bob on pts/1", "+ pts/1 bob:root".
func (l *Line) su(s string) bool {
	e := l.E
	e.Set(ocsf.Message, ocsf.Text(s))
	e.Class, e.Activity = ocsf.Authentication, 7
	switch {
	case strings.HasPrefix(s, "Successful su for "), strings.HasPrefix(s, "FAILED su for "):
		rest := s[strings.Index(s, " for ")+5:]
		to, by, _ := strings.Cut(rest, " by ")
		l.applyUser(brandTarget, to)
		l.applyUser(brandActor, by)
	case strings.Contains(s, "(to "):
		rest := s[strings.Index(s, "(to ")+4:]
		to, rest, _ := strings.Cut(rest, ") ")
		l.applyUser(brandTarget, to)
		l.applyUser(brandActor, firstWord(rest))
	case len(s) > 4 && (s[0] == '+' || s[0] == '-'):
		f := strings.Fields(s)
		if by, to, ok := strings.Cut(f[len(f)-1], ":"); ok {
			l.applyUser(brandTarget, to)
			l.applyUser(brandActor, by)
		}
	default:
		l.scanText(s)
	}
	if strings.HasPrefix(s, "FAILED") || s[:min(1, len(s))] == "-" {
		l.setOutcome(ocsf.Failure, brandWeight)
	} else {
		l.setOutcome(ocsf.Success, brandWeight)
	}
	return true
}
