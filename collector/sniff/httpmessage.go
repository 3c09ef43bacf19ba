package sniff

import (
	"bytes"
	"strings"
)

// request reads a request's header.
func (h *httpReader) request(b []byte) bool {
	line := firstLine(b)
	head := b[len(line):]
	line = bytes.TrimRight(line, "\r\n ")
	i := bytes.IndexAny(line, " \t")
	if i <= 0 {
		return false
	}
	method := strings.ToUpper(string(line[:i]))
	rest := bytes.TrimLeft(line[i:], " \t")
	version := ""
	if j := lastVersion(rest); j > 0 {
		version = string(rest[j+5:])
		rest = bytes.TrimRight(rest[:j], " \t")
	}
	t := h.begin(method, string(rest))
	t.version = version
	length, chunked := int64(-1), false
	headers(head, func(name string, value []byte) {
		switch name {
		case "host":
			t.host = clip(value)
		case "user-agent":
			t.agent = clip(value)
		case "referer":
			t.referrer = clip(value)
		case "x-forwarded-for":
			t.forward = clip(value)
		case "content-length":
			length = decimal(value)
		case "transfer-encoding":
			chunked = containsFold(value, "chunked")
		case "content-type":
			t.req.mime = mediaType(value)
			if t.req.mime == "multipart/form-data" {
				t.form = newForm(h.s, h.f, value)
			}
		case "content-encoding":
			t.req.codings = codings(t.req.codings, value)
		case "content-disposition":
			t.req.name = dispositionName(value)
		case "authorization":
			t.user = basicUser(value)
		}
	})
	h.expect(h.client, length, chunked, false)
	return true
}

// lastVersion returns where the version stands in a request line, -1 for nowhere.
func lastVersion(b []byte) int {
	for j := len(b) - 5; j >= 0; j-- {
		if isVersion(b[j:]) {
			return j
		}
	}
	return -1
}

// isVersion reports whether b begins with HTTP/, in any case.
func isVersion(b []byte) bool { return len(b) >= 5 && strings.EqualFold(string(b[:5]), "HTTP/") }

// response reads a response's header.
func (h *httpReader) response(b []byte) bool {
	line := firstLine(b)
	head := b[len(line):]
	if !isVersion(line) {
		return false
	}
	_, rest, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(" "))
	num, message, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	code := 0
	for _, c := range num[:min(len(num), 3)] { // what is no number is read as far as it is one
		if c < '0' || c > '9' {
			break
		}
		code = code*10 + int(c-'0')
	}
	if code >= 100 && code < 200 && code != 101 { // the real one is still to come
		return true
	}
	if len(h.txs) == 0 {
		h.txs = append(h.txs, &httpTx{time: h.s.pkt.time, reqDone: true})
	}
	t := h.txs[0]
	h.telling = t
	t.answered, t.code, t.message, t.resTime = true, code, clip(message), h.s.pkt.time
	length, chunked := int64(-1), false
	headers(head, func(name string, value []byte) {
		switch name {
		case "content-length":
			length = decimal(value)
		case "transfer-encoding":
			chunked = containsFold(value, "chunked")
		case "content-type":
			t.contentType = clip(value)
			t.res.mime = mediaType(value)
		case "content-encoding":
			t.res.codings = codings(t.res.codings, value)
		case "content-disposition":
			t.res.name = dispositionName(value)
		case "server":
			t.server = clip(value)
		}
	})
	dir := 1 - h.client
	switch {
	case code == 101 || t.method == "CONNECT" && code/100 == 2:
		h.finish(dir)
		h.inside(code)
		return true
	case t.method == "HEAD" || code == 204 || code == 304:
		length, chunked = 0, false
	}
	h.expect(dir, length, chunked, true)
	return true
}

// inside hands a tunnel (CONNECT) or an upgraded connection on: what comes is
// not HTTP any more.
func (h *httpReader) inside(code int) {
	if code == 101 {
		h.s.silence(h.f)
		return
	}
	h.f.reader = &detector{s: h.s, f: h.f, inside: true}
}
