package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// generic understands a line of a brand that nobody knows: structure, the
// dictionary of meanings, and the words of its texts.
func (l *Line) generic() {
	if l.Form == Text && len(l.KV) == 0 {
		l.readStructure()
	}
	switch l.Form {
	case CEF, LEEF:
		l.made()
		l.Apply(nil)
		l.device()
	case Delimited:
		l.columnsByShape()
		l.Apply(nil)
	case JSON, KeyValue:
		if l.hasLabels() {
			l.applyLabels()
		}
		l.Apply(nil)
	default:
		l.Apply(nil)
	}
	l.texts()
	l.together()
	if l.facts.set >= 2 {
		l.E.Parser = genericNames[l.Form]
	}
	if l.E.Class == ocsf.BaseEvent && !l.E.Has(ocsf.Message) && l.Form == Text && l.Body != "" {
		l.E.Set(ocsf.Message, ocsf.Text(l.Body))
	}
}

var genericNames = [...]string{"generic:text", "generic:kv", "generic:cef", "generic:leef", "generic:json", "generic:xml", "generic:csv", "generic:access"}

// texts looks through what is no pair: the message itself, words between pairs,
// messages inside.
func (l *Line) texts() {
	switch l.Form {
	case Text:
		l.innerLines(l.Body)
		l.textHead(l.Body)
		l.scanText(l.Body)
		l.adjacentPorts(l.Body)
	case KeyValue:
		if len(l.KV) > 0 {
			// what stands before the first pair was kept without a key
			for i := range l.KV {
				if l.KV[i].Key != "" {
					break
				}
				l.textHead(l.KV[i].Val)
			}
			for i := range l.KV {
				if l.KV[i].Key == "" || i > 0 && i == len(l.KV)-1 {
					l.adjacentPorts(l.KV[i].Val)
				}
			}
		}
	}
	f := &l.facts
	for i := 0; i < f.ntexts; i++ {
		l.innerHeader(f.texts[i])
		l.innerLines(f.texts[i])
		l.scanText(f.texts[i])
		if strings.IndexByte(f.texts[i], '=') > 0 {
			l.innerPairs(f.texts[i])
		}
	}
}

// innerHeader reads the syslog header of a line that a relay put into a message:
// the host that it names is nearer to the event than the relay's own.
func (l *Line) innerHeader(s string) {
	if len(s) < 16 || s[0] != '<' || !digit(s[1]) {
		return
	}
	var h Header
	scanHeader(s, &h)
	if h.Host != "" && h.Stamp != "" {
		l.applyHost(meaning{read: readHost, side: devSide, weight: wordsWeight}, h.Host)
	}
}

// innerPairs reads the pairs that stand in a message: "from=<a@b.example>, relay=…".
func (l *Line) innerPairs(s string) {
	start := len(l.KV)
	r := kvReader{s: s, l: l}
	r.read()
	for i := start; i < len(l.KV); i++ {
		kv := l.KV[i]
		if kv.Key == "" {
			continue
		}
		if m := l.lookup(kv.Key).mean; m.read != readNothing && m.read != readMessage && m.read != readTime && m.read != readDate && m.read != readClock {
			m.weight = min(m.weight, textWeight+1)
			l.apply(m, kv.Val)
		}
	}
	clear(l.KV[start:])
	l.KV = l.KV[:start]
}

// textHead reads what texts begin with: a time of their own, a level, and the
// message codes of Cisco's kind, %FACILITY-5-MNEMONIC.
func (l *Line) textHead(s string) {
	i := 0
	for range 6 {
		for i < len(s) && (s[i] == ' ' || s[i] == '[' || s[i] == ']' || s[i] == '(' || s[i] == '|' || s[i] == '#' || s[i] == '-' || s[i] == ':' || s[i] == ',') {
			i++
		}
		if i >= len(s) {
			return
		}
		if st, n := scanStamp(s[i:]); n >= 8 && !(st.isEpoch && n < 13) {
			l.applyTime(s[i:i+n], textWeight)
			i += n
			continue
		}
		j := wordEnd(s, i)
		if w := s[i:j]; j > i && levelWord(w) {
			l.applySeverity(w, textWeight)
			i = j
			continue
		}
		if k := wordEnd(s, min(j+1, len(s))); j > i && j < len(s) && s[j] == ':' && k < len(s) && s[k] == ']' && i > 0 && s[i-1] == '[' && levelWord(s[j+1:k]) {
			l.applySeverity(s[j+1:k], textWeight) // [core:error]
			i = k
			continue
		}
		if j < len(s) && (s[j] == ':' || s[j] == ']') && messageCode(s[i:j]) {
			l.put(ocsf.EventCode, ocsf.Text(s[i:j]), weakWeight)
			i = j
			continue
		}
		break
	}
	if i < len(s) && s[i] == '%' {
		l.ciscoCode(s[i:])
	}
}

