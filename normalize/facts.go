package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// facts are what is known of a line beside the event: how sure each field is,
// what was said of the outcome, and hints at the kind of event.
type facts struct {
	weight [512]uint8 // of what a field has
	hints  hint       // what any word speaks of
	kind   hint       // what keys for the kind of event say

	user, actor, target string // as they stand in the line
	userWeight          [3]uint8

	action, outcome int8 // 0 unknown
	actionWeight    uint8
	outcomeWeight   uint8
	severityWeight  uint8

	at                stamp // that tells the time
	stamped           bool  // there is one
	timeWeight        uint8
	timeZoned         bool // the time told its zone
	date, clock, zone string

	ends     uint16 // the sides that told an address or a port, a bit each
	bareHost string // of the key "host": a device, or the host of a request
	title    string // of the key "name": what was found, when something was

	texts  [6]string // messages inside, to be looked through
	ntexts int
	health bool // of the device itself: a base event that no words make another
	set    int  // facts beyond the header
}

func (f *facts) reset() { *f = facts{} }

// put gives field f the value v unless a heavier key told it before.
func (l *Line) put(f ocsf.Field, v ocsf.Value, weight uint8) bool {
	if v.IsZero() || f == ocsf.None || v.Kind() == ocsf.KindText && v.Str() == "" {
		return false
	}
	if l.facts.weight[f] >= weight {
		return false
	}
	l.facts.weight[f] = weight
	l.facts.set++
	l.E.Set(f, v)
	return true
}

// putText is put for a text, checked by the type of the field.
func (l *Line) putText(f ocsf.Field, s string, weight uint8) bool {
	if f.Plain() { // most are
		if s == "" || l.facts.weight[f] >= weight {
			return false
		}
		l.facts.weight[f] = weight
		l.facts.set++
		l.E.Set(f, ocsf.Text(s))
		return true
	}
	many := f.Many()
	if l.facts.weight[f] >= weight && !many {
		return false
	}
	v, ok := f.Parse(s)
	if !ok {
		return false
	}
	if many {
		l.facts.set++
		l.E.Append(f, v)
		return true
	}
	return l.put(f, v, weight)
}

// Set gives f what a text says, as a brand's own word.
func (l *Line) Set(f ocsf.Field, s string) bool {
	if nothing(s) {
		return false
	}
	return l.putText(f, s, brandWeight)
}

// Apply reads all pairs by a brand's table first and by the dictionary for the
// rest. What neither knows is kept under its own name.
func (l *Line) Apply(keys *Keys) {
	for i := range l.KV {
		kv := &l.KV[i]
		if kv.Key == "" {
			if l.Form != Delimited && kv.Val != "" {
				l.addText(kv.Val)
			}
			continue
		}
		if keys != nil {
			if b := find(&keys.table, kv.Key); b != nil {
				if b.mean.read == readNothing || !l.apply(b.mean, kv.Val) && b.mean.read != readDrop {
					l.keepKey(b.name, kv.Val)
				}
				continue
			}
		}
		k := l.lookup(kv.Key)
		if k.mean.read == readNothing || !l.apply(k.mean, kv.Val) {
			l.keepKey(k.name, kv.Val)
		}
	}
}

// keepKey keeps a vendor's own key below unmapped.
func (l *Line) keepKey(name, v string) {
	if v != "" {
		l.E.SetUnmapped(name, ocsf.Text(v))
	}
}

// addText remembers words to look through.
func (l *Line) addText(s string) {
	f := &l.facts
	if f.ntexts < len(f.texts) {
		f.texts[f.ntexts] = s
		f.ntexts++
	}
}

