package sniff

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Classic capture files (draft-ietf-opsawg-pcap). gopacket's pcapgo reads them
// too, but refuses a whole file for one record that is longer than its snap
// length or than its packet, and captures from the field have such records.

// openPcap reads the file's header. Both byte orders, micro- and nanoseconds,
// and the longer record headers of an old patch (Kuznetzov's) are known.
func openPcap(r *bufio.Reader) (func(*captured) error, error) {
	var h [24]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return nil, fmt.Errorf("no capture: %w", err)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if h[0] == 0xa1 {
		order = binary.BigEndian
	}
	unit, header := int64(1000), 16
	switch order.Uint32(h[:]) {
	case 0xa1b23c4d:
		unit = 1
	case 0xa1b2cd34:
		header = 24
	}
	link := order.Uint32(h[20:]) & 0x0fffffff
	var buf []byte
	var rec [24]byte
	return func(c *captured) error {
		if _, err := io.ReadFull(r, rec[:header]); err != nil {
			return err
		}
		n, wire := order.Uint32(rec[8:]), order.Uint32(rec[12:])
		if n > maxRecord {
			return errDamaged
		}
		if cap(buf) < int(n) {
			buf = make([]byte, max(int(n), 4096))
		}
		buf = buf[:n]
		c.time = int64(order.Uint32(rec[:]))*1e9 + int64(order.Uint32(rec[4:]))*unit
		c.link, c.wire = link, int(min(wire, 1<<30))
		got, err := io.ReadFull(r, buf)
		c.data = buf[:got]
		if err != nil && got == 0 && n > 0 {
			return errDamaged
		}
		return nil // the last record may be cut short
	}, nil
}
