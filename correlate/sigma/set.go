package sigma

// Rules returns the rules that compiled; the numbers that other methods take
// and return are positions in this list. Filters are not in it.
func (s *Set) Rules() []*Rule {
	out := make([]*Rule, len(s.rules))
	for i := range s.rules {
		out[i] = s.rules[i].rule
	}
	return out
}

// Len returns how many rules compiled.
func (s *Set) Len() int { return len(s.rules) }

// Rule returns a rule by its number.
func (s *Set) Rule(rule int) *Rule { return s.rules[rule].rule }

// Lookup finds a rule by id or name and returns its number, or -1.
func (s *Set) Lookup(ref string) int {
	if i, ok := s.byRef[ref]; ok {
		return i
	}
	return -1
}

// Needs returns the placeholders that a rule needs values for; until it has
// them it hits nothing.
func (s *Set) Needs(rule int) []string { return s.rules[rule].needs }

// Warnings returns what is odd but not wrong in the rules that compiled, and
// which of them need values.
func (s *Set) Warnings() []Failure {
	var out []Failure
	for i := range s.rules {
		r := s.rules[i].rule
		for _, w := range r.Warnings {
			out = append(out, Failure{r.File, r.Ref(), w})
		}
		if needs := s.rules[i].needs; len(needs) > 0 {
			out = append(out, Failure{r.File, r.Ref(), "needs values for " + shortList(needs)})
		}
	}
	return append(out, s.warnings...)
}

// Base returns the rules that a correlation refers to, in its order.
func (s *Set) Base(corr int) []int {
	if c := s.rules[corr].corr; c != nil {
		return c.base
	}
	return nil
}

// Parents returns the correlations that refer to a rule.
func (s *Set) Parents(rule int) []int { return s.rules[rule].parents }

// Silent reports whether a rule only serves correlations: one refers to it and
// none of them says generate.
func (s *Set) Silent(rule int) bool { return s.rules[rule].silent }
