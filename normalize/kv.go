package normalize

import "strings"

// readKeyValue reads key=value in the dialects of the field: values bare, in
// quotes with \" or "" inside, in brackets of any kind, with spaces up to the
// next key; pairs with spaces, commas, semicolons, bars or tabs between; spaces
// around the "="; keys of several words where commas stand between pairs. What
// stands between pairs becomes a pair without key. With fewer than two pairs the
// message stays a text.
func (l *Line) readKeyValue(s string) {
	start := len(l.KV)
	r := kvReader{s: s, l: l}
	r.read()
	switch n := r.pairs; {
	case n >= 2:
		l.Form = KeyValue
	default:
		l.KV = l.KV[:start]
		if l.readColonPairs(s) {
			l.Form = KeyValue
			return
		}
		if l.readMarkedPairs(s) {
			return
		}
		r = kvReader{s: s, l: l}
		r.read()
	}
}

// readPlainKeyValue reads the dialect of most firewalls at once: pairs with one
// space between, values bare without spaces, or in double quotes without escapes.
// It reports false, and has read nothing, when the message is anything else.
func (l *Line) readPlainKeyValue(s string) bool {
	start := len(l.KV)
	for i := 0; i < len(s); {
		k := i
		i += ofKey.run(s[i:])
		if i == k || i >= len(s) || s[i] != '=' || !letter(s[k]) {
			l.KV = l.KV[:start]
			return false
		}
		key := s[k:i]
		i++
		v := i
		val := ""
		if i < len(s) && s[i] == '"' {
			v++
			j := indexFrom(s, v, '"')
			if j == len(s) || j+1 < len(s) && s[j+1] != ' ' || j > v && s[j-1] == '\\' {
				l.KV = l.KV[:start]
				return false
			}
			val = s[v:j]
			i = j + 1
		} else {
			i += ofBare.run(s[i:])
			if i < len(s) && s[i] != ' ' {
				l.KV = l.KV[:start]
				return false
			}
			val = s[v:i]
		}
		l.add(key, val)
		for i < len(s) && s[i] == ' ' {
			i++
		}
	}
	if len(l.KV)-start < 3 {
		l.KV = l.KV[:start]
		return false
	}
	l.Form = KeyValue
	return true
}

type kvReader struct {
	s     string
	l     *Line
	pairs int
	done  int // everything before is told
	comma int // just behind the comma or semicolon that ended the last value

	key      string // of the bare value that is being read
	val      int    // where it begins
	spaced   bool   // it has a space inside
	lastWord int    // where its last word begins
}

func (r *kvReader) read() {
	s := r.s
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '=':
			i = r.equals(i)
		case ' ', '\t':
			if r.key != "" {
				j := skipSpaces(s, i)
				if c == '\t' && i > r.val {
					r.end(i, i)
				} else if j < len(s) && s[j] != ',' && s[j] != ';' && s[j] != '|' && i > r.val {
					r.spaced = true
				}
				r.lastWord = j
				i = j - 1
			}
		case ',', ';', '|':
			if r.key == "" || i+1 >= len(s) {
				continue
			}
			if r.spaced {
				if j := skipSpaces(s, i+1); keyAhead(s, j) || r.comma > 0 && keysAhead(s, j) {
					r.end(i, j)
					r.comma = j
				}
				continue
			}
			n := s[i+1]
			switch {
			case n == ' ' || c == '|' && i > r.val:
				j := skipSpaces(s, i+1)
				r.end(i, j)
				r.comma = j
			case keyAhead(s, i+1):
				r.end(i, i+1)
				r.comma = i + 1
			case c == ',' && i == r.val: // an empty value
				r.end(i, i+1)
				r.comma = i + 1
			}
		case '[', '{', '(':
			if r.key != "" && i > r.val {
				continue
			}
		case ']', '}':
			if r.key != "" && !r.spaced && i > r.val && strings.IndexByte(s[max(r.val, i-64):i], s[i]-2) < 0 {
				r.end(i, i+1)
			}
		}
	}
	if r.key != "" {
		r.end(len(s), len(s))
	} else if r.done < len(s) {
		r.gap(len(s))
	}
}

