package sniff

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// FTP (RFC 959, 2428, 4217): one event a command with its reply. Files that pass
// on the connections which it announces are hashed.

var ftpProtocol = protocol{"ftp", ftpSays, func(s *sensor, f *flow) reader { return &ftpReader{s: s, f: f} }}

const maxFTPLine = 4096 // bytes

func ftpSays(f *flow, dir int, b []byte) verdict {
	port := f.port()
	if dir == in {
		if v := prefix("220")(f, dir, b); v != yes {
			return v
		}
		if len(b) < 4 {
			return more
		}
		if b[3] != ' ' && b[3] != '-' {
			return no
		}
		line := strings.ToUpper(string(firstLine(b)))
		switch {
		case mailPort(port) || strings.Contains(line, "SMTP"):
			return no
		case port == 21 || strings.Contains(line, "FTP"):
			return yes
		}
		return more
	}
	verb, whole := ftpVerb(b)
	if !whole {
		if len(b) < 64 && isAlpha(b[0]) && (port == 21 || greeted(f)) {
			return more
		}
		return no
	}
	switch verb {
	case "USER", "AUTH", "FEAT", "SYST", "CLNT":
		if port == 21 || greeted(f) {
			return yes
		}
	case "PASS", "PASV", "PORT", "EPSV", "EPRT", "RETR", "STOR", "LIST", "CWD", "PWD", "TYPE", "QUIT":
		if port == 21 {
			return yes
		}
	}
	return no
}

// greeted reports whether the server said a reply that waits for its protocol to
// be known.
func greeted(f *flow) bool { return bytes.HasPrefix(f.side[in].stream.buf, []byte("220")) }

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// ftpVerb returns the command of a whole line.
func ftpVerb(b []byte) (string, bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return "", false
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(string(b[:min(i, 32)])), " ")
	return strings.ToUpper(verb), true
}

type ftpReader struct {
	s       *sensor
	f       *flow
	user    string
	waiting []ftpCommand
	file    string // what the next data connection carries
	up      bool
	multi   string // code of a reply of several lines that goes on
}

type ftpCommand struct {
	time      int64
	verb, arg string
	code      int
	text      string
}

const maxFTPWaiting = 64

func (r *ftpReader) read(dir int, b []byte) int {
	done := 0
	for {
		i := bytes.IndexByte(b[done:], '\n')
		if i < 0 {
			if len(b)-done > maxFTPLine {
				return -1
			}
			return done
		}
		line := strings.TrimRight(string(b[done:done+i]), "\r ")
		done += i + 1
		if dir == out {
			r.command(line)
		} else {
			r.reply(line)
		}
		if r.f.reader != r {
			return done
		}
	}
}

func (r *ftpReader) command(line string) {
	for len(line) > 0 && line[0] >= 0xf0 { // telnet's interrupt before ABOR
		line = line[1:]
	}
	verb, arg, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if verb == "" || len(verb) > 16 {
		return
	}
	c := ftpCommand{time: r.s.pkt.time, verb: verb, arg: strings.TrimSpace(arg)}
	switch verb {
	case "USER":
		r.user = c.arg
	case "RETR":
		r.file, r.up = c.arg, false
	case "STOR", "APPE", "STOU":
		r.file, r.up = c.arg, true
	case "LIST", "NLST", "MLSD":
		r.file = ""
	case "PORT":
		if a, ok := ftpHostPort(c.arg); ok {
			r.expect(a)
		}
	case "EPRT":
		if a, ok := ftpExtended(c.arg); ok {
			r.expect(a)
		}
	}
	if len(r.waiting) >= maxFTPWaiting {
		r.tell(&r.waiting[0])
		r.waiting = r.waiting[1:]
	}
	r.waiting = append(r.waiting, c)
}

// reply takes one line of a reply; the last line of each counts.
func (r *ftpReader) reply(line string) {
	if len(line) < 3 || !isDigit(line[0]) || !isDigit(line[1]) || !isDigit(line[2]) {
		return
	}
	if len(line) > 3 && line[3] == '-' {
		if r.multi == "" {
			r.multi = line[:3]
		}
		return
	}
	if r.multi != "" && line[:3] != r.multi {
		return
	}
	r.multi = ""
	code, _ := strconv.Atoi(line[:3])
	text := strings.TrimSpace(line[3:])
	_, _, _, port := r.f.ends()
	switch code {
	case 227:
		if a, ok := ftpHostPort(text); ok {
			r.expect(a)
		}
	case 229:
		if i := strings.IndexByte(text, '('); i >= 0 {
			if n, err := strconv.ParseUint(strings.Trim(strings.TrimSuffix(text[i+1:], ")"), "|)."), 10, 16); err == nil {
				_, dst, _, _ := r.f.ends()
				r.expect(netip.AddrPortFrom(addr(dst, r.f.v6), uint16(n)))
			}
		}
	}
	if len(r.waiting) == 0 {
		if code == 220 && port != 0 {
			r.f.note("banner", ocsf.Text(text[:min(len(text), 255)]))
		}
		return
	}
	c := &r.waiting[0]
	c.code, c.text = code, text
	if code < 200 {
		return // the transfer begins; what comes of it follows
	}
	r.tell(c)
	secured := c.verb == "AUTH" && code == 234
	r.waiting = r.waiting[1:]
	if secured {
		r.f.reader = &detector{s: r.s, f: r.f, inside: true}
	}
}