// messageCode reports whether w is a message's number as makers write it before
// the words: capitals and at least three digits, AH00094, ORA-01017, USR0030.
func messageCode(w string) bool {
	i := 0
	for i < len(w) && (upper(w[i]) || i > 0 && w[i] == '-') {
		i++
	}
	d := digits(w[i:])
	return i >= 2 && i <= 10 && d >= 3 && d <= 8 && i+d == len(w)
}

// ciscoCode reads %FACILITY-SUBFACILITY-SEVERITY-MNEMONIC: and returns what is
// behind it. Many vendors copied it from Cisco.
func (l *Line) ciscoCode(s string) (facility, mnemonic, rest string) {
	end := strings.IndexByte(s, ':')
	if end < 5 || end > 80 || s[0] != '%' {
		return "", "", s
	}
	code := strings.TrimLeft(s[1:end], "%0123456789") // Huawei: %%01
	for i := 1; i+2 < len(code); i++ {
		if code[i] == '-' && digit(code[i+1]) && code[i+2] == '-' || code[i] == '/' && digit(code[i+1]) && code[i+2] == '/' {
			facility, mnemonic = code[:i], code[i+3:]
			if k := strings.IndexByte(mnemonic, '('); k > 0 {
				mnemonic = mnemonic[:k]
			}
			if l.facts.severityWeight == 0 {
				l.E.Severity, l.facts.severityWeight = syslogSeverity[code[i+1]&7], textWeight
				l.E.Set(ocsf.LogLevel, ocsf.Text(syslogLevel[code[i+1]&7]))
			}
			l.putText(ocsf.EventCode, mnemonic, exactWeight)
			l.facts.hints |= hintsOf(facility) | hintsOf(mnemonic)
			return facility, mnemonic, strings.TrimLeft(s[end+1:], " ")
		}
	}
	return "", "", s
}

// device takes over what the header of CEF and LEEF says of device and event.
func (l *Line) device() {
	d := &l.Device
	l.made()
	l.putText(ocsf.EventCode, d.ID, 45)
	if digits(d.ID) != len(d.ID) {
		l.facts.hints |= hintsOf(d.ID)
		if x := verdictOf(d.ID); x.action == ocsf.Allowed || x.action == ocsf.Denied {
			l.applyAction(d.ID, guessWeight)
		}
		l.applyOutcome(d.ID, guessWeight)
	}
	if d.Severity == "" {
		d.Severity = l.Get("sev") // LEEF: 1 to 10
	}
	if d.Name != "" {
		l.facts.hints |= hintsOf(d.Name)
		l.putText(ocsf.Message, d.Name, 40)
		l.putText(ocsf.FindingTitle, d.Name, 5)
		l.putText(ocsf.RuleName, d.ID, 5)
		if l.facts.outcome == 0 || l.facts.action == 0 {
			l.addText(d.Name)
		}
	}
}

// made takes over who made the device. The header says it with more right than
// a key that is called product or vendor.
func (l *Line) made() {
	d := &l.Device
	l.putText(ocsf.ProductVendor, d.Vendor, exactWeight+1)
	l.putText(ocsf.ProductName, d.Product, exactWeight+1)
	l.putText(ocsf.ProductVersion, d.Version, exactWeight+1)
}

