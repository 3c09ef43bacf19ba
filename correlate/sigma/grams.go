package sigma

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// litKind is where in a value a literal must stand.
type litKind uint8

const (
	litExact litKind = iota
	litPrefix
	litSuffix
	litInside
)

// Texts are looked for without folding them first, because most values have no
// literal at all: a bit that tells capitals of ASCII from small letters is set
// in what is looked up (and some other characters fall together), and only what
// is found is compared in earnest. That holds for ASCII; other texts are folded
// before, see [slotIndex.find].
const (
	caseBit  = 0x20
	caseBits = 0x2020202020202020
)

// grams finds literals inside a text in one pass: each literal is filed under
// some of its bytes, those that the fewest others have, and the pass asks a
// bitmap of the filed ones at every place. Only where the bitmap says yes are
// the literals filed there compared. A literal that is longer than a gram is
// filed once for each remainder of its place by the stride, so that a text of n
// bytes costs n/stride look-ups, and the comparisons, of which a place has few
// because files are kept short.
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

// gramClasses say how to scan for literals of which the shortest has at least so
// many bytes.
var gramClasses = [...]struct{ least, width, stride int }{{2, 2, 1}, {3, 2, 2}, {4, 3, 2}, {5, 4, 2}, {7, 4, 4}, {11, 4, 8}}

// gramsOf makes at most two tables: places that are looked at for the sake of a
// short literal serve the longer ones as well, but grams of two bytes are too
// common for many.
func gramsOf(texts []string, ids []int32, common commonGrams) (out []*grams) {
	type file struct {
		texts []string
		ids   []int32
		least int
	}
	var short, long file
	for i, t := range texts {
		f := &long
		if len(t) < 4 {
			f = &short
		}
		f.texts, f.ids = append(f.texts, t), append(f.ids, ids[i])
		if f.least == 0 || len(t) < f.least {
			f.least = len(t)
		}
	}
	for _, f := range []*file{&short, &long} {
		if f.least == 0 {
			continue
		}
		c := gramClasses[0]
		for _, k := range gramClasses {
			if f.least >= k.least {
				c = k
			}
		}
		out = append(out, newGrams(c.width, c.stride, f.texts, f.ids, common))
	}
	return out
}

// newGrams files literals that all have at least width+stride-1 bytes.
func newGrams(width, stride int, texts []string, ids []int32, common commonGrams) *grams {
	size, bits := 64, uint(9)
	for size < 4*stride*len(texts) && size < 1<<16 {
		size *= 2
	}
	for 1<<bits < 24*stride*len(texts) && bits < 18 {
		bits++
	}
	g := &grams{
		width: width, stride: stride, keep: ^uint32(0) >> (32 - 8*width), shift: 32 - bits, mask: uint32(size - 1),
		bits: make([]uint64, 1<<bits/64), heads: make([]int32, size),
	}
	users := common.of(width)
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
		if n := users[w] + 8*g.load(w); best < 0 || n < least {
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

// commonGrams tell for each width how often a gram stands in the texts that
// rules ask for. What is common there is common in events too: of all that is
// known when rules are compiled, it is the best picture of them.
type commonGrams struct {
	texts  []string
	counts *[5]map[uint32]int // by width; made when it is first asked for
}

func (c commonGrams) of(width int) map[uint32]int {
	if c.counts[width] == nil {
		m := map[uint32]int{}
		g := grams{width: width}
		for _, t := range c.texts {
			for off := 0; off+width <= len(t); off++ {
				m[g.at(t, off)]++
			}
		}
		c.counts[width] = m
	}
	return c.counts[width]
}

// at returns the gram of t that begins at off.
func (g *grams) at(t string, off int) uint32 {
	w := uint32(0)
	for i := range g.width {
		w |= uint32(t[off+i]|caseBit) << (8 * i)
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
	bits, shift, stride := g.bits, g.shift, g.stride
	keep, small := g.keep, uint32(caseBits&uint64(g.keep))
	b := bytesOf(s)
	sc.steps += uint64(len(s) / stride)
	i := 0
	for ; i+4 <= len(b); i += stride {
		h := hashGram(binary.LittleEndian.Uint32(b[i:])&keep | small)
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
		sc.steps++
		from := at - int(f.off)
		if from >= 0 && from+len(f.text) <= len(s) && sc.litSeen[f.id] != sc.stamp && same(s[from:from+len(f.text)], f.text) {
			sc.found(f.id)
		}
	}
}

// same reports whether s is a folded text, or would be if it was folded. They
// are equally long; beyond ASCII s is folded already.
func same(s, folded string) bool {
	n := len(s)
	if n < 8 {
		for i := range n {
			if s[i] != folded[i] && lower[s[i]] != folded[i] {
				return false
			}
		}
		return true
	}
	for i := 0; i+8 < n; i += 8 {
		if !sameWord(word(s, i), word(folded, i)) {
			return false
		}
	}
	return sameWord(word(s, n-8), word(folded, n-8))
}

func sameWord(w, folded uint64) bool {
	return w == folded || w&highBits == 0 && w|capitals(w)>>2 == folded
}
