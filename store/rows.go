package store

import (
	"strings"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// rows walks the events of a block, forwards or backwards.
type rows struct {
	k        *block
	i        int // the row; before the first step just outside
	backward bool
	// What to read of an event in part; the head always is.
	raw  bool
	cols []bool // by column

	pos   []int // how many values of each column lie before the row
	holes []int // how many rows of each template lie before the row
	buf   []byte
	spans []span
	cut   []string // by value of the shape: the part of the raw line that it is
}

func (k *block) walk(backward bool) *rows {
	r := &rows{k: k, i: -1, backward: backward, pos: make([]int, len(k.cols)), holes: make([]int, len(k.templates))}
	if backward {
		r.i = k.events
		for i := range k.cols {
			r.pos[i] = k.cols[i].rows
		}
		for i := range k.templates {
			r.holes[i] = k.templates[i].rows
		}
	}
	return r
}

// next steps to the next row, and reports whether there is one.
func (r *rows) next() bool {
	if r.backward {
		if r.i--; r.i < 0 {
			return false
		}
		r.shift(-1)
		return true
	}
	if r.i >= 0 {
		r.shift(1)
	}
	r.i++
	return r.i < r.k.events
}

func (r *rows) shift(d int) {
	t := r.k.rows[r.i]
	r.holes[t] += d
	for _, c := range r.k.shapes[r.k.templates[t].shape].cols {
		r.pos[c] += d
	}
}

// want chooses what a filter looks at.
func (r *rows) want(n filter.Needs) {
	r.raw = n.Raw
	r.cols = make([]bool, len(r.k.cols))
	for i := range r.cols {
		c := &r.k.cols[i]
		if c.space == ofField {
			for _, f := range n.Fields {
				r.cols[i] = r.cols[i] || f == c.field
			}
			continue
		}
		for _, key := range n.Keys {
			r.cols[i] = r.cols[i] || strings.EqualFold(key, c.key)
		}
	}
}

// event reads the row into e: everything, or what was chosen. It reports false
// when the block is damaged.
func (r *rows) event(e *ocsf.Event, all bool) bool {
	k, i := r.k, r.i
	e.Reset()
	e.Seq, e.Time, e.Logged = uint64(k.seq[i]), k.time[i], k.logged[i]
	e.Class, e.Activity, e.Severity = ocsf.Class(k.class[i]), uint8(k.activity[i]), ocsf.Severity(k.severity[i])
	e.Parser, e.Input, e.From = k.parser.at(i), k.input.at(i), addrOf(k.from.at(i))
	e.SetLost(int(k.lost[i]))

	t := &k.templates[k.rows[i]]
	s := &k.shapes[t.shape]
	r.cut = r.cut[:0]
	if all || r.raw {
		r.line(e, t, s)
		all = all || e.Raw == "" // words are looked for everywhere then
	}
	for j, c := range s.cols {
		if !all && !r.cols[c] {
			continue
		}
		var v ocsf.Value
		if j < len(r.cut) && r.cut[j] != "" && k.cols[c].kind == ocsf.KindText {
			v = ocsf.Text(r.cut[j])
		} else if v = k.value(c, r.pos[c]); k.err != nil {
			return false
		}
		if h := &k.cols[c]; h.space == ofField {
			e.Set(h.field, v)
		} else {
			e.AppendUnmapped(h.key, v)
		}
	}
	return k.err == nil
}

// line puts the raw line together. Texts that are parts of it will be slices of
// it again.
func (r *rows) line(e *ocsf.Event, t *readTemplate, s *readShape) {
	k := r.k
	k.loadPieces()
	if k.err != nil || len(t.pieces) == 0 {
		return
	}
	r.buf, r.spans = r.buf[:0], r.spans[:0]
	for _, p := range t.pieces {
		switch p.kind {
		case pieceText:
			r.buf = append(r.buf, p.text...)
		case pieceHole:
			r.buf = append(r.buf, t.holes[p.n].at(r.holes[k.rows[r.i]])...)
		case pieceValue:
			c := s.cols[p.n]
			start := len(r.buf)
			v := k.value(c, r.pos[c])
			r.buf = v.AppendText(r.buf)
			if v.Kind() == ocsf.KindText {
				r.spans = append(r.spans, span{start, len(r.buf), p.n})
			}
		}
	}
	e.Raw = string(r.buf)
	for range s.cols {
		r.cut = append(r.cut, "")
	}
	for _, p := range r.spans {
		r.cut[p.n] = e.Raw[p.start:p.end]
	}
}
