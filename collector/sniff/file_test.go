package sniff

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"picket/normalize/ocsf"
)

// sample is one closed connection.
func sample(t testing.TB) []captured {
	w := newWire(t)
	w.talk(client, server, "Cover the wire", "Sand back")
	return w.recs
}

// TestReadFile reads every kind of file and finds the same in each.
func TestReadFile(t *testing.T) {
	recs := sample(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(pcapOf(recs, binary.LittleEndian, 0xa1b2c3d4))
	_ = z.Close()
	for name, b := range map[string][]byte{
		"microseconds":        pcapOf(recs, binary.LittleEndian, 0xa1b2c3d4),
		"big-endian":          pcapOf(recs, binary.BigEndian, 0xa1b2c3d4),
		"nanoseconds":         pcapOf(recs, binary.LittleEndian, 0xa1b23c4d),
		"nanoseconds, big":    pcapOf(recs, binary.BigEndian, 0xa1b23c4d),
		"gzip":                zipped.Bytes(),
		"pcapng":              pcapngOf(recs, 6, 0),
		"pcapng, nanoseconds": pcapngOf(recs, 9, 0),
		"pcapng, offset":      pcapngOf(recs, 6, 1000),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.pcap")
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			var es []*ocsf.Event
			st, err := ReadFile(context.Background(), path, Options{}, func(e *ocsf.Event) { es = append(es, e) })
			if err != nil || st.BadRecord != 0 || st.Packets != uint64(len(recs)) {
				t.Fatalf("%+v, %v", st, err)
			}
			e := one(t, es, ocsf.NetworkActivity)
			if e.Activity != ocsf.NetClose || e.Num(ocsf.StartTime) != recs[0].time/1e6 {
				t.Errorf("activity %d, begun %d, want %d", e.Activity, e.Num(ocsf.StartTime), recs[0].time/1e6)
			}
		})
	}
}

// TestDamagedFiles end early; what came before counts.
func TestDamagedFiles(t *testing.T) {
	recs := sample(t)
	good, ng := pcapOf(recs, binary.LittleEndian, 0xa1b2c3d4), pcapngOf(recs, 6, 0)
	huge := bytes.Clone(good)
	binary.LittleEndian.PutUint32(huge[24+16+len(recs[0].data)+8:], 1<<31) // the second record's length
	hugeBlock := bytes.Clone(ng)
	binary.LittleEndian.PutUint32(hugeBlock[len(hugeBlock)-len(recs[len(recs)-1].data)-34:], 0xfffffff0)
	for name, b := range map[string][]byte{
		"cut in a header":         good[:24+16+len(recs[0].data)+7],
		"length out of all sense": huge,
		"pcapng cut":              ng[:len(ng)-20],
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			st, err := Read(context.Background(), bytes.NewReader(b), Options{}, func(*ocsf.Event) { n++ })
			if err != nil || st.BadRecord != 1 || n != 1 {
				t.Errorf("got %d events, %+v, %v", n, st, err)
			}
		})
	}
	for _, r := range []byte{0xff, 0xc0, 0x7f, 19, 0} { // no division by zero, no overflow
		n := 0
		if _, err := Read(context.Background(), bytes.NewReader(pcapngOf(recs, r, -5)), Options{}, func(*ocsf.Event) { n++ }); err != nil || n == 0 {
			t.Errorf("resolution %#x: %d events, %v", r, n, err)
		}
	}
	if _, err := Read(context.Background(), bytes.NewReader([]byte("GET / HTTP/1.1")), Options{}, nil); err == nil {
		t.Error("no error for what is no capture")
	}
	if _, err := Read(context.Background(), bytes.NewReader(nil), Options{}, nil); err == nil {
		t.Error("no error for an empty file")
	}
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	cancel(why)
	_, err := Read(ctx, bytes.NewReader(pcapOf(sample(t), binary.LittleEndian, 0xa1b2c3d4)), Options{}, func(*ocsf.Event) {})
	if !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}
