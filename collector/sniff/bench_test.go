package sniff

import (
	"net/netip"
	"testing"

	"picket/normalize/ocsf"
)

// BenchmarkSensor measures packets on their whole way: decoded, counted, read.
func BenchmarkSensor(b *testing.B) {
	for _, c := range []struct {
		name string
		send func(w *wire)
	}{
		{"tcp-established", func(w *wire) {
			w.open(client, netipPort(server, 9999))
			w.say(client, netipPort(server, 9999), "\x00\x01unknown")
			w.say(netipPort(server, 9999), client, "\x00\x02unknown")
			for range 500 {
				w.say(client, netipPort(server, 9999), string(make([]byte, 1000)))
				w.tcp(netipPort(server, 9999), client, "A", nil)
			}
		}},
		{"http", func(w *wire) {
			for i := range 100 {
				w.talk(netip.AddrPortFrom(client.Addr(), uint16(2000+i)), server, "C"+getA, "S"+resA)
			}
		}},
		{"dns", func(w *wire) {
			for i := range 500 {
				c := netip.AddrPortFrom(client.Addr(), uint16(2000+i))
				w.udp(c, netipPort(server, 53), dnsQueryBytes(1, "www.example.com", 1))
				w.udp(netipPort(server, 53), c, dnsResponse(1, "www.example.com", 1, 0, []byte{192, 0, 2, 80}))
			}
		}},
		{"syn-flood", func(w *wire) {
			for i := range 1000 {
				w.tcp(netip.AddrPortFrom(client.Addr(), uint16(2000+i)), server, "S", nil)
			}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWire(b)
			c.send(w)
			var size int64
			for _, r := range w.recs {
				size += int64(r.wire)
			}
			s, err := newSensor(Options{}, func(*ocsf.Event) {})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(size)
			shift := int64(0)
			for b.Loop() {
				for _, r := range w.recs {
					s.frame(r.time+shift, r.link, r.data, r.wire, 0)
				}
				shift += 3600e9 // every flow is over before the next round
			}
			b.ReportMetric(float64(b.N*len(w.recs))/b.Elapsed().Seconds(), "packets/s")
		})
	}
}

// TestHotPath allocates nothing for a packet of a flow that nobody reads.
func TestHotPath(t *testing.T) {
	w := newWire(t)
	w.open(client, netipPort(server, 9999))
	w.say(client, netipPort(server, 9999), "\x00\x01unknown")
	w.say(netipPort(server, 9999), client, "\x00\x02unknown")
	s, err := newSensor(Options{}, func(*ocsf.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.recs {
		s.frame(r.time, r.link, r.data, r.wire, 0)
	}
	last := w.recs[len(w.recs)-1]
	if n := testing.AllocsPerRun(100, func() { s.frame(last.time, last.link, last.data, last.wire, 0) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
