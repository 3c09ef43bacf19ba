package normalize

import (
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
)

// scanText looks a free text through for values whose shape or whose neighbours
// tell what they are: addresses with ports, hardware addresses, mail addresses,
// URLs, digests, files, users, hosts, interfaces, protocols, and the words that
// say how it went. It goes over the text once and keeps the last few words; what
// a key told already is not overwritten.
//
// It is the last resort for brands that nobody knows, and the eye of known ones
// for the words inside their messages.
func (l *Line) scanText(s string) {
	if len(s) > maxText {
		s = s[:maxText]
	}
	t := textScanner{l: l, s: s, weight: textWeight}
	t.run()
}

// maxText bounds how much of one text is looked through.
const maxText = 8192

type textScanner struct {
	l      *Line
	s      string
	weight uint8

	side    side // which end the next address is, by the word before
	sideAge int  // words since
	last    side // the end that the last address went to, for a port behind it
	lastAge int
	prev    string // the word before, as it stands
	prev2   string // and the one before that
	at, end int    // of the word that is read
	want    want   // what the next word is, by the word before
	wantAge int
	wantTo  side
	addrs   int
	users   int
	columns bool   // the source's port stood in a column
	name    string // the last that looked like a host's
}

// want is what a word announces of the next.
type want uint8

const (
	wantNothing want = iota
	wantUser
	wantPort
	wantIface
	wantHost
	wantFile
	wantRule
	wantQuery
	wantProcess
	wantProto
	wantVia
	wantThreat
	wantGroup
	wantCommand
)

func (t *textScanner) run() {
	s := t.s
	n := 0
	for i := 0; i < len(s) && n < 1200; {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\n' || c == '\r':
			if c == ',' || c == ';' || c == '\n' {
				t.sideAge++
				if t.want != wantUser || t.wantAge > 0 {
					t.want = wantNothing
				}
			}
			i++
			continue
		case c == '-' && i+1 < len(s) && s[i+1] == '>', c == '=' && i+1 < len(s) && s[i+1] == '>':
			t.side, t.sideAge = dstSide, 0
			t.push("->")
			i += 2
			continue
		case c == '"' || c == '\'' || c == '<' || c == '`':
			if j := t.quoted(i); j > i {
				i = j
				n++
				continue
			}
			i++
			continue
		case c == '(' || c == '{' || c == ')' || c == ']' || c == '}' || c == '>' || c == '|' || c == '*' || c == '!' || c == '#':
			if c == ')' || c == ']' {
				t.want = wantNothing
			}
			i++
			continue
		}
		j := t.token(i)
		n++
		if j <= i {
			j = i + 1
		}
		i = j
	}
}

// push remembers a word.
func (t *textScanner) push(w string) {
	t.prev2, t.prev = t.prev, w
	t.sideAge++
	t.lastAge++
	t.wantAge++
}

// quoted reads 'value', "value", <value>, returns where it ends, or i when the
// mark opens nothing.
func (t *textScanner) quoted(i int) int {
	s := t.s
	q := s[i]
	if q == '<' {
		q = '>'
	}
	if i > 0 && alnum(s[i-1]) && q == '\'' {
		return i // an apostrophe
	}
	limit := min(len(s), i+512)
	j := strings.IndexByte(s[i+1:limit], q)
	if j < 0 {
		return i
	}
	v := s[i+1 : i+1+j]
	end := i + j + 2
	if v == "" {
		return end
	}
	if t.want == wantUser && t.wantAge <= 2 && len(v) <= 128 {
		if a, ok := addrOf(v); !ok && !a.IsValid() {
			t.user(v)
			return end
		}
	}
	if t.want == wantRule && t.wantAge <= 1 {
		t.l.putText(ocsf.RuleName, v, t.weight)
		t.want = wantNothing
		t.push(v)
		return end
	}
	if t.want == wantFile && t.wantAge <= 1 {
		t.l.applyFile(v, t.weight)
		t.want = wantNothing
		t.push(v)
		return end
	}
	if f := quotedField[t.want]; f != ocsf.None && t.wantAge <= 0 {
		t.l.putText(f, v, t.weight)
		t.want = wantNothing
		t.push("")
		return end
	}
	if strings.IndexByte(v, ' ') >= 0 && len(v) > 2 {
		// words in quotes: looked through where they are
		if v[0] == '/' || len(v) > 2 && v[1] == ':' && v[2] == '\\' {
			t.l.applyFile(v, t.weight)
			t.push("")
			return end
		}
		if m, rest, ok := strings.Cut(v, " "); ok && methods[m] {
			t.l.readRequest(v, m, rest, t.weight)
			t.push("")
			return end
		}
		return i + 1
	}
	if a, port, n := scanAddrPort(v, false); n == len(v) {
		t.addr(a, port)
		return end
	}
	if !t.question(v, len(s)) {
		t.value(v)
		t.push(v)
	}
	return end
}

