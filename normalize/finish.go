package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// finish settles what only the whole line tells: who the users are, the times,
// the class with its activity, and the severity.
func (l *Line) finish() {
	l.settleTime()
	l.settleUsers()
	l.settleHeader()
	if l.E.Class == ocsf.BaseEvent && !l.facts.health {
		l.facts.hints |= hintsOf(l.Head.App) & (hintSSH | hintDHCP | hintDNS | hintMail | hintFTP | hintVPN)
		l.classify()
		l.roomForFile()
		l.titleFinding()
		l.openedSession()
	}
	l.settleTunnel()
	l.deviceInterfaces()
	l.settleStatus()
	l.settleSeverity()
}

// settleStatus takes success and failure away from findings, whose status is
// their own: new, in progress, resolved.
func (l *Line) settleStatus() {
	switch l.E.Class {
	case ocsf.DetectionFinding, ocsf.IncidentFinding, ocsf.Vulnerability, ocsf.DataFinding:
		if v := l.E.Text(ocsf.Status); v != "" {
			l.E.SetUnmapped("status", ocsf.Text(v))
		}
		l.E.Delete(ocsf.Status)
		l.E.Delete(ocsf.StatusID)
	}
}

// settleHeader sets what the header tells and no key told better.
func (l *Line) settleHeader() {
	h := &l.Head
	if h.Host != "" {
		if a, ok := addrOf(h.Host); ok {
			l.put(ocsf.DeviceIP, ocsf.Addr(a), 5)
		} else {
			l.putText(ocsf.DeviceHostname, h.Host, 5)
		}
		if l.E.Text(ocsf.DeviceHostname) != h.Host {
			l.logger(h.Host)
		}
	}
	if h.Relay != "" {
		l.logger(h.Relay)
	}
	if h.App != "" {
		l.put(ocsf.LogProvider, ocsf.Text(h.App), 5)
		if l.facts.weight[ocsf.ProcessName] == 0 && l.facts.weight[ocsf.ActorProcess] == 0 {
			name := h.App
			if i := strings.LastIndexByte(name, '/'); i >= 0 && i < len(name)-1 && name[0] == '/' {
				name = name[i+1:]
			}
			l.E.Set(ocsf.ActorProcess, ocsf.Text(name))
			if digits(h.PID) == len(h.PID) && h.PID != "" && len(h.PID) < 10 {
				l.E.Set(ocsf.ActorPID, ocsf.Int(int64(atoi(h.PID))))
			}
		}
	}
	if h.MsgID != "" && l.facts.weight[ocsf.EventCode] == 0 {
		l.putText(ocsf.EventCode, h.MsgID, 5)
	}
	if h.Level != "" {
		w := h.Level
		if i := strings.IndexByte(w, '.'); i > 0 {
			w = w[i+1:]
		}
		l.applySeverity(w, 15)
	}
}

// logger names a host that passed the line on.
func (l *Line) logger(host string) {
	if a, ok := addrOf(host); ok {
		l.E.Append(ocsf.Loggers, ocsf.ObjectOf(ocsf.Attr(ocsf.LoggerIP, ocsf.Addr(a)), ocsf.Attr(ocsf.LoggerName, ocsf.Text(host))))
		return
	}
	l.E.Append(ocsf.Loggers, ocsf.ObjectOf(ocsf.Attr(ocsf.LoggerHost, ocsf.Text(host))))
}

// settleUsers decides who is user.* (the one the event is about) and who
// actor.user.* (the one who did it).
func (l *Line) settleUsers() {
	f := &l.facts
	about, by := f.user, f.actor
	if f.target != "" {
		if by == "" {
			by = about
		}
		about = f.target
	}
	if about == "" {
		about, by = by, ""
	}
	if about != "" && !l.E.Has(ocsf.UserName) {
		l.setUser(ocsf.UserName, ocsf.UserDomain, about)
	}
	if by != "" && by != about && !l.E.Has(ocsf.ActorUser) {
		l.setUser(ocsf.ActorUser, ocsf.ActorUserDomain, by)
	}
}

// setUser takes DOMAIN\user, user@domain and distinguished names apart.
func (l *Line) setUser(name, domain ocsf.Field, v string) {
	switch {
	case strings.IndexByte(v, '\\') > 0 && strings.Count(v, `\`) <= 2:
		i := strings.LastIndexByte(v, '\\')
		if d := strings.Trim(v[:i], `\`); i < len(v)-1 && d != "" {
			if l.facts.weight[domain] < brandWeight {
				l.E.SetText(domain, d)
			}
			v = v[i+1:]
		}
	case mailAddress(v) && name == ocsf.UserName:
		l.putText(ocsf.UserEmail, v, textWeight)
	case strings.IndexByte(v, '=') > 0:
		if cn := distinguished(v); cn != "" {
			v = cn
		}
	}
	l.E.SetText(name, v)
}

// distinguished returns the name in a distinguished name: uid=bob,ou=People.
func distinguished(v string) string {
	for _, p := range [...]string{"uid=", "UID=", "cn=", "CN="} {
		if i := strings.Index(v, p); i >= 0 && (i == 0 || v[i-1] == ',' || v[i-1] == '/' || v[i-1] == ' ') {
			v = v[i+len(p):]
			if j := strings.IndexAny(v, ",/"); j >= 0 {
				v = v[:j]
			}
			return v
		}
	}
	return ""
}

// settleSeverity falls back to the level in CEF's header and to the priority.
func (l *Line) settleSeverity() {
	if l.facts.severityWeight > 0 || l.E.Severity != ocsf.UnknownSeverity {
		return
	}
	if s := l.Device.Severity; s != "" {
		if d := digits(s); d > 0 && d == len(s) && d <= 2 { // CEF: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high
			switch n := atoi(s); {
			case n <= 1:
				l.E.Severity = ocsf.Informational
			case n <= 3:
				l.E.Severity = ocsf.Low
			case n <= 6:
				l.E.Severity = ocsf.Medium
			case n <= 8:
				l.E.Severity = ocsf.High
			default:
				l.E.Severity = ocsf.Critical
			}
			return
		}
		if v, ok := levelOf(s); ok {
			l.E.Severity = v
			l.put(ocsf.LogLevel, ocsf.Text(s), textWeight)
			return
		}
	}
	if l.Head.Pri >= 0 {
		l.E.Severity = syslogSeverity[l.Head.Pri&7]
		if !l.E.Has(ocsf.LogLevel) {
			l.E.Set(ocsf.LogLevel, ocsf.Text(syslogLevel[l.Head.Pri&7]))
		}
		return
	}
	l.E.Severity = ocsf.Informational
}
