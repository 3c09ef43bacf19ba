package syslog

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"slices"
	"time"
)

const (
	// ownValidity is long: a device that was told to trust this certificate
	// stops sending when it ends, and nobody looks at the device then.
	ownValidity = 10 * 365 * 24 * time.Hour
	// renewBefore is how early an own certificate is made anew.
	renewBefore = 30 * 24 * time.Hour
	// ownOrganization tells an own certificate from one that was put there.
	ownOrganization = "Picket self-signed"
)

// LoadOrMake loads the certificate name.crt and its key name.key (PEM) from the
// folder dir, and makes them where they do not exist: a self-signed ECDSA P-256
// certificate for hosts, which are names and addresses. One made here is made
// anew, with the same key, when it is about to expire or not yet valid (the clock
// was wrong on the first start); one that was put there is never touched.
//
// Files are written completely or not at all, and only the owner may read them.
func LoadOrMake(dir, name string, hosts []string) (tls.Certificate, error) {
	return loadOrMake(dir, name, hosts, time.Now())
}

func loadOrMake(dir, name string, hosts []string, now time.Time) (tls.Certificate, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate %s: %w", name, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate %s: %w", name, err)
	}
	defer root.Close()
	cert, err := pairIn(root, name, hosts, now)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate %s in %s: %w", name, dir, err)
	}
	return cert, nil
}

func pairIn(root *os.Root, name string, hosts []string, now time.Time) (tls.Certificate, error) {
	certFile, keyFile := name+".crt", name+".key"
	certPEM, err := root.ReadFile(certFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return tls.Certificate{}, err
	}
	keyPEM, kerr := root.ReadFile(keyFile)
	switch {
	case err != nil && errors.Is(kerr, fs.ErrNotExist):
		if keyPEM, kerr = newKey(); kerr == nil {
			kerr = writeFile(root, keyFile, keyPEM)
		}
	case errors.Is(kerr, fs.ErrNotExist):
		return tls.Certificate{}, fmt.Errorf("%s has no key beside it: put %s there, or remove it to have both made anew", certFile, keyFile)
	}
	if kerr != nil {
		return tls.Certificate{}, kerr
	}
	if err == nil {
		cert, perr := tls.X509KeyPair(certPEM, keyPEM)
		if perr != nil || !isOwn(cert.Leaf) || isValid(cert.Leaf, now) {
			return cert, perr
		}
		hosts = hostsOf(cert.Leaf)
	}
	if certPEM, err = newCert(keyPEM, hosts, now); err != nil {
		return tls.Certificate{}, err
	}
	if err = writeFile(root, certFile, certPEM); err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

func isOwn(leaf *x509.Certificate) bool {
	return slices.Equal(leaf.Subject.Organization, []string{ownOrganization}) &&
		leaf.Issuer.String() == leaf.Subject.String()
}

func isValid(leaf *x509.Certificate, now time.Time) bool {
	return !now.Before(leaf.NotBefore) && now.Before(leaf.NotAfter.Add(-renewBefore))
}

func hostsOf(leaf *x509.Certificate) []string {
	hosts := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	return hosts
}

func newKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// newCert makes a certificate for the key. It is no authority: nothing but the
// listener itself can be vouched for with it.
func newCert(keyPEM []byte, hosts []string, now time.Time) ([]byte, error) {
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return nil, errors.New("the key is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the key cannot sign")
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	hosts = slices.DeleteFunc(slices.Clone(hosts), func(host string) bool { return host == "" })
	if len(hosts) == 0 {
		hosts = []string{"localhost"}
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{ownOrganization}, CommonName: hosts[0]},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(ownValidity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// writeFile leaves the old file or the new one, whatever happens on the way.
func writeFile(root *os.Root, name string, data []byte) error {
	temp := name + ".new"
	if err := root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = root.Rename(temp, name); err != nil {
		return err
	}
	folder, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
