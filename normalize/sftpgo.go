package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// sftpGo reads SFTPGo's JSON: logins, failed ones (connection_failed), commands and
// transfers of SFTP, FTP and WebDAV (SFTPGo, Logs).
var sftpGo = &Parser{
	Name: "sftpgo", Vendor: "SFTPGo", Product: "SFTPGo",
	Keys:  "connection_id",
	Parse: parseSFTPGo,
}

var sftpGoKeys = NewKeys(`
@time              time
@user              username
@src               client_ip
@src               remote_addr
session.uid        connection_id
app_protocol_name  protocol
@file              file_path
file.size          size_bytes
file_result.path   target_path
auth_protocol      login_type
status_detail      error
@message           message
@keep              sender level elapsed_ms ftp_mode local_addr
`)

func parseSFTPGo(l *Line) bool {
	sender := l.Get("sender")
	if l.Form != JSON || sender == "" || l.Get("time") == "" {
		return false
	}
	l.Apply(sftpGoKeys)
	l.applySeverity(l.Get("level"), brandWeight)
	e := l.E
	msg := l.Get("message")
	switch {
	case strings.HasPrefix(msg, `User "`) && strings.Contains(msg, " logged in with "):
		l.put(ocsf.AppProtocol, ocsf.Text(sender), weakWeight)
		l.put(ocsf.AuthProtocol, ocsf.Text(quotedAfter(msg, `logged in with "`)), brandWeight)
		l.applyAddr(brandSrc, quotedAfter(msg, `from ip "`))
		l.put(ocsf.UserAgent, ocsf.Text(quotedAfter(msg, `client version "`)), weakWeight)
		l.mailAuth(quotedAfter(msg, `User "`), ocsf.Success)
	case sender == "connection_failed" || strings.Contains(msg, "could not authenticate") || strings.Contains(msg, "invalid credentials"):
		l.mailAuth(l.Get("username"), ocsf.Failure)
	case sender == "Upload" || sender == "Download" || sender == "Remove" || sender == "Rename":
		outcome := int8(ocsf.Success)
		if l.Get("error") != "" {
			outcome = ocsf.Failure
		}
		l.setOutcome(outcome, brandWeight)
		e.Class = ocsf.NetworkFile
		e.Activity = map[string]uint8{"Upload": 1, "Download": 2, "Remove": 4, "Rename": 5}[sender]
	default:
		l.scanText(msg)
	}
	return true
}
