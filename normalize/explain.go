package normalize

import (
	"slices"

	"picket/collector"
	"picket/normalize/ocsf"
)

// Explanation tells how a line was understood, for people.
type Explanation struct {
	Header    Header
	Headers   int // bytes of the line that headers take
	Message   string
	Structure string // "kv", "json", …
	Pairs     []ExplainedPair
	Parser    string // who understood it, "" when nobody did
	Strict    string // what RFC 5424 says against the header, "" when nothing
	Event     *ocsf.Event
}

// ExplainedPair is a pair of the message with what became of it.
type ExplainedPair struct {
	Key, Value string
	Meaning    string // the field that the dictionary gives it, "" when it is kept under its own name
}

// Explain normalizes a record and tells how.
func (n *Normalizer) Explain(rec *collector.Record) Explanation {
	l := n.take()
	defer n.put(l)
	e := &ocsf.Event{}
	n.normalize(l, rec, e)
	x := Explanation{Header: l.Head, Message: l.Body, Headers: len(rec.Raw) - len(l.Body), Structure: l.Form.String(), Parser: e.Parser, Event: e.Clone()}
	if l.Head.RFC5424 {
		x.Strict = strictRFC5424(rec.Raw)
	}
	for _, kv := range l.KV {
		p := ExplainedPair{Key: kv.Key, Value: kv.Val}
		if kv.Key != "" {
			p.Meaning = n.meaningOf(e.Parser, kv.Key)
			if p.Meaning == "" {
				p.Meaning = l.lookup(kv.Key).mean.String()
			}
		}
		x.Pairs = append(x.Pairs, p)
	}
	return x
}

// meaningOf returns what a mapping says of a key, "" when it says nothing.
func (n *Normalizer) meaningOf(parser, k string) string {
	for _, p := range slices.Concat(n.Mappings, n.Builtin) {
		if p.Name != parser {
			continue
		}
		if b := find(&p.keys.table, k); b != nil {
			return b.mean.String()
		}
		return ""
	}
	return ""
}

// String returns the field or the name of the table of keys.
func (m meaning) String() string {
	if m.read == readNothing {
		return ""
	}
	if m.field != ocsf.None {
		return m.field.Path()
	}
	for name, x := range namedMeanings {
		if x.read == m.read && x.side == m.side {
			return name
		}
	}
	return ""
}
