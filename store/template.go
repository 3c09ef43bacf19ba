package store

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"unsafe"

	"picket/normalize/ocsf"
)

// A raw line says again what the values say that were read from it. So it is not
// kept as it is, but as a template (literal text and holes, shared by all lines
// alike) and what fills its holes: values of the event, which stand in their
// columns already, and numbers that are nobody's value, in columns of their own.
// Put together again it is the raw line byte for byte; a line that will not be
// taken apart is one hole.

// Pieces of a template.
const (
	pieceText  = iota // length, bytes
	pieceValue        // number of the value in the shape
	pieceHole         // the next column of holes
)

// Limits, beyond which lines are kept whole.
const (
	maxTemplates = 1024 // a block
	maxHoles     = 120  // a line; the rest of it is one hole
)

// template is how the raw lines of some events with one shape are made.
type template struct {
	shape  int32
	pieces []byte
	holes  []holes
}

// holes is a column of what fills one hole.
type holes struct {
	data []byte
	ends []uint32
	same bool // all are the first so far
}

func (h *holes) at(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = h.ends[i-1]
	}
	return h.data[start:h.ends[i]]
}

func (h *holes) add(s string) {
	if n := len(h.ends); n == 0 {
		h.same = true
	} else if h.same && string(h.at(0)) != s {
		h.same = false
	}
	h.data = append(h.data, s...)
	h.ends = append(h.ends, uint32(len(h.data)))
}

// span is a part of a raw line that is value n of the event.
type span struct {
	start, end int
	n          int
}

// cutter takes a raw line apart.
type cutter struct {
	b      *builder
	raw    string
	spans  []span
	addrs  []netip.Addr // values that are IPv4 addresses
	addrNo []int
	nums   []int64 // values that are numbers, if not small
	numNo  []int
	pieces []byte
	holes  []string
}

// smallest is the smallest number that is looked for in raw lines: lesser ones
// are equal to each other by chance too often, and cheap.
const smallest = 256

// templateOf returns the number of the template of an event's raw line, and
// keeps what fills its holes.
func (b *builder) templateOf(e *ocsf.Event, shape int) int {
	c := &b.cutter
	c.b, c.raw = b, e.Raw
	c.pieces, c.holes = c.pieces[:0], c.holes[:0]
	if e.Raw != "" {
		c.collect(e)
		c.cut()
	}
	h := maphash.Bytes(dictSeed, c.pieces) ^ uint64(shape)*0x9e3779b97f4a7c15
	n := b.template(h, shape)
	t := &b.templates[n]
	for i, s := range c.holes {
		t.holes[i].add(s)
	}
	return n
}

// template finds or adds the template of what the cutter cut.
func (b *builder) template(h uint64, shape int) int {
	c := &b.cutter
	for _, n := range b.templatesOf[h] {
		if t := &b.templates[n]; t.shape == int32(shape) && string(t.pieces) == string(c.pieces) {
			return int(n)
		}
	}
	if len(b.templates) >= maxTemplates && len(c.pieces) > 1 {
		c.pieces = append(c.pieces[:0], pieceHole)
		c.holes = append(c.holes[:0], c.raw)
		addGrams(&b.grams, c.raw)
		wholes(c.raw, b.item)
		return b.template(uint64(shape)*0x9e3779b97f4a7c15, shape)
	}
	b.templates = append(b.templates, template{
		shape:  int32(shape),
		pieces: append([]byte(nil), c.pieces...),
		holes:  make([]holes, len(c.holes)),
	})
	n := len(b.templates) - 1
	b.templatesOf[h] = append(b.templatesOf[h], int32(n))
	b.indexPieces(c.pieces)
	return n
}

// indexPieces adds the literal texts of a new template to the filters.
func (b *builder) indexPieces(pieces []byte) {
	w := wire{b: pieces}
	for len(w.b) > 0 {
		switch w.byte() {
		case pieceText:
			s := w.text()
			addGrams(&b.grams, s)
			wholes(s, b.item)
		case pieceValue:
			w.uvarint()
		}
	}
}

// collect finds the values that the raw line can be made of.
func (c *cutter) collect(e *ocsf.Event) {
	c.spans, c.addrs, c.addrNo, c.nums, c.numNo = c.spans[:0], c.addrs[:0], c.addrNo[:0], c.nums[:0], c.numNo[:0]
	vals := e.Values()
	for i := range vals {
		c.value(vals[i], i)
	}
	for i, p := range e.UnmappedPairs() {
		c.value(p.Value, len(vals)+i)
	}
	// In order of start, the longer first. They come nearly so.
	for i := 1; i < len(c.spans); i++ {
		for j := i; j > 0 && c.spans[j].before(c.spans[j-1]); j-- {
			c.spans[j], c.spans[j-1] = c.spans[j-1], c.spans[j]
		}
	}
}

func (s span) before(t span) bool {
	return s.start < t.start || s.start == t.start && s.end > t.end
}

