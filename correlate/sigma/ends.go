package sigma

import "encoding/binary"

// ends finds literals at one end of a text, by its outermost bytes.
type ends struct {
	suffix bool
	short  []filedLit // of less than four bytes
	four   *drawers
	eight  *drawers // of eight bytes and more
}

func newEnds(suffix bool, texts []string, ids []int32) *ends {
	e := &ends{suffix: suffix}
	var four, eight []keyed
	for i, t := range texts {
		switch {
		case len(t) < 4:
			e.short = append(e.short, filedLit{id: ids[i], text: t})
		case len(t) < 8:
			four = append(four, keyed{e.key(t, 4), ids[i], t})
		default:
			eight = append(eight, keyed{e.key(t, 8), ids[i], t})
		}
	}
	e.four, e.eight = newDrawers(four), newDrawers(eight)
	return e
}

// key returns the n outermost bytes of s, 4 or 8.
func (e *ends) key(s string, n int) uint64 {
	if e.suffix {
		s = s[len(s)-n:]
	}
	if n == 8 {
		return word(s, 0) | caseBits
	}
	return uint64(half(s, 0)) | caseBits
}

// half reads four bytes of s from i on.
func half(s string, i int) uint32 {
	return binary.LittleEndian.Uint32(bytesOf(s)[i:])
}

func (e *ends) find(s string, sc *Scratch) {
	for i := range e.short {
		e.check(s, e.short[i].id, e.short[i].text, sc)
	}
	if e.four != nil && len(s) >= 4 {
		k := e.key(s, 4)
		for i := e.four.first(k); i != 0; i = e.four.list[i-1].next {
			if x := &e.four.list[i-1]; x.key == k {
				e.check(s, x.id, x.text, sc)
			}
		}
	}
	if e.eight != nil && len(s) >= 8 {
		k := e.key(s, 8)
		for i := e.eight.first(k); i != 0; i = e.eight.list[i-1].next {
			if x := &e.eight.list[i-1]; x.key == k {
				e.check(s, x.id, x.text, sc)
			}
		}
	}
}

func (e *ends) check(s string, id int32, text string, sc *Scratch) {
	n := len(text)
	if len(s) < n || sc.litSeen[id] == sc.stamp {
		return
	}
	part := s[:n]
	if e.suffix {
		part = s[len(s)-n:]
	}
	if same(part, text) {
		sc.found(id)
	}
}

// exacts finds the literal that a text is.
type exacts struct {
	sizes uint64 // bit n: some literal has n bytes; bit 63: 63 and more
	all   *drawers
}

func newExacts(texts []string, ids []int32) *exacts {
	x := &exacts{}
	var list []keyed
	for i, t := range texts {
		x.sizes |= 1 << min(len(t), 63)
		list = append(list, keyed{wholeKey(t), ids[i], t})
	}
	x.all = newDrawers(list)
	return x
}

// wholeKey mixes the length of a text with its first and its last bytes.
func wholeKey(s string) uint64 {
	n := len(s)
	k := uint64(n) << 56
	switch {
	case n >= 8:
		return k ^ (word(s, 0)|caseBits)*0x9E3779B97F4A7C15 ^ (word(s, n-8) | caseBits)
	case n >= 4:
		return k ^ uint64(half(s, 0)|caseBits&0xffffffff)<<32 ^ uint64(half(s, n-4)|caseBits&0xffffffff)
	}
	for i := range n {
		k = k<<8 ^ uint64(s[i]|caseBit)
	}
	return k
}

func (x *exacts) find(s string, sc *Scratch) {
	if x.sizes&(1<<min(len(s), 63)) == 0 {
		return
	}
	k := wholeKey(s)
	for i := x.all.first(k); i != 0; i = x.all.list[i-1].next {
		if d := &x.all.list[i-1]; d.key == k && len(d.text) == len(s) && sc.litSeen[d.id] != sc.stamp && same(s, d.text) {
			sc.found(d.id)
		}
	}
}

// drawers hold literals by a key of theirs. There are more drawers than
// literals, so that most keys are found to be unknown at once.
type drawers struct {
	shift uint
	heads []int32 // 1 + first of list
	list  []drawn
}

type keyed struct {
	key  uint64
	id   int32
	text string
}

type drawn struct {
	keyed
	next int32 // 1 + the next in the same drawer
}

// newDrawers returns nil for no literals.
func newDrawers(list []keyed) *drawers {
	if len(list) == 0 {
		return nil
	}
	bits := uint(4)
	for 1<<bits < 8*len(list) {
		bits++
	}
	d := &drawers{shift: 64 - bits, heads: make([]int32, 1<<bits)}
	for _, k := range list {
		head := &d.heads[d.place(k.key)]
		d.list = append(d.list, drawn{k, *head})
		*head = int32(len(d.list))
	}
	return d
}

func (d *drawers) place(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> d.shift }

func (d *drawers) first(key uint64) int32 { return d.heads[d.place(key)] }
