package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ftpd reads vsftpd's log, ProFTPD, Pure-FTPd and the transfers of wu-ftpd's form
// that all of them can write (vsftpd.conf(5): vsftpd_log_file; ProFTPD, Logging;
// Pure-FTPd, log messages; xferlog(5)).
var ftpd = &Parser{
	Name: "ftpd", Product: "FTP server",
	Apps:  "vsftpd proftpd pure-ftpd ftpd",
	First: "[(",
	Next:  `[(`,
	Shape: ftpdShape,
	Parse: parseFTPD,
}

func ftpdShape(s string) bool {
	switch s[0] {
	case '[':
		return strings.HasPrefix(s, "[pid ") && strings.Contains(s, `Client "`)
	case '(':
		i := strings.IndexByte(s[:min(len(s), 96)], '@')
		return i > 0 && (strings.Contains(s[i:min(len(s), i+80)], ") [INFO] ") || strings.Contains(s[i:min(len(s), i+80)], ") [NOTICE] ") || strings.Contains(s[i:min(len(s), i+80)], ") [WARNING] "))
	}
	return false
}

func parseFTPD(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	l.KV, l.Form = l.KV[:0], Text
	if !l.ftpLine(s) {
		if l.Head.App == "" || l.Head.App == "proftpd" || strings.HasPrefix(s, "pam_") {
			return false
		}
		l.scanText(s)
	}
	l.put(ocsf.AppProtocol, ocsf.Text("ftp"), brandWeight)
	return true
}

func (l *Line) ftpLine(s string) bool {
	switch {
	case strings.Contains(s, `Client "`):
		return l.vsftpd(s)
	case strings.HasPrefix(s, "(") && strings.Contains(s, ") ["):
		return l.pureFTPD(s)
	}
	return l.proFTPD(s) || l.xferlog(s)
}

// vsftpd reads "[pid 27244] [bob] FAIL LOGIN: Client "192.0.2.9", …".
func (l *Line) vsftpd(s string) bool {
	l.put(ocsf.ProductName, ocsf.Text("vsftpd"), brandWeight)
	head, rest, _ := strings.Cut(s, `: Client "`)
	for n := 0; n < 3 && strings.HasPrefix(head, "["); n++ {
		w, more, _ := strings.Cut(head[1:], "]")
		if pid, ok := strings.CutPrefix(w, "pid "); ok {
			l.Set(ocsf.ProcessPID, pid)
		} else {
			l.applyUser(brandUser, w)
		}
		head = strings.TrimLeft(more, " ")
	}
	client, rest, _ := strings.Cut(rest, `"`)
	l.applyAddr(brandSrc, client)
	what, _, _ := strings.Cut(after(rest, `, "`), `"`)
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	switch {
	case strings.HasPrefix(what, "USER "):
		l.applyUser(brandUser, what[len("USER "):])
	case head == "FTP response" && strings.HasPrefix(what, "530"):
		l.put(ocsf.StatusCode, ocsf.Text("530"), brandWeight)
		head = "FAIL LOGIN"
	}
	l.ftpVerb(head, what)
	return true
}

// ftpVerb settles an event by the verb of vsftpd, "OK UPLOAD".
func (l *Line) ftpVerb(verb, path string) {
	e := l.E
	outcome := int8(ocsf.Success)
	if strings.HasPrefix(verb, "FAIL") {
		outcome = ocsf.Failure
	}
	if strings.HasPrefix(verb, "OK ") || outcome == ocsf.Failure {
		l.setOutcome(outcome, brandWeight)
	}
	activity := uint8(0)
	switch verb[strings.IndexByte(verb, ' ')+1:] {
	case "LOGIN":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if l.facts.user == "" {
			e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
		}
		return
	case "UPLOAD", "APPEND":
		activity = 1
	case "DOWNLOAD":
		activity = 2
	case "DELETE", "RMDIR":
		activity = 4
	case "RENAME":
		activity = 5
	case "MKDIR", "CHMOD":
		activity = ocsf.Other
	}
	e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
	if activity != 0 && path != "" {
		l.applyFile(path, brandWeight)
		e.Class, e.Activity = ocsf.NetworkFile, activity
	} else if verb == "CONNECT" {
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	}
}

// pureFTPD reads "(bob@192.0.2.9) [NOTICE] /home/bob/x uploaded  (123 bytes, …)".
func (l *Line) pureFTPD(s string) bool {
	who, rest, ok := strings.Cut(s[1:], ") [")
	level, msg, ok2 := strings.Cut(rest, "] ")
	i := strings.LastIndexByte(who, '@')
	if !ok || !ok2 || i < 0 {
		return false
	}
	l.put(ocsf.ProductName, ocsf.Text("Pure-FTPd"), brandWeight)
	if who[:i] != "?" {
		l.applyUser(brandUser, who[:i])
	}
	if who[i+1:] != "?" {
		l.applyAddr(brandSrc, who[i+1:])
	}
	l.applySeverity(level, brandWeight)
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	e := l.E
	switch {
	case strings.HasPrefix(msg, "Authentication failed for user ["):
		l.mailAuth(quotedTo(msg, "[", "]"), ocsf.Failure)
	case strings.HasSuffix(msg, " is now logged in"):
		l.mailAuth(strings.TrimSuffix(msg, " is now logged in"), ocsf.Success)
	case strings.HasPrefix(msg, "New connection from "):
		l.applyAddr(brandSrc, firstWord(msg[len("New connection from "):]))
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	case strings.HasPrefix(msg, "Logout"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	default:
		for _, x := range [...][2]string{{" uploaded ", "OK UPLOAD"}, {" downloaded ", "OK DOWNLOAD"}, {" deleted", "OK DELETE"}} {
			if path, _, ok := strings.Cut(msg, x[0]); ok {
				l.ftpVerb(x[1], strings.TrimPrefix(path, "File successfully "))
				return true
			}
		}
		e.Class, e.Activity = ocsf.FTPActivity, ocsf.Other
	}
	return true
}
