package normalize

import "strings"

// This file reads pairs that no "=" joins: key[value], <key:value> and
// [key "value"], key:value with spaces between, and Oracle's KEY:[length]
// "value". Each is tried only where its marks stand three times, and holds only
// when the dictionary knows half of the keys: prose has brackets and colons too.

// maxUnclosed is how many brackets of a line may stay open: each is looked behind for
// its end.
const maxUnclosed = 32

// maxMarked bounds the length of a key and of a value in brackets.
const maxMarked = 512

// readMarkedPairs tries the dialects one after the other.
func (l *Line) readMarkedPairs(s string) bool {
	start := len(l.KV)
	if manyLines(s) {
		return false
	}
	for _, read := range [...]func(*Line, string){(*Line).namedBrackets, (*Line).groups, (*Line).counted, (*Line).colonWords} {
		read(l, s)
		if l.mostlyKnown(start) {
			l.Form = KeyValue
			return true
		}
		clear(l.KV[start:])
		l.KV = l.KV[:start]
	}
	return false
}

// mostlyKnown reports whether three pairs or more were read from start on, half
// of them with a key that means something.
func (l *Line) mostlyKnown(start int) bool {
	pairs, known := 0, 0
	for _, kv := range l.KV[start:] {
		if kv.Key == "" {
			continue
		}
		pairs++
		if l.lookup(kv.Key).mean.read != readNothing {
			known++
		}
	}
	return pairs >= 3 && known*2 >= pairs
}

// namedBrackets reads user[anna] src[192.0.2.1].
func (l *Line) namedBrackets(s string) {
	if strings.Count(s, "[") < 3 {
		return
	}
	done, unclosed := 0, 0
	for i := 1; i < len(s) && unclosed < maxUnclosed; i++ {
		if s[i] != '[' || !alnum(s[i-1]) {
			continue
		}
		k := i
		for k > done && i-k < 48 && keyByte(s[k-1]) {
			k--
		}
		j := closingBracket(s, i)
		if j < 0 {
			unclosed++
		}
		if j < 0 || !letter(s[k]) {
			continue
		}
		l.gap(s[done:k])
		l.add(s[k:i], strings.TrimSpace(s[i+1:j]))
		i, done = j, j+1
	}
	l.gap(s[done:])
}

// groups reads <user:anna> <src:192.0.2.1>, [user anna] [uri "/a"] and their like.
func (l *Line) groups(s string) {
	if strings.Count(s, "[")+strings.Count(s, "<") < 3 {
		return
	}
	done := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '[' && s[i] != '<' {
			continue
		}
		j := strings.IndexByte(s[i:min(len(s), i+maxMarked)], s[i]+2)
		if j < 0 {
			continue
		}
		k, v, ok := groupPair(s[i+1 : i+j])
		if !ok || l.lookup(k).mean.read == readNothing {
			continue // words in brackets
		}
		l.gap(s[done:i])
		l.add(k, v)
		i += j
		done = i + 1
	}
	l.gap(s[done:])
}

// groupPair takes "user:anna", "user: anna", "user anna" and `uri "/a"` apart.
func groupPair(s string) (k, v string, ok bool) {
	i := 0
	for i < len(s) && i < 48 && keyByte(s[i]) {
		i++
	}
	if i < 2 || i >= len(s)-1 || !letter(s[0]) || s[i] != ':' && s[i] != ' ' {
		return "", "", false
	}
	return s[:i], strings.Trim(strings.TrimSpace(s[i+1:]), `"`), true
}

// counted reads ACTION :[7] "CONNECT" DATABASE USER:[5] "SCOTT" (Oracle Database
// Security Guide, audit trails in syslog).
func (l *Line) counted(s string) {
	for s != "" {
		i := strings.Index(s, ":[")
		if i < 0 {
			return
		}
		d := digits(s[i+2:])
		rest := s[i+2+d:]
		if d == 0 || !strings.HasPrefix(rest, `] "`) {
			s = rest
			continue
		}
		k := strings.TrimSpace(s[:i])
		if j := strings.LastIndexByte(k, '"'); j >= 0 {
			k = strings.TrimSpace(k[j+1:])
		}
		rest = rest[3:]
		j := strings.IndexByte(rest, '"')
		if j < 0 {
			return
		}
		if k != "" && len(k) < 48 && keyWords(k) {
			l.add(k, rest[:j])
		}
		s = rest[j+1:]
	}
}

// colonWords reads user:anna src:192.0.2.1 reason:bad password. Words without a
// key belong to the value before them.
func (l *Line) colonWords(s string) {
	if strings.Count(s, ":") < 3 {
		return
	}
	key, from, end := "", 0, 0
	done := 0
	for i := 0; i < len(s); {
		i = skipSpaces(s, i)
		j := i
		for j < len(s) && s[j] != ' ' && s[j] != '\t' {
			j++
		}
		if k := colonKey(s[i:j]); k > 0 {
			if key != "" {
				l.add(key, trimValue(s[from:end]))
			} else {
				l.gap(s[done:i])
			}
			key, from = s[i:i+k], i+k+1
		}
		i, end = j, j
	}
	if key != "" {
		l.add(key, trimValue(s[from:end]))
	}
}

// colonKey returns the length of the key that a word like src:192.0.2.1 begins
// with, 0 when it has none.
func colonKey(w string) int {
	i := 0
	for i < len(w) && (alnum(w[i]) || w[i] == '_' || w[i] == '-' || w[i] == '.') {
		i++
	}
	if i < 2 || i > 40 || i+1 >= len(w) || w[i] != ':' || w[i+1] == ':' || w[i+1] == '/' || !letter(w[0]) {
		return 0
	}
	return i
}

func trimValue(v string) string { return strings.Trim(v, " \t\",;") }

// gap keeps words between pairs without a key.
func (l *Line) gap(s string) {
	s = strings.Trim(s, " \t,;|:")
	for i := 0; i < len(s); i++ {
		if alnum(s[i]) {
			l.add("", s)
			return
		}
	}
}
