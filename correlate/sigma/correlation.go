package sigma

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

var correlationTypes = []string{
	"event_count", "value_count", "temporal", "temporal_ordered",
	"value_sum", "value_avg", "value_median", "value_percentile",
}

var boundOps = []string{"eq", "neq", "gt", "gte", "lt", "lte"}

// RuleExpr is a node of an extended condition over the rules of a correlation.
type RuleExpr struct {
	Op   string // rule, and, or, not
	Rule int    // of rule: position in Correlation.Rules
	Kids []*RuleExpr
}

func parseCorrelation(n *node, r *Rule) (*Correlation, error) {
	if n.kind != mapNode {
		return nil, errors.New("correlation must be a map")
	}
	c := &Correlation{
		Type: n.get("type").scalar(), Rules: n.get("rules").texts(), GroupBy: n.get("group-by").texts(),
		Generate: n.get("generate").scalar() == "true",
	}
	for _, p := range n.pairs {
		switch p.key {
		case "type", "rules", "group-by", "timespan", "condition", "aliases", "generate":
		default:
			return nil, fmt.Errorf("correlation: unknown key %q", p.key)
		}
	}
	if !slices.Contains(correlationTypes, c.Type) {
		return nil, fmt.Errorf("correlation type %q: not one of %s", c.Type, strings.Join(correlationTypes, ", "))
	}
	var err error
	if c.Timespan, err = parseTimespan(n.get("timespan").scalar()); err != nil {
		return nil, err
	}
	if err := c.parseAliases(n.get("aliases")); err != nil {
		return nil, err
	}
	if err := c.parseCondition(n.get("condition"), r); err != nil {
		return nil, fmt.Errorf("correlation condition: %w", err)
	}
	if len(c.Rules) == 0 {
		return nil, errors.New("correlation: no rules named")
	}
	if len(c.Rules) > 200 {
		return nil, errors.New("correlation: more than 200 rules")
	}
	if len(c.GroupBy) > 16 {
		return nil, errors.New("correlation: more than 16 fields to group by")
	}
	for alias, by := range c.Aliases {
		for rule := range by {
			if !slices.Contains(c.Rules, rule) {
				return nil, fmt.Errorf("alias %q is for rule %q, which the correlation does not name", alias, rule)
			}
		}
	}
	return c, nil
}

// parseTimespan reads 30s, 5m, 1h, 7d, 4w, 1M (30 days), 1y.
func parseTimespan(s string) (time.Duration, error) {
	if s == "" {
		return 0, errors.New("correlation: no timespan")
	}
	units := map[byte]time.Duration{
		's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
		'M': 30 * 24 * time.Hour, 'y': 365 * 24 * time.Hour,
	}
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	unit := units[s[len(s)-1]]
	if err != nil || unit == 0 || n == 0 || float64(n)*float64(unit) > math.MaxInt64/2 {
		return 0, fmt.Errorf("timespan %q: want a number and one of s, m, h, d, w, M, y", s)
	}
	return time.Duration(n) * unit, nil
}

func (c *Correlation) parseAliases(n *node) error {
	if n == nil {
		return nil
	}
	if n.kind != mapNode {
		return errors.New("correlation: aliases must be a map")
	}
	c.Aliases = map[string]map[string]string{}
	for _, p := range n.pairs {
		if p.val.kind != mapNode {
			return fmt.Errorf("alias %q must be a map of rules to fields", p.key)
		}
		by := map[string]string{}
		for _, q := range p.val.pairs {
			by[q.key] = q.val.scalar()
		}
		c.Aliases[p.key] = by
	}
	return nil
}

