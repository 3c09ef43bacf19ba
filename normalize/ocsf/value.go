package ocsf

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"unsafe"
)

// Kind is what a [Value] holds.
type Kind uint8

// The kinds of values.
const (
	KindNone Kind = iota
	KindText
	KindInt
	KindFloat
	KindBool
	KindAddr
	KindList   // a list of values
	KindObject // attributes of an element of a list
	KindJSON   // JSON text, written as it is
)

// Value is one value of an attribute. The zero Value is none. Values are
// immutable; a text may be a slice of the raw line, see [Event.Clone].
//
// An event has some thirty of them and each is handed on several times, so that
// a Value is 32 bytes with one pointer, which travel in registers. Texts and
// lists share the pointer, with their length in num, as the values of log/slog
// do; only this file looks behind it.
type Value struct {
	field Field          // whose it is, inside an Event or Object
	kind  Kind           // tells what the others are
	num   uint64         // a number, the lower half of an address, or how long data is
	hi    uint64         // the upper half of an address
	data  unsafe.Pointer // the bytes of a text, the values of a list
}

// Text is a text value.
func Text(s string) Value { return texts(KindText, s) }

func texts(k Kind, s string) Value {
	return Value{kind: k, num: uint64(len(s)), data: unsafe.Pointer(unsafe.StringData(s))}
}

// values is a list or an object; it takes vs over.
func values(k Kind, vs []Value) Value {
	return Value{kind: k, num: uint64(len(vs)), data: unsafe.Pointer(unsafe.SliceData(vs))}
}

// items are the values of a list or the attributes of an object, with no room
// to append to.
func (v Value) items() []Value {
	if v.kind != KindList && v.kind != KindObject {
		return nil
	}
	return unsafe.Slice((*Value)(v.data), int(v.num))
}

// Int is a whole number (also for times: milliseconds since the epoch).
func Int(n int64) Value { return Value{kind: KindInt, num: uint64(n)} }

// FloatOf is a number with a fraction.
func FloatOf(x float64) Value { return Value{kind: KindFloat, num: math.Float64bits(x)} }

// Bool is true or false.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}

// Addr is an IP address. An IPv4 address mapped into IPv6 is unmapped, a zone
// is dropped. The invalid address gives no value.
func Addr(a netip.Addr) Value {
	if !a.IsValid() {
		return Value{}
	}
	a = a.Unmap()
	b := a.As16()
	return Value{kind: KindAddr, hi: binary.BigEndian.Uint64(b[:8]), num: binary.BigEndian.Uint64(b[8:])}
}

// ListOf is a list of values.
func ListOf(vs ...Value) Value {
	if len(vs) == 0 {
		return Value{}
	}
	return values(KindList, vs)
}

// listOf is a list that is the value of f.
func listOf(f Field, vs []Value) Value {
	v := values(KindList, vs)
	v.field = f
	return v
}

// ObjectOf is an element of a list of objects: its attributes as [Attr] made
// them. It takes attrs over.
func ObjectOf(attrs ...Value) Value {
	kept := attrs[:0]
	for _, a := range attrs {
		if a.kind != KindNone {
			kept = append(kept, a)
		}
	}
	sortAttrs(kept)
	return values(KindObject, kept)
}

// Attr is the attribute f of an element of a list of objects.
func Attr(f Field, v Value) Value {
	if v.kind == KindText && v.num == 0 {
		return Value{}
	}
	v.field = f
	return v
}

// sortAttrs puts the attributes of an object in the order of the table.
func sortAttrs(attrs []Value) {
	if len(attrs) > 1 {
		slices.SortStableFunc(attrs, func(a, b Value) int { return int(a.field) - int(b.field) })
	}
}

// RawJSON is a JSON text that is written as it is. It must be valid JSON.
func RawJSON(s string) Value { return texts(KindJSON, s) }

// Kind tells what v holds.
func (v Value) Kind() Kind { return v.kind }

// Field tells whose value v is, when it came out of an event or object.
func (v Value) Field() Field { return v.field }

// IsZero reports whether v is no value.
func (v Value) IsZero() bool { return v.kind == KindNone }

// Num returns a whole number, or false when v holds none.
func (v Value) Num() (int64, bool) {
	switch v.kind {
	case KindInt, KindBool:
		return int64(v.num), true
	case KindFloat:
		return int64(math.Float64frombits(v.num)), true
	}
	return 0, false
}

// Float returns a number, or false when v holds none.
func (v Value) Float() (float64, bool) {
	switch v.kind {
	case KindInt, KindBool:
		return float64(int64(v.num)), true
	case KindFloat:
		return math.Float64frombits(v.num), true
	}
	return 0, false
}

// Addr returns an address, or false when v holds none.
func (v Value) Addr() (netip.Addr, bool) {
	if v.kind != KindAddr {
		return netip.Addr{}, false
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], v.hi)
	binary.BigEndian.PutUint64(b[8:], v.num)
	a := netip.AddrFrom16(b)
	return a.Unmap(), true // Addr took no mapped address
}

// List returns the values of a list or the attributes of an object. The caller
// must not change it.
func (v Value) List() []Value { return v.items() }

// Get returns the attribute f of an object.
func (v Value) Get(f Field) Value {
	for _, a := range v.items() {
		if a.field == f {
			return a
		}
	}
	return Value{}
}

// Str returns the text of a text value without formatting anything, else "".
func (v Value) Str() string {
	if v.kind == KindText || v.kind == KindJSON {
		return unsafe.String((*byte)(v.data), int(v.num))
	}
	return ""
}

// String returns v as text: what search, signatures and pages see. It
// allocates for anything but text.
func (v Value) String() string {
	if v.kind == KindText || v.kind == KindJSON {
		return v.Str()
	}
	return string(v.AppendText(nil))
}

// AppendText appends v as text to b. A list is its values with commas between.
func (v Value) AppendText(b []byte) []byte {
	switch v.kind {
	case KindText, KindJSON:
		return append(b, v.Str()...)
	case KindInt:
		return strconv.AppendInt(b, int64(v.num), 10)
	case KindFloat:
		return strconv.AppendFloat(b, math.Float64frombits(v.num), 'g', -1, 64)
	case KindBool:
		return strconv.AppendBool(b, v.num != 0)
	case KindAddr:
		a, _ := v.Addr()
		return a.AppendTo(b)
	case KindList, KindObject:
		for i, x := range v.items() {
			if i > 0 {
				b = append(b, ',')
			}
			b = x.AppendText(b)
		}
	}
	return b
}

// Equal reports whether v and w are the same value of the same kind.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind || v.num != w.num || v.hi != w.hi {
		return false
	}
	if v.data == w.data {
		return true
	}
	a, b := v.items(), w.items()
	for i := range a {
		if a[i].field != b[i].field || !a[i].Equal(b[i]) {
			return false
		}
	}
	return v.Str() == w.Str()
}
