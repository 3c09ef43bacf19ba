package normalize

import (
	"testing"
	"time"

	"github.com/influxdata/go-syslog/v3/rfc5424"
)

func TestHeader(t *testing.T) {
	for _, c := range []struct {
		name, line                   string
		stamp, host, app, pid, msgid string
		level, relay, message        string
		pri                          int
	}{
		{name: "RFC 5424", line: `<34>1 2026-03-02T22:14:15.003Z host.example.com su 77 ID47 - 'su root' failed`,
			pri: 34, stamp: "2026-03-02T22:14:15.003Z", host: "host.example.com", app: "su", pid: "77", msgid: "ID47", message: "'su root' failed"},
		{name: "RFC 5424, structured data with escapes", line: `<165>1 2026-03-02T22:14:15+01:00 h ev - - [a@1 k="x\"]y" l="2"][b@1] BOM`,
			pri: 165, stamp: "2026-03-02T22:14:15+01:00", host: "h", app: "ev", message: "BOM"},
		{name: "RFC 5424, nothing told", line: `<13>1 - - - - - - text`, pri: 13, message: "text"},
		{name: "RFC 5424 without priority", line: `2026-03-02T22:14:15Z h1 app 12 - - text`, pri: -1, stamp: "2026-03-02T22:14:15Z", host: "h1", app: "app", pid: "12", message: "text"},
		{name: "RFC 5424 whose message begins with a bracket", line: `<13>1 2026-03-02T22:14:15Z h a - - [not data] text`,
			pri: 13, stamp: "2026-03-02T22:14:15Z", host: "h", app: "a", message: "[not data] text"},
		{name: "RFC 3164", line: `<34>Oct 11 22:14:15 mymachine su: 'su root' failed`, pri: 34, stamp: "Oct 11 22:14:15", host: "mymachine", app: "su", message: "'su root' failed"},
		{name: "RFC 3164, process", line: `<34>Oct  1 22:14:15 mail01 postfix/smtpd[33]: connect`, pri: 34, stamp: "Oct  1 22:14:15", host: "mail01", app: "postfix/smtpd", pid: "33", message: "connect"},
		{name: "RFC 3164 without host", line: `<134>Mar  2 10:15:02 filterlog[41811]: 82,,,1`, pri: 134, stamp: "Mar  2 10:15:02", app: "filterlog", pid: "41811", message: "82,,,1"},
		{name: "RFC 3164, ISO stamp of rsyslog", line: `<30>2026-03-02T10:15:02.123456+01:00 srv1 app[1]: text`, pri: 30, stamp: "2026-03-02T10:15:02.123456+01:00", host: "srv1", app: "app", pid: "1", message: "text"},
		{name: "no priority", line: `Oct 11 22:14:15 host1 sshd[5]: x`, pri: -1, stamp: "Oct 11 22:14:15", host: "host1", app: "sshd", pid: "5", message: "x"},
		{name: "address as host", line: `<13>Oct 11 22:14:15 192.0.2.7 prog: x`, pri: 13, stamp: "Oct 11 22:14:15", host: "192.0.2.7", app: "prog", message: "x"},
		{name: "IPv6 address as host", line: `<13>Oct 11 22:14:15 2001:db8::7 prog: x`, pri: 13, stamp: "Oct 11 22:14:15", host: "2001:db8::7", app: "prog", message: "x"},
		{name: "year and zone", line: `<13>Oct 11 2026 22:14:15 CEST: %SYS-5-X: y`, pri: 13, stamp: "Oct 11 2026 22:14:15 CEST", message: "%SYS-5-X: y"},
		{name: "level between host and tag", line: `Sep 11 07:55:17 lb1.example.com notice apmd[14311]: x`, pri: -1, stamp: "Sep 11 07:55:17", host: "lb1.example.com", level: "notice", app: "apmd", pid: "14311", message: "x"},
		{name: "level alone", line: `2026-02-14T13:54:34.390Z warning vpxd[07879] [Originator] x`, pri: -1, stamp: "2026-02-14T13:54:34.390Z", level: "warning", app: "vpxd", pid: "07879", message: "[Originator] x"},
		{name: "host twice", line: `<13>Jun 13 23:29:15 gw gw sshd[1]: x`, pri: 13, stamp: "Jun 13 23:29:15", host: "gw", app: "sshd", pid: "1", message: "x"},
		{name: "ASA", line: `<166>Jan 06 2026 01:11:57 br1-asa : %ASA-6-302014: Teardown`, pri: 166, stamp: "Jan 06 2026 01:11:57", host: "br1-asa", message: "%ASA-6-302014: Teardown"},
		{name: "ASA without host", line: `<166>:Mar 02 10:15:03 CET: %ASA-6-302013: Built`, pri: 166, stamp: "Mar 02 10:15:03 CET", message: "%ASA-6-302013: Built"},
		{name: "IOS", line: `<189>50032: br1-rtr: *Jan  6 00:52:43.524 UTC: %SEC-6-X: list`, pri: 189, stamp: "Jan  6 00:52:43.524 UTC", host: "br1-rtr", message: "%SEC-6-X: list"},
		{name: "IOS, two counters", line: `<189>32: 000031: Jan  6 00:52:43.524: %SEC-6-X: list`, pri: 189, stamp: "Jan  6 00:52:43.524", message: "%SEC-6-X: list"},
		{name: "IOS, host first", line: `rtr7: Oct 19 09:34:56.009 CDT: %X-2-Y: z`, pri: -1, stamp: "Oct 19 09:34:56.009 CDT", host: "rtr7", message: "%X-2-Y: z"},
		{name: "NX-OS", line: `<189>: 2026 Mar  2 10:15:08 CET: %DAEMON-3-SYSTEM_MSG: x`, pri: 189, stamp: "2026 Mar  2 10:15:08 CET", message: "%DAEMON-3-SYSTEM_MSG: x"},
		{name: "FortiGate", line: `<189>date=2026-03-02 time=10:15:02 devname="x"`, pri: 189, message: `date=2026-03-02 time=10:15:02 devname="x"`},
		{name: "CEF behind host", line: `<134>Mar  2 10:15:02 epp01 CEF:0|a|b|c|d|e|f|x=y`, pri: 134, stamp: "Mar  2 10:15:02", host: "epp01", message: "CEF:0|a|b|c|d|e|f|x=y"},
		{name: "relay around a whole line", line: `<134>1 2026-01-02T03:04:05Z relay1 - - - - <86>Jan  2 03:04:04 srv1 sshd[2]: x`,
			pri: 86, stamp: "Jan  2 03:04:04", host: "srv1", app: "sshd", pid: "2", relay: "relay1", message: "x"},
		{name: "relay around a message", line: `<134>1 2026-01-02T03:04:05Z relay1 - - - - id=7 event=x`, pri: 134, stamp: "2026-01-02T03:04:05Z", host: "relay1", message: "id=7 event=x"},
		{name: "stamp, no host, a sentence", line: `<13>Oct 11 22:14:15 Failed to connect to the server`, pri: 13, stamp: "Oct 11 22:14:15", message: "Failed to connect to the server"},
		{name: "application's own stamp", line: `2026/05/06 07:05:25 [192.0.2.1:32868] text`, pri: -1, stamp: "2026/05/06 07:05:25", message: "[192.0.2.1:32868] text"},
		{name: "application's own stamp, a word", line: `2026-05-06 07:05:25 connection lost`, pri: -1, stamp: "2026-05-06 07:05:25", message: "connection lost"},
		{name: "tag alone", line: `tmm[16941]: Rule x`, pri: -1, app: "tmm", pid: "16941", message: "Rule x"},
		{name: "journald", line: `<6>app[12]: text`, pri: 6, app: "app", pid: "12", message: "text"},
		{name: "epoch with fraction", line: `<134>1 1673614753.814828766 FW1 events x`, pri: 134, stamp: "1673614753.814828766", host: "FW1", message: "events x"},
		{name: "no header", line: `nothing of the kind`, pri: -1, message: "nothing of the kind"},
		{name: "no header, JSON", line: `{"a":1}`, pri: -1, message: `{"a":1}`},
		{name: "priority out of range", line: `<999>x`, pri: -1, message: "<999>x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h Header
			msg := scanHeader(c.line, &h)
			got := [...]any{h.Pri, h.Stamp, h.Host, h.App, h.PID, h.MsgID, h.Level, h.Relay, msg}
			want := [...]any{c.pri, c.stamp, c.host, c.app, c.pid, c.msgid, c.level, c.relay, c.message}
			if got != want {
				t.Errorf("%s\n got %q\nwant %q", c.line, got, want)
			}
		})
	}
}

