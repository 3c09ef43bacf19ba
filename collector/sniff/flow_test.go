package sniff

import (
	"net/netip"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

func TestFlowEnds(t *testing.T) {
	for _, c := range []struct {
		name     string
		send     func(w *wire)
		activity uint8
		out, in  int64 // packets
	}{
		{"closed", func(w *wire) { w.talk(client, server, "Cxyzzy", "Sok") }, ocsf.NetClose, 5, 3},
		{"no answer", func(w *wire) {
			w.seq[client] = 1000
			w.tcpAt(client, server, "S", 1000, nil)
			w.tcpAt(client, server, "S", 1000, nil)
		}, ocsf.NetFail, 2, 0},
		{"refused", func(w *wire) {
			w.tcp(client, server, "S", nil)
			w.tcp(server, client, "RA", nil)
		}, ocsf.NetRefuse, 1, 1},
		{"reset", func(w *wire) {
			w.open(client, server)
			w.say(client, server, "hello there")
			w.tcp(server, client, "R", nil)
		}, ocsf.NetReset, 3, 2},
		{"reset behind both ends", func(w *wire) {
			w.open(client, server)
			w.close(client, server)
			w.tcp(server, client, "R", nil)
		}, ocsf.NetClose, 4, 3},
		{"left open", func(w *wire) {
			w.open(client, server)
			w.say(client, server, "hello there")
		}, ocsf.NetTraffic, 3, 1},
		{"seen from the middle", func(w *wire) {
			w.seq[client], w.seq[server] = 1000, 5000
			w.say(server, client, "a server's words")
			w.say(client, server, "and a client's")
		}, ocsf.NetTraffic, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWire(t)
			c.send(w)
			es, _ := w.events(Options{})
			e := one(t, es, ocsf.NetworkActivity)
			if e.Activity != c.activity {
				t.Errorf("activity: got %d, want %d", e.Activity, c.activity)
			}
			want(t, e, map[ocsf.Field]string{ocsf.SrcIP: "192.0.2.10", ocsf.SrcPort: "40000", ocsf.DstIP: "198.51.100.20", ocsf.DstPort: "80",
				ocsf.Protocol: "tcp", ocsf.SrcMAC: "02:00:00:00:00:0a", ocsf.DstMAC: "02:00:00:00:00:14"})
			if e.Num(ocsf.PacketsOut) != c.out || e.Num(ocsf.PacketsIn) != c.in {
				t.Errorf("packets: got %d out, %d in, want %d, %d", e.Num(ocsf.PacketsOut), e.Num(ocsf.PacketsIn), c.out, c.in)
			}
		})
	}
}

// TestBytes counts whole IP packets, also where the capture cut them.
func TestBytes(t *testing.T) {
	w := newWire(t)
	w.udp(client, server, make([]byte, 500))
	w.recs[0].data = w.recs[0].data[:60]
	es, st := w.events(Options{})
	e := one(t, es, ocsf.NetworkActivity)
	if got := e.Num(ocsf.BytesOut); got != 20+8+500 {
		t.Errorf("got %d bytes, want 528", got)
	}
	if st.Truncated != 1 || st.Packets != 1 {
		t.Errorf("got %+v", st)
	}
}

// TestReuse tells two connections apart that use the same ports.
func TestReuse(t *testing.T) {
	w := newWire(t)
	w.talk(client, server, "Cone")
	w.talk(client, server, "Ctwo")
	es, st := w.events(Options{})
	if got := len(of(es, ocsf.NetworkActivity)); got != 2 || st.Flows != 2 {
		t.Errorf("got %d events of %d flows, want 2", got, st.Flows)
	}
	if es[0].Text(ocsf.ConnectionUID) == es[1].Text(ocsf.ConnectionUID) {
		t.Error("both have the same uid")
	}
}

func TestIdleFlowsEnd(t *testing.T) {
	w := newWire(t)
	w.udp(client, server, []byte("one"))
	w.now += 10 * time.Minute.Nanoseconds()
	w.udp(client, server, []byte("two"))
	es, _ := w.events(Options{})
	if len(es) != 2 {
		t.Fatalf("got %d events, want 2", len(es))
	}
	if es[0].Time >= es[1].Time || es[0].Logged < es[0].Time+int64(Options{}.withDefaults().UDPIdle/time.Millisecond) {
		t.Errorf("times: %d (told at %d), %d", es[0].Time, es[0].Logged, es[1].Time)
	}
}

