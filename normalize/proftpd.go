package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// proFTPD reads "ftp1 (ws17[192.0.2.9]): USER bob: Login successful." (ProFTPD,
// Logging Levels; mod_sftp, mod_auth).
func (l *Line) proFTPD(s string) bool {
	i := strings.Index(s, "]): ")
	j := strings.LastIndexByte(s[:max(i, 0)], '[')
	if i < 0 || j < 0 {
		return false
	}
	l.put(ocsf.ProductName, ocsf.Text("ProFTPD"), brandWeight)
	l.applyAddr(brandSrc, s[j+1:i])
	if k := strings.LastIndexByte(s[:j], '('); k >= 0 {
		if _, isAddr := addrOf(s[k+1 : j]); !isAddr && hostName(s[k+1:j], false) {
			l.putText(ocsf.SrcHostname, s[k+1:j], brandWeight)
		}
	}
	msg := strings.TrimPrefix(s[i+4:], "- ")
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	e := l.E
	user, rest, ok := strings.Cut(strings.TrimPrefix(msg, "USER "), " ")
	user = strings.TrimRight(user, ":")
	named := strings.HasPrefix(msg, "USER ") && ok
	switch {
	case named && strings.Contains(rest, "Login successful"):
		l.mailAuth(user, ocsf.Success)
	case named && (strings.Contains(rest, "Login failed") || strings.Contains(rest, "no such user") || strings.Contains(rest, "Limit access denies")):
		l.put(ocsf.StatusDetail, ocsf.Text(strings.ReplaceAll(strings.Trim(rest, "(): ."), ")", "")), brandWeight)
		l.mailAuth(user, ocsf.Failure)
	case strings.HasPrefix(msg, "FTP session opened"), strings.HasPrefix(msg, "SSH2 session opened"):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	case strings.HasPrefix(msg, "FTP session closed"), strings.HasPrefix(msg, "SSH2 session closed"):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetClose
	case strings.HasPrefix(msg, "Maximum login attempts"):
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
	default:
		l.scanText(msg)
		e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
	}
	return true
}

// xferlog reads a transfer behind its time: seconds, host, size, file, kind, flag,
// direction, mode, user, service, method, id, status.
func (l *Line) xferlog(s string) bool {
	f := strings.Fields(s[:min(len(s), 2048)])
	n := len(f)
	if n < 13 || digits(f[0]) != len(f[0]) || digits(f[2]) != len(f[2]) || len(f[n-1]) != 1 || len(f[n-7]) != 1 {
		return false
	}
	path := strings.Join(f[3:n-9], " ") // a name may hold spaces
	l.applyAddr(brandSrc, f[1])
	l.Set(ocsf.FileSize, f[2])
	l.applyUser(brandUser, f[n-5])
	verb := "UPLOAD"
	switch f[n-7] {
	case "o":
		verb = "DOWNLOAD"
	case "d":
		verb = "DELETE"
	}
	if f[n-1] == "c" {
		l.ftpVerb("OK "+verb, path)
	} else {
		l.ftpVerb("FAIL "+verb, path)
	}
	return true
}
