package uplink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Limits of a batch, for both ends.
const (
	maxPayload = 8 << 20  // compressed
	maxDecoded = 32 << 20 // decompressed
	maxLines   = 1 << 17
	maxRaw     = 2 << 20 // JSON that a forwarder compresses at once
)

// encoder and decoder keep no state between calls and are safe for concurrent
// use. The same lines give the same bytes.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
		if err != nil {
			panic("uplink: " + err.Error()) // constant options
		}
		return e
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxDecoded), zstd.WithDecoderMaxWindow(maxPayload))
		if err != nil {
			panic("uplink: " + err.Error())
		}
		return d
	})
)

// Pack makes the payload of items, as many of the first as go into maxBytes and
// one at least. It returns how many it took.
func Pack(items []Item, maxBytes int) (payload []byte, n int) {
	if len(items) == 0 {
		return nil, 0
	}
	raw := make([]byte, 0, size(items)+len(items))
	for n = min(len(items), maxLines); ; {
		raw = raw[:0]
		for i := range items[:n] {
			raw = append(raw, items[i].JSON...)
			raw = append(raw, '\n')
		}
		payload = encoder().EncodeAll(raw, nil)
		if len(payload) <= maxBytes || n == 1 {
			return payload, n
		}
		// A little less than the share that fits, and fewer in any case.
		n = max(1, min(n-1, int(int64(n)*int64(maxBytes)*9/10/int64(len(payload)))))
	}
}

// Line is one event of a batch at the far end.
type Line struct {
	Seq  uint64 // 0 in a heartbeat
	JSON []byte // a JSON object without a newline
}

// Unpack reads a payload by its head and believes neither: it holds to the
// limits, and every line is a JSON object whose number lies in the bounds, in
// order.
func Unpack(h *Head, payload []byte) ([]Line, error) {
	if len(payload) == 0 {
		if h.Count != 0 {
			return nil, fmt.Errorf("batch: empty, %d lines were promised", h.Count)
		}
		return nil, nil
	}
	if len(payload) > maxPayload {
		return nil, fmt.Errorf("batch: %d bytes, %d are allowed", len(payload), maxPayload)
	}
	raw, err := decoder().DecodeAll(payload, nil)
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	if len(raw) > maxDecoded {
		return nil, fmt.Errorf("batch: %d bytes unpacked, %d are allowed", len(raw), maxDecoded)
	}
	if got := bytes.Count(raw, []byte{'\n'}); got != h.Count || got > 0 && raw[len(raw)-1] != '\n' {
		return nil, fmt.Errorf("batch: %d lines, %d were promised", got, h.Count)
	}
	lines := make([]Line, 0, h.Count)
	last := h.First - 1
	for b := range bytes.Lines(raw) {
		b = b[:len(b)-1]
		seq, err := sequence(b)
		switch {
		case err != nil:
			return nil, fmt.Errorf("batch: line %d: %w", len(lines)+1, err)
		case h.Beat != 0:
			seq = 0
		case seq <= last || seq > h.Last:
			return nil, fmt.Errorf("batch: line %d has number %d, which is not above %d and up to %d", len(lines)+1, seq, last, h.Last)
		}
		last = seq
		lines = append(lines, Line{seq, b})
	}
	return lines, nil
}

// sequence returns metadata.sequence of an event.
func sequence(b []byte) (uint64, error) {
	if len(b) == 0 || b[0] != '{' {
		return 0, errors.New("no JSON object")
	}
	var e struct {
		Metadata struct {
			Sequence uint64 `json:"sequence"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return 0, err
	}
	return e.Metadata.Sequence, nil
}