// quotedField is the field of what stands in quotes behind a word.
var quotedField = [wantCommand + 1]ocsf.Field{wantGroup: ocsf.GroupName, wantCommand: ocsf.ProcessCmd, wantThreat: ocsf.FindingTitle}

// token reads the token at i and returns where it ends.
func (t *textScanner) token(i int) int {
	s := t.s
	// An address first: it has bytes that words have not.
	if c := s[i]; c == '[' || hexByte(c) || c == ':' {
		if i == 0 || !wordByte(s[i-1]) {
			slash := i > 0 && (s[i-1] == '/' || s[i-1] == ':')
			if a, port, n := scanAddrPort(s[i:], slash || t.ciscoPort(i)); n > 0 {
				if !a.Is4() || !versionLike(s, i, n, t.prev) {
					t.addr(a, port)
					if port < 0 {
						return t.portColumn(i + n)
					}
					return i + n
				}
			}
		}
		if c == '[' {
			return i + 1
		}
	}
	if digit(s[i]) && t.l.facts.timeWeight == 0 && t.l.Head.Stamp == "" && (i == 0 || !wordByte(s[i-1])) {
		if st, n := scanStamp(s[i:]); n >= 17 && !st.isEpoch {
			t.l.applyTime(s[i:i+n], guessWeight)
			return i + n
		}
	}
	if s[i] == 'M' && strings.HasPrefix(s[i:], "Mozilla/") {
		end := len(s)
		if j := strings.IndexByte(s[i:], '"'); j > 0 {
			end = i + j
		}
		if j := strings.Index(s[i:end], " - "); j > 0 {
			end = i + j
		}
		t.l.putText(ocsf.UserAgent, s[i:end], t.weight)
		t.push("")
		return end
	}
	if n := urlScheme(s[i:]); n > 0 {
		j := i + n
		for j < len(s) && s[j] > ' ' && s[j] != '"' && s[j] != '\'' && s[j] != '>' && s[j] != '<' && s[j] != ']' && s[j] != '|' {
			j++
		}
		for j > i+n && strings.IndexByte(".,;:)", s[j-1]) >= 0 {
			j--
		}
		t.l.applyURL(s[i:j], t.weight)
		t.push("")
		return j
	}
	j := i
	for j < len(s) {
		c := s[j]
		if wordByte(c) || c == '/' || c == '\\' || c == '@' || c == '$' || c == '%' || c == '+' || c == '~' || c == '&' || c == '?' {
			j++
			continue
		}
		if c == ':' && j+1 < len(s) && j > i {
			// C:\x, aa:bb:cc…, iface:1.2.3.4, host:80, key:value
			if s[j+1] == '\\' && j == i+1 || j-i == 2 && macAt(s, i) {
				j++
				for j < len(s) && (wordByte(s[j]) || s[j] == ':' || s[j] == '\\' || s[j] == '/' || s[j] == '$' || s[j] == '(' || s[j] == ')') {
					j++
				}
				break
			}
		}
		break
	}
	if j == i {
		return i + 1
	}
	w := s[i:j]
	k := j
	for len(w) > 1 && (w[len(w)-1] == '.' || w[len(w)-1] == '?' || w[len(w)-1] == '/' && len(w) > 3 && w[0] != '/') {
		w = w[:len(w)-1]
	}
	next := byte(0)
	if k < len(s) {
		next = s[k]
	}
	// iface:1.2.3.4/80 and iface/1.2.3.4(80), as Cisco writes ends.
	if next == ':' && k+1 < len(s) && (digit(s[k+1]) || hexByte(s[k+1])) {
		if a, port, n := scanAddrPort(s[k+1:], true); n > 0 && !macAddress(w) {
			end := t.addr(a, port)
			if end != nil && hostName(w, false) && digits(w) == 0 {
				t.l.putText(end.iface, w, t.weight)
			}
			return k + 1 + n
		}
		if d := digits(s[k+1:]); d > 0 && d < 6 && domainName(w) && (k+1+d == len(s) || !alnum(s[k+1+d])) {
			t.host(w)
			t.port(s[k+1 : k+1+d])
			return k + 1 + d
		}
	}
	if sl := strings.IndexByte(w, '/'); sl > 0 && digit(w[min(sl+1, len(w)-1)]) {
		if a, n := scanIPv4(w[sl+1:]); n > 0 {
			_, port, m := scanAddrPort(s[i+sl+1:], true)
			end := t.addr(a, port)
			if end != nil && !protoPrefix(w[:sl]) {
				t.l.putText(end.iface, w[:sl], t.weight)
			}
			return i + sl + 1 + m
		}
	}
	// name[1.2.3.4]:port and name (1.2.3.4)
	if (next == '[' || next == '(') && k+2 < len(s) {
		if a, n := scanAddr(s[k+1:]); n > 0 && k+1+n < len(s) && (s[k+1+n] == ']' || s[k+1+n] == ')' || s[k+1+n] == '/' || s[k+1+n] == ':') && hostName(w, false) && !contextWord(w) {
			end := t.addr(a, -1)
			if end != nil && w != "unknown" && (domainName(w) || named(w)) {
				t.l.putText(end.host, w, t.weight)
			}
			m := k + 1 + n
			if m < len(s) && (s[m] == ']' || s[m] == ')') {
				m++
			}
			if m+1 < len(s) && s[m] == ':' {
				if d := digits(s[m+1:]); d > 0 && d < 6 {
					t.port(s[m+1 : m+1+d])
					m += 1 + d
				}
			}
			return m
		}
	}
	if next == ' ' && methods[w] {
		if end := t.request(w, k+1); end > 0 {
			return end
		}
	}
	if next == ':' && commandWord(w) {
		return t.command(k + 1)
	}
	if next == ':' && k+1 < len(s) && s[k+1] != ' ' || next == '=' {
		// key:value, the key's word sets the context
		if t.want == wantPort || t.want == wantRule && strings.ContainsAny(w, "/_") {
			t.value(w) // port 62473:11:, ACL: /x/y:59
		}
		t.at, t.end = i, i+len(w)
		t.word(w, next)
		return k + 1
	}
	if t.question(w, k) {
		return k
	}
	t.at, t.end = i, i+len(w)
	if t.value(w) {
		return k
	}
	t.word(w, next)
	return k
}

