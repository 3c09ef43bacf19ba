package sniff

import (
	"encoding/base64"
	"hash/fnv"

	"picket/normalize/ocsf"
)

// Directions of a flow: from its originator, and back.
const (
	out = 0
	in  = 1
)

// flow is one conversation under way.
type flow struct {
	key      flowKey
	v6       bool
	lowFirst bool // the originator is the lower end of the key
	vlan     uint16
	tunnel   tunnel
	patience patience
	icmpType uint8
	icmpCode uint8

	begun, last int64 // ns
	told        int64 // when it was reported last, ns
	side        [2]side
	prev, next  *flow // in a list of the table

	synFirst bool // began with a SYN
	synAck   bool
	reset    bool
	refused  bool
	resetBy  int
	finished bool // its end was told

	app     string // the protocol, once its content told it
	inner   string // the protocol within that one: a tunnel's, or after STARTTLS
	reader  reader // takes the content, nil when nobody wants more of it
	tries   uint8  // datagrams looked at to find the protocol
	tls     *tlsFacts
	tlsTold bool
	notes   []ocsf.Pair
	uid     string
}

// side is one direction of a flow.
type side struct {
	packets, bytes         uint64
	toldPackets, toldBytes uint64
	mac                    mac
	flags                  uint8
	fin                    bool
	stream                 stream
}

// ends returns the addresses and ports of originator and responder.
func (f *flow) ends() (src, dst [16]byte, sport, dport uint16) {
	if f.lowFirst {
		return f.key.lo, f.key.hi, f.key.loPort, f.key.hiPort
	}
	return f.key.hi, f.key.lo, f.key.hiPort, f.key.loPort
}

// port returns the responder's port.
func (f *flow) port() uint16 {
	_, _, _, p := f.ends()
	return p
}

// hasPort reports whether either end uses the port.
func (f *flow) hasPort(p uint16) bool { return f.key.loPort == p || f.key.hiPort == p }

// direction tells which way a packet goes.
func (f *flow) direction(fromLow bool) int {
	if fromLow == f.lowFirst {
		return out
	}
	return in
}

// ports returns what stands for ports in names of the flow.
func (f *flow) ports() (sport, dport uint16, oneWay bool) {
	_, _, sport, dport = f.ends()
	if f.key.proto == protoICMP || f.key.proto == protoICMP6 {
		return icmpPorts(f.key.proto, f.icmpType, f.icmpCode)
	}
	return sport, dport, false
}

// id names this flow and no other: its ends and its beginning.
func (f *flow) id() string {
	if f.uid == "" {
		h := fnv.New64a()
		h.Write(f.key.lo[:])
		h.Write(f.key.hi[:])
		var b [13]byte
		b[0], b[1], b[2], b[3], b[4] = byte(f.key.loPort>>8), byte(f.key.loPort), byte(f.key.hiPort>>8), byte(f.key.hiPort), f.key.proto
		for i := range 8 {
			b[5+i] = byte(f.begun >> (8 * i))
		}
		h.Write(b[:])
		f.uid = base64.RawURLEncoding.EncodeToString(h.Sum(nil))
	}
	return f.uid
}

// protocolNames are the names of IP protocols (IANA) that one meets.
var protocolNames = map[uint8]string{
	1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 41: "ipv6", 46: "rsvp", 47: "gre", 50: "esp", 51: "ah",
	58: "icmp6", 88: "eigrp", 89: "ospf", 97: "etherip", 103: "pim", 112: "vrrp", 115: "l2tp", 132: "sctp", 136: "udplite",
}

