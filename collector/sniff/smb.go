package sniff

import (
	"bytes"
	"maps"
	"slices"
	"unicode/utf16"

	"picket/normalize/ocsf"
)

// SMB over TCP and NetBIOS sessions: version 1 (MS-CIFS, see smb1.go) and 2 and
// 3 (MS-SMB2, see smb2.go) as long as they are not encrypted. An event for each
// share that is connected, each file or pipe that is opened, and each login;
// files that are read or written from end to end are hashed.

var smbProtocol = protocol{"smb", smbSays, func(s *sensor, f *flow) reader { return newSMB(s, f) }}

func smbSays(f *flow, _ int, b []byte) verdict {
	if b[0] == 0x81 && f.hasPort(139) {
		if len(b) < 8 {
			return more
		}
		if be16(b[2:]) >= 66 && b[4] == 0x20 {
			return yes
		}
		return no
	}
	if b[0] != 0 && !(f.hasPort(139) && b[0] >= 0x82 && b[0] <= 0x85) {
		return no
	}
	if len(b) < 8 {
		if f.hasPort(445) || f.hasPort(139) {
			return more
		}
		return no
	}
	if b[0] == 0x82 && f.hasPort(139) {
		return yes
	}
	if b[4] >= 0xfc && string(b[5:8]) == "SMB" {
		return yes
	}
	return no
}

const (
	maxSMBMessage = 64 << 10 // bytes of a message that are waited for
	maxSMBPending = 512
	maxSMBTrees   = 256
	maxSMBFiles   = 256
	maxSMBName    = 1024 // UTF-16 units
)

type smbReader struct {
	s       *sensor
	f       *flow
	dialect string
	offered []string            // SMB 1 dialects that the client offered
	trees   map[uint32]string   // tree id -> share
	files   map[smbID]*smbFile  // open
	pending map[uint64]*smbCall // message id -> request
	user    smbUser
	last    smbID // of a compound
	// What is streamed at the moment: the data of a read or write.
	data [2]*body
	left [2]int64
}

// smbID is a file id of version 2, or one of version 1 in its first bytes.
type smbID [16]byte

type smbFile struct {
	share, name string
	up, down    body
}

// smbCall is a request that waits for its response.
type smbCall struct {
	command     uint16
	share, name string
	disposition uint32
	file        smbID
	offset      uint64
	time        int64
	user        smbUser
}

func newSMB(s *sensor, f *flow) *smbReader {
	return &smbReader{s: s, f: f, trees: map[uint32]string{}, files: map[smbID]*smbFile{}, pending: map[uint64]*smbCall{}}
}

func (r *smbReader) read(dir int, b []byte) int {
	done := 0
	for {
		rest := b[done:]
		if r.left[dir] > 0 {
			n := int(min(r.left[dir], int64(len(rest))))
			r.data[dir].write(r.s, rest[:n])
			r.left[dir] -= int64(n)
			done += n
			if n == len(rest) {
				return done
			}
			continue
		}
		if len(rest) < 4 {
			return done
		}
		if rest[0] != 0 && (rest[0] < 0x81 || rest[0] > 0x85) {
			return -1
		}
		n := 4 + be24(rest[1:])
		if n <= len(rest) {
			if !r.message(dir, rest[4:n]) {
				return -1
			}
			done += n
			continue
		}
		if n <= maxSMBMessage {
			return done
		}
		// A large message: the data of a read or write are followed, of any other
		// its beginning must do.
		if len(rest) < 4+256 {
			return done
		}
		head := r.stream(dir, rest[4:], n-4)
		if head > 0 {
			r.left[dir] = int64(n - 4 - head)
			done += 4 + head
			continue
		}
		if len(rest) < maxSMBMessage {
			return done
		}
		if !r.message(dir, rest[4:]) {
			return -1
		}
		return done + n // past what is there: the rest is of no interest
	}
}

