package sigma

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
)

// Parse reads the rules of one file; several documents may follow each other.
// A document that is wrong is left out and told, the others are used.
func Parse(data []byte, file string) ([]*Rule, []Failure) {
	docs, err := readYAML(data)
	if err != nil {
		return nil, []Failure{{File: file, Reason: err.Error()}}
	}
	if len(docs) == 0 {
		return nil, []Failure{{File: file, Reason: "no rule in it"}}
	}
	var rules []*Rule
	var failed []Failure
	global := &node{kind: mapNode}
	for _, d := range docs {
		if d.kind != mapNode {
			failed = append(failed, Failure{File: file, Reason: fmt.Sprintf("line %d: a rule must be a map", d.line)})
			continue
		}
		switch d.get("action").scalar() {
		case "global":
			global = d
			continue
		case "reset":
			global = &node{kind: mapNode}
			continue
		}
		r, err := parseRule(merge(global, d), file)
		if err != nil {
			failed = append(failed, Failure{File: file, ID: d.get("id").scalar(), Reason: err.Error()})
			continue
		}
		rules = append(rules, r)
	}
	return rules, failed
}

// merge lays a document over the global one of its file (Sigma 1 collections).
func merge(global, d *node) *node {
	if len(global.pairs) == 0 {
		return d
	}
	out := &node{kind: mapNode, line: d.line}
	for _, p := range d.pairs {
		if g := global.get(p.key); g != nil && g.kind == mapNode && p.val.kind == mapNode {
			p.val = merge(g, p.val)
		}
		if p.key != "action" {
			out.pairs = append(out.pairs, p)
		}
	}
	for _, p := range global.pairs {
		if p.key != "action" && out.get(p.key) == nil {
			out.pairs = append(out.pairs, p)
		}
	}
	return out
}

// known are the top-level keys of the specification.
var known = []string{
	"title", "id", "name", "status", "description", "author", "date", "modified", "license", "level", "tags",
	"references", "falsepositives", "fields", "logsource", "detection", "correlation", "filter", "related",
	"taxonomy", "scope", "action",
}

var levels = []string{"informational", "low", "medium", "high", "critical"}

func parseRule(d *node, file string) (*Rule, error) {
	r := &Rule{
		ID: d.get("id").scalar(), Name: d.get("name").scalar(), Title: d.get("title").scalar(),
		Status: d.get("status").scalar(), Description: d.get("description").scalar(), Author: strings.Join(d.get("author").texts(), ", "),
		Date: d.get("date").scalar(), Modified: d.get("modified").scalar(), License: d.get("license").scalar(),
		Level: strings.ToLower(d.get("level").scalar()),
		Tags:  d.get("tags").texts(), References: d.get("references").texts(),
		FalsePositives: d.get("falsepositives").texts(), Fields: d.get("fields").texts(),
		File: file,
	}
	for _, p := range d.pairs {
		if !slices.Contains(known, p.key) {
			if r.Custom == nil {
				r.Custom = map[string]any{}
			}
			r.Custom[p.key] = p.val.plain()
		}
	}
	if r.Title == "" {
		return nil, errors.New("a rule needs a title")
	}
	if r.Level != "" && !slices.Contains(levels, r.Level) {
		return nil, fmt.Errorf("level %q: not one of %s", r.Level, strings.Join(levels, ", "))
	}
	ls := d.get("logsource")
	r.LogSource = LogSource{
		Product: ls.get("product").scalar(), Category: ls.get("category").scalar(), Service: ls.get("service").scalar(),
		Definition: ls.get("definition").scalar(),
	}
	h := sha256.New()
	for _, k := range []string{"logsource", "detection", "correlation", "filter"} {
		hashNode(h, d.get(k))
	}
	r.Hash = hex.EncodeToString(h.Sum(nil)[:8])

	var err error
	switch {
	case d.get("correlation") != nil:
		if d.get("detection") != nil {
			return nil, errors.New("a rule is a detection or a correlation, not both")
		}
		r.Correlation, err = parseCorrelation(d.get("correlation"), r)
	case d.get("filter") != nil:
		r.Filter, err = parseFilter(d.get("filter"), r)
	case d.get("detection") != nil:
		if ls == nil || ls.kind != mapNode {
			return nil, errors.New("a detection needs a logsource")
		}
		r.Detection, err = parseDetection(d.get("detection"))
	default:
		return nil, errors.New("neither detection nor correlation nor filter")
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// parseFilter reads a filter: the rules it is for and a detection.
func parseFilter(n *node, r *Rule) (*Filter, error) {
	d, err := parseDetection(n, "rules")
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	f := &Filter{Rules: n.get("rules").texts(), Detection: d}
	if n.get("rules") == nil {
		return nil, errors.New("filter: no rules named (any means all)")
	}
	if len(f.Rules) == 1 && strings.EqualFold(f.Rules[0], "any") {
		f.Rules = nil
	}
	if !slices.ContainsFunc(d.parsed, (*cond).hasNot) {
		r.Warnings = append(r.Warnings, "the filter's condition has no not: its rules will fire only where the filter holds")
	}
	return f, nil
}

// hashNode feeds the meaning of a value, not its layout, to h.
func hashNode(h hash.Hash, n *node) {
	if n == nil {
		h.Write([]byte{0xff})
		return
	}
	h.Write([]byte{byte(n.kind)})
	writeText(h, n.text)
	for _, v := range n.list {
		hashNode(h, v)
	}
	h.Write([]byte{0xfe})
	for _, p := range n.pairs {
		writeText(h, p.key)
		hashNode(h, p.val)
	}
	h.Write([]byte{0xfd})
}

func writeText(h hash.Hash, s string) {
	fmt.Fprintf(h, "%d:%s", len(s), s)
}
