package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// Zeek's logs in columns with tabs between, as it writes them unless told otherwise
// (Zeek, Log formats; the script reference names the fields of each log). The line
// "#fields" that names the columns stands once at the head of a file and a sender
// of single lines leaves it behind: which log a line is of tells the program's
// name in the header (zeek_conn, bro_dns), or the columns themselves.

// zeekColumns are the columns behind ts, by log; for those with a connection
// behind uid and the four of it.
var zeekColumns = map[string][]string{
	"conn":     strings.Fields("proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents"),
	"dns":      strings.Fields("proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected"),
	"http":     strings.Fields("trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types"),
	"ssl":      strings.Fields("version cipher curve server_name resumed last_alert next_protocol established"),
	"notice":   strings.Fields("fuid file_mime_type file_desc proto note msg sub src dst p n peer_descr actions"),
	"ssh":      strings.Fields("version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key"),
	"smtp":     strings.Fields("trans_depth helo mailfrom rcptto date from to cc reply_to msg_id in_reply_to subject x_originating_ip first_received second_received last_reply path user_agent tls fuids"),
	"weird":    strings.Fields("name addl notice peer source"),
	"ftp":      strings.Fields("user password command arg mime_type file_size reply_code reply_msg"),
	"rdp":      strings.Fields("cookie result security_protocol client_channels keyboard_layout client_build client_name client_dig_product_id desktop_width desktop_height"),
	"kerberos": strings.Fields("request_type client service success error_msg from till cipher forwardable renewable"),
	"files":    strings.Fields("source depth analyzers mime_type filename duration local_orig is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout parent_fuid md5 sha1 sha256 extracted"),
}

// zeekTSVShape reports whether a message begins as a line of columns does: an epoch
// with a fraction, a tab and a uid, or a line about the columns.
func zeekTSVShape(s string) bool {
	if s[0] == '#' {
		for _, p := range [...]string{"#separator ", "#set_separator", "#empty_field", "#unset_field", "#path\t", "#open\t", "#close\t", "#fields\t", "#types\t"} {
			if strings.HasPrefix(s, p) {
				return true
			}
		}
		return false
	}
	if digits(s) != 10 || len(s) < 24 || s[10] != '.' {
		return false
	}
	tab := 11 + digits(s[11:])
	return tab > 11 && tab < 22 && tab+8 < len(s) && s[tab] == '\t' && (s[tab+1] == 'C' || s[tab+1] == 'F' || s[tab+1] == '-')
}

