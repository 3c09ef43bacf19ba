package normalize

import "picket/normalize/ocsf"

// byteWord reads how much went which way: "sent 1222 bytes", "8812 bytes received",
// "bytes out 4333".
func (t *textScanner) byteWord(w string) {
	if w != "bytes" {
		return
	}
	next, end := wordAfter(t.s, t.end)
	if n, i := wordBefore(t.s, t.at); n != "" && digits(n) == len(n) {
		way := wayOf(next)
		if way == ocsf.None {
			before, _ := wordBefore(t.s, i)
			way = wayOf(before)
		}
		t.amount(way, n)
		return
	}
	if n, _ := wordAfter(t.s, end); n != "" && digits(n) == len(n) {
		t.amount(wayOf(next), n)
	}
}

func (t *textScanner) amount(f ocsf.Field, n string) {
	if f != ocsf.None && len(n) < 18 {
		t.l.putText(f, n, t.weight)
	}
}

// wayOf is the field for the way that a word tells, as the source saw it.
func wayOf(w string) ocsf.Field {
	switch w {
	case "sent", "out", "transmitted", "uploaded", "Sent", "tx":
		return ocsf.BytesOut
	case "received", "in", "downloaded", "rcvd", "Received", "rx":
		return ocsf.BytesIn
	}
	return ocsf.None
}
