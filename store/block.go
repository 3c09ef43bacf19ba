package store

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"net/netip"
	"slices"

	"github.com/klauspost/compress/zstd"

	"picket/normalize/ocsf"
)

// A block is up to a few thousand events, by column, compressed:
//
//	prelude   fixed size: lengths, checksums, what times and numbers it spans
//	head      compressed: its columns by path, with their smallest and largest numbers
//	filters   Bloom filter and grams (bloom.go)
//	body      sections, each compressed by itself: one a column
//
// Fields are written by path, for their numbers change from version to version.
// The prelude and the filters can be read without the rest.

// Limits of a block.
const (
	blockEvents  = 4096
	blockBytes   = 4 << 20 // of raw lines
	blockColumns = 2048
	maxEvents    = 1 << 14 // that a reader takes
	maxShape     = 512     // values of one event; an event has fewer
	maxSection   = 64 << 20
	maxBlock     = 256 << 20
)

const (
	blockMagic  = "PKB1"
	preludeSize = 104
)

// The sections that every block has, before those of its columns.
const (
	secSeq = iota
	secTime
	secLogged
	secClass
	secActivity
	secSeverity
	secLost
	secParser
	secInput
	secFrom
	secTemplate  // the template of each event
	secShapes    // columns of each shape; shape of each template
	secTemplates // their pieces
	secHoles     // their holes
	fixedSections
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// builder builds a block. It is reused from block to block, and copies what it
// keeps of an event.
type builder struct {
	enc *zstd.Encoder

	n      int
	bytes  int // of raw lines
	values int

	seq, time, logged, class, activity, severity, lost, rows []int64
	parser, input, from                                      column

	cols        []*column
	columnOf    map[columnKey]*column
	spare       map[columnKey]*column // of the last block, for their memory
	attrs       []ocsf.Field
	shapes      []shape
	shapesOf    map[uint64][]int32
	likely      [64]int32 // shapes by a cheap hash of the event
	templates   []template
	templatesOf map[uint64][]int32
	cutter      cutter

	grams [gramBytes]byte
	items map[uint64]struct{}

	scratch []byte
	nums    []int64
	section []byte
	all     []uint64
}

func newBuilder() *builder {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithZeroFrames(true), zstd.WithSingleSegment(true))
	if err != nil {
		panic(err) // the options are constant
	}
	b := &builder{enc: enc, columnOf: map[columnKey]*column{}, shapesOf: map[uint64][]int32{}, templatesOf: map[uint64][]int32{}}
	return b
}

// full reports whether the block should be finished before more is added.
func (b *builder) full() bool {
	return b.n >= blockEvents || b.bytes >= blockBytes || b.values >= 64*blockEvents || len(b.cols) >= blockColumns
}

// add adds an event.
func (b *builder) add(e *ocsf.Event) {
	b.n++
	b.bytes += len(e.Raw) + 64
	b.seq = append(b.seq, int64(e.Seq))
	b.time = append(b.time, e.Time)
	b.logged = append(b.logged, e.Logged)
	b.class = append(b.class, int64(e.Class))
	b.activity = append(b.activity, int64(e.Activity))
	b.severity = append(b.severity, int64(e.Severity))
	b.lost = append(b.lost, int64(e.Lost()))
	b.own(&b.parser, e.Parser)
	b.own(&b.input, e.Input)
	from := ""
	if e.From.IsValid() {
		from = string(appendAddr(b.scratch[:0], e.From))
	}
	b.own(&b.from, from)

	n := b.shapeOf(e)
	cols := b.shapes[n].cols
	vals := e.Values()
	b.values += len(cols)
	for i := range vals {
		b.put(cols[i], vals[i])
	}
	pairs := e.UnmappedPairs()
	for i := range pairs {
		b.put(cols[len(vals)+i], pairs[i].Value)
	}
	b.rows = append(b.rows, int64(b.templateOf(e, n)))
}

