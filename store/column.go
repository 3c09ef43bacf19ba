package store

import (
	"slices"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// Where the values of a column come from.
const (
	ofField = iota
	ofUnmapped
)

// columnKey names a column of a block: values of one field, or of one of the
// vendors' keys, and of one kind.
type columnKey struct {
	space uint8
	kind  ocsf.Kind
	field ocsf.Field
	key   string
}

func (k columnKey) name() string {
	if k.space == ofField {
		return k.field.Path()
	}
	return k.key
}

// numeric tells the columns of numbers from those of texts.
func (k columnKey) numeric() bool {
	return k.kind == ocsf.KindInt || k.kind == ocsf.KindBool || k.kind == ocsf.KindFloat
}

// column is a column of a block that is being built. Rows are those events that
// have it.
type column struct {
	columnKey
	nums  []int64  // of a numeric one
	codes []uint32 // of texts
	dict  dict
	items []uint64 // for the Bloom filter, of the distinct texts
}

func (c *column) reset() {
	c.nums, c.codes, c.items = c.nums[:0], c.codes[:0], c.items[:0]
	if c.dict.len() > 0 {
		c.dict.reset()
	}
}

func (c *column) rows() int {
	if c.numeric() {
		return len(c.nums)
	}
	return len(c.codes)
}

// indexed reports whether the Bloom filter has every value of the column: names
// and addresses always, free text only where it returns often.
func (c *column) indexed() bool {
	if c.numeric() {
		return false
	}
	if c.kind == ocsf.KindAddr || c.kind == ocsf.KindList || c.kind == ocsf.KindObject {
		return true
	}
	if c.space == ofField {
		switch c.field.Info().Type {
		case ocsf.Hostname, ocsf.Username, ocsf.Email, ocsf.MAC, ocsf.UUID, ocsf.URL, ocsf.Path:
			return true
		}
	}
	return c.dict.len() <= max(64, c.rows()/8)
}

// index adds what a value has to be found by: its grams, its items, and the
// addresses and fingerprints inside a text.
func (b *builder) index(c *column, v ocsf.Value) {
	switch v.Kind() {
	case ocsf.KindText, ocsf.KindJSON:
		s := v.Str()
		addGrams(&b.grams, s)
		wholes(s, b.item)
		c.items = append(c.items, textHash(filter.Fold(s)))
	case ocsf.KindAddr:
		a, _ := v.Addr()
		c.items = append(c.items, addrHash(a))
		if a.Is6() {
			addGrams(&b.grams, a.String())
		}
	case ocsf.KindList, ocsf.KindObject:
		for _, x := range v.List() {
			b.index(c, x)
		}
	default:
		c.items = append(c.items, textHash(v.String()))
	}
}

// item adds an item to the Bloom filter of the block.
func (b *builder) item(h uint64) {
	if b.items == nil {
		b.items = map[uint64]struct{}{}
	}
	b.items[h] = struct{}{}
}

// shape is which values events have, in order: most events of one kind of line
// have the same.
type shape struct {
	cols   []*column
	values int // the first of cols are fields, the rest vendors' keys
}

// shapeOf returns the number of the shape of an event.
func (b *builder) shapeOf(e *ocsf.Event) int {
	vals, pairs := e.Values(), e.UnmappedPairs()
	guess := &b.likely[(len(vals)*5+len(pairs)+len(e.Parser)*11)%len(b.likely)]
	if n := int(*guess); n < len(b.shapes) && b.shapes[n].fits(vals, pairs) {
		return n
	}
	h := uint64(len(vals))<<32 | uint64(len(pairs))
	for i := range vals {
		h = (h ^ uint64(vals[i].Field())<<8 ^ uint64(vals[i].Kind())) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	for i := range pairs {
		k := pairs[i].Key
		h = (h ^ uint64(len(k))<<16 ^ uint64(k[0])<<8 ^ uint64(k[len(k)-1])<<24 ^ uint64(pairs[i].Value.Kind())) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	for _, n := range b.shapesOf[h] {
		if b.shapes[n].fits(vals, pairs) {
			*guess = n
			return int(n)
		}
	}
	s := shape{values: len(vals)}
	for i := range vals {
		s.cols = append(s.cols, b.column(columnKey{space: ofField, kind: vals[i].Kind(), field: vals[i].Field()}))
	}
	for i := range pairs {
		s.cols = append(s.cols, b.column(columnKey{space: ofUnmapped, kind: pairs[i].Value.Kind(), key: pairs[i].Key}))
	}
	b.shapes = append(b.shapes, s)
	n := len(b.shapes) - 1
	b.shapesOf[h] = append(b.shapesOf[h], int32(n))
	return n
}

func (s *shape) fits(vals []ocsf.Value, pairs []ocsf.Pair) bool {
	if s.values != len(vals) || len(s.cols) != len(vals)+len(pairs) {
		return false
	}
	for i := range vals {
		if c := s.cols[i]; c.field != vals[i].Field() || c.kind != vals[i].Kind() {
			return false
		}
	}
	for i := range pairs {
		if c := s.cols[len(vals)+i]; c.kind != pairs[i].Value.Kind() || c.key != pairs[i].Key {
			return false
		}
	}
	return true
}

// column returns the column of the block with this key.
func (b *builder) column(k columnKey) *column {
	if c := b.columnOf[k]; c != nil {
		return c
	}
	var c *column
	if old := b.spare[k]; old != nil {
		c = old
	} else {
		c = &column{columnKey: k}
		c.key = ocsf.Intern(k.key)
	}
	b.cols = append(b.cols, c)
	b.columnOf[c.columnKey] = c
	return c
}

// put adds the value of one row.
func (b *builder) put(c *column, v ocsf.Value) {
	var code uint32
	known := c.dict.len()
	switch v.Kind() {
	case ocsf.KindInt, ocsf.KindBool:
		n, _ := v.Num()
		c.nums = append(c.nums, n)
		return
	case ocsf.KindFloat:
		c.nums = append(c.nums, floatBits(v))
		return
	case ocsf.KindText, ocsf.KindJSON:
		s := v.Str()
		if n := len(c.codes); n > 0 && string(c.dict.at(int(c.codes[n-1]))) == s {
			c.codes = append(c.codes, c.codes[n-1])
			return
		}
		code = c.dict.add(s)
	case ocsf.KindAddr:
		a, _ := v.Addr()
		if a.Is4() {
			b4 := a.As4()
			b.scratch = append(b.scratch[:0], b4[:]...)
		} else {
			b16 := a.As16()
			b.scratch = append(b.scratch[:0], b16[:]...)
		}
		code = c.dict.addBytes(b.scratch)
	default:
		b.scratch = appendValue(b.scratch[:0], v, b.attr)
		code = c.dict.addBytes(b.scratch)
	}
	if int(code) == known {
		b.index(c, v)
	}
	c.codes = append(c.codes, code)
}

// attr numbers an attribute of objects in the table of the block.
func (b *builder) attr(f ocsf.Field) uint64 {
	i := slices.Index(b.attrs, f)
	if i < 0 {
		i = len(b.attrs)
		b.attrs = append(b.attrs, f)
	}
	return uint64(i)
}
