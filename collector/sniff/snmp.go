package sniff

import (
	"picket/normalize/ocsf"
)

// SNMP (RFC 1157, 3416, 3412): version, community and, of version 3, the user
// stand in the flow's event.

var snmpProtocol = protocol{"snmp", snmpSays, func(s *sensor, f *flow) reader { return &snmpReader{f: f} }}

func snmpSays(f *flow, _ int, b []byte) verdict {
	body, ok := berBody(b, 0x30)
	if !ok || len(body) < 6 || body[0] != 2 || body[1] != 1 || body[2] > 3 || body[2] == 2 {
		return no
	}
	if body[2] == 3 && body[3] != 0x30 || body[2] != 3 && body[3] != 4 {
		return no
	}
	if f.hasPort(161) || f.hasPort(162) {
		return yes
	}
	if body[2] != 3 { // elsewhere: a PDU must follow the community
		c, ok := berBody(body[3:], 4)
		if ok && len(body) > 5+len(c) && body[5+len(c)] >= 0xa0 && body[5+len(c)] <= 0xa8 && len(c) < 128 {
			return yes
		}
	}
	return no
}

type snmpReader struct {
	f *flow
	n int
}

const maxSNMP = 64 // messages of one flow that are looked at

func (r *snmpReader) read(_ int, b []byte) int {
	if r.n++; r.n > maxSNMP {
		return -1
	}
	body, ok := berBody(b, 0x30)
	if !ok || len(body) < 6 || body[0] != 2 || body[1] != 1 {
		return len(b)
	}
	version := body[2]
	r.f.note("snmp_version", ocsf.Int(map[byte]int64{0: 1, 1: 2, 3: 3}[version]))
	if version == 3 {
		if user := snmpUser(body[3:]); user != "" {
			r.f.note("snmp_user", ocsf.Text(user))
		}
		return len(b)
	}
	if c, ok := berBody(body[3:], 4); ok && len(c) > 0 && len(c) <= 255 {
		r.f.note("community", ocsf.Text(string(c)))
	}
	return len(b)
}

// snmpUser finds the user of the user-based security model (RFC 3414): behind
// the header come, as a string of octets, engine, boots, time and then the user.
func snmpUser(b []byte) string {
	params, ok := berPath(b, 0x04, 0x30)
	if !ok {
		return ""
	}
	for range 3 {
		if _, params, ok = berNext(params); !ok {
			return ""
		}
	}
	user, ok := berBody(params, 4)
	if !ok || len(user) > 255 {
		return ""
	}
	return string(user)
}

func (r *snmpReader) gap(int, int) bool { return true }
func (r *snmpReader) end(int)           {}
