package sniff

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// SMTP (RFC 5321, with BDAT of RFC 3030): one event a message, also for one that
// was refused before it was sent. Attachments are hashed (see mime.go).

var smtpProtocol = protocol{"smtp", smtpSays, func(s *sensor, f *flow) reader { return &smtpReader{s: s, f: f} }}

func mailPort(p uint16) bool { return p == 25 || p == 587 || p == 465 || p == 2525 }

func smtpSays(f *flow, dir int, b []byte) verdict {
	if dir == in {
		if v := prefix("220")(f, dir, b); v != yes {
			return v
		}
		line := firstLine(b)
		switch {
		case len(b) < 4:
			return more
		case b[3] != ' ' && b[3] != '-':
			return no
		case mailPort(f.port()) || bytes.Contains(bytes.ToUpper(line), []byte("SMTP")):
			return yes
		}
		return more
	}
	word := b[:min(len(b), 10)]
	for _, p := range [...]string{"EHLO ", "HELO ", "LHLO ", "MAIL FROM:"} {
		if len(word) < len(p) && strings.EqualFold(p[:len(word)], string(word)) {
			return more
		}
		if len(word) >= len(p) && strings.EqualFold(p, string(word[:len(p)])) {
			return yes
		}
	}
	if mailPort(f.port()) && isAlpha(b[0]) && len(b) < 128 && (bytes.HasPrefix(b, []byte("AUTH")) || bytes.HasPrefix(b, []byte("STARTTLS")) || bytes.HasPrefix(b, []byte("RSET"))) {
		return yes
	}
	return no
}

// states of the client's direction.
const (
	smtpCommand = iota
	smtpData
	smtpChunk
	smtpAuth
)

const (
	maxSMTPLine    = 16 << 10
	maxRecipients  = 64
	maxSMTPWaiting = 256
)

type smtpReader struct {
	s      *sensor
	f      *flow
	state  int
	left   int64 // bytes of a chunk to come
	last   bool  // it is the last
	got    bool  // message bytes came
	hello  string
	banner string
	user   string
	verbs  []string // commands without reply
	mail   *mail
}

// mail is one message with its envelope.
type mail struct {
	time int64
	from string
	to   []string
	sent bool // all of it came
	code int
	text string
	mime mimeReader
}

func (r *smtpReader) read(dir int, b []byte) int {
	done := 0
	for done < len(b) && r.f.reader == r {
		if dir == out && r.state == smtpChunk {
			n := int(min(r.left, int64(len(b)-done)))
			r.message().mime.write(b[done : done+n])
			done += n
			if r.left -= int64(n); r.left == 0 {
				r.state = smtpCommand
				if r.last {
					r.sent()
				}
			}
			continue
		}
		i := bytes.IndexByte(b[done:], '\n')
		if i < 0 {
			if len(b)-done > maxSMTPLine {
				if dir == out && r.state == smtpData { // a line without end is told in pieces
					r.message().mime.write(b[done:])
					return len(b)
				}
				return -1
			}
			break
		}
		line := b[done : done+i+1]
		done += i + 1
		switch {
		case dir == in:
			r.reply(string(bytes.TrimRight(line[:min(len(line), 512)], "\r\n ")))
		case r.state == smtpData:
			r.got = true
			if bytes.Equal(line, []byte(".\r\n")) || bytes.Equal(line, []byte(".\n")) {
				r.state = smtpCommand
				r.sent()
				continue
			}
			r.message().mime.write(bytes.TrimPrefix(line, []byte(".")))
		case r.state == smtpAuth:
			r.login(bytes.TrimSpace(line))
		default:
			r.command(strings.TrimSpace(string(line)))
		}
	}
	return done
}

// message returns the message under way.
func (r *smtpReader) message() *mail {
	if r.mail == nil {
		r.mail = &mail{time: r.s.pkt.time}
		r.mail.mime.s, r.mail.mime.f = r.s, r.f
	}
	return r.mail
}

func (r *smtpReader) command(line string) {
	verb, arg, _ := strings.Cut(line, " ")
	verb, arg = strings.ToUpper(verb), strings.TrimSpace(arg)
	if len(r.verbs) < maxSMTPWaiting {
		r.verbs = append(r.verbs, verb[:min(len(verb), 16)])
	}
	switch verb {
	case "HELO", "EHLO", "LHLO":
		r.hello = arg[:min(len(arg), 255)]
	case "MAIL":
		r.flush()
		r.message().from = envelope(arg)
	case "RCPT":
		if m := r.message(); len(m.to) < maxRecipients {
			m.to = append(m.to, envelope(arg))
		}
	case "DATA":
		r.message()
		r.state, r.got = smtpData, false
	case "BDAT":
		size, rest, _ := strings.Cut(arg, " ")
		n, err := strconv.ParseUint(size, 10, 62)
		if err != nil {
			return
		}
		r.message()
		r.left, r.last = int64(n), strings.EqualFold(strings.TrimSpace(rest), "LAST")
		switch {
		case n > 0:
			r.state = smtpChunk
		case r.last:
			r.sent()
		}
	case "AUTH":
		kind, initial, _ := strings.Cut(arg, " ")
		r.state = smtpAuth
		if initial != "" {
			r.initial(strings.ToUpper(kind), strings.TrimSpace(initial))
		}
	case "RSET":
		r.flush()
	}
}

// login takes a line of an authentication; the first is the user's name, in one
// of the usual two ways. Passwords are not kept.
func (r *smtpReader) login(line []byte) {
	if r.user != "" {
		return
	}
	r.initial("", string(line))
}

