package normalize

import "strings"

// innerLines reads the lists of "Key: value" that messages of several lines are
// made of, as those of Windows and of mail. A key without a value begins a
// section, whose name stands for the side of the keys in it: Subject, New Logon,
// Network Information. On the way through syslog line ends become \n, #012 or
// \r\n as text, tabs #011 and \t.
func (l *Line) innerLines(s string) {
	if !manyLines(s) {
		return
	}
	section := ""
	for s != "" {
		var part string
		part, s = cutLine(s)
		part = trimLine(part)
		c := strings.IndexByte(part, ':')
		if c <= 0 || c > 48 || !keyWords(part[:c]) || !letter(part[0]) {
			continue
		}
		v := trimLine(part[c+1:])
		if v == "" {
			section = part[:c]
			continue
		}
		l.applySection(section, part[:c], v)
	}
}

// applySection reads a pair by its section and key, or by its key alone.
func (l *Line) applySection(section, k, v string) {
	m := meaning{}
	if section != "" {
		l.path = append(append(append(l.path[:0], section...), '.'), k...)
		m = l.lookupPath(l.path).mean
	}
	if m.read == readNothing {
		m = l.lookup(k).mean
	}
	if m.read == readNothing || m.read == readMessage || m.read == readTime {
		return
	}
	m.weight = min(m.weight, textWeight+2)
	l.apply(m, v)
}

// manyLines reports whether s has two line ends or more, in any writing.
func manyLines(s string) bool {
	n := 0
	for i := 0; i < len(s) && n < 2; i++ {
		if lineEnd(s, i) > 0 {
			n++
		}
	}
	return n == 2
}

// lineEnd returns the length of the line end at s[i], 0 when there is none.
func lineEnd(s string, i int) int {
	switch s[i] {
	case '\n', '\r':
		return 1
	case '\\':
		if i+1 < len(s) && (s[i+1] == 'n' || s[i+1] == 'r') && (i+2 >= len(s) || !lower(s[i+2])) {
			return 2
		}
	case '#':
		if strings.HasPrefix(s[i:], "#012") || strings.HasPrefix(s[i:], "#015") {
			return 4
		}
	}
	return 0
}

// cutLine takes the first line off s.
func cutLine(s string) (line, rest string) {
	for i := 0; i < len(s); i++ {
		if n := lineEnd(s, i); n > 0 {
			return s[:i], s[i+n:]
		}
	}
	return s, ""
}

// trimLine takes blanks and tabs in any writing from both ends.
func trimLine(s string) string {
	for {
		t := strings.Trim(s, " \t\r\n")
		t = strings.TrimPrefix(strings.TrimPrefix(t, "#011"), `\t`)
		t = strings.TrimSuffix(t, "#011")
		if len(t) == len(s) {
			return t
		}
		s = t
	}
}
