package ocsf

import "slices"

// AppendUnmapped keeps a vendor's own key that the event does not have yet. It
// is for whoever gives an event back as it was (the store); anyone else uses
// [Event.SetUnmapped], which looks for the key first.
func (e *Event) AppendUnmapped(key string, v Value) {
	if v.kind == KindNone || key == "" {
		return
	}
	if len(e.unmapped) >= maxUnmapped {
		e.lost++
		return
	}
	e.unmapped = append(e.unmapped, Pair{key, v})
}

// SetLost sets what [Event.Lost] returns, for whoever gives an event back as it
// was.
func (e *Event) SetLost(n int) { e.lost = n }

// Candidates returns the fields whose path ends in these parts, in the order of
// [Fields]: what an ambiguous path may mean.
func Candidates(path string) []Field { return slices.Clone(bySuffix[path]) }

// Word is the word that OCSF has for a number of an enumeration.
type Word struct {
	Number int
	Name   string // "Informational"
}

// Words returns the words for the numbers of f in order, none where Picket has
// no table of them. Those of class_uid are the names of classes; those of
// activity_id are the class's, see [Class.ActivityName].
func (f Field) Words() []Word {
	var out []Word
	if f == ClassUID {
		for _, row := range classTable {
			out = append(out, Word{int(row.uid), row.name})
		}
		return out
	}
	for n, name := range captionOf[f.Path()] {
		out = append(out, Word{n, name})
	}
	slices.SortFunc(out, func(a, b Word) int { return a.Number - b.Number })
	return out
}

// Of returns v as a value of f, the attribute of an element of a list. Unlike
// [Attr] it keeps an empty text.
func (v Value) Of(f Field) Value {
	v.field = f
	return v
}
