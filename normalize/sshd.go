package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// sshd reads OpenSSH's server (auth.c, sshd.c, packet.c). Names come from the
// other side and may hold anything, so that where a name may stand the end of a
// sentence is looked for from behind: "root from 192.0.2.9 port 1" is a name.
var sshd = &Parser{
	Name: "sshd", Vendor: "OpenBSD", Product: "OpenSSH",
	Apps: "sshd sshd-session sshd-auth dropbear",
	Begins: []string{"Accepted password for ", "Accepted publickey for ", "Accepted keyboard", "Accepted gssapi", "Accepted none", "Accepted hostbased", "Failed password for ", "Failed publickey for ", "Failed none for ",
		"Failed keyboard", "Invalid user ", "Illegal user ", "Connection closed by ", "Connection reset by ", "Disconnected from ", "Received disconnect from ",
		"Disconnecting ", "Did not receive identification", "Unable to negotiate with ", "ssh_dispatch_run_fatal", "error: maximum authentication", "error: PAM: ",
		"error: kex_", "Bad protocol version identification", "maximum authentication attempts", "Postponed ", "reverse mapping checking", "banner exchange: ",
		"Connection from ", "kex_exchange_identification", "User child is on pid", "Starting session: ", "Close session: ", "Server listening on ", "subsystem request for", "Accepted key ", "User "},
	Parse: parseSSHD,
}

func parseSSHD(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	e := l.E
	if strings.HasPrefix(s, "pam_") {
		return parsePAM(l)
	}
	if strings.HasPrefix(s, "User ") && l.Head.App == "" && !strings.HasPrefix(s, "User child is on pid ") && !strings.Contains(s, " not allowed because ") {
		return false
	}
	if strings.HasPrefix(s, "PAM ") && strings.Contains(s, "rhost=") {
		l.pamFailure(s)
		return true
	}
	for _, p := range [...]string{"error: ", "fatal: ", "main: ", "debug1: "} {
		s = strings.TrimPrefix(s, p)
	}
	e.Set(ocsf.Message, ocsf.Text(s))
	switch {
	case strings.HasPrefix(s, "Accepted "):
		if l.sshAuth(s[len("Accepted "):]) {
			l.setOutcome(ocsf.Success, brandWeight)
			l.sshLogon()
			return true
		}
	case strings.HasPrefix(s, "Failed "):
		if l.sshAuth(s[len("Failed "):]) {
			l.setOutcome(ocsf.Failure, brandWeight)
			l.sshLogon()
			return true
		}
	case strings.HasPrefix(s, "Invalid user "), strings.HasPrefix(s, "Illegal user "):
		rest := s[len("Invalid user "):]
		i := strings.LastIndex(rest, " from ")
		if i < 0 && strings.HasPrefix(rest, "from ") {
			i = 0
			rest = " " + rest
		}
		if i >= 0 {
			l.applyUser(brandUser, rest[:i])
			l.sshPeer(rest[i+len(" from "):])
			l.setOutcome(ocsf.Failure, brandWeight)
			l.sshLogon()
			return true
		}
	case strings.HasPrefix(s, "maximum authentication attempts exceeded for "):
		if l.sshAuth("password for " + s[len("maximum authentication attempts exceeded for "):]) {
			l.setOutcome(ocsf.Failure, brandWeight)
			l.sshLogon()
			return true
		}
	case strings.HasPrefix(s, "PAM: "):
		if i := strings.Index(s, " for "); i > 0 && l.sshAuth("pam"+s[i:]) {
			l.setOutcome(ocsf.Failure, brandWeight)
			l.sshLogon()
			return true
		}
	case strings.HasPrefix(s, "User ") && strings.Contains(s, " not allowed because"):
		if i := strings.LastIndex(s, " from "); i > 5 {
			l.applyUser(brandUser, s[5:i])
			l.sshPeer(s[i+6:])
		} else if i := strings.Index(s, " not allowed"); i > 5 {
			l.applyUser(brandUser, s[5:i])
		}
		l.setOutcome(ocsf.Failure, brandWeight)
		l.sshLogon()
		return true
	}
	l.sshConnection(s)
	return true
}

// sshLogon makes the line a login, or, when the name is masked or empty, what an
// SSH connection came to: Authentication is always of a user.
func (l *Line) sshLogon() {
	e := l.E
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	if l.facts.user == "" && l.facts.target == "" && l.facts.actor == "" {
		e.Class, e.Activity = ocsf.SSHActivity, ocsf.NetOpen
		if l.facts.outcome == ocsf.Failure {
			e.Activity = ocsf.NetFail
		}
	}
}

