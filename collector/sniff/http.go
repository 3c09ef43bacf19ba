package sniff

import (
	"bytes"
	"strings"
)

// HTTP/1 (RFC 9112), and what calls itself so. One event a request, told when
// its response is complete. Requests may be pipelined; bodies are followed to
// their ends, hashed and not kept.

var httpProtocol = protocol{"http", httpSays, func(s *sensor, f *flow) reader { return &httpReader{s: s, f: f} }}

const (
	maxHeader   = 64 << 10 // bytes of a message's header
	maxPipeline = 64       // requests without response
	maxURI      = 8 << 10  // bytes kept
	maxHeaderV  = 2 << 10  // bytes kept of a header's value
)

// httpTx is one request with its response.
type httpTx struct {
	time                           int64
	method, uri, version           string
	host, agent, referrer, forward string
	user                           string
	reqDone                        bool
	simple                         bool        // of HTTP/0.9
	form                           *mimeReader // files of a form that is uploaded
	req                            body

	answered        bool
	code            int
	message, server string
	contentType     string
	resTime         int64
	res             body
	resDone         bool
}

// states of one direction.
const (
	httpStart = iota
	httpLength
	httpChunk
	httpChunkData
	httpChunkEnd
	httpTrailer
	httpUntilClose
)

// again is what a step returns that took nothing but changed the state.
const again = -2

type httpReader struct {
	s       *sensor
	f       *flow
	state   [2]int
	left    [2]int64
	scanned [2]int // bytes of an unfinished header that were searched for its end; 0 once any are taken
	headed  bool   // the first line of an unfinished request was looked at
	txs     []*httpTx
	asking  *httpTx // whose request is coming
	telling *httpTx // whose response is coming
	client  int     // the direction of requests
	known   bool    // client is known
}

func (h *httpReader) read(dir int, b []byte) int {
	done := 0
	for done < len(b) {
		n := h.step(dir, b[done:])
		if n == again {
			continue
		}
		if n < 0 {
			return -1
		}
		if n == 0 {
			break
		}
		done += n
		h.scanned[dir] = 0 // it counts from the first byte that is not taken
		if h.f.reader != h {
			break
		}
	}
	return done
}

// step deals with one element: a header, a line, a part of a body.
func (h *httpReader) step(dir int, b []byte) int {
	switch h.state[dir] {
	case httpStart:
		return h.start(dir, b)
	case httpLength, httpChunkData:
		n := int(min(h.left[dir], int64(len(b))))
		h.write(dir, b[:n])
		if h.left[dir] -= int64(n); h.left[dir] == 0 {
			if h.state[dir] == httpChunkData {
				h.state[dir] = httpChunkEnd
			} else {
				h.finish(dir)
			}
		}
		return n
	case httpUntilClose:
		h.write(dir, b)
		return len(b)
	}
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		if len(b) > 4096 {
			return -1
		}
		return 0
	}
	line := bytes.TrimSpace(b[:i])
	switch h.state[dir] {
	case httpChunkEnd:
		h.state[dir] = httpChunk
		if len(line) > 0 { // the line's end was left out
			return h.step(dir, b)
		}
	case httpChunk:
		n, ok := hexSize(line)
		switch {
		case !ok:
			return -1
		case n == 0:
			h.state[dir] = httpTrailer
		default:
			h.state[dir], h.left[dir] = httpChunkData, n
		}
	case httpTrailer:
		if len(line) == 0 {
			h.finish(dir)
		}
	}
	return i + 1
}

