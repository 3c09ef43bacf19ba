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
		b = append(b, textPlain)
		total := 0
		size := len(d.at(0))
		for i := range d.len() {
			if len(d.at(i)) != size {
				size = -1
				break
			}
		}
		if size >= 0 && size <= maxPlanes {
			b = binary.AppendUvarint(append(b, listPlanes), uint64(size))
			for p := range size {
				for _, c := range codes {
					b = append(b, d.at(int(c))[p])
				}
			}
			return b, nums
		}
		nums = nums[:0]
		for _, c := range codes {
			n := len(d.at(int(c)))
			total += n
			nums = append(nums, int64(n))
		}
		b = appendNumbers(append(b, listLoose), nums)
		for _, c := range codes {
			b = append(b, d.at(int(c))...)
		}
		return b, nums
	}
	b = binary.AppendUvarint(append(b, textDict), uint64(d.len()))
	b, nums = appendDict(b, d, nums)
	nums = nums[:0]
	for _, c := range codes {
		nums = append(nums, int64(c))
	}
	return appendNumbers(b, nums), nums
}

// maxPlanes is the length up to which texts of one length are turned by planes.
const maxPlanes = 64

func appendDict(b []byte, d *dict, nums []int64) ([]byte, []int64) {
	nums = nums[:0]
	size := len(d.at(0))
	for i := range d.len() {
		n := len(d.at(i))
		if n != size {
			size = -1
		}
		nums = append(nums, int64(n))
	}
	if size >= 0 && size <= maxPlanes {
		b = binary.AppendUvarint(append(b, listPlanes), uint64(size))
		for p := range size {
			for i := range d.len() {
				b = append(b, d.at(i)[p])
			}
		}
		return b, nums
	}
	b = appendNumbers(append(b, listLoose), nums)
	return append(b, d.data...), nums
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
		planes := w.bytes(n * size)
		if w.bad {
			return nil
		}
		turned := make([]byte, n*size)
		for p := range size {
			for i := range n {
				turned[i*size+p] = planes[p*n+i]
			}
		}
		s := string(turned)
		for i := range out {
			out[i] = s[i*size : (i+1)*size]
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
