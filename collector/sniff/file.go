package sniff

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadFile reads a capture file (pcap or pcapng, also compressed with gzip; "-"
// is standard input) to its end and gives its events, in the order in which
// their flows and transactions ended. A damaged record ends the reading there:
// what came before it counts, and Stats.BadRecord tells. An error is returned
// for a file that cannot be read at all, and when ctx ends.
func ReadFile(ctx context.Context, path string, opt Options, emit Emit) (Stats, error) {
	if path == "-" {
		return Read(ctx, os.Stdin, opt, emit)
	}
	f, err := os.Open(path)
	if err != nil {
		return Stats{}, fmt.Errorf("capture file: %w", err)
	}
	defer f.Close()
	st, err := Read(ctx, f, opt, emit)
	if err != nil {
		return st, fmt.Errorf("capture file %s: %w", path, err)
	}
	return st, nil
}

// Read reads a capture as [ReadFile] does.
func Read(ctx context.Context, r io.Reader, opt Options, emit Emit) (Stats, error) {
	s, err := newSensor(opt, emit)
	if err != nil {
		return Stats{}, err
	}
	next, err := openCapture(r)
	if err != nil {
		return Stats{}, err
	}
	for n := 0; ; n++ {
		if n&0x3ff == 0 && ctx.Err() != nil {
			return s.account(), context.Cause(ctx)
		}
		var rec captured
		if err := next(&rec); err != nil {
			if !errors.Is(err, io.EOF) {
				s.stats.BadRecord++
			}
			break
		}
		s.frame(rec.time, rec.link, rec.data, rec.wire, 0)
	}
	s.flush()
	return s.account(), nil
}

// captured is one record of a capture file. Its data are good until the next.
type captured struct {
	time int64 // ns since the epoch
	link uint32
	data []byte
	wire int
}

// maxRecord bounds a record; libpcap's own bound is the same.
const maxRecord = 256 << 10

// errDamaged ends the reading of a file whose records stop making sense.
var errDamaged = errors.New("damaged record")

// openCapture finds out what r is and returns what reads its records.
func openCapture(r io.Reader) (func(*captured) error, error) {
	br := bufio.NewReaderSize(r, 256<<10)
	magic, err := br.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("no capture: %w", err)
	}
	if magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		br = bufio.NewReaderSize(z, 256<<10)
		if magic, err = br.Peek(4); err != nil {
			return nil, fmt.Errorf("no capture: %w", err)
		}
	}
	switch be32(magic) {
	case 0xa1b2c3d4, 0xa1b23c4d, 0xd4c3b2a1, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1:
		return openPcap(br)
	case 0x0a0d0d0a:
		p := &ngReader{r: br}
		return p.next, nil
	}
	return nil, fmt.Errorf("no capture: its first bytes are %x", magic)
}
