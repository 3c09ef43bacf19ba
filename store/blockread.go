package store

import (
	"hash/crc32"
	"math"
	"net/netip"
	"strconv"
	"sync"

	"github.com/klauspost/compress/zstd"

	"picket/normalize/ocsf"
)

// section is where a section lies in the body.
type section struct {
	off, packed, raw int // packed 0: not compressed
}

func (s section) stored() int {
	if s.packed == 0 {
		return s.raw
	}
	return s.packed
}

// columnHead is what the head of a block says of a column.
type columnHead struct {
	columnKey
	indexed  bool
	rows     int
	min, max int64 // of a numeric one
	sec      section
}

// head is the head of a block, and its filters.
type head struct {
	prelude
	fixed [fixedSections]section
	cols  []columnHead
	attrs []ocsf.Field
	bloom []byte
	grams []byte // nil: the block has no filters
}

var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxSection))
	if err != nil {
		panic(err) // the options are constant
	}
	return d
})

// unpack decompresses what should become size bytes.
func unpack(b []byte, size int) ([]byte, error) {
	out, err := decoder().DecodeAll(b, make([]byte, 0, min(size, 4<<20)))
	if err != nil || len(out) != size {
		return nil, errDamaged
	}
	return out, nil
}

// readHead reads the head of a block and checks it. The filters are slices of b.
func readHead(b []byte) (*head, error) {
	p, err := readPrelude(b)
	if err != nil {
		return nil, err
	}
	h := &head{prelude: p}
	filters := b[preludeSize+p.headLen:][:p.filterLen]
	if crc32.Checksum(b[preludeSize:preludeSize+p.headLen+p.filterLen], castagnoli) != p.headSum {
		return nil, errDamaged
	}
	if len(filters) > 0 {
		h.grams, h.bloom = filters[:gramBytes], filters[gramBytes:]
	}
	raw, err := unpack(b[preludeSize:preludeSize+p.headLen], p.headRaw)
	if err != nil {
		return nil, err
	}
	w := wire{b: raw}
	n := w.count(len(raw))
	off := 0
	sec := func() section {
		s := section{off: off, raw: w.count(maxSection), packed: w.count(p.bodyLen)}
		off += s.stored()
		return s
	}
	for i := range h.fixed {
		h.fixed[i] = sec()
	}
	for range n {
		flags := w.byte()
		c := columnHead{indexed: flags&1 != 0}
		c.space, c.kind = flags>>4, ocsf.Kind(w.byte())
		name := w.text()
		c.rows = w.count(p.events)
		if c.numeric() {
			c.min, c.max = w.varint(), w.varint()
		}
		c.sec = sec()
		if w.bad {
			return nil, errDamaged
		}
		if f, ok := ocsf.Lookup(name); ok && c.space == ofField {
			c.field = f
		} else { // a field that there is no longer is kept as a vendor's key
			c.space, c.key = ofUnmapped, ocsf.Intern(name)
		}
		h.cols = append(h.cols, c)
	}
	for range w.count(len(w.b)) {
		f, _ := ocsf.Lookup(w.text())
		h.attrs = append(h.attrs, f)
	}
	if off != p.bodyLen {
		return nil, errDamaged
	}
	return h, w.err()
}

// block is a block that is being read. Its columns are read when they are first
// looked at. It is for one goroutine.
type block struct {
	*head
	body []byte
	err  error // the first damage found

	seq, time, logged, class, activity, severity, lost, rows []int64
	parser, input, from                                      texts
	shapes                                                   []readShape
	templates                                                []readTemplate
	cols                                                     []readColumn
	pieces                                                   bool // templates have their pieces and holes
}

type readShape struct {
	cols   []int
	values int
}

type readTemplate struct {
	shape  int
	rows   int
	pieces []piece
	holes  []texts
}

type piece struct {
	kind uint8
	text string
	n    int
}

type readColumn struct {
	*columnHead
	loaded bool
	nums   []int64
	texts  texts
}

// openBlock reads a block whose bytes are b, which it keeps.
func openBlock(b []byte) (*block, error) {
	h, err := readHead(b)
	if err != nil {
		return nil, err
	}
	k := &block{head: h, body: b[len(b)-h.bodyLen:]}
	if crc32.Checksum(k.body, castagnoli) != h.bodySum {
		return nil, errDamaged
	}
	k.cols = make([]readColumn, len(h.cols))
	for i := range k.cols {
		k.cols[i].columnHead = &h.cols[i]
	}
	for i, p := range [...]*[]int64{&k.seq, &k.time, &k.logged, &k.class, &k.activity, &k.severity, &k.lost} {
		k.load(k.fixed[secSeq+i], func(w *wire) { *p = w.numbers(nil, k.events) })
	}
	k.load(k.fixed[secTemplate], func(w *wire) { k.rows = w.numbers(nil, k.events) })
	for i, p := range [...]*texts{&k.parser, &k.input, &k.from} {
		k.load(k.fixed[secParser+i], func(w *wire) { *p = w.texts(k.events) })
	}
	k.load(k.fixed[secShapes], k.readShapes)
	return k, k.err
}

