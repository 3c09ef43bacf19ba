package filter

import "picket/normalize/ocsf"

// worded are the texts that JSON fills from a number beside them, when the
// event has none of its own.
var worded = map[ocsf.Field]ocsf.Field{
	ocsf.Status: ocsf.StatusID, ocsf.Action: ocsf.ActionID,
	ocsf.Disposition: ocsf.DispositionID, ocsf.Verdict: ocsf.VerdictID,
}

func (m *term) match(e *ocsf.Event) bool {
	switch {
	case m.name == "":
		return m.matchWord(e)
	case m.f == ocsf.RawData:
		return e.Raw != "" && m.test.pass(ocsf.Text(e.Raw))
	case m.f != ocsf.None:
		return m.matchField(e)
	}
	switch m.own {
	case ownParser:
		return m.matchText(e.Parser)
	case ownInput:
		return m.matchText(e.Input)
	case ownFrom:
		return m.test.pass(ocsf.Addr(e.From))
	}
	return m.test.pass(e.Unmapped(m.key))
}

// matchText tests one of Picket's own texts. An empty one can be asked for:
// picket.parser:"" are the lines that nobody understood.
func (m *term) matchText(s string) bool {
	if s == "" && m.test.kind == testAny {
		return false
	}
	return m.test.pass(ocsf.Text(s))
}

func (m *term) matchField(e *ocsf.Event) bool {
	if m.test.kind == testActivity {
		word := e.Class.ActivityName(e.Activity)
		if e.Activity == ocsf.Other || word == "" {
			if t := e.Text(ocsf.ActivityName); t != "" {
				word = t
			}
		}
		return m.test.wanted(squash(word))
	}
	if list := m.f.Info().List; list != ocsf.None {
		for _, o := range e.Get(list).List() {
			if m.test.pass(o.Get(m.f)) {
				return true
			}
		}
		return false
	}
	v := e.Get(m.f)
	if v.IsZero() {
		if id := worded[m.f]; id != ocsf.None {
			return m.matchCaption(e, id)
		}
	}
	return m.test.pass(v)
}

func (m *term) matchCaption(e *ocsf.Event, id ocsf.Field) bool {
	n, ok := e.Get(id).Num()
	if !ok {
		return false
	}
	for _, w := range id.Words() {
		if int64(w.Number) == n {
			return m.test.pass(ocsf.Text(w.Name))
		}
	}
	return false
}

// matchWord finds the word in the raw line, or in the texts of an event without
// one.
func (m *term) matchWord(e *ocsf.Event) bool {
	if e.Raw != "" {
		return m.contains(e.Raw)
	}
	if m.test.parts != nil && m.val.any() {
		return true
	}
	for _, v := range e.Values() {
		if m.wordIn(v) {
			return true
		}
	}
	for _, p := range e.UnmappedPairs() {
		if m.wordIn(p.Value) {
			return true
		}
	}
	return false
}

func (m *term) wordIn(v ocsf.Value) bool {
	switch v.Kind() {
	case ocsf.KindText, ocsf.KindJSON:
		return m.contains(v.Str())
	case ocsf.KindAddr:
		var buf [48]byte
		return m.contains(string(v.AppendText(buf[:0])))
	case ocsf.KindList, ocsf.KindObject:
		for _, x := range v.List() {
			if m.wordIn(x) {
				return true
			}
		}
	}
	return false
}