// zeekTSV reads a line of columns. Lines about columns are the file's own.
func (l *Line) zeekTSV(s string) bool {
	if s[0] == '#' {
		l.facts.health = true
		l.put(ocsf.Message, ocsf.Text(s), brandWeight)
		return true
	}
	if !l.columns(s, '\t') {
		return false
	}
	first := l.zeekFirst()
	name := l.zeekLog(first)
	names := zeekColumns[name]
	if names == nil || len(l.KV) < first+3 {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	l.zeekNames(name, names, first)
	l.zeekEvent(name)
	return true
}

// zeekFirst is the first column that a log has of its own: behind uid and the four
// of the connection, or in files behind fuid and them (5.1 and later), or fuid,
// the hosts and the connections.
func (l *Line) zeekFirst() int {
	switch {
	case l.Col(1)[0] != 'F':
		return 6
	case strings.HasPrefix(l.Col(2), "C"):
		return 7
	}
	return 5
}

// zeekLog tells the log by the program's name, else by what its columns hold;
// first is the first column behind the connection.
func (l *Line) zeekLog(first int) string {
	app := strings.ToLower(l.Head.App)
	if i := strings.LastIndexAny(app, "_-."); i > 0 && (strings.HasPrefix(app, "zeek") || strings.HasPrefix(app, "bro")) {
		app = app[i+1:]
	}
	if zeekColumns[app] != nil && (app == "files") == (l.Col(1)[0] == 'F') {
		return app
	}
	col := func(i int) string { return l.Col(first + i) }
	number := func(i int) bool { return col(i) != "" && digits(col(i)) == len(col(i)) }
	proto := func(i int) bool {
		p := col(i)
		return p == "tcp" || p == "udp" || p == "icmp" || p == "unknown_transport"
	}
	truth := func(i int) bool { return col(i) == "T" || col(i) == "F" }
	switch {
	case l.Col(1)[0] == 'F':
		return "files"
	case proto(0) && zeekState(col(5)):
		return "conn"
	case proto(0) && number(1):
		return "dns"
	case strings.Contains(col(4), "::"):
		return "notice"
	case strings.HasPrefix(col(4), "SSH-"), strings.HasPrefix(col(3), "SSH-"), strings.HasPrefix(col(5), "SSH-"):
		return "ssh"
	case number(0) && (methods[col(1)] || col(1) == "-" && len(l.KV) >= first+18 && (number(10) || number(9))):
		return "http"
	case number(0) && len(l.KV) >= first+18:
		return "smtp"
	case strings.HasPrefix(col(0), "TLSv"), strings.HasPrefix(col(0), "SSLv"), strings.HasPrefix(col(0), "DTLSv"), col(0) == "-" && truth(4) && truth(7):
		return "ssl"
	case truth(2) && len(l.KV) <= first+6:
		return "weird"
	}
	return ""
}

// zeekState reports whether s is one of conn's connection states.
func zeekState(s string) bool {
	switch s {
	case "S0", "S1", "S2", "S3", "SF", "REJ", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH":
		return true
	}
	return false
}

// zeekNames gives the columns their names; columns that older versions lack are
// told by what stands at their place. What is unset or empty is left out, a set
// becomes several pairs.
func (l *Line) zeekNames(name string, names []string, first int) {
	missing := l.zeekMissing(name, first)
	cols := l.KV
	l.KV, l.Form = make([]KV, 0, len(cols)+8), JSON // its entries are those of JSON from here on
	l.add("ts", cols[0].Val)
	for i, k := range zeekHead(first) {
		l.zeekPair(k, cols[1+i].Val)
	}
	for i := first; i < len(cols) && len(names) > 0; names = names[1:] {
		if names[0] == missing {
			continue
		}
		l.zeekPair(names[0], cols[i].Val)
		i++
	}
}

// zeekHead names the columns between ts and the first of a log's own.
func zeekHead(first int) []string {
	switch first {
	case 5:
		return []string{"fuid", "id.orig_h", "id.resp_h", "uid"} // tx_hosts, rx_hosts, conn_uids
	case 7:
		return []string{"fuid", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"}
	}
	return []string{"uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"}
}

// zeekPair adds a pair, or one for each element of a set.
func (l *Line) zeekPair(k, v string) {
	if v == "" || v == "-" || v == "(empty)" {
		return
	}
	if k != "answers" && k != "rcptto" {
		l.add(k, v)
		return
	}
	for n := 0; v != "" && n < 32; n++ {
		var one string
		one, v, _ = strings.Cut(v, ",")
		l.add(k, one)
	}
}

// zeekMissing names the column that the version lacks which wrote the line.
func (l *Line) zeekMissing(name string, first int) string {
	number := func(i int) bool {
		v := l.Col(first + i)
		return v != "" && digits(v) == len(v)
	}
	switch {
	case name == "dns" && number(3) && number(5) && !number(4): // before 2.5
		return "rtt"
	case name == "http" && number(7) && number(8): // before 2.6
		return "origin"
	case name == "ssh" && strings.HasPrefix(l.Col(first+3), "SSH-"): // before 2.6
		return "auth_attempts"
	case name == "conn" && !strings.Contains("T F -", l.Col(first+7)): // before 2.4
		return "local_resp"
	}
	return ""
}
