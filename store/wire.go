package store

import (
	"encoding/binary"
	"errors"
)

// errDamaged is what decoding finds in a block that is not as it was written.
var errDamaged = errors.New("damaged block")

// wire reads what append* wrote. After the first mistake everything it returns
// is zero and bad is set.
type wire struct {
	b   []byte
	bad bool
}

func (w *wire) uvarint() uint64 {
	n, k := binary.Uvarint(w.b)
	if k <= 0 {
		w.bad, w.b = true, nil
		return 0
	}
	w.b = w.b[k:]
	return n
}

func (w *wire) varint() int64 {
	n := w.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

// count reads a number that may be limit at most.
func (w *wire) count(limit int) int {
	n := w.uvarint()
	if n > uint64(limit) {
		w.bad, w.b = true, nil
		return 0
	}
	return int(n)
}

func (w *wire) byte() byte {
	if len(w.b) == 0 {
		w.bad = true
		return 0
	}
	c := w.b[0]
	w.b = w.b[1:]
	return c
}

func (w *wire) bytes(n int) []byte {
	if n < 0 || n > len(w.b) {
		w.bad, w.b = true, nil
		return nil
	}
	b := w.b[:n]
	w.b = w.b[n:]
	return b
}

// text reads a length and as many bytes.
func (w *wire) text() string { return string(w.bytes(w.count(len(w.b)))) }

func (w *wire) err() error {
	if w.bad {
		return errDamaged
	}
	return nil
}

func appendVarint(b []byte, n int64) []byte {
	return binary.AppendUvarint(b, uint64(n<<1)^uint64(n>>63))
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func varintLen(n int64) int {
	u := uint64(n<<1) ^ uint64(n>>63)
	k := 1
	for u >= 0x80 {
		u >>= 7
		k++
	}
	return k
}
