package sigma

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"picket/normalize/ocsf"
)

// Taxonomy maps the names that rules use to what events have: fields to OCSF
// attributes or keys in unmapped, log sources to conditions on the event. The
// nil Taxonomy is the flat one: a record's keys are the rules' field names, and
// it names its log source itself.
type Taxonomy struct {
	fields  map[string][]string
	scoped  []scope
	entries []entry
}

// scope holds field names of the rules of one log source.
type scope struct {
	logsource LogSource
	fields    map[string][]string
}

// entry says what an event counts as when a selection holds.
type entry struct {
	product, category, service []string
	selection                  *selection
}

// ParseTaxonomy reads a taxonomy: a map of fields, of scoped fields and of
// log sources.
//
//	fields:
//	  CommandLine: [unmapped.CommandLine, process.cmd_line] # the first that has a value
//	  query.parent: ["parent(query.hostname)"]              # a function of Options.Derive
//	scoped:
//	  - logsource: {category: proxy}
//	    fields: {c-uri: [url.url_string]}
//	logsources:
//	  - gives: {product: windows, service: security}
//	    if: {unmapped.Channel: Security}
func ParseTaxonomy(data []byte) (*Taxonomy, error) {
	docs, err := readYAML(data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 || docs[0].kind != mapNode {
		return nil, errors.New("taxonomy: want one map")
	}
	t := &Taxonomy{}
	for _, p := range docs[0].pairs {
		switch p.key {
		case "fields":
			t.fields, err = taxonomyFields(p.val)
		case "scoped":
			err = t.readScopes(p.val)
		case "logsources":
			err = t.readEntries(p.val)
		default:
			err = fmt.Errorf("unknown key %q", p.key)
		}
		if err != nil {
			return nil, fmt.Errorf("taxonomy: %w", err)
		}
	}
	return t, nil
}

func taxonomyFields(n *node) (map[string][]string, error) {
	if n.kind != mapNode {
		return nil, errors.New("fields must be a map")
	}
	out := map[string][]string{}
	for _, p := range n.pairs {
		list := p.val.texts()
		if len(list) == 0 {
			return nil, fmt.Errorf("field %q: no source named", p.key)
		}
		for _, s := range list {
			if _, err := parseSource(s); err != nil {
				return nil, fmt.Errorf("field %q: %w", p.key, err)
			}
		}
		out[p.key] = list
	}
	return out, nil
}

func (t *Taxonomy) readScopes(n *node) error {
	for _, s := range n.list {
		ls := s.get("logsource")
		fields, err := taxonomyFields(orEmpty(s.get("fields")))
		if err != nil {
			return err
		}
		t.scoped = append(t.scoped, scope{
			LogSource{Product: ls.get("product").scalar(), Category: ls.get("category").scalar(), Service: ls.get("service").scalar()}, fields,
		})
	}
	return nil
}

func orEmpty(n *node) *node {
	if n == nil {
		return &node{kind: mapNode}
	}
	return n
}

func (t *Taxonomy) readEntries(n *node) error {
	for i, e := range n.list {
		gives, cond := e.get("gives"), e.get("if")
		if gives == nil || cond == nil {
			return fmt.Errorf("logsource %d: want gives and if", i+1)
		}
		x := entry{product: foldAll(gives.get("product").texts()), category: foldAll(gives.get("category").texts()), service: foldAll(gives.get("service").texts())}
		sel, err := parseSelection(cond, 0)
		if err != nil {
			return fmt.Errorf("logsource %d: %w", i+1, err)
		}
		x.selection = sel
		t.entries = append(t.entries, x)
	}
	return nil
}

func foldAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fold(s)
	}
	return out
}

// sourcesOf returns where the values of a rule's field come from.
func (t *Taxonomy) sourcesOf(field string, ls LogSource) []string {
	if t == nil {
		return []string{field}
	}
	for _, s := range t.scoped {
		if list := s.fields[field]; list != nil && s.covers(ls) {
			return list
		}
	}
	if list := t.fields[field]; list != nil {
		return list
	}
	return []string{field}
}

func (s *scope) covers(ls LogSource) bool {
	same := func(want, have string) bool { return want == "" || strings.EqualFold(want, have) }
	return same(s.logsource.Product, ls.Product) && same(s.logsource.Category, ls.Category) && same(s.logsource.Service, ls.Service)
}

type sourceKind uint8

const (
	fromKey   sourceKind = iota // one of the record's own pairs
	fromField                   // an OCSF attribute
	fromAll                     // every value, for keywords
)

// source is one place where the values of a field may stand.
type source struct {
	kind   sourceKind
	key    int32 // of the set's keys
	field  ocsf.Field
	derive func(string) string
}

// sourceSpec is a source as the taxonomy writes it.
type sourceSpec struct {
	fn    string
	field ocsf.Field // or none
	key   string
}

const unmappedPrefix = "unmapped."

// parseSource reads unmapped.KEY, an OCSF path, any other name (a key in
// unmapped), each perhaps inside a function: parent(query.hostname).
func parseSource(s string) (sourceSpec, error) {
	var out sourceSpec
	if fn, arg, ok := strings.Cut(s, "("); ok && strings.HasSuffix(arg, ")") && fn != "" && !strings.ContainsAny(fn, " .-") {
		out.fn, s = fn, strings.TrimSuffix(arg, ")")
	}
	if key, ok := strings.CutPrefix(s, unmappedPrefix); ok {
		out.key = key
	} else if f, ok := ocsf.Lookup(s); ok {
		out.field = f
	} else {
		out.key = s
	}
	if out.field == ocsf.None && out.key == "" {
		return out, errors.New("an empty source")
	}
	return out, nil
}

// labels are what an event counts as.
type labels struct {
	any                        bool // every log source
	product, category, service []string
}

func (l *labels) reset() {
	l.any = false
	l.product, l.category, l.service = l.product[:0], l.category[:0], l.service[:0]
}

func (l *labels) add(x *compiledEntry) {
	l.product = append(l.product, x.product...)
	l.category = append(l.category, x.category...)
	l.service = append(l.service, x.service...)
}

// covers reports whether a rule of this (folded) log source applies.
func (l *labels) covers(ls LogSource) bool {
	has := func(want string, have []string) bool { return want == "" || slices.Contains(have, want) }
	return l.any || has(ls.Product, l.product) && has(ls.Category, l.category) && has(ls.Service, l.service)
}
