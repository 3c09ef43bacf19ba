package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// postgresql reads PostgreSQL's server log behind any log_line_prefix, as files and
// syslog have it, and pgAudit's lines in it (PostgreSQL, Error Reporting and
// Logging; pgAudit, Format).
var postgresql = &Parser{
	Name: "postgresql", Vendor: "PostgreSQL", Product: "PostgreSQL",
	Apps:  "postgres postgresql postmaster",
	Next:  ` -./:_=@[(<`,
	Shape: postgresShape,
	Parse: parsePostgreSQL,
}

// postgresShape wants a prefix, or a level that others do not write: "ERROR:  " and
// "WARNING:  " with two spaces begin lines of many programs.
func postgresShape(s string) bool {
	at, end := postgresLevel(s)
	if at > 0 {
		return strings.ContainsAny(s[:at], "[@(")
	}
	return at == 0 && s[:end] != "ERROR" && s[:end] != "WARNING" && s[:end] != "NOTICE"
}

// postgresLevel finds the level before two spaces, "FATAL:  ", which is there
// whatever the prefix is.
func postgresLevel(s string) (at, end int) {
	end = strings.Index(s[:min(len(s), 160)], ":  ")
	if end < 3 {
		return -1, 0
	}
	at = end
	for at > 0 && (upper(s[at-1]) || digit(s[at-1])) {
		at--
	}
	switch s[at:end] {
	case "LOG", "FATAL", "ERROR", "PANIC", "WARNING", "NOTICE", "STATEMENT", "DETAIL", "HINT", "CONTEXT":
		return at, end
	}
	return -1, 0
}

func parsePostgreSQL(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	at, end := postgresLevel(s)
	if at < 0 {
		return false
	}
	l.KV, l.Form = l.KV[:0], Text
	level, msg := s[at:end], strings.TrimSpace(s[end+1:])
	l.postgresPrefix(s[:at])
	if level != "LOG" && level != "STATEMENT" && level != "DETAIL" && level != "HINT" && level != "CONTEXT" {
		l.applySeverity(level, brandWeight)
	}
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	l.putText(ocsf.ProcessName, "postgres", weakWeight)
	l.postgresText(level, msg)
	return true
}

// postgresPrefix takes what the prefix may tell: a time, [pid], user@database, an
// address with the port in parentheses, "bob@shop:[12]:192.0.2.9(5123)".
func (l *Line) postgresPrefix(s string) {
	if i := strings.LastIndexByte(s, '['); i >= 0 {
		if d := digits(s[i+1:]); d > 0 && i+1+d < len(s) && s[i+1+d] == ']' {
			l.Set(ocsf.ProcessPID, s[i+1:i+1+d])
		}
	}
	for n := 0; n < 16 && s != ""; n++ {
		i := strings.IndexAny(s, " :[],")
		w := s
		if i >= 0 {
			w, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if w == "" {
			continue
		}
		if j := strings.IndexByte(w, '@'); j > 0 && j < len(w)-1 {
			l.applyUser(meaning{read: readUser, weight: weakWeight}, w[:j])
			l.putText(ocsf.DatabaseName, w[j+1:], weakWeight)
			continue
		}
		if a, k := scanAddr(w); k > 0 && (k == len(w) || w[k] == '(') {
			l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
			if k < len(w) {
				l.putText(ocsf.SrcPort, strings.Trim(w[k:], "()"), brandWeight)
			}
		}
	}
}

func (l *Line) postgresText(level, s string) {
	e := l.E
	name := func(what string) string { return quotedAfter(s, what+` "`) }
	switch {
	case strings.Contains(s, "authentication failed for user "), strings.Contains(s, "no pg_hba.conf entry "), strings.HasPrefix(s, "role ") && strings.Contains(s, "does not exist"), strings.Contains(s, "is not permitted to log in"):
		l.applyUser(brandUser, firstOfTexts(name("user"), name("role")))
		l.applyAddr(brandSrc, name("host"))
		l.put(ocsf.StatusDetail, ocsf.Text(s), weakWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.HasPrefix(s, "connection authorized: "), strings.HasPrefix(s, "connection authenticated: "):
		l.postgresPairs(s)
		l.applyUser(brandUser, name("identity="))
		l.setOutcome(ocsf.Success, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.HasPrefix(s, "disconnection: "):
		l.postgresPairs(s)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.HasPrefix(s, "connection received: "):
		l.postgresPairs(s)
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	case strings.HasPrefix(s, "AUDIT: "):
		l.postgresAudit(s[len("AUDIT: "):])
	case strings.HasPrefix(s, "statement: "), strings.HasPrefix(s, "execute "), strings.Contains(s, "  statement: "):
		l.databaseQuery(after(s, ": "), "")
		if i := strings.Index(s, "statement: "); i > 0 {
			l.E.Set(ocsf.DatabaseQuery, ocsf.Text(s[i+len("statement: "):]))
			l.E.Activity = databaseActivity(firstWord(s[i+len("statement: "):]))
		}
	case level == "STATEMENT":
		l.databaseQuery(s, "")
	case strings.HasPrefix(s, "permission denied for "):
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
		l.databaseQuery("", "")
	case strings.Contains(s, "ready to accept connections"), strings.Contains(s, "database system is shut down"), strings.HasPrefix(s, "starting PostgreSQL"):
		l.databaseService("postgres", strings.Contains(s, "shut down"))
	default:
		l.scanText(s)
	}
}

// postgresPairs reads user=bob database=shop host=192.0.2.9 port=5123.
func (l *Line) postgresPairs(s string) {
	for k, v := range mailPairs(s) {
		switch k {
		case "user":
			l.applyUser(brandUser, v)
		case "database":
			l.putText(ocsf.DatabaseName, v, brandWeight)
		case "host":
			l.applyAddr(brandSrc, v)
		case "port":
			l.Set(ocsf.SrcPort, v)
		case "method":
			l.putText(ocsf.AuthProtocol, v, brandWeight)
		case "application_name":
			l.putText(ocsf.ActorApp, v, brandWeight)
		}
	}
}

// postgresAudit reads SESSION,1,1,READ,SELECT,TABLE,public.users,"select 1",<none>.
func (l *Line) postgresAudit(s string) {
	f := strings.SplitN(s, ",", 8)
	if len(f) < 8 {
		return
	}
	statement, _, _ := strings.Cut(f[7], ",<")
	l.put(ocsf.EventCode, ocsf.Text(f[3]), brandWeight)
	l.keepKey("object", f[6])
	l.databaseQuery(strings.Trim(statement, `"`), "")
	l.E.Activity = databaseActivity(f[4])
}
