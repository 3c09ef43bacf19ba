package sigma

import (
	"errors"
	"fmt"
	"strings"
)

// Detection is the part of a rule that says what an event must look like: named
// selections and a condition over them.
type Detection struct {
	names      []string
	selections map[string]*selection
	conditions []string // as written; any of several
	parsed     []*cond
}

// Names returns the names of the selections in the order of the file.
func (d *Detection) Names() []string { return d.names }

// Condition returns the condition as written; several are joined by "or".
func (d *Detection) Condition() string { return strings.Join(d.conditions, " or ") }

// selection is a tree of items: a map is all of its items, a list is any of its
// elements.
type selection struct {
	any  bool
	kids []*selection
	item *item // of a leaf
}

// item is one line of a selection: a field with modifiers and values.
type item struct {
	field string // "" for keywords
	mods  []string
	vals  []*node
	list  bool // written as a list
}

func (it *item) has(mod string) bool {
	for _, m := range it.mods {
		if m == mod {
			return true
		}
	}
	return false
}

// parseDetection reads a map of selections with a condition. Keys in skip are
// no selections.
func parseDetection(n *node, skip ...string) (*Detection, error) {
	if n == nil || n.kind != mapNode {
		return nil, errors.New("detection must be a map of selections and a condition")
	}
	d := &Detection{selections: map[string]*selection{}}
next:
	for _, p := range n.pairs {
		for _, s := range skip {
			if p.key == s {
				continue next
			}
		}
		switch p.key {
		case "condition":
			d.conditions = p.val.texts()
			continue
		case "timeframe":
			return nil, errors.New("timeframe belongs to aggregations of Sigma 1; write a correlation instead")
		}
		s, err := parseSelection(p.val, 0)
		if err != nil {
			return nil, fmt.Errorf("selection %q: %w", p.key, err)
		}
		d.names = append(d.names, p.key)
		d.selections[p.key] = s
	}
	if len(d.names) == 0 {
		return nil, errors.New("detection has no selection")
	}
	if len(d.conditions) == 0 {
		return nil, errors.New("detection has no condition")
	}
	for _, text := range d.conditions {
		c, err := parseCondition(text)
		if err == nil {
			err = c.check(d)
		}
		if err != nil {
			return nil, fmt.Errorf("condition %q: %w", text, err)
		}
		d.parsed = append(d.parsed, c)
	}
	return d, nil
}

func parseSelection(n *node, depth int) (*selection, error) {
	if depth > 20 {
		return nil, errors.New("nested too deeply")
	}
	switch n.kind {
	case mapNode:
		if len(n.pairs) == 0 {
			return nil, errors.New("empty map")
		}
		s := &selection{}
		for _, p := range n.pairs {
			k, err := parsePair(p, depth)
			if err != nil {
				return nil, err
			}
			s.kids = append(s.kids, k)
		}
		return s, nil
	case listNode:
		if len(n.list) == 0 {
			return nil, errors.New("empty list")
		}
		s := &selection{any: true}
		keywords := &item{list: true}
		for _, v := range n.list {
			if v.kind < listNode {
				keywords.vals = append(keywords.vals, v)
				continue
			}
			k, err := parseSelection(v, depth+1)
			if err != nil {
				return nil, err
			}
			s.kids = append(s.kids, k)
		}
		if len(keywords.vals) > 0 {
			s.kids = append(s.kids, &selection{item: keywords})
		}
		return s, nil
	case nullNode:
		return nil, errors.New("empty")
	}
	return &selection{item: &item{vals: []*node{n}}}, nil
}

func parsePair(p pair, depth int) (*selection, error) {
	field, mods, _ := strings.Cut(p.key, "|")
	it := &item{field: field}
	if mods != "" {
		it.mods = strings.Split(mods, "|")
	}
	switch p.val.kind {
	case mapNode:
		return nil, fmt.Errorf("field %q has a map for a value", p.key)
	case listNode:
		it.list = true
		for _, v := range p.val.list {
			if v.kind >= listNode {
				return nil, fmt.Errorf("field %q: a list of lists or maps is no value", p.key)
			}
		}
		it.vals = p.val.list
		if len(it.vals) == 0 {
			return nil, fmt.Errorf("field %q has an empty list", p.key)
		}
	default:
		it.vals = []*node{p.val}
	}
	return &selection{item: it}, nil
}
