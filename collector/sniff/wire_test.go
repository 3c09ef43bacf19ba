package sniff

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"picket/normalize/ocsf"
)

// wire writes frames for tests, with gopacket's serializer, so that the decoder
// is held against code that is not its own.
type wire struct {
	t    testing.TB
	now  int64
	step int64 // between two frames
	recs []captured
	wrap func([]byte) []byte // around every frame
	seq  map[netip.AddrPort]uint32
}

// The hosts of the tests.
var (
	client = netip.MustParseAddrPort("192.0.2.10:40000")
	server = netip.MustParseAddrPort("198.51.100.20:80")
	macs   = map[string]net.HardwareAddr{"c": {2, 0, 0, 0, 0, 10}, "s": {2, 0, 0, 0, 0, 20}}
)

func newWire(t testing.TB) *wire {
	return &wire{t: t, now: 1_700_000_000_000_000_000, step: 1e6, seq: map[netip.AddrPort]uint32{}}
}

func (w *wire) put(frame []byte) {
	w.now += w.step
	if w.wrap != nil {
		frame = w.wrap(frame)
	}
	w.recs = append(w.recs, captured{time: w.now, link: linkEthernet, data: frame, wire: len(frame)})
}

func serialize(t testing.TB, ls ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ls...); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b.Bytes())
}

// layersOf are Ethernet and IP for a packet between two hosts.
func layersOf(src, dst netip.AddrPort, proto layers.IPProtocol) (*layers.Ethernet, gopacket.SerializableLayer, gopacket.NetworkLayer) {
	eth := &layers.Ethernet{SrcMAC: macs["c"], DstMAC: macs["s"], EthernetType: layers.EthernetTypeIPv4}
	if src.Port() < dst.Port() {
		eth.SrcMAC, eth.DstMAC = eth.DstMAC, eth.SrcMAC
	}
	if src.Addr().Is4() {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: src.Addr().AsSlice(), DstIP: dst.Addr().AsSlice()}
		return eth, ip, ip
	}
	eth.EthernetType = layers.EthernetTypeIPv6
	ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: src.Addr().AsSlice(), DstIP: dst.Addr().AsSlice()}
	return eth, ip, ip
}

func (w *wire) udp(src, dst netip.AddrPort, payload []byte) {
	w.put(udpFrame(w.t, src, dst, payload))
}

func udpFrame(t testing.TB, src, dst netip.AddrPort, payload []byte) []byte {
	eth, ip, network := layersOf(src, dst, layers.IPProtocolUDP)
	u := &layers.UDP{SrcPort: layers.UDPPort(src.Port()), DstPort: layers.UDPPort(dst.Port())}
	if err := u.SetNetworkLayerForChecksum(network); err != nil {
		t.Fatal(err)
	}
	return serialize(t, eth, ip, u, gopacket.Payload(payload))
}

// tcp sends one segment; the sequence numbers go on by themselves.
func (w *wire) tcp(src, dst netip.AddrPort, flags string, payload []byte) {
	w.tcpAt(src, dst, flags, w.seq[src], payload)
	w.seq[src] += uint32(len(payload))
	for _, c := range flags {
		if c == 'S' || c == 'F' {
			w.seq[src]++
		}
	}
}

func (w *wire) tcpAt(src, dst netip.AddrPort, flags string, seq uint32, payload []byte) {
	eth, ip, network := layersOf(src, dst, layers.IPProtocolTCP)
	s := &layers.TCP{SrcPort: layers.TCPPort(src.Port()), DstPort: layers.TCPPort(dst.Port()), Seq: seq, Ack: w.seq[dst], Window: 64000}
	for _, c := range flags {
		switch c {
		case 'S':
			s.SYN = true
		case 'A':
			s.ACK = true
		case 'F':
			s.FIN = true
		case 'R':
			s.RST = true
		case 'P':
			s.PSH = true
		}
	}
	if err := s.SetNetworkLayerForChecksum(network); err != nil {
		w.t.Fatal(err)
	}
	w.put(serialize(w.t, eth, ip, s, gopacket.Payload(payload)))
}

