package store

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// readAll returns the events of a block.
func readAll(t interface{ Fatalf(string, ...any) }, b []byte, backward bool) []*ocsf.Event {
	k, err := openBlock(b)
	if err != nil {
		t.Fatalf("openBlock: %v", err)
	}
	var out []*ocsf.Event
	for r := k.walk(backward); r.next(); {
		e := new(ocsf.Event)
		if !r.event(e, true) {
			t.Fatalf("event %d: %v", r.i, k.err)
		}
		out = append(out, e)
	}
	return out
}

func TestBlockRoundTrip(t *testing.T) {
	b := newBuilder()
	for _, n := range []int{1, 7, 3000} {
		events := traffic(uint64(n), 100, n)
		for _, e := range events {
			b.add(e)
		}
		data := b.finish(true)
		for i, got := range readAll(t, data, false) {
			if d := differ(got, events[i]); d != "" {
				t.Fatalf("event %d of %d: %s", i, n, d)
			}
		}
		got := readAll(t, data, true)
		slices.Reverse(got)
		for i := range got {
			if d := differ(got[i], events[i]); d != "" {
				t.Fatalf("backwards, event %d of %d: %s", i, n, d)
			}
		}
		raw := 0
		for _, e := range events {
			raw += len(e.Raw)
		}
		t.Logf("%d events, %d bytes of raw lines: %.1f bytes an event", n, raw, float64(len(data))/float64(n))
	}
}

// Whatever an event is, the block gives it back, reads the same by parts, and
// its index never denies what a filter finds.
func TestBlockAnyEvent(t *testing.T) {
	filters := []string{"a", "bob", "192.0.2.10", "10.1.2.3", "10.1.2.77", "007", "7f3a", "1 fw", "9c56cc51b374c3ba189210d5b6d4bf57",
		"user.name:bob", "src:10.1.2.3", "src:10.1.2.0/24", "answers.rdata:bob", "answers:*", "key:bob", "unmapped.user.name:*",
		"class>5", "severity>4", "time>0", "status:success", "count:443", "NOT bob", "answers.rdata:192.0.2.10", "b:192.0.2.10", "wl0"}
	var xs []*filter.Expr
	for _, f := range filters {
		xs = append(xs, filter.MustParse(f))
	}
	b := newBuilder()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "events")
		var events []*ocsf.Event
		for i := range n {
			e := drawEvent(t)
			e.Seq = uint64(i + 1)
			events = append(events, e)
			b.add(e)
		}
		data := b.finish(true)
		got := readAll(t, data, false)
		k, _ := openBlock(data)
		for i := range got {
			if d := differ(got[i], events[i]); d != "" {
				t.Fatalf("event %d: %s", i, d)
			}
		}
		for j, x := range xs {
			r := k.walk(false)
			r.want(x.Needs())
			for i := 0; r.next(); i++ {
				var part ocsf.Event
				r.event(&part, false)
				want := x.Match(events[i])
				if x.Match(&part) != want {
					t.Fatalf("%s: event %d in part: got %v, want %v", filters[j], i, !want, want)
				}
				if want && !x.May(k.head) {
					t.Fatalf("%s: matches event %d, and the index denies it", filters[j], i)
				}
			}
		}
	})
}

func TestIndexSkips(t *testing.T) {
	b := newBuilder()
	for _, e := range traffic(1, 1, 4000) {
		b.add(e)
	}
	h, err := readHead(b.finish(true))
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range map[string]bool{
		"mimikatz": false, "password": true, "ailed": true, "192.0.2.77": false, "user.name:root": true,
		"user.name:nobody.there": false, "src:203.0.113.7": true, "src:192.0.2.200": false, "severity>=high": false,
		"class:dns": true, "class:http": false, "time<2026-01-05": false, "src_endpoint.port>60000": true, "nokey:*": false,
		"answers.rdata:198.51.100.3": true, "answers.rdata:198.51.100.200": false, "shop.example": true,
		"4c2e1f6077aa51ee9b1d00000000a34f": false, "(mimikatz OR user:root)": true, "mimikatz user:root": false,
	} {
		if got := filter.MustParse(f).May(h); got != want {
			t.Errorf("%s: got %v, want %v", f, got, want)
		}
	}
}

func FuzzBlock(f *testing.F) {
	b := newBuilder()
	for _, e := range traffic(1, 1, 20) {
		b.add(e)
	}
	f.Add(b.finish(true))
	for _, e := range traffic(2, 1, 3) {
		b.add(e)
	}
	f.Add(b.finish(false))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Checksums keep a fuzzer out: put right ones in, so that it gets in.
		p, err := readPrelude(resum(data))
		if err != nil {
			return
		}
		_ = p
		k, err := openBlock(resum(data))
		if err != nil {
			return
		}
		var e ocsf.Event
		for r := k.walk(false); r.next(); {
			if !r.event(&e, true) {
				return
			}
		}
	})
}

// resum returns a block with the checksums that fit its bytes.
func resum(data []byte) []byte {
	b := slices.Clone(data)
	if len(b) < preludeSize {
		return b
	}
	copy(b, blockMagic)
	le := leAt(b)
	h, n, l := int(le(4)), int(le(12)), int(le(16))
	if h < 0 || n < 0 || l < 0 || h > len(b) || n > len(b) || l > len(b) || preludeSize+h+n+l != len(b) {
		return b
	}
	sum(b, h+n)
	return b
}

func BenchmarkBuild(b *testing.B) {
	events := traffic(1, 1, 4000)
	bl := newBuilder()
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		for _, e := range events {
			bl.add(e)
		}
		size = len(bl.finish(true))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4000, "ns/event")
	b.ReportMetric(float64(size)/4000, "B/event")
}

func BenchmarkReadBlock(b *testing.B) {
	bl := newBuilder()
	for _, e := range traffic(1, 1, 4000) {
		bl.add(e)
	}
	data := bl.finish(true)
	b.ReportAllocs()
	for b.Loop() {
		k, err := openBlock(data)
		if err != nil {
			b.Fatal(err)
		}
		var e ocsf.Event
		for r := k.walk(false); r.next(); {
			r.event(&e, true)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4000, "ns/event")
}

func leAt(b []byte) func(int) uint32 {
	return func(i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
}

// sum writes the checksums of a block whose head and filters are n bytes.
func sum(b []byte, n int) {
	le := binary.LittleEndian
	le.PutUint32(b[20:], crc32.Checksum(b[preludeSize:preludeSize+n], castagnoli))
	le.PutUint32(b[24:], crc32.Checksum(b[preludeSize+n:], castagnoli))
	le.PutUint32(b[100:], crc32.Checksum(b[:100], castagnoli))
}
