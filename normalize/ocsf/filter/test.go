package filter

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// test is what one value must pass.
type test struct {
	kind     testKind
	text     string   // folded
	parts    []string // folded; a pattern when there are several
	min, max int64
	set      []int64
	lo, hi   netip.Addr // an invalid one is an open end
	bounds   [2]bound
}

type testKind uint8

const (
	testAny      testKind = iota // there is a value
	testText                     // it is this text, or fits the pattern; or, with lo, it is an address of a network
	testRange                    // it lies between the bounds
	testNumber                   // min to max
	testSet                      // one of set
	testAddr                     // lo to hi
	testActivity                 // the word of the activity, which depends on the class
)

// bound is an end of a range of any values.
type bound struct {
	text      string // folded
	num       float64
	numeric   bool
	open      bool
	exclusive bool
}

func textTest(v value) test {
	t := test{kind: testText}
	if len(v.parts) == 1 {
		t.text = Fold(v.parts[0])
		return t
	}
	for _, p := range v.parts {
		t.parts = append(t.parts, Fold(p))
	}
	return t
}

func rangeTest(c cmpKind, a, b value) test {
	t := test{kind: testRange}
	open := bound{open: true}
	switch c {
	case cmpEqual:
		t.bounds = [2]bound{newBound(a), newBound(a)}
	case cmpRange:
		t.bounds = [2]bound{newBound(a), newBound(b)}
	case cmpMore, cmpAtLeast:
		t.bounds = [2]bound{newBound(a), open}
		t.bounds[0].exclusive = c == cmpMore
	case cmpLess, cmpAtMost:
		t.bounds = [2]bound{open, newBound(a)}
		t.bounds[1].exclusive = c == cmpLess
	}
	return t
}

func newBound(v value) bound {
	if v.any() && !v.quoted {
		return bound{open: true}
	}
	b := bound{text: Fold(v.plain())}
	x, err := strconv.ParseFloat(b.text, 64)
	if err == nil && !math.IsNaN(x) {
		b.num, b.numeric = x, true
	}
	return b
}

// compare returns how a value stands to the bound: numbers by size, else texts.
func (b *bound) compare(x float64, numeric bool, text string) int {
	if b.numeric {
		if !numeric {
			return 2 // a text is not comparable with a number
		}
		return cmp.Compare(x, b.num)
	}
	return cmp.Compare(text, b.text)
}

func (t *test) between(v ocsf.Value) bool {
	x, numeric := v.Float()
	text := Fold(v.String())
	if !numeric && len(text) < 32 {
		var err error
		x, err = strconv.ParseFloat(text, 64)
		numeric = err == nil
	}
	lo, hi := &t.bounds[0], &t.bounds[1]
	if !lo.open {
		if c := lo.compare(x, numeric, text); c != 1 && (c != 0 || lo.exclusive) {
			return false
		}
	}
	if !hi.open {
		if c := hi.compare(x, numeric, text); c != -1 && (c != 0 || hi.exclusive) {
			return false
		}
	}
	return true
}

// wanted holds a folded text against the text or pattern.
func (t *test) wanted(folded string) bool {
	if t.parts == nil {
		return folded == t.text
	}
	return wild(folded, t.parts)
}

// pass reports whether a value passes, or one of its elements.
func (t *test) pass(v ocsf.Value) bool {
	switch v.Kind() {
	case ocsf.KindNone:
		return false
	case ocsf.KindList, ocsf.KindObject:
		for _, x := range v.List() {
			if t.pass(x) {
				return true
			}
		}
		return t.kind == testAny
	}
	switch t.kind {
	case testAny:
		return true
	case testText:
		return t.passText(v)
	case testRange:
		return t.between(v)
	case testNumber:
		n, ok := v.Num()
		return ok && n >= t.min && n <= t.max
	case testSet:
		n, ok := v.Num()
		return ok && slices.Contains(t.set, n)
	case testAddr:
		a, ok := v.Addr()
		if !ok && v.Kind() == ocsf.KindText {
			a, ok = ocsf.ParseAddr(v.Str())
		}
		return ok && t.contains(a)
	}
	return false
}

func (t *test) passText(v ocsf.Value) bool {
	var buf [64]byte
	var s string
	if k := v.Kind(); k == ocsf.KindText || k == ocsf.KindJSON {
		s = v.Str()
		if t.parts == nil {
			return equalFold(s, t.text) || t.lo.IsValid() && t.inNetwork(s)
		}
		return wildFold(s, t.parts)
	}
	if t.lo.IsValid() {
		if a, ok := v.Addr(); ok {
			return t.contains(a)
		}
	}
	s = string(v.AppendText(buf[:0])) // digits and the like: lower case already
	return t.wanted(s)
}

func (t *test) inNetwork(s string) bool {
	a, ok := ocsf.ParseAddr(s)
	return ok && t.contains(a)
}

func (t *test) contains(a netip.Addr) bool {
	if t.lo.IsValid() && (a.BitLen() != t.lo.BitLen() || a.Less(t.lo)) {
		return false
	}
	return !t.hi.IsValid() || a.BitLen() == t.hi.BitLen() && !t.hi.Less(a)
}

// contains finds a word of the test in a raw line.
func (m *term) contains(s string) bool {
	switch {
	case m.whole:
		return containsWhole(s, m.test.text)
	case m.test.parts == nil:
		return ContainsFold(s, m.test.text)
	}
	rest := s
	for _, p := range m.test.parts {
		if !isASCII(p) {
			rest = Fold(rest) // so that places in the folded text are places in it
		}
		i := indexFold(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return true
}

// containsWhole finds an address or fingerprint that is not part of a longer one.
func containsWhole(s, w string) bool {
	if !isASCII(w) {
		s = Fold(s) // so that places in the folded text are places in it
	}
	digit := func(i int) bool { return i >= 0 && i < len(s) && (isLetter(s[i]) || s[i] >= '0' && s[i] <= '9') }
	addr := strings.ContainsAny(w, ".:")
	sep := byte('.')
	if strings.IndexByte(w, ':') >= 0 {
		sep = ':'
	}
	for from := 0; ; {
		i := indexFold(s[from:], w)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(w)
		before := digit(i-1) || addr && i > 0 && s[i-1] == sep && digit(i-2)
		after := digit(end) || addr && end < len(s) && s[end] == sep && digit(end+1)
		if !before && !after {
			return true
		}
		from = i + 1
	}
}
