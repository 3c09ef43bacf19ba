package store

import (
	"hash/maphash"
	"unsafe"
)

// dict numbers texts in the order in which they come: the distinct texts of one
// column of one block. It copies what it keeps.
type dict struct {
	data  []byte
	ends  []uint32 // ends[i] is where text i ends in data
	hash  []uint32
	table []uint32 // 1 + number of a text, 0 when free; its length is a power of two
}

var dictSeed = maphash.MakeSeed()

func (d *dict) len() int { return len(d.ends) }

// at returns text i. It is a part of data: for the life of the block only.
func (d *dict) at(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = d.ends[i-1]
	}
	return d.data[start:d.ends[i]]
}

// add returns the number of s.
func (d *dict) add(s string) uint32 {
	h := uint32(maphash.String(dictSeed, s))
	if len(d.ends)*2 >= len(d.table) {
		d.grow()
	}
	mask := uint32(len(d.table) - 1)
	i := h & mask
	for d.table[i] != 0 {
		n := d.table[i] - 1
		if d.hash[n] == h && string(d.at(int(n))) == s {
			return n
		}
		i = (i + 1) & mask
	}
	d.data = append(d.data, s...)
	d.ends = append(d.ends, uint32(len(d.data)))
	d.hash = append(d.hash, h)
	d.table[i] = uint32(len(d.ends))
	return uint32(len(d.ends) - 1)
}

func (d *dict) grow() {
	d.table = make([]uint32, max(16, 2*len(d.table)))
	mask := uint32(len(d.table) - 1)
	for n, h := range d.hash {
		i := h & mask
		for d.table[i] != 0 {
			i = (i + 1) & mask
		}
		d.table[i] = uint32(n + 1)
	}
}

// reset empties the dictionary and keeps its memory.
func (d *dict) reset() {
	d.data, d.ends, d.hash = d.data[:0], d.ends[:0], d.hash[:0]
	clear(d.table)
}

// addBytes is [dict.add] for bytes, which it copies.
func (d *dict) addBytes(b []byte) uint32 { return d.add(unsafe.String(unsafe.SliceData(b), len(b))) }
