package normalize

import (
	"testing"

	"picket/collector"
	"picket/normalize/ocsf"
)

// hotLines are lines of the brands that send most, of about 420 bytes where the
// brand writes so much (OpenSSH and the packet filters never do). They are what
// the figures of speed and allocations are told for.
var hotLines = []struct {
	brand string
	lines []string
}{
	{"fortigate", []string{
		`<189>date=2026-03-02 time=10:15:02 devname="HQ-FGT" devid="FGT61FTK20000001" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.1.100.11 srcport=58012 srcintf="port2" srcintfrole="lan" dstip=198.51.100.20 dstport=443 dstintf="wan1" dstintfrole="wan" sessionid=70412 proto=6 action="close" policyid=7 service="HTTPS" trandisp="noop" duration=31 sentbyte=4012 rcvdbyte=81234 sentpkt=31`,
		`<189>date=2026-03-02 time=10:15:03 devname="HQ-FGT" devid="FGT61FTK20000001" eventtime=1772442903000000000 tz="+0100" logid="0000000013" type="traffic" subtype="local" level="notice" vd="root" srcip=203.0.113.77 srcport=41022 srcintf="wan1" srcintfrole="wan" dstip=203.0.113.2 dstport=22 dstintf="root" sessionid=70413 proto=6 action="deny" policyid=0 policytype="local-in-policy" service="SSH" trandisp="noop" sentbyte=0 rcvdbyte=0`,
		`<188>date=2026-03-02 time=10:15:04 devname="HQ-FGT" devid="FGT61FTK20000001" logid="0316013056" type="utm" subtype="webfilter" eventtype="ftgd_blk" level="warning" vd="root" policyid=7 sessionid=70414 srcip=10.1.100.11 srcport=58014 dstip=198.51.100.21 dstport=443 proto=6 service="HTTPS" hostname="games.example.net" action="blocked" reqtype="direct" url="https://games.example.net/" msg="URL belongs to a denied category" cat=20`}},
	{"ciscoasa", []string{
		`<166>Mar 02 2026 10:15:02 edge-asa-01.branch.example.com : %ASA-6-302013: Built inbound TCP connection 700123456 for outside-internet-uplink:203.0.113.80/50122 (203.0.113.80/50122)(LOCAL\anna.example@vpn.example.com) to dmz-web-servers-zone:10.1.50.5/443 (203.0.113.3/443) (anna.example@vpn.example.com)`,
		`<166>Mar 02 2026 10:15:33 edge-asa-01.branch.example.com : %ASA-6-302014: Teardown TCP connection 700123456 for outside-internet-uplink:203.0.113.80/50122(LOCAL\anna.example@vpn.example.com) to dmz-web-servers-zone:10.1.50.5/443 duration 0:00:31 bytes 85246 TCP FINs from outside-internet-uplink (anna.example@vpn.example.com)`,
		`<164>Mar 02 2026 10:15:34 edge-asa-01.branch.example.com : %ASA-4-106023: Deny tcp src outside-internet-uplink:203.0.113.99/40210(LOCAL\anna.example@vpn.example.com) dst inside-office-network:10.1.100.1/22 by access-group "outside-internet-uplink_access_in" [0x8ed66b60, 0xf8852875]`,
		`<166>Mar 02 2026 10:16:00 edge-asa-01.branch.example.com : %ASA-6-106100: access-list inside-office-network_access_out permitted tcp inside-office-network/10.1.100.11(58020) -> outside-internet-uplink/198.51.100.90(443) hit-cnt 1 first hit [0x8ed66b60, 0xf8852875]`}},
	{"panos", []string{
		`<14>Mar  2 10:15:02 pa-hq 1,2026/03/02 10:15:02,007000000000001,TRAFFIC,end,2561,2026/03/02 10:15:02,10.1.100.11,198.51.100.20,203.0.113.2,198.51.100.20,staff-out,corp\anna,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,to-syslog,2026/03/02 10:15:02,573413,1,58012,443,62145,443,0x400019,tcp,allow,85246,4012,81234,101,2026/03/02 10:14:31,31,any,,7000065678,0x0,10.0.0.0-10.255.255.255,Germany,,31,70,tcp-fin,0,0,0,0,,pa-hq,from-policy`,
		`<14>Mar  2 10:15:03 pa-hq 1,2026/03/02 10:15:03,007000000000001,TRAFFIC,deny,2561,2026/03/02 10:15:03,203.0.113.99,203.0.113.2,0.0.0.0,0.0.0.0,deny-in,,,not-applicable,vsys1,untrust,trust,ethernet1/1,,to-syslog,2026/03/02 10:15:03,0,1,40210,22,0,0,0x0,tcp,deny,60,60,0,1,2026/03/02 10:15:02,0,any,,7000065679,0x0,Germany,10.0.0.0-10.255.255.255,,1,0,policy-deny,0,0,0,0,,pa-hq,from-policy,,,0,,0,,N/A`,
		`<12>Mar  2 10:15:04 pa-hq 1,2026/03/02 10:15:04,007000000000001,THREAT,vulnerability,2561,2026/03/02 10:15:04,203.0.113.99,10.1.50.5,0.0.0.0,0.0.0.0,web-in,,,web-browsing,vsys1,untrust,dmz,ethernet1/1,ethernet1/3,to-syslog,2026/03/02 10:15:04,573420,1,40300,80,0,0,0x2000,tcp,reset-both,"login.php",Example Remote Code Execution(91234),any,critical,client-to-server,7000065680,0x0,Germany,10.0.0.0-10.255.255.255,,,0,,,1,,,,,,,,0,0,0,0,0,,pa-hq`}},
	{"filterlog", []string{
		`<134>1 2026-03-02T10:15:02.626Z pf-branch.example.com filterlog 41811 - - 82,,,1000003761,igb1,match,pass,in,4,0x0,,64,31310,0,DF,6,tcp,60,10.1.100.11,198.51.100.20,58012,443,0,S,1618891646,,64240,,mss;nop;wscale`,
		`<134>1 2026-03-02T10:15:03.626Z pf-branch.example.com filterlog 41811 - - 4,,,1000000103,igb0,match,block,in,4,0x0,,241,18616,0,none,17,udp,88,203.0.113.99,192.0.2.3,24488,161,68`,
		`<134>Mar  2 10:15:05 filterlog[41811]: 5,,,1000000105,igb0,match,block,in,6,0x00,0x00000,255,tcp,6,40,2001:db8::99,2001:db8::1,40300,443,0,S,1618891646,,64240,,mss;nop;wscale;sackOK;TS`}},
	{"sshd", []string{
		`<86>Mar  2 10:15:02 srv1.branch.example.com sshd[21818]: Accepted publickey for anna from 10.1.100.11 port 3059 ssh2: ED25519-CERT SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG ID anna@example.com (serial 4711) CA ED25519 SHA256:ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg`,
		`<86>Mar  2 10:15:03 srv1.branch.example.com sshd[21819]: Failed password for invalid user oracle from 203.0.113.99 port 51593 ssh2`,
		`<86>Mar  2 10:15:04 srv1.branch.example.com sshd[21820]: Connection closed by authenticating user root 203.0.113.99 port 51594 [preauth]`}},
	{"suricata", []string{
		`{"timestamp":"2026-03-02T10:15:05.000001+0100","flow_id":2560,"in_iface":"ens3","event_type":"flow","src_ip":"10.1.100.11","src_port":58012,"dest_ip":"198.51.100.20","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":31,"pkts_toclient":70,"bytes_toserver":4012,"bytes_toclient":81234,"start":"2026-03-02T10:14:31.000000+0100","end":"2026-03-02T10:15:02.000000+0100","age":31,"state":"closed","reason":"timeout"}}`,
		`{"timestamp":"2026-03-02T10:15:02.364843+0100","flow_id":255869976918265,"in_iface":"ens3","event_type":"alert","src_ip":"203.0.113.99","src_port":40300,"dest_ip":"10.1.50.5","dest_port":80,"proto":"TCP","alert":{"action":"blocked","gid":1,"signature_id":9000001,"rev":2,"signature":"EXAMPLE SERVER path traversal attempt","category":"Web Application Attack","severity":1},"http":{"hostname":"www.example.com","url":"/x","http_method":"GET"}}`,
		`{"timestamp":"2026-03-02T10:15:03.000001+0100","flow_id":255869976918266,"in_iface":"ens3","event_type":"dns","src_ip":"10.1.100.11","src_port":53312,"dest_ip":"10.1.1.53","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"answer","id":4521,"flags":"8180","qr":true,"rd":true,"ra":true,"rrname":"mail.example.org","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"mail.example.org","rrtype":"A","ttl":300,"rdata":"192.0.2.25"}]}}`}},
}

