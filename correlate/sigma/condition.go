package sigma

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// condOp is what a node of a condition does.
type condOp uint8

const (
	condName condOp = iota // one selection
	condAny                // 1 of pattern
	condAll                // all of pattern
	condAnd
	condOr
	condNot
)

// cond is a node of a parsed condition.
type cond struct {
	op   condOp
	name string // selection or pattern; "them" for all
	kids []*cond
}

// parseCondition reads the language of conditions: not binds tighter than and,
// and tighter than or.
func parseCondition(text string) (*cond, error) {
	if strings.Contains(text, "|") {
		return nil, errors.New("aggregations after | belong to Sigma 1; write a correlation instead")
	}
	p := condParser{toks: condTokens(text)}
	if len(p.toks) > 2000 {
		return nil, errors.New("too long")
	}
	c, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.toks) {
		return nil, fmt.Errorf("%q is out of place", p.toks[p.at])
	}
	return c, nil
}

// condTokens splits at spaces and around parentheses.
func condTokens(text string) []string {
	text = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text)
	return strings.Fields(text)
}

type condParser struct {
	toks []string
	at   int
}

func (p *condParser) peek() string {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return ""
}

func (p *condParser) is(word string) bool { return strings.EqualFold(p.peek(), word) }

func (p *condParser) or(depth int) (*cond, error)  { return p.chain(depth, "or", condOr, p.and) }
func (p *condParser) and(depth int) (*cond, error) { return p.chain(depth, "and", condAnd, p.not) }

func (p *condParser) chain(depth int, word string, op condOp, sub func(int) (*cond, error)) (*cond, error) {
	c, err := sub(depth)
	if err != nil || !p.is(word) {
		return c, err
	}
	out := &cond{op: op, kids: []*cond{c}}
	for p.is(word) {
		p.at++
		if c, err = sub(depth); err != nil {
			return nil, err
		}
		out.kids = append(out.kids, c)
	}
	return out, nil
}

func (p *condParser) not(depth int) (*cond, error) {
	if depth > 50 {
		return nil, errors.New("nested too deeply")
	}
	if p.is("not") {
		p.at++
		c, err := p.not(depth + 1)
		if err != nil {
			return nil, err
		}
		return &cond{op: condNot, kids: []*cond{c}}, nil
	}
	switch tok := p.peek(); {
	case tok == "":
		return nil, errors.New("ends too early")
	case tok == "(":
		p.at++
		c, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.peek() != ")" {
			return nil, errors.New("a parenthesis is not closed")
		}
		p.at++
		return c, nil
	case tok == ")" || p.is("and") || p.is("or"):
		return nil, fmt.Errorf("%q is out of place", tok)
	case p.at+1 < len(p.toks) && strings.EqualFold(p.toks[p.at+1], "of"):
		return p.of(tok)
	default:
		p.at++
		return &cond{op: condName, name: tok}, nil
	}
}

// of reads "1 of x", "any of x", "all of x".
func (p *condParser) of(quantity string) (*cond, error) {
	c := &cond{}
	switch strings.ToLower(quantity) {
	case "1", "any":
		c.op = condAny
	case "all":
		c.op = condAll
	default:
		return nil, fmt.Errorf("%q of: only 1, any and all are known", quantity)
	}
	p.at += 2
	c.name = p.peek()
	if c.name == "" || c.name == "(" || c.name == ")" {
		return nil, errors.New(quantity + " of what? name a pattern or them")
	}
	if strings.HasSuffix(c.name, ",") {
		return nil, errors.New("of takes one pattern; write (a or b), or name them alike and use a pattern")
	}
	p.at++
	if strings.EqualFold(c.name, "them") {
		c.name = "them"
	}
	return c, nil
}

// check reports names and patterns that no selection answers to.
func (c *cond) check(d *Detection) error {
	switch c.op {
	case condName:
		if d.selections[c.name] == nil {
			return fmt.Errorf("no selection %q", c.name)
		}
	case condAny, condAll:
		if len(d.matching(c.name)) == 0 {
			return fmt.Errorf("no selection like %q", c.name)
		}
	}
	for _, k := range c.kids {
		if err := k.check(d); err != nil {
			return err
		}
	}
	return nil
}

// matching returns the selections that a pattern means, in the order of the
// file. Names that begin with _ are meant only by patterns that do so too.
func (d *Detection) matching(pattern string) []string {
	var out []string
	for _, n := range d.names {
		if strings.HasPrefix(n, "_") && !strings.HasPrefix(pattern, "_") {
			continue
		}
		if pattern == "them" || like(pattern, n) {
			out = append(out, n)
		}
	}
	return out
}

// like matches a name against a pattern with *.
func like(pattern, name string) bool {
	pattern = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `?`, `\?`, "/", "\x00").Replace(pattern)
	ok, err := path.Match(pattern, strings.ReplaceAll(name, "/", "\x00"))
	return ok && err == nil
}

// hasNot reports whether anything is negated.
func (c *cond) hasNot() bool {
	if c.op == condNot {
		return true
	}
	for _, k := range c.kids {
		if k.hasNot() {
			return true
		}
	}
	return false
}
