package sigma

import (
	"slices"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// Index tells what a block of stored events cannot contain. Every method may
// answer true when it does not know; false is a promise. Texts are in lower case.
type Index interface {
	// Has tells whether an event may have the field, or with ocsf.None the
	// vendor's key.
	Has(f ocsf.Field, key string) bool
	// Value tells whether the field or key may have exactly this text, or the
	// address or number that it is.
	Value(f ocsf.Field, key, text string) bool
	// Number tells whether the field may have a number from lo to hi.
	Number(f ocsf.Field, lo, hi int64) bool
}

// May reports whether a block with this index may hold an event that one of the
// rules hits, so that what a rule would have found need not be looked for in
// every block.
func (s *Set) May(ix Index) bool {
	for i := range s.rules {
		if x := &s.rules[i]; x.tree != nil && len(x.needs) == 0 && s.mayBe(s.groups[x.group].ls, ix) && s.may(x.tree, ix) {
			return true
		}
	}
	return false
}

// mayBe reports whether a block may have events of a log source.
func (s *Set) mayBe(ls LogSource, ix Index) bool {
	given := func(want string, of func(*compiledEntry) []string) bool {
		return want == "" || len(s.entries) == 0 || slices.ContainsFunc(s.entries, func(x compiledEntry) bool {
			return slices.Contains(of(&x), want) && s.may(x.tree, ix)
		})
	}
	return given(ls.Product, func(x *compiledEntry) []string { return x.product }) &&
		given(ls.Category, func(x *compiledEntry) []string { return x.category }) &&
		given(ls.Service, func(x *compiledEntry) []string { return x.service })
}

func (s *Set) may(t *tree, ix Index) bool {
	switch t.op {
	case opPred:
		return s.mayHold(s.preds[t.pred], ix)
	case opAnd:
		return !slices.ContainsFunc(t.kids, func(k *tree) bool { return !s.may(k, ix) })
	case opOr:
		return slices.ContainsFunc(t.kids, func(k *tree) bool { return s.may(k, ix) })
	}
	return true // what must not be says nothing of a whole block
}

// mayHold asks the index of every place where the field's values may stand. Of
// what holds for a part of a value it only asks whether there is a value: what
// a value is made of need not stand in the raw line in the same way.
func (s *Set) mayHold(p *predicate, ix Index) bool {
	if p.op == opNull {
		return true
	}
	return slices.ContainsFunc(s.slots[p.slot].sources, func(src source) bool {
		key := ""
		switch src.kind {
		case fromAll:
			return true
		case fromKey:
			key = s.keyNames[src.key]
		}
		if !ix.Has(src.field, key) {
			return false
		}
		if p.op != opExact || src.derive != nil {
			return true
		}
		return slices.ContainsFunc(p.texts, func(text string) bool { return mayBeText(ix, src.field, key, text) })
	})
}

// mayBeText asks for a value that rules compare as text, whatever it is stored
// as. The index folds case by Unicode's lower case only: of texts beyond ASCII
// it is asked nothing, and a value that hides an s as U+017F is not found in it.
func mayBeText(ix Index, f ocsf.Field, key, text string) bool {
	if !isASCII(text) {
		return true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && f != ocsf.None && !ix.Number(f, n, n) {
		return false
	}
	return ix.Value(f, key, strings.ToLower(text))
}
