package sigma

import (
	"cmp"
	"slices"
)

// treeOp is what a node of a compiled condition does.
type treeOp uint8

const (
	opAnd treeOp = iota
	opOr
	opNot
	opPred
)

// tree is a compiled condition over predicates. Subtrees are shared.
type tree struct {
	op   treeOp
	pred int32
	kids []*tree
}

// tidy takes needless levels away and puts what is cheap first.
func (t *tree) tidy(preds []*predicate) *tree {
	if (t.op == opAnd || t.op == opOr) && len(t.kids) == 1 {
		return t.kids[0]
	}
	if t.op == opAnd || t.op == opOr {
		slices.SortStableFunc(t.kids, func(a, b *tree) int { return cmp.Compare(a.weight(preds), b.weight(preds)) })
	}
	return t
}

func (t *tree) weight(preds []*predicate) int {
	if t.op == opPred {
		return preds[t.pred].weight()
	}
	w := 0
	for _, k := range t.kids {
		w += k.weight(preds)
	}
	return w
}

// eval computes the tree for the event in sc.
func (t *tree) eval(sc *Scratch) bool {
	switch t.op {
	case opPred:
		return sc.ask(t.pred)
	case opAnd:
		for _, k := range t.kids {
			if !k.eval(sc) {
				return false
			}
		}
		return true
	case opOr:
		for _, k := range t.kids {
			if k.eval(sc) {
				return true
			}
		}
		return false
	}
	return !t.kids[0].eval(sc)
}

// ask returns a predicate's answer for the event, evaluating it once.
func (sc *Scratch) ask(pred int32) bool {
	m := sc.memo[pred]
	if m>>1 == sc.stamp {
		return m&1 != 0
	}
	m = sc.stamp << 1
	before := sc.throttled
	if sc.set.preds[pred].eval(sc) {
		m |= 1
	}
	if sc.throttled == before { // an answer for want of budget is none for other rules
		sc.memo[pred] = m
	}
	return m&1 != 0
}

// walk calls f with every predicate.
func (t *tree) walk(f func(pred int32)) {
	if t.op == opPred {
		f(t.pred)
	}
	for _, k := range t.kids {
		k.walk(f)
	}
}
