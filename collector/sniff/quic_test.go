package sniff

import (
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"picket/normalize/ocsf"
)

// TestQUICKeys holds against RFC 9001, appendix A.1, and RFC 9369, appendix A.1.
func TestQUICKeys(t *testing.T) {
	dcid, _ := hex.DecodeString("8394c8f03e515708")
	q := &quicReader{}
	q.derive(1, dcid)
	if got, want := hex.EncodeToString(q.keys[out].iv), "fa044b2f42a3fd3b46fb255c"; got != want {
		t.Errorf("client's iv: got %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(q.keys[in].iv), "0ac1493ca1905853b0bba03e"; got != want {
		t.Errorf("server's iv: got %s, want %s", got, want)
	}
}

// seal makes an Initial packet, the reverse of open.
func (k *quicKeys) seal(version uint32, dcid []byte, number byte, frames []byte) []byte {
	first := byte(0xc0)
	if version == 0x6b3343cf {
		first = 0xd0
	}
	b := binary.BigEndian.AppendUint32([]byte{first}, version)
	b = append(append(b, byte(len(dcid))), dcid...)
	b = append(b, 0, 0) // no source id, no token
	b = binary.BigEndian.AppendUint16(b, 0x4000|uint16(1+len(frames)+16))
	at := len(b)
	b = append(b, number)
	nonce := append([]byte(nil), k.iv...)
	nonce[11] ^= number
	b = k.aead.Seal(b, nonce, frames, b)
	var mask [16]byte
	k.header.Encrypt(mask[:], b[at+4:at+20])
	b[0] ^= mask[0] & 0x0f
	b[at] ^= mask[1]
	return b
}

func crypto(off int, b []byte) []byte {
	f := binary.BigEndian.AppendUint16([]byte{6}, 0x4000|uint16(off))
	return append(binary.BigEndian.AppendUint16(f, 0x4000|uint16(len(b))), b...)
}

// TestQUIC reads a hello that comes in two packets, the second part first.
func TestQUIC(t *testing.T) {
	said, _ := handshake(t, tls.VersionTLS13)
	hello := []byte(said[0][1+5:])
	for _, version := range []uint32{1, 0x6b3343cf, 0xff00001d} {
		dcid := []byte("12345678")
		var q quicReader
		q.derive(version, dcid)
		w := newWire(t)
		pad := make([]byte, 600)
		w.udp(client, netipPort(server, 443), q.keys[out].seal(version, dcid, 0, append(crypto(200, hello[200:]), pad...)))
		w.udp(client, netipPort(server, 443), q.keys[out].seal(version, dcid, 1, append([]byte{1}, crypto(0, hello[:200])...)))
		es, _ := w.events(Options{})
		e := one(t, es, ocsf.NetworkActivity)
		want(t, e, map[ocsf.Field]string{ocsf.AppName: "quic", ocsf.TLSSNI: "www.example.com", ocsf.TLSVersion: "1.3"})
		if got := e.Text(ocsf.JA4); len(got) < 10 || got[:4] != "q13d" {
			t.Errorf("ja4: got %q", got)
		}
	}
}
