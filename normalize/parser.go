package normalize

import (
	"regexp"
	"strings"
)

// Parser knows what one brand says. It is found by what a line shows: the name
// of the program in the header, the vendor in a CEF or LEEF header, a key that
// only this brand has, or how the message begins. None of these is tried one
// after the other for all brands; see router.
type Parser struct {
	Name    string // short, as in a file name: "fortigate"
	Vendor  string
	Product string

	// How its lines are recognized. Each is a list with spaces between.
	Apps    string   // program names of the header: "sshd", "filterlog"
	Devices string   // vendors of CEF and LEEF in lower case, with _ for a space: "palo_alto_networks"
	Keys    string   // keys of pairs that only this brand has: "devid logid"
	Columns string   // texts in the first columns of a delimited line: "TRAFFIC"
	Begins  []string // what the message begins with, at least four bytes each; not asked below another program's name where Apps are given

	// Shape tells its lines when they begin with something that changes, as the
	// number of a queue file. It is asked for every line that no program's name or
	// beginning has found, so that it must say no at the first bytes; prefer any of
	// the above. The message is never empty.
	Shape func(message string) bool
	// First are the bytes that a message of this shape begins with, 9 for any
	// digit; empty when it may be any. It keeps the cost of recognizing a line from
	// growing with the number of brands.
	First string
	// Next are the bytes that may end the first word of such a message, a run of
	// letters and digits of any alphabet, which is empty when it begins with
	// neither; empty when it may be any. Pairs, columns and sentences differ in it.
	Next string

	// Pattern tells its lines when nothing else does: the beginning of a message
	// that nobody else knew is held against it, at last.
	Pattern *regexp.Regexp

	// Parse reads the line. It reports false when the line is not of this brand
	// or kind; then it must have changed nothing, and the next candidate is
	// asked, at last the dictionary. Structure is read before when the parser was
	// found by a key or a device; call l.Structure() when it was found otherwise.
	Parse func(l *Line) bool

	keys *Keys // of a mapping, for Explain
}

// router finds the parsers that may know a line.
type router struct {
	apps    map[string][]*Parser
	devices map[string][]*Parser
	keys    keyTable[[]*Parser]
	begins  map[[4]byte][]begin
	columns map[string][]*Parser
	shapes  [256][]shape // by the first byte of the message
	last    []*Parser    // with a Pattern
}

// shape is a parser with a Shape, and the bytes of its Next.
type shape struct {
	p    *Parser
	next byteSet
}

type begin struct {
	text string
	p    *Parser
}

func newRouter(ps []*Parser) *router {
	r := &router{apps: map[string][]*Parser{}, devices: map[string][]*Parser{}, begins: map[[4]byte][]begin{}, columns: map[string][]*Parser{}}
	for _, p := range ps {
		for _, a := range strings.Fields(p.Apps) {
			r.apps[a] = append(r.apps[a], p)
		}
		for _, d := range strings.Fields(p.Devices) {
			r.devices[d] = append(r.devices[d], p)
		}
		for _, c := range strings.Fields(p.Columns) {
			r.columns[c] = append(r.columns[c], p)
		}
		for _, k := range strings.Fields(p.Keys) {
			var have []*Parser
			if old := find(&r.keys, k); old != nil {
				have = *old
			}
			r.keys.set(k, append(have, p))
		}
		for _, b := range p.Begins {
			k := [4]byte{b[0], b[1], b[2], b[3]}
			r.begins[k] = append(r.begins[k], begin{b, p})
		}
		if p.Shape != nil {
			for c := range r.shapes {
				if p.begins(byte(c)) {
					r.shapes[c] = append(r.shapes[c], shape{p, nextSet(p.Next)})
				}
			}
		}
		if p.Pattern != nil {
			r.last = append(r.last, p)
		}
	}
	return r
}

// begins reports whether a message of p's shape may begin with c.
func (p *Parser) begins(c byte) bool {
	return p.First == "" || strings.IndexByte(p.First, c) >= 0 || digit(c) && strings.IndexByte(p.First, '9') >= 0
}

