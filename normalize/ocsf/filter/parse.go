package filter

import "strings"

// Parse reads a filter. The error is an [*Error].
func Parse(s string) (*Expr, error) {
	if len(s) > MaxLength {
		return nil, errorAt(MaxLength, "the filter is too long", "split it into several")
	}
	p := parser{lex: lexer{s: s}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return &Expr{}, nil
	}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind == tokClose {
		return nil, errorAt(p.tok.pos, "the ) has no (", "take it away, or quote it")
	}
	return &Expr{root: root}, nil
}

// MustParse is [Parse] for filters that stand in the program.
func MustParse(s string) *Expr {
	x, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return x
}

type parser struct {
	lex   lexer
	tok   token // the next one, not consumed yet
	terms int
}

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

// or reads terms joined by OR, up to a ) or the end.
func (p *parser) or(depth int) (*node, error) {
	n := &node{op: opOr}
	for {
		k, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		n.add(k)
		if p.tok.kind != tokOr {
			return n.simple(), nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// and reads terms joined by AND or by standing side by side.
func (p *parser) and(depth int) (*node, error) {
	n := &node{op: opAnd}
	for {
		k, err := p.not(depth)
		if err != nil {
			return nil, err
		}
		n.add(k)
		switch p.tok.kind {
		case tokEnd, tokClose, tokOr:
			return n.simple(), nil
		case tokAnd:
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
	}
}

func (p *parser) not(depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, errorAt(p.tok.pos, "too many parentheses and NOTs inside each other", "make the filter flatter")
	}
	t := p.tok
	switch t.kind {
	case tokNot:
		if err := p.advance(); err != nil {
			return nil, err
		}
		k, err := p.not(depth + 1)
		if err != nil {
			return nil, err
		}
		return &node{op: opNot, kids: []*node{k}}, nil
	case tokOpen:
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind == tokClose {
			return nil, errorAt(t.pos, "nothing stands between the parentheses", "take them away, or quote them")
		}
		k, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.tok.kind != tokClose {
			return nil, errorAt(t.pos, "the ( is not closed", "add a ), or quote it")
		}
		return k, p.advance()
	case tokWord, tokTerm:
		if p.terms++; p.terms > MaxTerms {
			return nil, errorAt(t.pos, "too many terms", "split the filter into several")
		}
		term, err := newTerm(t)
		if err != nil {
			return nil, err
		}
		return &node{term: term}, p.advance()
	}
	word := map[tokenKind]string{tokEnd: "the end", tokClose: "a )", tokAnd: "AND", tokOr: "OR"}[t.kind]
	hint := "write a term there"
	if t.kind == tokAnd || t.kind == tokOr {
		hint = `a term is missing before it; quote it to search for the word`
	}
	return nil, errorAt(t.pos, "a term was expected, not "+word, hint)
}

// add appends a child, and a child of the same kind as its own children.
func (n *node) add(k *node) {
	if k.op == n.op {
		n.kids = append(n.kids, k.kids...)
	} else {
		n.kids = append(n.kids, k)
	}
}

func (n *node) simple() *node {
	if len(n.kids) == 1 {
		return n.kids[0]
	}
	return n
}

// String returns the filter in its canonical form, which parses to the same.
func (x *Expr) String() string {
	if x == nil || x.root == nil {
		return ""
	}
	var b strings.Builder
	x.root.print(&b, opOr)
	return b.String()
}

func (n *node) print(b *strings.Builder, within op) {
	switch n.op {
	case opTerm:
		n.term.print(b)
	case opNot:
		b.WriteString("NOT ")
		n.kids[0].print(b, opNot)
	default:
		paren := within == opNot || n.op == opOr && within == opAnd
		if paren {
			b.WriteByte('(')
		}
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString([...]string{opAnd: " AND ", opOr: " OR "}[n.op])
			}
			k.print(b, n.op)
		}
		if paren {
			b.WriteByte(')')
		}
	}
}