// columnsByShape reads columns without names by the shape of what they hold:
// the first two addresses are source and destination, a time, digests, URLs,
// words for the action and the protocol. Each word of that kind counts once.
func (l *Line) columnsByShape() {
	ips, dirs := 0, 0
	src, dst := -1, -1
	first, second := "", "" // interfaces
	domain, record := "", ""
	for i := range l.KV {
		if l.KV[i].Key != "" {
			continue
		}
		v := strings.TrimSpace(l.KV[i].Val)
		if v == "" || len(v) > 2048 {
			continue
		}
		if a, port, n := scanAddrPort(v, false); n > 0 && n == len(v) {
			if a.IsUnspecified() {
				continue
			}
			e := &ends[srcSide]
			if ips > 0 {
				e = &ends[dstSide]
			}
			if ips == 0 {
				src = i
			} else if ips == 1 {
				dst = i
			}
			if ips < 2 {
				l.put(e.ip, ocsf.Addr(a), weakWeight)
				if port >= 0 {
					l.put(e.port, ocsf.Int(int64(port)), weakWeight)
				}
			}
			ips++
			continue
		}
		if st, n := scanStamp(v); n == len(v) && n >= 8 && (!st.isEpoch || n >= 13) {
			l.applyTime(v, weakWeight+1)
			continue
		}
		if urlScheme(v) > 0 {
			l.applyURL(v, weakWeight)
			continue
		}
		if len(v) < 10 && protoWord(v) {
			l.applyProto(v, weakWeight)
			continue
		}
		if methods[v] {
			l.putText(ocsf.HTTPMethod, v, weakWeight)
			continue
		}
		if digits(v) == len(v) {
			continue
		}
		if recordType(v) {
			record = v
			continue
		}
		if ifaceName(v) {
			switch {
			case first == "":
				first = v
			case second == "":
				second = v
			}
			continue
		}
		if d := directionOf(v); d != 0 && dirs == 0 {
			dirs = d
			continue
		}
		if k, val, ok := colonPair(v, false); ok && strings.IndexByte(v, ' ') > 0 {
			key := l.lookup(k)
			if key.mean.read != readNothing && l.apply(key.mean, val) {
				continue
			}
		}
		if k, val, ok := strings.Cut(v, "="); ok && cefKey(k) && k != "" && len(k) < 40 {
			key := l.lookup(k)
			if key.mean.read != readNothing && l.apply(key.mean, val) {
				continue
			}
			l.keepKey(key.name, val)
			continue
		}
		if strings.IndexByte(v, ' ') < 0 && len(v) < 24 {
			var b [24]byte
			if _, ok := levelOf(v); ok && letter(v[0]) {
				l.applyColumnLevel(v)
				continue
			}
			if x, ok := verdictWords[string(foldWord(&b, v))]; ok && letter(v[0]) && len(v) > 3 {
				if x.action == ocsf.Observed { // "log", "audit" may name the kind of line
					l.applyAction(v, textWeight)
				} else if x.action != 0 {
					l.applyAction(v, weakWeight)
				} else {
					l.applyOutcome(v, weakWeight)
				}
				continue
			}
		}
		if urlWithoutScheme(v) {
			l.applyURL(v, textWeight)
			continue
		}
		l.facts.hints |= hintsOf(v)
		switch {
		case len(v) == 17 && macAddress(v):
			l.putText(ocsf.SrcMAC, v, weakWeight)
		case hashHex(v):
			l.E.AddHash(ocsf.FileHashes, v)
		case strings.HasPrefix(v, "Mozilla/"):
			l.putText(ocsf.UserAgent, v, weakWeight)
		case domainName(v) && strings.Count(v, ".") < 6:
			if domain == "" {
				domain = v
			}
		case mailAddress(v):
			l.applyUser(meaning{read: readUser, weight: guessWeight}, v)
		case strings.IndexByte(v, '\\') > 0 && strings.Count(v, `\`) == 1 && len(v) < 80 && v[1] != ':':
			l.applyUser(meaning{read: readUser, weight: textWeight}, v)
		case strings.IndexByte(v, ' ') > 0 && len(v) > 12:
			l.addText(v)
		}
	}
	l.columnPorts(src, dst)
	l.columnIfaces(first, second, dirs)
	l.columnDomain(domain, record)
}

// columnDomain reads a name in a column: what was asked for where a type of
// record stands in another, else the device.
func (l *Line) columnDomain(domain, record string) {
	switch {
	case domain == "":
	case record != "":
		l.putText(ocsf.QueryName, domain, weakWeight)
		l.putText(ocsf.QueryType, record, weakWeight)
		l.facts.hints |= hintDNS
	default:
		l.putText(ocsf.DeviceHostname, domain, guessWeight)
	}
}

// recordType reports whether v is a type of a record of the DNS and little else.
func recordType(v string) bool {
	switch v {
	case "A", "AAAA", "CNAME", "PTR", "TXT", "MX", "SRV", "SOA", "NS", "HTTPS", "SVCB", "NAPTR", "CAA", "DNSKEY", "RRSIG":
		return true
	}
	return false
}

// applyColumnLevel reads a level that stands alone in a column. "alert" may be
// what was done as well, so that another word for a level wins over it.
func (l *Line) applyColumnLevel(v string) {
	if strings.EqualFold(v, "alert") {
		l.applySeverity(v, textWeight)
		return
	}
	l.applySeverity(v, weakWeight)
}

// columnIfaces gives the interfaces their ends: two are in and out, one is by
// the direction of the packet.
func (l *Line) columnIfaces(first, second string, direction int) {
	switch {
	case first == "":
	case second == "" && direction == outbound:
		l.putText(ocsf.DstInterface, first, weakWeight)
	default:
		l.putText(ocsf.SrcInterface, first, weakWeight)
		l.putText(ocsf.DstInterface, second, weakWeight)
	}
}

// urlWithoutScheme reports whether v is a name of a host with a path behind.
func urlWithoutScheme(v string) bool {
	i := strings.IndexByte(v, '/')
	if i < 4 || strings.IndexByte(v, ' ') >= 0 {
		return false
	}
	host := v[:i]
	if j := strings.IndexByte(host, ':'); j > 0 && digits(host[j+1:]) == len(host)-j-1 {
		host = host[:j]
	}
	return domainName(host)
}