// apply reads v by its key's meaning. It reports false when v did not fit, or
// when a better key told the same field: then the caller keeps the pair.
func (l *Line) apply(m meaning, v string) bool {
	if nothing(v) && m.read != readMessage {
		return false
	}
	switch m.read {
	case readDrop:
		return true
	case readPlain:
		return l.applyPlain(m, clean(v))
	case readAddr:
		return l.applyAddr(m, clean(v))
	case readPort:
		l.facts.ends |= 1 << m.side
		return l.putText(ends[m.side].port, portText(v), m.weight)
	case readMAC:
		return l.applyMAC(m, v)
	case readHost:
		return l.applyHost(m, clean(v))
	case readIface:
		return l.putText(ends[m.side].iface, v, m.weight)
	case readUser:
		return l.applyUser(m, v)
	case readProto:
		return l.applyProto(v, m.weight)
	case readAction:
		return l.applyAction(v, m.weight) || l.actionName(v)
	case readOutcome:
		return l.applyOutcome(v, m.weight)
	case readSeverity:
		return l.applySeverity(v, m.weight)
	case readTime:
		return l.applyTime(v, m.weight)
	case readUTC:
		return l.applyStamp(v, m.weight, true)
	case readDate:
		l.facts.date = v
		return true
	case readClock:
		if st, n := scanStamp(v); n > 0 && (st.month > 0 || st.isEpoch) {
			return l.applyTime(v, m.weight)
		}
		l.facts.clock = v
		return true
	case readZone:
		l.facts.zone = v
		return true
	case readURL:
		return l.applyURL(v, m.weight)
	case readURLHost:
		return l.applyURLHost(clean(v), m.weight)
	case readPath:
		return l.applyFile(v, m.weight)
	case readHash:
		return l.applyHash(m, v)
	case readProcess:
		return l.applyProcess(m, v)
	case readCommand:
		if m.side == parentSide {
			return l.putText(ocsf.ParentCmd, v, m.weight)
		}
		return l.putText(ocsf.ProcessCmd, v, m.weight)
	case readMail:
		return l.applyMail(m, v)
	case readPeer:
		if strings.IndexByte(v, '@') > 0 || v == "<>" {
			return l.applyMail(m, v)
		}
		return l.applyAddr(m, clean(v))
	case readMessage:
		l.addText(v)
		return l.putText(ocsf.Message, v, m.weight)
	case readHint:
		l.applyKind(m, v)
		return false
	case readStatus:
		if d := digits(v); d == 3 && (len(v) == 3 || v[3] == ' ') && v[0] >= '1' && v[0] <= '5' {
			return l.putText(ocsf.HTTPCode, v[:3], m.weight)
		}
		l.applyAction(v, m.weight-20)
		return l.applyOutcome(v, m.weight)
	case readSigned:
		l.facts.hints |= hintFinding
		return l.putText(m.field, v, m.weight)
	case readInOut:
		if digits(v) == len(v) {
			if m.side == srcSide {
				return l.putText(ocsf.BytesIn, v, m.weight)
			}
			return l.putText(ocsf.BytesOut, v, m.weight)
		}
		return l.putText(ends[m.side].iface, v, m.weight)
	}
	return false
}

// clean takes away what stands around a value.
func clean(v string) string {
	for len(v) > 0 && (v[0] == ' ' || v[0] == '"' || v[0] == '\'') {
		v = v[1:]
	}
	for len(v) > 0 {
		switch v[len(v)-1] {
		case ' ', '"', '\'', ',', ';':
			v = v[:len(v)-1]
			continue
		}
		break
	}
	return v
}

// portText takes the number out of "443", "443/tcp", "https(443)".
func portText(v string) string {
	v = clean(v)
	d := digits(v)
	if d > 0 {
		if d == len(v) || v[d] == '/' || v[d] == ' ' || v[d] == '.' && strings.Trim(v[d:], ".0") == "" {
			return v[:d]
		}
		return ""
	}
	if i := strings.IndexByte(v, '('); i > 0 && strings.HasSuffix(v, ")") {
		return v[i+1 : len(v)-1]
	}
	return ""
}

func (l *Line) applyAddr(m meaning, v string) bool {
	e := &ends[m.side]
	if name, rest := nameBefore(v); name != "" {
		if e.host != ocsf.None && !nothing(name) {
			l.applyHost(meaning{read: readHost, side: m.side, weight: m.weight}, name)
		}
		v = rest
	}
	a, port, n := scanAddrPort(v, false)
	if n == 0 && e.mac != ocsf.None && macAddress(v) { // a calling station
		return l.putText(e.mac, v, m.weight)
	}
	if n == 0 || n < len(v) && alnum(v[n]) {
		var ok bool
		if a, port, ok = findAddr(v); !ok {
			return l.applyHost(meaning{read: readHost, side: m.side, weight: m.weight}, v)
		}
	}
	if port >= 0 && e.port != ocsf.None {
		p := e.port
		if m.side == noSide {
			p = ocsf.SrcPort
		}
		l.put(p, ocsf.Int(int64(port)), m.weight)
	}
	if a.IsUnspecified() {
		return false
	}
	l.facts.ends |= 1 << m.side
	if n > 0 && n < len(v) {
		l.applyIfaceBehind(e.iface, v[n:], m.weight)
	}
	return l.put(e.ip, ocsf.Addr(a), m.weight)
}

