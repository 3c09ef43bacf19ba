package normalize

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// yamlNode is a value of a mapping file with its line. Order is kept, because of
// two keys with one meaning the first is the better one.
type yamlNode struct {
	line  int
	kind  yamlKind
	text  string // of a scalar, as it was written
	list  []*yamlNode
	names []*yamlNode    // keys of a map, and
	vals  []*yamlNode    // their values
	lines map[string]int // of keys
}

type yamlKind uint8

const (
	yamlNothing yamlKind = iota
	yamlScalar
	yamlList
	yamlMap
)

var yamlKinds = [...]string{"nothing", "a word", "a list", "a map of keys"}

// Limits that no mapping needs.
const (
	maxYAMLNodes = 50_000
	maxYAMLDepth = 12
)

// readMappingYAML returns the one document of a mapping file.
func readMappingYAML(text []byte) (root *yamlNode, line int, err error) {
	if len(text) > maxMappingFile {
		return nil, 0, fmt.Errorf("is longer than %d KB", maxMappingFile>>10)
	}
	if n := nestedDeeply(text); n > 0 {
		return nil, n, errors.New("is nested too deeply")
	}
	defer func() { // the parser is not ours
		if recover() != nil {
			root, err = nil, errors.New("is no YAML that can be read")
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		place, reason, _ := strings.Cut(strings.TrimPrefix(first, "["), "] ")
		if _, err := fmt.Sscanf(place, "%d:", &line); err != nil || reason == "" {
			reason = first
		}
		return nil, line, errors.New("is no YAML: " + reason)
	}
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		if _, comment := d.Body.(*ast.CommentGroupNode); comment {
			continue
		}
		if body != nil {
			return nil, d.Body.GetToken().Position.Line, errors.New("holds more than one document")
		}
		body = d.Body
	}
	c := yamlReader{}
	if root, err = c.read(body, 0); err != nil {
		return nil, c.line, err
	}
	return root, 0, nil
}

// nestedDeeply returns the line where nesting would exhaust the parser's stack.
func nestedDeeply(text []byte) int {
	depth, dashes, line := 0, 0, 1
	for _, c := range text {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			dashes = 0
			line++
		case '-', '?':
			dashes++
		case ' ', '\t':
		default:
			dashes = 0
		}
		if depth > 200 || dashes > 200 {
			return line
		}
	}
	return 0
}

type yamlReader struct {
	count int
	line  int // of what is being read
}

func (r *yamlReader) read(a ast.Node, depth int) (*yamlNode, error) {
	n := &yamlNode{line: r.line}
	if a == nil {
		return n, nil
	}
	if t := a.GetToken(); t != nil && t.Position != nil {
		n.line, r.line = t.Position.Line, t.Position.Line
	}
	if r.count++; r.count > maxYAMLNodes || depth > maxYAMLDepth {
		return nil, errors.New("has too many or too deeply nested values")
	}
	switch a := a.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		n.kind, n.text = yamlScalar, a.Value
	case *ast.LiteralNode:
		n.kind, n.text = yamlScalar, a.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.text = yamlScalar, a.GetToken().Value
	case *ast.SequenceNode:
		n.kind = yamlList
		for _, v := range a.Values {
			k, err := r.read(v, depth+1)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, k)
		}
	case *ast.MappingNode:
		n.kind = yamlMap
		for _, v := range a.Values {
			if err := r.pair(n, v, depth); err != nil {
				return nil, err
			}
		}
		if len(n.names) > 0 {
			n.line = n.names[0].line
		}
	case *ast.MappingValueNode:
		n.kind = yamlMap
		if err := r.pair(n, a, depth); err != nil {
			return nil, err
		}
		n.line = n.names[0].line
	default:
		return nil, fmt.Errorf("uses %s of YAML, which mappings do not know; write the values out", a.Type())
	}
	return n, nil
}

func (r *yamlReader) pair(n *yamlNode, v *ast.MappingValueNode, depth int) error {
	key, err := r.read(v.Key, depth+1)
	if err != nil {
		return err
	}
	if key.kind != yamlScalar {
		return errors.New("has a key that is no word")
	}
	if first := n.lines[key.text]; first > 0 {
		r.line = key.line
		return fmt.Errorf("has the key %q twice, first in line %d", key.text, first)
	}
	if n.lines == nil {
		n.lines = map[string]int{}
	}
	n.lines[key.text] = key.line
	val, err := r.read(v.Value, depth+1)
	if err != nil {
		return err
	}
	if val.kind == yamlNothing {
		val.line = key.line
	}
	n.names, n.vals = append(n.names, key), append(n.vals, val)
	return nil
}
