package syslog

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
)

// ClientCerts is what a TLS listener asks of its clients.
type ClientCerts int

const (
	ClientNone     ClientCerts = iota // no certificate
	ClientOptional                    // one of the authority, if they have one
	ClientRequired                    // one of the authority
)

// ServerConfig makes the configuration of a TLS listener (RFC 5425, with
// RFC 9662's minimum of TLS 1.2). cert is asked for every connection. Client
// certificates are checked against authority.
//
// Session tickets are off: a client that never reads, as most senders of
// syslog, would leave them unread and reset its connection when it closes, and
// lose its last messages.
func ServerConfig(cert func() *tls.Certificate, clients ClientCerts, authority *x509.CertPool) *tls.Config {
	auth := tls.NoClientCert
	switch clients {
	case ClientOptional:
		auth = tls.VerifyClientCertIfGiven
	case ClientRequired:
		auth = tls.RequireAndVerifyClientCert
	}
	if authority == nil {
		authority = x509.NewCertPool() // nil would mean the system's
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS12,
		SessionTicketsDisabled: true,
		ClientAuth:             auth,
		ClientCAs:              authority,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return cert(), nil
		},
	}
}

// peerName is what the client's verified certificate calls it.
func peerName(state tls.ConnectionState) string {
	if len(state.VerifiedChains) == 0 {
		return ""
	}
	leaf := state.VerifiedChains[0][0]
	if leaf.Subject.CommonName == "" && len(leaf.DNSNames) > 0 {
		return leaf.DNSNames[0]
	}
	return cmp.Or(leaf.Subject.CommonName, leaf.Subject.String())
}
