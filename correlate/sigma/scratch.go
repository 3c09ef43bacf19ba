package sigma

import (
	"strings"

	"picket/normalize/ocsf"
)

// Scratch is the memory of one goroutine that matches. It holds what is known
// of the event in hand: its values, their folded texts, the predicates that
// were asked.
type Scratch struct {
	// Costs, when set, are told what each rule of the first set costs.
	Costs *Costs

	set   *Set
	rec   Record
	stamp uint32 // of the event; what carries another stamp is stale

	slots    []slotVals
	keyStamp []uint32
	keyAt    []int32 // which of the record's own pairs has the key
	memo     []uint32
	litSeen  []uint32
	ruleSeen []uint32
	pending  []int32
	hits     []int
	buf      []byte
	key      []byte
	whole    []byte // all values of the event
	plans    map[string]*plan
	keys     map[string]knownKey // keys as they came
	near     [nearKeys]knownKey
	labels   labels

	budget    int // of the event, see [Scratch.spend]
	left      int // of it, for the rule in hand
	throttled uint64
	steps     uint64 // of the index, for tests: places and literals looked at
}

// slotVals are the values of one field.
type slotVals struct {
	stamp uint32
	vals  []val
}

// val is one value as text.
type val struct {
	text   string
	folded string
	known  bool // folded is computed
}

// NewScratch returns memory for matching.
func NewScratch() *Scratch { return &Scratch{} }

// Throttled returns how many comparisons were left out because their rule or
// their event had cost too much already.
func (sc *Scratch) Throttled() uint64 { return sc.throttled }

const (
	maxPlans      = 2048
	maxKeys       = 16384
	nearKeys      = 512
	maxKeyLen     = 256
	maxPlanKey    = 1024
	maxScratchBuf = 1 << 20
)

// begin makes sc ready for an event.
func (sc *Scratch) begin(s *Set, rec Record) {
	if sc.set != s {
		throttled, costs := sc.throttled, sc.Costs
		if sc.set != nil {
			costs = nil // they are those of another set
		}
		*sc = Scratch{
			Costs: costs, set: s, slots: make([]slotVals, len(s.slots)), keyStamp: make([]uint32, len(s.keyNames)), keyAt: make([]int32, len(s.keyNames)),
			memo: make([]uint32, len(s.preds)), litSeen: make([]uint32, len(s.lits)), ruleSeen: make([]uint32, len(s.rules)),
			plans: map[string]*plan{}, keys: map[string]knownKey{}, throttled: throttled,
		}
	}
	if sc.stamp++; sc.stamp >= 1<<31 {
		for i := range sc.slots {
			sc.slots[i].stamp = 0
		}
		clear(sc.keyStamp)
		clear(sc.memo)
		clear(sc.litSeen)
		clear(sc.ruleSeen)
		sc.stamp = 1
	}
	if cap(sc.buf) > maxScratchBuf {
		sc.buf = nil
	}
	if cap(sc.whole) > maxScratchBuf {
		sc.whole = nil
	}
	sc.rec, sc.buf, sc.budget, sc.left = rec, sc.buf[:0], eventBudget, eventBudget
	rec.announce(sc)
}

// announce tells that pair i of the record has this key. A later pair with the
// same key replaces an earlier one.
func (sc *Scratch) announce(key string, i int, foldKeys bool) {
	c := &sc.near[nearKey(key)]
	if c.key != key || key == "" {
		k, ok := sc.keys[key]
		if !ok {
			k.id = sc.set.keyOf(key, foldKeys)
			if len(key) > maxKeyLen {
				sc.keep(k.id, i)
				return
			}
			if len(sc.keys) >= maxKeys {
				clear(sc.keys)
			}
			k.key = strings.Clone(key)
			sc.keys[k.key] = k
		}
		*c = k
	}
	sc.keep(c.id, i)
}

// keep notes where the value of a key of the set is.
func (sc *Scratch) keep(id int32, i int) {
	if id >= 0 {
		sc.keyStamp[id], sc.keyAt[id] = sc.stamp, int32(i)
	}
}

// knownKey is a key as records have it with its number in the set.
type knownKey struct {
	key string
	id  int32 // or -1: no rule asks for it
}

// nearKey is a place for a key in a small table before the map: records of one
// kind have the same keys again and again.
func nearKey(key string) int {
	n := len(key)
	if n == 0 {
		return 0
	}
	return (n*67 + int(key[0])*7 + int(key[n/2])*31 + int(key[n-1])*131) % nearKeys
}

// values returns the values of a slot; none when the field is absent or null.
func (sc *Scratch) values(slot int32) []val {
	sv := &sc.slots[slot]
	if sv.stamp == sc.stamp {
		return sv.vals
	}
	sv.stamp = sc.stamp
	sv.vals = sv.vals[:0]
	for i := range sc.set.slots[slot].sources {
		src := &sc.set.slots[slot].sources[i]
		switch src.kind {
		case fromKey:
			if sc.keyStamp[src.key] == sc.stamp {
				sv.vals = sc.rec.pair(sc, int(sc.keyAt[src.key]), sv.vals)
			}
		case fromField:
			sv.vals = sc.rec.field(sc, src.field, sv.vals)
		case fromAll:
			sv.vals = sc.rec.all(sc, sv.vals)
		}
		if len(sv.vals) > 0 {
			if src.derive != nil {
				for i := range sv.vals {
					sv.vals[i] = val{text: src.derive(sv.vals[i].text)}
				}
			}
			break
		}
	}
	return sv.vals
}

// fold returns the folded text of a value, computed once.
func (sc *Scratch) fold(v *val) string {
	if v.known {
		return v.folded
	}
	v.known = true
	if folded(v.text) {
		v.folded = v.text
		return v.folded
	}
	at := len(sc.buf)
	sc.buf = appendFold(sc.buf, v.text)
	v.folded = view(sc.buf[at:])
	return v.folded
}

// add appends the values of an OCSF value as texts.
func (sc *Scratch) add(vals []val, v ocsf.Value) []val {
	switch v.Kind() {
	case ocsf.KindNone:
		return vals
	case ocsf.KindText, ocsf.KindJSON:
		return append(vals, val{text: v.Str()})
	case ocsf.KindList, ocsf.KindObject:
		for _, x := range v.List() {
			vals = sc.add(vals, x)
		}
		return vals
	}
	at := len(sc.buf)
	sc.buf = v.AppendText(sc.buf)
	return append(vals, val{text: view(sc.buf[at:])})
}
