package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// exchange reads the message tracking log and the SMTP protocol logs of Exchange
// Server 2010 to SE (Microsoft, Message tracking; Protocol logging). Both are
// columns with commas between; the line that names them is lost by most senders,
// so that a line is known by what stands in it. Outlook on the web is IIS's.
var exchange = &Parser{
	Name: "exchange", Vendor: "Microsoft", Product: "Exchange Server",
	Columns: "SMTP STOREDRIVER ROUTING AGENT RESOLVER TRANSPORT MAILBOXRULE DUMPSTER BOOTLOADER GATEWAY PICKUP APPROVAL ORAR INBOXRULE MEETINGMESSAGE POISONMESSAGE SECURITYFILTER",
	Shape:   exchangeShape,
	Parse:   parseExchange,
}

// exchangeShape tells the SMTP log behind its time: connector, a session of sixteen
// hexadecimal digits, a number.
func exchangeShape(s string) bool {
	s = s[exchangeTime(s):]
	i := strings.IndexByte(s[:min(len(s), 128)], ',')
	if i < 0 || len(s) < i+24 || s[i+17] != ',' || !digit(s[i+18]) {
		return false
	}
	for _, c := range []byte(s[i+1 : i+17]) {
		if !hexByte(c) {
			return false
		}
	}
	return true
}

// exchangeTime is the length of the time in the first column with the comma behind,
// 0 when a header took it off.
func exchangeTime(s string) int {
	if len(s) > 25 && s[4] == '-' && s[10] == 'T' && s[23] == 'Z' && s[24] == ',' {
		return 25
	}
	return 0
}

func parseExchange(l *Line) bool {
	body := strings.TrimLeft(l.Body, " ,")
	l.KV = l.KV[:0]
	if n := exchangeTime(body); n > 0 {
		if exchangeShape(body) || strings.Count(body, ",") > 14 {
			l.applyTime(body[:n-1], brandWeight)
		}
		body = body[n:]
	}
	if !l.columns(body, ',') {
		return false
	}
	if exchangeShape(body) && len(l.KV) >= 6 {
		return l.exchangeSMTP()
	}
	for i := 6; i < len(l.KV)-6 && i < 8; i++ {
		if act, ok := exchangeEvents[l.Col(i+1)]; ok && exchangeSource(l.Col(i)) {
			l.exchangeTracked(i, act)
			return true
		}
	}
	l.KV, l.Form = l.KV[:0], Text
	return false
}

func exchangeSource(s string) bool {
	for w := range strings.FieldsSeq(exchangeSources) {
		if w == s {
			return true
		}
	}
	return s == "DSN"
}

const exchangeSources = "SMTP STOREDRIVER ROUTING AGENT RESOLVER TRANSPORT MAILBOXRULE DUMPSTER BOOTLOADER GATEWAY PICKUP APPROVAL ORAR INBOXRULE MEETINGMESSAGE POISONMESSAGE SECURITYFILTER"

// exchangeEvents are the events of the tracking log with the activity of Email
// Activity.
var exchangeEvents = map[string]uint8{
	"RECEIVE": 2, "DELIVER": 2, "SEND": 1, "SENDEXTERNAL": 1, "SUBMIT": 1, "SUBMITFAIL": 1, "SUBMITDEFER": 1,
	"FAIL": 99, "BADMAIL": 99, "DEFER": 99, "DROP": 99, "DUPLICATEDELIVER": 99, "DUPLICATEEXPAND": 99, "DUPLICATEREDIRECT": 99, "DSN": 99, "POISONMESSAGE": 99,
	"EXPAND": 99, "REDIRECT": 99, "RESOLVE": 99, "TRANSFER": 5, "MODERATION": 99, "AGENTINFO": 3, "HADISCARD": 99, "HAREDIRECT": 5, "HARECEIVE": 5, "HAREDIRECTFAIL": 99,
	"INITMESSAGECREATED": 99, "LOAD": 99, "MODERATIONEXPIRE": 99, "MODERATORAPPROVE": 99, "MODERATORREJECT": 99, "NOTIFYMAPI": 1, "NOTIFYSHADOW": 99, "PROCESS": 99, "PROCESSMEETINGMESSAGE": 99,
	"RESUBMIT": 99, "RESUBMITFAIL": 99, "SUPPRESSED": 99, "THROTTLE": 99,
}