// TestLongFlow is told on the way, each time with what was new; the sums are
// those of the whole.
func TestLongFlow(t *testing.T) {
	w := newWire(t)
	w.step = 20 * time.Second.Nanoseconds()
	w.open(client, server)
	for range 60 {
		w.say(client, server, "tick")
	}
	w.step = 1e6
	w.close(client, server)
	es, _ := w.events(Options{Report: time.Minute})
	if len(es) < 10 {
		t.Fatalf("got %d events, want one a minute", len(es))
	}
	var packets, bytes int64
	for i, e := range es {
		packets += e.Num(ocsf.PacketsOut)
		bytes += e.Num(ocsf.BytesOut)
		if last := i == len(es)-1; (e.Activity == ocsf.NetClose) != last {
			t.Errorf("event %d has activity %d", i, e.Activity)
		}
	}
	if packets != 64 || bytes != 64*40+60*4 {
		t.Errorf("sums: %d packets, %d bytes", packets, bytes)
	}
	if got := es[len(es)-1].Num(ocsf.CumPacketsOut); got != 64 {
		t.Errorf("in all: got %d packets, want 64", got)
	}
}

// TestEviction keeps the table within its bound; nothing is lost but the wait.
func TestEviction(t *testing.T) {
	const limit, flows = 100, 1000
	w := newWire(t)
	for i := range flows {
		w.udp(netip.AddrPortFrom(client.Addr(), uint16(2000+i)), netip.AddrPortFrom(server.Addr(), 9), []byte("x"))
	}
	var got, most int
	s, err := newSensor(Options{MaxFlows: limit}, func(*ocsf.Event) { got++ })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.recs {
		s.frame(r.time, r.link, r.data, r.wire, 0)
		most = max(most, len(s.flows.m))
	}
	if most > limit {
		t.Errorf("%d flows at once, limit %d", most, limit)
	}
	if s.stats.Evicted != flows-limit {
		t.Errorf("got %d evicted, want %d", s.stats.Evicted, flows-limit)
	}
	s.flush()
	if got != flows {
		t.Errorf("got %d events, want %d", got, flows)
	}
}

// TestFlood of half-open connections leaves an established one alone.
func TestFlood(t *testing.T) {
	w := newWire(t)
	w.step = 1000
	w.open(client, server)
	w.say(client, server, "keep me")
	for i := range 5000 {
		w.tcp(netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}), uint16(1024+i)), server, "S", nil)
		if i%20 == 0 {
			w.say(client, server, "still here")
		}
	}
	w.close(client, server)
	es, st := w.events(Options{MaxFlows: 100})
	if st.Evicted == 0 {
		t.Fatal("nothing was evicted")
	}
	closed := 0
	for _, e := range es {
		if e.Activity == ocsf.NetClose {
			closed++
		}
	}
	if closed != 1 {
		t.Errorf("got %d closed connections, want the established one", closed)
	}
}

// TestCommunityID holds against the vectors of the specification.
func TestCommunityID(t *testing.T) {
	for _, c := range []struct {
		src, dst     string
		proto        uint8
		sport, dport uint16
		want         string
	}{
		{"128.232.110.120", "66.35.250.204", protoTCP, 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"66.35.250.204", "128.232.110.120", protoTCP, 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"192.168.1.52", "8.8.8.8", protoUDP, 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"192.168.0.89", "192.168.0.1", protoICMP, 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"192.168.0.1", "192.168.0.89", protoICMP, 0, 8, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	} {
		a, b := netip.MustParseAddr(c.src).As4(), netip.MustParseAddr(c.dst).As4()
		if got := communityID(from4(a[:]), from4(b[:]), false, c.proto, c.sport, c.dport, false); got != c.want {
			t.Errorf("%s -> %s: got %s, want %s", c.src, c.dst, got, c.want)
		}
	}
}
