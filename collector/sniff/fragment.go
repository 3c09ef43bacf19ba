package sniff

import "slices"

// Bounds of reassembly. Attackers send first halves only, so what waits is
// little, short-lived, and goes oldest first.
const (
	maxPieces       = 64       // of one datagram
	maxDatagram     = 65535    // bytes
	maxHalfDone     = 1024     // datagrams under way
	maxFragmentTime = 30 * 1e9 // ns
)

// fragments puts IP datagrams together. Where pieces overlap the earlier one
// stands; RFC 5722 would have the datagram dropped, which would blind a sensor.
type fragments struct {
	m     map[fragKey]*halfDone
	order []*halfDone // by age, with holes where one was finished
	lost  uint64      // pieces given up
	seen  uint64
	size  int // bytes held
	limit int // of size
}

type fragKey struct {
	src, dst [16]byte
	id       uint32
	proto    uint8
}

type halfDone struct {
	key    fragKey
	begun  int64
	pieces []piece // by offset, not overlapping
	total  int     // length of the whole, -1 while the last piece is missing
	count  int     // packets
	length int     // IP lengths of them
	bytes  int     // held
	gone   bool
}

type piece struct {
	off  int
	data []byte
}

// add takes one piece and returns the whole payload once it is complete. p then
// counts for all pieces.
func (f *fragments) add(p *packet, id uint32, off int, more bool, body []byte) ([]byte, bool) {
	f.seen++
	if len(body) == 0 || off+len(body) > maxDatagram || p.missing > 0 {
		f.lost++
		return nil, false
	}
	if f.m == nil {
		f.m = map[fragKey]*halfDone{}
	}
	f.expire(p.time)
	k := fragKey{p.src, p.dst, id, p.proto}
	h := f.m[k]
	if h == nil {
		h = &halfDone{key: k, begun: p.time, total: -1}
		f.m[k] = h
		if len(f.order) >= 2*len(f.m)+1024 { // mostly finished ones behind an old one
			f.order = slices.DeleteFunc(f.order, func(h *halfDone) bool { return h.gone })
		}
		f.order = append(f.order, h)
	}
	h.count++
	h.length += p.length
	if len(h.pieces) >= maxPieces || f.limit > 0 && f.size+len(body) > f.limit {
		f.drop(h)
		return nil, false
	}
	if !more && h.total < 0 {
		h.total = off + len(body)
	}
	f.insert(h, off, body)
	if h.total < 0 || !h.whole() {
		return nil, false
	}
	out := make([]byte, 0, h.total)
	for _, x := range h.pieces {
		out = append(out, x.data[:min(len(x.data), h.total-len(out))]...)
		if len(out) == h.total {
			break
		}
	}
	p.length, p.pieces = h.length, h.count
	f.release(h)
	return out, true
}

// insert keeps of a piece what is not there yet.
func (f *fragments) insert(h *halfDone, off int, body []byte) {
	i := 0
	for i < len(h.pieces) && h.pieces[i].off+len(h.pieces[i].data) <= off {
		i++
	}
	for len(body) > 0 {
		n := len(body)
		if i < len(h.pieces) {
			next := h.pieces[i]
			if next.off <= off { // this part is known
				known := next.off + len(next.data) - off
				if known >= n {
					return
				}
				off, body = off+known, body[known:]
				i++
				continue
			}
			n = min(n, next.off-off)
		}
		part := append([]byte(nil), body[:n]...)
		h.pieces = append(h.pieces, piece{})
		copy(h.pieces[i+1:], h.pieces[i:])
		h.pieces[i] = piece{off, part}
		f.size += n
		h.bytes += n
		off, body = off+n, body[n:]
		i++
	}
}

func (h *halfDone) whole() bool {
	at := 0
	for _, x := range h.pieces {
		if x.off != at {
			return false
		}
		at += len(x.data)
		if at >= h.total {
			return true
		}
	}
	return false
}

// expire gives up what is too old or too much.
func (f *fragments) expire(now int64) {
	for len(f.order) > 0 {
		h := f.order[0]
		if !h.gone {
			if now-h.begun < maxFragmentTime && len(f.m) < maxHalfDone {
				return
			}
			f.drop(h)
		}
		f.order[0] = nil
		f.order = f.order[1:]
	}
}

func (f *fragments) drop(h *halfDone) {
	f.lost += uint64(h.count)
	f.release(h)
}

func (f *fragments) release(h *halfDone) {
	if h.gone {
		return
	}
	h.gone = true
	f.size -= h.bytes
	h.pieces = nil
	delete(f.m, h.key)
}