// open makes a connection.
func (w *wire) open(c, s netip.AddrPort) {
	w.seq[c], w.seq[s] = 1000, 5000
	w.tcp(c, s, "S", nil)
	w.tcp(s, c, "SA", nil)
	w.tcp(c, s, "A", nil)
}

// close ends it in order.
func (w *wire) close(c, s netip.AddrPort) {
	w.tcp(c, s, "FA", nil)
	w.tcp(s, c, "FA", nil)
	w.tcp(c, s, "A", nil)
}

// say sends data in segments of at most 1000 bytes.
func (w *wire) say(from, to netip.AddrPort, data string) {
	for len(data) > 0 {
		n := min(len(data), 1000)
		w.tcp(from, to, "PA", []byte(data[:n]))
		data = data[n:]
	}
}

// talk is a whole connection: lines of the client begin with C, those of the
// server with S.
func (w *wire) talk(c, s netip.AddrPort, lines ...string) {
	w.open(c, s)
	for _, l := range lines {
		if l[0] == 'C' {
			w.say(c, s, l[1:])
		} else {
			w.say(s, c, l[1:])
		}
	}
	w.close(c, s)
}

// events runs what was sent through a sensor.
func (w *wire) events(opt Options) ([]*ocsf.Event, Stats) {
	w.t.Helper()
	var out []*ocsf.Event
	s, err := newSensor(opt, func(e *ocsf.Event) { out = append(out, e) })
	if err != nil {
		w.t.Fatal(err)
	}
	s.strict = true
	for _, r := range w.recs {
		s.frame(r.time, r.link, r.data, r.wire, 0)
	}
	s.flush()
	if s.buffered != 0 {
		w.t.Errorf("%d bytes are still held after the end", s.buffered)
	}
	if len(s.flows.m) != 0 {
		w.t.Errorf("%d flows are left after the end", len(s.flows.m))
	}
	return out, s.account()
}

// pcap writes what was sent as a capture file, microseconds, little-endian.
func (w *wire) pcap() []byte { return pcapOf(w.recs, binary.LittleEndian, 0xa1b2c3d4) }

func pcapOf(recs []captured, order binary.ByteOrder, magic uint32) []byte {
	var b bytes.Buffer
	put := func(vs ...uint32) {
		for _, v := range vs {
			_ = binary.Write(&b, order, v)
		}
	}
	unit := int64(1000)
	if magic == 0xa1b23c4d {
		unit = 1
	}
	put(magic)
	_ = binary.Write(&b, order, [2]uint16{2, 4})
	put(0, 0, 65535, linkEthernet)
	for _, r := range recs {
		put(uint32(r.time/1e9), uint32(r.time%1e9/unit), uint32(len(r.data)), uint32(r.wire))
		b.Write(r.data)
	}
	return b.Bytes()
}

// of returns the events of a class.
func of(es []*ocsf.Event, class ocsf.Class) (out []*ocsf.Event) {
	for _, e := range es {
		if e.Class == class {
			out = append(out, e)
		}
	}
	return out
}

// one returns the only event of a class.
func one(t testing.TB, es []*ocsf.Event, class ocsf.Class) *ocsf.Event {
	t.Helper()
	got := of(es, class)
	if len(got) != 1 {
		for _, e := range es {
			t.Logf("%s", e.AppendJSON(nil))
		}
		t.Fatalf("got %d events of class %d, want 1", len(got), class)
	}
	return got[0]
}

// want holds fields of an event against texts.
func want(t testing.TB, e *ocsf.Event, fields map[ocsf.Field]string) {
	t.Helper()
	for f, w := range fields {
		if got := e.Text(f); got != w {
			t.Errorf("%s: got %q, want %q", f, got, w)
		}
	}
}
