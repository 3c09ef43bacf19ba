package sniff

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden runs conversations of every protocol and holds all their events
// against testdata/NAME.ndjson.
func TestGolden(t *testing.T) {
	seen := map[string]bool{}
	for name, send := range conversations {
		t.Run(name, func(t *testing.T) {
			w := newWire(t)
			send(w)
			es, _ := w.events(Options{})
			var got bytes.Buffer
			for _, e := range es {
				var back ocsf.Event
				line := e.AppendJSON(nil)
				if err := ocsf.ReadJSON(line, &back); err != nil {
					t.Errorf("%v: %s", err, line)
				}
				if e.Time == 0 || e.Text(ocsf.ProductName) != product {
					t.Errorf("no time or product: %s", line)
				}
				got.Write(append(line, '\n'))
			}
			path := filepath.Join("testdata", name+".ndjson")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			wanted, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), wanted) {
				t.Errorf("got\n%s\nwant\n%s", got.Bytes(), wanted)
			}
		})
		seen[strings.SplitN(name, "-", 2)[0]] = true
	}
	// Every protocol with a reader has a conversation here or a test of its own.
	for _, p := range []string{"tls", "quic", "dtls"} {
		seen[p] = true
	}
	streams, datagrams := protocols()
	for _, p := range append(streams, datagrams...) {
		if p.open != nil && !seen[p.name] && !isLabel(p.name) {
			t.Errorf("no conversation of %s", p.name)
		}
	}
}

func isLabel(name string) bool {
	for _, p := range streamLabels {
		if p.name == name {
			return true
		}
	}
	return false
}

// FuzzStream gives any bytes to every protocol over TCP, in two directions and
// in pieces.
func FuzzStream(f *testing.F) {
	seedConversations(f, protoTCP, func(a, b []byte, port uint16) { f.Add(a, b, port, uint8(7)) })
	f.Fuzz(func(t *testing.T, c, s []byte, port uint16, piece uint8) {
		w := newWire(t)
		to := server
		if port != 0 {
			to = netipPort(server, port)
		}
		w.open(client, to)
		n := int(piece)*8 + 1
		for len(c) > 0 || len(s) > 0 {
			k := min(n, len(c))
			w.tcp(client, to, "PA", c[:k])
			c = c[k:]
			k = min(n, len(s))
			w.tcp(to, client, "PA", s[:k])
			s = s[k:]
			n += 97
			if len(w.recs) > 400 {
				break
			}
		}
		w.close(client, to)
		es, _ := w.events(Options{MaxBuffered: 1 << 20, MaxStream: 64 << 10})
		checkAll(t, es)
	})
}

// FuzzDatagram does the same over UDP.
func FuzzDatagram(f *testing.F) {
	seedConversations(f, protoUDP, func(a, b []byte, port uint16) { f.Add(a, b, port) })
	f.Fuzz(func(t *testing.T, c, s []byte, port uint16) {
		if len(c) > 60000 || len(s) > 60000 {
			return
		}
		w := newWire(t)
		to := netipPort(server, port)
		w.udp(client, to, c)
		w.udp(to, client, s)
		w.udp(client, to, s)
		es, _ := w.events(Options{})
		checkAll(t, es)
	})
}

// checkAll holds events to what every one of them must be.
func checkAll(t *testing.T, es []*ocsf.Event) {
	t.Helper()
	for _, e := range es {
		line := e.AppendJSON(nil)
		var back ocsf.Event
		if err := ocsf.ReadJSON(line, &back); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if len(line) > 1<<20 {
			t.Fatalf("an event of %d bytes", len(line))
		}
	}
}

// seedConversations gives what each side of each conversation said.
func seedConversations(f *testing.F, proto uint8, add func(a, b []byte, port uint16)) {
	for _, send := range conversations {
		w := newWire(f)
		send(w)
		said := [2][]byte{}
		port := uint16(0)
		var d decoder
		for _, r := range w.recs {
			var p packet
			if !d.decode(r.link, r.data, &p) || p.proto != proto || len(p.payload) == 0 {
				continue
			}
			dir, other := 0, p.dport
			if p.sport < p.dport {
				dir, other = 1, p.sport
			}
			if proto == protoTCP {
				said[dir] = append(said[dir], p.payload...)
			} else {
				said[dir] = bytes.Clone(p.payload)
			}
			port = other
		}
		if port != 0 {
			add(said[0], said[1], port)
		}
	}
}