// nameBefore takes the name off an address in brackets behind it, as mailers and
// web servers write both: mx.example.com[192.0.2.1]:25, host.example.com(192.0.2.1).
func nameBefore(v string) (name, addr string) {
	if v == "" || digit(v[0]) {
		return "", v
	}
	i := strings.IndexAny(v, "[(/")
	if i < 2 || i+2 >= len(v) || !hostName(v[:i], false) {
		return "", v
	}
	a, n := scanAddr(v[i+1:])
	j := i + 1 + n
	switch {
	case n == 0 || !a.IsValid():
		return "", v
	case v[i] == '[' && j < len(v) && v[j] == ']':
		return v[:i], v[i:]
	case v[i] == '(' && j < len(v) && v[j] == ')', v[i] == '/' && j == len(v):
		return v[:i], v[i+1 : j]
	}
	return "", v
}

// applyIfaceBehind reads the interface that some firewalls write behind an
// address and its port, 192.0.2.1:443:X1 or 192.0.2.1:443:wan0.
func (l *Line) applyIfaceBehind(f ocsf.Field, s string, weight uint8) {
	if f == ocsf.None || len(s) < 3 || len(s) > 17 || s[0] != ':' || !letter(s[1]) {
		return
	}
	for i := 1; i < len(s); i++ {
		if !wordByte(s[i]) && s[i] != '/' {
			if s[i] == ':' && i > 1 { // a name behind
				s = s[:i]
				break
			}
			return
		}
	}
	l.putText(f, s[1:], weight)
}

func (l *Line) applyHost(m meaning, v string) bool {
	e := &ends[m.side]
	if m.field == ocsf.URLHostname {
		l.facts.bareHost = v
	}
	if a, port, n := scanAddrPort(v, false); n > 0 && n == len(v) {
		if port >= 0 {
			l.put(e.port, ocsf.Int(int64(port)), m.weight)
		}
		if a.IsUnspecified() {
			return false
		}
		f := e.ip
		if m.side == noSide {
			f = ocsf.DeviceIP
		}
		return l.put(f, ocsf.Addr(a), m.weight)
	}
	if e.host == ocsf.None {
		return false
	}
	if i := strings.LastIndexByte(v, ':'); i > 0 && digits(v[i+1:]) == len(v)-i-1 && hostName(v[:i], false) && len(v)-i < 7 {
		l.putText(e.port, v[i+1:], m.weight)
		v = v[:i]
	}
	if !hostName(strings.TrimSuffix(v, "."), false) {
		return l.putText(e.name, v, m.weight)
	}
	return l.putText(e.host, v, m.weight)
}

func (l *Line) applyProto(v string, weight uint8) bool {
	v = clean(v)
	if d := digits(v); d > 0 && d == len(v) && d < 4 {
		n := atoi(v)
		l.put(ocsf.ProtocolNum, ocsf.Int(int64(n)), weight)
		if name := protocolNumbers[n]; name != "" && n != 0 {
			return l.put(ocsf.Protocol, ocsf.Text(name), weight)
		}
		return true
	}
	if p, ok := transport(v); ok {
		return l.put(ocsf.Protocol, ocsf.Text(p), weight)
	}
	if i := strings.IndexAny(v, "/:-( "); i > 0 { // tcp/443, udp:53, TCP (6)
		if p, ok := transport(v[:i]); ok {
			l.put(ocsf.Protocol, ocsf.Text(p), weight)
			if d := digits(v[i+1:]); d > 0 && v[i] == '/' && d+i+1 == len(v) {
				l.putText(ocsf.DstPort, v[i+1:], weakWeight)
			}
			return true
		}
	}
	if strings.HasPrefix(v, "HTTP/") {
		l.putText(ocsf.HTTPVersion, v, weight)
		return true
	}
	return l.putText(ocsf.AppProtocol, v, weakWeight)
}

func (l *Line) applySeverity(v string, weight uint8) bool {
	if l.facts.severityWeight >= weight {
		return false
	}
	v = clean(v)
	if s, ok := levelOf(v); ok && s != ocsf.UnknownSeverity {
		l.E.Severity, l.facts.severityWeight = s, weight
		l.put(ocsf.LogLevel, ocsf.Text(v), weight)
		return true
	}
	return false
}

