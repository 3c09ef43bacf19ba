package sniff

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"picket/normalize/ocsf"
)

// around puts headers before the IP packet of a frame.
func around(t testing.TB, frame []byte, typ uint16, header ...gopacket.SerializableLayer) []byte {
	eth := &layers.Ethernet{SrcMAC: macs["c"], DstMAC: macs["s"], EthernetType: layers.EthernetType(typ)}
	return serialize(t, append(append([]gopacket.SerializableLayer{eth}, header...), gopacket.Payload(frame[14:]))...)
}

// TestInnermost finds the packet at the bottom of what carries it.
func TestInnermost(t *testing.T) {
	gw1, gw2 := netip.MustParseAddrPort("203.0.113.1:30000"), netip.MustParseAddrPort("203.0.113.2:4789")
	ipBetween := func(proto layers.IPProtocol) *layers.IPv4 {
		return &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: gw1.Addr().AsSlice(), DstIP: gw2.Addr().AsSlice()}
	}
	inUDP := func(port uint16, header []byte, b []byte) []byte {
		return udpFrame(t, gw1, netip.AddrPortFrom(gw2.Addr(), port), append(bytes.Clone(header), b...))
	}
	for _, c := range []struct {
		name  string
		wrap  func(b []byte) []byte
		vlan  string
		outer bool // the tunnel is a flow, too
	}{
		{"plain", func(b []byte) []byte { return b }, "", false},
		{"VLAN", func(b []byte) []byte {
			return around(t, b, etherVLAN, &layers.Dot1Q{VLANIdentifier: 7, Type: layers.EthernetTypeIPv4})
		}, "7", false},
		{"QinQ", func(b []byte) []byte {
			return around(t, b, etherQinQ, &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeDot1Q}, &layers.Dot1Q{VLANIdentifier: 8, Type: layers.EthernetTypeIPv4})
		}, "8", false},
		{"MPLS", func(b []byte) []byte {
			return around(t, b, etherMPLS, &layers.MPLS{Label: 16, TTL: 9}, &layers.MPLS{Label: 17, StackBottom: true, TTL: 9})
		}, "", false},
		{"PPPoE", func(b []byte) []byte {
			return around(t, b, etherPPPoE, &layers.PPPoE{Version: 1, Type: 1, SessionId: 3, Length: uint16(len(b) - 12)}, &layers.PPP{PPPType: layers.PPPTypeIPv4, HasPPTPHeader: false})
		}, "", false},
		{"IP in IP", func(b []byte) []byte { return around(t, b, etherIPv4, ipBetween(layers.IPProtocolIPv4)) }, "", false},
		{"GRE", func(b []byte) []byte {
			return around(t, b, etherIPv4, ipBetween(layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeIPv4, KeyPresent: true, Key: 4})
		}, "", false},
		{"VXLAN", func(b []byte) []byte { return inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 42, 0}, b) }, "", true},
		{"Geneve", func(b []byte) []byte {
			return inUDP(6081, []byte{1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 0}, b)
		}, "", true},
		{"GTP-U", func(b []byte) []byte {
			return inUDP(2152, []byte{0x32, 0xff, 0, 0, 0, 0, 0, 1, 0, 9, 0, 0}, b[14:])
		}, "", true},
		{"VXLAN in GRE in VLAN", func(b []byte) []byte {
			b = inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 42, 0}, b)
			b = around(t, b, etherIPv4, ipBetween(layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeIPv4})
			return around(t, b, etherVLAN, &layers.Dot1Q{VLANIdentifier: 7, Type: layers.EthernetTypeIPv4})
		}, "7", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWire(t)
			w.wrap = c.wrap
			w.udp(client, server, []byte("payload"))
			es, st := w.events(Options{})
			var inner *ocsf.Event
			outers := 0
			for _, e := range es {
				if e.Text(ocsf.SrcIP) == client.Addr().String() {
					inner = e
				} else {
					outers++
				}
			}
			if inner == nil {
				t.Fatalf("the inner packet was not found: %+v", st)
			}
			if got := inner.Num(ocsf.BytesOut); got != 35 {
				t.Errorf("got %d bytes, want the inner packet's 35", got)
			}
			if got := inner.Unmapped("vlan").String(); got != c.vlan {
				t.Errorf("vlan: got %q, want %q", got, c.vlan)
			}
			if (outers == 1) != c.outer || outers > 1 {
				t.Errorf("got %d flows around it", outers)
			}
		})
	}
}

