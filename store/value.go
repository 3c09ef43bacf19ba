package store

import (
	"encoding/binary"
	"math"
	"net/netip"

	"picket/normalize/ocsf"
)

// Lists and objects are rows of a column of texts: their values one after
// another, the attributes of objects by their number in the block's table.

// maxNesting bounds lists and objects inside each other.
const maxNesting = 8

// appendValue appends a value that stands in a list or object, or is one.
// attr numbers a field.
func appendValue(b []byte, v ocsf.Value, attr func(ocsf.Field) uint64) []byte {
	b = append(b, byte(v.Kind()))
	switch v.Kind() {
	case ocsf.KindText, ocsf.KindJSON:
		b = appendText(b, v.Str())
	case ocsf.KindInt, ocsf.KindBool:
		n, _ := v.Num()
		b = appendVarint(b, n)
	case ocsf.KindFloat:
		x, _ := v.Float()
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	case ocsf.KindAddr:
		a, _ := v.Addr()
		b = append(b, byte(a.BitLen()/8))
		b = append(b, a.AsSlice()...)
	case ocsf.KindList, ocsf.KindObject:
		b = binary.AppendUvarint(b, uint64(len(v.List())))
		for _, x := range v.List() {
			if v.Kind() == ocsf.KindObject {
				b = binary.AppendUvarint(b, attr(x.Field()))
			}
			b = appendValue(b, x, attr)
		}
	}
	return b
}

// value reads a value. attrs are the fields by their number.
func (w *wire) value(attrs []ocsf.Field, depth int) ocsf.Value {
	switch kind := ocsf.Kind(w.byte()); kind {
	case ocsf.KindNone:
	case ocsf.KindText:
		return ocsf.Text(w.text())
	case ocsf.KindJSON:
		return ocsf.RawJSON(w.text())
	case ocsf.KindInt:
		return ocsf.Int(w.varint())
	case ocsf.KindBool:
		return ocsf.Bool(w.varint() != 0)
	case ocsf.KindFloat:
		if b := w.bytes(8); b != nil {
			return ocsf.FloatOf(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	case ocsf.KindAddr:
		a, _ := netip.AddrFromSlice(w.bytes(int(w.byte())))
		return ocsf.Addr(a)
	case ocsf.KindList, ocsf.KindObject:
		n := w.count(len(w.b))
		if depth >= maxNesting {
			w.bad = true
			return ocsf.Value{}
		}
		vs := make([]ocsf.Value, 0, min(n, 64))
		for range n {
			f := ocsf.None
			if kind == ocsf.KindObject {
				i := w.count(len(attrs))
				if w.bad || i >= len(attrs) {
					w.bad = true
					return ocsf.Value{}
				}
				f = attrs[i]
			}
			v := w.value(attrs, depth+1)
			if w.bad {
				return v
			}
			vs = append(vs, v.Of(f))
		}
		if kind == ocsf.KindObject {
			return ocsf.ObjectOf(vs...)
		}
		return ocsf.ListOf(vs...)
	default:
		w.bad = true
	}
	return ocsf.Value{}
}
