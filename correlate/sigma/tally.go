package sigma

import "sync/atomic"

// Tally counts for each rule of a set what it hit and what it cost, over all
// goroutines that match with it. Make one with [NewTally].
type Tally struct{ rows []tallyRow }

type tallyRow struct {
	hits, spent, throttled atomic.Uint64
	last                   atomic.Int64
}

// Counts are what a [Tally] knows of a rule.
type Counts struct {
	Hits      uint64
	Last      int64  // event time of the latest hit, ms
	Spent     uint64 // bytes that comparisons read where they were costly
	Throttled uint64 // comparisons that were left out, because the rule or its event had cost too much
}

// NewTally returns a tally for a set of so many rules.
func NewTally(rules int) *Tally { return &Tally{make([]tallyRow, rules)} }

// Hit counts a hit of a rule.
func (t *Tally) Hit(rule int, at int64) {
	r := &t.rows[rule]
	r.hits.Add(1)
	if at > r.last.Load() {
		r.last.Store(at)
	}
}

// Of returns what is known of a rule.
func (t *Tally) Of(rule int) Counts {
	r := &t.rows[rule]
	return Counts{r.hits.Load(), r.last.Load(), r.spent.Load(), r.throttled.Load()}
}

// Add adds what was known of a rule before.
func (t *Tally) Add(rule int, c Counts) {
	r := &t.rows[rule]
	r.hits.Add(c.Hits)
	r.spent.Add(c.Spent)
	r.throttled.Add(c.Throttled)
	r.last.Store(max(r.last.Load(), c.Last))
}

// The work on one event is bounded: what costs more than a look at a hash or at
// the end of a text is paid for in bytes read by a regular expression, from a
// budget of the event, of which no rule may use up all. A comparison that
// cannot be paid for does not hold, and is counted.
const (
	eventBudget = 1 << 20
	ruleBudget  = 1 << 19
)

// worthTelling keeps cheap rules from paying for the counting: counters are
// shared by all cores.
const worthTelling = 256

// spend pays for a comparison.
func (sc *Scratch) spend(n int) bool {
	if sc.left -= n; sc.left >= 0 {
		return true
	}
	sc.throttled++
	return false
}

// try evaluates a rule on the event in sc and notes what it cost.
func (sc *Scratch) try(rule int32) bool {
	had, before := min(sc.budget, ruleBudget), sc.throttled
	sc.left = had
	hit := sc.set.rules[rule].tree.eval(sc)
	spent := had - max(sc.left, 0)
	sc.budget -= spent
	if t := sc.Tally; t != nil && (spent >= worthTelling || sc.throttled != before) {
		t.rows[rule].spent.Add(uint64(spent))
		t.rows[rule].throttled.Add(sc.throttled - before)
	}
	return hit
}