// TestFragments come in any order and count as the packets that they are.
func TestFragments(t *testing.T) {
	query := dnsQueryBytes(7, "fragments.example.com", 1)
	payload := append(query, make([]byte, 3000)...)
	eth, ip, network := layersOf(client, netip.AddrPortFrom(server.Addr(), 53), layers.IPProtocolUDP)
	u := &layers.UDP{SrcPort: layers.UDPPort(client.Port()), DstPort: 53}
	if err := u.SetNetworkLayerForChecksum(network); err != nil {
		t.Fatal(err)
	}
	whole := serialize(t, u, gopacket.Payload(payload))
	var frames [][]byte
	for off := 0; off < len(whole); off += 800 {
		part := whole[off:min(off+800, len(whole))]
		v4 := *ip.(*layers.IPv4)
		v4.Id, v4.FragOffset = 77, uint16(off/8)
		if off+800 < len(whole) {
			v4.Flags = layers.IPv4MoreFragments
		}
		frames = append(frames, serialize(t, eth, &v4, gopacket.Payload(part)))
	}
	for name, order := range map[string][]int{"in order": {0, 1, 2, 3}, "backwards": {3, 2, 1, 0}, "one twice": {0, 2, 2, 3, 1}} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t)
			for _, i := range order {
				w.put(frames[i])
			}
			es, st := w.events(Options{})
			want(t, one(t, es, ocsf.DNSActivity), map[ocsf.Field]string{ocsf.QueryName: "fragments.example.com"})
			e := one(t, es, ocsf.NetworkActivity)
			if got := e.Num(ocsf.PacketsOut); got != int64(len(order)) {
				t.Errorf("got %d packets, want %d", got, len(order))
			}
			if st.LostPieces != 0 {
				t.Errorf("%d pieces lost", st.LostPieces)
			}
		})
	}
	t.Run("never whole", func(t *testing.T) {
		w := newWire(t)
		for i := range 5000 {
			v4 := *ip.(*layers.IPv4)
			v4.Id, v4.Flags, v4.SrcIP = uint16(i), layers.IPv4MoreFragments, net.IPv4(203, 0, byte(i>>8), byte(i)).To4()
			w.put(serialize(t, eth, &v4, gopacket.Payload(whole[:800])))
		}
		_, st := w.events(Options{})
		if st.LostPieces != 5000 || st.Fragments != 5000 {
			t.Errorf("got %d lost of %d, want all", st.LostPieces, st.Fragments)
		}
	})
}

func TestARP(t *testing.T) {
	w := newWire(t)
	arp := func(mac byte, ip ...byte) {
		w.put(serialize(t, &layers.Ethernet{SrcMAC: macs["c"], DstMAC: layers.EthernetBroadcast, EthernetType: layers.EthernetTypeARP},
			&layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: 1,
				SourceHwAddress: []byte{2, 0, 0, 0, 0, mac}, SourceProtAddress: ip, DstHwAddress: make([]byte, 6), DstProtAddress: []byte{192, 0, 2, 1}}))
	}
	arp(1, 192, 0, 2, 5)
	arp(1, 192, 0, 2, 5) // known
	arp(2, 0, 0, 0, 0)   // a probe
	arp(3, 192, 0, 2, 5) // the same address claimed by another
	es, st := w.events(Options{})
	if len(es) != 2 || st.Undecoded != 0 {
		t.Fatalf("got %d events, want 2; %+v", len(es), st)
	}
	want(t, es[1], map[ocsf.Field]string{ocsf.DeviceMAC: "02:00:00:00:00:03", ocsf.DeviceIP: "192.0.2.5"})
}

// TestDecoderAgrees holds the decoder against gopacket's on random packets.
func TestDecoderAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var eth layers.Ethernet
	var v4 layers.IPv4
	var v6 layers.IPv6
	var tcpL layers.TCP
	var udpL layers.UDP
	var rest gopacket.Payload
	p := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &v4, &v6, &tcpL, &udpL, &rest)
	p.IgnoreUnsupported = true
	for range 2000 {
		w := newWire(t)
		payload := make([]byte, r.IntN(200))
		src, dst := netip.AddrPortFrom(client.Addr(), uint16(10000+r.IntN(50000))), netip.AddrPortFrom(server.Addr(), uint16(5000+r.IntN(50)))
		if r.IntN(2) == 0 {
			src = netip.AddrPortFrom(netip.MustParseAddr("2001:db8::1"), src.Port())
			dst = netip.AddrPortFrom(netip.MustParseAddr("2001:db8::2"), dst.Port())
		}
		if r.IntN(2) == 0 {
			w.udp(src, dst, payload)
		} else {
			w.tcpAt(src, dst, "PA", r.Uint32(), payload)
		}
		frame := w.recs[0].data
		var got packet
		if !new(decoder).decode(linkEthernet, frame, &got) {
			t.Fatalf("not decoded: %x", frame)
		}
		var decoded []gopacket.LayerType
		if err := p.DecodeLayers(frame, &decoded); err != nil {
			t.Fatal(err)
		}
		sport, dport, seq, body := uint16(udpL.SrcPort), uint16(udpL.DstPort), uint32(0), udpL.Payload
		if got.proto == protoTCP {
			sport, dport, seq, body = uint16(tcpL.SrcPort), uint16(tcpL.DstPort), tcpL.Seq, tcpL.Payload
		}
		length := int(v4.Length)
		if got.v6 {
			length = 40 + int(v6.Length)
		}
		if got.sport != sport || got.dport != dport || got.seq != seq || !bytes.Equal(got.payload, body) || got.length != length {
			t.Fatalf("got %+v of %x", got, frame)
		}
	}
}