// load unpacks a section and reads it.
func (k *block) load(s section, read func(*wire)) {
	if k.err != nil {
		return
	}
	if s.off < 0 || s.off+s.stored() > len(k.body) {
		k.err = errDamaged
		return
	}
	b := k.body[s.off:][:s.stored()]
	if s.packed != 0 {
		if b, k.err = unpack(b, s.raw); k.err != nil {
			return
		}
	}
	w := wire{b: b}
	read(&w)
	if w.bad {
		k.err = errDamaged
	}
}

func (k *block) readShapes(w *wire) {
	n := w.count(k.events)
	for range n {
		s := readShape{cols: make([]int, min(w.count(len(w.b)), maxShape+1))}
		if len(s.cols) > maxShape {
			w.bad = true
			return
		}
		s.values = w.count(len(s.cols))
		for i := range s.cols {
			if s.cols[i] = w.count(len(k.cols)); s.cols[i] >= len(k.cols) {
				w.bad = true
				return
			}
		}
		k.shapes = append(k.shapes, s)
	}
	k.templates = make([]readTemplate, w.count(k.events))
	for i := range k.templates {
		if k.templates[i].shape = w.count(n); k.templates[i].shape >= n {
			w.bad = true
			return
		}
	}
	seen := make([]int, len(k.cols))
	for _, t := range k.rows {
		if t < 0 || t >= int64(len(k.templates)) {
			w.bad = true
			return
		}
		k.templates[t].rows++
		for _, c := range k.shapes[k.templates[t].shape].cols {
			seen[c]++
		}
	}
	for i := range seen {
		w.bad = w.bad || seen[i] != k.cols[i].rows
	}
}

// column returns column i, read.
func (k *block) column(i int) *readColumn {
	c := &k.cols[i]
	if !c.loaded {
		c.loaded = true
		k.load(c.sec, func(w *wire) {
			if c.numeric() {
				c.nums = w.numbers(nil, c.rows)
			} else {
				c.texts = w.texts(c.rows)
			}
		})
	}
	return c
}

// loadPieces reads what raw lines are made of.
func (k *block) loadPieces() {
	if k.pieces {
		return
	}
	k.pieces = true
	k.load(k.fixed[secTemplates], func(w *wire) {
		for i := range k.templates {
			t := &k.templates[i]
			p := wire{b: w.bytes(w.count(len(w.b)))}
			s := string(p.b)
			for len(p.b) > 0 {
				x := piece{kind: p.byte()}
				switch x.kind {
				case pieceText:
					n := p.count(len(p.b))
					at := len(s) - len(p.b)
					if p.bytes(n); !p.bad {
						x.text = s[at : at+n]
					}
				case pieceValue:
					x.n = p.count(len(s) * 256)
					w.bad = w.bad || x.n >= len(k.shapes[t.shape].cols)
				case pieceHole:
					x.n = len(t.holes)
					t.holes = append(t.holes, texts{})
				default:
					w.bad = true
				}
				t.pieces = append(t.pieces, x)
			}
			w.bad = w.bad || p.bad
		}
	})
	k.load(k.fixed[secHoles], func(w *wire) {
		for i := range k.templates {
			t := &k.templates[i]
			for j := range t.holes {
				switch w.byte() {
				case holeConst:
					t.holes[j] = texts{list: []string{w.text()}, one: true}
				case holeNumeric:
					t.holes[j] = decimalTexts(w.numbers(nil, t.rows))
				case holeTexts:
					t.holes[j] = texts{list: w.list(t.rows)}
				default:
					w.bad = true
				}
				if w.bad {
					return
				}
			}
		}
	})
}

func decimalTexts(ns []int64) texts {
	t := texts{list: make([]string, 0, len(ns))}
	var all []byte
	ends := make([]int, 0, len(ns))
	for _, v := range ns {
		all = strconv.AppendInt(all, v, 10)
		ends = append(ends, len(all))
	}
	s, start := string(all), 0
	for _, end := range ends {
		t.list = append(t.list, s[start:end])
		start = end
	}
	return t
}

// value returns row i of a column.
func (k *block) value(col, i int) ocsf.Value {
	c := k.column(col)
	if k.err != nil {
		return ocsf.Value{}
	}
	switch c.kind {
	case ocsf.KindInt:
		return ocsf.Int(c.nums[i])
	case ocsf.KindBool:
		return ocsf.Bool(c.nums[i] != 0)
	case ocsf.KindFloat:
		return ocsf.FloatOf(math.Float64frombits(uint64(c.nums[i])))
	}
	s := c.texts.at(i)
	switch c.kind {
	case ocsf.KindText:
		return ocsf.Text(s)
	case ocsf.KindJSON:
		return ocsf.RawJSON(s)
	case ocsf.KindAddr:
		return ocsf.Addr(addrOf(s))
	case ocsf.KindList, ocsf.KindObject:
		w := wire{b: []byte(s)}
		v := w.value(k.attrs, 0)
		if w.bad {
			k.err = errDamaged
		}
		return v
	}
	k.err = errDamaged
	return ocsf.Value{}
}

// addrOf reads what appendAddr wrote; no bytes are no address.
func addrOf(s string) netip.Addr {
	switch {
	case len(s) == 4:
		return netip.AddrFrom4([4]byte([]byte(s)))
	case len(s) >= 16:
		a := netip.AddrFrom16([16]byte([]byte(s[:16])))
		if len(s) > 16 {
			a = a.WithZone(s[16:])
		}
		return a
	}
	return netip.Addr{}
}
