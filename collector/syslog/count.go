package syslog

const (
	// maxCount is the largest octet count that is believed; a larger number at
	// the front of a stream is taken for text.
	maxCount = 16 << 20
	// maxHeader is how long a count with its space can be: "16777216 ".
	maxHeader = 9
	// minBare is the smallest count that is believed before something else than
	// "<": the day that begins "12 Jan 2026 …" is none.
	minBare = 32
)

type countState uint8

const (
	countFound countState = iota
	countShort            // it may become one
	countBroken
)

// parseCount reads MSG-LEN SP (RFC 6587, 3.4.1): a number without leading zero.
// header is the length of both.
func parseCount(b []byte) (size, header int, state countState) {
	for i, c := range b {
		switch {
		case c == ' ' && i > 0:
			return size, i + 1, countFound
		case !isDigit(c), c == '0' && i == 0, i == maxHeader-1:
			return 0, 0, countBroken
		}
		if size = size*10 + int(c-'0'); size > maxCount {
			return 0, 0, countBroken
		}
	}
	return 0, 0, countShort
}

// detect decides the framing of a stream by its first octets. A count is
// believed when "<" follows it. Before anything else (messages without priority)
// it must prove itself: the message has that length without a newline in it, and
// then the stream ends, or a line, or another count follows. It returns octets
// to be dropped.
func (s *splitter) detect(b []byte, eof bool) int {
	if n := separators(b); n > 0 {
		return n
	}
	size, header, state := parseCount(b)
	switch {
	case len(b) == 0, state == countShort && !eof:
		return 0
	case state != countFound:
		s.state = lines
		return 0
	}
	body := b[header:]
	switch {
	case len(body) == 0 && !eof:
	case len(body) > 0 && body[0] == '<':
		s.state = counted
	case size < minBare, size > s.limit, lineEnd(body[:min(len(body), size)]) >= 0:
		s.state = lines
	case len(body) < size:
		if eof {
			s.state = lines
		}
	case len(body) == size:
		if eof {
			s.state = counted
		}
	case separators(body[size:]) > 0:
		s.state = counted
	default:
		_, _, state := parseCount(body[size:])
		switch {
		case state == countFound:
			s.state = counted
		case state == countBroken || eof:
			s.state = lines
		}
	}
	return 0
}

// frameStart finds a count followed by " <" in b, after its first octet and with
// the "<" at or after from, and returns where it begins, or -1. Digits that would
// take the count over the limit are left to the text before it: of "port 443" and
// "87 <" side by side it makes the text "port 4" and the count 4387, which is as
// well as can be told. A longer run of digits is no count.
func frameStart(b []byte, from, limit int) int {
	for i := max(from, 3); i < len(b); i++ {
		if b[i] != '<' || b[i-1] != ' ' {
			continue
		}
		first := i - 1
		for first > 1 && i-first <= maxHeader && isDigit(b[first-1]) {
			first--
		}
		if i-first > maxHeader {
			continue
		}
		for ; first < i-1; first++ {
			if size, _, state := parseCount(b[first:i]); state == countFound && size <= limit {
				return first
			}
		}
	}
	return -1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
