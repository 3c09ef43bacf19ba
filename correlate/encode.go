package correlate

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// What a snapshot holds by the ten thousands is written by hand: an encoder
// that reflects would hold up the stream.

func (k key) append(b []byte) []byte {
	b = append(b, byte(k.Kind))
	switch {
	case k.Kind == noKey:
	case k.Addr.IsValid():
		a := k.Addr.AsSlice()
		b = append(append(b, byte(len(a))), a...)
	default:
		b = append(b, 0)
		b = binary.AppendUvarint(b, uint64(len(k.Name)))
		b = append(b, k.Name...)
	}
	return b
}

// decoder takes values off the front of a slice; after a mistake it gives
// zeros and remembers.
type decoder struct {
	b   []byte
	bad bool
}

var errSnapshot = errors.New("a value is cut short")

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint() uint64 {
	n, w := binary.Uvarint(d.b)
	if w <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[w:]
	return n
}

func (d *decoder) int() int64 { // zigzag
	n := d.uint()
	return int64(n>>1) ^ -int64(n&1)
}

func (d *decoder) text() string { return string(d.take(d.uint())) }

func (d *decoder) key() key {
	k := key{Kind: keyKind(d.byte())}
	if k.Kind == noKey {
		return key{}
	}
	if int(k.Kind) >= len(entityTypes) {
		d.bad = true
		return key{}
	}
	if n := d.byte(); n != 0 {
		k.Addr, _ = netip.AddrFromSlice(d.take(uint64(n)))
	} else {
		k.Name = d.text()
	}
	return k
}

func (d *decoder) err() error {
	if d.bad {
		return errSnapshot
	}
	return nil
}

func appendInt(b []byte, n int64) []byte { return binary.AppendUvarint(b, uint64(n<<1)^uint64(n>>63)) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// MarshalBinary writes the key.
func (k key) MarshalBinary() ([]byte, error) { return k.append(nil), nil }

// UnmarshalBinary reads the key.
func (k *key) UnmarshalBinary(b []byte) error {
	d := decoder{b: b}
	*k = d.key()
	return d.err()
}

// MarshalBinary writes all facts, one after the other.
func (m facts) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 64*len(m.Ring)+16)
	b = binary.AppendUvarint(b, uint64(len(m.Ring)))
	b = binary.AppendUvarint(b, uint64(m.At))
	b = binary.AppendUvarint(b, m.Gone)
	for i := range m.Ring {
		x := &m.Ring[i]
		b = binary.AppendUvarint(b, x.Seq)
		b = appendInt(b, x.Time)
		for _, k := range [...]key{x.Sides.Src, x.Sides.Dst, x.Sides.Actor, x.Sides.User, x.Sides.Domain, x.Sides.Hash} {
			b = k.append(b)
		}
		b = binary.AppendUvarint(b, uint64(x.Port))
		b = appendText(b, x.Service)
		b = appendText(b, x.Device)
		denied := byte(0)
		if x.Denied {
			denied = 1
		}
		b = append(b, denied)
		b = appendInt(b, x.Bytes)
		b = binary.AppendUvarint(b, uint64(len(x.Covered)))
		for _, uid := range x.Covered {
			b = appendText(b, uid)
		}
	}
	return b, nil
}

// UnmarshalBinary reads them.
func (m *facts) UnmarshalBinary(b []byte) error {
	d := decoder{b: b}
	n, at := d.uint(), d.uint()
	*m = facts{Gone: d.uint(), At: int(at)}
	if n > maxFacts || at > n {
		return errSnapshot
	}
	m.Ring = make([]fact, n)
	m.Index = make(map[uint64]int32, n)
	for i := range m.Ring {
		x := &m.Ring[i]
		x.Seq, x.Time = d.uint(), d.int()
		for _, k := range [...]*key{&x.Sides.Src, &x.Sides.Dst, &x.Sides.Actor, &x.Sides.User, &x.Sides.Domain, &x.Sides.Hash} {
			*k = d.key()
		}
		x.Port = uint16(d.uint())
		x.Service, x.Device = d.text(), d.text()
		x.Denied = d.byte() != 0
		x.Bytes = d.int()
		for n := d.uint(); n > 0 && !d.bad; n-- {
			x.Covered = append(x.Covered, d.text())
		}
		m.Index[x.Seq] = int32(i)
	}
	return d.err()
}