func FuzzFrame(f *testing.F) {
	w := newWire(f)
	w.talk(client, server, "CGET / HTTP/1.1\r\n\r\n", "SHTTP/1.1 204 No Content\r\n\r\n")
	w.udp(client, netip.AddrPortFrom(server.Addr(), 4789), append([]byte{8, 0, 0, 0, 0, 0, 1, 0}, w.recs[0].data...))
	w.udp(client, netip.AddrPortFrom(server.Addr(), 2152), append([]byte{0x30, 0xff, 0, 0, 0, 0, 0, 1}, w.recs[0].data[14:]...))
	for _, r := range w.recs {
		f.Add(uint32(linkEthernet), r.data)
		f.Add(uint32(linkRaw), r.data[14:])
	}
	f.Add(uint32(linkWiFi), make([]byte, 60))
	f.Add(uint32(linkNFLog), []byte{2, 0, 0, 0, 8, 0, 9, 0, 0x45, 0, 0, 0})
	f.Fuzz(func(t *testing.T, link uint32, b []byte) {
		s, err := newSensor(Options{}, func(e *ocsf.Event) { e.AppendJSON(nil) })
		if err != nil {
			t.Fatal(err)
		}
		s.strict = true
		s.frame(1e18, link, b, len(b), 0)
		s.frame(1e18+1, link, b, len(b), 0)
		s.flush()
		if s.buffered != 0 || len(s.flows.m) != 0 {
			t.Fatalf("%d bytes, %d flows left", s.buffered, len(s.flows.m))
		}
	})
}

func FuzzCapture(f *testing.F) {
	w := newWire(f)
	w.talk(client, server, "Cx")
	f.Add(w.pcap())
	f.Add(pcapngOf(w.recs, 6, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		_, _ = Read(t.Context(), bytes.NewReader(b), Options{}, func(*ocsf.Event) { n++ })
		if n > len(b) {
			t.Fatalf("%d events of %d bytes", n, len(b))
		}
	})
}

// pcapngOf writes a file of the next generation with one interface.
func pcapngOf(recs []captured, resolution byte, offset int64) []byte {
	var b bytes.Buffer
	block := func(typ uint32, body []byte) {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(12 + len(body))
		_ = binary.Write(&b, binary.LittleEndian, [2]uint32{typ, n})
		b.Write(body)
		_ = binary.Write(&b, binary.LittleEndian, n)
	}
	le := binary.LittleEndian
	section := le.AppendUint32(nil, 0x1a2b3c4d)
	section = le.AppendUint16(le.AppendUint16(section, 1), 0)
	block(0x0a0d0d0a, le.AppendUint64(section, 1<<64-1))
	idb := le.AppendUint32(le.AppendUint32(nil, linkEthernet), 65535)
	idb = append(idb, 9, 0, 1, 0, resolution, 0, 0, 0, 14, 0, 8, 0)
	idb = le.AppendUint64(idb, uint64(offset))
	block(1, append(idb, 0, 0, 0, 0))
	for _, r := range recs {
		ts := uint64(r.time/1000) - uint64(offset)*1e6
		if resolution == 9 {
			ts = uint64(r.time) - uint64(offset)*1e9
		}
		epb := le.AppendUint32(nil, 0)
		epb = le.AppendUint32(le.AppendUint32(epb, uint32(ts>>32)), uint32(ts))
		epb = le.AppendUint32(le.AppendUint32(epb, uint32(len(r.data))), uint32(r.wire))
		block(6, append(epb, r.data...))
	}
	return b.Bytes()
}