// commandWord reports whether w announces a command, which takes the rest of a
// text.
func commandWord(w string) bool {
	return strings.EqualFold(w, "command") || strings.EqualFold(w, "cmd") || strings.EqualFold(w, "cmdline") || strings.EqualFold(w, "commandline")
}

// command takes what stands at i to the end, or to a closing quote, for a command.
// Addresses and names inside are the command's, not the line's.
func (t *textScanner) command(i int) int {
	v := strings.TrimSpace(t.s[i:])
	if v == "" {
		return len(t.s)
	}
	if c := v[0]; c == '\'' || c == '"' || c == '`' || c == '<' || c == '[' {
		t.want, t.wantAge = wantCommand, 0
		return i
	}
	t.l.putText(ocsf.ProcessCmd, v, t.weight)
	return len(t.s)
}

// question recognizes the question of a DNS server's log: "name IN A", "name/IN/A"
// and "name/A/IN". It reports whether w was one of the latter.
func (t *textScanner) question(w string, end int) bool {
	l := t.l
	if (w == "IN" || w == "CH") && t.prev != "" && end < len(t.s) && t.s[end] == ' ' {
		j := wordEnd(t.s, end+1)
		if typ := t.s[end+1 : j]; recordTypes[typ] && dnsName(t.prev) {
			l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(t.prev, ".")), t.weight)
			l.put(ocsf.QueryType, ocsf.Text(typ), t.weight)
		}
		return false
	}
	if t.name != "" && t.prev == "type" && recordTypes[w] { // query for name type A
		l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(t.name, ".")), t.weight)
		l.put(ocsf.QueryType, ocsf.Text(w), t.weight)
		return false
	}
	i := strings.LastIndexByte(w, '/')
	if i <= 0 || i == len(w)-1 {
		return false
	}
	typ, name := w[i+1:], w[:i]
	if typ == "IN" {
		if i = strings.LastIndexByte(name, '/'); i <= 0 {
			return false
		}
		typ, name = name[i+1:], name[:i]
	} else {
		name = strings.TrimSuffix(name, "/IN")
	}
	if !recordTypes[typ] || !dnsName(name) || len(name) < 2 {
		return false
	}
	l.put(ocsf.QueryName, ocsf.Text(strings.TrimSuffix(name, ".")), t.weight)
	l.put(ocsf.QueryType, ocsf.Text(typ), t.weight)
	t.push("")
	return true
}

