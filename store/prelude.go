package store

import (
	"encoding/binary"
	"hash/crc32"
)

// maxClasses is how many classes the prelude names; a block with more names none.
const maxClasses = 4

// prelude is the fixed start of a block.
type prelude struct {
	headLen, headRaw, filterLen, bodyLen int
	headSum, bodySum                     uint32 // CRC32C of head and filters, and of the body
	events, bytes                        int
	firstSeq, lastSeq                    uint64
	minTime, maxTime                     int64
	minLogged, maxLogged                 int64
	maxSeverity                          uint8
	classes                              []uint32 // nil: any
}

func (p *prelude) put(b []byte) {
	le := binary.LittleEndian
	copy(b, blockMagic)
	le.PutUint32(b[4:], uint32(p.headLen))
	le.PutUint32(b[8:], uint32(p.headRaw))
	le.PutUint32(b[12:], uint32(p.filterLen))
	le.PutUint32(b[16:], uint32(p.bodyLen))
	le.PutUint32(b[20:], p.headSum)
	le.PutUint32(b[24:], p.bodySum)
	le.PutUint16(b[28:], uint16(p.events))
	b[30] = p.maxSeverity
	b[31] = uint8(len(p.classes))
	le.PutUint64(b[32:], p.firstSeq)
	le.PutUint64(b[40:], p.lastSeq)
	le.PutUint64(b[48:], uint64(p.minTime))
	le.PutUint64(b[56:], uint64(p.maxTime))
	le.PutUint64(b[64:], uint64(p.minLogged))
	le.PutUint64(b[72:], uint64(p.maxLogged))
	for i, c := range p.classes {
		le.PutUint32(b[80+4*i:], c)
	}
	le.PutUint32(b[96:], uint32(p.bytes))
	le.PutUint32(b[100:], crc32.Checksum(b[:100], castagnoli))
}

// readPrelude reads and checks the prelude of a block; the block's parts may
// still be damaged.
func readPrelude(b []byte) (p prelude, err error) {
	le := binary.LittleEndian
	if len(b) < preludeSize || len(b) > maxBlock || string(b[:4]) != blockMagic ||
		crc32.Checksum(b[:100], castagnoli) != le.Uint32(b[100:]) {
		return p, errDamaged
	}
	p.headLen = int(le.Uint32(b[4:]))
	p.headRaw = int(le.Uint32(b[8:]))
	p.filterLen = int(le.Uint32(b[12:]))
	p.bodyLen = int(le.Uint32(b[16:]))
	p.headSum = le.Uint32(b[20:])
	p.bodySum = le.Uint32(b[24:])
	p.events = int(le.Uint16(b[28:]))
	p.maxSeverity = b[30]
	p.firstSeq = le.Uint64(b[32:])
	p.lastSeq = le.Uint64(b[40:])
	p.minTime = int64(le.Uint64(b[48:]))
	p.maxTime = int64(le.Uint64(b[56:]))
	p.minLogged = int64(le.Uint64(b[64:]))
	p.maxLogged = int64(le.Uint64(b[72:]))
	p.bytes = int(le.Uint32(b[96:]))
	if b[31] > maxClasses {
		return p, errDamaged
	}
	for i := range int(b[31]) {
		p.classes = append(p.classes, le.Uint32(b[80+4*i:]))
	}
	if preludeSize+p.headLen+p.filterLen+p.bodyLen != len(b) || p.events == 0 || p.events > maxEvents ||
		p.headRaw > maxSection || p.filterLen != 0 && p.filterLen < gramBytes {
		return p, errDamaged
	}
	return p, nil
}