// exchangeTracked reads the columns around source, column i: client and server
// before it, the message behind.
func (l *Line) exchangeTracked(i int, activity uint8) {
	e := l.E
	l.Set(ocsf.SrcIP, l.Col(i-6))
	l.putText(ocsf.SrcHostname, l.Col(i-5), brandWeight)
	l.Set(ocsf.DstIP, l.Col(i-4))
	l.putText(ocsf.DstHostname, l.Col(i-3), brandWeight)
	l.keepKey("connector-id", l.Col(i-1))
	l.keepKey("source", l.Col(i))
	event := l.Col(i + 1)
	l.put(ocsf.EventCode, ocsf.Text(event), brandWeight)
	l.put(ocsf.EmailMessageID, ocsf.Text(l.Col(i+3)), brandWeight)
	j := i + 5
	if strings.IndexByte(l.Col(i+4), '@') > 0 { // 2010 has no network-message-id
		j--
	}
	for n, to := 0, l.Col(j); to != "" && n < 32; n++ {
		var one string
		one, to, _ = strings.Cut(to, ";")
		l.mailTo(one)
	}
	l.put(ocsf.StatusDetail, ocsf.Text(l.Col(j+1)), brandWeight)
	l.Set(ocsf.EmailSize, l.Col(j+2))
	l.put(ocsf.EmailSubject, ocsf.Text(l.Col(j+6)), brandWeight)
	l.mailFrom(l.Col(j + 7))
	l.exchangeVerdict(event, l.Col(j+10))
	if a, ok := addrOf(l.Col(j + 12)); ok { // where it came from in the first place
		l.put(ocsf.SrcIP, ocsf.Addr(a), brandWeight)
	}
	e.Class, e.Activity = ocsf.EmailActivity, activity
}

// exchangeVerdict sets what became of a message, and its direction.
func (l *Line) exchangeVerdict(event, direction string) {
	switch event {
	case "FAIL", "BADMAIL", "SUBMITFAIL", "DROP", "POISONMESSAGE", "MODERATORREJECT", "RESUBMITFAIL":
		l.setOutcome(ocsf.Failure, brandWeight)
	case "RECEIVE", "DELIVER", "SEND", "SENDEXTERNAL", "SUBMIT":
		l.setOutcome(ocsf.Success, brandWeight)
	}
	switch direction {
	case "Incoming":
		l.E.Set(ocsf.EmailDirection, ocsf.Int(1))
	case "Originating":
		l.E.Set(ocsf.EmailDirection, ocsf.Int(2))
	}
}

// exchangeSMTP reads connector, session, number, local and remote end, event, data
// and context. What is sent stands behind ">", what is received behind "<"; "+" and
// "-" are the connection's ends, "*" tells what the server did.
func (l *Line) exchangeSMTP() bool {
	e := l.E
	connector, event, data, context := l.Col(0), l.Col(5), l.Col(6), l.Col(7)
	near, far := dstSide, srcSide // who listens is the destination
	if strings.HasSuffix(l.Col(4), ":25") || strings.HasSuffix(l.Col(4), ":587") || strings.HasSuffix(l.Col(4), ":465") {
		near, far = srcSide, dstSide
	}
	for i, s := range [...]side{near, far} {
		if a, port, n := scanAddrPort(l.Col(3+i), false); n > 0 {
			l.put(ends[s].ip, ocsf.Addr(a), brandWeight)
			l.put(ends[s].port, ocsf.Int(int64(max(port, 0))), brandWeight)
		}
	}
	l.keepKey("connector-id", connector)
	l.put(ocsf.SessionUID, ocsf.Text(l.Col(1)), brandWeight)
	l.put(ocsf.Message, ocsf.Text(firstText(data, context)), brandWeight)
	l.put(ocsf.AppProtocol, ocsf.Text("smtp"), brandWeight)
	e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	switch event {
	case "+":
		e.Activity = ocsf.NetOpen
	case "-":
		e.Activity = ocsf.NetClose
	case "*":
		if context == "authenticated" {
			l.mailAuth(data, ocsf.Success)
		}
	default:
		l.exchangeCommand(data)
	}
	return true
}

// exchangeCommand reads a command or a reply of SMTP.
func (l *Line) exchangeCommand(data string) {
	e := l.E
	switch {
	case indexFold(data[:min(len(data), 10)], "mail from:") == 0:
		l.mailFrom(quotedTo(data, "<", ">"))
		e.Class, e.Activity = ocsf.EmailActivity, ocsf.Other
	case indexFold(data[:min(len(data), 8)], "rcpt to:") == 0:
		l.mailTo(quotedTo(data, "<", ">"))
		e.Class, e.Activity = ocsf.EmailActivity, ocsf.Other
	case len(data) > 4 && digits(data) == 3 && (data[0] == '4' || data[0] == '5'):
		l.put(ocsf.StatusCode, ocsf.Text(data[:3]), brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
	case len(data) > 4 && digits(data) == 3:
		l.put(ocsf.StatusCode, ocsf.Text(data[:3]), brandWeight)
		l.setOutcome(ocsf.Success, brandWeight)
	}
}
