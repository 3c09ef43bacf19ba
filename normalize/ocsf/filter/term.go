package filter

import (
	"net/netip"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// term is one term: what it looks at, and the test that a value must pass.
type term struct {
	name string     // the path in its canonical form, "" for a word
	f    ocsf.Field // what it looks at: a field,
	key  string     // or a vendor's key or one of Picket's own,
	own  own        // of these
	cmp  cmpKind
	val  value // as written
	to   value

	test  test
	whole bool // a word that is found only as a whole
}

// own are the paths for how Picket got an event.
type own uint8

const (
	notOwn own = iota
	ownParser
	ownInput
	ownFrom
)

var owns = map[string]own{"picket.parser": ownParser, "picket.input": ownInput, "picket.from": ownFrom}

// moreNames are paths that JSON has beside the fields.
var moreNames = map[string]ocsf.Field{"class_name": ocsf.ClassUID, "activity_name": ocsf.ActivityID}

// unmapped stands before the key of a vendor that a field is named like.
const unmapped = "unmapped."

func newTerm(t token) (*term, error) {
	m := &term{cmp: t.cmp, val: t.text, to: t.to}
	if t.kind == tokWord {
		return m, m.word(t)
	}
	if err := m.resolve(t); err != nil {
		return nil, err
	}
	return m, m.compile(t)
}

// resolve finds what the path of a term means.
func (m *term) resolve(t token) error {
	path := strings.ToLower(t.path)
	if o, ok := owns[path]; ok {
		m.own, m.key, m.name = o, path, path
		return nil
	}
	if key, ok := cutPrefixFold(t.path, unmapped); ok {
		m.key = key
	} else if f, ok := moreNames[path]; ok {
		m.f = f
	} else if f, err := ocsf.Resolve(path); err == nil {
		m.f = f
	} else if fs := ocsf.Candidates(path); len(fs) > 0 {
		return errorAt(t.pos, err.Error(), "write one of them, or "+unmapped+t.path+" for the vendor's own key")
	} else {
		m.key = t.path
	}
	if m.f != ocsf.None {
		m.name = m.f.Path()
		return nil
	}
	if m.key == "" {
		return errorAt(t.pos, "the path is empty", "name a field, or quote the text to search for")
	}
	m.name = m.key
	if _, reserved := cutPrefixFold(m.key, unmapped); reserved || known(m.key) {
		m.name = unmapped + m.key
	}
	return nil
}

// known reports whether a path means something else than a vendor's key.
func known(path string) bool {
	path = strings.ToLower(path)
	_, err := ocsf.Resolve(path)
	_, more := moreNames[path]
	return err == nil || more || owns[path] != notOwn || len(ocsf.Candidates(path)) > 0
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// word compiles a bare word or phrase.
func (m *term) word(t token) error {
	m.test = textTest(t.text)
	if t.text.quoted || t.text.wild() {
		return nil
	}
	w := m.test.text
	if w == "" {
		return errorAt(t.pos, "the word is empty", "")
	}
	if a, err := netip.ParseAddr(w); err == nil && a.Zone() == "" {
		m.whole, m.test.text = true, a.Unmap().String()
	}
	m.whole = m.whole || isFingerprint(w)
	return nil
}

// isFingerprint tells an MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal digits.
func isFingerprint(s string) bool {
	switch len(s) {
	case 32, 40, 64, 128:
	default:
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

// compile makes the test of a term by the type of what it looks at.
func (m *term) compile(t token) error {
	if m.cmp == cmpEqual && m.val.any() && !m.val.quoted {
		m.test = test{kind: testAny}
		return nil
	}
	if m.f == ocsf.None {
		if m.own == ownFrom {
			return m.address(t)
		}
		return m.free()
	}
	switch typ := m.f.Info().Type; typ {
	case ocsf.IP:
		return m.address(t)
	case ocsf.Integer, ocsf.Port, ocsf.Time, ocsf.Enum, ocsf.Boolean, ocsf.Float:
		return m.number(t, typ)
	}
	return m.free()
}

// free compiles the term of a text, or of a vendor's key, which may be anything.
func (m *term) free() error {
	if m.cmp != cmpEqual {
		m.test = rangeTest(m.cmp, m.val, m.to)
		return nil
	}
	m.test = textTest(m.val)
	if m.f == ocsf.None && !m.val.quoted && strings.IndexByte(m.test.text, '/') > 0 {
		if p, err := netip.ParsePrefix(m.test.text); err == nil {
			m.test.lo, m.test.hi = span(p)
		}
	}
	return nil
}

// address compiles the term of an address: one, a network, a pattern, a range.
func (m *term) address(t token) error {
	wrong := func(s string) error {
		return errorAt(t.pos, m.name+" is an address, and "+strconv.Quote(s)+" is none",
			"write "+m.name+":192.0.2.1, a network like 192.0.2.0/24, or 192.0.2.*")
	}
	one := func(v value) (netip.Addr, error) {
		a, ok := ocsf.ParseAddr(v.plain())
		if !ok {
			return a, wrong(v.plain())
		}
		return a, nil
	}
	if m.cmp == cmpEqual && m.val.wild() {
		m.test = textTest(m.val)
		return nil
	}
	if m.cmp == cmpEqual {
		if p, err := netip.ParsePrefix(m.val.plain()); err == nil {
			m.test = test{kind: testAddr}
			m.test.lo, m.test.hi = span(p)
			return nil
		}
	}
	m.test = test{kind: testAddr}
	var err error
	if m.cmp != cmpRange || !m.val.any() {
		if m.test.lo, err = one(m.val); err != nil {
			return err
		}
	}
	switch m.cmp {
	case cmpEqual:
		m.test.hi = m.test.lo
	case cmpRange:
		if !m.to.any() {
			m.test.hi, err = one(m.to)
		}
	case cmpMore:
		m.test.lo = m.test.lo.Next()
	case cmpAtMost:
		m.test.lo, m.test.hi = netip.Addr{}, m.test.lo
	case cmpLess:
		m.test.lo, m.test.hi = netip.Addr{}, m.test.lo.Prev()
	}
	if m.cmp != cmpEqual && m.cmp != cmpRange && !m.test.lo.IsValid() && !m.test.hi.IsValid() {
		return errorAt(t.pos, "no address is beyond "+strconv.Quote(m.val.plain()), "")
	}
	return err
}

// span returns the first and the last address of a network.
func span(p netip.Prefix) (lo, hi netip.Addr) {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	lo = p.Masked().Addr()
	b := lo.AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	hi, _ = netip.AddrFromSlice(b)
	return lo, hi
}

// print writes the term in its canonical form.
func (m *term) print(b *strings.Builder) {
	if m.name == "" {
		b.WriteString(m.val.written())
		return
	}
	var v string
	if m.cmp == cmpRange {
		v = ":[" + m.val.written() + " TO " + m.to.written() + "]"
	} else {
		v = cmpText[m.cmp] + m.val.written()
	}
	l := lexer{s: m.name + v}
	if l.pathLength() == len(m.name) {
		b.WriteString(m.name)
	} else {
		b.WriteString(value{parts: []string{m.name}, quoted: true}.written())
	}
	b.WriteString(v)
}

// written returns the value as it can be read again.
func (v value) written() string {
	if v.quoted {
		return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(v.parts[0]) + `"`
	}
	parts := make([]string, len(v.parts))
	for i, p := range v.parts {
		parts[i] = bareEscapes.Replace(p)
	}
	return strings.Join(parts, "*")
}

var bareEscapes = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `"`, `\"`, `(`, `\(`, `)`, `\)`, `]`, `\]`,
	" ", `\ `, "\t", "\\\t", "\n", "\\\n", "\r", "\\\r")

func parseMAC(s string) (string, bool) { return ocsf.ParseMAC(s) }
