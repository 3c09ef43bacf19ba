package sniff

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// wifi reads an unencrypted 802.11 data frame. Its headers are many and rare
// here, so that gopacket takes them apart; decoding does not go on from there by
// itself (see the traps of gopacket: never by port, never into everything).
func (d *decoder) wifi(b []byte, p *packet) bool {
	if len(b) < 24 {
		return false
	}
	var f layers.Dot11
	// The last four bytes are taken for a checksum, which a capture may lack: a
	// few zeros more do no harm, for IP knows its own length.
	if err := f.DecodeFromBytes(append(b[:len(b):len(b)], 0, 0, 0, 0), gopacket.NilDecodeFeedback); err != nil {
		return false
	}
	if f.Type.MainType() != layers.Dot11TypeData || f.Flags.WEP() {
		return false
	}
	src, dst := f.Address2, f.Address1
	switch {
	case f.Flags.ToDS() && f.Flags.FromDS():
		src, dst = f.Address4, f.Address3
	case f.Flags.ToDS():
		dst = f.Address3
	case f.Flags.FromDS():
		src = f.Address3
	}
	copy(p.srcMAC[:], src)
	copy(p.dstMAC[:], dst)
	body := f.Payload
	if f.Type.QOS() { // an aggregate of several frames (A-MSDU): its first
		at := 24
		if f.Flags.ToDS() && f.Flags.FromDS() {
			at = 30
		}
		if at < len(b) && b[at]&0x80 != 0 && len(body) > 14 {
			copy(p.dstMAC[:], body)
			copy(p.srcMAC[:], body[6:])
			body = body[14:]
		}
	}
	return d.llc(body, p)
}
