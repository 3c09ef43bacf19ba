package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// dovecot reads Dovecot's login processes and authentication workers (Dovecot,
// Logging; login_log_format_elements), and saslauthd's like.
var dovecot = &Parser{
	Name: "dovecot", Vendor: "Dovecot", Product: "Dovecot",
	Apps:   "dovecot imap-login pop3-login managesieve-login submission-login",
	Begins: []string{"imap-login: ", "pop3-login: ", "managesieve-login: ", "auth-worker(", "imap(", "pop3(", "lmtp(", "auth: "},
	Parse:  parseDovecot,
}

func parseDovecot(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if l.Head.App != "dovecot" && !strings.HasSuffix(l.Head.App, "-login") && !strings.Contains(s, "rip=") && !strings.Contains(s, "pam(") && !strings.Contains(s, "sql(") && !strings.Contains(s, "passwd") && !strings.Contains(s, "Logged out") && !strings.Contains(s, "Disconnected") {
		return false
	}
	e := l.E
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.put(ocsf.ProcessName, ocsf.Text("dovecot"), weakWeight)
	service, _, _ := strings.Cut(s, ":")
	if i := strings.IndexAny(service, "(<["); i > 0 {
		service = service[:i]
	}
	l.putText(ocsf.ServiceName, service, brandWeight)
	user := ""
	for k, v := range mailPairs(s) {
		switch k {
		case "user":
			user = v
		case "rip":
			l.Set(ocsf.SrcIP, v)
		case "rport":
			l.Set(ocsf.SrcPort, v)
		case "lip":
			l.Set(ocsf.DstIP, v)
		case "lport":
			l.Set(ocsf.DstPort, v)
		case "method":
			l.putText(ocsf.AuthProtocol, v, brandWeight)
		case "session":
			l.putText(ocsf.SessionUID, v, brandWeight)
		case "from":
			l.mailFrom(v)
		case "msgid":
			l.putText(ocsf.EmailMessageID, v, brandWeight)
		case "size":
			l.Set(ocsf.EmailSize, v)
		case "in", "out", "mpid", "box", "uid":
			l.keepKey(l.lookup(k).name, v)
		}
	}
	worker := strings.HasPrefix(service, "auth")
	if worker && user == "" { // pam(user,192.0.2.1,<session>): …
		for i := 0; i < len(s) && user == ""; {
			j := strings.IndexByte(s[i:], '(')
			if j < 0 {
				break
			}
			i += j + 1
			u, rest, ok := strings.Cut(s[i:], ",")
			if !ok || strings.ContainsAny(u, "=) ") {
				continue
			}
			if a, n := scanAddr(rest); n > 0 && n < len(rest) && (rest[n] == ')' || rest[n] == ',') {
				user = u
				l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			}
		}
	} else if user == "" && len(s) > len(service) && s[len(service)] == '(' { // imap(user)<pid><session>: …
		if u, _, ok := strings.Cut(s[len(service)+1:], ")"); ok && !strings.ContainsAny(u, " =") {
			user, _, _ = strings.Cut(u, ",")
		}
	}
	switch {
	case strings.Contains(s, ": Login: "), strings.HasSuffix(service, "-login") && strings.Contains(s, " Login: "):
		l.mailAuth(user, ocsf.Success)
	case strings.Contains(s, "auth failed"), strings.Contains(s, "Authentication failure"), worker && (strings.Contains(s, "unknown user") || strings.Contains(s, "mismatch") || strings.Contains(s, "failed")), strings.Contains(s, "Aborted login"):
		l.mailAuth(user, ocsf.Failure)
		if _, why, ok := strings.Cut(s, "("); ok && strings.HasSuffix(service, "-login") {
			why, _, _ = strings.Cut(why, ")")
			l.put(ocsf.StatusDetail, ocsf.Text(why), weakWeight)
		} else if i := strings.LastIndex(s, "): "); i > 0 {
			l.put(ocsf.StatusDetail, ocsf.Text(s[i+3:]), weakWeight)
		}
	case strings.Contains(s, "Logged out"), strings.Contains(s, "Disconnected"), strings.Contains(s, "Connection closed"):
		l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
		if e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff; user == "" {
			e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetClose
		}
	default:
		l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
		if e.Has(ocsf.EmailFrom) || e.Has(ocsf.EmailMessageID) {
			e.Class, e.Activity = ocsf.EmailActivity, 2
		}
	}
	return true
}
