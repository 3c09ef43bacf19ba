package syslog

import "bytes"

// splitter finds the messages in one stream. RFC 6587 knows two framings, and a
// stream keeps to the one it began with: octet counting ("83 <34>1 …"), or a
// message a line, where NUL ends a line as well and CR before the end belongs to
// it. What it finds does not depend on how the stream was cut into reads.
//
// A message over the limit is cut to it and the rest skipped. An octet-counted
// stream that breaks its framing is taken up again at the next newline, or where
// something that looks like a count and a priority stands; what lies between is
// a message, marked broken, so that nothing read is lost.
type splitter struct {
	limit int // octets of a message that are kept

	state state
	seen  int // octets at the front that were searched already
	skip  int // octets of a counted message still to be skipped
}

type state uint8

const (
	detecting   state = iota // the first octets have not decided yet
	lines                    // a message a line
	skipLine                 // in the rest of a line over the limit
	counted                  // at the beginning of a count
	skipCounted              // in the rest of a counted message over the limit
	resync                   // looking for the next frame after a broken one
)

// frame is a message found: the octets from start to end of the buffer.
type frame struct {
	start, end int
	cut        int  // octets it had before it was cut, 0 if it was not
	broken     bool // its framing was
}

// needs is how large a buffer must be for a message to be found in it: one of
// the limit between two counts.
func (s *splitter) needs() int { return s.limit + 2*maxHeader + 2 }

// next looks for a message in buf, which begins where the last call left off. It
// returns how many octets it is done with; they may be dropped once the frame has
// been used. Without ok there is no further message until more has been read; at
// the end of the stream (eof) what is left is one.
func (s *splitter) next(buf []byte, eof bool) (f frame, n int, ok bool) {
	for !ok {
		was, before := s.state, n
		b := buf[n:]
		var size int
		switch s.state {
		case detecting:
			size = s.detect(b, eof)
		case lines:
			f, size, ok = s.line(b, eof)
		case counted:
			f, size, ok = s.count(b, eof)
		case resync:
			f, size, ok = s.broken(b, eof)
		case skipLine:
			size = len(b)
			if i := lineEnd(b); i >= 0 {
				size, s.state = i+1, lines
			}
		case skipCounted:
			size = min(s.skip, len(b))
			if s.skip -= size; s.skip == 0 {
				s.state = counted
			}
		}
		f.start, f.end = f.start+n, f.end+n
		n += size
		if s.state != was || n != before {
			s.seen = 0
			continue
		}
		if !ok {
			return frame{}, n, false
		}
	}
	return f, n, true
}

// lineEnd is the index of the first octet that ends a line, or -1.
func lineEnd(b []byte) int {
	i := bytes.IndexByte(b, '\n')
	if i >= 0 {
		b = b[:i]
	}
	if nul := bytes.IndexByte(b, 0); nul >= 0 {
		return nul
	}
	return i
}

// line finds a message a line. The window is as long as a line of the limit with
// CR LF, so that the same lines are cut whatever the reads were.
func (s *splitter) line(b []byte, eof bool) (f frame, n int, ok bool) {
	window := b[:min(len(b), s.limit+2)]
	end := lineEnd(window[s.seen:])
	switch {
	case end >= 0:
		end += s.seen
		n = end + 1
	case len(window) == s.limit+2:
		s.state = skipLine
		return frame{end: s.limit, cut: s.limit + 1}, s.limit, true
	case eof:
		end, n = len(window), len(window)
	default:
		s.seen = len(window)
		return f, 0, false
	}
	for end > 0 && window[end-1] == '\r' {
		end--
	}
	f.end = min(end, s.limit)
	if end > s.limit {
		f.cut = end
	}
	return f, n, end > 0
}

// count finds an octet-counted message. Octets that end lines are let pass before
// the count, because many senders end counted messages with a newline as well.
func (s *splitter) count(b []byte, eof bool) (f frame, n int, ok bool) {
	if n = separators(b); n > 0 {
		return f, n, false
	}
	size, header, state := parseCount(b)
	switch {
	case len(b) == 0:
		return f, 0, false
	case state == countBroken, state == countShort && eof:
		s.state = resync
		return f, 0, false
	case state == countShort:
		return f, 0, false
	}
	keep := min(size, s.limit)
	if len(b) < header+keep {
		if !eof {
			return f, 0, false
		}
		// The stream ended in the middle of the message.
		f = frame{start: header, end: len(b), cut: size, broken: true}
		return f, len(b), true
	}
	f = frame{start: header, end: header + keep}
	if size > keep {
		f.cut = size
		s.state, s.skip = skipCounted, size-keep
		return f, header + keep, true
	}
	f.end = f.start + len(trimEnd(b[f.start:f.end]))
	return f, header + keep, f.end > f.start
}

// broken takes what stands before the next newline or the next thing that looks
// like the beginning of a frame.
func (s *splitter) broken(b []byte, eof bool) (f frame, n int, ok bool) {
	window := b[:min(len(b), s.limit)]
	end := lineEnd(window[s.seen:])
	if end >= 0 {
		end += s.seen
	}
	before := window
	if end >= 0 {
		before = window[:end]
	}
	if i := frameStart(before, s.seen, s.limit); i >= 0 {
		end = i
	}
	switch {
	case end >= 0:
		s.state = counted
	case len(window) == s.limit:
		end = len(window) // go on in what follows
	case eof:
		// After a pause, which ends like a stream, a frame may begin.
		end, s.state = len(window), counted
	default:
		s.seen = len(window)
		return f, 0, false
	}
	f = frame{end: len(trimEnd(window[:end])), broken: true}
	return f, end, f.end > 0
}

// trimEnd takes off what belongs to framing even where a count includes it.
func trimEnd(b []byte) []byte {
	for len(b) > 0 {
		switch b[len(b)-1] {
		case '\n', '\r', 0:
			b = b[:len(b)-1]
		default:
			return b
		}
	}
	return b
}

// separators counts the octets before a frame that belong to none.
func separators(b []byte) int {
	for i, c := range b {
		if c != '\n' && c != '\r' && c != 0 {
			return i
		}
	}
	return len(b)
}

// takesUnfinished tells whether b, in which no message was found for long, can
// be taken for one: it cannot while a count may be on its way.
func (s *splitter) takesUnfinished(b []byte) bool {
	switch s.state {
	case lines, resync:
		return true
	case detecting:
		return len(b) > maxHeader
	}
	return false
}
