package normalize

import "strings"

// Header is what stands before a message: syslog's own header in any of the
// shapes that devices and relays send. Its texts are slices of the line.
type Header struct {
	Pri   int    // the priority, -1 when none was told
	Stamp string // the time as it stands there
	Host  string // who says that it wrote the line
	App   string // program, RFC 3164's tag
	PID   string
	MsgID string
	SD    string // structured data of RFC 5424, with its brackets
	Level string // a level in words before the tag: "notice", "local7.info"
	Relay string // host in the header of a relay around the device's own

	RFC5424 bool // the outermost header was one
	at      stamp
}

// maxHeaders bounds how many headers around each other are taken off.
const maxHeaders = 4

// scanHeader takes the headers off s and returns the message. It reads every
// byte of them about once and allocates nothing. What is no header stays in the
// message: a word is taken for a host only where a host must stand.
func scanHeader(s string, h *Header) (body string) {
	*h = Header{Pri: -1}
	body = s
	for i := range maxHeaders {
		var in Header
		in.Pri = -1
		rest, ok := scanOneHeader(body, &in, i > 0)
		if !ok {
			break
		}
		if h.App == "kernel" && in.App != "" && in.Stamp == "" {
			break // "kernel: nginx[4711]: segfault": the process that the kernel speaks of
		}
		h.wrap(&in, i == 0)
		body = rest
		if !looksLikeHeader(body) {
			break
		}
	}
	return body
}

// wrap takes over an inner header: what it tells is nearer to the device.
func (h *Header) wrap(in *Header, first bool) {
	if first {
		*h = *in
		return
	}
	if in.Pri >= 0 {
		h.Pri = in.Pri
	}
	if in.Stamp != "" {
		h.Stamp, h.at = in.Stamp, in.at
	}
	if in.Host != "" {
		if h.Relay == "" && h.Host != in.Host {
			h.Relay = h.Host
		}
		h.Host = in.Host
	}
	if in.App != "" {
		h.App, h.PID, h.MsgID = in.App, in.PID, in.MsgID
	}
	if in.SD != "" {
		h.SD = in.SD
	}
	if in.Level != "" {
		h.Level = in.Level
	}
}

// looksLikeHeader tells cheaply whether a message may begin with one more header.
func looksLikeHeader(s string) bool {
	i := 0
	for i < len(s) && s[i] == ' ' && i < 3 {
		i++
	}
	if i+8 > len(s) {
		return false
	}
	c := s[i]
	switch {
	case c == '<':
		return digit(s[i+1])
	case digit(c):
		return digits(s[i:]) <= 10
	case c == '*' || c == '.' || c == ':':
		return true
	}
	if !letter(c) {
		return false
	}
	if _, w := month(s[i:]); w > 0 {
		return true
	}
	if weekday(s[i:]) > 0 || s[i] == '%' {
		return true
	}
	// LEVEL … tag:, or tag[pid]:, or host: stamp
	return true
}

// scanOneHeader takes one header off; inner tells that one was taken off before.
func scanOneHeader(s string, h *Header, inner bool) (rest string, ok bool) {
	i := skipSpaces(s, 0)
	if strings.HasPrefix(s[i:], "\ufeff") {
		i += len("\ufeff")
	}
	start := i
	if i < len(s) && s[i] == '<' {
		if p, n := scanPri(s[i:]); n > 0 {
			h.Pri = p
			i += n
			if n := scanVersion(s[i:]); n > 0 {
				pri := h.Pri
				if rest, ok := scanRFC5424(s[i+n:], h); ok {
					h.RFC5424 = true
					return rest, true
				}
				*h = Header{Pri: pri}
				if digits(s[i+n:]) == 10 {
					i += n // Meraki: version and an epoch
				}
			}
		}
	} else if n := scanVersion(s[i:]); n > 0 {
		if rest, ok := scanRFC5424(s[i+n:], h); ok {
			h.RFC5424 = true
			return rest, true
		}
		*h = Header{Pri: -1}
	}
	if rest, ok := scanBareRFC5424(s[i:], h); ok {
		return rest, true
	}
	rest, ok = scanRFC3164(s[i:], h, h.Pri >= 0)
	if ok {
		return rest, true
	}
	if h.Pri >= 0 {
		rest = s[i:]
		if t, ok := scanTagOnly(rest, h); ok {
			rest = t
		}
		return rest, true
	}
	if t, ok := scanTagOnly(s[start:], h); ok {
		return t, true
	}
	return s, false
}