// recordTypes are the types of DNS records (IANA, Resource Record Types).
var recordTypes = wordSet(`A AAAA CNAME MX NS PTR SOA SRV TXT HTTPS SVCB NAPTR DS DNSKEY RRSIG NSEC NSEC3 CAA ANY TLSA SPF AXFR IXFR HINFO LOC SSHFP DNAME OPT TYPE65 A6 WKS URI`)

// dnsName reports whether s can be a name that is asked for.
func dnsName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !wordByte(c) && c != '/' && c != '*' && c != '~' {
			return false
		}
	}
	return true
}

// ciscoPort tells whether a slash behind an address is before a port: both ends
// of a Cisco message are written so.
func (t *textScanner) ciscoPort(i int) bool {
	switch t.prev {
	case "from", "to", "src", "dst", "faddr", "gaddr", "laddr", "for":
		j := i
		for j < len(t.s) && (digit(t.s[j]) || t.s[j] == '.') {
			j++
		}
		return j < len(t.s) && t.s[j] == '/' && strings.Contains(t.s[j:min(len(t.s), j+200)], "/")
	}
	return false
}

// versionLike reports whether what looks like an address is rather a version.
func versionLike(s string, i, n int, prev string) bool {
	switch {
	case i > 0 && (s[i-1] == 'v' || s[i-1] == 'V' || s[i-1] == '-' || s[i-1] == '_'):
		return true
	}
	return strings.EqualFold(prev, "version") || strings.EqualFold(prev, "v") || strings.EqualFold(prev, "ver") || strings.EqualFold(prev, "release") || strings.EqualFold(prev, "build")
}

func protoPrefix(w string) bool {
	_, ok := transport(w)
	return ok || strings.EqualFold(w, "ipv4") || strings.EqualFold(w, "ipv6")
}

func macAt(s string, i int) bool {
	return i+17 <= len(s) && macAddress(s[i:i+17]) && (i+17 == len(s) || !hexByte(s[i+17]))
}

// addr places an address by the words around it and returns the end it went to.
func (t *textScanner) addr(a netip.Addr, port int) *end {
	l := t.l
	defer t.push("")
	side := t.side
	if t.sideAge > 3 || side == noSide {
		side = noSide
	}
	w := t.weight
	if side == noSide {
		w = guessWeight
		switch {
		case t.addrs == 0 && l.facts.weight[ocsf.SrcIP] == 0:
			side = srcSide
		case l.facts.weight[ocsf.SrcIP] != 0 && l.facts.weight[ocsf.DstIP] == 0 && t.addrs > 0 && l.E.Addr(ocsf.SrcIP) != a:
			side = dstSide
		default:
			t.last = noSide
			return nil
		}
	}
	t.addrs++
	t.side = noSide
	e := &ends[side]
	if side == noSide {
		return nil
	}
	if a.IsUnspecified() || !l.put(e.ip, ocsf.Addr(a), w) && l.E.Addr(e.ip) != a {
		t.last = noSide
		return nil
	}
	t.last, t.lastAge = side, 0
	if port >= 0 && e.port != ocsf.None {
		l.put(e.port, ocsf.Int(int64(port)), w)
	}
	return e
}

