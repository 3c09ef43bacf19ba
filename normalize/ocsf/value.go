package ocsf

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"strconv"
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
type Value struct {
	field Field // whose it is, inside an Event or Object
	kind  Kind
	v6    bool
	num   uint64
	hi    uint64
	str   string
	list  []Value
}

// Text is a text value.
func Text(s string) Value { return Value{kind: KindText, str: s} }

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
	return Value{kind: KindAddr, v6: a.Is6(), hi: binary.BigEndian.Uint64(b[:8]), num: binary.BigEndian.Uint64(b[8:])}
}

// ListOf is a list of values.
func ListOf(vs ...Value) Value {
	if len(vs) == 0 {
		return Value{}
	}
	return Value{kind: KindList, list: vs}
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
	return Value{kind: KindObject, list: kept}
}

// Attr is the attribute f of an element of a list of objects.
func Attr(f Field, v Value) Value {
	if v.kind == KindText && v.str == "" {
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
func RawJSON(s string) Value { return Value{kind: KindJSON, str: s} }

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
	if !v.v6 {
		a = a.Unmap()
	}
	return a, true
}

// List returns the values of a list or the attributes of an object. The caller
// must not change it.
func (v Value) List() []Value { return v.list }

// Get returns the attribute f of an object.
func (v Value) Get(f Field) Value {
	for _, a := range v.list {
		if a.field == f {
			return a
		}
	}
	return Value{}
}

// Str returns the text of a text value without formatting anything, else "".
func (v Value) Str() string {
	if v.kind == KindText || v.kind == KindJSON {
		return v.str
	}
	return ""
}

// String returns v as text: what search, signatures and pages see. It
// allocates for anything but text.
func (v Value) String() string {
	if v.kind == KindText || v.kind == KindJSON {
		return v.str
	}
	return string(v.AppendText(nil))
}

// AppendText appends v as text to b. A list is its values with commas between.
func (v Value) AppendText(b []byte) []byte {
	switch v.kind {
	case KindText, KindJSON:
		return append(b, v.str...)
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
		for i, x := range v.list {
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
	if v.kind != w.kind || v.num != w.num || v.hi != w.hi || v.v6 != w.v6 || v.str != w.str || len(v.list) != len(w.list) {
		return false
	}
	for i := range v.list {
		if v.list[i].field != w.list[i].field || !v.list[i].Equal(w.list[i]) {
			return false
		}
	}
	return true
}
