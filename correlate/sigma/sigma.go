// Package sigma reads, compiles and matches Sigma rules (specification 2.1.0).
//
// [Parse] and [Load] read rules as they are, [Compile] makes a [Set] of them
// against a [Taxonomy], and [Set.Match] tells which rules an event hits. A Set is
// immutable and shared; each goroutine brings its own [Scratch]. Matching reads
// one event and nothing else, so correlations are parsed and checked here but
// run in package window.
//
// A rule costs nothing until an event has something that the rule needs: events
// are routed by log source, then by one literal (or one of several) without which
// the rule cannot hold, and only the rules that are left are evaluated.
// Predicates are shared between rules and remembered for one event. Time for an
// event stays bounded whatever it holds: expressions run in linear time, and
// what is costly is paid for from a budget of the event, of which no rule may
// use up all. What cannot be paid for is counted by rule (see [Costs]).
//
// A field that is absent and one that is null are the same: they match null
// and nothing else. An empty text is present. Text is compared without regard
// to case unless a modifier says otherwise.
package sigma

import (
	"time"
)

// Rule is one document of a rule file: a detection, a correlation or a filter.
type Rule struct {
	ID          string
	Name        string // for references in correlations and filters
	Title       string
	Status      string
	Description string
	Author      string
	Date        string
	Modified    string
	License     string
	Level       string // informational, low, medium, high, critical or ""

	Tags           []string
	References     []string
	FalsePositives []string
	Fields         []string
	LogSource      LogSource

	// Exactly one of the three is set.
	Detection   *Detection
	Correlation *Correlation
	Filter      *Filter

	// Custom holds the top-level keys that Sigma does not know, as string, bool,
	// int64, float64, []any and map[string]any.
	Custom map[string]any

	File string // where it came from
	Hash string // of everything that decides what it matches, 16 hex digits
	// Warnings tell what is odd but not wrong, a sentence each.
	Warnings []string
}

// Ref returns what the rule is called in reports: its id, else its name, else
// its title.
func (r *Rule) Ref() string {
	switch {
	case r.ID != "":
		return r.ID
	case r.Name != "":
		return r.Name
	}
	return r.Title
}

// LogSource says for which events a rule is. An empty key means any.
type LogSource struct {
	Product, Category, Service string
	Definition                 string
}

// Failure is a rule or file that could not be used, and why.
type Failure struct {
	File   string `json:"file"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Error says file, rule and reason.
func (f Failure) Error() string {
	s := f.File
	if f.ID != "" {
		s += ": rule " + f.ID
	}
	return s + ": " + f.Reason
}

// Correlation is what a correlation rule asks for.
type Correlation struct {
	Type     string // event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_median, value_percentile
	Rules    []string
	GroupBy  []string
	Timespan time.Duration
	Aliases  map[string]map[string]string // name of a group field -> rule -> field there
	Generate bool                         // the rules referred to also speak for themselves

	Bounds     []Bound  // all must hold; nil for a condition over rules
	Fields     []string // of value_*: the field that is measured
	Percentile float64
	Expr       *RuleExpr // extended condition over rules, or nil
	Text       string    // the condition as written, for people
}

// Bound is one comparison of a correlation's condition.
type Bound struct {
	Op    string // eq, neq, gt, gte, lt, lte
	Value float64
}

// Holds reports whether x satisfies the bound.
func (b Bound) Holds(x float64) bool {
	switch b.Op {
	case "eq":
		return x == b.Value
	case "neq":
		return x != b.Value
	case "gt":
		return x > b.Value
	case "gte":
		return x >= b.Value
	case "lt":
		return x < b.Value
	case "lte":
		return x <= b.Value
	}
	return false
}

// Filter narrows the rules that it names.
type Filter struct {
	Rules     []string // ids or names; empty: every rule of its log source
	Detection *Detection
}
