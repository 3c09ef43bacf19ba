package appliance

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"unsafe"
)

// MaxLine is the longest message that is kept whole, in bytes; of a longer one
// the beginning is.
const MaxLine = 64 << 10

// Lines reads lines from a file or standard input, however long they are.
type Lines struct {
	r     *bufio.Reader
	arena []byte
}

// NewLines reads lines from r.
func NewLines(r io.Reader) *Lines {
	return &Lines{r: bufio.NewReaderSize(r, 1<<18)}
}

// arenaSize is how many bytes of lines share one piece of memory.
const arenaSize = 256 << 10

// Next returns the next line without its end (LF or CRLF), and how many bytes it
// had when it was cut, else 0. An empty line is a line; the end is io.EOF.
func (l *Lines) Next() (line string, cut int, err error) {
	part, err := l.r.ReadSlice('\n')
	if len(part) == 0 && err != nil {
		return "", 0, err
	}
	if err == nil || errors.Is(err, io.EOF) {
		part = trimEnd(part)
		if len(part) <= MaxLine {
			return l.keep(part), 0, nil
		}
		return l.keep(part[:MaxLine]), len(part), nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return "", 0, err
	}
	// Longer than the reader's buffer, which is longer than MaxLine.
	line = l.keep(part[:MaxLine])
	cut = len(part)
	last := part[len(part)-1]
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = l.r.ReadSlice('\n')
		cut += len(part)
		if n := len(part); n > 1 {
			last = part[n-2]
		}
	}
	if err == nil {
		cut--
		if last == '\r' {
			cut--
		}
	} else if !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	return line, cut, nil
}

func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'})
}

// keep copies b to the arena. A string into it is safe: nothing that is in the
// arena is ever written again.
func (l *Lines) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if cap(l.arena)-len(l.arena) < len(b) {
		l.arena = make([]byte, 0, max(arenaSize, len(b)))
	}
	n := len(l.arena)
	l.arena = append(l.arena, b...)
	return unsafe.String(&l.arena[n], len(b))
}
