package normalize

import "strings"

// readDelimited reads columns without names: at least eight commas, most of
// them without a space behind, or a row of quoted texts. Quotes around a column
// are taken away, doubled ones inside are one (RFC 4180). It must not be meant
// as key=value.
func (l *Line) readDelimited(s string) bool {
	commas, tight, equals := 0, 0, 0
	for i := 0; i < len(s) && i < 2048; i++ {
		switch s[i] {
		case ',':
			commas++
			if i+1 < len(s) && s[i+1] != ' ' {
				tight++
			}
		case '=':
			equals++
		}
	}
	quoted := strings.HasPrefix(s, `"`) && (strings.Contains(s, `","`) || strings.Count(s, `" "`) >= 3)
	if !quoted && (commas < 8 || tight*3 < commas*2 || equals*2 > commas) {
		return false
	}
	if quoted && !strings.Contains(s, `","`) {
		return l.columns(s, ' ')
	}
	return l.columns(s, ',')
}

// columns takes s apart at delim.
func (l *Line) columns(s string, delim byte) bool {
	l.Form = Delimited
	i := 0
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
			j := strings.IndexByte(s[min(i, len(s)):], delim)
			if j < 0 {
				l.add("", strings.TrimSpace(s[min(i, len(s)):]))
				return true
			}
			l.add("", strings.TrimSpace(s[i:i+j]))
			i += j
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
