package normalize

import "strings"

// readCEF reads what stands behind "CEF:": Version|Device Vendor|Device
// Product|Device Version|Signature ID|Name|Severity|Extension (ArcSight Common
// Event Format, Implementation Standard, 2010 and later). Some senders leave out
// the version of the device, and then one bar is missing.
//
// In the extension a value runs to the word before the next unescaped "="; "\="
// and "\\" are unescaped, newlines stay escaped. Custom fields appear under
// their label: "cs1=EICAR cs1Label=Virus" is Virus=EICAR.
func (l *Line) readCEF(s string) bool {
	s = strings.TrimLeft(s, " ")
	var f [7]string
	n, start := 0, 0
	for i := 0; i < len(s) && n < 7; i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			f[n] = s[start:i]
			n++
			start = i + 1
		case '=':
			if n < 5 {
				return false
			}
			if n == 5 || n == 6 { // the severity was left out, or one before it
				if eq := lastField(s, start, i); eq >= 0 {
					f[n] = ""
					n = 7
				}
			}
		}
	}
	switch {
	case n >= 7:
	case n == 6: // no bar behind the severity, and nothing after
		f[6], start = s[start:], len(s)
	default:
		return false
	}
	if len(f[0]) > 2 || len(f[0]) == 0 || !digit(f[0][0]) {
		return false
	}
	l.Form = CEF
	d := &l.Device
	d.Vendor, d.Product, d.Version, d.ID, d.Name, d.Severity = l.unbar(f[1]), l.unbar(f[2]), f[3], l.unbar(f[4]), l.unbar(f[5]), f[6]
	if _, ok := levelOf(d.Name); f[6] == "" && (ok || digits(d.Name) == len(d.Name) && len(d.Name) <= 2) {
		d.Version, d.ID, d.Name, d.Severity = "", f[3], d.ID, d.Name
	}
	l.readCEFExtension(s[start:])
	l.applyLabels()
	return true
}

// lastField tells whether s[start:i] is a key of the extension rather than a
// header field.
func lastField(s string, start, i int) int {
	for j := start; j < i; j++ {
		if s[j] == ' ' || s[j] == '|' {
			return -1
		}
	}
	return start
}

// unbar takes the escapes out of a header field.
func (l *Line) unbar(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return l.unescape(s)
}

// unescape takes backslashes before = \ | away, and makes \n and \r line ends.
func (l *Line) unescape(s string) string {
	var small [512]byte
	b := small[:0]
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '=', '\\', '|', '"':
				i++
			}
		}
		b = append(b, s[i])
	}
	return l.keep(b)
}

// readCEFExtension reads key=value key=value, values with spaces.
func (l *Line) readCEFExtension(s string) {
	// A pair is closed when the next key is seen.
	key, valStart := "", 0
	escaped := false
	wordStart := 0 // where the word that may be a key begins
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			escaped = true
			i++
			if i < len(s) && s[i] == '=' {
				wordStart = len(s) // an escaped = makes no key
			}
		case c == ' ' || c == '\t':
			wordStart = i + 1
		case c == '=':
			if wordStart >= i || !cefKey(s[wordStart:i]) {
				continue
			}
			if key != "" {
				l.addCEF(key, s[valStart:wordStart], escaped)
			}
			key, valStart, escaped = s[wordStart:i], i+1, false
			wordStart = len(s)
		}
	}
	if key != "" {
		l.addCEF(key, s[valStart:], escaped)
	}
}

func (l *Line) addCEF(k, v string, escaped bool) {
	v = strings.TrimSpace(v)
	if escaped && strings.IndexByte(v, '\\') >= 0 {
		if l.hasEscape(v) {
			v = l.unescape(v)
		}
	}
	l.add(k, v)
}

// hasEscape reports whether a value has an escape of CEF, and not just paths of
// Windows with single backslashes.
func (l *Line) hasEscape(v string) bool {
	return strings.Contains(v, `\=`) || strings.Contains(v, `\|`) || strings.Contains(v, `\\`) || strings.Contains(v, `\"`)
}

func cefKey(k string) bool {
	if len(k) > 64 || k == "" || !letter(k[0]) && k[0] != '_' {
		return false
	}
	for i := 0; i < len(k); i++ {
		if c := k[i]; !alnum(c) && c != '_' && c != '.' && c != '-' && c != '[' && c != ']' && c != '/' && c != '@' && c != '(' && c != ')' && c != ':' {
			return false
		}
	}
	return true
}

// applyLabels gives custom fields the names that their labels tell.
func (l *Line) applyLabels() {
	for i := range l.KV {
		k := l.KV[i].Key
		if len(k) < 8 || !strings.HasSuffix(k, "Label") || l.KV[i].Val == "" {
			continue
		}
		base := k[:len(k)-len("Label")]
		if !customKey(base) {
			continue
		}
		for j := range l.KV {
			if l.KV[j].Key == base {
				l.KV[j].Key = l.KV[i].Val
				l.KV[i] = KV{} // told
				break
			}
		}
	}
	n := 0
	for i := range l.KV {
		if l.KV[i] != (KV{}) {
			l.KV[n] = l.KV[i]
			n++
		}
	}
	l.KV = l.KV[:n]
}

// hasLabels reports whether a key is the label of a custom field.
func (l *Line) hasLabels() bool {
	for i := range l.KV {
		k := l.KV[i].Key
		if n := len(k); n > 7 && k[n-1] == 'l' && digit(k[n-6]) && strings.HasSuffix(k, "Label") && customKey(k[:n-5]) {
			return true
		}
	}
	return false
}

// customKey tells the keys that CEF leaves to the device: cs1, cn1, cfp1, c6a1,
// deviceCustomString1, flexString1, flexNumber1, flexDate1 ….
func customKey(k string) bool {
	if len(k) < 3 || !digit(k[len(k)-1]) {
		return false
	}
	p := k[:len(k)-1]
	if upper(p[0]) && strings.HasPrefix(p, "DeviceCustom") || strings.HasPrefix(p, "Flex") {
		return true // as stores write them
	}
	switch p {
	case "cs", "cn", "cfp", "c6a", "flexString", "flexNumber", "flexDate", "deviceCustomDate", "deviceCustomString",
		"deviceCustomNumber", "deviceCustomFloatingPoint", "deviceCustomIPv6Address":
		return true
	}
	return len(p) > 2 && digit(p[len(p)-1]) && (p[:2] == "cs" || p[:2] == "cn")
}
