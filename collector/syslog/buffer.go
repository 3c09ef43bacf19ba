package syslog

import "io"

const (
	minBuffer = 4 << 10
	// calmReads are so many reads in a row that filled less than a quarter of
	// the buffer; it is halved then.
	calmReads = 64
)

// buffer holds what was read from a connection and not used yet. It starts
// small, grows while reads fill it, and shrinks when they no longer do, so that
// many quiet connections cost little.
type buffer struct {
	max int

	b    []byte
	r, w int // unused are b[r:w]
	grow bool
	calm int
}

func (b *buffer) unused() []byte { return b.b[b.r:b.w] }

// fill reads once. What the buffer held may move.
func (b *buffer) fill(from io.Reader) error {
	b.makeRoom()
	n, err := from.Read(b.b[b.w:])
	b.w += n
	b.grow = b.w == len(b.b)
	if n > 0 && n < len(b.b)/4 {
		b.calm++
	} else {
		b.calm = 0
	}
	return err
}

func (b *buffer) makeRoom() {
	size := len(b.b)
	switch {
	case size == 0:
		size = min(minBuffer, b.max)
	case b.grow:
		size = min(2*size, b.max)
	case b.calm >= calmReads && b.w-b.r <= size/4:
		size, b.calm = max(size/2, min(minBuffer, b.max)), 0
	}
	if size != len(b.b) {
		bigger := make([]byte, size)
		b.r, b.w = 0, copy(bigger, b.unused())
		b.b = bigger
		return
	}
	if b.r > 0 {
		b.r, b.w = 0, copy(b.b, b.unused())
	}
}
