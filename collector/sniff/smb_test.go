package sniff

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

// TestSMBLargeFile hashes what is written and read in messages that are far
// larger than what is kept.
func TestSMBLargeFile(t *testing.T) {
	const chunk = 400 << 10
	content := strings.Repeat("0123456789abcdef", 2*chunk/16)
	sum := sha256.Sum256([]byte(content))
	id := "0123456789abcdef"
	write := func(off int, data string) string {
		b := make([]byte, 48)
		b[2] = 64 + 48
		binary.LittleEndian.PutUint32(b[4:], uint32(len(data)))
		binary.LittleEndian.PutUint64(b[8:], uint64(off))
		copy(b[16:], id)
		return smb2(9, 0, 5, 20+uint64(off), append(b, data...))
	}
	readReq := func(off, n int) string {
		b := make([]byte, 48)
		binary.LittleEndian.PutUint32(b[4:], uint32(n))
		binary.LittleEndian.PutUint64(b[8:], uint64(off))
		copy(b[16:], id)
		return smb2(8, 0, 5, 90+uint64(off), b)
	}
	readRes := func(off int, data string) string {
		b := make([]byte, 16)
		b[2] = 64 + 16
		binary.LittleEndian.PutUint32(b[4:], uint32(len(data)))
		return smb2(8, 1, 5, 90+uint64(off), append(b, data...))
	}
	w := newWire(t)
	w.talk(client, netipPort(server, 445),
		"C"+smb2(3, 0, 0, 3, smbNamed(8, 4, `\\server\docs`)), "S"+smb2(3, 1, 5, 3, make([]byte, 16)),
		"C"+smb2(5, 0, 5, 4, smbNamed(56, 44, `big.iso`)), "S"+smb2(5, 1, 5, 4, append(make([]byte, 64), id...)),
		"C"+write(0, content[:chunk]), "C"+write(chunk, content[chunk:]),
		"C"+readReq(0, chunk), "S"+readRes(0, content[:chunk]), "C"+readReq(chunk, chunk), "S"+readRes(chunk, content[chunk:]),
		"C"+smb2(6, 0, 5, 6, append(make([]byte, 8), id...)), "S"+smb2(6, 1, 5, 6, make([]byte, 60)))
	es, st := w.events(Options{})
	files := of(es, ocsf.NetworkFile)
	if len(files) != 2 || st.Overflows != 0 {
		t.Fatalf("got %d files, %+v", len(files), st)
	}
	for i, e := range files {
		want(t, e, map[ocsf.Field]string{ocsf.FileHash: hex.EncodeToString(sum[:]), ocsf.FileSize: itoa(len(content)), ocsf.FileName: "big.iso"})
		if int(e.Activity) != i+1 {
			t.Errorf("activity %d, want %d", e.Activity, i+1)
		}
	}
}
