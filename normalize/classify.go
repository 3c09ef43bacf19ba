package normalize

import "picket/normalize/ocsf"

// classify finds the class and activity of a line that no brand knew, from what
// was found in it and what its words speak of. What is certain comes first: a
// name that was asked for makes a DNS event whatever else the line says.
func (l *Line) classify() {
	e, f := l.E, &l.facts
	h := f.hints
	has := func(fs ...ocsf.Field) bool {
		for _, x := range fs {
			if f.weight[x] >= weakWeight {
				return true
			}
		}
		return false
	}
	ends := f.weight[ocsf.SrcIP] > 0 || f.weight[ocsf.DstIP] > 0 || f.weight[ocsf.SrcHostname] > 0 || f.weight[ocsf.DstHostname] > 0 || f.weight[ocsf.SrcMAC] > 0
	user := f.user != "" || f.target != "" || f.actor != ""
	file := f.weight[ocsf.FilePath] >= textWeight || f.weight[ocsf.FileName] >= textWeight
	switch {
	case f.kind&hintRegistry != 0 && has(ocsf.RegKeyPath):
		e.Class, e.Activity = ocsf.RegistryKey, ocsf.Other
	case f.kind&hintFile != 0 && f.kind&hintFinding == 0 && file && !l.connection():
		e.Class, e.Activity = ocsf.FileActivity, fileActivity(f.kind)
	case has(ocsf.FindingTitle), l.Device.Name != "" && hintsOf(l.Device.Name)&hintFinding != 0 && h&hintFlow == 0, h&hintMalware != 0 && h&hintFinding != 0 && (has(ocsf.FileName) || e.Has(ocsf.FileHashes)):
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case e.Has(ocsf.QueryName):
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
		if e.Has(ocsf.RCode) || e.Has(ocsf.Answers) {
			e.Activity = ocsf.DNSResponse
		}
	case e.Has(ocsf.EmailFrom) || e.Has(ocsf.EmailTo) || has(ocsf.EmailSubject):
		e.Class, e.Activity = ocsf.EmailActivity, 1
	case l.Form == AccessLog:
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case e.Has(ocsf.HTTPMethod) && !(h&hintAuth != 0 && h&hintHTTP == 0), has(ocsf.HTTPCode) && (e.Has(ocsf.URLPath) || e.Has(ocsf.URLString)), has(ocsf.UserAgent) && has(ocsf.URLString):
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case h&hintDHCP != 0 && ends && h&(hintAuth|hintFinding) == 0:
		e.Class, e.Activity = ocsf.DHCPActivity, ocsf.Other
	case h&hintGroup != 0 && h&(hintCreate|hintDelete) != 0 && has(ocsf.GroupName) && user:
		e.Class, e.Activity = ocsf.GroupManagement, 3
		if h&hintDelete != 0 && h&hintCreate == 0 {
			e.Activity = 4
		}
	case h&hintAccount != 0 && h&(hintCreate|hintDelete|hintLock) != 0 && user && h&hintAuth == 0:
		e.Class, e.Activity = ocsf.AccountChange, 1
		switch {
		case h&hintLock != 0:
			e.Activity = 9
		case h&hintCreate == 0:
			e.Activity = 6
		}
	case h&hintAuth != 0 && user && h&hintFinding == 0 && !l.connection() && h&hintConfig == 0, h&hintPassword != 0 && user && f.outcome != 0:
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if h&hintLogoff != 0 {
			e.Activity = ocsf.Logoff
		}
	case h&hintRegistry != 0 && has(ocsf.RegKeyPath):
		e.Class, e.Activity = ocsf.RegistryKey, ocsf.Other
	case h&hintFinding != 0 && (has(ocsf.FindingUID) || h&hintMalware != 0 || f.outcome == 0 && ends && has(ocsf.FindingTypes)):
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case l.connection():
		e.Class = ocsf.NetworkActivity
		e.Activity = l.networkActivity()
	case e.Has(ocsf.ProcessCmd) || has(ocsf.ProcessPath) && has(ocsf.ProcessPID), has(ocsf.ProcessPath) && h&hintProcess != 0 && !ends:
		e.Class, e.Activity = ocsf.ProcessActivity, 1
	case has(ocsf.FilePath, ocsf.FileName) && f.weight[ocsf.DstIP] == 0 && f.weight[ocsf.SrcIP] == 0:
		e.Class, e.Activity = ocsf.FileActivity, fileActivity(h)
	case has(ocsf.ProcessPath) && !ends:
		e.Class, e.Activity = ocsf.ProcessActivity, ocsf.Other
	case h&hintConfig != 0 && (user || h&hintNetwork == 0) && h&(hintAuth|hintVPN|hintSession) == 0:
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	case h&hintAuth != 0 && user:
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if h&hintLogoff != 0 {
			e.Activity = ocsf.Logoff
		}
	case h&hintSession != 0 && user:
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if h&hintLogoff != 0 {
			e.Activity = ocsf.Logoff
		}
	case h&hintVPN != 0 && ends:
		e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	case h&hintAuth != 0 && ends && h&hintSSH != 0:
		e.Class, e.Activity = ocsf.SSHActivity, ocsf.Other
	case ends:
		e.Class = ocsf.NetworkActivity
		e.Activity = l.networkActivity()
	}
}

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

// roomForFile changes Network Activity, which has no room for a file, to a class
// that has, when a file was told.
func (l *Line) roomForFile() {
	e, w := l.E, &l.facts.weight
	if w[ocsf.FileName] < weakWeight && w[ocsf.FilePath] < weakWeight {
		return
	}
	switch {
	case e.Class == ocsf.EmailActivity && e.Has(ocsf.FileName):
		e.Append(ocsf.EmailFiles, ocsf.ObjectOf(ocsf.Attr(ocsf.EmailFileName, e.Get(ocsf.FileName)), ocsf.Attr(ocsf.EmailFileType, ocsf.Int(0))))
	case e.Class != ocsf.NetworkActivity:
	case e.Has(ocsf.URLString) || e.Has(ocsf.URLPath) || e.Has(ocsf.URLHostname):
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case w[ocsf.SrcIP] > 0 || w[ocsf.SrcHostname] > 0:
		e.Class, e.Activity = ocsf.NetworkFile, ocsf.Other
	}
}

// connection reports whether both ends, or one with a port and a protocol, are
// told by keys.
func (l *Line) connection() bool {
	w := &l.facts.weight
	ips := w[ocsf.SrcIP] > 0 && w[ocsf.DstIP] > 0
	ports := w[ocsf.SrcPort] > 0 && w[ocsf.DstPort] > 0 || w[ocsf.Protocol] > 0 && (w[ocsf.DstPort] > 0 || w[ocsf.SrcPort] > 0)
	return ips && (ports || w[ocsf.Protocol] > 0) || ports && (w[ocsf.SrcIP] > 0 || w[ocsf.DstIP] > 0)
}

// networkActivity is the activity of a connection by what was done with it.
func (l *Line) networkActivity() uint8 {
	switch l.facts.action {
	case ocsf.Denied:
		if l.E.Num(ocsf.DispositionID) == dispReset {
			return ocsf.NetReset
		}
		return ocsf.NetRefuse
	}
	return ocsf.NetTraffic
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
