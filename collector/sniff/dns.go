package sniff

import (
	"strings"

	"picket/normalize/ocsf"
)

// DNS over UDP and TCP (RFC 1035, 7766). A query and its response are one
// event; a query without response is told when the flow ends or when too many
// wait.

var (
	dnsProtocol       = protocol{"dns", dnsSays, func(s *sensor, f *flow) reader { return &dnsReader{s: s, f: f} }}
	dnsStreamProtocol = protocol{"dns", dnsStreamSays, func(s *sensor, f *flow) reader { return &dnsReader{s: s, f: f, framed: true} }}
)

func dnsSays(f *flow, _ int, b []byte) verdict {
	if !f.hasPort(53) && f.key.loPort|f.key.hiPort != 0 {
		if f.hasPort(5353) || f.hasPort(5355) || f.hasPort(137) {
			return no
		}
		// On another port the message must be flawless and ask something.
		var m dnsMessage
		if len(b) < 17 || be16(b[4:]) != 1 || !m.parse(b) || !m.clean || m.end != len(b) || m.name == "" || m.typ == 0 || !usualClass(m.class) {
			return no
		}
		return yes
	}
	if len(b) < 12 || !plausibleDNS(b) {
		return no
	}
	return yes
}

func dnsStreamSays(f *flow, _ int, b []byte) verdict {
	if !f.hasPort(53) && !f.hasPort(5353) {
		return no
	}
	if len(b) < 14 {
		return more
	}
	if n := int(be16(b)); n < 12 || !plausibleDNS(b[2:]) {
		return no
	}
	return yes
}

// plausibleDNS looks at a header: a known operation, and counts that a message
// can have.
func plausibleDNS(b []byte) bool {
	op := b[2] >> 3 & 15
	return op <= 6 && be16(b[4:]) <= 32 && be16(b[6:]) <= 4096 && be16(b[8:]) <= 4096 && be16(b[10:]) <= 4096
}

func usualClass(c uint16) bool { return c >= 1 && c <= 4 || c == 255 || c == 254 }

// dnsReader keeps the queries of one flow that were not answered yet.
type dnsReader struct {
	s       *sensor
	f       *flow
	framed  bool // each message has its length before it
	waiting []dnsQuery
}

type dnsQuery struct {
	id    uint16
	name  string
	typ   uint16
	class uint16
	op    uint8
	flags uint16
	time  int64
}

const maxQueries = 128 // waiting in one flow

func (d *dnsReader) read(dir int, b []byte) int {
	if !d.framed {
		d.message(b)
		return len(b)
	}
	done := 0
	for len(b)-done >= 2 {
		n := int(be16(b[done:]))
		if n < 12 {
			return -1
		}
		if len(b)-done < 2+n {
			break
		}
		d.message(b[done+2 : done+2+n])
		done += 2 + n
	}
	return done
}

func (d *dnsReader) gap(int, int) bool { return !d.framed }

func (d *dnsReader) end(dir int) {
	if dir != out {
		return
	}
	for i := range d.waiting {
		d.tell(&d.waiting[i], nil)
	}
	d.waiting = nil
}

// message takes one message.
func (d *dnsReader) message(b []byte) {
	var m dnsMessage
	if !m.parse(b) {
		return
	}
	now := d.s.pkt.time
	if !m.response {
		for i := range d.waiting {
			if w := &d.waiting[i]; w.id == m.id && w.typ == m.typ && strings.EqualFold(w.name, m.name) {
				return // asked again
			}
		}
		if len(d.waiting) >= maxQueries {
			d.tell(&d.waiting[0], nil)
			d.waiting = d.waiting[1:]
		}
		d.waiting = append(d.waiting, dnsQuery{m.id, m.name, m.typ, m.class, m.op, m.flags, now})
		return
	}
	for i := range d.waiting {
		w := &d.waiting[i]
		if w.id != m.id || m.asked && (w.typ != m.typ || !strings.EqualFold(w.name, m.name)) {
			continue
		}
		d.tell(w, &m)
		d.waiting = append(d.waiting[:i], d.waiting[i+1:]...)
		return
	}
	d.tell(nil, &m)
}

// tell gives the event of a query, its response, or both.
func (d *dnsReader) tell(q *dnsQuery, m *dnsMessage) {
	at := d.s.pkt.time
	if m == nil {
		at = q.time
	}
	e := d.s.event(d.f, ocsf.DNSActivity, at)
	e.Activity = ocsf.DNSTraffic
	switch {
	case q == nil:
		e.Activity = ocsf.DNSResponse
		q = &dnsQuery{m.id, m.name, m.typ, m.class, m.op, m.flags, 0}
	case m == nil:
		e.Activity = ocsf.DNSQuery
	}
	name := q.name
	if name == "" {
		name = "."
	}
	e.Set(ocsf.QueryName, ocsf.Text(name))
	e.Set(ocsf.QueryType, ocsf.Text(dnsType(q.typ)))
	e.Set(ocsf.QueryClass, ocsf.Text(dnsClass(q.class)))
	e.SetInt(ocsf.QueryPacket, int64(q.id))
	if q.op != 0 {
		e.SetUnmapped("opcode", ocsf.Int(int64(q.op)))
	}
	if q.time != 0 {
		e.SetInt(ocsf.QueryTime, q.time/1e6)
	}
	if m != nil {
		e.SetInt(ocsf.DNSResponseTime, at/1e6)
		if q.time != 0 && at >= q.time {
			e.SetInt(ocsf.Duration, (at-q.time)/1e6)
		}
		d.answers(e, m)
	}
	d.s.give(e)
}

// answers sets what a response says.
func (d *dnsReader) answers(e *ocsf.Event, m *dnsMessage) {
	rcode := int64(m.rcode)
	if name, ok := dnsCodes[m.rcode]; ok {
		e.Set(ocsf.RCode, ocsf.Text(name))
	} else {
		e.Set(ocsf.RCode, ocsf.Text("Other"))
		e.SetUnmapped("rcode", ocsf.Int(rcode))
		rcode = 99
	}
	e.SetInt(ocsf.RCodeID, rcode)
	if m.rcode == 0 {
		e.SetInt(ocsf.StatusID, ocsf.Success)
	} else {
		e.SetInt(ocsf.StatusID, ocsf.Failure)
	}
	for _, a := range m.answers {
		e.Append(ocsf.Answers, ocsf.ObjectOf(
			ocsf.Attr(ocsf.AnswerData, ocsf.Text(a.data)),
			ocsf.Attr(ocsf.AnswerType, ocsf.Text(dnsType(a.typ))),
			ocsf.Attr(ocsf.AnswerClass, ocsf.Text(dnsClass(a.class))),
			ocsf.Attr(ocsf.AnswerTTL, ocsf.Int(int64(a.ttl))),
		))
	}
	if m.flags&0x0200 != 0 {
		e.SetUnmapped("truncated", ocsf.Bool(true))
	}
	if m.flags&0x0400 != 0 {
		e.SetUnmapped("authoritative", ocsf.Bool(true))
	}
}
