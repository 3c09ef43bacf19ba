// Package window runs the correlations of a [sigma.Set]: it keeps, for every
// correlation and every group of values that it groups by, the events of its
// timespan, and says when its condition comes true.
//
// Windows slide on event time, and each group has its own order: an event that
// comes late is put where it belongs, and a stamp that is far off affects only
// its own neighbourhood. What cannot matter any more by the clock that [Engine.Tick]
// hands in is forgotten; memory is capped, and what the caps cost is counted.
// The same calls give the same results, before and after [Engine.Snapshot] and
// [Engine.Restore]. An Engine is for one goroutine.
package window

import (
	"strings"
	"time"

	"picket/correlate/sigma"
)

// Options are the limits of an engine. Zero fields mean the defaults.
type Options struct {
	MaxGroups  int           // of all correlations together; 200,000
	MaxEntries int           // events held in all windows; 2,000,000
	Tolerance  time.Duration // how late an event may come and still be counted exactly; 5 minutes
}

// Fired tells that the condition of a correlation came true.
type Fired struct {
	Rule      int      // the correlation's number in the set
	Group     []string // values of Correlation.GroupBy
	Events    []uint64 // evidence in order of time; of many the first and the last
	First     int64    // event time of the first evidence, ms
	Last      int64
	Count     int      // events in the window
	Value     float64  // what was measured
	Values    []string // of value_count: some of the values
	At        uint64   // the event that completed it, 0 when the clock did
	Clock     bool     // the clock completed it: something did not come
	Condition string   // in words
}

// maxEvidence bounds Fired.Events.
const maxEvidence = 256

// maxValues bounds Fired.Values.
const maxValues = 20

// Counts tell the state of an engine and what its limits cost.
type Counts struct {
	Groups, Entries int
	Evicted         uint64 // groups forgotten because there were too many
	Dropped         uint64 // entries dropped or merged because a group had too many
	Expired         uint64 // groups that had grown too old
	Ungrouped       uint64 // hits without a value to group by
	Unmeasured      uint64 // hits without the value to measure, or no number
}

// Engine runs correlations. Make one with [New].
type Engine struct {
	set    *sigma.Set
	opt    Options
	corrs  []*corr
	byRule map[int]*corr
	feeds  [][]feed // by rule

	sc      *sigma.Scratch
	reading bool // sc holds the event in hand
	rec     sigma.Record
	now     int64 // the clock handed in, ms; 0 before
	wait    waiting
	fired   []Fired
	counts  Counts

	key    []byte
	values []string
}

// feed is a place where a rule's hits go.
type feed struct {
	c   *corr
	pos int // of the rule among the correlation's
}

// corr is one correlation with its groups.
type corr struct {
	rule   int
	id     string // survives a reload: id and hash of the definition
	def    *sigma.Correlation
	span   int64 // ms
	judge  judge
	rearm  rearm
	limit  int // entries of a group
	space  int64
	words  string
	outer  []feed
	negs   []bool // by position: behind a not
	groups map[string]*group

	cold, hot list // groups with one entry, with more; the latest first
	entries   int
}

// rearm says when a correlation that fired may do so again for the same group.
type rearm uint8

const (
	rearmWindow rearm = iota // not before a timespan has passed, then on other events
	rearmQuiet               // when its condition was false in between
	rearmAlways              // with every event
)

// New returns an engine without memory for the correlations of set.
func New(set *sigma.Set, opt Options) *Engine {
	if opt.MaxGroups <= 0 {
		opt.MaxGroups = 200_000
	}
	if opt.MaxEntries <= 0 {
		opt.MaxEntries = 2_000_000
	}
	if opt.Tolerance <= 0 {
		opt.Tolerance = 5 * time.Minute
	}
	w := &Engine{set: set, opt: opt, sc: sigma.NewScratch(), byRule: map[int]*corr{}, feeds: make([][]feed, set.Len())}
	for i := range set.Len() {
		r := set.Rule(i)
		if r.Correlation == nil {
			continue
		}
		c := newCorr(i, r)
		w.corrs = append(w.corrs, c)
		w.byRule[i] = c
		for pos, base := range set.Base(i) {
			w.feeds[base] = append(w.feeds[base], feed{c, pos})
		}
	}
	for _, c := range w.corrs {
		c.outer = w.feeds[c.rule]
	}
	return w
}

