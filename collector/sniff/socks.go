package sniff

import (
	"net/netip"
	"strconv"

	"picket/normalize/ocsf"
)

// SOCKS 4 and 5 (RFC 1928): where the client asked to be connected to stands in
// the flow's event, and what passes then is recognized like any connection.

var socksProtocol = protocol{"socks", socksSays, func(s *sensor, f *flow) reader { return &socksReader{s: s, f: f} }}

func socksSays(_ *flow, dir int, b []byte) verdict {
	if dir != out {
		return no
	}
	switch b[0] {
	case 4:
		if len(b) < 9 {
			if len(b) > 1 && b[1] != 1 && b[1] != 2 {
				return no
			}
			return more
		}
		if (b[1] == 1 || b[1] == 2) && b[len(b)-1] == 0 && len(b) < 512 && be16(b[2:]) != 0 {
			return yes
		}
	case 5:
		if len(b) < 3 {
			return more
		}
		if n := int(b[1]); n >= 1 && n <= 8 && len(b) == 2+n {
			for _, m := range b[2:] {
				if m > 9 && m < 0x80 {
					return no
				}
			}
			return yes
		}
	}
	return no
}

type socksReader struct {
	s     *sensor
	f     *flow
	five  bool
	stage int // of version 5: greeting, login or request
}

func (r *socksReader) read(dir int, b []byte) int {
	if dir == in {
		return r.answer(b)
	}
	switch {
	case r.stage == 0 && b[0] == 4:
		if len(b) < 9 {
			return 0
		}
		target := netip.AddrFrom4([4]byte(b[4:8])).String()
		if be32(b[4:]) < 256 { // 4a: a name behind the user
			rest := b[8:]
			for i, c := range rest {
				if c == 0 && i+1 < len(rest) {
					target = string(rest[i+1 : len(rest)-1])
					break
				}
			}
		}
		r.target(target, be16(b[2:]))
		r.stage = 2
	case r.stage == 0:
		r.five, r.stage = true, 1
	case r.stage == 1 && b[0] == 1: // a login (RFC 1929); the password is not kept
		if len(b) > 2 && len(b) >= 2+int(b[1]) {
			r.f.note("socks_user", ocsf.Text(string(b[2:2+int(b[1])])))
		}
	case r.stage == 1 && b[0] == 5 && len(b) >= 10:
		switch b[3] {
		case 1:
			r.target(netip.AddrFrom4([4]byte(b[4:8])).String(), be16(b[8:]))
		case 3:
			if n := int(b[4]); len(b) >= 7+n {
				r.target(string(b[5:5+n]), be16(b[5+n:]))
			}
		case 4:
			if len(b) >= 22 {
				r.target(netip.AddrFrom16([16]byte(b[4:20])).String(), be16(b[20:]))
			}
		}
		r.stage = 2
	default:
		return -1
	}
	return len(b)
}

// answer reads what the proxy says; once it agrees, the rest is someone else's.
func (r *socksReader) answer(b []byte) int {
	if r.stage < 2 {
		return len(b)
	}
	n := 8
	if r.five {
		if len(b) < 5 {
			return 0
		}
		switch n = 10; b[3] {
		case 3:
			n = 7 + int(b[4])
		case 4:
			n = 22
		}
	}
	if len(b) < n {
		return 0
	}
	r.f.reader = &detector{s: r.s, f: r.f, inside: true}
	return n
}

func (r *socksReader) target(host string, port uint16) {
	r.f.note("socks_target", ocsf.Text(host[:min(len(host), 255)]+":"+strconv.Itoa(int(port))))
}

func (r *socksReader) gap(int, int) bool { return false }
func (r *socksReader) end(int)           {}
