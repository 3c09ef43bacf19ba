package window

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"

	"picket/correlate/sigma"
)

// The layout of a snapshot: magic, clock, correlations (id, groups, the oldest
// first so that restoring makes the same lists), CRC-32C of all that. Numbers are
// varints, texts have their length before them.
const magic = "picket windows 1\n"

var table = crc32.MakeTable(crc32.Castagnoli)

// Snapshot returns the state of all windows.
func (w *Engine) Snapshot() []byte {
	b := []byte(magic)
	b = binary.AppendVarint(b, w.now)
	b = binary.AppendUvarint(b, uint64(len(w.corrs)))
	for _, c := range w.corrs {
		b = appendText(b, c.id)
		at := len(b)
		b = append(b, 0, 0, 0, 0) // bytes that follow, so that a correlation that is gone can be left out
		b = binary.AppendUvarint(b, uint64(len(c.groups)))
		for _, l := range []*list{&c.cold, &c.hot} {
			for g := l.tail; g != nil; g = g.prev {
				b = g.append(b)
			}
		}
		binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	return appendSum(b)
}

func appendSum(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, table))
}

// Restore puts the engine, which must be new, into the state of a snapshot.
// Correlations that are gone or whose definition changed begin anew. After an
// error the engine is as new.
func (w *Engine) Restore(b []byte) error {
	if len(b) < len(magic)+4 || string(b[:len(magic)]) != magic {
		return errors.New("windows: not a snapshot")
	}
	body := b[:len(b)-4]
	if crc32.Checksum(body, table) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return errors.New("windows: the snapshot is damaged")
	}
	byID := make(map[string]*corr, len(w.corrs))
	for _, c := range w.corrs {
		byID[c.id] = c
	}
	r := reader{b: body[len(magic):]}
	w.now = r.int()
	for n := r.uint(); n > 0 && !r.bad; n-- {
		id := r.text()
		part := reader{b: r.take(4)}
		if len(part.b) < 4 {
			break
		}
		part.b = r.take(int(binary.LittleEndian.Uint32(part.b)))
		if c := byID[id]; c != nil {
			for n := part.uint(); n > 0 && !part.bad; n-- {
				w.restoreGroup(c, &part)
			}
		}
		r.bad = r.bad || part.bad
	}
	if r.bad {
		*w = *New(w.set, w.opt)
		return errors.New("windows: the snapshot makes no sense")
	}
	w.evict()
	return nil
}

// The flags of a group, in the order in which append writes them.
const (
	flagFired = 1 << iota
	flagHeld
	flagPending
	flagHot
)

func (g *group) append(b []byte) []byte {
	var flags byte
	for bit, on := range [...]bool{g.fired, g.held, g.pending, g.hot} {
		if on {
			flags |= 1 << bit
		}
	}
	b = append(b, flags)
	b = appendText(b, g.key)
	b = appendTexts(b, g.values)
	for _, n := range []int64{g.firedAt, g.seen, g.latest, g.from, g.to, g.deadline} {
		b = binary.AppendVarint(b, n)
	}
	b = appendTexts(b, g.subs)
	b = binary.AppendUvarint(b, uint64(len(g.samples)))
	for _, s := range g.samples {
		b = binary.LittleEndian.AppendUint64(b, s.hash)
		b = appendText(b, s.text)
	}
	b = binary.AppendUvarint(b, uint64(len(g.entries)))
	t := int64(0)
	for i := range g.entries {
		e := &g.entries[i]
		b = binary.AppendVarint(b, e.t-t)
		t = e.t
		b = binary.AppendUvarint(b, e.ref)
		used := uint64(0)
		if e.used {
			used = 1
		}
		b = binary.AppendUvarint(b, uint64(e.pos)<<1|used)
		b = binary.AppendUvarint(b, uint64(e.n))
		b = binary.LittleEndian.AppendUint64(b, e.val)
	}
	return b
}

func (w *Engine) restoreGroup(c *corr, r *reader) {
	g := &group{c: c}
	flags := r.take(1)
	if len(flags) == 1 {
		g.fired, g.held = flags[0]&flagFired != 0, flags[0]&flagHeld != 0
		g.pending, g.hot = flags[0]&flagPending != 0, flags[0]&flagHot != 0
	}
	g.key, g.values = r.text(), r.texts()
	for _, p := range []*int64{&g.firedAt, &g.seen, &g.latest, &g.from, &g.to, &g.deadline} {
		if *p = r.int(); *p > 2*farthest || *p < -2*farthest {
			r.bad = true
		}
	}
	g.subs = r.texts()
	for n := r.uint(); n > 0 && !r.bad; n-- {
		g.samples = append(g.samples, sample{r.fixed(), r.text()})
	}
	t := int64(0)
	for n, first := r.uint(), true; n > 0 && !r.bad; n, first = n-1, false {
		var e entry
		d := r.int()
		if d > 2*farthest || d < 0 && !first { // entries lie in order of time
			r.bad = true
		}
		t += d
		e.t, e.ref = t, r.uint()
		pos := r.uint()
		e.pos, e.used, e.n, e.val = uint16(pos>>1), pos&1 != 0, uint32(r.uint()), r.fixed()
		if int(e.pos) >= len(c.def.Rules) || t > farthest || t < -farthest {
			r.bad = true
			return
		}
		g.entries = append(g.entries, e)
	}
	if r.bad || g.pending && !c.def.Expr.HasNot() || len(g.values) != len(c.def.GroupBy) || c.groups[g.key] != nil {
		r.bad = true
		return
	}
	c.groups[g.key] = g
	g.list().push(g)
	c.entries += len(g.entries)
	w.counts.Entries += len(g.entries)
	w.counts.Groups++
	if g.pending {
		w.wait.push(g)
	}
}

// Swap replaces the rules. The windows of correlations whose definition did not
// change go on; the others begin anew.
func (w *Engine) Swap(set *sigma.Set) {
	next := New(set, w.opt)
	if err := next.Restore(w.Snapshot()); err != nil {
		next = New(set, w.opt) // cannot happen: the snapshot is our own
	}
	groups, entries := next.counts.Groups, next.counts.Entries
	next.counts = w.counts
	next.counts.Groups, next.counts.Entries = groups, entries
	*w = *next
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendTexts(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

// reader reads a snapshot; bad is set when it ends too early, and what is read
// then is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) uint() uint64 {
	x, n := binary.Uvarint(r.b)
	r.take(max(n, -1))
	r.bad = r.bad || n <= 0
	return x
}

func (r *reader) int() int64 {
	x, n := binary.Varint(r.b)
	r.take(max(n, -1))
	r.bad = r.bad || n <= 0
	return x
}

func (r *reader) fixed() uint64 {
	if b := r.take(8); len(b) == 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) text() string {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return ""
	}
	return strings.Clone(string(r.take(int(n))))
}

func (r *reader) texts() []string {
	var out []string
	for n := r.uint(); n > 0 && !r.bad; n-- {
		out = append(out, r.text())
	}
	return out
}
