package sniff

import (
	"bytes"
	"strings"

	"picket/normalize/ocsf"
)

// Commands of SMB 2.
const (
	smb2Negotiate = 0
	smb2Session   = 1
	smb2Tree      = 3
	smb2Create    = 5
	smb2Close     = 6
	smb2Read      = 8
	smb2Write     = 9
)

const statusPending = 0x103

// smb2 takes a message: one or several compounded commands.
func (r *smbReader) smb2(dir int, b []byte) {
	for range 32 {
		if len(b) < 64 {
			return
		}
		next := int(le32(b[20:]))
		one := b
		if next >= 64 && next < len(b) {
			one = b[:next]
		}
		if le32(b[16:])&1 != 0 {
			r.response2(one)
		} else {
			r.request2(one)
		}
		if next < 64 || next >= len(b) {
			return
		}
		b = b[next:]
	}
}

func (r *smbReader) request2(b []byte) {
	command, id, tree := le16(b[12:]), le64(b[24:]), le32(b[36:])
	body := b[64:]
	related := le32(b[16:])&4 != 0
	switch command {
	case smb2Session:
		if len(body) >= 16 {
			r.call(id, &smbCall{command: command, user: ntlmUser(slice(b, int(le16(body[12:])), int(le16(body[14:]))))})
		}
	case smb2Tree:
		if len(body) >= 8 {
			r.call(id, &smbCall{command: command, share: utf16le(slice(b, int(le16(body[4:])), int(le16(body[6:]))))})
		}
	case smb2Create:
		if len(body) >= 48 {
			name := utf16le(slice(b, int(le16(body[44:])), int(le16(body[46:]))))
			r.call(id, &smbCall{command: command, share: r.trees[tree], name: strings.TrimLeft(name, `\`), disposition: le32(body[36:])})
			r.last = smbID{}
		}
	case smb2Read:
		if len(body) >= 32 {
			r.call(id, &smbCall{command: command, file: r.fileID(body[16:32], related), offset: le64(body[8:])})
		}
	case smb2Write:
		if len(body) >= 48 {
			if x := r.files[r.fileID(body[16:32], related)]; x != nil {
				x.up.at(r.s, le64(body[8:])).write(r.s, slice(b, int(le16(body[2:])), int(le32(body[4:]))))
			}
		}
	case smb2Close:
		if len(body) >= 24 {
			r.call(id, &smbCall{command: command, file: r.fileID(body[8:24], related)})
		}
	}
}

// fileID reads a file's id; all ones mean the file of the command before in a
// compound.
func (r *smbReader) fileID(b []byte, related bool) smbID {
	id := smbID(b)
	if related && le64(b) == 1<<64-1 {
		return r.last
	}
	return id
}

func (r *smbReader) response2(b []byte) {
	status, command, id := le32(b[8:]), le16(b[12:]), le64(b[24:])
	body := b[64:]
	if status == statusPending {
		return
	}
	if command == smb2Negotiate && len(body) >= 6 && status == 0 {
		r.negotiated(smb2Dialects[le16(body[4:])])
		return
	}
	c := r.pending[id]
	if c == nil || c.command != command {
		return
	}
	delete(r.pending, id)
	switch command {
	case smb2Session:
		r.loggedIn(c, status)
	case smb2Tree:
		if status == 0 {
			r.tree(le32(b[36:]), c.share)
		}
		r.connected(c, status)
	case smb2Create:
		if status == 0 && len(body) >= 80 {
			r.last = smbID(body[64:80])
			r.open(r.last, c)
		}
		r.opened(c, status)
	case smb2Read:
		if x := r.files[c.file]; x != nil && status == 0 && len(body) >= 16 {
			x.down.at(r.s, c.offset).write(r.s, slice(b, int(body[2]), int(le32(body[4:]))))
		}
	case smb2Close:
		r.close(c.file)
	}
}

// data2 prepares to follow the data of a large read or write.
func (r *smbReader) data2(dir int, b []byte, size int) int {
	response := le32(b[16:])&1 != 0
	command, body := le16(b[12:]), b[64:]
	var x *smbFile
	var off, n int
	switch {
	case command == smb2Write && !response:
		if x = r.files[r.fileID(body[16:32], false)]; x != nil {
			r.data[dir] = x.up.at(r.s, le64(body[8:]))
		}
		off, n = int(le16(body[2:])), int(le32(body[4:]))
	case command == smb2Read && response && le32(b[8:]) == 0:
		c := r.pending[le64(b[24:])]
		if c == nil {
			return 0
		}
		delete(r.pending, le64(b[24:]))
		if x = r.files[c.file]; x != nil {
			r.data[dir] = x.down.at(r.s, c.offset)
		}
		off, n = int(body[2]), int(le32(body[4:]))
	default:
		return 0
	}
	if off < 64 || off > 256 || off+n != size {
		return 0
	}
	if x == nil {
		r.data[dir] = nobody()
	}
	return off
}

// negotiated tells the dialect that was agreed on.
func (r *smbReader) negotiated(dialect string) {
	if dialect == "" || dialect == r.dialect {
		return
	}
	r.dialect = dialect
	r.s.give(r.event("NEGOTIATE", ocsf.Other, r.s.pkt.time, 0))
}

var smb2Dialects = map[uint16]string{0x0202: "2.02", 0x0210: "2.10", 0x0222: "2.22", 0x0224: "2.24", 0x02ff: "2.??",
	0x0300: "3.00", 0x0302: "3.02", 0x0310: "3.10", 0x0311: "3.11"}

// ntlmUser finds an NTLMSSP AUTHENTICATE message (MS-NLMP, section 2.2.1.3).
func ntlmUser(b []byte) smbUser {
	i := bytes.Index(b, []byte("NTLMSSP\x00\x03\x00\x00\x00"))
	if i < 0 || len(b)-i < 64 {
		return smbUser{}
	}
	m := b[i:]
	unicode := le32(m[60:])&1 != 0
	text := func(at int) string {
		v := slice(m, int(le32(m[at+4:])&0xffffff), int(le16(m[at:])))
		if unicode {
			return utf16le(v)
		}
		return string(v[:min(len(v), 255)])
	}
	return smbUser{domain: text(28), name: text(36), host: text(44)}
}

// nobody swallows data of no known file.
func nobody() *body { return &body{giveUp: true} }
