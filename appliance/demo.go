package appliance

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"picket/collector"
	"picket/collector/sniff"
	"picket/configs"
	"picket/normalize/ocsf"
)

// Demo is a source that tells the built-in scenario (configs/demo) as if it had
// happened in the last twenty minutes: lines as devices send them, and packets.
type Demo struct {
	Now   func() time.Time
	input collector.Input
}

// NewDemo returns the scenario as a source.
func NewDemo() *Demo {
	return &Demo{Now: time.Now, input: collector.Input{Name: "demo"}}
}

// Inputs implements [collector.Source].
func (d *Demo) Inputs() []*collector.Input { return []*collector.Input{&d.input} }

// scenarioSpan is how long the scenario lasts.
const scenarioSpan = 20 * time.Minute

// Run implements [collector.Source].
func (d *Demo) Run(ctx context.Context, sink collector.Sink) error {
	now := d.Now()
	start := now.Add(-scenarioSpan)
	text, err := configs.FS.ReadFile("demo/scenario.txt")
	if err != nil {
		return err
	}
	steps, err := scenario(string(text), start)
	if err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	packets, err := d.packets(ctx, start.Add(920*time.Second), now)
	if err != nil {
		return err
	}
	steps = append(steps, packets...)
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for i := range steps {
		r := &steps[i].record
		r.Received, r.Input = now, &d.input
		d.input.Received.Add(1)
		d.input.Bytes.Add(uint64(len(r.Raw)))
		if n, err := sink.Put(ctx, []collector.Record{*r}); n == 0 {
			d.input.DroppedFull.Add(1)
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	return nil
}

type step struct {
	at     time.Time
	record collector.Record
}

// scenario reads the small language that configs/demo/scenario.txt explains.
func scenario(text string, start time.Time) ([]step, error) {
	var out []step
	sc := bufio.NewScanner(strings.NewReader(text))
	for no := 1; sc.Scan(); no++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.SplitN(line, "|", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("line %d: want OFFSET | SENDER | MESSAGE", no)
		}
		from, err := netip.ParseAddr(strings.TrimSpace(parts[1]))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", no, err)
		}
		offset, times, every, err := timing(strings.Fields(parts[0]))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", no, err)
		}
		for i := range times {
			at := start.Add(time.Duration(offset+i*every) * time.Second)
			out = append(out, step{at, collector.Record{Raw: fill(strings.TrimSpace(parts[2]), at, i, no), From: from}})
		}
	}
	return out, sc.Err()
}

// timing reads "120" or "120 x90/1".
func timing(f []string) (offset, times, every int, err error) {
	times, every = 1, 0
	if len(f) == 0 || len(f) > 2 {
		return 0, 0, 0, fmt.Errorf("want OFFSET [xTIMES/STEP]")
	}
	if offset, err = strconv.Atoi(f[0]); err != nil {
		return 0, 0, 0, err
	}
	if len(f) == 2 {
		if _, err = fmt.Sscanf(f[1], "x%d/%d", &times, &every); err != nil {
			return 0, 0, 0, err
		}
	}
	return offset, times, every, nil
}

var demoWords = strings.Fields("amber birch cedar delta ember fjord grove harbor iris juniper kelp linden maple north olive pearl quartz river stone tulip")

// fill puts the time and what changes into a message; i counts repetitions, no
// is the line of the scenario.
func fill(msg string, at time.Time, i, no int) string {
	at = at.UTC()
	return strings.NewReplacer(
		"{bsd}", at.Format(time.Stamp), "{iso}", at.Format("2006-01-02T15:04:05.000000-07:00"), "{day}", at.Format("2006-01-02"),
		"{clock}", at.Format("15:04:05"), "{nano}", strconv.FormatInt(at.UnixNano(), 10), "{epoch}", strconv.FormatInt(at.Unix(), 10),
		"{clf}", at.Format("02/Jan/2006:15:04:05 -0700"), "{year}", at.Format("2006"), "{n}", strconv.Itoa(i+1),
		"{p}", strconv.Itoa(20000+(i*7919+no*104729)%40000), "{ip4}", strconv.Itoa(10+(i*37+no*11)%60),
		"{eset}", at.Format("02-Jan-2006 15:04:05"), "{word}", demoWords[(i*7+no)%len(demoWords)],
	).Replace(msg)
}

// packets writes a capture of names that carry data out, and reads it as the
// sensor would.
func (d *Demo) packets(ctx context.Context, at, now time.Time) ([]step, error) {
	dir, err := os.MkdirTemp("", "picket-demo-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "demo.pcap")
	if err := os.WriteFile(path, tunnelCapture(at), 0o600); err != nil {
		return nil, err
	}
	var out []step
	_, err = sniff.ReadFile(ctx, path, sniff.Options{}, func(e *ocsf.Event) {
		e.Logged = now.UnixMilli()
		out = append(out, step{time.UnixMilli(e.Time), collector.Record{Event: e.Clone()}})
	})
	return out, err
}

// tunnelCapture is a classic pcap file: 120 questions for text records below one
// domain, each name carrying 40 letters, from the file server to the resolver.
func tunnelCapture(at time.Time) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0)
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	seed := uint32(1)
	for i := range 120 {
		var label [40]byte
		for j := range label {
			seed = seed*1664525 + 1013904223
			label[j] = letters[seed>>27]
		}
		q := []byte{byte(i >> 8), byte(i), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, byte(len(label))}
		q = append(q, label[:]...)
		for _, l := range []string{"cdn", "quiet-harbor", "example"} {
			q = append(append(q, byte(len(l))), l...)
		}
		q = append(q, 0, 0, 16, 0, 1)
		frame := udpFrame(netip.MustParseAddr("10.10.1.22"), netip.MustParseAddr("10.10.1.53"), uint16(40000+i), 53, q)
		t := at.Add(time.Duration(i) * 800 * time.Millisecond)
		b = binary.LittleEndian.AppendUint32(b, uint32(t.Unix()))
		b = binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()/1000))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
		b = append(b, frame...)
	}
	return b
}

// udpFrame is an Ethernet frame with one datagram; checksums are left out, as
// on a port that mirrors what a network card will still complete.
func udpFrame(src, dst netip.Addr, sport, dport uint16, payload []byte) []byte {
	f := []byte{2, 0, 0, 0, 0, 53, 2, 0, 0, 0, 0, 22, 8, 0}
	f = append(f, 0x45, 0)
	f = binary.BigEndian.AppendUint16(f, uint16(28+len(payload)))
	f = append(f, 0, 0, 0x40, 0, 64, 17, 0, 0)
	f = append(f, src.AsSlice()...)
	f = append(f, dst.AsSlice()...)
	f = binary.BigEndian.AppendUint16(f, sport)
	f = binary.BigEndian.AppendUint16(f, dport)
	f = binary.BigEndian.AppendUint16(f, uint16(8+len(payload)))
	f = append(f, 0, 0)
	return append(f, payload...)
}
