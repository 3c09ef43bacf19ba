package sniff

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"picket/normalize/ocsf"
)

// body is a file that comes by: counted and hashed as it does, never kept. Only
// one that has to be unpacked is kept until its end, up to a bound.
type body struct {
	name    string
	mime    string
	codings []string // gzip or deflate, as they were applied: the file is what comes out
	size    int64
	sum     hash.Hash
	packed  []byte
	giveUp  bool // too much to unpack, or bytes are missing
	started bool
}

const (
	maxPacked   = 1 << 20 // bytes kept to be unpacked
	maxUnpacked = 4 << 20 // bytes unpacked: more is a bomb

	maxUnpackedASecond = 64 << 20
)

// write takes the next bytes.
func (x *body) write(s *sensor, b []byte) {
	if len(b) == 0 {
		return
	}
	x.started = true
	x.size += int64(len(b))
	if x.giveUp {
		return
	}
	if len(x.codings) > 0 {
		if len(x.packed)+len(b) > maxPacked || s.buffered+len(b) > s.opt.MaxBuffered {
			x.lose(s)
			return
		}
		s.buffered += len(b)
		x.packed = append(x.packed, b...)
		return
	}
	if x.sum == nil {
		x.sum = sha256.New()
	}
	x.sum.Write(b)
}

// lose says that bytes are missing: the file has no hash then.
func (x *body) lose(s *sensor) {
	x.giveUp = true
	s.buffered -= len(x.packed)
	x.packed, x.sum = nil, nil
}

// close ends the file and returns its hash, "" for none.
func (x *body) close(s *sensor) string {
	if x.giveUp || !x.started {
		return ""
	}
	if len(x.codings) > 0 {
		packed := x.packed
		s.buffered -= len(packed)
		x.packed = nil
		if !s.mayUnpack() {
			x.giveUp = true
			return ""
		}
		for i := len(x.codings) - 1; i >= 0; i-- {
			plain, ok := unpack(x.codings[i], packed)
			s.unpacked += len(plain)
			if !ok && len(plain) > 0 {
				x.giveUp = true
				return ""
			}
			if ok {
				packed = plain
			} // else it was not packed after all
		}
		x.sum = sha256.New()
		x.sum.Write(packed)
		x.size, x.codings = int64(len(packed)), nil
	}
	x.giveUp = true
	return hex.EncodeToString(x.sum.Sum(nil))
}

// mayUnpack keeps bombs from eating the processor: in a second of the packets'
// clock no more than so much is unpacked.
func (s *sensor) mayUnpack() bool {
	if second := s.now / 1e9; second != s.unpackedIn {
		s.unpackedIn, s.unpacked = second, 0
	}
	if s.unpacked > maxUnpackedASecond {
		s.stats.Overflows++
		return false
	}
	return true
}

// unpack returns what packed holds, as far as the bound; false when it was broken
// or did not end.
func unpack(coding string, packed []byte) ([]byte, bool) {
	var r io.Reader
	switch coding {
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, false
		}
		z.Multistream(false)
		r = z
	default: // deflate: with the header of zlib or, from some servers, without
		z, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			r = flate.NewReader(bytes.NewReader(packed))
		} else {
			r = z
		}
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxUnpacked))
	return plain, err == nil && len(plain) < maxUnpacked
}

// set says in e that this file came along.
func (x *body) set(e *ocsf.Event, sum string) {
	if sum == "" {
		return
	}
	name := x.name
	if name == "" {
		name = "unknown"
	}
	e.Set(ocsf.FileName, ocsf.Text(name))
	e.SetInt(ocsf.FileTypeID, 1) // a regular file
	e.SetInt(ocsf.FileSize, x.size)
	if x.mime != "" {
		e.Set(ocsf.FileMIME, ocsf.Text(x.mime))
	}
	e.Append(ocsf.FileHashes, ocsf.ObjectOf(
		ocsf.Attr(ocsf.FileHashAlg, ocsf.Int(3)),
		ocsf.Attr(ocsf.FileHashAlgN, ocsf.Text("SHA-256")),
		ocsf.Attr(ocsf.FileHash, ocsf.Text(sum)),
	))
}

// file tells a file that came by outside HTTP: activity 1 up, 2 down.
func (s *sensor) file(f *flow, x *body, activity uint8) {
	sum := x.close(s)
	if sum == "" {
		return
	}
	e := s.event(f, ocsf.NetworkFile, s.pkt.time)
	e.Activity = activity
	x.set(e, sum)
	s.give(e)
}
