package sniff

import (
	"bytes"

	"picket/normalize/ocsf"
)

// RDP (MS-RDPBCGR): the connection request names a user or a broker's cookie;
// what follows is TLS, mostly.

var rdpProtocol = protocol{"rdp", rdpSays, func(s *sensor, f *flow) reader { return &rdpReader{s: s, f: f} }}

// rdpSays knows a connection request or confirm of X.224 in a TPKT frame.
func rdpSays(_ *flow, _ int, b []byte) verdict {
	if b[0] != 3 {
		return no
	}
	if len(b) < 7 {
		if len(b) > 1 && b[1] != 0 {
			return no
		}
		return more
	}
	n := int(be16(b[2:]))
	if b[1] != 0 || n < 11 || n > 2048 || int(b[4]) != n-5 && b[4] != 14 && b[4] != 6 || b[5] != 0xe0 && b[5] != 0xd0 {
		return no
	}
	if len(b) < n {
		return more
	}
	return isRDP(b[:n])
}

// isRDP tells RDP's request from those of others who use X.224: a cookie, or a
// negotiation of RDP, or nothing behind the fixed part.
func isRDP(b []byte) verdict {
	rest := b[11:]
	switch {
	case len(rest) == 0, bytes.HasPrefix(rest, []byte("Cookie: ")):
		return yes
	case len(rest) >= 8 && rest[0] <= 3 && rest[0] > 0 && le16(rest[2:]) == 8:
		return yes
	case bytes.Contains(rest, []byte("\r\n")):
		return yes
	}
	return no
}

type rdpReader struct {
	s    *sensor
	f    *flow
	told bool
}

func (r *rdpReader) read(dir int, b []byte) int {
	if len(b) < 4 {
		return 0
	}
	n := int(be16(b[2:]))
	if b[0] != 3 || n < 7 {
		return -1
	}
	if len(b) < n {
		return 0
	}
	if dir == out && b[5] == 0xe0 {
		r.request(b[:n])
		return n
	}
	if dir == in && b[5] == 0xd0 {
		r.f.reader = &detector{s: r.s, f: r.f, inside: true}
	}
	return n
}

func (r *rdpReader) request(b []byte) {
	if r.told || len(b) < 11 {
		return
	}
	r.told = true
	cookie := ""
	line, _, _ := bytes.Cut(b[11:], []byte("\r\n"))
	if v, ok := bytes.CutPrefix(line, []byte("Cookie: mstshash=")); ok {
		cookie = clip(v)
	} else if v, ok := bytes.CutPrefix(line, []byte("Cookie: msts=")); ok {
		cookie = clip(v)
	}
	e := r.s.event(r.f, ocsf.RDPActivity, r.s.pkt.time)
	e.Activity = 1 // Initial Request
	setText(e, ocsf.RDPCookie, cookie)
	r.s.give(e)
}

func (r *rdpReader) gap(int, int) bool { return false }
func (r *rdpReader) end(int)           {}
