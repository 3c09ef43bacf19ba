package uplink

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Servers says where NATS is and who we are there.
type Servers struct {
	// URLs are the servers: tls://host:4222. Without TLS only a loopback address
	// is allowed.
	URLs []string
	// CA, Certificate and Key are PEM files. They are read anew for every
	// connection, so that a renewed certificate needs no restart. Without CA the
	// system's authorities are trusted.
	CA, Certificate, Key string
	// Name is how the connection calls itself to the server.
	Name string
}

// Options checks the fields and returns how to connect.
func (s *Servers) Options() ([]nats.Option, error) {
	if len(s.URLs) == 0 {
		return nil, errors.New("nats: no server is named")
	}
	secure := false
	for _, addr := range s.URLs {
		u, err := url.Parse(addr)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("nats: %q is no address of a server: write tls://host:4222", addr)
		}
		switch {
		case u.Scheme == "tls":
			secure = true
		case u.Scheme != "nats":
			return nil, fmt.Errorf("nats: %q: scheme %q is not known: write tls://host:4222", addr, u.Scheme)
		case !loopback(u.Hostname()):
			return nil, fmt.Errorf("nats: %q: only a loopback address goes without TLS: write tls://%s", addr, u.Host)
		}
	}
	opts := []nats.Option{
		nats.Name(s.Name),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.CustomReconnectDelay(backoff),
		nats.ReconnectBufSize(-1), // what the line does not take now, the log keeps
		nats.IgnoreAuthErrorAbort(),
		nats.Timeout(10 * time.Second),
		nats.PingInterval(20 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.FlusherTimeout(20 * time.Second), // a line that takes nothing for so long is down
		nats.NoEcho(),
	}
	if secure {
		opts = append(opts, nats.Secure(&tls.Config{MinVersion: tls.VersionTLS13}))
	}
	if s.CA != "" {
		opts = append(opts, nats.RootCAs(s.CA))
	}
	if (s.Certificate == "") != (s.Key == "") {
		return nil, errors.New("nats: certificate and key go together")
	}
	if s.Certificate != "" {
		opts = append(opts, nats.ClientCert(s.Certificate, s.Key))
	}
	return opts, nil
}

// Join returns the servers as the client library wants them.
func (s *Servers) Join() string { return strings.Join(s.URLs, ",") }

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
