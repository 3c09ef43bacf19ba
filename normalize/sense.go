package normalize

import "picket/normalize/ocsf"

// sense is all that the tables of words say of one word. Each word of a text is
// looked up in one table of senses and not in four.
type sense struct {
	knows   senseKind
	context context
	verdict verdictWord
	level   ocsf.Severity
	hint    hint
}

// senseKind tells which tables have a word.
type senseKind uint8

const (
	asContext senseKind = 1 << iota
	asVerdict
	asLevel
	asHint
)

var senses = func() *keyTable[sense] {
	all := map[string]sense{}
	for w, c := range contexts {
		s := all[w]
		s.context, s.knows = c, s.knows|asContext
		all[w] = s
	}
	for w, v := range verdictWords {
		s := all[w]
		s.verdict, s.knows = v, s.knows|asVerdict
		all[w] = s
	}
	for w, l := range levels {
		s := all[w]
		s.level, s.knows = l, s.knows|asLevel
		all[w] = s
	}
	for w, h := range hintWords {
		s := all[w]
		s.hint, s.knows = h, s.knows|asHint
		all[w] = s
	}
	t := &keyTable[sense]{}
	for w, s := range all {
		if !t.set(w, s) {
			panic("normalize: no room for the word " + w)
		}
	}
	return t
}()

// senseOf returns what is known of a word in lower case.
func senseOf(w []byte) *sense {
	if s := find(senses, w); s != nil {
		return s
	}
	return &noSense
}

var noSense sense
