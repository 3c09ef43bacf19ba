package normalize

import "picket/normalize/ocsf"

// fileActivity is the activity of File System Activity by words for it.
func fileActivity(h hint) uint8 {
	switch {
	case h&hintDelete != 0:
		return 4
	case h&hintCreate != 0:
		return 1
	}
	return ocsf.Other
}

// logonActivity tells logging off from logging on. A session that was closed
// was left.
func logonActivity(s *signs) uint8 {
	if s.says(hintLogoff) || s.says(hintSession) && s.says(hintClose) && !s.says(hintOpen|hintLogin) {
		return ocsf.Logoff
	}
	return ocsf.Logon
}

// networkActivity is the activity of a connection by what was done with it.
func (l *Line) networkActivity() uint8 {
	switch {
	case l.facts.action == ocsf.Denied && l.E.Num(ocsf.DispositionID) == dispReset:
		return ocsf.NetReset
	case l.facts.action == ocsf.Denied:
		return ocsf.NetRefuse
	}
	return ocsf.NetTraffic
}

// flowActivity is networkActivity with what the words say of begin and end.
func (l *Line) flowActivity(s *signs) uint8 {
	a := l.networkActivity()
	switch {
	case a != ocsf.NetTraffic || s.says(hintFlow):
	case s.says(hintClose):
		return ocsf.NetClose
	case s.says(hintOpen):
		return ocsf.NetOpen
	}
	return a
}

// tunnelActivity is the activity of Tunnel Activity.
func tunnelActivity(s *signs) uint8 {
	switch {
	case s.says(hintClose):
		return 2
	case s.says(hintOpen):
		return 1
	}
	return ocsf.Other
}

// ftpActivity is the activity of FTP Activity.
func ftpActivity(s *signs) uint8 {
	switch {
	case s.says(hintUpload):
		return 1
	case s.says(hintDownload):
		return 2
	case s.says(hintDelete):
		return 4
	}
	return ocsf.Other
}

// transferActivity is the activity of Network File and File Hosting Activity.
func transferActivity(s *signs) uint8 {
	switch {
	case s.says(hintUpload):
		return 1
	case s.says(hintDownload):
		return 2
	}
	return 4
}

// apiActivity is the activity of API Activity.
func apiActivity(s *signs) uint8 {
	switch {
	case s.says(hintCreate) && !s.says(hintDelete):
		return 1
	case s.says(hintConfig):
		return 3
	case s.says(hintDelete):
		return 4
	}
	return ocsf.Other
}

// accountActivity is the activity of Account Change.
func accountActivity(s *signs) uint8 {
	switch {
	case s.says(hintLock):
		return 9
	case s.says(hintCreate):
		return 1
	case s.says(hintDelete):
		return 6
	case s.says(hintEnable):
		return 2
	}
	return 5
}

// lifecycleActivity is the activity of Application Lifecycle.
func lifecycleActivity(s *signs) uint8 {
	switch {
	case s.says(hintInstall):
		return 1
	case s.says(hintStart) && s.says(hintStop):
		return 5
	case s.says(hintStop):
		return 4
	}
	return 3
}

// httpActivity is the activity of HTTP Activity for a method.
func httpActivity(method string) uint8 {
	switch method {
	case "CONNECT":
		return 1
	case "DELETE":
		return 2
	case "GET":
		return 3
	case "HEAD":
		return 4
	case "OPTIONS":
		return 5
	case "POST":
		return 6
	case "PUT":
		return 7
	case "TRACE":
		return 8
	case "PATCH":
		return 9
	}
	return ocsf.Other
}
