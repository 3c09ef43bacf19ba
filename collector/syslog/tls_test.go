package syslog

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// authority issues client certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := new(authority)
	a.cert, a.key = a.issue(t, "Example CA", true)
	return a
}

func (a *authority) issue(t *testing.T, name string, isCA bool) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: isCA, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func (a *authority) client(t *testing.T, name string) []tls.Certificate {
	t.Helper()
	cert, key := a.issue(t, name, false)
	return []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}
}

func ownCert(t *testing.T, hosts ...string) *tls.Certificate {
	t.Helper()
	cert, err := LoadOrMake(t.TempDir(), "own", hosts)
	if err != nil {
		t.Fatal(err)
	}
	return &cert
}

func trusting(cert *tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(cert.Leaf)
	return &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

func runTLS(t *testing.T, cert *tls.Certificate, clients ClientCerts, pool *x509.CertPool) *running {
	t.Helper()
	config := ServerConfig(func() *tls.Certificate { return cert }, clients, pool)
	return runTCP(t, Options{TLS: func() *tls.Config { return config }}, 1000)
}

func TestTLS(t *testing.T) {
	cert := ownCert(t, "box.example", "127.0.0.1")
	r := runTLS(t, cert, ClientNone, nil)
	if !strings.HasPrefix(r.in.Name, "tls:") {
		t.Errorf("input is named %q", r.in.Name)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := trusting(cert)
		config.MinVersion, config.MaxVersion = version, version
		conn := tls.Client(dial(t, r), config)
		send(t, conn, counts("<13>a\nb", "<13>c"))
		r.want(t, "<13>a\nb", "<13>c")
		if err := conn.CloseWrite(); err != nil {
			t.Error(err)
		}
		wantClosed(t, conn)
	}
}

func TestTLSRefuses(t *testing.T) {
	cert := ownCert(t, "127.0.0.1")
	r := runTLS(t, cert, ClientNone, nil)
	plain := dial(t, r)
	send(t, plain, "<13>plain text on a TLS port\n")
	wantClosed(t, plain)

	config := trusting(cert)
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if err := tls.Client(dial(t, r), config).Handshake(); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	eventually(t, "both are counted", func() bool { return r.in.Refused.Load() == 2 })
	if s := r.Senders(); s[0].Refused != 2 || !strings.Contains(s[0].Problem, "tls:") {
		t.Errorf("senders %+v", s)
	}

	// A look whether the port is open is no offence.
	dial(t, r).Close()
	r.stop()
	if n := r.in.Refused.Load(); n != 2 {
		t.Errorf("%d refused, want 2", n)
	}
}

func TestTLSClientCertificates(t *testing.T) {
	cert := ownCert(t, "127.0.0.1")
	ours, other := newAuthority(t), newAuthority(t)
	tests := []struct {
		name    string
		clients ClientCerts
		show    []tls.Certificate
		want    string // name of the sender
		refused bool
	}{
		{name: "none asked", clients: ClientNone, show: ours.client(t, "fw1.example")},
		{name: "optional, ours", clients: ClientOptional, show: ours.client(t, "fw1.example"), want: "fw1.example"},
		{name: "optional, none", clients: ClientOptional},
		{name: "optional, foreign", clients: ClientOptional, show: other.client(t, "fw1.example"), refused: true},
		{name: "required, ours", clients: ClientRequired, show: ours.client(t, "fw1.example"), want: "fw1.example"},
		{name: "required, none", clients: ClientRequired, refused: true},
		{name: "required, foreign", clients: ClientRequired, show: other.client(t, "fw1.example"), refused: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := runTLS(t, cert, test.clients, ours.pool())
			config := trusting(cert)
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if test.show == nil {
					return new(tls.Certificate), nil
				}
				return &test.show[0], nil
			}
			conn := tls.Client(dial(t, r), config)
			if test.refused {
				conn.Handshake() // TLS 1.3 tells the client only afterwards
				wantClosed(t, conn)
				eventually(t, "it is counted", func() bool { return r.in.Refused.Load() == 1 })
				return
			}
			send(t, conn, "<13>a\n")
			r.want(t, "<13>a")
			eventually(t, "it is accounted for", func() bool { return r.Senders()[0].Messages == 1 })
			if got := r.Senders()[0].Name; got != test.want {
				t.Errorf("sender is named %q, want %q", got, test.want)
			}
		})
	}
}

// Without an authority no client certificate may pass, the system's least of all.
func TestTLSClientCertificatesWithoutAuthority(t *testing.T) {
	cert := ownCert(t, "127.0.0.1")
	r := runTLS(t, cert, ClientRequired, nil)
	config := trusting(cert)
	config.Certificates = newAuthority(t).client(t, "fw1.example")
	conn := tls.Client(dial(t, r), config)
	conn.Handshake()
	wantClosed(t, conn)
}

func TestTLSNewCertificateWithoutClosing(t *testing.T) {
	before, after := ownCert(t, "127.0.0.1"), ownCert(t, "127.0.0.1")
	var cert atomic.Pointer[tls.Certificate]
	cert.Store(before)
	config := ServerConfig(cert.Load, ClientNone, nil)
	r := runTCP(t, Options{TLS: func() *tls.Config { return config }}, 10)
	old := tls.Client(dial(t, r), trusting(before))
	send(t, old, "<13>a\n")
	r.want(t, "<13>a")
	cert.Store(after)
	send(t, tls.Client(dial(t, r), trusting(after)), "<13>b\n")
	send(t, old, "<13>c\n")
	first, second := r.take(t).Raw, r.take(t).Raw
	if first+second != "<13>b<13>c" && first+second != "<13>c<13>b" {
		t.Errorf("got %q and %q", first, second)
	}
}

// Most senders never read. Nothing may lie unread at them when they close, or
// what still waits at them to be sent would be thrown away.
func TestTLSSenderThatNeverReads(t *testing.T) {
	const messages = 2000
	cert := ownCert(t, "127.0.0.1")
	// Where client certificates are asked for, tickets would come last.
	config := ServerConfig(func() *tls.Certificate { return cert }, ClientOptional, nil)
	r := runTCP(t, Options{TLS: func() *tls.Config { return config }}, 10)
	tcp := dial(t, r)
	tcp.SetWriteBuffer(4 << 20)
	tcp.SetWriteDeadline(time.Now().Add(10 * time.Second)) // should the buffers be too small
	trust := trusting(cert)
	trust.ClientSessionCache = tls.NewLRUClientSessionCache(1) // asks for tickets
	conn := tls.Client(tcp, trust)
	line := "<13>" + strings.Repeat("x", 1000)
	send(t, conn, strings.Repeat(line+"\n", messages))
	r.want(t, line)
	tcp.Close() // without TLS's close: worse than most senders do
	for range messages - 1 {
		r.want(t, line)
	}
}

func TestTLSStopLosesNothing(t *testing.T) {
	cert := ownCert(t, "127.0.0.1")
	r := runTLS(t, cert, ClientNone, nil)
	conn := tls.Client(dial(t, r), trusting(cert))
	send(t, conn, strings.Join(numbered("m", 500), "\n")+"\n")
	r.stop()
	r.want(t, numbered("m", 500)...)
}

// A peer that never speaks TLS must not hold up the end.
func TestTLSStopDuringHandshake(t *testing.T) {
	r := runTLS(t, ownCert(t, "127.0.0.1"), ClientNone, nil)
	dial(t, r)
	eventually(t, "it is open", func() bool { return r.receiver.(*TCP).Connections() == 1 })
	before := time.Now()
	r.stop()
	if took := time.Since(before); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}