// equals looks at the "=" at i and returns where to go on.
func (r *kvReader) equals(i int) int {
	s := r.s
	if i+1 < len(s) && (s[i+1] == '=' || s[i+1] == '~') || i > 0 && (s[i-1] == '!' || s[i-1] == '<' || s[i-1] == '>') {
		return i + 1
	}
	end := i
	spaced := false
	if i > 0 && s[i-1] == ' ' {
		if i+1 >= len(s) || s[i+1] != ' ' {
			return i
		}
		end, spaced = i-1, true
	}
	floor := r.done
	if r.key != "" {
		floor = max(floor, r.val)
	}
	k := end
	for k > floor && end-k < 64 && keyByte(s[k-1]) {
		k--
	}
	quoted := false
	if k == end && end > floor+2 && s[end-1] == '"' { // "Cn"="value"
		q := strings.LastIndexByte(s[floor:end-1], '"')
		if q < 0 || end-floor-q > 66 || q+1 == end-1-floor {
			return i
		}
		k = floor + q
		quoted = true
	}
	if k == end || !quoted && digits(s[k:end]) == end-k {
		return i
	}
	if k > floor && !quoted && !strings.ContainsRune(" \t,;|([{<\"'#:", rune(s[k-1])) {
		return i
	}
	key := s[k:end]
	if quoted {
		key = s[k+1 : end-1]
	}
	switch {
	case r.key == "" && r.comma > 0 && r.comma >= r.done && k > r.comma && k-r.comma < 48 && keyWords(s[r.comma:k]):
		k = r.comma // Device IP Address=
		key = s[k:end]
	case r.key == "" && spaced && k > r.done:
		// authentication … : user IP = 1.1.1.1
		if j := strings.LastIndexAny(s[r.done:k], ":,;(["); j >= 0 {
			j = skipSpaces(s, r.done+j+1)
			if j < k && k-j < 32 && keyWords(s[j:k]) {
				k, key = j, s[j:end]
			}
		}
	case r.key != "" && r.spaced && sideless(key):
		// Server IP=1.2.3.4 Peer port=55760
		p := k
		for p > r.val && s[p-1] == ' ' {
			p--
		}
		q := p
		for q > r.val && letter(s[q-1]) {
			q--
		}
		if q < p && sideWord(s[q:p]) {
			k, key = q, s[q:end]
		}
	case r.key != "" && spaced && r.spaced:
		if j := strings.LastIndexAny(s[r.val:k], ":,;"); j >= 0 {
			j = skipSpaces(s, r.val+j+1)
			if j < k && k-j < 32 && keyWords(s[j:k]) {
				k, key = j, s[j:end]
			}
		}
	}
	if r.key != "" {
		r.end(k, k)
	} else {
		r.gap(k)
	}
	// the value
	v := i + 1
	if v < len(s) && s[v] == '>' { // key=>value
		v++
	}
	if spaced {
		v = skipSpaces(s, v)
	} else if v+1 < len(s) && s[v] == ' ' && (s[v+1] == '"' || s[v+1] == '\'') {
		v++
	}
	if v >= len(s) {
		r.pair(key, "")
		r.done = len(s)
		return len(s)
	}
	switch c := s[v]; c {
	case '"', '\'':
		j, esc := closingQuote(s, v)
		if j < 0 {
			if c == '\'' {
				break
			}
			r.pair(key, s[v+1:])
			r.done = len(s)
			return len(s)
		}
		val := s[v+1 : j]
		if esc {
			val = r.l.unquote(val, c)
		}
		r.pair(key, val)
		r.done, r.comma = j+1, 0
		if j+1 < len(s) && (s[j+1] == ',' || s[j+1] == ';') {
			r.comma = skipSpaces(s, j+2)
			r.done = r.comma
			return max(j, r.comma-1)
		}
		return j
	case '<', '[', '{', '(':
		if j := closingBracket(s, v); j > 0 && (j+1 == len(s) || strings.IndexByte(" \t,;)]}|", s[j+1]) >= 0) {
			r.pair(key, strings.TrimSpace(s[v+1:j]))
			r.done, r.comma = j+1, 0
			if j+1 < len(s) && (s[j+1] == ',' || s[j+1] == ';') {
				r.comma = skipSpaces(s, j+2)
				r.done = r.comma
				return max(j, r.comma-1)
			}
			return j
		}
	}
	r.key, r.val, r.spaced = key, v, false
	if s[v] == ' ' || s[v] == ',' || s[v] == ';' || s[v] == '\t' {
		// empty, as in "OUT= MAC=": only a key right behind makes it so
		return v - 1
	}
	return v - 1
}