// hexSize reads the size of a chunk, with extensions behind it.
func hexSize(b []byte) (int64, bool) {
	n, digits := int64(0), 0
	for _, c := range b {
		var d int64
		switch {
		case c >= '0' && c <= '9':
			d = int64(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = int64(c|0x20-'a') + 10
		case c == ';' || c == ' ' || c == '\t':
			return n, digits > 0
		default:
			return 0, false
		}
		if digits++; digits > 15 {
			return 0, false
		}
		n = n<<4 | d
	}
	return n, digits > 0
}

// start reads a whole header.
func (h *httpReader) start(dir int, b []byte) int {
	skip := 0
	for skip < len(b) && (b[skip] == '\r' || b[skip] == '\n') {
		skip++ // empty lines before a message
	}
	if skip > 0 {
		return skip
	}
	if !h.known {
		h.known = true
		if isVersion(b) || hasPrefixPart(b, "HTTP/") {
			h.client = 1 - dir
		} else {
			h.client = dir
		}
	}
	if dir != h.client && len(h.txs) > 0 && h.txs[0].simple && !isVersion(b) {
		return h.bare(dir)
	}
	if dir == h.client && !h.headed && bytes.IndexByte(b[h.scanned[dir]:], '\n') >= 0 { // the first line is whole now
		if lastVersion(firstLine(b)) < 0 {
			if n, ok := h.simple(b); ok {
				return n
			}
		}
		h.headed = true
	}
	n := headerEnd(b, max(0, h.scanned[dir]-3))
	if n < 0 {
		if len(b) > maxHeader {
			return -1
		}
		h.scanned[dir] = len(b)
		return 0
	}
	if dir == h.client {
		h.headed = false
		if !h.request(b[:n]) {
			return -1
		}
	} else if !h.response(b[:n]) {
		return -1
	}
	return n
}

// simple reads a request of HTTP/0.9: one line, no header.
func (h *httpReader) simple(b []byte) (int, bool) {
	i := bytes.IndexByte(b, '\n')
	method, uri, ok := strings.Cut(strings.TrimSpace(string(b[:i])), " ")
	if !ok || method != "GET" {
		return 0, false
	}
	t := h.begin(method, uri)
	t.reqDone, t.simple, h.asking = true, true, nil
	return i + 1, true
}

// bare takes the response of HTTP/0.9: a body, up to the end of the connection.
func (h *httpReader) bare(dir int) int {
	t := h.txs[0]
	h.telling = t
	t.answered, t.resTime = true, h.s.pkt.time
	h.state[dir] = httpUntilClose
	return again
}

// begin opens a transaction.
func (h *httpReader) begin(method, uri string) *httpTx {
	if len(h.txs) >= maxPipeline {
		h.tell(h.txs[0])
		h.txs = h.txs[1:]
	}
	t := &httpTx{time: h.s.pkt.time, method: method, uri: uri[:min(len(uri), maxURI)]}
	h.txs = append(h.txs, t)
	h.asking = t
	return t
}

func firstLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i]
	}
	return b
}

// headerEnd returns the length of a header with its empty line, -1 when that did
// not come yet. It searches from offset from.
func headerEnd(b []byte, from int) int {
	for i := from; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		i += n + 1
		switch {
		case i < len(b) && b[i] == '\n':
			return i + 1
		case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
			return i + 2
		}
	}
}

// expect sets what follows a header.
func (h *httpReader) expect(dir int, length int64, chunked, response bool) {
	switch {
	case chunked:
		h.state[dir] = httpChunk
	case length > 0:
		h.state[dir], h.left[dir] = httpLength, length
	case length < 0 && response:
		h.state[dir] = httpUntilClose
	default:
		h.finish(dir)
	}
}

// write takes bytes of a body.
func (h *httpReader) write(dir int, b []byte) {
	if t := h.asking; dir == h.client && t != nil && t.form != nil {
		t.req.size += int64(len(b))
		t.form.write(b)
		return
	}
	h.body(dir).write(h.s, b)
}

func (h *httpReader) body(dir int) *body {
	t := h.telling
	if dir == h.client {
		t = h.asking
	}
	if t == nil {
		return &body{giveUp: true}
	}
	if dir == h.client {
		return &t.req
	}
	return &t.res
}

// finish ends the message of one direction.
func (h *httpReader) finish(dir int) {
	h.state[dir] = httpStart
	if dir == h.client {
		if h.asking != nil {
			if h.asking.form != nil && !h.asking.req.giveUp {
				h.asking.form.close()
			}
			h.asking.reqDone = true
			if h.asking.resDone {
				h.tell(h.asking)
			}
			h.asking = nil
		}
		return
	}
	t := h.telling
	if t == nil {
		return
	}
	h.telling = nil
	t.resDone = true
	if len(h.txs) > 0 && h.txs[0] == t {
		h.txs = h.txs[1:]
	}
	if t.reqDone {
		h.tell(t)
	}
}

// gap passes over lost bytes where they lie within a body; anywhere else the
// structure is lost, and with it that direction: what follows is searched for
// the next message.
func (h *httpReader) gap(dir, n int) bool {
	h.scanned[dir] = 0
	if dir == h.client {
		h.headed = false
	}
	switch h.state[dir] {
	case httpUntilClose:
		h.body(dir).lose(h.s)
		return true
	case httpLength, httpChunkData:
		h.body(dir).lose(h.s)
		if int64(n) <= h.left[dir] {
			if h.left[dir] -= int64(n); h.left[dir] == 0 {
				if h.state[dir] == httpChunkData {
					h.state[dir] = httpChunkEnd
				} else {
					h.finish(dir)
				}
			}
			return true
		}
		h.finish(dir)
	}
	return h.state[dir] == httpStart
}

func (h *httpReader) end(dir int) {
	if h.known && dir != h.client {
		if h.telling != nil {
			if h.state[dir] != httpUntilClose {
				h.telling.res.lose(h.s)
			}
			h.finish(dir)
		}
	}
	if h.known && dir == h.client && h.asking != nil {
		h.asking.req.lose(h.s)
		h.finish(dir)
	}
	if !h.f.side[out].stream.ended || !h.f.side[in].stream.ended {
		return
	}
	for _, t := range h.txs {
		h.tell(t)
	}
	h.txs = nil
}
