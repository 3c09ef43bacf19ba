// Package filter is the one filter language of Picket: for search, exceptions,
// pages, programs and reports.
//
//	src_endpoint.ip:10.1.0.0/16 AND NOT (severity:low OR user.name:svc_*) "failed password"
//
// Terms that stand side by side are joined by AND, which binds closer than OR;
// AND, OR and NOT are written in capitals. A term is one of
//
//	path:value        text without regard to case, a number, an address, a network, a word of an enumeration (severity:high)
//	path:fail*        * stands for any text
//	path:"a value"    exactly this value; * has no meaning between quotes
//	path:*            the event has the attribute
//	path>=5           also >, <, <=; numbers, times (RFC 3339, or ms since the epoch), addresses
//	path:[a TO b]     from a to b, both included; * leaves an end open
//	word, "a phrase"  the raw line contains it, without regard to case
//
// A path is any of [ocsf.Fields], an alias of one or its unambiguous last part,
// else a key of the vendor's own (of unmapped; "unmapped.name:" says so where a
// field has that name too, and "a key":value where it has blanks). A list matches when one of its
// elements does. How Picket got the event has paths too: picket.parser,
// picket.input and picket.from.
//
// A bare word that is a whole address or a fingerprint is found only as a whole:
// 192.0.2.1 does not find 192.0.2.10. In an event without a raw line (one of
// Picket's own) words are searched in its texts and addresses instead.
//
// A backslash takes the meaning away from the * " \ ( ) or blank behind it, and
// is itself anywhere else.
//
// An [Expr] is immutable and safe for concurrent use.
package filter

import "picket/normalize/ocsf"

// Limits of a filter, so that a hostile one stays cheap.
const (
	MaxLength = 8192 // bytes
	MaxDepth  = 64   // parentheses and NOTs inside each other
	MaxTerms  = 512
)

// Expr is a parsed filter. A nil Expr matches every event, as an empty text does.
type Expr struct{ root *node }

// op is what a node does.
type op uint8

const (
	opTerm op = iota
	opAnd
	opOr
	opNot
)

// node is a node of the tree. And and or have two children or more, not has one.
type node struct {
	op   op
	kids []*node
	term *term
}

// Match reports whether the event passes the filter.
func (x *Expr) Match(e *ocsf.Event) bool {
	return x == nil || x.root == nil || x.root.match(e)
}

func (n *node) match(e *ocsf.Event) bool {
	switch n.op {
	case opAnd:
		for _, k := range n.kids {
			if !k.match(e) {
				return false
			}
		}
		return true
	case opOr:
		for _, k := range n.kids {
			if k.match(e) {
				return true
			}
		}
		return false
	case opNot:
		return !n.kids[0].match(e)
	}
	return n.term.match(e)
}