func (c *Correlation) parseCondition(n *node, r *Rule) error {
	temporal := c.Type == "temporal" || c.Type == "temporal_ordered"
	switch {
	case n == nil || n.kind == nullNode:
		if !temporal {
			return fmt.Errorf("%s needs one", c.Type)
		}
		c.Bounds = []Bound{{"gte", float64(len(c.Rules))}}
		c.Text = "all of them"
		return nil
	case n.kind == textNode:
		if !temporal {
			return fmt.Errorf("%s takes comparisons, not an expression over rules", c.Type)
		}
		c.Text = n.text
		return c.parseExpr(n.text)
	case n.kind != mapNode:
		return errors.New("must be comparisons or an expression over rules")
	}
	var words []string
	for _, p := range n.pairs {
		switch {
		case p.key == "field":
			c.Fields = p.val.texts()
		case p.key == "percentile":
			x, err := strconv.ParseFloat(p.val.scalar(), 64)
			if err != nil || x < 0 || x > 100 {
				return fmt.Errorf("percentile %q: want a number from 0 to 100", p.val.scalar())
			}
			c.Percentile = x
		case slices.Contains(boundOps, p.key):
			x, err := strconv.ParseFloat(p.val.scalar(), 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("%s %q: want a number", p.key, p.val.scalar())
			}
			c.Bounds = append(c.Bounds, Bound{p.key, x})
			words = append(words, symbol(p.key)+" "+strconv.FormatFloat(x, 'f', -1, 64))
		default:
			return fmt.Errorf("unknown key %q", p.key)
		}
	}
	c.Text = strings.Join(words, " and ")
	if len(c.Bounds) == 0 {
		return errors.New("nothing is compared")
	}
	if needs := strings.HasPrefix(c.Type, "value_"); needs != (len(c.Fields) > 0) {
		if needs {
			return fmt.Errorf("%s needs a field", c.Type)
		}
		return fmt.Errorf("%s takes no field", c.Type)
	}
	if c.Type == "value_percentile" && n.get("percentile") == nil {
		c.Percentile = 50
		r.Warnings = append(r.Warnings, "value_percentile without percentile: 50 is taken")
	}
	if c.Type == "value_median" {
		c.Percentile = 50
	}
	return nil
}

func symbol(op string) string {
	return map[string]string{"eq": "=", "neq": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}[op]
}

// parseExpr reads an extended condition. Rules that it names and the list does
// not are added to the list.
func (c *Correlation) parseExpr(text string) error {
	parsed, err := parseCondition(text)
	if err != nil {
		return err
	}
	c.Expr, err = c.expr(parsed)
	if err == nil && len(c.Rules) > 0 && !c.Expr.positive() {
		err = errors.New("says only what must not be; name a rule that must")
	}
	return err
}

func (c *Correlation) expr(p *cond) (*RuleExpr, error) {
	leaf := func(name string) *RuleExpr {
		i := slices.Index(c.Rules, name)
		if i < 0 {
			i = len(c.Rules)
			c.Rules = append(c.Rules, name)
		}
		return &RuleExpr{Op: "rule", Rule: i}
	}
	out := &RuleExpr{}
	switch p.op {
	case condName:
		return leaf(p.name), nil
	case condAny, condAll:
		out.Op = map[condOp]string{condAny: "or", condAll: "and"}[p.op]
		for _, name := range slices.Clone(c.Rules) {
			if p.name == "them" || like(p.name, name) {
				out.Kids = append(out.Kids, leaf(name))
			}
		}
		if len(out.Kids) == 0 {
			return nil, fmt.Errorf("no rule like %q", p.name)
		}
		return out, nil
	case condAnd:
		out.Op = "and"
	case condOr:
		out.Op = "or"
	case condNot:
		out.Op = "not"
	}
	for _, k := range p.kids {
		e, err := c.expr(k)
		if err != nil {
			return nil, err
		}
		out.Kids = append(out.Kids, e)
	}
	return out, nil
}

// positive reports whether the expression can hold only if some rule hit.
func (e *RuleExpr) positive() bool { return !e.Eval(func(int) bool { return false }) }

// Eval computes the expression, given which rules hit.
func (e *RuleExpr) Eval(hit func(rule int) bool) bool {
	switch e.Op {
	case "rule":
		return hit(e.Rule)
	case "not":
		return !e.Kids[0].Eval(hit)
	case "and":
		for _, k := range e.Kids {
			if !k.Eval(hit) {
				return false
			}
		}
		return true
	}
	for _, k := range e.Kids {
		if k.Eval(hit) {
			return true
		}
	}
	return false
}

// HasNot reports whether the expression asks for an absence.
func (e *RuleExpr) HasNot() bool {
	return e != nil && (e.Op == "not" || slices.ContainsFunc(e.Kids, (*RuleExpr).HasNot))
}
