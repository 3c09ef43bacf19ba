package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// pam reads what the modules of Linux-PAM write under the name of the program
// that asked them: module(service:type): text (pam_unix, pam_sss, pam_tally2,
// pam_faillock and others).
var pam = &Parser{
	Name: "pam", Vendor: "Linux", Product: "PAM",
	Begins: []string{"pam_unix(", "pam_sss(", "pam_tally", "pam_faillock(", "pam_succeed_if(", "pam_krb5(", "pam_ldap(", "pam_winbind(", "pam_systemd(", "pam_limits(", "pam_access(", "pam_google"},
	Parse:  parsePAM,
}

func parsePAM(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	open := strings.IndexByte(s, '(')
	end := strings.Index(s, "): ")
	if open <= 0 || end < open || end > 96 {
		return false
	}
	e := l.E
	service, typ, _ := strings.Cut(s[open+1:end], ":")
	msg := s[end+3:]
	e.SetUnmapped("pam_module", ocsf.Text(s[:open]))
	l.put(ocsf.ServiceName, ocsf.Text(service), brandWeight)
	e.Set(ocsf.Message, ocsf.Text(msg))
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	switch {
	case strings.HasPrefix(msg, "session opened for user "), strings.HasPrefix(msg, "session closed for user "):
		rest := msg[len("session opened for user "):]
		user, by, _ := strings.Cut(rest, " by ")
		if i := strings.IndexByte(user, '('); i > 0 {
			l.put(ocsf.UserUID, ocsf.Text(strings.TrimSuffix(strings.TrimPrefix(user[i+1:], "uid="), ")")), brandWeight)
			user = user[:i]
		}
		l.applyUser(brandTarget, user)
		if i := strings.IndexByte(by, '('); i > 0 {
			by = by[:i]
		}
		if by != "" && by[0] != '(' {
			l.applyUser(brandActor, by)
		}
		if msg[8] == 'c' {
			e.Activity = ocsf.Logoff
		}
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.HasPrefix(msg, "authentication failure;"), strings.HasPrefix(msg, "authentication success;"):
		l.pamPairs(msg[len("authentication failure;"):])
		if strings.HasPrefix(msg, "authentication f") {
			l.setOutcome(ocsf.Failure, brandWeight)
		} else {
			l.setOutcome(ocsf.Success, brandWeight)
		}
	case strings.HasPrefix(msg, "check pass; user unknown"):
		l.setOutcome(ocsf.Failure, brandWeight)
	case strings.HasPrefix(msg, "password changed for "):
		l.applyUser(brandUser, firstWord(msg[len("password changed for "):]))
		e.Class, e.Activity = ocsf.AccountChange, 3
		l.setOutcome(ocsf.Success, brandWeight)
	case typ == "chauthtok" && strings.Contains(msg, "changed"):
		l.scanText(msg)
		e.Class, e.Activity = ocsf.AccountChange, 3
	default:
		l.scanText(msg)
		l.pamPairs(msg)
		if strings.Contains(msg, "deny") && strings.Contains(msg, "tally") || strings.Contains(msg, "fail") || strings.Contains(msg, "denied") || strings.Contains(msg, "unknown") {
			l.setOutcome(ocsf.Failure, textWeight)
		}
	}
	if service == "sshd" && e.Class == ocsf.Authentication && e.Activity == ocsf.Logon && (e.Has(ocsf.SrcIP) || e.Has(ocsf.SrcHostname)) {
		l.sshLogon()
	}
	return true
}

// pamFailure reads sshd's own "PAM 2 more authentication failures; logname= …".
func (l *Line) pamFailure(s string) {
	e := l.E
	_, pairs, _ := strings.Cut(s, ";")
	l.pamPairs(pairs)
	e.Set(ocsf.Message, ocsf.Text(s))
	l.setOutcome(ocsf.Failure, brandWeight)
	l.sshLogon()
	if n := s[len("PAM "):]; digits(n) > 0 {
		l.Set(ocsf.Count, n[:digits(n)])
	}
}

// pamPairs reads "logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root".
// A name may hold spaces; user is the last pair.
func (l *Line) pamPairs(s string) {
	if i := strings.Index(s, " user="); i >= 0 {
		l.applyUser(brandTarget, s[i+len(" user="):])
		s = s[:i]
	}
	for s != "" {
		s = strings.TrimLeft(s, " ")
		var one string
		one, s, _ = strings.Cut(s, " ")
		k, v, ok := strings.Cut(one, "=")
		if !ok || v == "" {
			continue
		}
		switch k {
		case "rhost":
			l.applyAddr(brandSrc, v)
		case "ruser":
			l.applyUser(brandActor, v)
		case "logname":
			l.applyUser(meaning{read: readUser, side: actorSide, weight: exactWeight}, v)
		case "tty":
			l.Set(ocsf.SessionTerminal, v)
		case "uid":
			l.Set(ocsf.ActorUserUID, v)
		}
	}
}
