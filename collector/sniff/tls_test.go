package sniff

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

// tap is a connection that writes down what passes, in order.
type tap struct {
	net.Conn
	note func(b []byte)
}

func (t tap) Write(b []byte) (int, error) {
	t.note(bytes.Clone(b))
	return t.Conn.Write(b)
}

// handshake lets Go's own TLS speak and returns what each side said, the
// client's with C before it.
func handshake(t testing.TB, version uint16) (said []string, fingerprint string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(0x1234), Subject: pkix.Name{CommonName: "www.example.com", Organization: []string{"Example"}},
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(1_900_000_000, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(der)
	a, b := net.Pipe()
	c := tls.Client(tap{a, func(b []byte) { said = append(said, "C"+string(b)) }},
		&tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, NextProtos: []string{"h2", "http/1.1"}})
	s := tls.Server(tap{b, func(b []byte) { said = append(said, "S"+string(b)) }},
		&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"h2"}, SessionTicketsDisabled: true})
	done := make(chan error, 1)
	go func() { done <- s.Handshake() }()
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return said, hex.EncodeToString(sum[:])
}

func TestTLS(t *testing.T) {
	for _, c := range []struct {
		name    string
		version uint16
		text    string
		ja4     string
		before  []string // said before the handshake
		app     string
		inner   string
		port    uint16
	}{
		{"1.2", tls.VersionTLS12, "1.2", "t12d", nil, "tls", "", 443},
		{"1.3", tls.VersionTLS13, "1.3", "t13d", nil, "tls", "", 443},
		{"on any port", tls.VersionTLS12, "1.2", "t12d", nil, "tls", "", 9999},
		{"SMTP's STARTTLS", tls.VersionTLS12, "1.2", "t12d", []string{"S220 mail ESMTP\r\n", "CEHLO c\r\n", "S250 STARTTLS\r\n", "CSTARTTLS\r\n", "S220 go\r\n"}, "smtp", "tls", 25},
		{"FTP's AUTH TLS", tls.VersionTLS13, "1.3", "t13d", []string{"S220 FTP\r\n", "CAUTH TLS\r\n", "S234 go\r\n"}, "ftp", "tls", 21},
		{"IMAP's STARTTLS", tls.VersionTLS12, "1.2", "t12d", []string{"S* OK IMAP4\r\n", "Ca STARTTLS\r\n", "Sa OK\r\n"}, "imap", "tls", 143},
		{"a proxy's CONNECT", tls.VersionTLS12, "1.2", "t12d", []string{"CCONNECT x:443 HTTP/1.1\r\n\r\n", "SHTTP/1.1 200 ok\r\n\r\n"}, "http", "tls", 3128},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, fingerprint := handshake(t, c.version)
			w := newWire(t)
			w.talk(client, netipPort(server, c.port), append(c.before, said...)...)
			es, _ := w.events(Options{})
			var e *ocsf.Event
			for _, x := range of(es, ocsf.NetworkActivity) {
				if x.Activity == ocsf.NetClose {
					e = x
				}
			}
			want(t, e, map[ocsf.Field]string{ocsf.TLSSNI: "www.example.com", ocsf.TLSVersion: c.text, ocsf.AppName: c.app})
			if got := e.Unmapped("inner_app").String(); got != c.inner {
				t.Errorf("inner: got %q, want %q", got, c.inner)
			}
			if got := e.Unmapped("alpn").String(); c.text == "1.2" && got != "h2" {
				t.Errorf("alpn: got %q", got)
			}
			if len(e.Text(ocsf.JA3)) != 32 || len(e.Text(ocsf.JA3S)) != 32 || !strings.HasPrefix(e.Text(ocsf.JA4), c.ja4) || !strings.Contains(e.Text(ocsf.JA4), "h2_") {
				t.Errorf("ja3 %q, ja3s %q, ja4 %q", e.Text(ocsf.JA3), e.Text(ocsf.JA3S), e.Text(ocsf.JA4))
			}
			if c.version == tls.VersionTLS12 { // later versions encrypt it
				want(t, e, map[ocsf.Field]string{ocsf.TLSServerName: "CN=www.example.com,O=Example", ocsf.TLSSerial: "1234", ocsf.TLSSelfSigned: "true", ocsf.TLSNotAfter: "1900000000000"})
				if !strings.Contains(e.Text(ocsf.TLSFinger), fingerprint) {
					t.Errorf("fingerprints %q lack %s", e.Text(ocsf.TLSFinger), fingerprint)
				}
			}
		})
	}
}

