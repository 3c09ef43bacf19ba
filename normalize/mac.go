package normalize

import "picket/normalize/ocsf"

// applyMAC reads a hardware address, the last of several, or the header of a frame
// as Linux writes it: destination, source and type in fourteen groups.
func (l *Line) applyMAC(m meaning, v string) bool {
	if len(v) == 41 && v[2] == ':' && macAddress(v[:17]) && macAddress(v[18:35]) {
		l.putText(ocsf.DstMAC, v[:17], m.weight)
		return l.putText(ocsf.SrcMAC, v[18:35], m.weight)
	}
	if len(v) > 17 && macAddress(v[len(v)-17:]) {
		v = v[len(v)-17:]
	}
	return l.putText(ends[m.side].mac, clean(v), m.weight)
}
