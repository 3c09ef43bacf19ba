package store

import (
	"math/bits"
	"slices"
)

// How a column of numbers is written; the way that promises to become smallest
// after compression is taken.
const (
	numConst  = iota // one number
	numDelta         // differences, as varints
	numDict          // up to 256 distinct ones, then a byte a row
	numPlanes        // what exceeds the smallest, byte plane by byte plane
)

// appendNumbers appends a column of numbers.
func appendNumbers(b []byte, ns []int64) []byte {
	if len(ns) == 0 {
		return append(b, numConst, 0)
	}
	lo, hi := slices.Min(ns), slices.Max(ns)
	if lo == hi {
		return appendVarint(append(b, numConst), lo)
	}
	width := (bits.Len64(uint64(hi)-uint64(lo)) + 7) / 8
	delta, last := 0, int64(0)
	for _, n := range ns {
		delta += varintLen(n - last)
		last = n
	}
	planes := len(ns) * width
	if delta*4 > planes*3 || width > 1 {
		var set [256]int64
		if k := distinct(ns, &set); k > 0 && (width > 1 && delta > len(ns)*5/4 || k <= 16) {
			b = append(b, numDict, byte(k-1))
			for _, n := range set[:k] {
				b = appendVarint(b, n)
			}
			for _, n := range ns {
				i, _ := slices.BinarySearch(set[:k], n)
				b = append(b, byte(i))
			}
			return b
		}
	}
	if delta*4 <= planes*3 {
		b = append(b, numDelta)
		last = 0
		for _, n := range ns {
			b = appendVarint(b, n-last)
			last = n
		}
		return b
	}
	b = append(b, numPlanes, byte(width))
	b = appendVarint(b, lo)
	for p := range width {
		shift := 8 * p
		for _, n := range ns {
			b = append(b, byte((uint64(n)-uint64(lo))>>shift))
		}
	}
	return b
}

// distinct collects the distinct numbers in order into set, and returns how many
// there are, 0 for more than fit.
func distinct(ns []int64, set *[256]int64) int {
	k := 0
	last, have := int64(0), false
	for _, n := range ns {
		if have && n == last {
			continue
		}
		last, have = n, true
		i, ok := slices.BinarySearch(set[:k], n)
		if ok {
			continue
		}
		if k == len(set) {
			return 0
		}
		copy(set[i+1:k+1], set[i:k])
		set[i] = n
		k++
	}
	return k
}

// numbers reads a column of n numbers into out, which it may grow.
func (w *wire) numbers(out []int64, n int) []int64 {
	out = slices.Grow(out[:0], n)[:n]
	switch w.byte() {
	case numConst:
		v := w.varint()
		for i := range out {
			out[i] = v
		}
	case numDelta:
		last := int64(0)
		for i := range out {
			last += w.varint()
			out[i] = last
		}
	case numDict:
		var set [256]int64
		k := int(w.byte()) + 1
		for i := range k {
			set[i] = w.varint()
		}
		codes := w.bytes(n)
		for i, c := range codes {
			w.bad = w.bad || int(c) >= k
			out[i] = set[c]
		}
	case numPlanes:
		width := int(w.byte())
		lo := w.varint()
		if width > 8 {
			w.bad = true
			return out
		}
		clear(out)
		for p := range width {
			for i, c := range w.bytes(n) {
				out[i] |= int64(uint64(c) << (8 * p))
			}
		}
		for i := range out {
			out[i] += lo
		}
	default:
		w.bad = true
	}
	return out
}
