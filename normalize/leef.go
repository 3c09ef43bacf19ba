package normalize

import "strings"

// readLEEF reads what stands behind "LEEF:": 1.0|Vendor|Product|Version|EventID|
// and pairs with tabs between, or in 2.0 with the delimiter of a sixth field, as
// itself or in hex (IBM, Log Event Extended Format). Senders that lost the tabs
// on the way are read like CEF.
func (l *Line) readLEEF(s string) bool {
	var f [6]string
	n, start := 0, 0
	for i := 0; i < len(s) && n < 6; i++ {
		if s[i] == '|' {
			f[n] = s[start:i]
			n++
			start = i + 1
			if n == 5 && strings.HasPrefix(f[0], "1") {
				break
			}
		} else if s[i] == '=' && n < 5 {
			return false
		} else if s[i] == '=' && n == 5 {
			break
		}
	}
	if n < 5 {
		return false
	}
	l.Form = LEEF
	d := &l.Device
	d.Vendor, d.Product, d.Version, d.ID = f[1], f[2], f[3], f[4]
	rest := s[start:]
	delim := byte('\t')
	if n == 6 {
		switch x := f[5]; {
		case len(x) == 1:
			delim = x[0]
		case len(x) > 2 && (x[0] == 'x' || x[0] == '0' && x[1] == 'x'):
			if h, ok := hexValue(x[strings.IndexByte(x, 'x')+1:]); ok {
				delim = h
			}
		}
	}
	if strings.IndexByte(rest, delim) < 0 && strings.Count(rest, "=") > 1 {
		if delim == '\t' && strings.Contains(rest, `\t`) {
			l.pairs(rest, `\t`)
		} else {
			l.readCEFExtension(rest)
		}
		return true
	}
	for rest != "" {
		var pair string
		if i := strings.IndexByte(rest, delim); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			pair, rest = rest, ""
		}
		if k, v, ok := strings.Cut(pair, "="); ok {
			l.add(strings.TrimSpace(k), strings.TrimSpace(v))
		}
	}
	return true
}

// pairs reads key=value with a delimiter of more than one byte.
func (l *Line) pairs(s, delim string) {
	for s != "" {
		var pair string
		pair, s, _ = strings.Cut(s, delim)
		if k, v, ok := strings.Cut(pair, "="); ok {
			l.add(strings.TrimSpace(k), strings.TrimSpace(v))
		}
	}
}

func hexValue(s string) (byte, bool) {
	n := 0
	if s == "" || len(s) > 4 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		d, ok := hexDigit(s[i])
		if !ok {
			return 0, false
		}
		n = n<<4 | int(d)
	}
	return byte(n), n < 256
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case digit(c):
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return (c | 0x20) - 'a' + 10, true
	}
	return 0, false
}
