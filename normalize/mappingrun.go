package normalize

import (
	"slices"
	"strings"
)

// parse reads a line as a mapping says.
func (m *mapping) parse(l *Line) bool {
	form, n := l.Form, len(l.KV)
	var before []KV
	if len(m.only) > 0 && n > 0 && m.ownReader() {
		before = slices.Clone(l.KV)
	}
	if !m.read(l) {
		return false
	}
	l.seen.reset(len(m.slots))
	for i := range m.only {
		if !m.only[i].holds(l, m) {
			if m.ownReader() {
				l.Form, l.KV = form, append(l.KV[:0], before...)
			}
			return false
		}
	}
	for i := range m.extracts {
		m.extracts[i].read(l, l.Get(m.extracts[i].key))
	}
	if m.zone != nil && !l.placed {
		l.zone = m.zone
	}
	l.Apply(&m.keys)
	if m.tails.n > 0 {
		m.applyTails(l)
	}
	for i := range m.more {
		if v := l.Get(m.more[i].key); v != "" {
			l.apply(m.more[i].mean, v)
		}
	}
	if l.Device.Vendor != "" && !m.bare {
		l.device()
	}
	if !m.mute {
		l.texts()
	}
	m.settle(l)
	return true
}

// ownReader reports whether the mapping takes lines apart in a way of its own.
func (m *mapping) ownReader() bool { return m.form == textForm || m.form == csvForm || m.pairs != "" }

// read takes the message apart in the way that the mapping wants. When it cannot,
// the line is as it was before.
func (m *mapping) read(l *Line) bool {
	form, n := l.Form, len(l.KV)
	ok := false
	switch {
	case m.form == textForm:
		ok = m.readGroups(l)
	case m.form == csvForm:
		ok = m.readColumns(l)
	case m.pairs != "":
		ok = m.readPairs(l)
	default:
		l.Structure()
		return m.fits(l.Form) && len(l.KV) > 0 && m.complete(l.KV)
	}
	if ok && m.complete(l.KV[n:]) {
		l.KV = append(l.KV[:0], l.KV[n:]...) // what another reader made of it is gone
		return true
	}
	l.Form, l.KV = form, l.KV[:n]
	return false
}

func (m *mapping) fits(f Form) bool {
	switch m.form {
	case kvForm:
		return f == KeyValue
	case cefForm:
		return f == CEF
	case leefForm:
		return f == LEEF
	case jsonForm:
		return f == JSON
	case xmlForm:
		return f == XML
	}
	return f != Text && f != Delimited && f != AccessLog
}

