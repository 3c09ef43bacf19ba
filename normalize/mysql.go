package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// mysql reads the error log and the general log of MySQL and MariaDB, and what
// MariaDB's server_audit sends (MySQL, Error Log Output Format, The General Query
// Log; MariaDB, Audit Plugin: Log Format).
var mysql = &Parser{
	Name: "mysql", Vendor: "Oracle", Product: "MySQL",
	Apps:   "mysqld mysql mariadbd mariadb mysql-server_auditing mysql-server_audit",
	Begins: []string{"Access denied for user '", "Aborted connection "},
	First:  "9[",
	Next:   ` [`,
	Shape:  mysqlShape,
	Parse:  parseMySQL,
}

// mysqlShape knows "344 [Note] [MY-010926] [Server] text" and "14 Connect\ttext". The
// number of the thread must be there: many programs write "[ERROR] text".
func mysqlShape(s string) bool {
	d := digits(s)
	if d == 0 || d < len(s) && s[d] != ' ' {
		return false
	}
	rest := strings.TrimLeft(s[d:min(len(s), d+24)], " ")
	for _, w := range [...]string{"[Note] ", "[Warning] ", "[ERROR] ", "[System] ", "[Error] "} {
		if strings.HasPrefix(rest, w) {
			return true
		}
	}
	for _, w := range [...]string{"Connect", "Query", "Quit", "Init DB", "Prepare", "Execute", "Change user"} {
		if strings.HasPrefix(rest, w) && len(rest) > len(w) && (rest[len(w)] == '\t' || rest[len(w)] == ' ') {
			return true
		}
	}
	return false
}

func parseMySQL(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	l.KV, l.Form = l.KV[:0], Text
	if strings.HasPrefix(l.Head.App, "mysql-server_audit") {
		return l.mysqlAudit(s)
	}
	d := digits(s)
	if d > 0 && d < len(s) && s[d] == ' ' {
		l.put(ocsf.SessionUID, ocsf.Text(s[:d]), brandWeight) // the thread
		s = strings.TrimLeft(s[d:], " ")
	}
	for n := 0; n < 3 && strings.HasPrefix(s, "["); n++ {
		w, rest, ok := strings.Cut(s[1:], "] ")
		if !ok {
			break
		}
		switch {
		case strings.HasPrefix(w, "MY-"):
			l.put(ocsf.EventCode, ocsf.Text(w), brandWeight)
		case n == 0 && w == "Note" || w == "System":
			l.applySeverity("notice", brandWeight)
		case n == 0:
			l.applySeverity(w, brandWeight)
		default:
			l.put(ocsf.ProductFeature, ocsf.Text(w), brandWeight)
		}
		s = rest
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.mysqlText(s)
	return true
}

// mysqlText reads the words of the error log and the commands of the general log.
func (l *Line) mysqlText(s string) {
	e := l.E
	command, arg, _ := strings.Cut(s, "\t")
	if strings.HasPrefix(s, "Connect ") {
		command, arg = "Connect", strings.TrimLeft(s[8:], " ")
	}
	switch {
	case strings.Contains(s, "Access denied for user '"):
		l.mysqlAccount(after(s, "for user "))
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.HasPrefix(s, "Aborted connection "): // 5 to db: 'shop' user: 'bob' host: '192.0.2.9' (Got timeout …)
		l.putText(ocsf.DatabaseName, quotedAfter(s, "db: '"), brandWeight)
		l.applyUser(brandUser, quotedAfter(s, "user: '"))
		l.applyAddr(brandSrc, quotedAfter(s, "host: '"))
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetReset
	case command == "Connect" && arg != "": // bob@192.0.2.9 on shop using TCP/IP
		account, on, _ := strings.Cut(arg, " on ")
		if i := strings.LastIndexByte(account, '@'); i > 0 {
			l.applyUser(brandUser, account[:i])
			l.applyAddr(brandSrc, account[i+1:])
		}
		l.putText(ocsf.DatabaseName, firstWord(on), brandWeight)
		l.setOutcome(ocsf.Success, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case command == "Query" || command == "Execute" || command == "Prepare":
		l.databaseQuery(arg, "")
	case strings.Contains(s, "ready for connections"), strings.Contains(s, "Shutdown complete"), strings.Contains(s, "Starting "):
		l.databaseService("mysqld", strings.Contains(s, "Shutdown"))
	default:
		l.scanText(s)
	}
}

// mysqlAccount reads 'bob'@'192.0.2.9'.
func (l *Line) mysqlAccount(s string) {
	user, rest, _ := strings.Cut(strings.TrimPrefix(s, "'"), "'")
	l.applyUser(brandUser, user)
	if host := quotedAfter(rest, "@'"); host != "localhost" {
		l.applyAddr(brandSrc, host)
	}
}

// mysqlAudit reads server,user,host,connection,query,operation,database,'object',code.
func (l *Line) mysqlAudit(s string) bool {
	f := strings.SplitN(s, ",", 8)
	if len(f) < 8 {
		return false
	}
	e := l.E
	l.putText(ocsf.DeviceHostname, strings.TrimSpace(f[0]), brandWeight)
	l.applyUser(brandUser, f[1])
	l.applyAddr(brandSrc, f[2])
	l.put(ocsf.SessionUID, ocsf.Text(f[3]), brandWeight)
	l.put(ocsf.EventCode, ocsf.Text(f[5]), brandWeight)
	i := strings.LastIndexByte(f[7], ',')
	object, code := f[7], ""
	if i >= 0 {
		object, code = f[7][:i], f[7][i+1:]
	}
	switch code {
	case "0":
		l.setOutcome(ocsf.Success, brandWeight)
	case "":
	default:
		l.put(ocsf.StatusCode, ocsf.Text(code), brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	switch f[5] {
	case "CONNECT", "FAILED_CONNECT":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if f[5][0] == 'F' {
			l.setOutcome(ocsf.Failure, exactWeight)
		}
	case "DISCONNECT":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	default:
		l.databaseQuery(strings.Trim(object, "'"), f[6])
	}
	return true
}
