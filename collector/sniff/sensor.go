package sniff

import "picket/normalize/ocsf"

// sensor turns frames into events. One goroutine uses it.
type sensor struct {
	opt   Options
	emit  Emit
	stats Stats
	now   int64 // the packets' clock, ns
	tick  int64 // when timeouts are looked at next
	dec   decoder
	pkt   packet
	flows table
	early []earlyReport

	streams, datagrams []protocol
	claims             claims

	buffered   int   // bytes waiting in all streams
	unpacked   int   // bytes that were unpacked
	unpackedIn int64 // in this second
	expected   expectations
	filter     filter
	strict     bool // let a parser's panic through (tests)
}

// earlyReport is a flow that is to be told soon.
type earlyReport struct {
	f   *flow
	due int64
}

const tickEvery = 200 * 1e6 // ns

func newSensor(opt Options, emit Emit) (*sensor, error) {
	opt = opt.withDefaults()
	filter, err := parseFilter(opt.Filter)
	if err != nil {
		return nil, err
	}
	s := &sensor{opt: opt, emit: emit, filter: filter}
	s.streams, s.datagrams = protocols()
	s.flows.m = map[flowKey]*flow{}
	s.flows.limit = opt.MaxFlows
	s.flows.idle = [patiences]int64{
		lingering: opt.Linger.Nanoseconds(), exchanging: opt.DNSIdle.Nanoseconds(), halfOpen: opt.HalfOpen.Nanoseconds(),
		otherFlow: opt.OtherIdle.Nanoseconds(), datagrams: opt.UDPIdle.Nanoseconds(), connected: opt.TCPIdle.Nanoseconds(),
	}
	s.dec.frags.limit = opt.MaxBuffered / 4
	s.dec.arp = s.arp
	return s, nil
}

// frame takes one frame of a link type, captured at t (ns), of which data was
// captured and wire bytes were on the wire. vlan is a tag that the network card
// took off, 0 for none. It keeps nothing of data.
func (s *sensor) frame(t int64, link uint32, data []byte, wire int, vlan uint16) {
	s.clock(t)
	if wire < len(data) {
		wire = len(data)
	}
	if !s.filter.match(link, data, vlan) {
		s.stats.Filtered++
		return
	}
	s.stats.Packets++
	s.stats.Bytes += uint64(wire)
	if wire > len(data) {
		s.stats.Truncated++
	}
	p := &s.pkt
	*p = packet{time: t, vlan: vlan}
	ok := false
	if !s.guard(func() bool { ok = s.dec.decode(link, data, p); return true }) || !ok {
		if s.dec.frags.seen == s.stats.Fragments && !s.claims.took {
			s.stats.Undecoded++
		}
		s.stats.Fragments, s.claims.took = s.dec.frags.seen, false
		return
	}
	s.stats.Fragments = s.dec.frags.seen
	s.packet(p)
	if s.dec.tunnelled {
		s.carrier(&s.dec.outer)
	}
}

// clock follows the packets' time. Packets come a little out of order; a larger
// step back is a clock that was set, and then the sensor's is set with it.
func (s *sensor) clock(t int64) {
	if t > s.now || s.now-t > 60*1e9 {
		s.now = t
	}
	if s.now >= s.tick || s.tick-s.now > 2*tickEvery {
		s.tick = s.now + tickEvery
		s.expire()
	}
}

// expire ends the flows that were waited for long enough.
func (s *sensor) expire() {
	for f := s.flows.overdue(s.now); f != nil; f = s.flows.overdue(s.now) {
		s.finish(f)
	}
	n := 0
	for n < len(s.early) && s.early[n].due <= s.now {
		if f := s.early[n].f; !f.finished && !f.tlsTold {
			s.report(f, ocsf.NetTraffic)
		}
		s.early[n].f = nil
		n++
	}
	s.early = s.early[n:]
	s.expected.expire(s.now)
}

// packet counts a packet to its flow and lets its content be read.
func (s *sensor) packet(p *packet) {
	key, fromLow := keyOf(p)
	if key.proto == protoICMP || key.proto == protoICMP6 {
		key.loPort, key.hiPort = 0, 0
	}
	f := s.flows.m[key]
	if f != nil && p.proto == protoTCP && f.reopened(p) {
		s.finish(f)
		f = nil
	}
	if f == nil {
		f = s.begin(key, fromLow, p)
	}
	dir := f.direction(fromLow)
	s.count(f, dir, p)
	switch p.proto {
	case protoTCP:
		s.tcp(f, dir, p)
	case protoUDP:
		s.udp(f, dir, p)
	}
	s.flows.touch(f, f.waits())
	s.long(f)
}

