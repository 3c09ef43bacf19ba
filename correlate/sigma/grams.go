package sigma

import (
	"cmp"
	"encoding/binary"
	"slices"
	"unsafe"
)

// litKind is where in a value a literal must stand.
type litKind uint8

const (
	litExact litKind = iota
	litPrefix
	litSuffix
	litInside
)

// grams finds literals inside a text in one pass: each literal is filed under
// some of its bytes, those that the fewest others have, and the pass asks a
// bitmap of the filed ones at every place. Only where the bitmap says yes are
// the literals filed there compared. A text of n bytes costs n look-ups (half as
// many where every literal is longer than a gram and so can be filed under one
// gram for even places and one for odd) and the comparisons, of which a place
// has few because files are kept short.
type grams struct {
	width  int // bytes of a gram: 2 to 4
	stride int
	keep   uint32 // the bits of a gram
	shift  uint   // of a hash, to the number of a bit
	mask   uint32
	bits   []uint64
	heads  []int32 // by hash: 1 + first of filed
	filed  []filedLit
}

// filedLit is a literal in the file of one of its grams.
type filedLit struct {
	id   int32
	off  int32 // where in the literal the gram begins
	next int32 // 1 + the next in the same file
	text string
}

func hashGram(w uint32) uint32 { return w * 0x9E3779B1 }

// gramsOf returns the width and stride for literals of n bytes, n > 1.
func gramsOf(n int) (width, stride int) {
	switch n {
	case 2:
		return 2, 1
	case 3:
		return 2, 2
	case 4:
		return 3, 2
	}
	return 4, 2
}

// newGrams files literals that all have at least width bytes, one more for a
// stride of 2.
func newGrams(width, stride int, texts []string, ids []int32) *grams {
	size, bits := 64, uint(9)
	for size < 8*len(texts) && size < 1<<16 {
		size *= 2
	}
	for 1<<bits < 48*len(texts) && bits < 18 {
		bits++
	}
	g := &grams{
		width: width, stride: stride, keep: ^uint32(0) >> (32 - 8*width), shift: 32 - bits, mask: uint32(size - 1),
		bits: make([]uint64, 1<<bits/64), heads: make([]int32, size),
	}
	// How many literals have each gram tells how common it will be in texts.
	users := map[uint32]int{}
	for _, t := range texts {
		var mine []uint32
		for off := 0; off+width <= len(t); off++ {
			if w := g.at(t, off); !slices.Contains(mine, w) {
				mine = append(mine, w)
				users[w]++
			}
		}
	}
	order := make([]int, len(texts)) // those with the least choice first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(texts[a]), len(texts[b])) })
	for _, i := range order {
		for first := range stride {
			g.file(texts[i], ids[i], first, users)
		}
	}
	return g
}

// file puts a literal under the best of its grams at first, first+stride, ...
func (g *grams) file(t string, id int32, first int, users map[uint32]int) {
	best, least := -1, 0
	for off := first; off+g.width <= len(t); off += g.stride {
		w := g.at(t, off)
		if n := 2*users[w] + 8*g.load(w); best < 0 || n < least {
			best, least = off, n
		}
	}
	h := hashGram(g.at(t, best))
	bit := h >> g.shift
	g.bits[bit/64] |= 1 << (bit % 64)
	head := &g.heads[h&g.mask]
	g.filed = append(g.filed, filedLit{id, int32(best), *head, t})
	*head = int32(len(g.filed))
}

// at returns the gram of t that begins at off.
func (g *grams) at(t string, off int) uint32 {
	w := uint32(0)
	for i := range g.width {
		w |= uint32(t[off+i]) << (8 * i)
	}
	return w
}

// load returns how many literals lie where w would.
func (g *grams) load(w uint32) int {
	n := 0
	for i := g.heads[hashGram(w)&g.mask]; i != 0; i = g.filed[i-1].next {
		n++
	}
	return n
}

// scan marks in sc every literal that stands in s.
func (g *grams) scan(s string, sc *Scratch) {
	bits, shift, keep, stride := g.bits, g.shift, g.keep, g.stride
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	i := 0
	for ; i+4 <= len(b); i += stride {
		h := hashGram(binary.LittleEndian.Uint32(b[i:]) & keep)
		if bit := h >> shift; bits[bit>>6]&(1<<(bit&63)) != 0 {
			g.compare(s, i, h, sc)
		}
	}
	for ; i+g.width <= len(b); i += stride {
		h := hashGram(g.at(s, i))
		if bit := h >> shift; bits[bit>>6]&(1<<(bit&63)) != 0 {
			g.compare(s, i, h, sc)
		}
	}
}

// compare looks at the literals whose gram stands at position at of s.
func (g *grams) compare(s string, at int, h uint32, sc *Scratch) {
	for i := g.heads[h&g.mask]; i != 0; i = g.filed[i-1].next {
		f := &g.filed[i-1]
		from := at - int(f.off)
		if from >= 0 && from+len(f.text) <= len(s) && s[from:from+len(f.text)] == f.text && sc.litSeen[f.id] != sc.stamp {
			sc.found(f.id)
		}
	}
}

// ends finds literals at one end of a text, by its outermost bytes.
type ends struct {
	suffix bool
	short  []filedLit // of less than four bytes
	four   map[uint64][]filedLit
	eight  map[uint64][]filedLit // of eight bytes and more
}

func newEnds(suffix bool, texts []string, ids []int32) *ends {
	e := &ends{suffix: suffix, four: map[uint64][]filedLit{}, eight: map[uint64][]filedLit{}}
	for i, t := range texts {
		f := filedLit{id: ids[i], text: t}
		switch {
		case len(t) < 4:
			e.short = append(e.short, f)
		case len(t) < 8:
			w := e.key(t, 4)
			e.four[w] = append(e.four[w], f)
		default:
			w := e.key(t, 8)
			e.eight[w] = append(e.eight[w], f)
		}
	}
	return e
}

// key returns the n outermost bytes of s.
func (e *ends) key(s string, n int) uint64 {
	if e.suffix {
		s = s[len(s)-n:]
	}
	if n == 8 {
		return word(s, 0)
	}
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

func (e *ends) find(s string, sc *Scratch) {
	e.check(s, e.short, sc)
	if len(s) >= 4 && len(e.four) > 0 {
		e.check(s, e.four[e.key(s, 4)], sc)
	}
	if len(s) >= 8 && len(e.eight) > 0 {
		e.check(s, e.eight[e.key(s, 8)], sc)
	}
}

func (e *ends) check(s string, list []filedLit, sc *Scratch) {
	for i := range list {
		f := &list[i]
		n := len(f.text)
		if len(s) < n {
			continue
		}
		part := s[:n]
		if e.suffix {
			part = s[len(s)-n:]
		}
		if part == f.text && sc.litSeen[f.id] != sc.stamp {
			sc.found(f.id)
		}
	}
}
