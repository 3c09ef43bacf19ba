package sigma

import (
	"regexp/syntax"
	"strconv"
	"strings"
)

// regexpPredicate compiles an expression and finds the literals of which every
// match contains one, so that most values need not be searched.
func regexpPredicate(text, flags string) (predicate, error) {
	re, err := compileRegexp(text, flags)
	if err != nil {
		return predicate{}, err
	}
	p := predicate{op: opRegexp, re: re}
	if tree, err := syntax.Parse(re.String(), syntax.Perl); err == nil {
		p.lits = required(tree.Simplify())
	}
	return p, nil
}

// maxRequired bounds the alternatives that are worth knowing.
const maxRequired = 32

// required returns folded texts of which every match contains at least one, or
// nil when none is known.
func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		s := string(re.Rune)
		if strings.ContainsRune(s, '\uFFFD') {
			return nil // also what bytes that are no UTF-8 are taken for
		}
		return []string{fold(s)}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if lits := required(sub); worth(lits) > worth(best) {
				best = lits
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			lits := required(sub)
			if len(lits) == 0 || len(all)+len(lits) > maxRequired {
				return nil
			}
			all = append(all, lits...)
		}
		return all
	}
	return nil
}

// worth tells how rarely one of the texts will be seen: the length of the
// shortest, less a little for each.
func worth(lits []string) float64 {
	if len(lits) == 0 {
		return 0
	}
	shortest := len(lits[0])
	for _, l := range lits {
		shortest = min(shortest, len(l))
	}
	return float64(shortest) + 1/float64(len(lits))
}

func parseFloat(s string) (float64, error) { return strconv.ParseFloat(s, 64) }