// complete reports whether the keys that must be there are.
func (m *mapping) complete(kv []KV) bool {
	for _, k := range m.required {
		found := false
		for i := range kv {
			if kv[i].Key == k && kv[i].Val != "" {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// body is the message behind what the mapping leaves out.
func (m *mapping) body(l *Line) (string, bool) {
	s := strings.TrimSpace(l.Body)
	if m.skip == "" {
		return s, s != ""
	}
	_, s, ok := strings.Cut(s, m.skip)
	return strings.TrimLeft(s, " "), ok
}

// readGroups reads a text by the first pattern that it meets.
func (m *mapping) readGroups(l *Line) bool {
	s, ok := m.body(l)
	if !ok || !m.textPatterns.read(l, s) {
		return false
	}
	l.Form = Text
	return true
}

// read adds what the groups of the first pattern that s meets hold.
func (t *textPatterns) read(l *Line, s string) bool {
	for i, re := range t.patterns {
		at := re.FindStringSubmatchIndex(s)
		if at == nil {
			continue
		}
		for g, name := range t.groups[i] {
			if name != "" && at[2*g] >= 0 {
				l.add(name, s[at[2*g]:at[2*g+1]])
			}
		}
		return true
	}
	return false
}

// applyTails reads keys that the mapping knows by their last part.
func (m *mapping) applyTails(l *Line) {
	for i := range l.KV {
		kv := &l.KV[i]
		if mean := find(&m.tails, kv.Key[strings.LastIndexByte(kv.Key, '.')+1:]); mean != nil {
			l.apply(*mean, kv.Val)
		}
	}
}

// readColumns reads columns in a known order.
func (m *mapping) readColumns(l *Line) bool {
	s, ok := m.body(l)
	if !ok {
		return false
	}
	n := len(l.KV)
	l.columns(s, m.delim)
	got := l.KV[n:]
	for i := range got {
		if i < len(m.columns) && m.columns[i] != "-" && got[i].Key == "" {
			got[i].Key = m.columns[i]
		}
	}
	return len(got) > 1
}

// readPairs reads pairs with the separators that the mapping names. A value in
// double quotes may hold them.
func (m *mapping) readPairs(l *Line) bool {
	s, ok := m.body(l)
	if !ok {
		return false
	}
	pairs := 0
	for s != "" {
		var one string
		if one, s = m.nextPair(s); one == "" {
			continue
		}
		k, v, ok := strings.Cut(one, m.equals)
		if k = strings.TrimSpace(k); !ok || k == "" {
			l.add("", strings.TrimSpace(one))
			continue
		}
		l.add(k, strings.Trim(strings.TrimSpace(v), `"`))
		pairs++
	}
	l.Form = KeyValue
	return pairs > 0
}

// nextPair cuts the first pair off. It looks for the key's end before the pair's
// only, so that a line without any costs no more than one with many.
func (m *mapping) nextPair(s string) (one, rest string) {
	end := strings.Index(s, m.pairs)
	if end < 0 {
		return s, ""
	}
	if i := strings.Index(s[:min(len(s), end+len(m.equals))], m.equals); i >= 0 {
		from := i + len(m.equals) + behindQuotes(s[i+len(m.equals):])
		if end = strings.Index(s[from:], m.pairs); end < 0 {
			return s, ""
		}
		end += from
	}
	return s[:end], s[end+len(m.pairs):]
}

// behindQuotes returns where a value in double quotes ends that s begins with, 0
// when there is none.
func behindQuotes(s string) int {
	v := strings.TrimLeft(s, " ")
	if v == "" || v[0] != '"' {
		return 0
	}
	j := strings.IndexByte(v[1:], '"')
	if j < 0 {
		return 0
	}
	return len(s) - len(v) + j + 2
}

// settle applies fixed values, the tables of values and the rules, in this order.
func (m *mapping) settle(l *Line) {
	l.seen.reset(len(m.slots)) // what was extracted is there now
	m.set.give(l, m)
	for i := range m.values {
		m.values[i].give(l, m)
	}
	for i := range m.rules {
		r := &m.rules[i]
		if !r.holds(l, m) {
			continue
		}
		r.then.give(l, m)
		if !r.goOn {
			return
		}
	}
}

func (t *valueTable) give(l *Line, m *mapping) {
	var v []byte
	for _, s := range t.slots {
		if v = m.folded(l, s); len(v) > 0 {
			break
		}
	}
	if len(v) == 0 {
		return
	}
	if i, ok := t.exact[string(v)]; ok {
		t.cases[i].then.give(l, m)
		return
	}
	for i := range t.cases {
		if c := &t.cases[i]; !c.is.exactly() && c.is.match(v) {
			c.then.give(l, m)
			return
		}
	}
}

func (r *mappedRule) holds(l *Line, m *mapping) bool {
	for i := range r.all {
		if !r.all[i].holds(l, m) {
			return false
		}
	}
	for i := range r.none {
		if r.none[i].holds(l, m) {
			return false
		}
	}
	return true
}

func (c *condition) holds(l *Line, m *mapping) bool {
	v := m.folded(l, c.slot)
	for i := range c.any {
		if c.any[i].match(v) {
			return true
		}
	}
	return false
}

// ownWords are what values and conditions may look at beside keys.
var ownWords = [...]string{"<program>", "<message>", "<host>", "<msgid>", "<id>", "<name>", "<product>"}

// value returns what a slot holds.
func (m *mapping) value(l *Line, slot int) string {
	switch k := m.slots[slot]; k {
	case "<program>":
		return l.Head.App
	case "<message>":
		return l.Body
	case "<host>":
		return l.Head.Host
	case "<msgid>":
		return l.Head.MsgID
	case "<id>":
		return l.Device.ID
	case "<name>":
		return l.Device.Name
	case "<product>":
		return l.Device.Product
	default:
		if tail, ok := strings.CutPrefix(k, "*"); ok && len(tail) > 1 && tail[0] == '.' {
			return l.ending(tail)
		}
		return l.Get(k)
	}
}

// ending returns the value of the first pair whose key ends with this, or is it
// but for the dot.
func (l *Line) ending(tail string) string {
	for i := range l.KV {
		if k := l.KV[i].Key; strings.HasSuffix(k, tail) || k == tail[1:] {
			return l.KV[i].Val
		}
	}
	return ""
}

// seenValues are values in lower case, each made once a line.
type seenValues struct {
	done   []bool
	from   []int
	to     []int
	folded []byte
}

func (s *seenValues) reset(n int) {
	if cap(s.done) < n {
		s.done, s.from, s.to = make([]bool, n), make([]int, n), make([]int, n)
	}
	s.done, s.from, s.to = s.done[:n], s.from[:n], s.to[:n]
	clear(s.done)
	s.folded = s.folded[:0]
}

// folded returns what a slot holds, in lower case. It is good until the next
// call.
func (m *mapping) folded(l *Line, slot int) []byte {
	s := &l.seen
	if !s.done[slot] {
		v := m.value(l, slot)
		s.from[slot] = len(s.folded)
		for i := 0; i < len(v); i++ {
			c := v[i]
			if upper(c) {
				c |= 0x20
			}
			s.folded = append(s.folded, c)
		}
		s.done[slot], s.to[slot] = true, len(s.folded)
	}
	return s.folded[s.from[slot]:s.to[slot]]
}