// end closes the bare value before i; the next thing begins at next.
func (r *kvReader) end(i, next int) {
	v := strings.TrimRight(r.s[r.val:max(i, r.val)], " \t,;|")
	if j := strings.Index(v, " ]"); j >= 0 && strings.IndexByte(v[:j], '[') < 0 {
		v = v[:j] // the bracket that closes a group of pairs
	}
	if strings.HasSuffix(v, ")") && strings.IndexByte(v, '(') < 0 {
		v = strings.TrimRight(v, ")")
	}
	v = strings.TrimRight(strings.TrimRight(v, "[{("), " \t,;|")
	r.pair(r.key, strings.TrimLeft(v, " \t"))
	r.key, r.spaced = "", false
	r.done, r.comma = next, 0
}

func (r *kvReader) pair(k, v string) {
	r.pairs++
	r.l.add(k, v)
}

// gap keeps the words between pairs.
func (r *kvReader) gap(end int) {
	g := strings.Trim(r.s[r.done:end], " \t,;|")
	for i := 0; i < len(g); i++ {
		if alnum(g[i]) {
			r.l.add("", g)
			return
		}
	}
}

// keyAhead reports whether a key and its "=" begin at s[i].
func keyAhead(s string, i int) bool {
	j := i
	for j < len(s) && j-i < 48 && keyByte(s[j]) {
		j++
	}
	return j > i && j < len(s) && s[j] == '=' && letter(s[i])
}

// keysAhead is keyAhead for keys of several words.
func keysAhead(s string, i int) bool {
	j := i
	for j < len(s) && j-i < 48 && (keyByte(s[j]) || s[j] == ' ') {
		j++
	}
	return j > i && j < len(s) && s[j] == '=' && letter(s[i])
}