// TestFingerprints computes JA3 and JA4 of a hello that is written out here, with
// GREASE in every list.
func TestFingerprints(t *testing.T) {
	h := clientHello{version: 0x0303, ciphers: []uint16{0x0a0a, 0x1301, 0x1302, 0xc02f}, extensions: []uint16{0x1a1a, 0, 10, 11, 13, 16, 43},
		curves: []uint16{0x2a2a, 29, 23}, formats: []uint8{0}, signatures: []uint16{0x0403, 0x0804}, versions: []uint16{0x3a3a, 0x0304, 0x0303}, alpn: []string{"h2"}}
	// md5 of 771,4865-4866-49199,0-10-11-13-16-43,29-23,0
	if got, want := h.ja3(), "c9e264cb3675678ee364e81f3b6da7ad"; got != want {
		t.Errorf("ja3: got %s, want %s", got, want)
	}
	// sha256 of 1301,1302,c02f and of 000a,000b,000d,002b_0403,0804
	if got, want := h.ja4('t'), "t13d0306h2_40b44b994229_fb71836bce29"; got != want {
		t.Errorf("ja4: got %s, want %s", got, want)
	}
}

// TestEarlyReport tells a connection that goes on soon after its handshake, not
// at its end only.
func TestEarlyReport(t *testing.T) {
	said, _ := handshake(t, tls.VersionTLS13)
	w := newWire(t)
	w.open(client, netipPort(server, 443))
	for _, l := range said {
		if l[0] == 'C' {
			w.say(client, netipPort(server, 443), l[1:])
		} else {
			w.say(netipPort(server, 443), client, l[1:])
		}
	}
	begun := w.now
	w.step = time.Second.Nanoseconds()
	for range 60 {
		w.say(client, netipPort(server, 443), "\x17\x03\x03\x00\x10................")
	}
	es, _ := w.events(Options{FirstTLS: 10 * time.Second})
	if len(es) != 2 {
		t.Fatalf("got %d events, want 2", len(es))
	}
	want(t, es[0], map[ocsf.Field]string{ocsf.TLSSNI: "www.example.com"})
	if es[0].Activity != ocsf.NetTraffic || es[0].Logged > begun/1e6+12_000 {
		t.Errorf("activity %d, told after %d ms", es[0].Activity, es[0].Logged-begun/1e6)
	}
}

// TestDTLS reads hellos in records of DTLS, whole and in fragments.
func TestDTLS(t *testing.T) {
	said, _ := handshake(t, tls.VersionTLS12)
	tlsHello := []byte(said[0][1+5:]) // without the record's header
	n := int(tlsHello[4+34])          // the session's id
	body := append([]byte{0xfe, 0xfd}, tlsHello[4+2:4+35+n]...)
	body = append(append(body, 0), tlsHello[4+35+n:]...) // no cookie
	record := func(off int, part []byte) []byte {
		h := []byte{1, 0, byte(len(body) >> 8), byte(len(body)), 0, 0, 0, byte(off >> 8), byte(off), 0, byte(len(part) >> 8), byte(len(part))}
		h = append(h, part...)
		return append([]byte{22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, byte(off), byte(len(h) >> 8), byte(len(h))}, h...)
	}
	for name, parts := range map[string][][]byte{
		"whole":     {record(0, body)},
		"fragments": {record(100, body[100:]), record(0, body[:100])},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t)
			for _, p := range parts {
				w.udp(client, netipPort(server, 4433), p)
			}
			es, _ := w.events(Options{})
			e := one(t, es, ocsf.NetworkActivity)
			want(t, e, map[ocsf.Field]string{ocsf.TLSSNI: "www.example.com", ocsf.AppName: "dtls"})
			if !strings.HasPrefix(e.Text(ocsf.JA4), "d") {
				t.Errorf("ja4 %q", e.Text(ocsf.JA4))
			}
		})
	}
}
