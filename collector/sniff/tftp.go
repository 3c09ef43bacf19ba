package sniff

import (
	"bytes"

	"picket/normalize/ocsf"
)

// TFTP (RFC 1350): who reads and writes which file. The data go between other
// ports and are flows without a name.

var tftpProtocol = protocol{"tftp", tftpSays, func(s *sensor, f *flow) reader { return &tftpReader{s: s, f: f} }}

func tftpSays(f *flow, _ int, b []byte) verdict {
	if _, mode, ok := tftpRequest(b); f.port() == 69 && ok && len(mode) > 0 {
		return yes
	}
	return no
}

// tftpRequest takes a read or write request apart.
func tftpRequest(b []byte) (name, mode []byte, ok bool) {
	if len(b) < 6 || b[0] != 0 || b[1] != 1 && b[1] != 2 {
		return nil, nil, false
	}
	name, rest, ok := bytes.Cut(b[2:], []byte{0})
	if !ok || len(name) == 0 || len(name) > 255 {
		return nil, nil, false
	}
	mode, _, _ = bytes.Cut(rest, []byte{0})
	switch string(bytes.ToLower(mode)) {
	case "octet", "netascii", "mail":
		return name, mode, true
	}
	return nil, nil, false
}

type tftpReader struct {
	s *sensor
	f *flow
}

func (t *tftpReader) read(_ int, b []byte) int {
	name, mode, ok := tftpRequest(b)
	if !ok {
		return len(b)
	}
	e := t.s.event(t.f, ocsf.FTPActivity, t.s.pkt.time)
	e.Activity = 2 // get
	e.Set(ocsf.Command, ocsf.Text("RRQ"))
	if b[1] == 2 {
		e.Activity = 1 // put
		e.Set(ocsf.Command, ocsf.Text("WRQ"))
	}
	e.Set(ocsf.FileName, ocsf.Text(string(name)))
	e.SetInt(ocsf.FileTypeID, 1)
	e.SetUnmapped("mode", ocsf.Text(string(mode)))
	t.s.give(e)
	return len(b)
}

func (t *tftpReader) gap(int, int) bool { return true }
func (t *tftpReader) end(int)           {}