// sshAuth reads "METHOD for [invalid user ]NAME from ADDRESS port N ssh2[: key]".
func (l *Line) sshAuth(s string) bool {
	f := strings.Index(s, "for ")
	if f < 0 {
		return false
	}
	method := strings.TrimSpace(s[:f])
	rest := s[f+4:]
	i := strings.LastIndex(rest, " from ")
	if i < 0 {
		return false
	}
	user := rest[:i]
	invalid := false
	for _, p := range [...]string{"invalid user ", "illegal user "} {
		if strings.HasPrefix(user, p) {
			user, invalid = user[len(p):], true
		}
	}
	l.applyUser(brandUser, user)
	if invalid {
		l.put(ocsf.StatusDetail, ocsf.Text("invalid user"), brandWeight)
	}
	l.sshPeer(rest[i+6:])
	if method != "" && method != "pam" {
		l.E.SetUnmapped("auth_method", ocsf.Text(method))
	}
	l.put(ocsf.ServiceName, ocsf.Text("sshd"), brandWeight)
	return true
}

// sshPeer reads "ADDRESS port N".
func (l *Line) sshPeer(s string) {
	end := strings.IndexByte(s, ' ')
	host := s
	if end >= 0 {
		host = s[:end]
	}
	host = strings.TrimRight(host, ":,")
	if a, ok := addrOf(host); ok {
		l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
	} else if hostName(host, false) {
		l.putText(ocsf.SrcHostname, host, brandWeight)
	}
	if end >= 0 && strings.HasPrefix(s[end:], " port ") {
		p := s[end+6:]
		l.putText(ocsf.SrcPort, p[:digits(p)], brandWeight)
	}
}

// sshConnection reads what is said of a connection: who left, what went wrong.
func (l *Line) sshConnection(s string) {
	e := l.E
	e.Class, e.Activity = ocsf.SSHActivity, ocsf.Other
	switch {
	case strings.HasPrefix(s, "Connection closed"), strings.HasPrefix(s, "Disconnected"), strings.HasPrefix(s, "Received disconnect"), strings.HasPrefix(s, "Close session"):
		e.Activity = ocsf.NetClose
	case strings.HasPrefix(s, "Connection reset"):
		e.Activity = ocsf.NetReset
	case strings.HasPrefix(s, "Connection from"), strings.HasPrefix(s, "Starting session"):
		e.Activity = ocsf.NetOpen
	case strings.HasPrefix(s, "Unable to negotiate"), strings.HasPrefix(s, "Did not receive"), strings.HasPrefix(s, "Bad protocol"), strings.HasPrefix(s, "banner exchange"),
		strings.HasPrefix(s, "kex_"), strings.HasPrefix(s, "no matching"):
		e.Activity = ocsf.NetFail
		l.setOutcome(ocsf.Failure, brandWeight)
	case strings.HasPrefix(s, "refused connect"):
		e.Activity = ocsf.NetRefuse
		l.setAction(ocsf.Denied, dispRejected, brandWeight)
	case strings.HasPrefix(s, "Server listening"):
		e.Activity = 7 // listen
	}
	// user before the address: "by invalid user NAME 192.0.2.1 port 22"
	port := strings.LastIndex(s, " port ")
	named := false
	for _, p := range [...]string{"invalid user ", "authenticating user ", "from user ", "illegal user "} {
		i := strings.Index(s, p)
		if i < 0 {
			continue
		}
		rest := s[i+len(p):]
		if j := port - i - len(p); j > 0 && j <= len(rest) {
			rest = rest[:j]
		}
		if k := strings.LastIndexByte(rest, ' '); k > 0 {
			l.applyUser(brandUser, rest[:k])
			if a, ok := addrOf(rest[k+1:]); ok {
				l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			}
		} else if k := strings.IndexByte(rest, ' '); k == 0 {
			l.sshPeer(rest[1:])
		}
		if p[0] == 'i' {
			l.setOutcome(ocsf.Failure, brandWeight)
		}
		named = true
		break
	}
	if named && port > 0 {
		p := s[port+len(" port "):]
		l.putText(ocsf.SrcPort, p[:digits(p)], brandWeight)
	} else {
		l.scanText(s)
	}
	if !l.E.Has(ocsf.SrcIP) && !l.E.Has(ocsf.SrcHostname) && !l.E.Has(ocsf.DstIP) && !l.sshOwn(s) {
		e.Class, e.Activity = ocsf.BaseEvent, 0
		if l.facts.hints&hintConfig == 0 {
			l.facts.hints &^= hintAuth
		}
	}
}

// sshOwn reads what is said of a connection without its other end, which is known
// by the session of the daemon only.
func (l *Line) sshOwn(s string) bool {
	for _, p := range [...]string{"kex_exchange_identification: ", "User child is on pid ", "Accepted key ", "Postponed ", "banner exchange: ", "ssh_dispatch_run_fatal: "} {
		if strings.HasPrefix(s, p) {
			l.put(ocsf.DstSvcName, ocsf.Text("sshd"), weakWeight)
			return true
		}
	}
	return false
}
