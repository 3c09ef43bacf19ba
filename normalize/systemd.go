package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// systemd reads the manager of units, logind, networkd, resolved, timesyncd and
// coredump (systemd, src/core/job.c, src/login, src/network, src/resolve).
var systemd = &Parser{
	Name: "systemd", Vendor: "systemd", Product: "systemd",
	Apps:  "systemd systemd-logind systemd-networkd systemd-resolved systemd-timesyncd systemd-coredump elogind",
	Parse: parseSystemd,
}

func parseSystemd(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if strings.HasPrefix(s, "pam_") {
		return false
	}
	known := false
	switch l.Head.App {
	case "systemd":
		known = l.systemdUnit(s)
	case "systemd-logind", "elogind":
		known = l.systemdLogin(s)
	case "systemd-networkd":
		known = l.systemdLink(s)
	case "systemd-coredump":
		known = l.systemdCore(s)
	case "systemd-timesyncd":
		known = l.systemdTime(s)
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	if !known {
		l.scanText(s)
	}
	return true
}

// systemdUnit reads what became of a unit: "Started OpenSSH server daemon.",
// "nginx.service: Main process exited, code=exited, status=1/FAILURE".
func (l *Line) systemdUnit(s string) bool {
	for _, x := range systemdJobs {
		if rest, ok := strings.CutPrefix(s, x.begins); ok {
			l.systemdApp(strings.TrimRight(rest, "."), x.activity, x.outcome)
			return true
		}
	}
	unit, what, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(unit, ' ') >= 0 || strings.IndexByte(unit, '.') <= 0 {
		return false
	}
	for _, x := range systemdStates {
		if strings.HasPrefix(what, x.begins) {
			l.systemdApp(unit, x.activity, x.outcome)
			if _, code, ok := strings.Cut(what, "status="); ok {
				l.put(ocsf.StatusCode, ocsf.Text(firstWord(code)), brandWeight)
			}
			return true
		}
	}
	return false
}

type systemdWord struct {
	begins   string
	activity uint8
	outcome  int8
}

var systemdJobs = [...]systemdWord{{"Started ", 3, ocsf.Success}, {"Starting ", 3, 0}, {"Stopped ", 4, ocsf.Success}, {"Stopping ", 4, 0}, {"Finished ", 4, ocsf.Success}, {"Failed to start ", 3, ocsf.Failure},
	{"Reloaded ", 5, ocsf.Success}, {"Reloading ", 5, 0}, {"Dependency failed for ", 3, ocsf.Failure}}

var systemdStates = [...]systemdWord{{"Main process exited", 4, ocsf.Failure}, {"Control process exited", 4, ocsf.Failure}, {"Failed with result", 4, ocsf.Failure}, {"Succeeded", 4, ocsf.Success},
	{"Deactivated successfully", 4, ocsf.Success}, {"Scheduled restart job", 5, 0}, {"Service hold-off time over", 5, 0}, {"Start request repeated too quickly", 3, ocsf.Failure}, {"Failed to ", 3, ocsf.Failure},
	{"Killing process", 4, 0}, {"A process of this unit has been killed by the OOM killer", 4, ocsf.Failure}}

func (l *Line) systemdApp(name string, activity uint8, outcome int8) {
	if unit, _, ok := strings.Cut(name, " - "); ok { // newer ones name the unit before its description
		l.put(ocsf.AppApplicationID, ocsf.Text(unit), brandWeight)
	}
	l.put(ocsf.AppApplication, ocsf.Text(name), brandWeight)
	if _, who, ok := strings.Cut(name, " of User "); ok { // Session 12 of User bob
		l.applyUser(brandUser, who)
	}
	if outcome != 0 {
		l.setOutcome(outcome, brandWeight)
	}
	l.E.Class, l.E.Activity = ocsf.AppLifecycle, activity
}

// systemdLogin reads logind's sessions and what it does to the whole machine.
func (l *Line) systemdLogin(s string) bool {
	e := l.E
	if rest, ok := strings.CutPrefix(s, "New session "); ok { // 12 of user bob. Newer ones add the class
		id, who, _ := strings.Cut(strings.Trim(rest, "'"), " of user ")
		l.put(ocsf.SessionUID, ocsf.Text(strings.Trim(id, "' ")), brandWeight)
		l.mailAuth(strings.Trim(firstWord(who), "'."), ocsf.Success)
		return true
	}
	if strings.HasPrefix(s, "Session ") || strings.HasPrefix(s, "Removed session ") {
		rest := strings.TrimPrefix(strings.TrimPrefix(s, "Session "), "Removed session ")
		l.put(ocsf.SessionUID, ocsf.Text(strings.Trim(firstWord(rest), ".")), brandWeight)
		return true
	}
	for _, p := range [...]string{"System is ", "The system will ", "Power key pressed", "Suspending"} {
		if strings.HasPrefix(s, p) {
			l.systemdApp("system", 4, 0)
			if strings.Contains(s, "reboot") {
				e.Activity = 5
			}
			return true
		}
	}
	return false
}

// systemdLink reads networkd's leases, "eth0: DHCPv4 address 192.0.2.57/24, gateway
// 192.0.2.1 acquired from 192.0.2.1".
func (l *Line) systemdLink(s string) bool {
	link, what, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(link, ' ') >= 0 {
		return false
	}
	l.put(ocsf.DeviceInterface, ocsf.Text(link), brandWeight)
	rest, ok := strings.CutPrefix(what, "DHCPv4 address ")
	if !ok {
		return true
	}
	if a, n := scanAddr(rest); n > 0 {
		l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
	}
	for _, p := range [...]string{" from ", " via "} {
		if a, n := scanAddr(after(rest, p)); n > 0 {
			l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight)
		}
	}
	l.E.Class, l.E.Activity = ocsf.DHCPActivity, 5
	return true
}

// systemdCore reads "Process 4711 (nginx) of user 33 dumped core."
func (l *Line) systemdCore(s string) bool {
	rest, ok := strings.CutPrefix(s, "Process ")
	if !ok || !strings.Contains(s, "dumped core") && !strings.Contains(s, "terminated abnormally") {
		return false
	}
	l.Set(ocsf.ProcessPID, rest[:digits(rest)])
	l.putText(ocsf.ProcessName, quotedTo(rest, "(", ")"), brandWeight)
	l.putText(ocsf.UserUID, strings.TrimRight(firstWord(after(rest, "of user ")), "."), brandWeight)
	l.setOutcome(ocsf.Failure, brandWeight)
	l.E.Class, l.E.Activity = ocsf.ProcessActivity, 2
	return true
}

// systemdTime reads "Synchronized to time server 192.0.2.123:123 (ntp.example.com)."
func (l *Line) systemdTime(s string) bool {
	i := strings.Index(s, "time server ")
	if i < 0 {
		return false
	}
	if a, port, n := scanAddrPort(s[i+len("time server "):], false); n > 0 {
		l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight)
		l.put(ocsf.DstPort, ocsf.Int(int64(max(port, 123))), brandWeight)
	}
	l.putText(ocsf.DstHostname, quotedTo(s[i:], "(", ")"), brandWeight)
	l.put(ocsf.AppProtocol, ocsf.Text("ntp"), brandWeight)
	l.E.Class, l.E.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	if strings.HasPrefix(s, "Timed out") {
		l.E.Activity = ocsf.NetFail
	}
	return true
}
