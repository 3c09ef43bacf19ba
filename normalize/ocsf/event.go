package ocsf

import (
	"iter"
	"net/netip"
	"strings"
	"sync"
)

// Event is one OCSF event. The zero Event is empty and ready for use; [Event.Reset]
// makes a used one so again, keeping its memory.
//
// Its texts may be slices of the raw line that it was made from: whoever keeps
// a part of an event longer than its batch clones that part.
type Event struct {
	Seq      uint64   // sequence number in the log, 0 before it is numbered
	Class    Class    // class_uid
	Activity uint8    // activity_id
	Severity Severity // severity_id
	Time     int64    // when it happened, ms since the epoch (event time)
	Logged   int64    // when Picket received it, ms since the epoch
	Raw      string   // the raw line, byte for byte

	// How it was understood: the name of the parser (a brand's, or "generic"),
	// "" for a line that nobody understood.
	Parser string
	// Input is the input that received it ("udp:514", "sniff:eth1"), From the
	// address of the sender (a relay, perhaps). Neither is an attribute of OCSF;
	// both are written below unmapped.
	Input string
	From  netip.Addr
	// Stamp tells how the device's clock is to be judged by this event. It is known
	// beside the pipeline only, and kept nowhere.
	Stamp Stamp

	index    [maxFields]uint8 // 1 + position in vals, 0 when absent
	vals     []Value
	unmapped []Pair
	lost     int // attributes over the limits
}

// Stamp is what kind of stamp told the time of an event.
type Stamp uint8

// The kinds of stamps.
const (
	NoStamp    Stamp = iota // none: the time is that of receipt
	StampLocal              // one that names no zone
	StampZoned              // one that names its zone, or counts seconds
	StampWrong              // one that cannot be: the time is that of receipt
)

// Pair is one of the vendor's own keys with its value.
type Pair struct {
	Key   string
	Value Value
}

// Limits of one event; what goes over them is counted by [Event.Lost].
const (
	maxValues   = 240
	maxUnmapped = 256
	maxList     = 64
)

// Reset empties the event for reuse.
func (e *Event) Reset() {
	vals, unmapped := e.vals, e.unmapped
	clear(vals)
	clear(unmapped)
	*e = Event{}
	e.vals, e.unmapped = vals[:0], unmapped[:0]
}

// Lost returns how many attributes were over the limits of an event.
func (e *Event) Lost() int { return e.lost }

// Has reports whether f has a value.
func (e *Event) Has(f Field) bool {
	if e.index[f] != 0 {
		return true
	}
	switch f {
	case ClassUID, ActivityID, SeverityID:
		return true
	case EventTime:
		return e.Time != 0
	case LoggedTime:
		return e.Logged != 0
	case Sequence:
		return e.Seq != 0
	case RawData:
		return e.Raw != ""
	}
	l := infos[f].List
	return l != None && e.index[l] != 0
}

// Get returns the value of f, or no value. For an attribute of a list's
// elements (answers[].rdata) it returns the list of them.
func (e *Event) Get(f Field) Value {
	if i := e.index[f]; i != 0 {
		return e.vals[i-1]
	}
	switch f {
	case ClassUID:
		return Int(int64(e.Class))
	case ActivityID:
		return Int(int64(e.Activity))
	case SeverityID:
		return Int(int64(e.Severity))
	case EventTime:
		return nonZero(e.Time)
	case LoggedTime:
		return nonZero(e.Logged)
	case Sequence:
		return nonZero(int64(e.Seq))
	case RawData:
		if e.Raw != "" {
			return Text(e.Raw)
		}
		return Value{}
	}
	if l := infos[f].List; l != None {
		if i := e.index[l]; i != 0 {
			return gather(e.vals[i-1], f)
		}
	}
	return Value{}
}

func nonZero(n int64) Value {
	if n == 0 {
		return Value{}
	}
	return Int(n)
}

// gather collects attribute f of the objects of a list.
func gather(list Value, f Field) Value {
	var out []Value
	for _, o := range list.items() {
		if v := o.Get(f); v.kind == KindList {
			out = append(out, v.items()...)
		} else if v.kind != KindNone {
			out = append(out, v)
		}
	}
	return ListOf(out...)
}

// Text returns the value of f as text, "" when absent.
func (e *Event) Text(f Field) string { return e.Get(f).String() }

// Num returns the value of f as a number, 0 when absent or no number.
func (e *Event) Num(f Field) int64 {
	n, _ := e.Get(f).Num()
	return n
}

// Addr returns the value of f as an address, the zero Addr when absent.
func (e *Event) Addr(f Field) netip.Addr {
	a, _ := e.Get(f).Addr()
	return a
}

// Set gives f the value v, over what it had. No value is no change; use
// [Event.Delete] to take one away. Set trusts the kind of v to fit the type of
// f; from text use [Event.SetText], which checks.
func (e *Event) Set(f Field, v Value) {
	if v.kind == KindNone || f == None {
		return
	}
	if f <= RawData {
		e.setHead(f, &v)
		return
	}
	v.field = f
	if i := e.index[f]; i != 0 {
		e.vals[i-1] = v
		return
	}
	if len(e.vals) >= maxValues {
		e.lost++
		return
	}
	if e.vals == nil {
		e.vals = make([]Value, 0, 32)
	}
	e.vals = append(e.vals, v)
	e.index[f] = uint8(len(e.vals))
}

