package sniff

import (
	"net/netip"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	tcp := newWire(t)
	tcp.tcp(client, server, "S", nil)
	six := newWire(t)
	six.udp(netip.MustParseAddrPort("[2001:db8::1]:5000"), netip.MustParseAddrPort("[2001:db8::2]:53"), nil)
	for _, c := range []struct {
		expr       string
		four, six6 bool
	}{
		{"", true, true},
		{"tcp", true, false},
		{"udp or tcp", true, true},
		{"host 192.0.2.10", true, false},
		{"src 192.0.2.10", true, false},
		{"dst host 192.0.2.10", false, false},
		{"net 198.51.100.0/24 and port 80", true, false},
		{"src net 2001:db8::/32", false, true},
		{"tcp port 80", true, false},
		{"dst port 53", false, true},
		{"portrange 50-60", false, true},
		{"not port 53", true, false},
		{"!(tcp||arp) && ip6", false, true},
		{"ip tcp dst port 80", true, false},
		{"vlan", false, false},
		{"not vlan 5", true, true},
	} {
		f, err := parseFilter(c.expr)
		if err != nil {
			t.Errorf("%q: %v", c.expr, err)
			continue
		}
		if got := f.match(linkEthernet, tcp.recs[0].data, 0); got != c.four {
			t.Errorf("%q on TCP: got %v", c.expr, got)
		}
		if got := f.match(linkEthernet, six.recs[0].data, 0); got != c.six6 {
			t.Errorf("%q on UDP over IPv6: got %v", c.expr, got)
		}
	}
	for expr, word := range map[string]string{"prot 80": `"prot"`, "port http": `"http"`, "port 1 and": "missing", "(tcp": ")", "net 10.0.0.0": "10.0.0.0/8", "tcp )": `")"`, "host x": `"x"`} {
		if err := CheckFilter(expr); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: got %v", expr, err)
		}
	}
	w := newWire(t)
	w.talk(client, server, "Cx")
	if es, st := w.filtered("port 81"); es != 0 || st.Filtered != uint64(len(w.recs)) || st.Packets != 0 {
		t.Errorf("got %d events, %+v", es, st)
	}
}

func (w *wire) filtered(expr string) (int, Stats) {
	es, st := w.events(Options{Filter: expr})
	return len(es), st
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"tcp port 80", "not (host 192.0.2.1 or net 10.0.0.0/8)", "vlan 3 and ip6", "!!!udp"} {
		f.Add(s)
	}
	w := newWire(f)
	w.udp(client, server, nil)
	f.Fuzz(func(t *testing.T, expr string) {
		if g, err := parseFilter(expr); err == nil {
			g.match(linkEthernet, w.recs[0].data, 0)
		}
	})
}
