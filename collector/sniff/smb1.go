package sniff

import (
	"bytes"
	"strings"

	"picket/normalize/ocsf"
)

// Commands of SMB 1.
const (
	smb1Close     = 0x04
	smb1Trans2    = 0x32
	smb1OpenAndX  = 0x2d
	smb1ReadAndX  = 0x2e
	smb1WriteAndX = 0x2f
	smb1Negotiate = 0x72
	smb1Session   = 0x73
	smb1Tree      = 0x75
	smb1Create    = 0xa2
)

// smb1 takes a message of version 1: a header, then one command or a chain of
// them (AndX).
func (r *smbReader) smb1(_ int, b []byte) {
	if len(b) < 35 {
		return
	}
	command := b[4]
	status := le32(b[5:])
	response := b[9]&0x80 != 0
	unicode := le16(b[10:])&0x8000 != 0
	tree := uint32(le16(b[24:]))
	id := uint64(le16(b[26:]))<<32 | uint64(le16(b[28:]))<<16 | uint64(le16(b[30:]))
	at := 32
	for range 6 {
		if at+1 > len(b) {
			return
		}
		n := int(b[at]) * 2
		words := slice(b, at+1, n)
		if len(words) < n || at+3+n > len(b) {
			return
		}
		data := at + 3 + n
		size := int(le16(b[at+1+n:]))
		x := smb1Part{command: command, id: id<<8 | uint64(command), words: words, b: b, data: data, end: min(data+size, len(b)), unicode: unicode, tree: tree, status: status}
		if response {
			r.response1(&x)
		} else {
			r.request1(&x)
		}
		switch command {
		case smb1Session, smb1Tree, smb1Create, smb1OpenAndX, smb1ReadAndX, smb1WriteAndX, 0x74, 0x24:
		default:
			return
		}
		if len(words) < 4 || words[0] == 0xff {
			return
		}
		next := int(le16(words[2:]))
		if next <= at {
			return
		}
		command, at = words[0], next
	}
}

// smb1Part is one command of a message.
type smb1Part struct {
	command   byte
	id        uint64
	words     []byte
	b         []byte // the whole message
	data, end int    // where its data lie
	unicode   bool
	tree      uint32
	status    uint32
}

// text reads a string among the data; 16-bit ones are aligned.
func (x *smb1Part) text(at int) string {
	if x.unicode {
		at += at & 1
		return utf16le(slice(x.b, at, x.end-at))
	}
	v := slice(x.b, at, x.end-at)
	if i := bytes.IndexByte(v, 0); i >= 0 {
		v = v[:i]
	}
	return string(v[:min(len(v), maxSMBName)])
}

// small makes a file id of the 16 bits of version 1.
func small(b []byte) smbID { return smbID{b[0], b[1], 1} }

func (r *smbReader) request1(x *smb1Part) {
	w := x.words
	switch x.command {
	case smb1Negotiate:
		r.offered = nil
		for _, d := range bytes.Split(slice(x.b, x.data, x.end-x.data), []byte{2}) {
			if d = bytes.TrimRight(d, "\x00"); len(d) > 0 && len(d) < 64 && len(r.offered) < 32 {
				r.offered = append(r.offered, string(d))
			}
		}
	case smb1Session:
		r.call(x.id, &smbCall{command: smb1Session, user: ntlmUser(slice(x.b, x.data, x.end-x.data))})
	case smb1Tree:
		if len(w) >= 8 {
			r.call(x.id, &smbCall{command: smb1Tree, share: x.text(x.data + int(le16(w[6:])))})
		}
	case smb1Create:
		if len(w) >= 48 {
			r.call(x.id, &smbCall{command: smb1Create, share: r.trees[x.tree], name: strings.TrimLeft(x.text(x.data), `\`), disposition: le32(w[35:])})
		}
	case smb1OpenAndX:
		r.call(x.id, &smbCall{command: smb1OpenAndX, share: r.trees[x.tree], name: strings.TrimLeft(x.text(x.data), `\`), disposition: 1})
	case smb1ReadAndX:
		if len(w) >= 20 {
			off := uint64(le32(w[6:]))
			if len(w) >= 24 {
				off |= uint64(le32(w[20:])) << 32
			}
			r.call(x.id, &smbCall{command: smb1ReadAndX, file: small(w[4:]), offset: off})
		}
	case smb1WriteAndX:
		if len(w) >= 24 {
			off := uint64(le32(w[6:]))
			if len(w) >= 28 {
				off |= uint64(le32(w[24:])) << 32
			}
			if f := r.files[small(w[4:])]; f != nil {
				f.up.at(r.s, off).write(r.s, slice(x.b, int(le16(w[22:])), int(le16(w[20:]))|int(le16(w[18:]))<<16))
			}
		}
	case smb1Trans2:
		if len(w) >= 30 {
			r.path1(x, le16(w[28:]), int(le16(w[20:])), int(le16(w[18:])))
		}
	case smb1Close:
		if len(w) >= 2 {
			r.close(small(w))
		}
	}
}

// path1 tells a question about a path (TRANS2_QUERY_PATH_INFORMATION and
// TRANS2_SET_PATH_INFORMATION): many clients look before they open.
func (r *smbReader) path1(x *smb1Part, sub uint16, at, n int) {
	if sub != 5 && sub != 6 || n < 8 {
		return
	}
	p := *x
	p.end = min(at+n, len(x.b))
	if name := strings.Trim(p.text(at+6), `\`); name != "" {
		e := r.event("QUERY_PATH", 99, r.s.pkt.time, 0)
		setText(e, ocsf.Share, r.trees[x.tree])
		e.Set(ocsf.FilePath, ocsf.Text(name))
		e.Set(ocsf.FileName, ocsf.Text(baseName(name)))
		e.SetInt(ocsf.FileTypeID, 0)
		r.s.give(e)
	}
}

func (r *smbReader) response1(x *smb1Part) {
	w := x.words
	if x.command == smb1Negotiate {
		if len(w) >= 2 && int(le16(w)) < len(r.offered) {
			r.negotiated(r.offered[le16(w)])
		}
		return
	}
	c := r.pending[x.id]
	if c == nil || c.command != uint16(x.command) {
		return
	}
	delete(r.pending, x.id)
	switch x.command {
	case smb1Session:
		r.loggedIn(c, x.status)
	case smb1Tree:
		if x.status == 0 {
			r.tree(x.tree, c.share)
		}
		r.connected(c, x.status)
	case smb1Create:
		if x.status == 0 && len(w) >= 7 {
			r.open(small(w[5:]), c)
		}
		r.opened(c, x.status)
	case smb1OpenAndX:
		if x.status == 0 && len(w) >= 6 {
			r.open(small(w[4:]), c)
		}
		r.opened(c, x.status)
	case smb1ReadAndX:
		if f := r.files[c.file]; f != nil && x.status == 0 && len(w) >= 14 {
			f.down.at(r.s, c.offset).write(r.s, slice(x.b, int(le16(w[12:])), int(le16(w[10:]))))
		}
	}
}
