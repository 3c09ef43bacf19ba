package filter

import (
	"net/netip"
	"slices"

	"picket/normalize/ocsf"
)

// Index tells what a block of events cannot contain. Every method may answer
// true when it does not know; false is a promise. Texts are folded, see [Fold].
type Index interface {
	// Has tells whether an event may have the field, or with ocsf.None the
	// vendor's key.
	Has(f ocsf.Field, key string) bool
	// Value tells whether the field or key may have exactly this text.
	Value(f ocsf.Field, key, text string) bool
	// Addr tells whether the field or key may have this address.
	Addr(f ocsf.Field, key string, a netip.Addr) bool
	// Number tells whether the field may have a number from lo to hi.
	Number(f ocsf.Field, lo, hi int64) bool
	// Own tells whether picket.parser or picket.input may have this text.
	Own(path, text string) bool
	// Text tells whether a raw line (or a text of an event without one) may
	// contain this text.
	Text(text string) bool
	// Whole tells whether one may contain this address or fingerprint.
	Whole(text string) bool
}

// May reports whether a block with this index may hold an event that matches.
func (x *Expr) May(ix Index) bool { return x == nil || x.root == nil || x.root.may(ix) }

func (n *node) may(ix Index) bool {
	switch n.op {
	case opAnd:
		for _, k := range n.kids {
			if !k.may(ix) {
				return false
			}
		}
		return true
	case opOr:
		for _, k := range n.kids {
			if k.may(ix) {
				return true
			}
		}
		return false
	case opNot:
		return true
	}
	return n.term.may(ix)
}

func (m *term) may(ix Index) bool {
	t := &m.test
	switch {
	case m.name == "" && m.whole:
		return ix.Whole(t.text)
	case m.name == "" || m.f == ocsf.RawData:
		if t.kind != testText {
			return true
		}
		for _, p := range t.parts {
			if p != "" && !ix.Text(p) {
				return false
			}
		}
		return t.text == "" || ix.Text(t.text)
	case m.own == ownParser || m.own == ownInput:
		return t.kind != testText || t.parts != nil || ix.Own(m.key, t.text)
	case m.own == ownFrom:
		return true
	case worded[m.f] != ocsf.None:
		return true
	}
	switch t.kind {
	case testNumber:
		return ix.Number(m.f, t.min, t.max)
	case testSet:
		return slices.ContainsFunc(t.set, func(n int64) bool { return ix.Number(m.f, n, n) })
	case testActivity:
		return true
	case testAddr:
		if t.lo == t.hi && t.lo.IsValid() {
			return ix.Addr(m.f, m.key, t.lo)
		}
	case testText:
		if t.parts == nil && !t.lo.IsValid() {
			return ix.Value(m.f, m.key, t.text)
		}
	}
	return ix.Has(m.f, m.key)
}

// Needs is what of an event a filter looks at.
type Needs struct {
	Fields []ocsf.Field // the lists where an attribute of their elements is asked for
	Keys   []string     // the vendor's
	Raw    bool         // the raw line, or everything where there is none
}

// Needs returns what of an event the filter looks at, so that the rest need not
// be read.
func (x *Expr) Needs() Needs {
	var n Needs
	if x != nil && x.root != nil {
		x.root.needs(&n)
	}
	return n
}

func (n *node) needs(out *Needs) {
	for _, k := range n.kids {
		k.needs(out)
	}
	if n.op != opTerm {
		return
	}
	m := n.term
	field := func(f ocsf.Field) {
		if !slices.Contains(out.Fields, f) {
			out.Fields = append(out.Fields, f)
		}
	}
	switch {
	case m.name == "" || m.f == ocsf.RawData:
		out.Raw = true
	case m.test.kind == testActivity:
		field(ocsf.ActivityName)
	case m.f != ocsf.None:
		if list := m.f.Info().List; list != ocsf.None {
			field(list)
			return
		}
		field(m.f)
		if id := worded[m.f]; id != ocsf.None {
			field(id)
		}
	case m.own == notOwn && !slices.Contains(out.Keys, m.key):
		out.Keys = append(out.Keys, m.key)
	}
}
