package appliance

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"picket/appliance/config"
	"picket/collector/syslog"
)

// certificatesInUse are the certificates that the appliance shows; a new
// configuration replaces them while listeners stay open.
type certificatesInUse struct {
	mu    sync.Mutex // guards byUse
	byUse map[string]*tls.Certificate
}

// loadCertificates reads the certificates that c names, and makes the box's own
// where it names none.
func loadCertificates(c *config.Config) (map[string]*tls.Certificate, error) {
	next := map[string]*tls.Certificate{}
	for _, u := range []struct {
		use, cert, key string
		needed         bool
	}{
		{"syslog", c.Syslog.Certificate, c.Syslog.Key, len(c.Syslog.TLS) > 0},
		{"web", c.Web.Certificate, c.Web.Key, c.Web.Listen != ""},
	} {
		if !u.needed {
			continue
		}
		var cert tls.Certificate
		var err error
		if u.cert != "" {
			cert, err = tls.LoadX509KeyPair(u.cert, u.key)
		} else {
			cert, err = syslog.LoadOrMake(filepath.Join(c.Data, "tls"), "picket", ownHosts(c))
		}
		if err != nil {
			return nil, fmt.Errorf("certificate of %s: %w", u.use, err)
		}
		next[u.use] = &cert
	}
	if c.Uplink.Certificate != "" {
		cert, err := tls.LoadX509KeyPair(c.Uplink.Certificate, c.Uplink.Key)
		if err != nil {
			return nil, fmt.Errorf("certificate of uplink: %w", err)
		}
		next["uplink"] = &cert
	}
	return next, nil
}

// use puts certificates in the place of those in use.
func (s *certificatesInUse) use(next map[string]*tls.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byUse = next
}

// ownHosts are the names and addresses of the box's own certificate.
func ownHosts(c *config.Config) []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1", c.Name}, c.Web.Hosts...)
	if h, err := os.Hostname(); err == nil && h != c.Name {
		hosts = append(hosts, h)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return hosts
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			hosts = append(hosts, n.IP.String())
		}
	}
	return hosts
}

func (s *certificatesInUse) get(use string) *tls.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byUse[use]
}

func (s *certificatesInUse) syslog() *tls.Certificate { return s.get("syslog") }
func (s *certificatesInUse) web() *tls.Certificate    { return s.get("web") }

// list describes the certificates in use.
func (s *certificatesInUse) list() []Cert {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Cert
	for _, use := range []string{"syslog", "web", "uplink"} {
		c := s.byUse[use]
		if c == nil {
			continue
		}
		leaf := c.Leaf
		if leaf == nil && len(c.Certificate) > 0 {
			leaf, _ = x509.ParseCertificate(c.Certificate[0])
		}
		if leaf == nil {
			continue
		}
		sum := sha256.Sum256(leaf.Raw)
		out = append(out, Cert{Use: use, NotAfter: leaf.NotAfter.UnixMilli(), Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(),
			Fingerprint: hex.EncodeToString(sum[:])})
	}
	return out
}
