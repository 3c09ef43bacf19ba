package uplink_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"

	"picket/appliance/uplink"
)

// authority signs certificates into a folder.
type authority struct {
	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB, name string) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.key, a.cert = nil, nil
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.key = key
	a.write("ca.pem", "CERTIFICATE", der)
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) write(name, kind string, der []byte) {
	if err := os.WriteFile(a.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// issue writes name.pem and name.key.
func (a *authority) issue(name string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", der)
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".key", "PRIVATE KEY", k)
}

// The server allows a site what [uplink.NATS] says that it needs, and no more.
func TestMutualTLS(t *testing.T) {
	t.Parallel() // waits for the most part
	ca, other := newAuthority(t, "soc"), newAuthority(t, "nobody")
	ca.issue("server")
	ca.issue("site")
	other.issue("site")
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	cert, err := tls.LoadX509KeyPair(ca.path("server.pem"), ca.path("server.key"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := natsd.NewServer(&natsd.Options{
		Host: "127.0.0.1", Port: natsd.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(),
		TLSVerify: true, TLSMap: true, TLSTimeout: 5,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13},
		Users: []*natsd.User{{Username: "CN=site", Permissions: &natsd.Permissions{
			Publish:   &natsd.SubjectPermission{Allow: []string{"pk.acme.berlin.*"}},
			Subscribe: &natsd.SubjectPermission{Allow: []string{"pk.acme.berlin.down.>"}},
		}}, {Username: "CN=server"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("server does not come up")
	}
	addr := "tls://" + s.Addr().String()

	for _, c := range []struct {
		name    string
		servers uplink.Servers
	}{
		{"no certificate", uplink.Servers{URLs: []string{addr}, CA: ca.path("ca.pem")}},
		{"of another authority", uplink.Servers{URLs: []string{addr}, CA: ca.path("ca.pem"), Certificate: other.path("site.pem"), Key: other.path("site.key")}},
		{"server of another authority", uplink.Servers{URLs: []string{addr}, CA: other.path("ca.pem"), Certificate: ca.path("site.pem"), Key: ca.path("site.key")}},
	} {
		n := &uplink.NATS{Servers: c.servers}
		stop := background(t, c.name, func(ctx context.Context) error { return n.Run(ctx, "pk.acme.berlin.down.receipt", func([]byte) {}) })
		within(t, 10*time.Second, "the reason: "+c.name, func() bool { e := n.Link().Err; return e != "" && !strings.Contains(e, "not connected yet") })
		if n.Link().Up {
			t.Errorf("%s: connected", c.name)
		}
		stop()
	}

	// The same loop as without TLS, under the site's permissions.
	l, dir := newLog("log1"), t.TempDir()
	l.addMix(500)
	f := forwarder(t, l, newState())
	f.Transport = &uplink.NATS{Servers: uplink.Servers{URLs: []string{addr}, CA: ca.path("ca.pem"), Certificate: ca.path("site.pem"), Key: ca.path("site.key")}}
	o := drainOptions(t, dir)
	o.Server = uplink.Servers{URLs: []string{addr}, CA: ca.path("ca.pem"), Certificate: ca.path("server.pem"), Key: ca.path("server.key")}
	background(t, "drain", drainOf(o))
	background(t, "forwarder", f.Run)
	within(t, 20*time.Second, "receipts", func() bool { return receipted(f, l) })
	checkStored(t, l, dir)
}

func TestServersAreChecked(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		s    uplink.Servers
		want string // part of the error
	}{
		{"none", uplink.Servers{}, "no server"},
		{"plain", uplink.Servers{URLs: []string{"nats://192.0.2.1:4222"}}, "without TLS"},
		{"one plain", uplink.Servers{URLs: []string{"tls://192.0.2.1:4222", "nats://soc.example:4222"}}, "without TLS"},
		{"scheme", uplink.Servers{URLs: []string{"http://127.0.0.1"}}, "scheme"},
		{"no address", uplink.Servers{URLs: []string{"soc.example"}}, "no address"},
		{"key alone", uplink.Servers{URLs: []string{"tls://soc.example"}, Key: "k"}, "go together"},
	} {
		if _, err := c.s.Options(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
	}
	n := &uplink.NATS{Servers: uplink.Servers{URLs: []string{"tls://127.0.0.1:1"}, CA: filepath.Join(dir, "missing.pem")}}
	if err := n.Run(context.Background(), "x.y", nil); err == nil {
		t.Error("a missing authority is no error")
	}
}