// parse asks the parsers that may know the line until one does.
func (r *router) parse(l *Line) bool {
	if r.known(l) {
		return true
	}
	if len(r.last) == 0 {
		return false
	}
	s := strings.TrimLeft(l.Body, " ")
	s = s[:min(len(s), patternReach)]
	for _, p := range r.last {
		if p.Pattern.MatchString(s) && p.try(l) {
			return true
		}
	}
	return false
}

// patternReach is how much of a message patterns look at.
const patternReach = 2048

// known asks the parsers that the line shows the way to.
func (r *router) known(l *Line) bool {
	s := l.Body
	if i := skipSpaces(s, 0); i > 0 {
		s = s[i:]
	}
	if app := l.Head.App; app != "" {
		ps := r.apps[app]
		if ps == nil {
			if i := strings.IndexAny(app, "/-.("); i > 0 {
				ps = r.apps[app[:i]] // postfix/smtpd, sshd-session
			}
		}
		if r.ask(l, ps) {
			return true
		}
	}
	if len(s) >= 4 {
		for _, b := range r.begins[[4]byte{s[0], s[1], s[2], s[3]}] {
			if b.p.mayBe(l) && strings.HasPrefix(s, b.text) && b.p.try(l) {
				return true
			}
		}
	}
	if r.shaped(l, s) {
		return true
	}
	l.Structure()
	if l.Device.Vendor != "" {
		var b [24]byte
		if f := foldWord(&b, l.Device.Vendor); f != nil {
			for i := range f {
				if f[i] == ' ' {
					f[i] = '_'
				}
			}
			if r.ask(l, r.devices[string(f)]) {
				return true
			}
		}
	}
	if l.Form == Delimited {
		for i := 0; i < len(l.KV) && i < 8; i++ {
			if v := l.KV[i].Val; len(v) > 2 && len(v) < 16 && r.ask(l, r.columns[v]) {
				return true
			}
		}
		return false
	}
	tried := 0
	for i := 0; i < len(l.KV) && tried < 4; i++ {
		if k := l.KV[i].Key; k != "" {
			if ps := find(&r.keys, k); ps != nil {
				tried++
				if r.ask(l, *ps) {
					return true
				}
			}
		}
	}
	return false
}

// shaped asks the parsers whose shape the message may have.
func (r *router) shaped(l *Line, s string) bool {
	if s == "" {
		return false
	}
	next := wordNext(s)
	shapes := r.shapes[s[0]]
	for i := range shapes {
		if p := shapes[i].p; shapes[i].next.has(next) && p.mayBe(l) && p.Shape(s) && p.try(l) {
			return true
		}
	}
	return false
}

// wordNext returns the byte behind the first word of s; 0, which every shape
// takes, when the word is longer than a name or all there is.
func wordNext(s string) byte {
	for i := 0; i < len(s) && i < 64; i++ {
		if !ofRun.has(s[i]) {
			return s[i]
		}
	}
	return 0
}

// nextSet is the set of the bytes of a parser's Next.
func nextSet(next string) (b byteSet) {
	if next == "" {
		return byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	}
	b.add(0)
	for i := 0; i < len(next); i++ {
		b.add(next[i])
	}
	return b
}

// mayBe reports whether the program in the header leaves room for p by the looks
// of a message: one that logs under names of its own does not under another's.
func (p *Parser) mayBe(l *Line) bool { return l.Head.App == "" || p.Apps == "" }

func (r *router) ask(l *Line, ps []*Parser) bool {
	for _, p := range ps {
		if p.try(l) {
			return true
		}
	}
	return false
}

func (p *Parser) try(l *Line) bool {
	if !p.Parse(l) {
		return false
	}
	if l.E.Parser == "" {
		l.E.Parser = p.Name
	}
	l.product(p.Vendor, p.Product)
	return true
}

// Structure takes the message apart into pairs, once.
func (l *Line) Structure() {
	if l.Form == Text && len(l.KV) == 0 {
		l.readStructure()
	}
}