// What a strict parser of RFC 5424 accepts, the scanner reads the same.
func TestHeaderAgreesWithStrictParser(t *testing.T) {
	for _, line := range []string{
		`<34>1 2026-03-02T22:14:15.003Z host.example.com su 77 ID47 - 'su root' failed`,
		`<165>1 2026-03-02T22:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time`,
		`<165>1 2026-03-02T22:14:15.003Z host evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="App\"x"] An entry`,
		`<165>1 2026-03-02T22:14:15.003Z host evntslog - ID47 [a@1 iut="3"][b@1 class="high"]`,
		`<0>1 - - - - - -`,
		`<13>1 2026-12-31T23:59:59Z h - - - - next year`,
	} {
		m, err := rfc5424.NewParser().Parse([]byte(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		sm := m.(*rfc5424.SyslogMessage)
		var h Header
		msg := scanHeader(line, &h)
		text := func(p *string) string {
			if p == nil {
				return ""
			}
			return *p
		}
		if got, want := [...]string{h.Host, h.App, h.PID, h.MsgID, msg}, [...]string{text(sm.Hostname), text(sm.Appname), text(sm.ProcID), text(sm.MsgID), text(sm.Message)}; got != want {
			t.Errorf("%s\n got %q\nwant %q", line, got, want)
		}
		if int(*sm.Priority) != h.Pri {
			t.Errorf("%s: priority %d, want %d", line, h.Pri, *sm.Priority)
		}
		if sm.Timestamp != nil && h.at.resolve(received, time.UTC) != sm.Timestamp.UnixMilli() {
			t.Errorf("%s: time %v, want %v", line, h.at, sm.Timestamp)
		}
		if why := strictRFC5424(line); why != "" {
			t.Errorf("%s: not strict: %s", line, why)
		}
	}
}
