package sniff

import (
	"math/rand/v2"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

const (
	getA  = "GET /a HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: probe/1.0\r\n\r\n"
	resA  = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Type: text/plain\r\n\r\nabcdef"
	sumA  = "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721" // SHA-256 of abcdef
	textA = "http://www.example.com/a"
)

func checkA(t *testing.T, es []*ocsf.Event) {
	t.Helper()
	e := one(t, es, ocsf.HTTPActivity)
	want(t, e, map[ocsf.Field]string{ocsf.HTTPMethod: "GET", ocsf.URLString: textA, ocsf.HTTPCode: "200", ocsf.FileHash: sumA, ocsf.UserAgent: "probe/1.0"})
}

// TestOrder reads streams whose segments come in any order, twice, and overlap.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		w := newWire(t)
		w.open(client, server)
		type part struct{ from, to int }
		var parts []part
		for at := 0; at < len(getA); {
			n := min(1+r.IntN(20), len(getA)-at)
			parts = append(parts, part{max(0, at-r.IntN(6)), at + n}) // overlaps what came before
			at += n
		}
		for range r.IntN(4) { // again
			parts = append(parts, parts[r.IntN(len(parts))])
		}
		for i := range parts { // neighbours swapped
			if i > 0 && r.IntN(3) == 0 {
				parts[i-1], parts[i] = parts[i], parts[i-1]
			}
		}
		base := w.seq[client]
		for _, p := range parts {
			w.tcpAt(client, server, "PA", base+uint32(p.from), []byte(getA[p.from:p.to]))
		}
		w.seq[client] += uint32(len(getA))
		w.say(server, client, resA)
		w.close(client, server)
		es, st := w.events(Options{})
		checkA(t, es)
		if st.Gaps != 0 {
			t.Fatalf("%d gaps where none was", st.Gaps)
		}
	}
}

// TestSequenceWraps passes the end of the 32 bits.
func TestSequenceWraps(t *testing.T) {
	w := newWire(t)
	w.seq[client], w.seq[server] = 0xffffffff-30, 0xffffffff-20
	w.tcp(client, server, "S", nil)
	w.tcp(server, client, "SA", nil)
	w.say(client, server, getA)
	w.say(server, client, resA)
	w.close(client, server)
	es, _ := w.events(Options{})
	checkA(t, es)
}

// TestLostSegment of a body costs its hash and nothing else.
func TestLostSegment(t *testing.T) {
	w := newWire(t)
	w.open(client, server)
	w.say(client, server, getA)
	w.say(server, client, "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n"+strings.Repeat("x", 1000))
	w.seq[server] += 1000 // never seen
	w.say(server, client, strings.Repeat("x", 1000)[:1000-41])
	w.say(server, client, strings.Repeat("x", 41))
	for range 8 { // the client has it all
		w.tcp(client, server, "A", nil)
	}
	w.say(client, server, strings.Replace(getA, "/a", "/b", 1))
	w.say(server, client, resA)
	w.close(client, server)
	es, st := w.events(Options{})
	got := of(es, ocsf.HTTPActivity)
	if len(got) != 2 || st.Gaps != 1 {
		t.Fatalf("got %d events, %d gaps", len(got), st.Gaps)
	}
	want(t, got[0], map[ocsf.Field]string{ocsf.URLPath: "/a", ocsf.HTTPCode: "200", ocsf.FileHash: ""})
	want(t, got[1], map[ocsf.Field]string{ocsf.URLPath: "/b", ocsf.HTTPCode: "200", ocsf.FileHash: sumA})
}

// TestHoles without end hold no more than they may.
func TestHoles(t *testing.T) {
	w := newWire(t)
	w.open(client, server)
	base := w.seq[client]
	for i := range 3000 {
		w.tcpAt(client, server, "PA", base+10+uint32(i)*1400, []byte(strings.Repeat("z", 1300)))
	}
	const limit = 1 << 20
	s, err := newSensor(Options{MaxBuffered: limit}, func(*ocsf.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.recs {
		s.frame(r.time, r.link, r.data, r.wire, 0)
		if s.buffered > limit {
			t.Fatalf("%d bytes held", s.buffered)
		}
	}
	s.flush()
	if s.buffered != 0 {
		t.Errorf("%d bytes held at the end", s.buffered)
	}
}

// TestEndlessHeader is given up, counted, and still told.
func TestEndlessHeader(t *testing.T) {
	w := newWire(t)
	w.open(client, server)
	w.say(client, server, "GET / HTTP/1.1\r\n")
	for range 200 {
		w.say(client, server, "X-Filler: "+strings.Repeat("y", 900)+"\r\n")
	}
	w.close(client, server)
	es, _ := w.events(Options{})
	e := one(t, es, ocsf.NetworkActivity)
	want(t, e, map[ocsf.Field]string{ocsf.AppName: "http"})
}

// TestFileNameBehindNoText finds a file's name behind bytes that are no UTF-8,
// and that would be longer or shorter in lower case.
func TestFileNameBehindNoText(t *testing.T) {
	for _, before := range []string{"", strings.Repeat("\xff", 100), strings.Repeat("\u212a", 100)} {
		w := newWire(t)
		w.open(client, server)
		w.say(client, server, getA)
		w.say(server, client, strings.Replace(resA, "\r\n\r\n", "\r\nContent-Disposition: "+before+"; FileName=\"a.txt\"\r\n\r\n", 1))
		w.close(client, server)
		es, _ := w.events(Options{})
		checkA(t, es)
		want(t, one(t, es, ocsf.HTTPActivity), map[ocsf.Field]string{ocsf.FileName: "a.txt"})
	}
	for _, v := range []string{"", "filename", "filename=", strings.Repeat("\xff", 100) + "filename"} {
		if got := dispositionName([]byte(v)); got != "" {
			t.Errorf("%q of %q", got, v)
		}
	}
}

// TestSimpleRequestInPieces takes a request of HTTP/0.9 whose line came in two
// segments, and another message, shorter than what was searched, behind it.
func TestSimpleRequestInPieces(t *testing.T) {
	w := newWire(t)
	w.open(client, server)
	w.say(client, server, getA)
	w.say(server, client, resA)
	w.say(client, server, "GET /index.html")
	w.say(client, server, "\r\nGET\n")
	w.say(server, client, "<html></html>")
	w.close(client, server)
	es, _ := w.events(Options{})
	got := of(es, ocsf.HTTPActivity)
	if len(got) != 2 {
		t.Fatalf("got %d events", len(got))
	}
	want(t, got[1], map[ocsf.Field]string{ocsf.HTTPMethod: "GET", ocsf.URLPath: "/index.html"})
}
