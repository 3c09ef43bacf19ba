package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// postfix reads the daemons of Postfix and what answers them: policy servers,
// greylisting, SPF, SpamAssassin's spamd (Postfix, Log file format of cleanup,
// qmgr, smtp, smtpd; postgrey; policyd-spf).
var postfix = &Parser{
	Name: "postfix", Vendor: "Postfix", Product: "Postfix",
	Apps: "postfix postfix-script postgrey policyd-spf spamd amavis opendkim opendmarc",
	Keys: "delays nrcpt orig_to sasl_username",
	Begins: []string{"NOQUEUE: ", "connect from ", "disconnect from ", "lost connection ", "timeout after ", "connect to ", "Trusted TLS ", "Untrusted TLS ",
		"Anonymous TLS ", "Verified TLS ", "Used TLS ", "spamd: ", "Action: ", "action=", "warning: ", "statistics: ", "Host offered STARTTLS", "too many errors ", "improper command "},
	Next:  `:`,
	Shape: queueID,
	Parse: parsePostfix,
}

// queueID reports whether a message begins with the number of a queue file:
// hexadecimal digits, or the long form's letters without vowels, and a colon.
func queueID(s string) bool {
	i := 0
	for i < len(s) && i < 20 && (digit(s[i]) || letter(s[i])) {
		i++
	}
	if i < 6 || i+2 > len(s) || s[i] != ':' || s[i+1] != ' ' {
		return false
	}
	hex, long, num := true, i >= 12, false
	for _, c := range []byte(s[:i]) {
		hex = hex && (digit(c) || c-'A' <= 5)
		long = long && strings.IndexByte("aeiouAEIOU", c) < 0
		num = num || digit(c)
	}
	return (hex || long) && num
}

func parsePostfix(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	app := l.Head.App
	named := strings.HasPrefix(app, "postfix") || app == "postgrey" || app == "policyd-spf" || app == "spamd" || strings.HasPrefix(app, "amavis") || strings.HasPrefix(app, "opend")
	id := ""
	if queueID(s) || strings.HasPrefix(s, "NOQUEUE: ") {
		id, s, _ = strings.Cut(s, ": ")
	}
	spam := strings.HasPrefix(s, "spamd: ")
	if !named && !postfixText(s, id != "") {
		return false
	}
	l.put(ocsf.Message, ocsf.Text(l.Body), brandWeight)
	if id != "" && id != "NOQUEUE" {
		l.put(ocsf.EmailUID, ocsf.Text(id), brandWeight)
	}
	l.Form, l.KV = Text, l.KV[:0]
	verb, _, _ := strings.Cut(s, " ")
	client := srcSide
	switch {
	case strings.HasPrefix(s, "host "), strings.HasPrefix(s, "connect to "), strings.HasPrefix(s, "Used TLS for "), strings.Contains(s, "TLS connection established to "),
		strings.HasPrefix(s, "conversation with "), strings.HasPrefix(s, "lost connection with "), strings.HasPrefix(s, "Host offered"):
		client = dstSide
	}
	head, _, _ := strings.Cut(s, " status=")
	for i, n := 0, 0; i < len(head) && n < 8; n++ { // host[192.0.2.1]:25, wherever it is
		j := strings.IndexByte(head[i:], '[')
		if j < 0 {
			break
		}
		k := i + j
		for k > i && s[k-1] > ' ' && s[k-1] != '=' && s[k-1] != '<' && s[k-1] != ',' {
			k--
		}
		if k == 0 || s[k-1] != '=' || strings.HasSuffix(s[:k], "client=") { // relay= is read below
			if l.mailHost(s[k:], client) {
				break
			}
		}
		i += j + 1
	}
	for k, v := range mailPairs(s) {
		l.postfixPair(k, v)
	}
	l.postfixVerdict(s, verb, spam)
	return true
}

// postfixText reports whether words without a header are Postfix's.
func postfixText(s string, queued bool) bool {
	if queued {
		for _, p := range [...]string{"client=", "from=", "to=", "message-id=", "uid=", "removed", "reject", "warning:", "filter:", "prepend:", "replace:", "host ", "connect to ", "Used TLS ",
			"enable_long", "conversation ", "lost connection", "sender ", "milter", "discard", "hold", "redirect", "skipped", "resent-message-id=", "SASL", "info:", "action=", "breaking", "table", "cleanup"} {
			if strings.HasPrefix(s, p) {
				return true
			}
		}
		return false
	}
	switch {
	case strings.HasPrefix(s, "connect from "), strings.HasPrefix(s, "disconnect from "), strings.HasPrefix(s, "lost connection after "), strings.HasPrefix(s, "timeout after "),
		strings.HasPrefix(s, "connect to "), strings.HasPrefix(s, "too many errors "), strings.HasPrefix(s, "improper command "):
		i := strings.IndexByte(s, '[')
		if i < 0 {
			return false
		}
		_, n := scanAddr(s[i+1:])
		return n > 0
	case strings.HasPrefix(s, "warning: "):
		return strings.Contains(s, "SASL ") || strings.Contains(s, "does not resolve to address") || strings.Contains(s, "TCP map")
	case strings.HasPrefix(s, "action="), strings.HasPrefix(s, "Action: "):
		return strings.Contains(s, "client_address=") || strings.Contains(s, "client-ip=")
	}
	return strings.HasPrefix(s, "spamd: ") || strings.Contains(s, " TLS connection established ") || strings.HasPrefix(s, "statistics: max ") || strings.HasPrefix(s, "Used TLS for ") ||
		strings.HasPrefix(s, "Host offered STARTTLS") || strings.Contains(s, "delays=") && strings.Contains(s, "relay=")
}

