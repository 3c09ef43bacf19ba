package sniff

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"strings"

	"picket/normalize/ocsf"
)

// SSH (RFC 4253): what both sides call themselves, and the fingerprints of the
// algorithms that they offer (HASSH, https://github.com/salesforce/hassh). One
// event a connection.

var sshProtocol = protocol{"ssh", sshSays, func(s *sensor, f *flow) reader { return &sshReader{s: s, f: f} }}

// sshSays knows a banner; a server may say other lines before it.
func sshSays(f *flow, dir int, b []byte) verdict {
	if v := prefix("SSH-")(f, dir, b); v != no || dir == out {
		return v
	}
	if bytes.Contains(b, []byte("\nSSH-")) {
		return yes
	}
	if f.port() == 22 && len(b) < 2048 && b[0] >= ' ' && b[0] < 0x7f {
		return more
	}
	return no
}

type sshReader struct {
	s      *sensor
	f      *flow
	banner [2]string
	hassh  [2]string
	done   [2]bool
	passed [2]int
	told   bool
}

const (
	maxBannerLines = 16 << 10 // bytes before the banner
	maxKexInit     = 35000    // bytes, the largest packet of RFC 4253
)

func (r *sshReader) read(dir int, b []byte) int {
	done := 0
	for r.banner[dir] == "" {
		i := bytes.IndexByte(b[done:], '\n')
		if i < 0 {
			if len(b)-done > 1024 {
				return -1
			}
			return done
		}
		line := bytes.TrimRight(b[done:done+i], "\r")
		done += i + 1
		if bytes.HasPrefix(line, []byte("SSH-")) {
			r.banner[dir] = string(line[:min(len(line), 255)])
		} else if r.passed[dir] += i; r.passed[dir] > maxBannerLines {
			return -1
		}
	}
	for !r.done[dir] && len(b)-done >= 6 {
		p := b[done:]
		n := 4 + int(be32(p))
		if be32(p) > maxKexInit || be32(p) < 2 || strings.HasPrefix(r.banner[dir], "SSH-1.") && !strings.HasPrefix(r.banner[dir], "SSH-1.99") {
			r.done[dir] = true
			break
		}
		if len(p) < n {
			return done
		}
		if p[5] == 20 {
			r.kexInit(dir, p[6:n-min(int(p[4]), n-6)])
			r.done[dir] = true
		}
		done += n
	}
	if r.done[out] && r.done[in] {
		return -1
	}
	if r.done[dir] {
		return len(b)
	}
	return done
}

// kexInit reads the lists of algorithms: kex, host key, then encryption, mac
// and compression, each from client to server and back.
func (r *sshReader) kexInit(dir int, b []byte) {
	if len(b) < 16 {
		return
	}
	b = b[16:]
	var lists [8][]byte
	for i := range lists {
		if len(b) < 4 || uint64(be32(b)) > uint64(len(b)-4) {
			return
		}
		n := int(be32(b))
		lists[i], b = b[4:4+n], b[4+n:]
	}
	own := 2 + dir // the client's direction first
	sum := md5.Sum(bytes.Join([][]byte{lists[0], lists[own], lists[own+2], lists[own+4]}, []byte(";")))
	r.hassh[dir] = hex.EncodeToString(sum[:])
}

func (r *sshReader) gap(dir, _ int) bool {
	r.done[dir] = true
	return !r.done[1-dir]
}

func (r *sshReader) end(int) {
	both := r.f.side[out].stream.ended && r.f.side[in].stream.ended
	if r.told || !both || r.banner[out] == "" && r.banner[in] == "" {
		return
	}
	r.told = true
	e := r.s.event(r.f, ocsf.SSHActivity, r.s.now)
	e.Activity = ocsf.NetOpen
	if r.banner[out] != "" {
		e.SetUnmapped("client_banner", ocsf.Text(r.banner[out]))
	}
	if r.banner[in] != "" {
		e.SetUnmapped("server_banner", ocsf.Text(r.banner[in]))
	}
	setText(e, ocsf.ClientHASSH, r.hassh[out])
	setText(e, ocsf.ServerHASSH, r.hassh[in])
	r.s.give(e)
}
