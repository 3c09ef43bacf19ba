package window

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"picket/correlate/sigma"
)

// group is the window of one correlation for one combination of values.
type group struct {
	c       *corr
	key     string
	values  []string
	entries []entry // in order of time, then of position
	samples []sample
	subs    []string // of a chain: keys of the inner groups that entries come from

	firedAt int64 // time of the last evidence of the last firing
	fired   bool  // firedAt counts
	held    bool  // of rearmQuiet: true since it fired
	seen    int64 // the engine's clock when it was last touched
	latest  int64 // time of the event that touched it last

	pending  bool // an absence is waited for
	from, to int64
	deadline int64

	prev, next *group
	hot, gone  bool
}

// entry is an event in a window.
type entry struct {
	t    int64
	ref  uint64
	val  uint64 // hash of a value, bits of a number, or which inner group
	n    uint32 // events that it stands for
	pos  uint16 // which of the correlation's rules
	used bool   // evidence of a firing
}

func (e *entry) number() float64 { return math.Float64frombits(e.val) }

// sample is a value as it was written.
type sample struct {
	hash uint64
	text string
}

// maxText bounds the texts that a group keeps.
const maxText = 512

// appendKey makes the key of a group: its values without regard to case.
func appendKey(b []byte, values []string) []byte {
	for _, v := range values {
		v = sigma.Fold(v)
		b = binary.AppendUvarint(b, uint64(len(v)))
		if len(v) > maxText { // a hash tells it from others as well
			sum := sha256.Sum256([]byte(v))
			b = append(b, sum[:]...)
			continue
		}
		b = append(b, v...)
	}
	return b
}

// group finds or makes the group of these values.
func (w *Engine) group(c *corr, values []string) *group {
	w.key = appendKey(w.key[:0], values)
	g := c.groups[string(w.key)]
	if g == nil {
		g = &group{c: c, key: string(w.key)}
		for _, v := range values {
			g.values = append(g.values, strings.Clone(v[:min(len(v), maxText)]))
		}
		c.groups[g.key] = g
		c.cold.push(g)
		w.counts.Groups++
	}
	return g
}

// sub returns the number of an inner group among those that feed g.
func (g *group) sub(inner *group) uint64 {
	if i := slices.Index(g.subs, inner.key); i >= 0 {
		return uint64(i)
	}
	if len(g.subs) >= 256 {
		return 255
	}
	g.subs = append(g.subs, inner.key)
	return uint64(len(g.subs) - 1)
}

// measure reads what the correlation measures: a number, or the hash of a text.
func (w *Engine) measure(f feed, inner *group) (val uint64, sample string, ok bool) {
	c := f.c
	if c.judge == judgeDistinct {
		w.key = w.key[:0]
		for i, name := range c.def.Fields {
			v, ok := w.value(name, inner, func() (string, bool) { return w.set.Measure(c.rule, f.pos, i, w.sc) })
			if !ok {
				return 0, "", false
			}
			if i == 0 {
				sample = v
			}
			w.key = append(append(w.key, sigma.Fold(v)...), 0)
		}
		sum := sha256.Sum256(w.key)
		return binary.LittleEndian.Uint64(sum[:]), sample, true
	}
	v, ok := w.value(c.def.Fields[0], inner, func() (string, bool) { return w.set.Measure(c.rule, f.pos, 0, w.sc) })
	if !ok {
		return 0, "", false
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, "", false
	}
	return math.Float64bits(x), "", true
}

// insert puts an entry where its time says, and judges the windows it lies in.
func (w *Engine) insert(g *group, en entry, text string) {
	c := g.c
	g.touch(w.now)
	g.latest = en.t
	w.trim(g)
	at, _ := slices.BinarySearchFunc(g.entries, en, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(a.pos, b.pos), cmp.Compare(a.ref, b.ref))
	})
	for i := at - 1; i >= 0 && g.entries[i].t == en.t; i-- {
		if g.entries[i].ref == en.ref && (g.entries[i].pos == en.pos || c.judge != judgeTemporal) {
			return // one event counts once, however many rules it hits
		}
	}
	if c.judge == judgeDistinct {
		g.sampleOf(en.val, text)
	}
	if c.judge == judgeDistinct || c.judge == judgeTemporal {
		at = w.coalesce(g, en, at)
	}
	g.entries = slices.Insert(g.entries, at, en)
	c.entries++
	w.counts.Entries++
	if len(g.entries) > c.limit {
		at = w.shrink(g, en)
	}
	if at >= 0 {
		w.judge(g, at)
	}
}

// coalesce removes an earlier entry of the same value (or rule) when the one
// before it is so near that it does not matter: of what repeats, the window
// keeps the latest and one for each sixteenth of its span.
func (w *Engine) coalesce(g *group, en entry, at int) int {
	same := -1
	for i := at - 1; i >= 0 && en.t-g.entries[i].t <= g.c.space; i-- {
		e := &g.entries[i]
		if e.val != en.val || e.pos != en.pos && g.c.judge == judgeTemporal || e.used {
			continue
		}
		if same >= 0 {
			w.remove(g, same)
			return at - 1
		}
		same = i
	}
	return at
}

func (g *group) sampleOf(hash uint64, text string) {
	for _, s := range g.samples {
		if s.hash == hash {
			return
		}
	}
	if len(g.samples) >= 2*maxValues {
		g.samples = slices.Delete(g.samples, 0, 1)
	}
	g.samples = append(g.samples, sample{hash, strings.Clone(text[:min(len(text), maxText)])})
}

func (w *Engine) remove(g *group, i int) {
	g.entries = slices.Delete(g.entries, i, i+1)
	g.c.entries--
	w.counts.Entries--
}

// trim forgets the entries that are too old by the clock.
func (w *Engine) trim(g *group) {
	if w.now == 0 || len(g.entries) < 8 || g.pending {
		return
	}
	old := w.now - g.c.span - w.opt.Tolerance.Milliseconds()
	n, _ := slices.BinarySearchFunc(g.entries, old, func(e entry, t int64) int { return cmp.Compare(e.t, t) })
	if n > 0 {
		g.entries = slices.Delete(g.entries, 0, n)
		g.c.entries -= n
		w.counts.Entries -= n
	}
}

// shrink makes room in a group that is full: counts and sums merge neighbours
// of the earlier half, others lose what came first. It returns where the entry
// en is then, or -1.
func (w *Engine) shrink(g *group, en entry) int {
	before := len(g.entries)
	if g.c.judge == judgeCount || g.c.judge == judgeSum || g.c.judge == judgeMean {
		half := before / 2
		out := g.entries[:0]
		for i := 0; i < before; i++ {
			e := g.entries[i]
			if i+1 < half && i%2 == 0 {
				next := g.entries[i+1]
				if e.used == next.used && e.ref != en.ref && next.ref != en.ref {
					if g.c.judge != judgeCount {
						e.val = math.Float64bits(e.number() + next.number())
					}
					e.n += next.n
					e.t = next.t
					out = append(out, e)
					i++
					continue
				}
			}
			out = append(out, e)
		}
		g.entries = out
	} else {
		refs := make([]uint64, before)
		for i := range g.entries {
			refs[i] = g.entries[i].ref
		}
		slices.Sort(refs)
		least := refs[before/8+1]
		g.entries = slices.DeleteFunc(g.entries, func(e entry) bool { return e.ref < least })
	}
	lost := before - len(g.entries)
	g.c.entries -= lost
	w.counts.Entries -= lost
	w.counts.Dropped += uint64(lost)
	return slices.IndexFunc(g.entries, func(e entry) bool { return e.ref == en.ref && e.pos == en.pos && e.t == en.t })
}