// applyURL reads a URL, or a path on a host told elsewhere.
func (l *Line) applyURL(v string, weight uint8) bool {
	v = clean(v)
	if strings.IndexByte(v, ' ') > 0 && urlScheme(v) == 0 {
		return l.applyRequestLine(v, weight)
	}
	if v == "" {
		return false
	}
	if v[0] == '/' {
		p, q, _ := strings.Cut(v, "?")
		ok := l.putText(ocsf.URLPath, p, weight)
		if ok && q != "" {
			l.putText(ocsf.URLQuery, q, weight)
		}
		l.putText(ocsf.URLString, v, 1) // whole, where signatures look, unless the line has a better one
		return ok
	}
	if !l.putText(ocsf.URLString, v, weight) {
		return false
	}
	l.splitURL(v, weight)
	return true
}

// applyRequestLine reads "GET /index.html HTTP/1.1".
func (l *Line) applyRequestLine(v string, weight uint8) bool {
	m, rest, ok := strings.Cut(v, " ")
	if !ok || !methodWord(m) {
		return false
	}
	if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
		l.putText(ocsf.HTTPVersion, rest[i+1:], weight)
		rest = rest[:i]
	}
	if rest == "" || strings.IndexByte(rest, ' ') >= 0 {
		return false
	}
	l.putText(ocsf.HTTPMethod, m, weight)
	return l.applyURL(rest, weight)
}

// applyURLHost reads "www.example.com", "www.example.com:8080" and a whole URL.
func (l *Line) applyURLHost(v string, weight uint8) bool {
	if urlScheme(v) > 0 {
		return l.applyURL(v, weight)
	}
	if i := strings.LastIndexByte(v, ':'); i > 0 && strings.IndexByte(v, ':') == i && digits(v[i+1:]) == len(v)-i-1 {
		l.putText(ocsf.URLPort, v[i+1:], weight)
		v = v[:i]
	}
	return v != "" && strings.IndexByte(v, ' ') < 0 && l.putText(ocsf.URLHostname, v, weight)
}

// splitURL sets the host, port, path and query of a URL.
func (l *Line) splitURL(v string, weight uint8) {
	rest := v
	if n := urlScheme(v); n > 0 {
		l.putText(ocsf.URLScheme, v[:n-3], weight)
		rest = v[n:]
	}
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
		p, q, _ := strings.Cut(rest[i:], "?")
		if p != "" && p != "/" {
			l.putText(ocsf.URLPath, p, weight)
		}
		if q != "" {
			l.putText(ocsf.URLQuery, q, weight)
		}
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.IndexByte(host[i:], ']') < 0 && strings.IndexByte(host, ':') == i {
		l.putText(ocsf.URLPort, host[i+1:], weight)
		host = host[:i]
	}
	host = strings.Trim(host, "[]")
	if _, ok := addrOf(host); ok || hostName(host, false) {
		l.putText(ocsf.URLHostname, host, weight)
	}
}