// message takes one message without its frame; false when nothing of this
// connection can be read any more.
func (r *smbReader) message(dir int, b []byte) bool {
	if len(b) < 4 || string(b[1:4]) != "SMB" {
		return len(b) == 0 || b[0] != 0xfc // a session request, a keep-alive
	}
	switch b[0] {
	case 0xff:
		r.smb1(dir, b)
	case 0xfe:
		r.smb2(dir, b)
	case 0xfd:
		return false // encrypted
	}
	return true
}

// stream looks whether a large message carries file data; it returns how many
// bytes come before them, 0 when it does not.
func (r *smbReader) stream(dir int, b []byte, size int) int {
	if b[0] != 0xfe || size < 64+48 || le32(b[20:]) != 0 {
		return 0
	}
	return r.data2(dir, b, size)
}

func (r *smbReader) call(id uint64, c *smbCall) {
	if len(r.pending) >= maxSMBPending {
		clear(r.pending)
	}
	c.time = r.s.pkt.time
	r.pending[id] = c
}

func (r *smbReader) tree(id uint32, share string) {
	if len(r.trees) < maxSMBTrees {
		r.trees[id] = share
	}
}

// open keeps a file that was opened, unless it is a pipe.
func (r *smbReader) open(id smbID, c *smbCall) {
	if len(r.files) >= maxSMBFiles || isPipe(c.share) {
		return
	}
	x := &smbFile{share: c.share, name: c.name}
	x.up.name, x.down.name = baseName(c.name), baseName(c.name)
	r.files[id] = x
}

func (r *smbReader) close(id smbID) {
	if x := r.files[id]; x != nil {
		delete(r.files, id)
		r.s.file(r.f, &x.up, 1)
		r.s.file(r.f, &x.down, 2)
	}
}

// at makes ready to take data of a file from an offset on: a file that is not
// read or written from its beginning to its end in order has no hash.
func (x *body) at(s *sensor, offset uint64) *body {
	if offset != uint64(x.size) {
		if offset == 0 { // from the beginning once more
			x.lose(s)
			*x = body{name: x.name}
		} else {
			x.lose(s)
		}
	}
	return x
}

// isPipe tells the share that holds named pipes.
func isPipe(share string) bool {
	n := len(share)
	return n >= 4 && (share[n-4]|0x20) == 'i' && (share[n-3]|0x20) == 'p' && (share[n-2]|0x20) == 'c' && share[n-1] == '$'
}

// event begins an event of this connection.
func (r *smbReader) event(command string, activity uint8, at int64, status uint32) *ocsf.Event {
	e := r.s.event(r.f, ocsf.SMBActivity, at)
	e.Activity = activity
	if activity == ocsf.Other {
		e.Set(ocsf.ActivityName, ocsf.Text(command))
	}
	e.Set(ocsf.Command, ocsf.Text(command))
	setText(e, ocsf.Dialect, r.dialect)
	e.SetInt(ocsf.StatusID, ocsf.Success)
	if status>>30 == 3 {
		e.SetInt(ocsf.StatusID, ocsf.Failure)
		e.Set(ocsf.StatusCode, ocsf.Text(hexStatus(status)))
		setText(e, ocsf.StatusDetail, smbStatus[status])
	}
	setText(e, ocsf.UserName, r.user.name)
	setText(e, ocsf.UserDomain, r.user.domain)
	return e
}

// opened tells a file that was opened or not.
func (r *smbReader) opened(c *smbCall, status uint32) {
	if c.name == "" {
		return // the share's own root
	}
	activity := uint8(ocsf.Other)
	if c.disposition < 6 {
		activity = uint8(c.disposition) + 1
	}
	e := r.event("CREATE", activity, c.time, status)
	setText(e, ocsf.Share, c.share)
	e.Set(ocsf.FilePath, ocsf.Text(c.name))
	e.Set(ocsf.FileName, ocsf.Text(baseName(c.name)))
	kind := int64(1)
	if isPipe(c.share) {
		kind = 6
	}
	e.SetInt(ocsf.FileTypeID, kind)
	r.s.give(e)
}

