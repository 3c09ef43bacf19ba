package sniff

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"picket/normalize/ocsf"
)

// certificate is what is told of a server's certificate. Its signature is not
// checked, and keys are not looked at; so that also broken ones, which are
// interesting, can be read as far as they go.
type certificate struct {
	sha1, sha256        string
	subject, issuer     string
	serial              string
	notBefore, notAfter time.Time
	selfSigned          bool
}

// certificateOf reads the first certificate of a Certificate message (RFC 5246,
// section 7.4.2), nil when there is none.
func certificateOf(b []byte) *certificate {
	if len(b) < 6 {
		return nil
	}
	n := be24(b[3:])
	if n == 0 || 6+n > len(b) {
		return nil
	}
	der := b[6 : 6+n]
	one, two := sha1.Sum(der), sha256.Sum256(der)
	c := &certificate{sha1: hex.EncodeToString(one[:]), sha256: hex.EncodeToString(two[:])}
	c.parse(der)
	return c
}

func (c *certificate) parse(der []byte) {
	s := cryptobyte.String(der)
	var cert, tbs, serial, issuer, validity, subject cryptobyte.String
	if !s.ReadASN1(&cert, cbasn1.SEQUENCE) || !cert.ReadASN1(&tbs, cbasn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(cbasn1.Tag(0).Constructed().ContextSpecific()) ||
		!tbs.ReadASN1(&serial, cbasn1.INTEGER) || !tbs.SkipASN1(cbasn1.SEQUENCE) {
		return
	}
	c.serial = hex.EncodeToString(bytes.TrimLeft(serial[:min(len(serial), 64)], "\x00"))
	if !tbs.ReadASN1Element(&issuer, cbasn1.SEQUENCE) {
		return
	}
	c.issuer = distinguished(issuer)
	if !tbs.ReadASN1(&validity, cbasn1.SEQUENCE) {
		return
	}
	c.notBefore, c.notAfter = asn1Time(&validity), asn1Time(&validity)
	if tbs.ReadASN1Element(&subject, cbasn1.SEQUENCE) {
		c.subject = distinguished(subject)
		c.selfSigned = bytes.Equal(subject, issuer)
	}
}

// distinguished writes a name as RFC 2253 does.
func distinguished(der []byte) string {
	var seq pkix.RDNSequence
	if len(der) > 8192 {
		return ""
	}
	if _, err := asn1.Unmarshal(der, &seq); err != nil {
		return ""
	}
	s := seq.String()
	return s[:min(len(s), 1024)]
}

func asn1Time(s *cryptobyte.String) time.Time {
	var t time.Time
	var v cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&v, &tag) {
		return t
	}
	layout := "060102150405Z"
	if tag == cbasn1.GeneralizedTime {
		layout = "20060102150405Z"
	}
	t, err := time.Parse(layout, string(v[:min(len(v), 32)]))
	if err != nil {
		return time.Time{}
	}
	return t
}

// set puts the certificate into an event with TLS.
func (c *certificate) set(e *ocsf.Event) {
	setText(e, ocsf.TLSServerName, c.subject)
	setText(e, ocsf.TLSIssuer, c.issuer)
	setText(e, ocsf.TLSSerial, c.serial)
	if !c.notBefore.IsZero() {
		e.SetInt(ocsf.TLSNotBefore, c.notBefore.UnixMilli())
	}
	if !c.notAfter.IsZero() {
		e.SetInt(ocsf.TLSNotAfter, c.notAfter.UnixMilli())
	}
	if c.subject != "" {
		e.SetBool(ocsf.TLSSelfSigned, c.selfSigned)
	}
	for _, h := range [...]struct {
		id   int64
		name string
		hex  string
	}{{2, "SHA-1", c.sha1}, {3, "SHA-256", c.sha256}} {
		e.Append(ocsf.TLSFingerprints, ocsf.ObjectOf(
			ocsf.Attr(ocsf.TLSFingerAlg, ocsf.Int(h.id)),
			ocsf.Attr(ocsf.TLSFingerAlgN, ocsf.Text(h.name)),
			ocsf.Attr(ocsf.TLSFinger, ocsf.Text(h.hex)),
		))
	}
}