// BenchmarkHot reads lines of the hot brands, whole line to event.
func BenchmarkHot(b *testing.B) {
	n := New(Options{Builtin: shipped})
	for _, h := range hotLines {
		b.Run(h.brand, func(b *testing.B) { benchmarkLines(b, n, h.lines) })
	}
}

// benchmarkLines reads lines in turn and tells their mean length beside the time.
func benchmarkLines(b *testing.B, n *Normalizer, lines []string) {
	bytes := 0
	recs := make([]collector.Record, len(lines))
	for i, l := range lines {
		recs[i] = collector.Record{Raw: l, Received: received}
		bytes += len(l)
	}
	var e ocsf.Event
	i := 0
	b.ReportAllocs()
	b.SetBytes(int64(bytes / len(lines)))
	for b.Loop() {
		n.Normalize(&recs[i], &e)
		if i++; i == len(recs) {
			i = 0
		}
	}
	b.ReportMetric(float64(bytes)/float64(len(lines)), "bytes/line")
}

// The hot brands know their lines and keep to six allocations each.
func TestHotLines(t *testing.T) {
	n := New(Options{Builtin: shipped})
	for _, h := range hotLines {
		for i, line := range h.lines {
			rec := collector.Record{Raw: line, Received: received}
			var e ocsf.Event
			n.Normalize(&rec, &e)
			if e.Parser != h.brand {
				t.Errorf("%s line %d: parser %q", h.brand, i+1, e.Parser)
			}
			if got := testing.AllocsPerRun(100, func() { n.Normalize(&rec, &e) }); got > 6 {
				t.Errorf("%s line %d: %v allocations, want at most 6", h.brand, i+1, got)
			}
		}
	}
}