func newCorr(i int, r *sigma.Rule) *corr {
	d := r.Correlation
	c := &corr{rule: i, id: r.Ref() + "\x00" + r.Hash, def: d, span: d.Timespan.Milliseconds(), groups: map[string]*group{}}
	if own, ok := r.Custom["picket"].(map[string]any); ok {
		switch own["rearm"] {
		case "quiet":
			c.rearm = rearmQuiet
		case "always":
			c.rearm = rearmAlways
		}
	}
	c.space = c.span / 16
	c.judge, c.limit = judgeOf(d)
	c.words = d.Type + " " + d.Text + " within " + spanText(d.Timespan)
	if d.Expr != nil {
		c.negs = make([]bool, len(d.Rules))
		markNegated(d.Expr, false, c.negs)
	}
	return c
}

func markNegated(e *sigma.RuleExpr, not bool, negs []bool) {
	if e.Op == "rule" && not {
		negs[e.Rule] = true
	}
	for _, k := range e.Kids {
		markNegated(k, not != (e.Op == "not"), negs)
	}
}

func spanText(d time.Duration) string {
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if t := strings.TrimSuffix(s, "0m"); strings.HasSuffix(t, "h") {
		s = t
	}
	return s
}

// Observe takes in an event with the rules that it hit: its time in ms, a
// reference that grows from event to event, and the record to read values from.
// What it returns is valid until the next call.
func (w *Engine) Observe(t int64, ref uint64, hits []int, rec sigma.Record) []Fired {
	w.fired = w.fired[:0]
	w.rec, w.reading = rec, false
	t = min(max(t, -farthest), farthest)
	for _, r := range hits {
		if r < 0 || r >= len(w.feeds) {
			continue
		}
		for _, f := range w.feeds[r] {
			w.feed(f, t, ref, nil)
		}
	}
	w.rec, w.reading = nil, false
	w.evict()
	return w.fired
}

// farthest bounds times, so that spans can be added to them.
const farthest = 1 << 60

// Counts returns the state of the engine.
func (w *Engine) Counts() Counts { return w.counts }

// read makes the values of the event in hand readable, and reports whether
// there is one.
func (w *Engine) read() bool {
	if !w.reading && w.rec != nil {
		w.set.Read(w.rec, w.sc)
		w.reading = true
	}
	return w.reading
}

// feed puts a hit, of a rule or of a chained correlation's group, into a window
// and judges it.
func (w *Engine) feed(f feed, t int64, ref uint64, inner *group) {
	c := f.c
	w.values = w.values[:0]
	names := w.set.GroupNames(c.rule, f.pos)
	for i, name := range names {
		v, ok := w.value(name, inner, func() (string, bool) { return w.set.Group(c.rule, f.pos, i, w.sc) })
		if !ok {
			w.counts.Ungrouped++
			return
		}
		w.values = append(w.values, v)
	}
	en := entry{t: t, ref: ref, pos: uint16(f.pos), n: 1}
	sample := ""
	if len(c.def.Fields) > 0 {
		var ok bool
		if en.val, sample, ok = w.measure(f, inner); !ok {
			w.counts.Unmeasured++
			return
		}
	}
	g := w.group(c, w.values)
	if inner != nil && c.judge == judgeTemporal {
		en.val = g.sub(inner)
	}
	w.insert(g, en, sample)
}

// value reads a field of the event in hand, or of the group of a chained
// correlation by the name that it has there.
func (w *Engine) value(name string, inner *group, read func() (string, bool)) (string, bool) {
	if inner != nil {
		for i, n := range inner.c.def.GroupBy {
			if n == name {
				return inner.values[i], true
			}
		}
	}
	if !w.read() {
		return "", false
	}
	return read()
}
