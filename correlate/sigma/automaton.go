package sigma

import (
	"cmp"
	"slices"
)

// automaton finds all literals of one field in one pass over a text (Aho and
// Corasick). The states near the root, where texts spend their time, have whole
// rows of transitions; the others have lists and fall back.
type automaton struct {
	class [256]uint8 // byte -> class; 0 is every byte that no literal has
	width int32
	dense int32   // states below have rows
	rows  []int32 // state*width + class -> state

	edgeAt  []int32 // state-dense -> first edge, one more at the end
	edgeBy  []uint8
	edgeTo  []int32
	fail    []int32 // of every state
	outAt   []int32 // state -> first of its own literals, one more at the end
	outs    []int32 // indexes of literals
	outNext []int32 // state -> the nearest state with literals: itself or on the way of fail; 0 for none
}

// litKind is where in a value a literal must stand.
type litKind uint8

const (
	litExact litKind = iota
	litPrefix
	litSuffix
	litInside
)

// trie is the automaton under construction.
type trie struct {
	kids [][]trieEdge
	outs [][]int32
}

type trieEdge struct {
	by uint8
	to int32
}

// newAutomaton builds the automaton of literals; ids are given to emit.
func newAutomaton(texts []string, ids []int32) *automaton {
	a := &automaton{width: 1}
	for _, t := range texts {
		for i := 0; i < len(t); i++ {
			if a.class[t[i]] == 0 && a.width < 256 {
				a.class[t[i]] = uint8(a.width)
				a.width++
			}
		}
	}
	t := trie{kids: make([][]trieEdge, 1), outs: make([][]int32, 1)}
	for i, text := range texts {
		t.add(text, ids[i], &a.class)
	}
	a.number(&t)
	return a
}

func (t *trie) add(text string, id int32, class *[256]uint8) {
	at := int32(0)
	for i := 0; i < len(text); i++ {
		c := class[text[i]]
		j := slices.IndexFunc(t.kids[at], func(e trieEdge) bool { return e.by == c })
		if j >= 0 {
			at = t.kids[at][j].to
			continue
		}
		next := int32(len(t.kids))
		t.kids[at] = append(t.kids[at], trieEdge{c, next})
		t.kids, t.outs = append(t.kids, nil), append(t.outs, nil)
		at = next
	}
	t.outs[at] = append(t.outs[at], id)
}

// number lays the states out breadth first, so that the root and its
// neighbours come first, and computes where each falls back to.
func (a *automaton) number(t *trie) {
	order := make([]int32, 0, len(t.kids)) // new -> old
	newOf := make([]int32, len(t.kids))
	order = append(order, 0)
	for i := 0; i < len(order); i++ {
		old := order[i]
		newOf[old] = int32(i)
		slices.SortFunc(t.kids[old], func(x, y trieEdge) int { return cmp.Compare(x.by, y.by) })
		for _, e := range t.kids[old] {
			order = append(order, e.to)
		}
	}
	n := len(order)
	// Rows for the root, its children, and later states with many ways on.
	a.dense = int32(1 + len(t.kids[0]))
	a.fail = make([]int32, n)
	a.outAt = make([]int32, n+1)
	a.outNext = make([]int32, n)
	a.rows = make([]int32, a.dense*a.width)
	a.edgeAt = make([]int32, n-int(a.dense)+1)
	for i, old := range order {
		a.outAt[i] = int32(len(a.outs))
		a.outs = append(a.outs, t.outs[old]...)
		if int32(i) >= a.dense {
			a.edgeAt[int32(i)-a.dense] = int32(len(a.edgeBy))
			for _, e := range t.kids[old] {
				a.edgeBy = append(a.edgeBy, e.by)
				a.edgeTo = append(a.edgeTo, newOf[e.to])
			}
		}
	}
	a.outAt[n] = int32(len(a.outs))
	a.edgeAt[n-int(a.dense)] = int32(len(a.edgeBy))

	for i, old := range order { // breadth first: what a state falls back to is done
		if i > 0 && a.outAt[i] < a.outAt[i+1] {
			a.outNext[i] = int32(i)
		} else if i > 0 {
			a.outNext[i] = a.outNext[a.fail[i]]
		}
		if int32(i) < a.dense {
			row := a.rows[int32(i)*a.width : int32(i+1)*a.width]
			if i > 0 {
				copy(row, a.rows[a.fail[i]*a.width:(a.fail[i]+1)*a.width])
			}
			for _, e := range t.kids[old] {
				row[e.by] = newOf[e.to]
			}
		}
		for _, e := range t.kids[old] {
			if i > 0 {
				a.fail[newOf[e.to]] = a.step(a.fail[i], e.by)
			}
		}
	}
}

// step follows one byte's class from a state.
func (a *automaton) step(st int32, c uint8) int32 {
	for st >= a.dense {
		i := st - a.dense
		for j := a.edgeAt[i]; j < a.edgeAt[i+1]; j++ {
			if a.edgeBy[j] == c {
				return a.edgeTo[j]
			}
		}
		st = a.fail[st]
	}
	return a.rows[st*a.width+int32(c)]
}

// scan marks in sc every literal that stands in s where it must.
func (a *automaton) scan(s string, sc *Scratch) {
	lits := sc.set.lits
	st := int32(0)
	for i := 0; i < len(s); i++ {
		c := a.class[s[i]]
		if st < a.dense {
			st = a.rows[st*a.width+int32(c)]
		} else {
			st = a.step(st, c)
		}
		for o := a.outNext[st]; o != 0; o = a.outNext[a.fail[o]] {
			for _, id := range a.outs[a.outAt[o]:a.outAt[o+1]] {
				if sc.litSeen[id] == sc.stamp {
					continue
				}
				switch lits[id].kind {
				case litPrefix:
					if i+1 != len(lits[id].text) {
						continue
					}
				case litSuffix:
					if i+1 != len(s) {
						continue
					}
				}
				sc.found(id)
			}
		}
	}
}
