package normalize

import "picket/normalize/ocsf"

// none is what a rule returns that has nothing to say.
const none = ocsf.BaseEvent

// objectClass goes by what the keys for the kind of event name as the object.
func objectClass(l *Line, s *signs) (ocsf.Class, uint8) {
	kind := l.facts.kind
	switch {
	case kind&hintRegistry != 0 && l.told(ocsf.RegKeyPath):
		return ocsf.RegistryKey, ocsf.Other
	case kind&hintFile != 0 && kind&(hintUpload|hintDownload) != 0 && s.file && s.user && l.told(ocsf.SrcIP):
		return ocsf.FileHosting, transferActivity(s)
	case kind&hintFile != 0 && kind&hintFinding == 0 && s.file && !s.conn:
		return ocsf.FileActivity, fileActivity(kind)
	}
	return none, 0
}

// findingClass wants a name of what was found. A number is none: an alert's level
// is told under the same keys.
func findingClass(l *Line, s *signs) (ocsf.Class, uint8) {
	title := l.E.Text(ocsf.FindingTitle)
	switch {
	case l.facts.weight[ocsf.FindingTitle] >= textWeight && digits(title) < len(title),
		l.Device.Name != "" && hintsOf(l.Device.Name)&hintFinding != 0 && !s.says(hintFlow),
		s.says(hintMalware) && s.says(hintFinding) && (l.told(ocsf.FileName) || l.E.Has(ocsf.FileHashes)):
		return ocsf.DetectionFinding, 1
	}
	return none, 0
}

// weakFindingClass takes words for a finding where something bears them out.
func weakFindingClass(l *Line, s *signs) (ocsf.Class, uint8) {
	malware := s.says(hintMalware) && !s.says(hintConfig|hintStart)
	if s.says(hintFinding) && (l.told(ocsf.FindingUID) || malware || l.facts.outcome == 0 && s.ends && l.told(ocsf.FindingTypes)) || s.says(hintDetected) {
		return ocsf.DetectionFinding, 1
	}
	return none, 0
}

// messageClass goes by the protocol whose fields were found.
func messageClass(l *Line, s *signs) (ocsf.Class, uint8) {
	e := l.E
	method := e.Text(ocsf.HTTPMethod)
	switch {
	case e.Has(ocsf.QueryName):
		if e.Has(ocsf.RCode) || e.Has(ocsf.Answers) {
			return ocsf.DNSActivity, ocsf.DNSResponse
		}
		return ocsf.DNSActivity, ocsf.DNSQuery
	case e.Has(ocsf.EmailFrom) || e.Has(ocsf.EmailTo) || l.told(ocsf.EmailSubject):
		return ocsf.EmailActivity, 1
	case l.Form == AccessLog,
		method != "" && !(s.says(hintAuth) && !s.says(hintHTTP)),
		l.told(ocsf.HTTPCode) && (e.Has(ocsf.URLPath) || e.Has(ocsf.URLString)),
		l.told(ocsf.UserAgent) && l.told(ocsf.URLString):
		return ocsf.HTTPActivity, httpActivity(method)
	case s.says(hintDHCP) && s.ends && !s.says(hintAuth|hintFinding):
		return ocsf.DHCPActivity, ocsf.Other
	}
	return none, 0
}

// accountClass is for changes of groups and accounts.
func accountClass(l *Line, s *signs) (ocsf.Class, uint8) {
	created, deleted, locked := s.says(hintCreate), s.says(hintDelete), s.says(hintLock)
	switched := s.says(hintEnable | hintDisable)
	switch {
	case s.says(hintNewPassword) && s.user:
		return ocsf.AccountChange, 3
	case s.says(hintGroup) && (created || deleted) && s.user && (l.told(ocsf.GroupName) || s.says(hintMember)):
		if deleted && !created {
			return ocsf.GroupManagement, 4
		}
		return ocsf.GroupManagement, 3
	case s.says(hintAccount) && (created || deleted || locked || switched) && s.user && !s.says(hintAuth):
		return ocsf.AccountChange, accountActivity(s)
	}
	return none, 0
}

// loginClass is for the act of logging on and off. A user need not be told: who
// fails from an address is an attempt all the same.
func loginClass(l *Line, s *signs) (ocsf.Class, uint8) {
	known := l.facts.outcome != 0 || l.facts.action != 0 || s.says(hintLogoff)
	switch {
	case s.says(hintAuth) && s.user && !s.says(hintFinding|hintConfig) && !s.conn,
		s.says(hintPassword) && s.user && l.facts.outcome != 0,
		s.says(hintLogin) && known && !s.says(hintFinding|hintConfig) && !s.conn && (s.ends || s.says(hintTried) || l.facts.kind&hintLogin != 0):
		return ocsf.Authentication, logonActivity(s)
	}
	return none, 0
}

