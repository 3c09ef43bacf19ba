package sigma

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// kind is what a YAML node is.
type kind uint8

const (
	nullNode kind = iota
	textNode
	numberNode
	boolNode
	listNode
	mapNode
)

// node is a YAML value, its order and the text of its numbers kept.
type node struct {
	kind  kind
	text  string // of a scalar; a whole number in decimal
	line  int
	list  []*node
	pairs []pair
}

type pair struct {
	key string
	val *node
}

// Limits of one rule file. They are far above what any rule needs.
const (
	maxFile  = 1 << 20
	maxNodes = 200_000
	maxDepth = 60
)

// readYAML returns the documents of a file. An error of one document is an
// error of the file.
func readYAML(data []byte) (docs []*node, err error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	if err := checkNesting(data); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			docs, err = nil, errors.New("YAML that cannot be read")
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlError(err)
	}
	c := converter{anchors: map[string]*node{}}
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		clear(c.anchors)
		n, err := c.convert(d.Body, 0)
		if err != nil {
			return nil, err
		}
		if n.kind != nullNode {
			docs = append(docs, n)
		}
	}
	return docs, nil
}

// yamlError takes the picture of the source out of a parser's error.
func yamlError(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New("YAML: " + line)
}

// checkNesting refuses nesting that would exhaust the parser's stack.
func checkNesting(data []byte) error {
	depth, dashes := 0, 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			dashes = 0
		case '-', '?':
			dashes++
		case ' ', '\t':
		default:
			dashes = 0
		}
		if depth > 1000 || dashes > 1000 {
			return errors.New("YAML: nested too deeply")
		}
	}
	return nil
}

// converter turns the parser's tree into nodes; aliases are resolved, and the
// number of nodes that they make is bounded.
type converter struct {
	anchors map[string]*node
	count   int
}

func (c *converter) convert(a ast.Node, depth int) (*node, error) {
	if c.count++; c.count > maxNodes || depth > maxDepth {
		return nil, errors.New("YAML: too many or too deeply nested values")
	}
	n := &node{}
	if a == nil {
		return n, nil
	}
	if t := a.GetToken(); t != nil && t.Position != nil {
		n.line = t.Position.Line
	}
	switch a := a.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		n.kind, n.text = textNode, a.Value
	case *ast.LiteralNode:
		n.kind, n.text = textNode, a.Value.Value
	case *ast.IntegerNode:
		n.kind, n.text = numberNode, fmt.Sprint(a.Value)
	case *ast.FloatNode:
		n.kind, n.text = numberNode, a.Token.Value
	case *ast.InfinityNode:
		n.kind, n.text = textNode, a.Token.Value
	case *ast.NanNode:
		n.kind, n.text = textNode, a.Token.Value
	case *ast.BoolNode:
		n.kind, n.text = boolNode, strconv.FormatBool(a.Value)
	case *ast.TagNode:
		return c.tagged(a, depth)
	case *ast.AnchorNode:
		v, err := c.convert(a.Value, depth+1)
		if err != nil {
			return nil, err
		}
		c.anchors[a.Name.GetToken().Value] = v
		return v, nil
	case *ast.AliasNode:
		v, ok := c.anchors[a.Value.GetToken().Value]
		if !ok {
			return nil, fmt.Errorf("YAML: line %d: unknown alias", n.line)
		}
		if c.count += v.size(); c.count > maxNodes {
			return nil, errors.New("YAML: too many values")
		}
		return v, nil
	case *ast.SequenceNode:
		n.kind = listNode
		for _, v := range a.Values {
			k, err := c.convert(v, depth+1)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, k)
		}
	case *ast.MappingNode:
		n.kind = mapNode
		for _, v := range a.Values {
			if err := c.pair(n, v, depth); err != nil {
				return nil, err
			}
		}
	case *ast.MappingValueNode:
		n.kind = mapNode
		if err := c.pair(n, a, depth); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("YAML: line %d: %s is not used in rules", n.line, a.Type())
	}
	return n, nil
}

func (c *converter) pair(n *node, v *ast.MappingValueNode, depth int) error {
	val, err := c.convert(v.Value, depth+1)
	if err != nil {
		return err
	}
	if _, merge := v.Key.(*ast.MergeKeyNode); merge {
		for _, p := range val.pairs {
			if n.get(p.key) == nil {
				n.pairs = append(n.pairs, p)
			}
		}
		return nil
	}
	key, err := c.convert(v.Key, depth+1)
	if err != nil {
		return err
	}
	n.pairs = append(n.pairs, pair{key.text, val})
	return nil
}

// tagged honours !!str, the only tag that rules have a use for.
func (c *converter) tagged(a *ast.TagNode, depth int) (*node, error) {
	v, err := c.convert(a.Value, depth+1)
	if err != nil {
		return nil, err
	}
	if a.Start != nil && a.Start.Value == "!!str" && v.kind <= boolNode {
		t := *v
		t.kind = textNode
		if tok := a.Value.GetToken(); tok != nil && v.kind == numberNode {
			t.text = tok.Value
		}
		return &t, nil
	}
	return v, nil
}

func (n *node) size() int {
	s := 1
	for _, v := range n.list {
		s += v.size()
	}
	for _, p := range n.pairs {
		s += p.val.size()
	}
	return s
}

// get returns the value of a key of a map, or nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, p := range n.pairs {
		if p.key == key {
			return p.val
		}
	}
	return nil
}

// scalar returns the text of a scalar, "" for anything else.
func (n *node) scalar() string {
	if n == nil || n.kind >= listNode {
		return ""
	}
	return n.text
}

// texts returns a list of scalars; a single one is a list of one.
func (n *node) texts() []string {
	switch {
	case n == nil || n.kind == nullNode || n.kind == mapNode:
		return nil
	case n.kind != listNode:
		return []string{n.text}
	}
	out := make([]string, 0, len(n.list))
	for _, v := range n.list {
		if v.kind < listNode && v.kind != nullNode {
			out = append(out, v.text)
		}
	}
	return out
}

// plain returns the value as Go's own types.
func (n *node) plain() any {
	switch n.kind {
	case textNode:
		return n.text
	case numberNode:
		if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			return i
		}
		if f, err := strconv.ParseFloat(n.text, 64); err == nil {
			return f
		}
		return n.text
	case boolNode:
		return n.text == "true"
	case listNode:
		out := make([]any, len(n.list))
		for i, v := range n.list {
			out[i] = v.plain()
		}
		return out
	case mapNode:
		out := make(map[string]any, len(n.pairs))
		for _, p := range n.pairs {
			out[p.key] = p.val.plain()
		}
		return out
	}
	return nil
}
