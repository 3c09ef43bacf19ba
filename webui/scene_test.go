package webui

import (
	"fmt"
	"net/netip"
	"time"

	"picket/normalize/ocsf"
	"picket/webui/view"
)

// hostile is what an attacker may put into any field of a log.
const hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \x1b[31mred\x00 \u202egnp.exe\u202c \u200bzero \xff\xfe javascript:alert(3)"

// scene fills the fake with a site under attack.
func scene(f *fake) {
	t0 := now.Add(-47 * time.Minute).UnixMilli()
	at := func(min, sec int) int64 { return t0 + int64(min)*60000 + int64(sec)*1000 }
	add := func(t int64, device, parser string, class ocsf.Class, sev ocsf.Severity, raw string, set func(*ocsf.Event)) uint64 {
		e := &ocsf.Event{Class: class, Activity: 1, Severity: sev, Time: t, Logged: t + 180, Raw: raw, Parser: parser, Input: "udp:514", From: netip.MustParseAddr("10.20.0.1"), Seq: uint64(len(f.log) + 1)}
		e.SetText(ocsf.DeviceHostname, device)
		if set != nil {
			set(e)
		}
		e.Conform()
		f.log = append(f.log, e)
		return e.Seq
	}
	login := func(user, src string, ok bool) func(*ocsf.Event) {
		return func(e *ocsf.Event) {
			e.SetText(ocsf.UserName, user)
			e.SetText(ocsf.SrcIP, src)
			e.SetInt(ocsf.StatusID, map[bool]int64{true: 1, false: 2}[ok])
		}
	}
	var scan, guess []uint64
	for i := range 6 {
		scan = append(scan, add(at(0, i), "fw-edge", "fortigate", ocsf.NetworkActivity, ocsf.Low,
			fmt.Sprintf(`date=2026-11-24 time=02:25:%02d devname="fw-edge" devid="FGT60F0000000001" type="traffic" subtype="forward" level="notice" srcip=203.0.113.66 srcport=%d srcintf="wan1" dstip=198.51.100.10 dstport=%d dstintf="dmz" action="deny" policyid=0 service="tcp/%d" sentbyte=0 rcvdbyte=0`, 40+i, 40000+i, 20+i, 20+i),
			func(e *ocsf.Event) {
				e.SetText(ocsf.SrcIP, "203.0.113.66")
				e.SetText(ocsf.DstIP, "198.51.100.10")
				e.SetInt(ocsf.DstPort, int64(20+i))
				e.SetInt(ocsf.ActionID, ocsf.Denied)
				e.SetUnmapped("policyid", ocsf.Text("0"))
				e.SetUnmapped("devid", ocsf.Text("FGT60F0000000001"))
			}))
	}
	for i := range 6 {
		guess = append(guess, add(at(4, i*3), "vpn01", "sshd", ocsf.Authentication, ocsf.Low,
			fmt.Sprintf("<86>Nov 24 02:29:%02d vpn01 sshd[2114]: Failed password for m.weber from 203.0.113.66 port %d ssh2", 40+i*3, 51000+i), login("m.weber", "203.0.113.66", false)))
	}
	won := add(at(8, 12), "vpn01", "sshd", ocsf.Authentication, ocsf.Informational, "<86>Nov 24 02:33:52 vpn01 sshd[2201]: Accepted password for m.weber from 203.0.113.66 port 51877 ssh2", login("m.weber", "203.0.113.66", true))
	sudo := add(at(12, 3), "vpn01", "sudo", ocsf.ProcessActivity, ocsf.Medium, "<85>Nov 24 02:37:43 vpn01 sudo: m.weber : TTY=pts/1 ; PWD=/home/m.weber ; USER=root ; COMMAND=/bin/cat /etc/shadow", login("m.weber", "203.0.113.66", true))
	smb := add(at(21, 40), "sensor", "sniff", ocsf.NetworkActivity, ocsf.Medium, "", func(e *ocsf.Event) {
		e.SetText(ocsf.SrcIP, "10.20.1.15")
		e.SetText(ocsf.DstIP, "10.20.1.30")
		e.SetInt(ocsf.DstPort, 445)
		e.Input = "sniff:eth1"
	})
	dns := add(at(33, 5), "dns01", "dnsmasq", ocsf.DNSActivity, ocsf.Informational, "<30>Nov 24 02:58:45 dns01 dnsmasq[612]: query[TXT] 6a6f686e2e646f65.t1.cdn-sync.example from 10.20.1.30", func(e *ocsf.Event) {
		e.SetText(ocsf.SrcIP, "10.20.1.30")
		e.SetText(ocsf.QueryName, "6a6f686e2e646f65.t1.cdn-sync.example")
	})
	add(at(40, 0), "printer7", "", ocsf.BaseEvent, ocsf.UnknownSeverity, "<13>PJL READY 0x3f tray=2 JAM CODE 13.20.00 \x1b%-12345X", nil)
	add(at(41, 0), "web01", "apache", ocsf.HTTPActivity, ocsf.Informational, "198.51.100.77 - - [24/Nov/2026:03:06:40 +0000] \"GET /"+hostile+" HTTP/1.1\" 404 196", func(e *ocsf.Event) {
		e.SetText(ocsf.SrcIP, "198.51.100.77")
		e.SetText(ocsf.HTTPMethod, "GET")
		e.SetText(ocsf.URLPath, "/"+hostile)
		e.SetText(ocsf.UserName, hostile)
		e.SetUnmapped(hostile, ocsf.Text(hostile))
	})
	attack(f, at, scan, guess, won, sudo, smb, dns)
	others(f, at)
	box(f)
	noisy(f)
}

func attack(f *fake, at func(int, int) int64, scan, guess []uint64, won, sudo, smb, dns uint64) {
	host := func(v string, r ocsf.Role) ocsf.Entity {
		return ocsf.Entity{Type: ocsf.HostEntity, Value: v, Role: r}
	}
	f.stories["7f3a91c2"] = &ocsf.Incident{
		UID: "7f3a91c2", Title: "203.0.113.66 guessed the password of m.weber on vpn01, became root, and went on to files01",
		Desc:     "Port scan, then 412 failed logins, then a good one; /etc/shadow was read, files01 was opened over SMB, and DNS carries data out to cdn-sync.example.",
		Severity: ocsf.Critical, State: ocsf.New, Start: at(0, 0), End: at(44, 10), Created: at(4, 20), Updated: at(44, 11),
		Src: []string{"203.0.113.66", "10.20.1.15"}, Dst: []string{"198.51.100.10", "10.20.1.15", "10.20.1.30"}, Users: []string{"m.weber", "root"},
		Domains: []string{"cdn-sync.example"}, Techniques: []string{"T1595.001", "T1110.001", "T1078", "T1003.008", "T1021.002", "T1071.004", "T1048.003"},
		Tactics:    []string{"reconnaissance", "credential-access", "initial-access", "lateral-movement", "exfiltration"},
		Signatures: []string{"picket-port-scan", "picket-login-guessing"}, Devices: []string{"fw-edge", "vpn01", "dns01", "sensor"},
		Events: 1211, SubEvents: 9, Score: 94,
		Terms: []ocsf.Term{{Name: "signatures", Points: 45, Why: "the worst of them is critical"}, {Name: "success", Points: 20, Why: "the login worked after 412 failures"},
			{Name: "spread", Points: 15, Why: "five tactics, four devices"}, {Name: "worth", Points: 18, Why: "files01 is of high worth"}, {Name: "age", Points: -4, Why: "nothing new for 3 min"}},
		Timeline: []ocsf.Step{
			{Time: at(0, 0), Last: at(2, 50), Finding: "f1", Rule: "picket-port-scan", Title: "203.0.113.66 tried 214 ports of 198.51.100.10, all refused", Severity: ocsf.Low, Tactic: "reconnaissance", Devices: []string{"fw-edge"}, Count: 781, Evidence: scan, Enters: []ocsf.Entity{host("203.0.113.66", ocsf.Source), host("198.51.100.10", ocsf.Destination)}},
			{Time: at(4, 0), Last: at(8, 2), Finding: "f2", Rule: "picket-login-guessing", Title: "412 failed logins of m.weber from 203.0.113.66 in 4 min", Severity: ocsf.Medium, Tactic: "credential-access", Devices: []string{"vpn01", "fw-edge"}, Count: 412, Evidence: guess, Enters: []ocsf.Entity{{Type: ocsf.UserEntity, Value: "m.weber", Role: ocsf.Destination}}},
			{Time: at(8, 12), Last: at(8, 12), Finding: "f3", Rule: "picket-login-after-guessing", Title: "m.weber signed in from 203.0.113.66, right after 412 failures", Severity: ocsf.High, Tactic: "initial-access", Devices: []string{"vpn01"}, Count: 1, Evidence: []uint64{won}},
			{Time: at(12, 3), Last: at(12, 3), Finding: "f4", Rule: "picket-shadow", Title: "m.weber read /etc/shadow as root on vpn01", Severity: ocsf.High, Tactic: "credential-access", Devices: []string{"vpn01"}, Count: 1, Evidence: []uint64{sudo}, Enters: []ocsf.Entity{{Type: ocsf.UserEntity, Value: "root"}}},
			{Time: at(21, 40), Last: at(29, 0), Finding: "f5", Rule: "picket-smb-first", Title: "10.20.1.15 opened SMB to files01 for the first time", Severity: ocsf.High, Tactic: "lateral-movement", Devices: []string{"sensor"}, Count: 14, Evidence: []uint64{smb}, Enters: []ocsf.Entity{host("10.20.1.30", ocsf.Destination)}},
			{Time: at(33, 5), Last: at(44, 10), Finding: "f6", Rule: "picket-dns-tunnel", Title: "10.20.1.30 asks for names that look made up below cdn-sync.example", Severity: ocsf.Critical, Tactic: "exfiltration", Devices: []string{"dns01"}, Count: 2204, Evidence: []uint64{dns}, Enters: []ocsf.Entity{{Type: ocsf.DomainEntity, Value: "cdn-sync.example"}}},
		},
		Links: []ocsf.Link{{Finding: "f1", Reason: "the first sub-event"}, {Finding: "f2", Reason: "the same source 203.0.113.66, 70 s later"}, {Finding: "f3", Reason: "the same source and user as the failed logins"},
			{Finding: "f4", Reason: "the same user m.weber on the same host, in the session that began at 02:33:52"}, {Finding: "f5", Reason: "vpn01 is 10.20.1.15, which was taken over before"}, {Finding: "f6", Reason: "10.20.1.30 was reached from the host that was taken over"}},
		Evidence: append(append([]uint64{}, scan...), append(guess, won, sudo, smb, dns)...),
		Guidance: []string{
			"Somebody guessed passwords until one worked, so an account of yours is in foreign hands. Lock the account m.weber and end its sessions now. Block 203.0.113.66 on the firewall. Ask the owner of the account whether it was them. Legitimate causes: a script with an old password; then the address is one of yours.",
			"What leaves over DNS is slow but steady.\n- Cut 10.20.1.30 off the network, but leave it running.\n- Look which process asks for names below cdn-sync.example.\n- Count the bytes that left: search for the domain over all time.",
		},
		Comments: []ocsf.Remark{{Time: at(30, 0), By: "picket", Text: "severity is now high: 10.20.1.30 entered"}},
		Version:  12, Seq: 9,
	}
	for i, t := range f.stories["7f3a91c2"].Timeline {
		fi := &ocsf.Finding{UID: t.Finding, Kind: ocsf.ByCorrelation, Rule: t.Rule, RuleTitle: "Signature number " + fmt.Sprint(i+1), Title: t.Title, Severity: t.Severity, Confidence: 60 + 5*i, Time: t.Last, First: t.Time,
			Techniques: f.stories["7f3a91c2"].Techniques[i : i+1], Tactics: []string{t.Tactic}, Devices: t.Devices, Evidence: t.Evidence, Count: t.Count, Incident: "7f3a91c2",
			Matched: []ocsf.Match{{Field: "src_endpoint.ip", Value: "203.0.113.66"}, {Field: "user.name", Value: "m.weber", Want: "the same in all"}}}
		f.found["7f3a91c2"] = append(f.found["7f3a91c2"], fi)
	}
}

func others(f *fake, at func(int, int) int64) {
	small := func(uid, title string, sev ocsf.Severity, state ocsf.State, score int, owner string) {
		f.stories[uid] = &ocsf.Incident{UID: uid, Title: title, Severity: sev, State: state, Score: score, Owner: owner, Start: at(-300+score, 0), End: at(-200+score, 0), Created: at(-299, 0),
			Src: []string{"198.51.100.77"}, Dst: []string{"web01"}, Devices: []string{"web01"}, Events: score * 3, SubEvents: 2}
	}
	small("b1", "198.51.100.77 scans web01 for weak places", ocsf.Medium, ocsf.Triaged, 48, "anna")
	small("b2", "Configuration of sw-core3 changed outside the hours for changes", ocsf.High, ocsf.Contained, 66, "admin")
	small("b3", hostile, ocsf.Low, ocsf.New, 20, "")
	small("b4", "An old story", ocsf.High, ocsf.Closed, 70, "admin")
	f.stories["b4"].Verdict, f.stories["b4"].Note = "benign", "The yearly test of the auditors; announced by mail."
	f.stories["b5"] = &ocsf.Incident{UID: "b5", Into: "7f3a91c2", State: ocsf.New}
	f.assets = []view.Asset{{Address: "10.20.1.15", Name: "vpn01", Role: "vpn gateway", Worth: "high"}, {Address: "10.20.1.30", Name: "files01", Role: "file server", Worth: "high"}, {Address: "10.20.1.10", Name: "dns01", Role: "dns server", Worth: "medium"}}
}

func box(f *fake) {
	hours := make([]uint64, 24)
	for i := range hours {
		hours[i] = uint64(200 + 150*((i*5)%7))
	}
	ms := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	src := func(id, name, brand string, n, unknown uint64, last time.Duration, st view.SourceState) view.Source {
		return view.Source{ID: id, Address: id, Name: name, Brand: brand, Inputs: []string{"udp:514"}, First: ms(40 * 24 * time.Hour), Last: ms(last), Events: n, Bytes: n * 412, NotUnderstood: unknown, Hours: hours, State: st}
	}
	f.senders = []view.Source{
		src("10.20.0.1", "fw-edge", "Fortinet FortiGate", 8123411, 12, 2*time.Second, view.SourceOK),
		src("10.20.1.15", "vpn01", "OpenSSH, sudo", 91244, 0, 40*time.Second, view.SourceOK),
		src("10.20.1.10", "dns01", "dnsmasq", 4410023, 0, time.Second, view.SourceOK),
		src("10.20.3.7", "printer7", "", 310, 310, 6*time.Minute, view.SourceNew),
		src("10.20.0.9", "sw-core3", "Cisco IOS", 51002, 41, 5*time.Hour, view.SourceSilent),
	}
	f.senders[4].Note, f.senders[4].Hours = "usually sends every 30 s", make([]uint64, 24)
	f.box = view.Status{
		Revision: "01e0cfd", Started: ms(26 * time.Hour), Configured: ms(3 * time.Hour),
		Checks: []view.Check{
			{Name: "listeners", Level: view.OK, Text: "udp:514, tcp:514 and tls:6514 listen"}, {Name: "store", Level: view.OK, Text: "last commit 1 s ago"},
			{Name: "sources", Level: view.Warning, Text: "sw-core3 fell silent 5 h ago", Guidance: "Look whether the switch is up and still has this appliance as its log host."},
			{Name: "drops", Level: view.Warning, Text: "1 204 messages dropped in the last hour", Guidance: "10.20.0.1 sends more than its share: raise the queue, or let it log less."},
			{Name: "disk", Level: view.OK, Text: "41 % of the budget"}, {Name: "clock", Level: view.OK, Text: "0.3 ms off"}, {Name: "uplink", Level: view.OK, Text: "oldest unreceipted event 2 s old"}, {Name: "certificates", Level: view.OK, Text: "the next ends in 301 days"},
		},
		Inputs: []view.Input{
			{Name: "udp:514", Received: 8612004, Bytes: 3_512_004_221, Stored: 8610787, Filtered: 0, DroppedFull: 1204, InFlight: 13, NotUnderstood: 363, EventsPerSecond: 212.4},
			{Name: "tls:6514", Received: 4112844, Bytes: 1_512_004_221, Stored: 4112840, InFlight: 4, Refused: 2, EventsPerSecond: 80},
			{Name: "sniff:eth1", Received: 771002, Bytes: 88_002_113, Stored: 771002, EventsPerSecond: 0.4},
		},
		Queue: view.Queue{Waiting: 17, Capacity: 65536, Workers: 2, Busiest: "10.20.0.1"}, Correlator: []view.Fact{{Name: "Windows", Value: "1 211 groups, 0 evicted"}, {Name: "Open incidents", Value: "4 kept in memory"}},
		Rules:   view.Rules{Pack: "picket 2026.11", Loaded: 164, Failed: 1, Problems: []view.Fact{{Name: "site/odd.yml", Value: "line 12: unknown modifier “startwith”; “startswith” is meant"}}},
		Store:   view.Store{Events: 13494629, First: ms(61 * 24 * time.Hour), Last: ms(time.Second), Segments: 61, Bytes: 812_000_000, Budget: 2_000_000_000, Free: 41_000_000_000, LogID: "c0ffee00-1111-4222-8333-444455556666", LastSeq: 13494629, LastCommit: ms(time.Second)},
		Uplink:  view.Uplink{Configured: true, Connected: true, Server: "tls://soc.example:4222", Since: ms(25 * time.Hour), Lanes: []view.Lane{{Name: "inc", Sent: 13494100, Receipted: 13494100, LastAck: ms(3 * time.Second)}, {Name: "hb", Sent: 88, Receipted: 88, LastAck: ms(9 * time.Second)}, {Name: "cfg", Sent: 12, Receipted: 12, LastAck: ms(3 * time.Hour)}, {Name: "ev", Sent: 13494629, Receipted: 13494210, Waiting: 419, Oldest: ms(2 * time.Second), LastAck: ms(2 * time.Second)}}},
		Capture: []view.Capture{{Interface: "eth1", Up: true, Packets: 91_002_114, Bytes: 71_002_114_003, DroppedKernel: 0, DroppedSensor: 3, Flows: 4120}},
		Certificates: []view.Certificate{{Use: "pages", Subject: "picket.site.example", SelfSigned: true, NotAfter: now.Add(301 * 24 * time.Hour).UnixMilli(), Fingerprint: "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"},
			{Use: "uplink", Subject: "box-17.site.example", Issuer: "SOC CA", NotAfter: now.Add(12 * 24 * time.Hour).UnixMilli(), Fingerprint: "60303AE22B998861BCE3B28F33EEC1BE758A213C86C93C076DBE9F558C11C752"}},
	}
}