// expect announces a data connection to an address.
func (r *ftpReader) expect(a netip.AddrPort) {
	k := expectation{proto: protoTCP, port: a.Port()}
	if a.Addr().Is4() {
		v := a.Addr().As4()
		k.addr = from4(v[:])
	} else {
		k.addr = a.Addr().As16()
	}
	r.s.expected.add(k, r.s.now, func(s *sensor, f *flow) reader {
		f.app = "ftp-data"
		return &ftpData{s: s, f: f, control: r}
	})
}

// ftpHostPort reads h1,h2,h3,h4,p1,p2.
func ftpHostPort(s string) (netip.AddrPort, bool) {
	i := strings.IndexFunc(s, func(c rune) bool { return c >= '0' && c <= '9' })
	if i < 0 {
		return netip.AddrPort{}, false
	}
	s = s[i:]
	if j := strings.IndexFunc(s, func(c rune) bool { return c != ',' && (c < '0' || c > '9') }); j >= 0 {
		s = s[:j]
	}
	var v [6]byte
	parts := strings.Split(s, ",")
	if len(parts) != 6 {
		return netip.AddrPort{}, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return netip.AddrPort{}, false
		}
		v[i] = byte(n)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(v[:4])), be16(v[4:])), true
}

// ftpExtended reads |1|192.0.2.1|1024| (RFC 2428).
func ftpExtended(s string) (netip.AddrPort, bool) {
	if len(s) < 7 {
		return netip.AddrPort{}, false
	}
	parts := strings.Split(s, s[:1])
	if len(parts) < 4 {
		return netip.AddrPort{}, false
	}
	a, err := netip.ParseAddr(parts[2])
	n, err2 := strconv.ParseUint(parts[3], 10, 16)
	return netip.AddrPortFrom(a, uint16(n)), err == nil && err2 == nil
}

func (r *ftpReader) gap(int, int) bool { return true } // lines begin again somewhere

func (r *ftpReader) end(int) {
	if !r.f.side[out].stream.ended || !r.f.side[in].stream.ended {
		return
	}
	for i := range r.waiting {
		r.tell(&r.waiting[i])
	}
	r.waiting = nil
}

var ftpActivities = map[string]uint8{"STOR": 1, "APPE": 1, "STOU": 1, "RETR": 2, "DELE": 4, "RMD": 4, "RNFR": 5, "RNTO": 5, "LIST": 6, "NLST": 6, "MLSD": 6}

func (r *ftpReader) tell(c *ftpCommand) {
	e := r.s.event(r.f, ocsf.FTPActivity, c.time)
	if e.Activity = ftpActivities[c.verb]; e.Activity == 0 {
		e.Activity = ocsf.Other
		e.Set(ocsf.ActivityName, ocsf.Text(c.verb))
	}
	e.Set(ocsf.Command, ocsf.Text(c.verb))
	if c.arg != "" {
		arg := c.arg
		if c.verb == "PASS" && !strings.EqualFold(r.user, "anonymous") && !strings.EqualFold(r.user, "ftp") {
			arg = hidden
		}
		e.SetUnmapped("argument", ocsf.Text(arg))
	}
	setText(e, ocsf.UserName, r.user)
	switch c.verb {
	case "STOR", "APPE", "STOU", "RETR", "DELE", "RNFR", "RNTO":
		if c.arg != "" {
			e.Set(ocsf.FilePath, ocsf.Text(c.arg))
			e.SetInt(ocsf.FileTypeID, 1)
		}
	}
	if c.code != 0 {
		e.Set(ocsf.StatusCode, ocsf.Text(strconv.Itoa(c.code)))
		setText(e, ocsf.StatusDetail, c.text)
		e.SetInt(ocsf.StatusID, ocsf.Success)
		if c.code >= 400 {
			e.SetInt(ocsf.StatusID, ocsf.Failure)
		}
	}
	r.s.give(e)
}

// hidden stands where a password was.
const hidden = "***"

// ftpData hashes what a data connection carries.
type ftpData struct {
	s       *sensor
	f       *flow
	control *ftpReader
	body    body
	told    bool
}

func (d *ftpData) read(_ int, b []byte) int {
	d.body.write(d.s, b)
	return len(b)
}

func (d *ftpData) gap(int, int) bool {
	d.body.lose(d.s)
	return false
}

func (d *ftpData) end(int) {
	if d.told {
		return
	}
	d.told = true
	d.body.name = baseName(d.control.file)
	if d.control.file == "" {
		return // a directory
	}
	activity := uint8(2)
	if d.control.up {
		activity = 1
	}
	d.s.file(d.f, &d.body, activity)
}

func baseName(p string) string {
	if i := strings.LastIndexAny(p, `/\`); i >= 0 {
		return p[i+1:]
	}
	return p
}
