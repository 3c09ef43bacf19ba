package syslog

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLoadOrMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	hosts := []string{"box.example", "", "192.0.2.7", "2001:db8::7"}
	made, err := LoadOrMake(dir, "own", hosts)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(made.Leaf)
	for _, host := range []string{"box.example", "192.0.2.7", "2001:db8::7"} {
		if _, err := made.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if made.Leaf.IsCA {
		t.Error("it is an authority")
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 2 {
		t.Errorf("files: %v", files)
	}
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", file.Name(), info.Mode(), err)
		}
	}
	loaded, err := LoadOrMake(dir, "own", []string{"elsewhere.example"})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(loaded.Certificate[0], made.Certificate[0]) {
		t.Error("made anew though it was there")
	}
}

func TestLoadOrMakeRenews(t *testing.T) {
	now := time.Now()
	tests := []struct {
		name    string
		then    time.Time
		renewed bool
	}{
		{"valid", now.AddDate(9, 0, 0), false},
		{"about to expire", now.Add(ownValidity - 24*time.Hour), true},
		{"expired", now.AddDate(20, 0, 0), true},
		{"not yet valid", now.AddDate(-1, 0, 0), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			made, err := loadOrMake(dir, "own", []string{"box.example"}, now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := loadOrMake(dir, "own", nil, test.then)
			if err != nil {
				t.Fatal(err)
			}
			if renewed := !bytes.Equal(got.Certificate[0], made.Certificate[0]); renewed != test.renewed {
				t.Errorf("renewed: %v, want %v", renewed, test.renewed)
			}
			if !bytes.Equal(got.Leaf.RawSubjectPublicKeyInfo, made.Leaf.RawSubjectPublicKeyInfo) {
				t.Error("the key is another")
			}
			if got.Leaf.VerifyHostname("box.example") != nil {
				t.Errorf("its hosts are %v", got.Leaf.DNSNames)
			}
		})
	}
}

// A crash may leave the key without the certificate, or a file half written.
func TestLoadOrMakeAfterCrash(t *testing.T) {
	dir := t.TempDir()
	made, err := LoadOrMake(dir, "own", nil)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "own.crt"))
	if err := os.WriteFile(filepath.Join(dir, "own.crt.new"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrMake(dir, "own", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Leaf.RawSubjectPublicKeyInfo, made.Leaf.RawSubjectPublicKeyInfo) {
		t.Error("the key is another")
	}
}

func TestLoadOrMakeKeepsWhatWasPutThere(t *testing.T) {
	t.Run("foreign, expired", func(t *testing.T) {
		dir := t.TempDir()
		if _, err := LoadOrMake(dir, "own", nil); err != nil {
			t.Fatal(err)
		}
		a := newAuthority(t)
		keyPEM, err := os.ReadFile(filepath.Join(dir, "own.key"))
		if err != nil {
			t.Fatal(err)
		}
		foreign := foreignCert(t, a, keyPEM)
		if err := os.WriteFile(filepath.Join(dir, "own.crt"), foreign, 0o600); err != nil {
			t.Fatal(err)
		}
		cert, err := loadOrMake(dir, "own", nil, time.Now().AddDate(20, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		if cert.Leaf.Issuer.CommonName != "Example CA" {
			t.Errorf("issued by %v", cert.Leaf.Issuer)
		}
	})
	for name, files := range map[string]map[string]string{
		"no key":  {"own.crt": "x"},
		"no cert": {"own.key": "x"},
		"garbage": {"own.crt": "x", "own.key": "y"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := LoadOrMake(dir, "own", nil); err == nil {
				t.Error("no error")
			}
			for file, text := range files {
				if got, _ := os.ReadFile(filepath.Join(dir, file)); string(got) != text {
					t.Errorf("%s was written to", file)
				}
			}
		})
	}
}

func TestLoadOrMakeStaysInItsFolder(t *testing.T) {
	if _, err := LoadOrMake(t.TempDir(), "../own", nil); err == nil {
		t.Error("wrote outside of the folder")
	}
}

// foreignCert is a certificate that the authority issued for the key.
func foreignCert(t *testing.T, a *authority, keyPEM []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(keyPEM)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "box.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.(*ecdsa.PrivateKey).Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