func (l *Line) applyFile(v string, weight uint8) bool {
	v = clean(v)
	if v == "" || len(v) > 4096 {
		return false
	}
	if i := strings.LastIndexAny(v, `/\`); i >= 0 {
		ok := l.putText(ocsf.FilePath, v, weight)
		if i < len(v)-1 && (ok || l.facts.weight[ocsf.FileName] == 0) {
			l.putText(ocsf.FileName, v[i+1:], weight-1)
		}
		return ok
	}
	return l.putText(ocsf.FileName, v, weight)
}

func (l *Line) applyHash(m meaning, v string) bool {
	list := ocsf.FileHashes
	if m.side == procSide {
		list = ocsf.ProcessHashes
	}
	ok := false
	for v != "" {
		var one string
		i := strings.IndexAny(v, ",; ")
		if i >= 0 {
			one, v = v[:i], v[i+1:]
		} else {
			one, v = v, ""
		}
		if j := strings.IndexByte(one, '='); j >= 0 {
			one = one[j+1:]
		}
		one = clean(one)
		if hashHex(one) && l.E.AddHash(list, one) {
			l.facts.set++
			ok = true
		}
	}
	return ok
}

// applyProcess reads the name or path of a program.
func (l *Line) applyProcess(m meaning, v string) bool {
	v = clean(v)
	name, path, file := ocsf.ProcessName, ocsf.ProcessPath, ocsf.ProcessFilePath
	if m.side == parentSide {
		name, path, file = ocsf.ParentName, ocsf.ParentPath, ocsf.ParentFilePath
	}
	if v == "" {
		return false
	}
	if i := strings.LastIndexAny(v, `/\`); i >= 0 && i < len(v)-1 {
		ok := l.putText(path, v, m.weight)
		l.putText(file, v, m.weight)
		l.putText(name, v[i+1:], m.weight)
		return ok
	}
	return l.putText(name, v, m.weight)
}

// applyMail reads one or more mail addresses, with names around them perhaps.
func (l *Line) applyMail(m meaning, v string) bool {
	ok := false
	for n := 0; v != "" && n < 32; n++ {
		var one string
		i := strings.IndexAny(v, ",;")
		if i >= 0 {
			one, v = v[:i], v[i+1:]
		} else {
			one, v = v, ""
		}
		if j := strings.LastIndexByte(one, '<'); j >= 0 {
			one = strings.TrimSuffix(strings.TrimSpace(one[j+1:]), ">")
		}
		one = strings.Trim(one, " '\"<>[]()")
		if !mailAddress(one) {
			continue
		}
		if m.side == srcSide {
			ok = l.putText(ocsf.EmailFrom, one, m.weight) || ok
			break
		}
		ok = l.putText(ocsf.EmailTo, one, m.weight) || ok
	}
	return ok
}

// applyUser remembers a user; who it is to the event is settled at the end.
func (l *Line) applyUser(m meaning, v string) bool {
	v = strings.TrimSpace(v)
	if nothing(v) || len(v) > 256 || v == "*" || strings.Trim(v, "*") == "" {
		return false
	}
	if strings.HasPrefix(v, "S-1-") || strings.HasPrefix(v, "%{S-1-") { // a security identifier
		uid := ocsf.UserUID
		if m.side == actorSide {
			uid = ocsf.ActorUserUID
		}
		return l.putText(uid, strings.Trim(v, "%{}"), m.weight)
	}
	if onlyIdentifier(v) && v[0] == '{' || strings.HasPrefix(v, "0x") && digits(v[2:]) > 0 || strings.EqualFold(v, "true") || strings.EqualFold(v, "false") {
		return false
	}
	f := &l.facts
	p, w := &f.user, &f.userWeight[0]
	switch m.side {
	case actorSide:
		p, w = &f.actor, &f.userWeight[1]
	case targetSide:
		p, w = &f.target, &f.userWeight[2]
	}
	if *w >= m.weight {
		return v == *p
	}
	*p, *w = v, m.weight
	f.set++
	return true
}

// applyTime reads the time of the event in any writing.
func (l *Line) applyTime(v string, weight uint8) bool { return l.applyStamp(v, weight, false) }

// sameMoment is how far, in ms, two writings of one moment may differ when one
// of them does not tell its zone.
const sameMoment = 14 * 3600 * 1000

// applyStamp is applyTime for a time that its key says is UTC. Of two writings
// of one moment that which tells its zone is taken, unless a brand chose.
func (l *Line) applyStamp(v string, weight uint8, utc bool) bool {
	f := &l.facts
	second := f.timeWeight >= weight
	if second && (f.timeZoned || weight < weakWeight || f.timeWeight > exactWeight) {
		return false
	}
	v = clean(v)
	st, n := scanStamp(v)
	if n == 0 || n < len(v) && alnum(v[n]) {
		if clockOnly(v) { // a key for the date has the rest
			if f.clock == "" {
				f.clock = v
			}
			return true
		}
		t, ok := oddTime(v)
		if !ok {
			return false
		}
		st = stamp{isEpoch: true, epoch: t}
	}
	switch {
	case st.zoned || st.isEpoch:
	case utc:
		st.zoned = true
	case f.zone != "":
		zoneOf(f.zone, &st)
	}
	zoned := st.zoned || st.isEpoch
	t := st.resolve(l.now, l.zone)
	if second && (!zoned || t-l.E.Time > sameMoment || l.E.Time-t > sameMoment) {
		return false
	}
	f.timeWeight, f.timeZoned = max(weight, f.timeWeight), zoned
	l.tellTime(&st, v)
	return true
}

// clockOnly reports whether v is nothing but a time of day.
func clockOnly(v string) bool {
	var st stamp
	n := scanClock(v, &st)
	return n > 0 && (n == len(v) || v[n] == '.' || v[n] == ',')
}

// zoneOf reads "+0200", "(GMT+1:00)Brussels", "UTC".
func zoneOf(v string, st *stamp) {
	v = strings.TrimLeft(v, "( \"")
	scanZone(v, st)
	if st.offset < -12*3600 || st.offset > 14*3600 { // minutes, or nothing of the kind
		st.zoned, st.offset = false, 0
	}
}

// oddTime reads a FILETIME of Windows.
func oddTime(v string) (ms int64, ok bool) {
	d := digits(v)
	if d == 18 && d == len(v) && v[0] == '1' { // 100 ns since 1601
		return int64(atoi(v))/10000 - 11644473600000, true
	}
	return 0, false
}