// portColumn reads the port of an address in columns, "192.0.2.1 4022 198.51.100.2
// 22": a number behind each of two addresses. It returns where to go on.
func (t *textScanner) portColumn(i int) int {
	s := t.s
	d, j := columnNumber(s, i)
	if d == 0 || t.last == noSide {
		return i
	}
	if t.last == srcSide {
		k := j
		for k < len(s) && s[k] == ' ' {
			k++
		}
		_, port, n := scanAddrPort(s[k:], false)
		if n == 0 || port >= 0 {
			return i
		}
		if d, _ := columnNumber(s, k+n); d == 0 {
			return i
		}
		t.columns = true
	} else if !t.columns {
		return i
	}
	t.port(s[j-d : j])
	return j
}

// columnNumber reads " 4022 " at i: how many digits, and where they end.
func columnNumber(s string, i int) (d, end int) {
	j := i
	for j < len(s) && s[j] == ' ' {
		j++
	}
	d = digits(s[j:])
	if j == i || d == 0 || d > 5 || j+d < len(s) && s[j+d] != ' ' || atoi(s[j:j+d]) > 65535 {
		return 0, i
	}
	return d, j + d
}

// port places a port beside the last address, or at the end that the word for
// it named. The port of a switch stands farther away.
func (t *textScanner) port(v string) {
	if t.want == wantPort && t.wantTo != noSide {
		t.l.putText(ends[t.wantTo].port, v, t.weight)
		return
	}
	if t.last == noSide || t.lastAge > 3 {
		return
	}
	if p := ends[t.last].port; p != ocsf.None {
		t.l.putText(p, v, t.weight)
	}
}

// host places a name by the words around it.
func (t *textScanner) host(w string) {
	side := t.side
	if t.sideAge > 4 || side == noSide || side == natSrc || side == natDst {
		return
	}
	if f := ends[side].host; f != ocsf.None {
		t.l.putText(f, w, t.weight)
		t.last, t.lastAge = side, 0
	}
}

