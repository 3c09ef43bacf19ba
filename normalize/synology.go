package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// synology reads DSM's Log Center: connections ("User [alice] from [192.0.2.15]
// logged in successfully via [DSM].") and file transfers ("Event: delete, Path: …,
// File/Folder: File, Size: …, User: …, IP: …") of each file service.
var synology = &Parser{
	Name: "synology", Vendor: "Synology", Product: "DSM",
	Apps:   "Connection WinFileService FileStation FTP WebDAV AFP SynoLogCenter System",
	Begins: []string{"Connection: User [", "WinFileService Event: ", "FileStation Event: ", "FTP Event: ", "WebDAV Event: ", "AFP Event: ", "SFTP Event: "},
	Parse:  parseSynology,
}

func parseSynology(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	service := l.Head.App
	if i := strings.Index(s, "Event: "); i > 0 && i < 20 {
		service, s = strings.TrimRight(s[:i], ": "), s[i:]
	}
	s = strings.TrimPrefix(s, "Connection: ")
	if strings.HasPrefix(s, "Event: ") {
		return l.synologyFile(service, s)
	}
	user, rest, ok := bracketed(s, "User [")
	if !ok || !strings.HasPrefix(s, "User [") {
		return false
	}
	e := l.E
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	ip, rest, _ := bracketed(rest, "from [")
	if i := strings.IndexByte(ip, '('); i > 0 && strings.HasSuffix(ip, ")") { // host(192.0.2.15)
		l.applyHost(meaning{read: readHost, side: srcSide, weight: brandWeight}, ip[:i])
		ip = ip[i+1 : len(ip)-1]
	}
	l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, ip)
	via, _, _ := bracketed(rest, "via [")
	l.Set(ocsf.AuthProtocol, via)
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	switch {
	case strings.Contains(rest, "failed to"):
		l.setOutcome(ocsf.Failure, brandWeight)
		if _, why, ok := strings.Cut(rest, "due to "); ok {
			l.put(ocsf.StatusDetail, ocsf.Text(strings.TrimRight(why, ". ")), brandWeight)
		}
	case strings.Contains(rest, "logged out"), strings.Contains(rest, "disconnected"):
		e.Activity = ocsf.Logoff
	default:
		l.setOutcome(ocsf.Success, weakWeight)
	}
	return true
}

// synologyFile reads "Event: delete, Path: /a, b, File/Folder: File, Size: 1 KB, User: alice, IP: 192.0.2.15".
func (l *Line) synologyFile(service, s string) bool {
	names := [...]string{"Event: ", ", Path: ", ", File/Folder: ", ", Size: ", ", User: ", ", IP: "}
	var v [len(names)]string
	for i, name := range names {
		j := strings.Index(s, name)
		if j < 0 {
			continue
		}
		s = s[j+len(name):]
		end := len(s)
		for _, next := range names[i+1:] {
			if k := strings.Index(s, next); k >= 0 && k < end {
				end = k
			}
		}
		v[i] = strings.TrimSpace(s[:end])
	}
	if v[1] == "" {
		return false
	}
	e := l.E
	l.Form = KeyValue
	l.applyFile(v[1], brandWeight)
	l.applyUser(meaning{read: readUser, weight: brandWeight}, v[4])
	l.Set(ocsf.SrcIP, v[5])
	l.Set(ocsf.ServiceName, service)
	l.keepKey("event", v[0])
	l.keepKey("size", v[3])
	e.Class, e.Activity = ocsf.NetworkFile, networkFileActivity(v[0])
	if !e.Has(ocsf.SrcIP) {
		e.Class, e.Activity = ocsf.FileActivity, ocsf.Other
	}
	return true
}

// networkFileActivity is the activity of Network File Activity by the first letters
// of a file server's word for it.
func networkFileActivity(w string) uint8 {
	for i, p := range [...]string{"upload", "download", "write", "delete", "rename", "copy", "move", "read", "create", "mkdir", "add", "rmdir"} {
		if len(w) >= len(p) && strings.EqualFold(w[:len(p)], p) {
			return [...]uint8{1, 2, 3, 4, 5, 6, 7, 2, 1, 1, 1, 4}[i]
		}
	}
	return ocsf.Other
}

// bracketed returns what stands between open and "]", and what is behind.
func bracketed(s, open string) (in, rest string, ok bool) {
	_, s, ok = strings.Cut(s, open)
	if !ok {
		return "", s, false
	}
	return strings.Cut(s, "]")
}