// keyWords reports whether s is nothing but words that may make a key.
func keyWords(s string) bool {
	for i := 0; i < len(s); i++ {
		if !alnum(s[i]) && s[i] != ' ' && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return strings.Count(strings.TrimSpace(s), " ") < 4
}

// sideless tells keys that need the word before them.
func sideless(k string) bool {
	var b [24]byte
	switch string(foldWord(&b, k)) {
	case "ip", "port", "address", "mac", "host", "addr", "interface":
		return true
	}
	return false
}

func sideWord(w string) bool {
	var b [24]byte
	switch string(foldWord(&b, w)) {
	case "server", "client", "peer", "source", "src", "dst", "dest", "destination", "local", "remote", "user", "nat":
		return true
	}
	return false
}

// closingQuote returns where the quote that s[i] opens is closed: before a
// separator or the end, so that a quote in the middle of a value does no harm.
func closingQuote(s string, i int) (end int, escaped bool) {
	q := s[i]
	limit := len(s)
	if q == '\'' {
		limit = min(limit, i+1024) // an apostrophe may never be closed
	}
	for j := i + 1; j < limit; j++ {
		switch s[j] {
		case '\\':
			if j+1 < len(s) && (s[j+1] == q || s[j+1] == '\\') {
				// C:\dir\" closes when a separator and a key follow
				if s[j+1] == q && (j+2 == len(s) || s[j+2] == ' ' && keyAhead(s, j+3)) {
					return j + 1, escaped
				}
				escaped = true
				j++
			}
		case q:
			if j+1 == len(s) || strings.IndexByte(" \t,;|)]}>\r\n/", s[j+1]) >= 0 {
				return j, escaped
			}
			if s[j+1] == q {
				if j == i+1 && (j+2 == len(s) || s[j+2] == ' ') {
					return j, escaped
				}
				escaped = true
				j++
				if j+1 == len(s) || strings.IndexByte(" \t,;", s[j+1]) >= 0 {
					return j, escaped // "say ""x"""
				}
				continue
			}
			if keyAhead(s, j+1) { // a="x"b="y"
				return j, escaped
			}
		}
	}
	return -1, false
}

// unquote takes \" \\ and "" apart.
func (l *Line) unquote(v string, q byte) string {
	var small [1024]byte
	b := small[:0]
	for i := 0; i < len(v); i++ {
		if i+1 < len(v) && (v[i] == '\\' && (v[i+1] == q || v[i+1] == '\\') || v[i] == q && v[i+1] == q) {
			i++
		}
		b = append(b, v[i])
	}
	return l.keep(b)
}

// closingBracket returns where the bracket that s[i] opens is closed, within a
// bounded distance, or -1.
func closingBracket(s string, i int) int {
	open := s[i]
	close := open + 2
	if open == '(' {
		close = ')'
	}
	depth := 0
	for j := i; j < len(s) && j-i < 512; j++ {
		switch s[j] {
		case open:
			depth++
		case close:
			depth--
			if depth == 0 {
				return j
			}
		}
	}
	return -1
}

// readColonPairs reads "Key: value, Key: value" and "key:value, key:value", with
// commas, semicolons or bars between, in braces or not; most of the parts must
// look so.
func (l *Line) readColonPairs(s string) bool {
	if strings.IndexByte(s, ':') < 0 {
		return false
	}
	if n := len(s); s[0] == '{' && s[n-1] == '}' {
		s = s[1 : n-1]
	}
	for _, sep := range [...]byte{'|', ';', ','} {
		if strings.IndexByte(s, sep) >= 0 && l.colonParts(s, sep) {
			return true
		}
	}
	return false
}

// colonParts is readColonPairs for one separator.
func (l *Line) colonParts(s string, sep byte) bool {
	start := len(l.KV)
	parts, pairs := 0, 0
	for i := 0; i < len(s); {
		j := partEnd(s, i, sep)
		part := strings.TrimSpace(s[i:j])
		parts++
		if k, v, ok := colonPair(part, parts == 1); ok {
			pairs++
			l.add(k, v)
		} else if part != "" {
			l.add("", part)
		}
		i = j + 1
	}
	if pairs < 2 || pairs*10 < parts*6 {
		clear(l.KV[start:])
		l.KV = l.KV[:start]
		return false
	}
	return true
}

// partEnd returns the next separator outside quotes that does not stand in a
// number.
func partEnd(s string, i int, sep byte) int {
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '"':
			if k := strings.IndexByte(s[j+1:], '"'); k >= 0 {
				j += k + 1
			}
		case sep:
			if j+1 < len(s) && (s[j+1] == ' ' || letter(s[j+1]) || s[j+1] == '"' || s[j+1] == '\'') {
				return j
			}
		}
	}
	return len(s)
}

// colonPair takes "Key: value" apart. The first part may have words before.
func colonPair(s string, first bool) (k, v string, ok bool) {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	c := strings.IndexByte(s, ':')
	if c <= 0 || c > 40 {
		return "", "", false
	}
	k, v = s[:c], strings.TrimSpace(s[c+1:])
	if n := len(k); n > 2 && k[0] == '\'' && k[n-1] == '\'' { // 'user': 'anna'
		k, v = k[1:n-1], strings.Trim(v, "'")
	} else if n > 2 && k[0] == '"' && k[n-1] == '"' {
		k = k[1 : n-1]
	}
	if strings.HasPrefix(v, "//") || strings.HasPrefix(v, ":") {
		return "", "", false
	}
	if first {
		if i := strings.LastIndexAny(k, "[{(<"); i >= 0 {
			k = k[i+1:]
		}
		if i := strings.LastIndexByte(k, ' '); i >= 0 && strings.Count(k, " ") > 1 {
			k = k[i+1:]
		}
	}
	if k == "" || !letter(k[0]) || strings.Count(k, " ") > 3 {
		return "", "", false
	}
	for i := 0; i < len(k); i++ {
		if c := k[i]; !alnum(c) && c != ' ' && c != '_' && c != '-' && c != '(' && c != ')' && c < 0x80 {
			return "", "", false
		}
	}
	return k, strings.Trim(v, `"`), true
}