// setHead sets one of the fields that live in the head of an event; they are
// the first of the table, RawData the last of them.
func (e *Event) setHead(f Field, v *Value) {
	switch f {
	case ClassUID:
		e.Class = Class(v.num)
	case ActivityID:
		e.Activity = uint8(v.num)
	case SeverityID:
		e.Severity = Severity(v.num)
	case EventTime:
		e.Time = int64(v.num)
	case LoggedTime:
		e.Logged = int64(v.num)
	case Sequence:
		e.Seq = v.num
	case RawData:
		e.Raw = v.Str()
	}
}

// SetInt gives f a whole number.
func (e *Event) SetInt(f Field, n int64) { e.Set(f, Int(n)) }

// SetAddr gives f an address, unless a is invalid.
func (e *Event) SetAddr(f Field, a netip.Addr) { e.Set(f, Addr(a)) }

// SetBool gives f true or false.
func (e *Event) SetBool(f Field, b bool) { e.Set(f, Bool(b)) }

// Delete takes the value of f away.
func (e *Event) Delete(f Field) {
	i := int(e.index[f])
	if i == 0 {
		return
	}
	last := len(e.vals) - 1
	if i-1 != last {
		e.vals[i-1] = e.vals[last]
		e.index[e.vals[i-1].field] = uint8(i)
	}
	e.vals[last] = Value{}
	e.vals = e.vals[:last]
	e.index[f] = 0
}

// Append adds v to the list f, unless it is there already.
func (e *Event) Append(f Field, v Value) {
	if v.kind == KindNone || v.kind == KindObject && v.num == 0 {
		return
	}
	i := e.index[f]
	if i == 0 {
		e.Set(f, ListOf(v))
		return
	}
	have := e.vals[i-1].items()
	for _, x := range have {
		if x.Equal(v) {
			return
		}
	}
	if len(have) >= maxList {
		e.lost++
		return
	}
	e.vals[i-1] = listOf(f, append(have[:len(have):len(have)], v))
}

// SetUnmapped keeps one of the vendor's own keys. A key that is set again keeps
// both values (as OCSF leaves unmapped free, the later gets a list). Keys should
// be interned or constant, see [Intern].
func (e *Event) SetUnmapped(key string, v Value) {
	if v.kind == KindNone || key == "" {
		return
	}
	if len(e.unmapped) >= maxUnmapped {
		e.lost++
		return
	}
	for i := range e.unmapped {
		if e.unmapped[i].Key == key {
			old := e.unmapped[i].Value
			if old.Equal(v) {
				return
			}
			if old.kind != KindList {
				old = ListOf(old)
			}
			if old.num >= maxList {
				e.lost++
				return
			}
			e.unmapped[i].Value = ListOf(append(old.items(), v)...)
			return
		}
	}
	e.unmapped = append(e.unmapped, Pair{key, v})
}

// Unmapped returns the value of a vendor's own key. Keys are compared without
// regard to case.
func (e *Event) Unmapped(key string) Value {
	for i := range e.unmapped {
		if e.unmapped[i].Key == key {
			return e.unmapped[i].Value
		}
	}
	for i := range e.unmapped {
		if strings.EqualFold(e.unmapped[i].Key, key) {
			return e.unmapped[i].Value
		}
	}
	return Value{}
}

// UnmappedPairs returns the vendor's own keys in the order they came. The
// caller must not change it.
func (e *Event) UnmappedPairs() []Pair { return e.unmapped }

// All yields the fields that have a value, the head's among them (but raw_data),
// in no particular order.
func (e *Event) All() iter.Seq2[Field, Value] {
	return func(yield func(Field, Value) bool) {
		for _, f := range [...]Field{ClassUID, ActivityID, SeverityID, EventTime, LoggedTime, Sequence} {
			if v := e.Get(f); v.kind != KindNone && !yield(f, v) {
				return
			}
		}
		for i := range e.vals {
			if !yield(e.vals[i].field, e.vals[i]) {
				return
			}
		}
	}
}

// Values returns the values outside the head, each knowing its field, in the
// order they were set. The caller must not change it.
func (e *Event) Values() []Value { return e.vals }

// Clone returns a copy that shares no memory with e's raw line.
func (e *Event) Clone() *Event {
	c := *e
	c.Raw = strings.Clone(e.Raw)
	c.vals = cloneValues(e.vals)
	c.unmapped = make([]Pair, len(e.unmapped))
	for i, p := range e.unmapped {
		c.unmapped[i] = Pair{Intern(p.Key), p.Value.clone()}
	}
	return &c
}

func (v Value) clone() Value {
	c := v
	switch v.kind {
	case KindText, KindJSON:
		c = texts(v.kind, strings.Clone(v.Str()))
	case KindList, KindObject:
		c = values(v.kind, cloneValues(v.items()))
	}
	c.field = v.field
	return c
}

func cloneValues(vs []Value) []Value {
	if vs == nil {
		return nil
	}
	out := make([]Value, len(vs))
	for i := range vs {
		out[i] = vs[i].clone()
	}
	return out
}

// Intern returns one shared copy of s, for keys that return line after line.
// The table is bounded: past its limit it returns a plain copy.
func Intern(s string) string {
	internLock.RLock()
	t, ok := interned[s]
	internLock.RUnlock()
	if ok {
		return t
	}
	s = strings.Clone(s)
	internLock.Lock()
	defer internLock.Unlock()
	if t, ok := interned[s]; ok {
		return t
	}
	if len(interned) < maxInterned && len(s) <= 128 {
		interned[s] = s
	}
	return s
}

const maxInterned = 16384

var (
	internLock sync.RWMutex // guards interned
	interned   = map[string]string{}
)