// long tells a flow that goes on and on.
func (s *sensor) long(f *flow) {
	if s.now-max(f.told, f.begun) > s.opt.Report.Nanoseconds() {
		s.report(f, ocsf.NetTraffic)
	}
}

// count adds a packet to its flow.
func (s *sensor) count(f *flow, dir int, p *packet) {
	x := &f.side[dir]
	n := uint64(1)
	if p.pieces > 1 {
		n = uint64(p.pieces)
	}
	x.packets += n
	x.bytes += uint64(p.length)
	if x.mac == (mac{}) {
		x.mac = p.srcMAC
	}
	if y := &f.side[1-dir]; y.mac == (mac{}) {
		y.mac = p.dstMAC
	}
	f.last = max(f.last, p.time)
}

// carrier counts the packet around a tunnelled one.
func (s *sensor) carrier(p *packet) {
	key, fromLow := keyOf(p)
	f := s.flows.m[key]
	if f == nil {
		f = s.begin(key, fromLow, p)
		f.app = tunnelNames[s.dec.through]
	}
	s.count(f, f.direction(fromLow), p)
	s.flows.touch(f, f.waits())
	s.long(f)
}

// begin takes a new flow in.
func (s *sensor) begin(key flowKey, fromLow bool, p *packet) *flow {
	if len(s.flows.m) >= s.flows.limit {
		if old := s.flows.idlest(); old != nil {
			s.stats.Evicted++
			s.finish(old)
		}
	}
	s.stats.Flows++
	f := &flow{
		key: key, v6: p.v6, begun: p.time, last: p.time, lowFirst: fromLow, vlan: p.vlan, tunnel: p.tunnel,
		icmpType: p.icmpType, icmpCode: p.icmpCode,
	}
	f.patience = f.waits()
	if answers(p) {
		f.lowFirst = !f.lowFirst
	}
	switch p.proto {
	case protoTCP:
		f.reader = &detector{s: s, f: f}
		if d := s.expected.take(f, s.now); d != nil {
			f.reader = d(s, f)
		}
	case protoUDP:
		if d := s.expected.take(f, s.now); d != nil {
			f.reader = d(s, f)
		}
	}
	s.flows.add(f)
	return f
}

// answers tells whether the first packet that was seen of a flow comes from its
// responder: it says so itself, or comes from a server's port to a client's.
func answers(p *packet) bool {
	switch p.proto {
	case protoTCP:
		if p.flags&flagSYN != 0 {
			return p.flags&flagACK != 0
		}
		return service(p.sport) && !service(p.dport)
	case protoUDP:
		return service(p.sport) && !service(p.dport) && p.dport >= 1024 && !(p.dst[0] == 0xff && p.v6) && !(p.dst[12]>>4 == 14 && !p.v6)
	}
	return false
}

// service tells ports that only servers use, as far as that can be told.
func service(port uint16) bool {
	switch port {
	case 1433, 1521, 1883, 2049, 3128, 3306, 3389, 5060, 5061, 5222, 5353, 5432, 5900, 6379, 8000, 8008, 8080, 8088, 8443, 8883, 8888, 9200, 27017:
		return true
	}
	// From 600 on, clients of NFS and rsh take their ports there.
	return port < 600 && port != 0 || port == 636 || port == 853 || port >= 989 && port <= 995
}

// waits is how long f may be silent from now on.
func (f *flow) waits() patience {
	switch f.key.proto {
	case protoTCP:
		o, i := &f.side[out], &f.side[in]
		switch {
		case f.reset || o.fin && i.fin:
			return lingering
		case f.synFirst && i.packets == 0:
			return halfOpen
		}
		return connected
	case protoUDP:
		if f.app == "dns" {
			return exchanging
		}
		return datagrams
	}
	return otherFlow
}

// finish ends f and tells it.
func (s *sensor) finish(f *flow) {
	first := out
	if f.side[in].stream.next != 0 && f.side[out].stream.next == 0 {
		first = in
	}
	s.endStream(f, first)
	s.endStream(f, 1-first)
	s.silence(f)
	s.flows.remove(f)
	f.finished = true
	s.report(f, f.outcome())
}

// flush ends all flows, the idlest first.
func (s *sensor) flush() {
	for f := s.flows.earliest(); f != nil; f = s.flows.earliest() {
		s.finish(f)
	}
	s.early = nil
}

// account returns the counters.
func (s *sensor) account() Stats {
	st := s.stats
	st.LostPieces = s.dec.frags.lost
	for _, h := range s.dec.frags.order {
		if !h.gone {
			st.LostPieces += uint64(h.count)
		}
	}
	return st
}
