package store

import (
	"encoding/binary"
)

// How a column of texts is written.
const (
	textConst   = iota // one text
	textDict           // the distinct texts, then their numbers
	textPlain          // text after text
	textNumeric        // whole numbers as decimal digits, written as numbers
)

// How a list of texts is written.
const (
	listLoose  = iota // lengths, then bytes
	listPlanes        // all of one length: first bytes, second bytes, …
	listGroups        // lengths, then planes for each length, the shortest first
)

// appendTexts appends a column: row i has the text codes[i] of d.
func appendTexts(b []byte, d *dict, codes []uint32, nums []int64) ([]byte, []int64) {
	if d.len() == 1 {
		t := d.at(0)
		b = binary.AppendUvarint(append(b, textConst), uint64(len(t)))
		return append(b, t...), nums
	}
	if d.len() > 32 && (d.len()*4 > len(codes) || d.len() > 512) {
		if out, ok := decimals(d, codes, nums[:0]); ok {
			return appendNumbers(append(b, textNumeric), out), out
		}
	}
	if d.len()*5 > len(codes)*4 {
		return appendList(append(b, textPlain), len(codes), func(i int) []byte { return d.at(int(codes[i])) }, nums)
	}
	b = binary.AppendUvarint(append(b, textDict), uint64(d.len()))
	b, nums = appendList(b, d.len(), d.at, nums)
	nums = nums[:0]
	for _, c := range codes {
		nums = append(nums, int64(c))
	}
	return appendNumbers(b, nums), nums
}

// maxPlanes is the length up to which texts of one length are turned by planes.
const maxPlanes = 64

// appendList appends n texts in the way that suits them: stamps and numbers
// compress best by planes, words as they stand. nums is memory to use.
func appendList(b []byte, n int, at func(int) []byte, nums []int64) ([]byte, []int64) {
	nums = nums[:0]
	size, longest, total, digits := len(at(0)), 0, 0, 0
	for i := range n {
		t := at(i)
		if len(t) != size {
			size = -1
		}
		longest, total = max(longest, len(t)), total+len(t)
		if i%16 == 0 {
			for _, c := range t {
				if c >= '0' && c <= '9' {
					digits += 16
				}
			}
		}
		nums = append(nums, int64(len(t)))
	}
	if size >= 0 && size <= maxPlanes {
		b = binary.AppendUvarint(append(b, listPlanes), uint64(size))
		return appendPlanes(b, n, size, at), nums
	}
	if longest <= maxPlanes && digits*2 > total {
		b = appendNumbers(append(b, listGroups), nums)
		var start [maxPlanes + 2]int
		for _, l := range nums {
			start[l+1]++
		}
		for l := range longest + 1 {
			start[l+1] += start[l]
		}
		order, fill := make([]int, n), start
		for i, l := range nums {
			order[fill[l]] = i
			fill[l]++
		}
		for size := range longest + 1 {
			group := order[start[size]:start[size+1]]
			b = appendPlanes(b, len(group), size, func(i int) []byte { return at(group[i]) })
		}
		return b, nums
	}
	b = appendNumbers(append(b, listLoose), nums)
	for i := range n {
		b = append(b, at(i)...)
	}
	return b, nums
}

// appendPlanes appends n texts of one size, plane by plane.
func appendPlanes(b []byte, n, size int, at func(int) []byte) []byte {
	from := len(b)
	b = append(b, make([]byte, n*size)...)
	planes := b[from:]
	for i := range n {
		for p, c := range at(i) {
			planes[p*n+i] = c
		}
	}
	return b
}

// decimals returns the numbers that the texts are, if every one is exactly the
// decimal digits of a number.
func decimals(d *dict, codes []uint32, out []int64) ([]int64, bool) {
	for i := range d.len() {
		if _, ok := decimal(d.at(i)); !ok {
			return out, false
		}
	}
	for _, c := range codes {
		n, _ := decimal(d.at(int(c)))
		out = append(out, n)
	}
	return out, true
}

// decimal reads digits that a number is written with in no other way.
func decimal(s []byte) (int64, bool) {
	if len(s) == 0 || len(s) > 18 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n := int64(0)
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// texts is a column of texts that was read: either every row's, or the distinct
// ones with a number a row.
type texts struct {
	list  []string
	codes []int64 // nil: row i has list[i]; empty list: see one
	one   bool    // every row has list[0]
}

func (t *texts) at(i int) string {
	switch {
	case t.one:
		return t.list[0]
	case t.codes != nil:
		return t.list[t.codes[i]]
	}
	return t.list[i]
}

// texts reads a column of n rows.
func (w *wire) texts(n int) texts {
	switch w.byte() {
	case textConst:
		return texts{list: []string{w.text()}, one: true}
	case textNumeric:
		return decimalTexts(w.numbers(nil, n))
	case textPlain:
		return texts{list: w.list(n)}
	case textDict:
		k := w.count(n)
		t := texts{list: w.list(k)}
		t.codes = w.numbers(nil, n)
		for _, c := range t.codes {
			if c < 0 || c >= int64(k) {
				w.bad = true
				break
			}
		}
		return t
	}
	w.bad = true
	return texts{}
}

// list reads n texts.
func (w *wire) list(n int) []string {
	out := make([]string, n)
	switch w.byte() {
	case listPlanes:
		size := w.count(maxPlanes)
		s := w.planes(n, size)
		for i := range out {
			if w.bad {
				return nil
			}
			out[i] = s[i*size : (i+1)*size]
		}
	case listGroups:
		lens := w.numbers(nil, n)
		var count [maxPlanes + 1]int
		for _, l := range lens {
			if l < 0 || l > maxPlanes {
				w.bad = true
				return nil
			}
			count[l]++
		}
		var groups [maxPlanes + 1]string
		for size, k := range count {
			groups[size] = w.planes(k, size)
		}
		for i, l := range lens {
			if w.bad {
				return nil
			}
			out[i], groups[l] = groups[l][:l], groups[l][l:]
		}
	case listLoose:
		lens := w.numbers(nil, n)
		total := int64(0)
		for _, l := range lens {
			if l < 0 || l > int64(len(w.b)) {
				w.bad = true
				return nil
			}
			total += l
		}
		if total > int64(len(w.b)) {
			w.bad = true
			return nil
		}
		s := string(w.bytes(int(total)))
		for i, l := range lens {
			out[i], s = s[:l], s[l:]
		}
	default:
		w.bad = true
	}
	return out
}

// planes reads n texts of one size, and returns them one after another.
func (w *wire) planes(n, size int) string {
	planes := w.bytes(n * size)
	if w.bad {
		return ""
	}
	turned := make([]byte, n*size)
	for p := range size {
		for i := range n {
			turned[i*size+p] = planes[p*n+i]
		}
	}
	return string(turned)
}
