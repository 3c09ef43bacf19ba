package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// exim reads Exim's main and reject logs (The Exim Specification, Log files):
// an id, a mark for the direction, an address, and fields of one letter: H host,
// F sender, A authenticator, U user, P protocol, X TLS, S size, T subject.
var exim = &Parser{
	Name: "exim", Vendor: "Exim", Product: "Exim",
	Apps:   "exim exim4",
	Begins: []string{"SMTP connection from ", "no host name found ", "login authenticator failed ", "plain authenticator failed ", "dovecot_login authenticator ", "dovecot_plain authenticator "},
	Next:   `-=`,
	Shape:  eximShape,
	Parse:  parseExim,
}

// eximShape reports whether a message without a header is Exim's: fields of one
// letter, or an id like 1oVnLr-0004xk-2A.
func eximShape(s string) bool {
	s = eximTime(s)
	if len(s) > 16 && eximID(s) > 0 {
		return true
	}
	return strings.HasPrefix(s, "H=") && strings.IndexByte(s[:min(len(s), 300)], '[') > 0
}

// eximTime takes the time off that the log's own lines begin with.
func eximTime(s string) string {
	if len(s) > 20 && s[4] == '-' && s[7] == '-' && s[10] == ' ' && s[13] == ':' {
		if _, n := scanStamp(s); n >= 19 {
			return strings.TrimLeft(s[n:], " ")
		}
	}
	return s
}

// eximID returns the length of a message's id, 16 or 23 long, 0 without.
func eximID(s string) int {
	for _, n := range [...][3]int{{6, 13, 16}, {6, 18, 23}} {
		if len(s) > n[2] && s[n[0]] == '-' && s[n[1]] == '-' && (s[n[2]] == ' ' || s[n[2]] == ':') {
			ok := true
			for i := 0; i < n[2]; i++ {
				ok = ok && (alnum(s[i]) || i == n[0] || i == n[1])
			}
			if ok {
				return n[2]
			}
		}
	}
	return 0
}

func parseExim(l *Line) bool {
	body := strings.TrimSpace(l.Body)
	s := eximTime(body)
	if len(s) < len(body) {
		l.applyTime(strings.TrimSpace(body[:len(body)-len(s)]), brandWeight)
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	e := l.E
	if n := eximID(s); n > 0 {
		l.put(ocsf.EmailUID, ocsf.Text(s[:n]), brandWeight)
		s = strings.TrimLeft(s[n:], " ")
	}
	flag, rest, _ := strings.Cut(s, " ")
	to := ""
	switch flag {
	case "<=":
		e.Activity = 2
		from, _, _ := strings.Cut(rest, " ")
		l.mailFrom(from)
	case "=>", "->", ">>", "*>":
		e.Activity = 1
		to, _, _ = strings.Cut(rest, " ")
		l.setOutcome(ocsf.Success, brandWeight)
		l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
	case "**", "==":
		e.Activity = 1
		to, _, _ = strings.Cut(rest, " ")
		l.setOutcome(ocsf.Failure, brandWeight)
		if _, why, ok := strings.Cut(rest, ": "); ok {
			l.put(ocsf.StatusDetail, ocsf.Text(why), brandWeight)
		}
	}
	peer := srcSide
	if e.Activity == 1 {
		peer = dstSide
		l.mailTo(to)
	}
	l.eximHost(s, peer)
	user := ""
	for k, v := range mailPairs(s) {
		switch k {
		case "F":
			l.mailFrom(v)
		case "A":
			if a, u, ok := strings.Cut(v, ":"); ok {
				l.put(ocsf.AuthProtocol, ocsf.Text(a), brandWeight)
				user = u
			}
		case "set_id", "U":
			user = v
		case "id":
			l.putText(ocsf.EmailMessageID, v, brandWeight)
		case "S":
			l.Set(ocsf.EmailSize, v)
		case "T":
			if flag != "<=" {
				l.keepKey("T", v) // the transport
				continue
			}
			l.putText(ocsf.EmailSubject, v, brandWeight)
		case "X":
			l.putText(ocsf.TLSCipher, v, brandWeight)
		case "P", "R", "C", "DT", "QT", "CV", "DN", "SNI":
			l.keepKey(l.lookup(k).name, v)
		}
	}
	if _, v, ok := strings.Cut(s, " I=["); ok { // the local end
		if a, port, n := scanAddrPort(v, false); n > 0 {
			l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight)
			if rest := v[n:]; port < 0 && strings.HasPrefix(rest, "]:") {
				l.putText(ocsf.DstPort, rest[2:2+digits(rest[2:])], brandWeight)
			}
		}
	}
	rejected := strings.Contains(s, "rejected") || strings.Contains(s, "blacklisted") || strings.Contains(s, "refused") || strings.Contains(s, "verify fail")
	switch {
	case strings.Contains(s, "authenticator failed"):
		l.mailAuth(user, ocsf.Failure)
		a, _, _ := strings.Cut(s, " ")
		l.put(ocsf.AuthProtocol, ocsf.Text(a), brandWeight)
		return true
	case rejected:
		l.setAction(ocsf.Denied, dispRejected, brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	for _, w := range [...]string{"RCPT <", "verify fail for <", "sender verify fail for <"} {
		if _, v, ok := strings.Cut(s, w); ok {
			v, _, _ = strings.Cut(v, ">")
			if w == "RCPT <" {
				l.mailTo(v)
			} else {
				l.mailFrom(v)
			}
			if user == "" {
				user = v
			}
		}
	}
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	switch {
	case e.Has(ocsf.EmailFrom) || e.Has(ocsf.EmailTo) || e.Has(ocsf.EmailUID):
		e.Class = ocsf.EmailActivity
		if e.Activity == 0 {
			e.Activity = 2
		}
	case e.Has(ocsf.SrcIP):
		e.Class, e.Activity = ocsf.NetworkActivity, l.networkActivity()
	}
	return true
}

// eximHost reads "H=name (helo) [192.0.2.1]:35328", "for name ([helo]) [192.0.2.1]"
// and "from [192.0.2.1]": the last address in brackets before the fields.
func (l *Line) eximHost(s string, to side) {
	i := strings.Index(s, "H=")
	if i >= 0 && (i == 0 || s[i-1] == ' ') {
		i += 2
	} else if i = strings.Index(s, ": host "); i >= 0 {
		i += 7
	} else if i = strings.Index(s, " failed for "); i >= 0 {
		i += 12
	} else if i = strings.Index(s, " connection from "); i >= 0 {
		i += 17
	} else {
		return
	}
	rest := s[i:]
	for n := 0; n < 3; n++ {
		j := strings.IndexByte(rest, '[')
		if j < 0 {
			return
		}
		if j > 0 && rest[j-1] == '(' { // what it called itself
			rest = rest[j+1:]
			continue
		}
		head := strings.TrimSpace(rest[:j])
		name, helo, _ := strings.Cut(strings.TrimSpace(s[i:i+len(s[i:])-len(rest)]+head), " ")
		if strings.HasPrefix(name, "(") {
			name, helo = "", name
		}
		l.mailHost(rest[j:], to)
		if hostName(name, false) && strings.IndexByte(name, '.') > 0 {
			l.putText(ends[to].host, name, brandWeight)
		}
		if h := strings.Trim(helo, "()[] "); h != "" {
			l.putText(ocsf.EmailHello, h, brandWeight)
		}
		return
	}
}