func (r *smtpReader) initial(kind, text string) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) > 512 {
		return
	}
	if parts := bytes.Split(raw, []byte{0}); len(parts) == 3 { // PLAIN
		r.user = string(parts[1])
	} else if kind != "CRAM-MD5" && kind != "NTLM" && len(parts) == 1 {
		r.user = string(raw)
	}
}

// envelope returns the address out of FROM:<a@b> SIZE=….
func envelope(arg string) string {
	_, s, ok := strings.Cut(arg, ":")
	if !ok {
		return ""
	}
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "<") {
		s, _, _ = strings.Cut(s[1:], ">")
	} else {
		s, _, _ = strings.Cut(s, " ")
	}
	return s[:min(len(s), 320)]
}

func (r *smtpReader) reply(line string) {
	if len(line) < 3 || !isDigit(line[0]) || !isDigit(line[1]) || !isDigit(line[2]) {
		return
	}
	if len(line) > 3 && line[3] == '-' {
		return
	}
	code, _ := strconv.Atoi(line[:3])
	text := strings.TrimSpace(line[3:])
	if len(r.verbs) == 0 {
		if code == 220 && r.banner == "" {
			r.banner = text
		} else if m := r.mail; m != nil && m.sent {
			m.code, m.text = code, text
			r.flush()
		}
		return
	}
	verb := r.verbs[0]
	if r.state == smtpAuth && verb == "AUTH" && code == 334 {
		return
	}
	m := r.mail
	switch {
	case verb == "DATA" && code == 354:
		r.verbs = r.verbs[1:]
		return
	case verb == "DATA" && code >= 400 && r.state == smtpData && !r.got:
		r.state = smtpCommand
	case verb == "AUTH":
		r.state = smtpCommand
		r.authenticated(code, text)
	case verb == "STARTTLS" && code == 220:
		r.flush()
		r.f.reader = &detector{s: r.s, f: r.f, inside: true}
	}
	if m != nil && code >= 400 && (verb == "MAIL" || verb == "RCPT" || verb == "DATA") {
		m.code, m.text = code, text
	}
	if m != nil && m.sent && verb == "BDAT" && !slices.Contains(r.verbs[1:], "BDAT") {
		m.code, m.text = code, text
		r.verbs = r.verbs[1:]
		r.flush()
		return
	}
	r.verbs = r.verbs[1:]
}

// authenticated tells what came of a login.
func (r *smtpReader) authenticated(code int, text string) {
	if r.user == "" {
		return
	}
	e := r.s.event(r.f, ocsf.Authentication, r.s.pkt.time)
	e.Activity = ocsf.Logon
	e.Set(ocsf.UserName, ocsf.Text(r.user))
	e.Set(ocsf.ServiceName, ocsf.Text("smtp"))
	e.SetInt(ocsf.StatusID, ocsf.Success)
	if code >= 300 {
		e.SetInt(ocsf.StatusID, ocsf.Failure)
		setText(e, ocsf.StatusDetail, text)
	}
	e.Set(ocsf.StatusCode, ocsf.Text(strconv.Itoa(code)))
	e.SetBool(ocsf.IsCleartext, true)
	r.s.give(e)
}

// sent ends the message's body; its reply is still to come.
func (r *smtpReader) sent() {
	m := r.message()
	m.mime.close()
	m.sent = true
}

// flush tells the message under way, if there is one.
func (r *smtpReader) flush() {
	m := r.mail
	r.mail = nil
	if m == nil || m.from == "" && len(m.to) == 0 && !m.sent {
		return
	}
	if !m.sent {
		m.mime.lose()
	}
	e := r.s.event(r.f, ocsf.EmailActivity, m.time)
	e.Activity = 1 // Send
	e.SetText(ocsf.EmailSMTPFrom, m.from)
	for _, to := range m.to {
		e.SetText(ocsf.EmailSMTPTo, to)
	}
	x := &m.mime
	e.SetText(ocsf.EmailFrom, x.from)
	for _, a := range x.to {
		e.SetText(ocsf.EmailTo, a)
	}
	for _, a := range x.cc {
		e.SetText(ocsf.EmailCc, a)
	}
	setText(e, ocsf.EmailSubject, x.subject)
	setText(e, ocsf.EmailMessageID, x.id)
	if x.size > 0 {
		e.SetInt(ocsf.EmailSize, x.size)
	}
	for _, name := range x.names {
		e.Append(ocsf.EmailFiles, ocsf.ObjectOf(ocsf.Attr(ocsf.EmailFileName, ocsf.Text(name)), ocsf.Attr(ocsf.EmailFileType, ocsf.Int(1))))
	}
	setText(e, ocsf.EmailHello, r.hello)
	setText(e, ocsf.EmailBanner, r.banner)
	setText(e, ocsf.UserName, r.user)
	if m.code != 0 {
		e.Set(ocsf.StatusCode, ocsf.Text(strconv.Itoa(m.code)))
		setText(e, ocsf.StatusDetail, m.text)
		e.SetInt(ocsf.StatusID, ocsf.Success)
		if m.code >= 400 {
			e.SetInt(ocsf.StatusID, ocsf.Failure)
		}
	}
	r.s.give(e)
}

func (r *smtpReader) gap(dir, n int) bool {
	if dir == in {
		return true
	}
	switch r.state {
	case smtpChunk:
		r.message().mime.lose()
		if int64(n) > r.left {
			return false
		}
		if r.left -= int64(n); r.left == 0 {
			r.state = smtpCommand
			if r.last {
				r.sent()
			}
		}
	case smtpData:
		r.message().mime.lose()
	}
	return true
}

func (r *smtpReader) end(dir int) {
	if dir == out && r.f.side[in].stream.ended || dir == in && r.f.side[out].stream.ended {
		r.flush()
	}
}
