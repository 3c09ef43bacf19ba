package sigma

import "sync/atomic"

// Costs count for each rule of a set what it cost, over all goroutines that
// match with it. Make one with [NewCosts].
type Costs struct{ rows []costRow }

type costRow struct{ spent, throttled atomic.Uint64 }

// Cost is what a rule cost.
type Cost struct {
	Spent     uint64 // bytes that comparisons read where they were costly
	Throttled uint64 // comparisons that were left out, because the rule or its event had cost too much
}

// NewCosts returns the costs of a set of so many rules: nothing yet.
func NewCosts(rules int) *Costs { return &Costs{make([]costRow, rules)} }

// Of returns what a rule cost.
func (c *Costs) Of(rule int) Cost {
	r := &c.rows[rule]
	return Cost{r.spent.Load(), r.throttled.Load()}
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
	if t := sc.Costs; t != nil && (spent >= worthTelling || sc.throttled != before) {
		t.rows[rule].spent.Add(uint64(spent))
		t.rows[rule].throttled.Add(sc.throttled - before)
	}
	return hit
}