func (c *cutter) value(v ocsf.Value, n int) {
	switch v.Kind() {
	case ocsf.KindText, ocsf.KindJSON:
		// Texts are mostly slices of the raw line: where one begins tells
		// where it stands, without a search. Only addresses are compared.
		s := v.Str()
		off := uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(unsafe.Pointer(unsafe.StringData(c.raw)))
		if len(s) > 0 && off < uintptr(len(c.raw)) && off+uintptr(len(s)) <= uintptr(len(c.raw)) {
			c.spans = append(c.spans, span{int(off), int(off) + len(s), n})
		}
	case ocsf.KindAddr:
		if a, _ := v.Addr(); a.Is4() {
			c.addrs = append(c.addrs, a)
			c.addrNo = append(c.addrNo, n)
		}
	case ocsf.KindInt:
		if x, _ := v.Num(); x >= smallest {
			c.nums = append(c.nums, x)
			c.numNo = append(c.numNo, n)
		}
	}
}

// cut takes the line apart.
func (c *cutter) cut() {
	pos := 0
	for _, s := range c.spans {
		if s.start < pos {
			continue
		}
		c.gap(pos, s.start)
		c.pieceValue(s.n)
		c.joint(s.start)
		c.joint(s.end)
		pos = s.end
	}
	c.gap(pos, len(c.raw))
}

func (c *cutter) pieceText(start, end int) {
	if start < end {
		c.pieces = appendText(append(c.pieces, pieceText), c.raw[start:end])
	}
}

func (c *cutter) pieceValue(n int) {
	c.pieces = binary.AppendUvarint(append(c.pieces, pieceValue), uint64(n))
}

func (c *cutter) hole(start, end int) {
	c.pieces = append(c.pieces, pieceHole)
	c.holes = append(c.holes, c.raw[start:end])
}

// gap cuts what is no text of the event: runs of hexadecimal digits with a
// decimal one among them are values or holes, the rest is literal.
func (c *cutter) gap(start, end int) {
	raw, text := c.raw[:end], start
	for i := start; i < end; {
		kind := hexDigits[raw[i]]
		if kind == 0 {
			i++
			continue
		}
		run := i
		all := kind
		for i++; i < end && hexDigits[raw[i]] != 0; i++ {
			all |= hexDigits[raw[i]]
		}
		if all&1 == 0 {
			continue
		}
		if len(c.holes) >= maxHoles {
			c.pieceText(text, run)
			c.hole(run, end)
			addGrams(&c.b.grams, raw[run:])
			wholes(raw[run:], c.b.item)
			c.joint(run)
			return
		}
		if all == 1 && i < end && raw[i] == '.' {
			if a, n := quad(raw[run:]); n > 0 {
				if no := c.addr(a); no >= 0 && run+n <= end {
					c.pieceText(text, run)
					c.pieceValue(no)
					i, text = run+n, run+n
					c.joint(run)
					c.joint(i)
					continue
				}
				c.b.item(addrHash(a))
			}
		}
		c.pieceText(text, run)
		text = i
		if no := c.num(raw[run:i], all); no >= 0 {
			c.pieceValue(no)
		} else {
			c.hole(run, i)
			if all != 1 {
				addGrams(&c.b.grams, raw[run:i])
				if i-run >= 32 {
					wholes(raw[run:i], c.b.item)
				}
			}
		}
		c.joint(run)
		c.joint(i)
	}
	c.pieceText(text, end)
}

func (c *cutter) addr(a netip.Addr) int {
	for i, b := range c.addrs {
		if a == b {
			return c.addrNo[i]
		}
	}
	return -1
}

// num returns the value that the digits are, or -1.
func (c *cutter) num(s string, all uint8) int {
	if all != 1 || len(s) < 3 || len(c.nums) == 0 {
		return -1
	}
	n, ok := decimal(unsafe.Slice(unsafe.StringData(s), len(s)))
	if !ok || n < smallest {
		return -1
	}
	for i, x := range c.nums {
		if x == n {
			return c.numNo[i]
		}
	}
	return -1
}

// joint adds the word across a cut to the filters, so that it is found although
// no piece has the whole of it.
func (c *cutter) joint(at int) {
	if at <= 0 || at >= len(c.raw) {
		return
	}
	l, r := c.raw[at-1], c.raw[at]
	if !inWord(l) || !inWord(r) {
		return
	}
	start, end := at-1, at+1
	for start > 0 && at-start < 128 && inWord(c.raw[start-1]) {
		start--
	}
	for end < len(c.raw) && end-at < 128 && inWord(c.raw[end]) {
		end++
	}
	word := c.raw[start:end]
	addGrams(&c.b.grams, word)
	if len(word) >= 32 || l == '.' || r == '.' || l <= '9' && r <= '9' {
		wholes(word, c.b.item)
	}
}

func inWord(c byte) bool { return letters[c] != 0 || c == '.' }
