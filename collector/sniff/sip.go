package sniff

import (
	"bytes"
	"strings"

	"picket/normalize/ocsf"
)

// SIP (RFC 3261): one event a request, with the last response that came before
// the next.

var (
	sipProtocol       = protocol{"sip", sipSays, func(s *sensor, f *flow) reader { return &sipReader{s: s, f: f} }}
	sipStreamProtocol = protocol{"sip", sipSays, func(s *sensor, f *flow) reader { return &sipReader{s: s, f: f, stream: true} }}
)

func sipSays(_ *flow, _ int, b []byte) verdict {
	line := firstLine(b)
	if len(line) == len(b) {
		if isAlpha(b[0]) && len(b) < 1024 && b[0] < 'a' {
			return more
		}
		return no
	}
	line = bytes.TrimRight(line, "\r")
	if bytes.HasPrefix(line, []byte("SIP/2.0 ")) || bytes.HasSuffix(line, []byte(" SIP/2.0")) {
		return yes
	}
	return no
}

type sipReader struct {
	s       *sensor
	f       *flow
	stream  bool
	waiting []*sipRequest
}

type sipRequest struct {
	time                        int64
	method, uri, from, to, call string
	agent, cseq                 string
	code                        int
	reason                      string
}

const maxSIPWaiting = 16

func (r *sipReader) read(_ int, b []byte) int {
	if !r.stream {
		r.message(b)
		return len(b)
	}
	done := 0
	for done < len(b) {
		rest := b[done:]
		if rest[0] == '\r' || rest[0] == '\n' || rest[0] == 0 { // keep-alive
			done++
			continue
		}
		n := headerEnd(rest, 0)
		if n < 0 {
			if len(rest) > maxHeader {
				return -1
			}
			break
		}
		length := int64(0)
		headers(rest[:n], func(name string, v []byte) {
			if name == "content-length" || name == "l" {
				length = max(0, decimal(v))
			}
		})
		r.message(rest[:n])
		if length > 1<<20 {
			return -1
		}
		done += n + int(length)
	}
	return done
}

func (r *sipReader) message(b []byte) {
	line := string(bytes.TrimRight(firstLine(b), "\r"))
	var m sipRequest
	headers(b[len(firstLine(b)):], func(name string, v []byte) {
		switch name {
		case "from", "f":
			m.from = sipAddress(v)
		case "to", "t":
			m.to = sipAddress(v)
		case "call-id", "i":
			m.call = clip(v)
		case "cseq":
			m.cseq = clip(v)
		case "user-agent":
			m.agent = clip(v)
		}
	})
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		code := int(decimal([]byte(rest[:min(3, len(rest))])))
		for i, q := range r.waiting {
			if q.call == m.call && q.cseq == m.cseq {
				q.code, q.reason = code, strings.TrimSpace(rest[min(3, len(rest)):])
				if code >= 200 {
					r.tell(q)
					r.waiting = append(r.waiting[:i], r.waiting[i+1:]...)
				}
				return
			}
		}
		return
	}
	method, rest, ok := strings.Cut(line, " ")
	uri, ok2 := strings.CutSuffix(rest, " SIP/2.0")
	if !ok || !ok2 || len(method) > 32 {
		return
	}
	for _, q := range r.waiting {
		if q.call == m.call && q.cseq == m.cseq && q.method == method {
			return // sent again
		}
	}
	m.time, m.method, m.uri = r.s.pkt.time, method, strings.TrimSpace(uri)
	if method == "ACK" {
		return // belongs to the response that it acknowledges
	}
	if len(r.waiting) >= maxSIPWaiting {
		r.tell(r.waiting[0])
		r.waiting = r.waiting[1:]
	}
	r.waiting = append(r.waiting, &m)
}

// sipAddress returns the address out of "Name" <sip:user@host>;tag=….
func sipAddress(v []byte) string {
	s := clip(v)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
		return s
	}
	s, _, _ = strings.Cut(s, ";")
	return strings.TrimSpace(s)
}

func (r *sipReader) tell(q *sipRequest) {
	e := r.s.event(r.f, ocsf.NetworkActivity, q.time)
	e.Activity = ocsf.NetTraffic
	text := func(key, v string) {
		if v != "" {
			e.SetUnmapped(key, ocsf.Text(v))
		}
	}
	text("method", q.method)
	text("uri", q.uri)
	text("from", q.from)
	text("to", q.to)
	text("user_agent", q.agent)
	if q.code != 0 {
		e.SetUnmapped("response_code", ocsf.Int(int64(q.code)))
		setText(e, ocsf.StatusDetail, q.reason)
		e.SetInt(ocsf.StatusID, ocsf.Success)
		if q.code >= 400 {
			e.SetInt(ocsf.StatusID, ocsf.Failure)
		}
	}
	r.s.give(e)
}

func (r *sipReader) gap(int, int) bool { return !r.stream }

func (r *sipReader) end(dir int) {
	if dir == in || r.f.side[in].stream.ended {
		for _, q := range r.waiting {
			r.tell(q)
		}
		r.waiting = nil
	}
}
