package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// fortimail reads FortiMail: the head of Fortinet's other logs with device_id,
// types statistics, event (subtype smtp: Sendmail's words in msg), spam, virus,
// encrypt (FortiMail Log Reference).
var fortimail = &Parser{
	Name: "fortimail", Vendor: "Fortinet", Product: "FortiMail",
	Keys:  "device_id",
	Parse: parseFortiMail,
}

var fortimailKeys = NewKeys(`
device.uid            device_id
metadata.event_code   log_id
@date                 date
@clock                time
@severity             pri
session.uid           session_id
@src                  client_ip
@src.host             client_name
@dst                  dst_ip
@mail.from            from
@mail.to              to
email.subject         subject
@action               disposition
firewall_rule.name    policy_id classifier
finding_info.title    virus
email.size            message_length
@keep                 type subtype user ui action status msg module submodule resolved mailer direction
`)

func parseFortiMail(l *Line) bool {
	typ, sub := l.Get("type"), l.Get("subtype")
	switch typ {
	case "event", "kevent", "spam", "virus", "statistics", "encrypt", "antivirus", "antispam", "history":
	default:
		return false
	}
	if typ == "event" && sub != "smtp" && sub != "pop3" && sub != "imap" && sub != "webmail" && !strings.HasPrefix(l.Get("device_id"), "FE") || l.Form != KeyValue {
		return false
	}
	l.Apply(fortimailKeys)
	e := l.E
	msg := l.Get("msg")
	l.put(ocsf.Message, ocsf.Text(msg), brandWeight)
	if user := l.Get("user"); user != "mail" {
		l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	}
	for k, v := range mailPairs(msg) {
		switch k {
		case "from":
			l.mailFrom(v)
		case "to":
			l.mailTo(v)
			l.applyUser(meaning{read: readUser, weight: brandWeight}, strings.Trim(v, "<>"))
		case "size":
			l.Set(ocsf.EmailSize, v)
		case "dsn":
			l.put(ocsf.StatusCode, ocsf.Text(v), brandWeight)
		case "stat":
			outcome := int8(ocsf.Failure)
			if v == "Sent" {
				outcome = ocsf.Success
			}
			l.setOutcome(outcome, brandWeight)
		case "msgid":
			l.putText(ocsf.EmailMessageID, v, brandWeight)
		}
	}
	if v := after(msg, "relay="); v != "" {
		v, _, _ = strings.Cut(v, ",")
		l.mailHost(strings.TrimSpace(v), dstSide)
	}
	if v := after(msg, "filename="); v != "" {
		l.mailFile(strings.Trim(firstWord(v), `"',;`))
	} else if _, v, ok := strings.Cut(msg, "attachment("); ok {
		v, _, _ = strings.Cut(v, ")")
		l.mailFile(v)
	}
	for _, label := range [...]string{"File name: ", "File "} { // "File plan.pdf (checksum: …) has been scanned by FortiSandbox"
		if v, ok := strings.CutPrefix(msg, label); ok {
			l.mailFile(strings.TrimRight(firstWord(v), ","))
			break
		}
	}
	if v := after(msg, "URL: "); v != "" { // "FortiGuard-WebFilter identified URL: …", "spam URL: …"
		l.applyURL(strings.TrimRight(firstWord(v), ","), brandWeight)
	}
	l.scanText(msg)
	switch {
	case typ == "virus" || typ == "antivirus":
		l.put(ocsf.FindingTitle, ocsf.Text(msg), guessWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case sub == "admin" || sub == "webmail" && strings.Contains(msg, "login"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	default:
		e.Class, e.Activity = ocsf.EmailActivity, 3
		if sub == "smtp" {
			e.Activity = 5
		}
	}
	return true
}