// own adds a text of the event's head. Items of parser and input carry no path,
// like all others.
func (b *builder) own(c *column, s string) {
	if n := len(c.codes); n > 0 && string(c.dict.at(int(c.codes[n-1]))) == s {
		c.codes = append(c.codes, c.codes[n-1])
		return
	}
	c.codes = append(c.codes, c.dict.add(s))
}

// appendAddr appends the bytes of an address; a mapped one stays one, and a zone
// follows.
func appendAddr(b []byte, a netip.Addr) []byte {
	b = append(b, a.AsSlice()...)
	return append(b, a.Zone()...)
}

func floatBits(v ocsf.Value) int64 {
	x, _ := v.Float()
	return int64(math.Float64bits(x))
}

// finish returns the block and empties the builder. With filters it carries what
// a search skips it by; small blocks that will be merged do without.
func (b *builder) finish(filters bool) []byte {
	p := prelude{
		events: b.n, bytes: b.bytes,
		firstSeq: uint64(b.seq[0]), lastSeq: uint64(b.seq[len(b.seq)-1]),
		minTime: slices.Min(b.time), maxTime: slices.Max(b.time),
		minLogged: slices.Min(b.logged), maxLogged: slices.Max(b.logged),
	}
	var body []byte
	head := binary.AppendUvarint(nil, uint64(len(b.cols)))
	for _, ns := range [...][]int64{b.seq, b.time, b.logged, b.class, b.activity, b.severity, b.lost} {
		b.section = appendNumbers(b.section[:0], ns)
		body, head = b.flush(body, head)
	}
	for _, c := range [...]*column{&b.parser, &b.input, &b.from} {
		b.section, b.nums = appendTexts(b.section[:0], &c.dict, c.codes, b.nums)
		body, head = b.flush(body, head)
	}
	b.section = appendNumbers(b.section[:0], b.rows)
	body, head = b.flush(body, head)
	b.section = b.appendShapes(b.section[:0])
	body, head = b.flush(body, head)
	b.section = b.section[:0]
	for i := range b.templates {
		b.section = binary.AppendUvarint(b.section, uint64(len(b.templates[i].pieces)))
		b.section = append(b.section, b.templates[i].pieces...)
	}
	body, head = b.flush(body, head)
	b.section = b.section[:0]
	for i := range b.templates {
		for j := range b.templates[i].holes {
			b.section, b.nums = b.templates[i].holes[j].append(b.section, b.nums)
		}
	}
	body, head = b.flush(body, head)
	for _, c := range b.cols {
		head = b.appendColumn(head, c)
		if c.numeric() {
			b.section = appendNumbers(b.section[:0], c.nums)
		} else {
			b.section, b.nums = appendTexts(b.section[:0], &c.dict, c.codes, b.nums)
		}
		body, head = b.flush(body, head)
	}
	head = binary.AppendUvarint(head, uint64(len(b.attrs)))
	for _, f := range b.attrs {
		head = appendText(head, f.Path())
	}
	p.classes = classSet(b.class)
	p.maxSeverity = uint8(slices.Max(b.severity))

	out := make([]byte, preludeSize, preludeSize+len(head)/2+len(body)+16<<10)
	out = b.enc.EncodeAll(head, out)
	p.headLen = len(out) - preludeSize
	p.headRaw = len(head)
	if filters {
		b.all = b.all[:0]
		for h := range b.items {
			b.all = append(b.all, h)
		}
		for _, c := range b.cols {
			if c.indexed() {
				b.all = append(b.all, c.items...)
			}
		}
		out = append(out, b.grams[:]...)
		out = appendBloom(out, b.all)
		p.filterLen = len(out) - preludeSize - p.headLen
	}
	p.headSum = crc32.Checksum(out[preludeSize:], castagnoli)
	p.bodyLen = len(body)
	p.bodySum = crc32.Checksum(body, castagnoli)
	out = append(out, body...)
	p.put(out[:preludeSize])
	b.reset()
	return out
}

