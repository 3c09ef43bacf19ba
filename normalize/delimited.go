package normalize

import (
	mathbits "math/bits"
	"strings"
)

// readDelimited reads columns without names: at least eight commas, most of
// them without a space behind, six tabs, bars or semicolons, or a row of quoted
// texts. Quotes around a column
// are taken away, doubled ones inside are one (RFC 4180). It must not be meant
// as key=value.
func (l *Line) readDelimited(s string) bool {
	head := s[:min(len(s), 2048)]
	commas, equals := strings.Count(head, ","), strings.Count(head, "=")
	tight := commas - strings.Count(head, " ") - 1 // at least so many have no space behind
	if commas >= 8 && tight*3 < commas*2 {
		tight = tightCommas(s)
	}
	if delim := rareDelimiter(s, equals); delim != 0 {
		if l.colonParts(s, delim) {
			l.Form = KeyValue
			return true
		}
		return l.columns(s, delim)
	}
	quoted := strings.HasPrefix(s, `"`) && (strings.Contains(s, `","`) || strings.Count(s, `" "`) >= 3)
	if !quoted && (commas < 8 || tight*3 < commas*2 || equals*2 > commas) {
		return false
	}
	if quoted && !strings.Contains(s, `","`) {
		return l.columns(s, ' ') && l.pairColumns()
	}
	return l.columns(s, ',')
}

// rareDelimiter returns the byte between columns when it is one that texts
// hardly have: a tab, a bar, a semicolon. 0 when it is none of them.
func rareDelimiter(s string, equals int) byte {
	for _, c := range [...]byte{'\t', '|', ';'} {
		if n := strings.Count(s[:min(len(s), 2048)], string(rune(c))); n >= 6 && equals*2 <= n {
			return c
		}
	}
	return 0
}

// pairColumns makes pairs of a row of quoted texts that are keys and values in
// turn: "user" "anna" "src" "192.0.2.1".
func (l *Line) pairColumns() bool {
	n := len(l.KV)
	if n < 4 || n%2 != 0 {
		return true
	}
	known := 0
	for i := 0; i < n; i += 2 {
		if k := l.KV[i]; k.Key == "" && len(k.Val) < 48 && keyWords(k.Val) && l.lookup(k.Val).mean.read != readNothing {
			known++
		}
	}
	if known*3 < n {
		return true
	}
	for i := 0; i < n; i += 2 {
		l.KV[i/2] = KV{l.KV[i].Val, l.KV[i+1].Val}
	}
	clear(l.KV[n/2:])
	l.KV, l.Form = l.KV[:n/2], KeyValue
	return true
}

// columns takes s apart at delim.
func (l *Line) columns(s string, delim byte) bool {
	l.Form = Delimited
	i, plain := 0, strings.IndexByte(s, '"')
	if plain < 0 {
		plain = len(s)
	}
	if delim != ' ' {
		if i = l.plainColumns(s[:plain], delim); plain == len(s) {
			l.addColumn(s[i:])
			return true
		}
	}
	next := newByteFinder(s, delim)
	next.base = i
	for {
		for delim == ' ' && i < len(s) && s[i] == ' ' {
			i++
		}
		if i < len(s) && s[i] == ' ' && i+1 < len(s) && s[i+1] == '"' {
			i++
		}
		if i < len(s) && s[i] == '"' {
			j, esc := i+1, false
			for j < len(s) {
				if s[j] == '"' {
					if j+1 < len(s) && s[j+1] == '"' {
						esc = true
						j += 2
						continue
					}
					if j+1 == len(s) || s[j+1] == delim || s[j+1] == '=' || s[j+1] == ' ' {
						break
					}
				}
				j++
			}
			v := s[i+1 : min(j, len(s))]
			if esc {
				v = l.unquote(v, '"')
			}
			if j+2 < len(s) && s[j+1] == '=' && s[j+2] == '"' { // "Cn"="value"
				k := j + 3
				for k < len(s) && !(s[k] == '"' && (k+1 == len(s) || s[k+1] == delim)) {
					k++
				}
				l.add(v, s[j+3:min(k, len(s))])
				j = k
			} else {
				l.add("", v)
			}
			i = j + 1
			for i < len(s) && s[i] != delim {
				i++
			}
		} else {
			j := next.from(i)
			l.addColumn(s[i:j])
			if j == len(s) {
				return true
			}
			i = j
		}
		if i >= len(s) {
			return true
		}
		i++ // the delimiter
		if i >= len(s) {
			if delim != ' ' {
				l.add("", "")
			}
			return true
		}
	}
}

// plainColumns adds the columns that end in s, which has no quotes, and returns
// where the next begins.
func (l *Line) plainColumns(s string, delim byte) int {
	want, from, i := 0x0101010101010101*uint64(delim), 0, 0
	for ; i+8 <= len(s); i += 8 {
		for hits := zeroBytes(load64(s[i:]) ^ want); hits != 0; hits &= hits - 1 {
			j := i + mathbits.TrailingZeros64(hits)>>3
			l.addColumn(s[from:j])
			from = j + 1
		}
	}
	for ; i < len(s); i++ {
		if s[i] == delim {
			l.addColumn(s[from:i])
			from = i + 1
		}
	}
	return from
}

// addColumn adds a column that stood without quotes.
func (l *Line) addColumn(v string) {
	if v != "" && (atEdge(v[0]) || atEdge(v[len(v)-1])) {
		v = strings.TrimSpace(v)
	}
	l.add("", v)
}

// tightCommas counts the commas of the first 2 KiB that have something other
// than a space behind.
func tightCommas(s string) int {
	n := 0
	for i := 0; i+1 < len(s) && i < 2048; i++ {
		if s[i] == ',' && s[i+1] != ' ' {
			n++
		}
	}
	return n
}

// atEdge reports whether c, first or last in a column, may be a space of any
// alphabet.
func atEdge(c byte) bool { return c <= ' ' || c >= 0x80 }
