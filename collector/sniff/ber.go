package sniff

// element is one BER element (X.690); its body may be cut short.
type element struct {
	tag  byte // of one byte: protocols here have no longer ones
	body []byte
}

// berNext reads the first element of b and returns what follows it; false when
// there is none.
func berNext(b []byte) (e element, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return element{}, nil, false
	}
	n, at := int(b[1]), 2
	if n >= 0x80 {
		k := n & 0x7f
		if k == 0 || k > 4 || len(b) < 2+k {
			return element{}, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+k] {
			n = n<<8 | int(c)
		}
		at += k
	}
	end := min(at+n, len(b))
	return element{b[0], b[at:end]}, b[end:], true
}

// berBody returns what the first element of b holds, if it has this tag.
func berBody(b []byte, tag byte) ([]byte, bool) {
	e, _, ok := berNext(b)
	if !ok || e.tag != tag {
		return nil, false
	}
	return e.body, true
}

// berFind returns the body of the first element with this tag among those in b.
func berFind(b []byte, tag byte) ([]byte, bool) {
	for range 64 {
		e, rest, ok := berNext(b)
		if !ok {
			return nil, false
		}
		if e.tag == tag {
			return e.body, true
		}
		b = rest
	}
	return nil, false
}

// berPath follows tags downwards.
func berPath(b []byte, tags ...byte) ([]byte, bool) {
	for _, t := range tags {
		var ok bool
		if b, ok = berFind(b, t); !ok {
			return nil, false
		}
	}
	return b, true
}

// berInt reads a small whole number.
func berInt(b []byte) int {
	if len(b) == 0 || len(b) > 4 {
		return 0
	}
	n := int(int8(b[0]))
	for _, c := range b[1:] {
		n = n<<8 | int(c)
	}
	return n
}
