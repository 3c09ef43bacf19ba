package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// key is what is known of one spelling of a vendor's key.
type key struct {
	name string  // one shared copy
	mean meaning // by the dictionary
}

// keyTable finds keys by their exact spelling. It is an open hash table for
// short strings: the hash looks at the length and at most 16 bytes, which is
// what makes forty keys a line cheap, and probing is bounded, so that hostile
// keys cost no more than others. The zero table is empty and ready for use.
type keyTable[T any] struct {
	slots []keySlot[T]
	n     int
}

type keySlot[T any] struct {
	key   string
	value T
}

const (
	maxProbes = 12
	maxKeys   = 4096 // keys that one table learns
)

func hashKey[S string | []byte](k S) uint32 {
	n := len(k)
	var a, b uint64
	switch {
	case n >= 8:
		a = uint64(k[0]) | uint64(k[1])<<8 | uint64(k[2])<<16 | uint64(k[3])<<24 | uint64(k[4])<<32 | uint64(k[5])<<40 | uint64(k[6])<<48 | uint64(k[7])<<56
		m := n - 8
		b = uint64(k[m]) | uint64(k[m+1])<<8 | uint64(k[m+2])<<16 | uint64(k[m+3])<<24 | uint64(k[m+4])<<32 | uint64(k[m+5])<<40 | uint64(k[m+6])<<48 | uint64(k[m+7])<<56
	case n >= 4:
		a = uint64(k[0]) | uint64(k[1])<<8 | uint64(k[2])<<16 | uint64(k[3])<<24
		m := n - 4
		b = uint64(k[m]) | uint64(k[m+1])<<8 | uint64(k[m+2])<<16 | uint64(k[m+3])<<24
	case n > 0:
		a = uint64(k[0]) | uint64(k[n/2])<<8 | uint64(k[n-1])<<16
	}
	h := (a ^ uint64(n)<<56) * 0x9E3779B97F4A7C15
	h = (h ^ h>>29 ^ b) * 0xBF58476D1CE4E5B9
	if n > 16 { // long dotted paths often differ in the middle only
		m := n / 2
		h = (h ^ uint64(k[m])<<16 ^ uint64(k[m-2])<<8 ^ uint64(k[m+2])) * 0x9E3779B97F4A7C15
	}
	return uint32(h >> 32)
}

// find returns the value of k, or nil.
func find[T any, S string | []byte](t *keyTable[T], k S) *T {
	if len(t.slots) == 0 {
		return nil
	}
	mask := uint32(len(t.slots) - 1)
	h := hashKey(k)
	for i := uint32(0); i < maxProbes; i++ {
		s := &t.slots[(h+i)&mask]
		if s.key == "" {
			return nil
		}
		if s.key == string(k) {
			return &s.value
		}
	}
	return nil
}

// put adds k, and reports false when the table will not learn it.
func (t *keyTable[T]) put(k string, v T) bool {
	if k == "" || t.n >= maxKeys {
		return false
	}
	if (t.n+1)*2 > len(t.slots) {
		t.grow()
	}
	return t.insert(k, v)
}

func (t *keyTable[T]) insert(k string, v T) bool {
	mask := uint32(len(t.slots) - 1)
	h := hashKey(k)
	for i := uint32(0); i < maxProbes; i++ {
		s := &t.slots[(h+i)&mask]
		if s.key == "" || s.key == k {
			if s.key == "" {
				t.n++
			}
			s.key, s.value = k, v
			return true
		}
	}
	return false
}

// set is put for tables that are part of the program: it makes room until every
// key has its place, and reports false only when there is none.
func (t *keyTable[T]) set(k string, v T) bool {
	if (t.n+1)*2 <= len(t.slots) && t.insert(k, v) {
		return true
	}
	for size := max(64, 2*len(t.slots)); size <= 8*maxKeys; size *= 2 {
		next := keyTable[T]{slots: make([]keySlot[T], size)}
		ok := true
		for i := range t.slots {
			if s := &t.slots[i]; s.key != "" {
				ok = ok && next.insert(s.key, s.value)
			}
		}
		if ok && next.insert(k, v) {
			*t = next
			return true
		}
	}
	return false
}

func (t *keyTable[T]) grow() {
	old := t.slots
	t.slots, t.n = make([]keySlot[T], max(64, 2*len(old))), 0
	for i := range old {
		if old[i].key != "" {
			t.insert(old[i].key, old[i].value)
		}
	}
}

// lookup returns what is known of the key k, and learns it when it is new.
func (l *Line) lookup(k string) *key {
	if p := find(&l.keys, k); p != nil {
		return p
	}
	return l.learn(strings.Clone(k))
}

// lookupPath is lookup for a key that was put together in a buffer.
func (l *Line) lookupPath(k []byte) *key {
	if p := find(&l.keys, k); p != nil {
		return p
	}
	return l.learn(string(k))
}

func (l *Line) learn(k string) *key {
	if len(k) <= maxKeyLength {
		k = ocsf.Intern(k)
		if l.keys.put(k, key{name: k, mean: resolveKey(k)}) {
			return find(&l.keys, k)
		}
	} else {
		k = k[:maxKeyLength]
	}
	l.spare = key{name: k, mean: resolveKey(k)}
	return &l.spare
}

// maxKeyLength is what is kept of a key; longer ones are no keys.
const maxKeyLength = 160
