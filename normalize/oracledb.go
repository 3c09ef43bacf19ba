package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// oracleDB reads the audit trail of Oracle Database as syslog has it, mandatory,
// standard and unified, and its listener (Oracle Database Security Guide, Writing
// the Audit Trail to SYSLOG; Net Services, Listener Log).
var oracleDB = &Parser{
	Name: "oracledb", Vendor: "Oracle", Product: "Database",
	Apps:   "Oracle oracle tnslsnr",
	Begins: []string{"LENGTH : '", "LENGTH: '", "ACTION :[", "SESSIONID:[", "Audit[", "Unified Audit[", "Oracle Audit[", "Oracle Unified Audit["},
	Shape:  func(s string) bool { return s[0] == '*' && strings.Contains(s[:min(len(s), 40)], "(CONNECT_DATA=") },
	Parse:  parseOracleDB,
}

func parseOracleDB(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if strings.Contains(s, "(CONNECT_DATA=") && strings.Contains(s, " * ") {
		return l.oracleListener(s)
	}
	l.KV, l.Form = l.KV[:0], KeyValue
	l.oraclePairs(s)
	if l.Get("ACTION") == "" {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	l.Apply(oracleKeys)
	l.oracleAction(strings.Trim(l.Get("ACTION"), "'\""))
	return true
}

var oracleKeys = NewKeys(`
@user               DBUSER USERID DATABASE_USER
user_result.name    OBJ_NAME_
session.uid         SESID SESSIONID
@src.host           USERHOST
metadata.event_code ACTION
status_code         RETCODE RETURNCODE STATUS
session.terminal    TERMINAL CLIENT_TERMINAL
@actor              CLIENT_USER OS_USERID OS$USERID
@keep               LENGTH TYPE DBID CLIENTID ENTRYID STMTID STATEMENT CURUSER SCHEMA OBJNAME OBJ$NAME OBJ$CREATOR PRIVILEGE PDB_GUID COMMENT$TEXT PRIV$USED SES$ACTIONS
`)

// oraclePairs reads NAME:[7] 'value', NAME :[7] "value" and NAME:"value".
func (l *Line) oraclePairs(s string) {
	for n := 0; n < 64 && s != ""; n++ {
		k, rest, ok := strings.Cut(s, ":")
		if !ok || len(k) > 64 {
			return
		}
		if strings.HasPrefix(rest, "[") {
			_, rest, _ = strings.Cut(rest, "]")
		}
		rest = strings.TrimLeft(rest, " ")
		if rest == "" || rest[0] != '\'' && rest[0] != '"' {
			s = rest
			continue
		}
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return
		}
		l.add(l.spacedKey(strings.Trim(k, " ,'\"")), rest[1:1+end])
		s = rest[end+2:]
	}
}

// oracleAction goes by the name or the number of what was done (AUDIT_ACTIONS).
func (l *Line) oracleAction(action string) {
	e := l.E
	code := e.Text(ocsf.StatusCode)
	if code == "0" {
		l.setOutcome(ocsf.Success, brandWeight)
	} else if code != "" {
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	if _, v, ok := strings.Cut(l.Get("COMMENT$TEXT"), "(HOST="); ok { // Client address: (ADDRESS=(PROTOCOL=tcp)(HOST=…)(PORT=…))
		l.applyAddr(brandSrc, v[:max(strings.IndexByte(v, ')'), 0)])
		if _, p, ok := strings.Cut(v, "(PORT="); ok {
			l.Set(ocsf.SrcPort, p[:digits(p)])
		}
	}
	switch verb := strings.ToUpper(firstWord(action)); {
	case verb == "100" || verb == "CONNECT" || verb == "LOGON":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case verb == "101" || verb == "102" || verb == "LOGOFF":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case verb == "51" || strings.HasPrefix(strings.ToUpper(action), "CREATE USER"):
		e.Class, e.Activity = ocsf.AccountChange, 1
	case verb == "53" || strings.HasPrefix(strings.ToUpper(action), "DROP USER"):
		e.Class, e.Activity = ocsf.AccountChange, 6
	case verb == "STARTUP" || verb == "SHUTDOWN":
		l.databaseService("oracle", verb == "SHUTDOWN")
	default:
		statement := ""
		if digits(action) != len(action) {
			statement = action
		}
		l.databaseQuery(statement, "")
	}
}

// oracleListener reads time * (CONNECT_DATA=…) * (ADDRESS=…) * establish * SID * code.
func (l *Line) oracleListener(s string) bool {
	l.KV, l.Form = l.KV[:0], Text
	value := func(name string) string {
		v := after(s, "("+name+"=")
		return v[:max(strings.IndexByte(v, ')'), 0)]
	}
	e := l.E
	l.applyUser(brandUser, value("USER"))
	l.put(ocsf.ActorApp, ocsf.Text(value("PROGRAM")), brandWeight)
	l.putText(ocsf.DatabaseName, firstOfTexts(value("SERVICE_NAME"), value("SID")), brandWeight)
	if _, v, ok := strings.Cut(s, "(ADDRESS="); ok {
		host := after(v, "(HOST=")
		l.applyAddr(brandSrc, host[:max(strings.IndexByte(host, ')'), 0)])
		port := after(v, "(PORT=")
		l.Set(ocsf.SrcPort, port[:digits(port)])
	}
	code := s[strings.LastIndex(s, " * ")+3:]
	l.put(ocsf.StatusCode, ocsf.Text(code), brandWeight)
	e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	if code != "0" {
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Activity = ocsf.NetFail
	}
	return true
}