// connected tells a share that was connected or not.
func (r *smbReader) connected(c *smbCall, status uint32) {
	e := r.event("TREE_CONNECT", ocsf.Other, c.time, status)
	setText(e, ocsf.Share, c.share)
	r.s.give(e)
}

// smbUser is who logged in by NTLM.
type smbUser struct{ name, domain, host string }

// loggedIn tells a login by NTLM.
func (r *smbReader) loggedIn(c *smbCall, status uint32) {
	if c.user.name == "" || status == 0xc0000016 {
		return
	}
	e := r.s.event(r.f, ocsf.Authentication, c.time)
	e.Activity = ocsf.Logon
	e.Set(ocsf.UserName, ocsf.Text(c.user.name))
	setText(e, ocsf.UserDomain, c.user.domain)
	setText(e, ocsf.SrcName, c.user.host)
	e.Set(ocsf.ServiceName, ocsf.Text("smb"))
	e.Set(ocsf.AuthProtocol, ocsf.Text("NTLM"))
	e.SetInt(ocsf.AuthProtocolID, 1)
	e.SetInt(ocsf.LogonTypeID, 3) // Network
	e.SetInt(ocsf.StatusID, ocsf.Success)
	if status>>30 == 3 {
		e.SetInt(ocsf.StatusID, ocsf.Failure)
		e.Set(ocsf.StatusCode, ocsf.Text(hexStatus(status)))
		setText(e, ocsf.StatusDetail, smbStatus[status])
	} else {
		r.user = c.user
	}
	r.s.give(e)
}

func (r *smbReader) gap(dir, n int) bool {
	if r.left[dir] >= int64(n) { // within the data of a file
		r.data[dir].lose(r.s)
		r.left[dir] -= int64(n)
		return true
	}
	return false
}

func (r *smbReader) end(int) {
	if r.f.side[out].stream.ended && r.f.side[in].stream.ended {
		for _, id := range slices.Sorted(maps.Keys(r.pending)) {
			switch c := r.pending[id]; {
			case c.command == smb2Create || c.command == smb1Create:
				r.opened(c, 0)
			case c.command == smb2Tree || c.command == smb1Tree:
				r.connected(c, 0)
			}
		}
		clear(r.pending)
		for _, id := range slices.SortedFunc(maps.Keys(r.files), func(a, b smbID) int { return bytes.Compare(a[:], b[:]) }) {
			r.close(id)
		}
	}
}

// utf16le decodes text of 16-bit units, as far as the bound.
func utf16le(b []byte) string {
	n := min(len(b)/2, maxSMBName)
	u := make([]uint16, n)
	for i := range u {
		u[i] = le16(b[2*i:])
	}
	for i, c := range u {
		if c == 0 {
			u = u[:i]
			break
		}
	}
	return string(utf16.Decode(u))
}

// slice returns n bytes of b from offset off, fewer when there are fewer.
func slice(b []byte, off, n int) []byte {
	if off < 0 || n < 0 || off > len(b) {
		return nil
	}
	return b[off:min(off+n, len(b))]
}

// smbStatus names the codes that matter.
var smbStatus = map[uint32]string{
	0xc0000022: "access denied", 0xc000006d: "logon failure", 0xc000006e: "account restriction", 0xc0000064: "no such user",
	0xc000006a: "wrong password", 0xc0000072: "account disabled", 0xc0000234: "account locked out", 0xc0000034: "name not found",
	0xc000003a: "path not found", 0xc00000cc: "bad network name", 0xc0000035: "name collision", 0xc0000043: "sharing violation",
	0xc0000071: "password expired", 0xc000015b: "logon type not granted", 0xc0000133: "clocks differ too much",
}

func hexStatus(v uint32) string {
	const digits = "0123456789abcdef"
	b := []byte("0x00000000")
	for i := range 8 {
		b[9-i] = digits[v>>(4*i)&15]
	}
	return string(b)
}
