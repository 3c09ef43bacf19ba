package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// mssql reads SQL Server's error log and its audit (Microsoft, SQL Server error
// log; SQL Server Audit records, which event 33205 carries as name:value lines).
var mssql = &Parser{
	Name: "mssql", Vendor: "Microsoft", Product: "SQL Server",
	Apps:   "MSSQLSERVER MSSQL sqlservr",
	Begins: []string{"Login failed for user '", "Login succeeded for user '", "Logon ", "Error: 18456", "audit_schema_version:", "Audit event: audit_schema_version:"},
	Parse:  parseMSSQL,
}

func parseMSSQL(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	l.KV, l.Form = l.KV[:0], Text
	if i := strings.Index(s[:min(len(s), 64)], "audit_schema_version:"); i >= 0 {
		return l.mssqlAudit(s[i:])
	}
	login := strings.Index(s, "Login ")
	if login < 0 && !strings.HasPrefix(s, "Error: ") && !strings.HasPrefix(l.Head.App, "MSSQL") && l.Head.App != "sqlservr" {
		return false
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	if client := quotedTo(s, "[CLIENT: ", "]"); client != "" {
		l.applyAddr(brandSrc, client)
	}
	e := l.E
	switch {
	case login >= 0 && (strings.Contains(s, "Login failed for user ") || strings.Contains(s, "Login succeeded for user ")):
		l.applyUser(brandUser, quotedAfter(s, "for user '"))
		outcome := int8(ocsf.Success)
		if strings.Contains(s, "Login failed") {
			outcome = ocsf.Failure
			l.put(ocsf.StatusDetail, ocsf.Text(strings.TrimSpace(quotedTo(s, "Reason: ", "["))), brandWeight)
		}
		l.setOutcome(outcome, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.HasPrefix(s, "Error: "):
		code := s[len("Error: "):]
		l.put(ocsf.EventCode, ocsf.Text(code[:digits(code)]), brandWeight)
	default:
		l.scanText(s)
	}
	return true
}

var mssqlKeys = NewKeys(`
@time               event_time
metadata.event_code action_id
@outcome            succeeded
@user               server_principal_name session_server_principal_name
@src                client_ip
@dst.host           server_instance_name_
database.name       database_name
query_info.query_string statement
session.uid         session_id
actor.app_name      application_name
user_result.name    target_server_principal_name
@src.host           host_name
@keep               audit_schema_version class_type sequence_number object_name schema_name server_instance_name additional_information user_defined_event_id permission_bitmask
`)

// mssqlAudit reads name:value pairs, a line each or with spaces between.
func (l *Line) mssqlAudit(s string) bool {
	l.Form = KeyValue
	for n := 0; n < 64 && s != ""; n++ {
		s = strings.TrimLeft(s, " \t\r\n")
		k, rest, ok := strings.Cut(s, ":")
		if !ok || len(k) > 48 || strings.IndexByte(k, ' ') >= 0 {
			break
		}
		end := strings.IndexAny(rest, "\r\n")
		if end < 0 {
			end = mssqlNext(rest)
		}
		l.add(k, strings.TrimSpace(rest[:end]))
		s = rest[end:]
	}
	l.Apply(mssqlKeys)
	e := l.E
	switch strings.TrimSpace(l.Get("action_id")) {
	case "LGIS", "LGIF", "DBAS", "DBAF":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case "LGO", "DAGL":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case "PWR", "PWC", "PWCS":
		e.Class, e.Activity = ocsf.AccountChange, 3
	default:
		l.databaseQuery(e.Text(ocsf.DatabaseQuery), l.Get("database_name"))
	}
	return true
}

// mssqlNext is where the next name begins in a line that has lost its breaks.
func mssqlNext(s string) int {
	for i := 0; i+1 < len(s); i++ {
		if s[i] != ' ' {
			continue
		}
		j := i + 1
		for j < len(s) && (lower(s[j]) || s[j] == '_' || digit(s[j])) {
			j++
		}
		if j+1 < len(s) && s[j] == ':' && s[j+1] != ' ' && j-i > 4 {
			return i
		}
	}
	return len(s)
}
