package ocsf

import (
	"slices"
	"strings"
)

// elementRule is what OCSF wants of the elements of a list of objects, or of an
// object inside them.
type elementRule struct {
	prefix  string  // path of the object, without a last dot
	numbers []Field // required, 0 where unknown
	texts   []Field // required, "unknown" where unknown
	anyOf   []Field // at least one of these, where needAny
	needAny bool
}

// elementRules are the rules of a list, those of inner objects first.
var elementRules = map[Field][]elementRule{}

func init() {
	for i := len(objectTable) - 1; i >= 0; i-- {
		row := objectTable[i]
		at := strings.LastIndex(row.prefix, "[]")
		if at < 0 {
			continue
		}
		list := byPath[row.prefix[:at]]
		if list == None || infos[list].Type != Object {
			continue
		}
		r := elementRule{prefix: row.prefix, needAny: row.anyOf != ""}
		for _, n := range strings.Fields(row.numbers) {
			if f := byPath[row.prefix+"."+n]; f != None {
				r.numbers = append(r.numbers, f)
			}
		}
		for _, n := range strings.Fields(row.texts) {
			if f := byPath[row.prefix+"."+n]; f != None && !infos[f].Many {
				r.texts = append(r.texts, f)
			}
		}
		for _, n := range strings.Fields(row.anyOf) {
			for _, in := range infos[1:] {
				if in.Path == row.prefix+"."+n || strings.HasPrefix(in.Path, row.prefix+"."+n+".") {
					r.anyOf = append(r.anyOf, in.Field)
				}
			}
		}
		elementRules[list] = append(elementRules[list], r)
	}
}

// conformElements makes the elements of the list at vals[i] valid. An element
// that cannot be goes to unmapped as text. It returns -1 when the list went.
func (e *Event) conformElements(i int) int {
	v := e.vals[i]
	rules := elementRules[v.field]
	if len(rules) == 0 {
		return 0
	}
	kept, changed := v.items(), false
	for j := 0; j < len(kept); j++ {
		x, ok := completeElement(kept[j], rules)
		if ok && len(x.items()) == len(kept[j].items()) {
			continue
		}
		if !changed {
			kept, changed = append([]Value(nil), kept...), true
		}
		if ok {
			kept[j] = x
			continue
		}
		e.SetUnmapped(infos[v.field].Path, Text(kept[j].String()))
		kept = append(kept[:j], kept[j+1:]...)
		j--
	}
	if !changed {
		return 0
	}
	if len(kept) == 0 {
		e.Delete(v.field)
		return -1
	}
	e.vals[i] = listOf(v.field, kept)
	return 0
}

// completeElement fills what is required of one element.
func completeElement(x Value, rules []elementRule) (Value, bool) {
	if x.kind != KindObject {
		return x, false
	}
	add := func(f Field, v Value) {
		x = ObjectOf(append(slices.Clone(x.items()), Attr(f, v))...)
	}
	for i := range rules {
		r := &rules[i]
		if !x.hasBelow(r.prefix) {
			continue
		}
		if r.needAny && !x.hasOne(r.anyOf) {
			name := byPath[r.prefix+".name"]
			if name == None {
				return x, false
			}
			add(name, Text(x.items()[0].String()))
		}
		for _, f := range r.texts {
			if x.Get(f).kind == KindNone {
				if infos[f].Type == Object || r.prefix == "answers[]" {
					return x, false
				}
				add(f, Text("unknown"))
			}
		}
		for _, f := range r.numbers {
			if x.Get(f).kind == KindNone {
				add(f, Int(0))
			}
		}
	}
	return x, true
}

func (v Value) hasBelow(prefix string) bool {
	for _, a := range v.items() {
		if strings.HasPrefix(infos[a.field].Path, prefix+".") {
			return true
		}
	}
	return false
}

func (v Value) hasOne(fs []Field) bool {
	for _, a := range v.items() {
		for _, f := range fs {
			if a.field == f {
				return true
			}
		}
	}
	return false
}
