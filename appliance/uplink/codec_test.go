package uplink_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"picket/appliance/uplink"
)

// bomb is a few bytes that unpack to very many.
func bomb(t testing.TB) []byte {
	t.Helper()
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.EncodeAll(make([]byte, 256<<20), nil)
}

func items(first, n, pad int) []uplink.Item {
	var out []uplink.Item
	for i := range n {
		seq := uint64(first + i)
		out = append(out, uplink.Item{Seq: seq, JSON: line(seq, uplink.Events, pad)})
	}
	return out
}

func TestPack(t *testing.T) {
	for _, c := range []struct {
		name     string
		items    []uplink.Item
		maxBytes int
		want     func(n int, size int) bool
	}{
		{"all", items(1, 100, 0), 256 << 10, func(n, size int) bool { return n == 100 }},
		{"some", items(1, 2000, 200), 64 << 10, func(n, size int) bool { return n > 100 && n < 2000 && size <= 64<<10 && size > 32<<10 }},
		{"one too large", items(1, 3, 50_000), 1 << 10, func(n, size int) bool { return n == 1 && size > 1<<10 }},
		{"none", nil, 1 << 10, func(n, size int) bool { return n == 0 && size == 0 }},
	} {
		p, n := uplink.Pack(c.items, c.maxBytes)
		if !c.want(n, len(p)) {
			t.Errorf("%s: took %d of %d in %d bytes", c.name, n, len(c.items), len(p))
		}
		h := uplink.Head{First: 1, Last: uint64(len(c.items)), Count: n}
		lines, err := uplink.Unpack(&h, p)
		if err != nil || len(lines) != n {
			t.Errorf("%s: %d lines back, want %d: %v", c.name, len(lines), n, err)
		}
		for i, l := range lines {
			if l.Seq != c.items[i].Seq || !bytes.Equal(l.JSON, c.items[i].JSON) {
				t.Fatalf("%s: line %d differs", c.name, i)
			}
		}
		again, _ := uplink.Pack(c.items, c.maxBytes)
		if !bytes.Equal(p, again) {
			t.Errorf("%s: not the same bytes the second time", c.name)
		}
	}
}

func TestUnpackBelievesNothing(t *testing.T) {
	two, _ := uplink.Pack(items(1, 2, 0), 1<<20)
	pack := func(s ...string) []byte {
		var it []uplink.Item
		for _, x := range s {
			it = append(it, uplink.Item{JSON: []byte(x)})
		}
		p, _ := uplink.Pack(it, 1<<20)
		return p
	}
	for _, c := range []struct {
		name    string
		head    uplink.Head
		payload []byte
	}{
		{"fewer lines", uplink.Head{First: 1, Last: 2, Count: 3}, two},
		{"more lines", uplink.Head{First: 1, Last: 2, Count: 1}, two},
		{"number below", uplink.Head{First: 2, Last: 2, Count: 2}, two},
		{"number above", uplink.Head{First: 1, Last: 1, Count: 2}, two},
		{"same number", uplink.Head{First: 1, Last: 9, Count: 2}, pack(`{"metadata":{"sequence":3}}`, `{"metadata":{"sequence":3}}`)},
		{"no number", uplink.Head{First: 1, Last: 9, Count: 1}, pack(`{}`)},
		{"no object", uplink.Head{First: 1, Last: 9, Count: 1}, pack(`[1]`)},
		{"no JSON", uplink.Head{First: 1, Last: 9, Count: 1}, pack(`{"metadata":{"sequence":3}`)},
		{"empty line", uplink.Head{First: 1, Last: 9, Count: 2}, pack(`{"metadata":{"sequence":3}}`, ``)},
		{"no zstd", uplink.Head{First: 1, Last: 9, Count: 1}, []byte("{}\n")},
		{"empty", uplink.Head{First: 1, Last: 9, Count: 1}, nil},
		{"bomb", uplink.Head{First: 1, Last: 9, Count: 1}, bomb(t)},
		{"too long", uplink.Head{First: 1, Last: 9, Count: 1}, make([]byte, 9<<20)},
	} {
		if lines, err := uplink.Unpack(&c.head, c.payload); err == nil {
			t.Errorf("%s: %d lines and no error", c.name, len(lines))
		}
	}
}

func TestHead(t *testing.T) {
	for _, h := range []uplink.Head{
		{Box: "b", Log: "l", Lane: uplink.Events, Prev: 3, First: 5, Last: 9, Count: 2, Lost: 7, Receipted: 2, Schema: uplink.Schema},
		{Box: "b", Log: "l", Lane: uplink.Heartbeat, Beat: 99, Count: 1, Schema: uplink.Schema},
	} {
		m := map[string]string{}
		h.Fields(func(k, v string) { m[k] = v })
		got, err := uplink.ParseHead(func(k string) string { return m[k] })
		if err != nil || got != h {
			t.Errorf("got %+v, %v; want %+v", got, err, h)
		}
	}
}

func FuzzReceipt(f *testing.F) {
	f.Add([]byte(`{"log":"l","lane":"ev","through":12}`))
	f.Add([]byte(` {"through":1,"lane":"inc","log":"a-b_C","more":[{}]}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := uplink.ParseReceipt(b)
		if err != nil {
			return
		}
		if again, err := uplink.ParseReceipt(r.Append(nil)); err != nil || again != r {
			t.Errorf("%q: %+v, then %+v, %v", b, r, again, err)
		}
	})
}

func FuzzBatch(f *testing.F) {
	p, n := uplink.Pack(items(1, 3, 0), 1<<20)
	f.Add("0", "1", "3", strconv.Itoa(n), p)
	f.Add("1", "1", "3", "2", []byte{})
	f.Add("0", "1", "1", "1", bomb(f)[:100])
	f.Fuzz(func(t *testing.T, prev, first, last, count string, payload []byte) {
		get := func(name string) string {
			switch strings.TrimPrefix(name, "Picket-") {
			case "Prev":
				return prev
			case "First":
				return first
			case "Last":
				return last
			case "Count":
				return count
			case "Lane":
				return "ev"
			case "Schema":
				return uplink.Schema
			case "Box", "Log":
				return "x"
			}
			return ""
		}
		h, err := uplink.ParseHead(get)
		if err != nil {
			return
		}
		lines, err := uplink.Unpack(&h, payload)
		if err != nil {
			return
		}
		if len(lines) != h.Count || !slices.IsSortedFunc(lines, func(a, b uplink.Line) int { return int(a.Seq) - int(b.Seq) }) {
			t.Errorf("%d lines for head %+v", len(lines), h)
		}
		for _, l := range lines {
			if l.Seq < h.First || l.Seq > h.Last || bytes.IndexByte(l.JSON, '\n') >= 0 {
				t.Errorf("line %d of head %+v: %q", l.Seq, h, l.JSON)
			}
		}
	})
}

func BenchmarkPack(b *testing.B) {
	it := items(1, 1000, 300)
	size := 0
	for i := range it {
		size += len(it[i].JSON)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		uplink.Pack(it, 1<<20)
	}
}

func BenchmarkUnpack(b *testing.B) {
	it := items(1, 1000, 300)
	p, n := uplink.Pack(it, 1<<20)
	h := uplink.Head{First: 1, Last: 1000, Count: n}
	b.SetBytes(int64(n) * int64(len(it[0].JSON)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := uplink.Unpack(&h, p); err != nil {
			b.Fatal(err)
		}
	}
}