// event begins an event about f at time t (ns).
func (s *sensor) event(f *flow, class ocsf.Class, t int64) *ocsf.Event {
	e := s.blank(class, t)
	src, dst, sport, dport := f.ends()
	e.SetAddr(ocsf.SrcIP, addr(src, f.v6))
	e.SetAddr(ocsf.DstIP, addr(dst, f.v6))
	switch f.key.proto {
	case protoTCP, protoUDP, protoSCTP:
		e.SetInt(ocsf.SrcPort, int64(sport))
		e.SetInt(ocsf.DstPort, int64(dport))
	}
	if m := f.side[out].mac; m != (mac{}) {
		e.Set(ocsf.SrcMAC, ocsf.Text(m.String()))
	}
	if m := f.side[in].mac; m != (mac{}) && !m.group() {
		e.Set(ocsf.DstMAC, ocsf.Text(m.String()))
	}
	if f.vlan != 0 {
		e.SetUnmapped("vlan", ocsf.Int(int64(f.vlan)))
	}
	if name := protocolNames[f.key.proto]; name != "" {
		e.Set(ocsf.Protocol, ocsf.Text(name))
	}
	e.SetInt(ocsf.ProtocolNum, int64(f.key.proto))
	version := int64(4)
	if f.v6 {
		version = 6
	}
	e.SetInt(ocsf.ProtocolVer, version)
	e.Set(ocsf.ConnectionUID, ocsf.Text(f.id()))
	a, b, oneWay := f.ports()
	e.Set(ocsf.CommunityUID, ocsf.Text(communityID(src, dst, f.v6, f.key.proto, a, b, oneWay)))
	switch {
	case f.inner != "" && class != ocsf.NetworkActivity:
		e.Set(ocsf.AppName, ocsf.Text(f.inner))
	case f.app != "":
		e.Set(ocsf.AppName, ocsf.Text(f.app))
	}
	if f.inner != "" && class == ocsf.NetworkActivity {
		e.SetUnmapped("inner_app", ocsf.Text(f.inner))
	}
	if f.tunnel != noTunnel {
		e.SetUnmapped("tunnel", ocsf.Text(tunnelNames[f.tunnel]))
	}
	return e
}

// blank begins an event of the sensor.
func (s *sensor) blank(class ocsf.Class, t int64) *ocsf.Event {
	e := new(ocsf.Event)
	e.Class = class
	e.Severity = ocsf.Informational
	e.Time = t / 1e6
	e.Logged = s.now / 1e6
	e.Parser = "sensor"
	e.Set(ocsf.ProductVendor, ocsf.Text(vendor))
	e.Set(ocsf.ProductName, ocsf.Text(product))
	return e
}

// give hands a finished event on.
func (s *sensor) give(e *ocsf.Event) {
	e.Conform()
	s.stats.Events++
	s.emit(e)
}

// report tells a flow: what was new since the last report, and how it ended
// when activity says so.
func (s *sensor) report(f *flow, activity uint8) {
	e := s.event(f, ocsf.NetworkActivity, f.last)
	e.Activity = activity
	e.SetInt(ocsf.StartTime, f.begun/1e6)
	e.SetInt(ocsf.EndTime, f.last/1e6)
	e.SetInt(ocsf.Duration, (f.last-f.begun)/1e6)
	o, i := &f.side[out], &f.side[in]
	e.SetInt(ocsf.PacketsOut, int64(o.packets-o.toldPackets))
	e.SetInt(ocsf.PacketsIn, int64(i.packets-i.toldPackets))
	e.SetInt(ocsf.BytesOut, int64(o.bytes-o.toldBytes))
	e.SetInt(ocsf.BytesIn, int64(i.bytes-i.toldBytes))
	if f.told != 0 {
		e.SetInt(ocsf.CumPacketsOut, int64(o.packets))
		e.SetInt(ocsf.CumPacketsIn, int64(i.packets))
		e.SetInt(ocsf.CumBytesOut, int64(o.bytes))
		e.SetInt(ocsf.CumBytesIn, int64(i.bytes))
	}
	for d := range f.side {
		x := &f.side[d]
		x.toldPackets, x.toldBytes = x.packets, x.bytes
	}
	switch f.key.proto {
	case protoTCP:
		e.SetInt(ocsf.TCPFlags, int64(o.flags|i.flags))
	case protoICMP, protoICMP6:
		e.SetUnmapped("icmp_type", ocsf.Int(int64(f.icmpType)))
		e.SetUnmapped("icmp_code", ocsf.Int(int64(f.icmpCode)))
	}
	switch activity {
	case ocsf.NetFail, ocsf.NetRefuse:
		e.SetInt(ocsf.StatusID, ocsf.Failure)
	case ocsf.NetClose:
		e.SetInt(ocsf.StatusID, ocsf.Success)
	}
	if f.tls != nil {
		f.tls.set(e)
		f.tlsTold = true
	}
	for _, n := range f.notes {
		e.SetUnmapped(n.Key, n.Value)
	}
	f.told = s.now
	s.give(e)
}

// outcome is the activity that tells how f ended.
func (f *flow) outcome() uint8 {
	if f.key.proto != protoTCP {
		return ocsf.NetTraffic
	}
	o, i := &f.side[out], &f.side[in]
	switch {
	case f.refused:
		return ocsf.NetRefuse
	case o.fin && i.fin:
		return ocsf.NetClose
	case f.reset:
		return ocsf.NetReset
	case f.synFirst && i.packets == 0:
		return ocsf.NetFail
	case o.fin || i.fin:
		return ocsf.NetClose
	}
	return ocsf.NetTraffic
}