// connectionClass is for two ends that speak with each other.
func connectionClass(l *Line, s *signs) (ocsf.Class, uint8) {
	if s.conn {
		return ocsf.NetworkActivity, l.flowActivity(s)
	}
	return none, 0
}

// programClass is for a program that ran or was stopped.
func programClass(l *Line, s *signs) (ocsf.Class, uint8) {
	cmd := l.E.Get(ocsf.ProcessCmd)
	switch {
	case !cmd.IsZero() && !l.told(ocsf.ProcessCmd) && (s.user || s.ends): // given to a device, by somebody
		l.E.Set(ocsf.APIOperation, cmd)
		return ocsf.APIActivity, ocsf.Other
	case l.facts.weight[ocsf.ProcessName] > 0 && l.facts.weight[ocsf.ProcessName] <= textWeight && !s.ends && s.says(hintStop):
		return ocsf.ProcessActivity, 2
	case l.facts.weight[ocsf.ProcessName] > 0 && l.facts.weight[ocsf.ProcessName] <= textWeight && !s.ends && s.says(hintStart|hintCreate):
		return ocsf.ProcessActivity, 1
	case !cmd.IsZero(), l.told(ocsf.ProcessPath) && l.told(ocsf.ProcessPID), l.told(ocsf.ProcessPath) && s.says(hintProcess) && !s.ends:
		return ocsf.ProcessActivity, 1
	}
	return none, 0
}

// fileClass is for a file on a host; one that is on its way has ends.
func fileClass(l *Line, s *signs) (ocsf.Class, uint8) {
	switch {
	case l.facts.weight[ocsf.DstIP] > 0 || l.facts.weight[ocsf.SrcIP] > 0:
	case l.told(ocsf.FilePath, ocsf.FileName):
		return ocsf.FileActivity, fileActivity(s.hints)
	case l.told(ocsf.ProcessPath) && !s.ends:
		return ocsf.ProcessActivity, ocsf.Other
	}
	return none, 0
}

// changeClass is for what was configured.
func changeClass(l *Line, s *signs) (ocsf.Class, uint8) {
	if s.says(hintCleared) {
		return ocsf.EventLogActivity, 1
	}
	if s.says(hintAudit) && s.user && !s.says(hintAuth|hintVPN|hintSession) && l.operation() {
		return ocsf.APIActivity, apiActivity(s)
	}
	if s.says(hintConfig) && (s.user || !s.says(hintNetwork)) && !s.says(hintAuth|hintVPN|hintSession) {
		return ocsf.ConfigChange, ocsf.Other
	}
	return none, 0
}

// sessionClass is for sessions of users, by what carries them.
func sessionClass(l *Line, s *signs) (ocsf.Class, uint8) {
	switch {
	case s.says(hintAuth) && s.user:
		return ocsf.Authentication, logonActivity(s)
	case s.says(hintVPN) && s.ends:
		return ocsf.TunnelActivity, tunnelActivity(s)
	case s.says(hintRDP) && s.ends:
		return ocsf.RDPActivity, ocsf.Other
	case s.says(hintSession) && s.user:
		return ocsf.Authentication, logonActivity(s)
	case s.says(hintSSH) && s.ends:
		return ocsf.SSHActivity, l.flowActivity(s)
	case s.says(hintFTP) && s.ends:
		return ocsf.FTPActivity, ftpActivity(s)
	}
	return none, 0
}

// endClass is for an end of which nothing else was told.
func endClass(l *Line, s *signs) (ocsf.Class, uint8) {
	if s.ends && s.says(hintUpload|hintDownload|hintDelete) && l.facts.weight[ocsf.FilePath] > 0 && l.facts.weight[ocsf.SrcIP] > 0 {
		return ocsf.NetworkFile, transferActivity(s)
	}
	if s.says(hintHealth) && !s.user && l.facts.action == 0 && !l.told(ocsf.SrcIP, ocsf.DstIP, ocsf.SrcMAC) {
		l.health()
		return none, 0
	}
	if s.ends {
		return ocsf.NetworkActivity, l.flowActivity(s)
	}
	return none, 0
}

// hostClass is for what a host or one of its programs says of itself.
func hostClass(l *Line, s *signs) (ocsf.Class, uint8) {
	switch {
	case s.says(hintVPN) && s.says(hintOpen|hintClose):
		return ocsf.TunnelActivity, tunnelActivity(s)
	case l.Head.App == "" || s.user:
	case s.says(hintStart | hintStop | hintInstall):
		return ocsf.AppLifecycle, lifecycleActivity(s)
	}
	return none, 0
}

// operation names what an audited user did, and reports whether the line says.
func (l *Line) operation() bool {
	e := l.E
	for _, f := range [...]ocsf.Field{ocsf.APIOperation, ocsf.Action, ocsf.EventCode, ocsf.Message} {
		if v := e.Text(f); v != "" && len(v) <= 128 {
			e.Set(ocsf.APIOperation, ocsf.Text(v))
			return true
		}
	}
	return false
}