// scanPri reads <134>.
func scanPri(s string) (pri, n int) {
	d := digits(s[1:])
	if d == 0 || d > 3 || 1+d >= len(s) || s[1+d] != '>' {
		return 0, 0
	}
	p := atoi(s[1 : 1+d])
	if p > 191 {
		return 0, 0
	}
	return p, d + 2
}

// scanVersion reads the version of RFC 5424 with its space.
func scanVersion(s string) int {
	if len(s) > 12 && s[0] == '1' && s[1] == ' ' && (digit(s[2]) || s[2] == '-' && s[3] == ' ') {
		return 2
	}
	return 0
}

// scanRFC5424 reads TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA
// and returns the message (RFC 5424, 6).
func scanRFC5424(s string, h *Header) (rest string, ok bool) {
	i := 0
	if s[0] == '-' {
		i = 1
	} else {
		st, n := scanStamp(s)
		if n == 0 || st.isEpoch {
			return s, false
		}
		h.at, h.Stamp = st, s[:n]
		i = n
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	var f [4]string
	for k := range f {
		j := i
		for j < len(s) && s[j] != ' ' {
			j++
		}
		f[k] = s[i:j]
		if j >= len(s) {
			if k < 3 {
				return s, false
			}
			h.set5424(&f)
			return "", true
		}
		i = j + 1
	}
	if len(f[0]) > 255 || strings.IndexByte(f[0], '=') >= 0 || strings.IndexByte(f[1], '=') >= 0 {
		return s, false
	}
	h.set5424(&f)
	switch {
	case s[i:] == "-":
		return "", true
	case strings.HasPrefix(s[i:], "- "):
		i += 2
	case i < len(s) && s[i] == '[':
		if n := scanSD(s[i:]); n > 0 {
			h.SD = s[i : i+n]
			i += n
			if i < len(s) && s[i] == ' ' {
				i++
			}
		}
	}
	return strings.TrimPrefix(s[i:], "\ufeff"), true
}

// set5424 takes over host, program, process and kind of message; "-" is none.
func (h *Header) set5424(f *[4]string) {
	for i, p := range [...]*string{&h.Host, &h.App, &h.PID, &h.MsgID} {
		if f[i] != "-" {
			*p = f[i]
		}
	}
}

// scanSD returns the length of the structured data that s begins with: one or
// more [id key="value" …] with \" \\ \] escaped in values. 0 when it is none:
// the sender forgot the dash and the message begins with a bracket.
func scanSD(s string) int {
	i := 0
	for i < len(s) && s[i] == '[' {
		j := i + 1
		for j < len(s) && s[j] != ' ' && s[j] != ']' && s[j] != '"' && s[j] != '=' {
			j++
		}
		if j == i+1 || j >= len(s) || s[j] == '"' || s[j] == '=' {
			return 0
		}
		for j < len(s) && s[j] == ' ' {
			for j < len(s) && s[j] == ' ' {
				j++
			}
			if j < len(s) && s[j] == ']' {
				break
			}
			k := j
			for j < len(s) && s[j] != '=' && s[j] != ' ' && s[j] != ']' {
				j++
			}
			if j == k || j+1 >= len(s) || s[j] != '=' || s[j+1] != '"' {
				return 0
			}
			j += 2
			for j < len(s) && s[j] != '"' {
				if s[j] == '\\' {
					j++
				}
				j++
			}
			j++
		}
		if j >= len(s) || s[j] != ']' {
			return 0
		}
		i = j + 1
	}
	return i
}

// scanBareRFC5424 reads a header of RFC 5424 whose priority and version a store
// took away: stamp host app pid msgid sd. The last three must look like it.
func scanBareRFC5424(s string, h *Header) (rest string, ok bool) {
	if len(s) < 24 || !digit(s[0]) || s[4] != '-' {
		return s, false
	}
	st, n := scanStamp(s)
	if n < 19 || s[10] != 'T' || n >= len(s) || s[n] != ' ' {
		return s, false
	}
	i := n + 1
	if m := streamMark(s[i:]); m > 0 {
		h.at, h.Stamp = st, s[:n]
		return s[i+m:], true
	}
	var f [5]string
	for k := range f {
		j := i
		for j < len(s) && s[j] != ' ' && j-i < 256 {
			j++
		}
		if j >= len(s) || s[j] != ' ' || j == i {
			return s, false
		}
		f[k] = s[i:j]
		i = j + 1
	}
	if f[2] != "-" && digits(f[2]) != len(f[2]) || f[3] != "-" && f[4] != "-" {
		return s, false
	}
	if f[4] != "-" && f[4][0] != '[' {
		return s, false
	}
	var in Header
	in.Pri = h.Pri
	rest, ok = scanRFC5424(s, &in)
	if ok {
		*h = in
	}
	return rest, ok
}

// scanRFC3164 reads what RFC 3164 describes and what devices make of it: counters
// and marks before the stamp, the host before it or behind, no host, a level.
func scanRFC3164(s string, h *Header, pri bool) (rest string, ok bool) {
	i := skipSpaces(s, 0)
	// Cisco: "<189>: ", "<189>50032: ", "host: ", "000123: " in any of these orders.
	host, counted := "", false
	for range 3 {
		for i < len(s) && (s[i] == ':' || s[i] == ' ') {
			i++
		}
		if d := digits(s[i:]); d > 0 && d < 12 && i+d+1 < len(s) && s[i+d] == ':' && s[i+d+1] == ' ' {
			i += d + 2
			counted = true
			continue
		}
		break
	}
	j := i
	if j < len(s) && (s[j] == '*' || s[j] == '.') {
		j++
	}
	st, n := scanStamp(s[j:])
	if n == 0 {
		// host: [000123:] *stamp
		k := i
		for k < len(s) && k-i < 64 && (wordByte(s[k])) {
			k++
		}
		if k > i && k+2 < len(s) && s[k] == ':' && s[k+1] == ' ' {
			j = skipSpaces(s, k+1)
			if d := digits(s[j:]); d > 0 && d < 12 && j+d+1 < len(s) && s[j+d] == ':' && s[j+d+1] == ' ' {
				j = skipSpaces(s, j+d+1)
				counted = true
			}
			if j < len(s) && (s[j] == '*' || s[j] == '.') {
				j++
			}
			if j < len(s) {
				if st, n = scanStamp(s[j:]); n > 0 {
					host = s[i:k]
				}
			}
		}
		if n == 0 {
			if pri {
				return scanStampless(s, i, h)
			}
			return s, false
		}
	}
	if st.isEpoch && j+n < len(s) && s[j+n] == '\t' {
		return s[i:], pri // the first column of Zeek's logs, not a header
	}
	if st.isEpoch && (n < 11 || s[j+10] != '.') && !pri {
		return s, false // a bare number
	}
	h.at, h.Stamp = st, s[j:j+n]
	i = j + n
	// Behind the stamp: ":" of Cisco, then host and tag.
	colon := false
	if i < len(s) && s[i] == ':' {
		colon = true
		i++
	}
	k := skipSpaces(s, i)
	if k == i && !colon && i < len(s) {
		h.at, h.Stamp = stamp{}, ""
		return s, false // the stamp is part of a longer word
	}
	i = k
	if host != "" {
		h.Host = host
		if !colon && i < len(s) && s[i] == ':' {
			i = skipSpaces(s, i+1)
		}
	}
	if colon || host != "" || counted && i < len(s) && s[i] == '%' {
		return scanTagAfterHost(s, i, h), true
	}
	trust := hostLikely // how much a host is expected here
	switch {
	case pri || h.Stamp[0] > '9' && st.year == 0 || len(h.Stamp) > 10 && h.Stamp[10] == 'T':
		trust = hostExpected
	case st.isEpoch:
		trust = hostExpected
	}
	if letter(h.Stamp[0]) && weekday(h.Stamp) > 0 {
		trust = hostLikely
	}
	return scanHostAndTag(s, i, h, trust), true
}

// How much a host is expected behind a stamp.
const (
	hostLikely   = iota // an application's own stamp: only a tag behind proves a host
	hostExpected        // syslog's
)

// scanHostAndTag reads [level] host [level] tag[pid]: from s[i:].
func scanHostAndTag(s string, i int, h *Header, trust int) string {
	j := wordEnd(s, i)
	w := s[i:j]
	next := skipSpaces(s, j)
	if w == "" || !hostShape(w) {
		return scanTagAfterHost(s, i, h)
	}
	if isLevel(w) && next > j {
		// "warning vpxd[07879] [Originator…": a level; what follows may be host and tag
		if _, ok := levelOf(w); ok {
			h.Level = w
			return scanTagAfterHost(s, next, h)
		}
	}
	if next < len(s) && s[next] == ':' && next+1 < len(s) && s[next+1] == ' ' && next > j {
		h.Host = w // "br1-asa : %ASA-…"
		return scanTagAfterHost(s, skipSpaces(s, next+1), h)
	}
	if next == j || next >= len(s) {
		return scanTagAfterHost(s, i, h)
	}
	// the word behind decides
	k := wordEnd(s, next)
	v := s[next:k]
	tag := k > next && k < len(s) && (s[k] == ':' || s[k] == '[' && k+1 < len(s) && digit(s[k+1])) && tagShape(v)
	switch {
	case tag:
	case next+1 < len(s) && s[next] == '%' && upper(s[next+1]):
	case strings.HasPrefix(s[next:], "CEF:") || strings.HasPrefix(s[next:], "LEEF:"):
	case (isLevel(v) || isFacilityLevel(v)) && hasTag(s, skipSpaces(s, k)):
	case v == w: // a host that names itself twice
	case trust == hostExpected && !messageWord(w, s[next:]):
	default:
		return scanTagAfterHost(s, i, h)
	}
	h.Host = w
	if v == w {
		next = skipSpaces(s, k)
	}
	return scanTagAfterHost(s, next, h)
}

// scanTagAfterHost reads [level] tag[pid]: from s[i:] and returns the message.
func scanTagAfterHost(s string, i int, h *Header) string {
	if i >= len(s) {
		return ""
	}
	j := wordEnd(s, i)
	if w := s[i:j]; j < len(s) && s[j] == ' ' && (isLevel(w) || isFacilityLevel(w)) {
		if k := skipSpaces(s, j); hasTag(s, k) {
			h.Level = w
			i = k
		}
	}
	if n := scanTag(s[i:], h, true); n > 0 {
		return s[i+n:]
	}
	return s[i:]
}

// hasTag reports whether a tag begins at s[i].
func hasTag(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	var h Header
	return scanTag(s[i:], &h, true) > 0
}

// scanTag reads "name[pid]: ", "name: ", "name[pid] " and, where loose, takes a
// name without a process. A path before the name goes along (postfix/smtpd).
func scanTag(s string, h *Header, loose bool) int {
	i := 0
	for i < len(s) && i < 64 && (wordByte(s[i]) || s[i] == '/' || s[i] == '(' || s[i] == ')' || s[i] == '@' || s[i] == '+') {
		if s[i] == '(' && !strings.ContainsRune(s[i:min(i+64, len(s))], ')') {
			break
		}
		i++
	}
	if i == 0 || i >= len(s) {
		return 0
	}
	name := s[:i]
	if !tagShape(name) {
		return 0
	}
	if s[i] == ']' && i+1 < len(s) && (s[i+1] == '[' || s[i+1] == ':') {
		i++ // gdm-password][801]:
	}
	switch s[i] {
	case '[':
		j := i + 1
		for j < len(s) && j-i < 40 && s[j] != ']' && s[j] != ' ' && s[j] != '"' && s[j] != '=' {
			j++
		}
		if j >= len(s) || s[j] != ']' || j == i+1 {
			return 0
		}
		pid := s[i+1 : j]
		j++
		if !digit(pid[0]) {
			return 0
		}
		switch {
		case j < len(s) && s[j] == ':':
			j++
		case j < len(s) && s[j] == ' ' || j == len(s):
		default:
			return 0
		}
		h.App, h.PID = name, pid
		return skipSpaces(s, j)
	case ':':
		if !loose || i+1 < len(s) && s[i+1] != ' ' {
			return 0
		}
		if digits(name) == len(name) || name == "CEF" || name == "LEEF" || name == "http" || name == "https" || name == "src" || name == "dst" || levelWord(name) {
			return 0
		}
		h.App = name
		return skipSpaces(s, i+1)
	}
	return 0
}

// scanTagOnly reads a header of nothing but a tag with a process, or a level,
// host and tag, or a level and such a tag.
func scanTagOnly(s string, h *Header) (rest string, ok bool) {
	i := skipSpaces(s, 0)
	if n := scanTag(s[i:], h, strings.HasPrefix(s[i:], "kernel: ")); n > 0 {
		return s[i+n:], true
	}
	j := wordEnd(s, i)
	w := s[i:j]
	if j >= len(s) || s[j] != ' ' || !levelWord(w) {
		return s, false
	}
	k := skipSpaces(s, j)
	if n := scanTag(s[k:], h, false); n > 0 {
		h.Level = w
		return s[k+n:], true
	}
	// "Info     host tag: message"
	e := wordEnd(s, k)
	if e > k && e < len(s) && s[e] == ' ' && hostShape(s[k:e]) && !messageWord(s[k:e], s[skipSpaces(s, e):]) && (k-j > 2 || named(s[k:e])) {
		h.Level, h.Host = w, s[k:e]
		m := skipSpaces(s, e)
		if n := scanTag(s[m:], h, true); n > 0 {
			m += n
		}
		return s[m:], true
	}
	return s, false
}

// scanStampless reads a message with a priority and no stamp: "<13>host tag:
// message" is rare, "<13>tag: message" common; FortiGate begins at once.
func scanStampless(s string, i int, h *Header) (rest string, ok bool) {
	if n := scanTag(s[i:], h, true); n > 0 {
		return s[i+n:], true
	}
	j := wordEnd(s, i)
	if j > i && j < len(s) && s[j] == ' ' && hostShape(s[i:j]) && named(s[i:j]) {
		k := skipSpaces(s, j)
		if hasTag(s, k) || strings.HasPrefix(s[k:], "%") || strings.HasPrefix(s[k:], "CEF:") || strings.HasPrefix(s[k:], "LEEF:") {
			h.Host = s[i:j]
			if n := scanTag(s[k:], h, true); n > 0 {
				k += n
			}
			return s[k:], true
		}
	}
	return s[i:], true
}

// wordEnd returns where the run of bytes that names are made of ends.
func wordEnd(s string, i int) int {
	for i < len(s) && (wordByte(s[i]) || s[i] == '/' || s[i] == '@') {
		i++
	}
	// an IPv6 address
	if i < len(s) && s[i] == ':' {
		j := i
		for j > 0 && (s[j-1] == ':' || hexByte(s[j-1])) {
			j--
		}
		k := i
		for k < len(s) && (s[k] == ':' || hexByte(s[k]) || s[k] == '.') {
			k++
		}
		if k < len(s) && s[k] == ' ' && strings.Count(s[j:k], ":") > 2 {
			return k
		}
	}
	return i
}

func hexByte(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func skipSpaces(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// hostShape reports whether w can be the name or address of a host.
func hostShape(w string) bool {
	if len(w) == 0 || len(w) > 255 || w[0] == '-' || w[0] == '.' || w[0] == '/' || strings.IndexByte(w, '/') >= 0 || strings.IndexByte(w, '@') >= 0 {
		return false
	}
	return digits(w) != len(w)
}

// named reports whether a word carries what hosts have and English words have
// not: a digit, a dash, a dot, an underscore.
func named(w string) bool {
	for i := 0; i < len(w); i++ {
		if c := w[i]; digit(c) || c == '_' || c == '-' && i > 0 && i < len(w)-1 || c == '.' && i < len(w)-1 {
			return true
		}
	}
	return false
}

// tagShape reports whether w can be the name of a program.
func tagShape(w string) bool {
	if len(w) == 0 || len(w) > 64 || !alnum(w[0]) && w[0] != '/' && w[0] != '_' && w[0] != '(' {
		return false
	}
	if digits(w) == len(w) {
		return false
	}
	dots := 0
	for i := 0; i < len(w); i++ {
		if letter(w[i]) {
			return true
		}
		if w[i] == '.' {
			dots++
		}
	}
	return false
}

// messageWord reports whether w, which stands where a host should, is rather
// the first word of a message that begins at once. What follows decides with.
func messageWord(w, rest string) bool {
	if named(w) {
		return false
	}
	if startWords[w] {
		return true
	}
	// A capitalized word, then lower-case words: a sentence, unless a tag follows.
	if upper(w[0]) && len(w) > 2 && lower(w[1]) && rest != "" && lower(rest[0]) {
		j := wordEnd(rest, 0)
		return j < len(rest) && rest[j] == ' '
	}
	return false
}

// startWords begin messages and are no hosts.
var startWords = wordSet(`Failed Accepted Connection Invalid User Users Login Logout Logon Deny Denied Permit Permitted Allow
 Allowed Blocked Block Drop Dropped Accept Error Warning Info Notice Alert Critical Starting Started Stopping Stopped Session
 Authentication Access New Received Disconnected Interface Link Port Group Built Teardown Configuration Config System
 error warning info notice debug client query connect disconnect message last user login session connection Unable Could Cannot
 Disconnecting Postponed Server Client Unknown The A An No Received Sending Sent Rule Policy Attack Virus Threat Event Bad Address
 from to by failed accepted denied INFO WARN WARNING ERROR DEBUG NOTICE ALERT FATAL TRACE CRITICAL ERR CRIT EMERG`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// isFacilityLevel recognizes "local7.notice", "daemon.err".
func isFacilityLevel(w string) bool {
	i := strings.IndexByte(w, '.')
	return i > 2 && i < 10 && levelWord(w[i+1:]) && facilities[strings.ToLower(w[:i])]
}

var facilities = wordSet("kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console local0 local1 local2 local3 local4 local5 local6 local7")

// isLevel reports whether w is a syslog level in words, as relays put it
// between host and tag.
func isLevel(w string) bool { return len(w) >= 3 && len(w) <= 13 && levelWord(w) }