// postfixPair reads one pair.
func (l *Line) postfixPair(k, v string) {
	switch k {
	case "from", "sender", "envelope-from":
		l.mailFrom(v)
	case "to", "recipient":
		l.mailTo(v)
	case "relay":
		l.mailHost(v, dstSide)
	case "client_name":
		if v != "unknown" {
			l.putText(ocsf.SrcHostname, v, brandWeight)
		}
	case "client_address", "client-ip", "raddr":
		if i := strings.IndexByte(v, '/'); i > 0 {
			v = v[:i]
		}
		l.Set(ocsf.SrcIP, v)
	case "rport":
		l.Set(ocsf.SrcPort, v)
	case "rhost":
		if _, ok := addrOf(v); !ok {
			l.putText(ocsf.SrcHostname, v, brandWeight)
		}
	case "helo", "ehlo":
		if v != "" && digits(v) < len(v) {
			l.putText(ocsf.EmailHello, v, brandWeight)
			if hostName(v, false) && strings.IndexByte(v, '.') > 0 {
				l.putText(ocsf.SrcHostname, v, textWeight)
			}
		}
	case "sasl_username", "user":
		l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
	case "sasl_method":
		l.putText(ocsf.AuthProtocol, v, brandWeight)
	case "message-id", "mid":
		l.putText(ocsf.EmailMessageID, v, brandWeight)
	case "size":
		l.Set(ocsf.EmailSize, v)
	case "filename":
		v = strings.Trim(v, `"`)
		if v != "" {
			l.mailFile(v)
		}
	case "dsn":
		l.put(ocsf.StatusCode, ocsf.Text(v), brandWeight)
	case "status":
		l.keepKey("status", v)
		switch v {
		case "sent":
			l.setOutcome(ocsf.Success, brandWeight)
			l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
		case "bounced", "deferred", "expired", "undeliverable":
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case "action":
		l.applyAction(v, brandWeight)
	case "reason":
		l.putText(ocsf.StatusDetail, v, weakWeight)
	case "proto", "orig_to", "delay", "delays", "nrcpt", "conn_use", "scantime", "required_score", "uid", "autolearn":
		l.keepKey(l.lookup(k).name, v)
	}
}

// postfixVerdict settles what became of it, and the class.
func (l *Line) postfixVerdict(s, verb string, spam bool) {
	e := l.E
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") && e.Has(ocsf.StatusCode) {
		l.put(ocsf.StatusDetail, ocsf.Text(s[i+1:len(s)-1]), brandWeight)
	}
	switch verb {
	case "reject:", "discard:", "milter-reject:":
		l.setAction(ocsf.Denied, dispRejected, brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
		if i := strings.Index(s, "]: "); i > 0 {
			if why, _, ok := strings.Cut(s[i+3:], "; from="); ok {
				l.put(ocsf.StatusDetail, ocsf.Text(why), brandWeight)
			}
		}
	case "hold:":
		l.setAction(ocsf.Denied, dispQuarantined, brandWeight)
	case "warning:", "filter:", "prepend:", "replace:", "redirect:":
		l.setAction(ocsf.Observed, dispLogged, weakWeight)
	}
	switch {
	case strings.Contains(s, "SASL ") && strings.Contains(s, "authentication fail"):
		l.mailAuth("", ocsf.Failure)
		l.E.Delete(ocsf.ActionID)
		l.E.Delete(ocsf.DispositionID)
		if _, m, ok := strings.Cut(s, "SASL "); ok {
			m, _, _ = strings.Cut(m, " ")
			l.put(ocsf.AuthProtocol, ocsf.Text(m), brandWeight)
		}
	case e.Has(ocsf.EmailFrom) || e.Has(ocsf.EmailTo) || e.Has(ocsf.EmailUID) || e.Has(ocsf.EmailMessageID):
		e.Class, e.Activity = ocsf.EmailActivity, 5
		switch {
		case spam:
			e.Activity = 3
		case e.Has(ocsf.DstIP), e.Has(ocsf.EmailTo) && e.Has(ocsf.StatusCode):
			e.Activity = 1
		case e.Has(ocsf.SrcIP):
			e.Activity = 2
		}
	case e.Has(ocsf.SrcIP) || e.Has(ocsf.DstIP):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
		switch verb {
		case "connect":
			e.Activity = ocsf.NetOpen
			if strings.HasPrefix(s, "connect to ") {
				e.Activity = ocsf.NetFail
				l.setOutcome(ocsf.Failure, brandWeight)
			}
		case "disconnect":
			e.Activity = ocsf.NetClose
		case "lost", "timeout":
			e.Activity = ocsf.NetFail
		}
	}
}