// value looks at the shape of a word. It reports whether the word is a user, who
// says nothing more whatever the name means elsewhere.
func (t *textScanner) value(w string) bool {
	l := t.l
	switch {
	case t.want == wantUser && t.wantAge <= 0 && t.userWord(w) && !t.deed(w):
		t.user(w)
		return true
	case t.want == wantPort && digits(w) == len(w) && t.wantAge <= 1:
		t.port(w)
		t.want = wantNothing
		return false
	case t.want == wantIface && t.wantAge <= 1 && (named(w) || lower(w[0]) || upper(w[0])) && !contextWord(w):
		side := t.wantTo
		if side == noSide {
			side = srcSide
		}
		if f := ends[side].iface; f != ocsf.None {
			l.putText(f, w, t.weight)
		}
		t.want = wantNothing
		return false
	case t.want == wantThreat && t.wantAge <= 0 && t.threat(w):
		return false
	case t.want == wantProto && t.wantAge <= 0 && (digits(w) == len(w) || protoWord(w)):
		l.applyProto(w, t.weight)
		t.want = wantNothing
		return false
	case t.want == wantProcess && t.wantAge <= 0 && (digits(w) == len(w) || programName(w)):
		t.process(w)
		return false
	case t.want == wantVia && t.wantAge <= 0 && named(w) && !protoPrefix(w):
		l.putText(ocsf.SrcInterface, w, t.weight)
		t.want = wantNothing
		return false
	case t.want == wantRule && t.wantAge <= 1 && !contextWord(w) && !nothing(w) && t.ruleWord(w):
		l.putText(ocsf.RuleName, w, t.weight)
		t.want = wantNothing
		return false
	case t.want == wantHost && t.wantAge <= 1 && hostName(w, false) && !contextWord(w):
		if a, ok := addrOf(w); ok {
			t.addr(a, -1)
		} else if l.E.Has(ocsf.HTTPMethod) {
			l.putText(ocsf.URLHostname, w, t.weight)
		} else if named(w) {
			l.putText(ocsf.SrcHostname, w, guessWeight)
		}
		t.want = wantNothing
		return false
	}
	switch {
	case len(w) == 17 && macAddress(w) || len(w) == 14 && macAddress(w):
		side := t.side
		if t.sideAge > 4 || side != dstSide || l.facts.hints&hintDHCP != 0 { // a lease is the client's
			side = srcSide
		}
		if m, ok := ocsf.SrcMAC.Parse(w); ok {
			l.put(ends[side].mac, m, t.weight)
		}
		t.side = noSide
		t.macHost(w, side)
	case len(w) >= 32 && hashHex(w):
		if l.E.AddHash(ocsf.FileHashes, w) {
			l.facts.set++
		}
	case strings.IndexByte(w, '@') > 0 && mailAddress(w):
		if t.side == dstSide && t.sideAge <= 3 {
			l.putText(ocsf.EmailTo, w, t.weight)
		} else if t.side == srcSide && t.sideAge <= 3 {
			l.putText(ocsf.EmailFrom, w, t.weight)
		} else if t.users == 0 {
			l.applyUser(meaning{read: readUser, weight: guessWeight}, w)
		}
	case strings.IndexByte(w, '@') > 0 && strings.IndexByte(w, '@') < len(w)-4:
		i := strings.LastIndexByte(w, '@')
		if a, ok := addrOf(w[i+1:]); ok && l.put(ocsf.SrcIP, ocsf.Addr(a), t.weight) {
			l.applyUser(meaning{read: readUser, weight: t.weight}, w[:i])
		}
	case strings.IndexByte(w, '\\') > 0:
		if len(w) > 3 && w[1] == ':' && w[2] == '\\' || strings.HasPrefix(w, `\\`) || strings.Count(w, `\`) > 1 {
			l.applyFile(w, guessWeight)
		} else if i := strings.IndexByte(w, '\\'); i < len(w)-1 && !strings.ContainsRune(w, '/') && w[i+1] != 'n' && w[i+1] != 'x' && w[i+1] != 't' {
			l.applyUser(meaning{read: readUser, weight: guessWeight + 1}, w)
		}
	case w[0] == '/' && len(w) > 2 && strings.LastIndexByte(w, '/') > 0 && letter(w[1]):
		l.applyFile(w, guessWeight)
	case len(w) < 10 && protoWord(w):
		p, _ := transport(w)
		l.put(ocsf.Protocol, ocsf.Text(p), t.weight)
	case threatName(w) && hintsOf(w)&hintMalware != 0:
		l.putText(ocsf.FindingTitle, w, t.weight)
	case domainName(w):
		t.name = w
		t.host(w)
	}
	return false
}

// ruleWord reports whether w can name a rule: a word of a sentence, which goes on
// behind it or has a colon, is none.
func (t *textScanner) ruleWord(w string) bool {
	if strings.ContainsAny(w, "0123456789_-./") {
		return true
	}
	if len(w) < 2 || t.end < len(t.s) && t.s[t.end] == ':' {
		return false
	}
	next, _ := wordAfter(t.s, t.end)
	return next == "" || upper(w[0]) && !lower(w[len(w)-1]) || outcomeOrAction(next)
}

// outcomeOrAction reports whether w says how a thing went or what was done.
func outcomeOrAction(w string) bool {
	var b [24]byte
	_, ok := verdictWords[string(foldWord(&b, w))]
	return ok || w == "matched" || w == "hit" || w == "on" || w == "for" || w == "from"
}

// macHost reads the name in parentheses behind a hardware address.
func (t *textScanner) macHost(mac string, side side) {
	i := strings.Index(t.s, mac)
	if i < 0 {
		return
	}
	i += len(mac)
	if !strings.HasPrefix(t.s[i:], " (") {
		return
	}
	if j := strings.IndexByte(t.s[i:min(len(t.s), i+128)], ')'); j > 2 {
		if name := t.s[i+2 : i+j]; hostName(name, false) {
			t.l.putText(ends[side].host, name, t.weight)
		}
	}
}

// protoWord recognizes a transport among words.
func protoWord(w string) bool {
	if w == "" || !letter(w[0]) {
		return false
	}
	_, ok := transport(w)
	return ok && !strings.EqualFold(w, "ah")
}

// readRequest reads "GET /x HTTP/1.1" found in quotes.
func (l *Line) readRequest(v, method, rest string, weight uint8) {
	l.putText(ocsf.HTTPMethod, method, weight)
	if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
		l.putText(ocsf.HTTPVersion, rest[i+1:], weight)
		rest = rest[:i]
	}
	l.applyURL(rest, weight)
}