// flush appends b.section to the body, compressed if that helps, and its lengths
// to the head.
func (b *builder) flush(body, head []byte) ([]byte, []byte) {
	start := len(body)
	if len(b.section) >= 24 {
		body = b.enc.EncodeAll(b.section, body)
	}
	packed := len(body) - start
	if packed == 0 || packed >= len(b.section) {
		body = append(body[:start], b.section...)
		packed = 0
	}
	head = binary.AppendUvarint(head, uint64(len(b.section)))
	return body, binary.AppendUvarint(head, uint64(packed)) // 0: as it is
}

// appendColumn appends what the head says of a column.
func (b *builder) appendColumn(head []byte, c *column) []byte {
	flags := c.space << 4
	if c.indexed() {
		flags |= 1
	}
	head = append(head, flags, byte(c.kind))
	head = appendText(head, c.name())
	head = binary.AppendUvarint(head, uint64(c.rows()))
	if c.numeric() {
		head = appendVarint(head, slices.Min(c.nums))
		head = appendVarint(head, slices.Max(c.nums))
	}
	return head
}

// appendShapes appends the columns of each shape and the shape of each template.
func (b *builder) appendShapes(out []byte) []byte {
	no := make(map[*column]int, len(b.cols))
	for i, c := range b.cols {
		no[c] = i
	}
	out = binary.AppendUvarint(out, uint64(len(b.shapes)))
	for _, s := range b.shapes {
		out = binary.AppendUvarint(out, uint64(len(s.cols)))
		out = binary.AppendUvarint(out, uint64(s.values))
		for _, c := range s.cols {
			out = binary.AppendUvarint(out, uint64(no[c]))
		}
	}
	out = binary.AppendUvarint(out, uint64(len(b.templates)))
	for i := range b.templates {
		out = binary.AppendUvarint(out, uint64(b.templates[i].shape))
	}
	return out
}

// How a column of holes is written.
const (
	holeConst = iota
	holeNumeric
	holeTexts
)

func (h *holes) append(b []byte, nums []int64) ([]byte, []int64) {
	if h.same {
		t := h.at(0)
		b = binary.AppendUvarint(append(b, holeConst), uint64(len(t)))
		return append(b, t...), nums
	}
	nums = nums[:0]
	for i := range h.ends {
		n, ok := decimal(h.at(i))
		if !ok {
			nums = nums[:0]
			break
		}
		nums = append(nums, n)
	}
	if len(nums) > 0 {
		return appendNumbers(append(b, holeNumeric), nums), nums
	}
	return appendList(append(b, holeTexts), len(h.ends), h.at, nums)
}

// classSet returns the classes of a block, nil when there are more than the
// prelude has room for.
func classSet(ns []int64) []uint32 {
	var set [256]int64
	k := distinct(ns, &set)
	if k == 0 || k > maxClasses {
		return nil
	}
	out := make([]uint32, k)
	for i, n := range set[:k] {
		out[i] = uint32(n)
	}
	return out
}

// reset empties the builder and keeps its memory, but for columns that the last
// block did not have.
func (b *builder) reset() {
	b.n, b.bytes, b.values = 0, 0, 0
	for _, p := range [...]*[]int64{&b.seq, &b.time, &b.logged, &b.class, &b.activity, &b.severity, &b.lost, &b.rows} {
		*p = (*p)[:0]
	}
	for _, c := range [...]*column{&b.parser, &b.input, &b.from} {
		c.reset()
	}
	if b.spare = b.columnOf; len(b.spare) > 2*blockColumns/4 {
		b.spare = nil
	}
	for _, c := range b.spare {
		c.reset()
	}
	b.columnOf = make(map[columnKey]*column, len(b.cols))
	b.cols, b.attrs, b.shapes, b.templates = b.cols[:0], b.attrs[:0], b.shapes[:0], nil
	clear(b.shapesOf)
	clear(b.templatesOf)
	clear(b.items)
	clear(b.grams[:])
}
