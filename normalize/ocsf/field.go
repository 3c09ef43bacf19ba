package ocsf

import (
	"fmt"
	"sort"
	"strings"
)

// Field is one attribute of OCSF, a row of [Fields]. The zero Field is none.
type Field uint16

// maxFields bounds the table, so that an event can index its values by field.
const maxFields = 512

// Type is the type of a field's value, after OCSF's own types.
type Type uint8

// The types of fields.
const (
	NoType   Type = iota
	String        // any text
	Hostname      // hostname_t
	Username      // username_t
	Path          // file_path_t, file_name_t, process names, registry keys
	URL           // url_t
	Method        // an HTTP method of those that OCSF lists, upper case
	Email         // email_t, checked
	MAC           // mac_t, written aa:bb:cc:dd:ee:ff
	UUID          // uuid_t, checked
	IP            // ip_t
	Port          // port_t, 0 to 65535
	Integer       // integer_t, long_t
	Enum          // integer_t with an enumeration
	Time          // timestamp_t, milliseconds since the epoch
	Boolean       // boolean_t
	Float         // float_t
	JSON          // json_t
	Object        // an object, only as an element of a list
)

// Info describes a field.
type Info struct {
	Field Field
	Path  string // dotted, [] behind a list of objects: answers[].rdata
	Type  Type
	Many  bool  // a list of values (or, with Type Object, of objects)
	List  Field // the list of objects that this field is an element of, or none
}

var (
	infos    = make([]Info, 1, maxFields)
	byPath   = map[string]Field{}
	bySuffix map[string][]Field // last parts of a path -> fields
)

// def adds a row to the table. It is called by the var block of fields.go only.
func def(path string, t Type) Field { return add(path, t, false) }

// defList adds a row that holds a list of values or objects.
func defList(path string, t Type) Field { return add(path, t, true) }

func add(path string, t Type, many bool) Field {
	if len(infos) == maxFields {
		panic("ocsf: more fields than maxFields")
	}
	if _, ok := byPath[path]; ok {
		panic("ocsf: field defined twice: " + path)
	}
	f := Field(len(infos))
	info := Info{Field: f, Path: path, Type: t, Many: many}
	if i := strings.LastIndex(path, "[]."); i >= 0 {
		info.List = byPath[path[:i]]
		if info.List == None {
			panic("ocsf: no list for " + path)
		}
	}
	infos = append(infos, info)
	byPath[path] = f
	return f
}

// None is no field.
const None Field = 0

// Fields returns the table, by path. The caller must not change it.
func Fields() []Info { return sorted }

var sorted []Info

func init() {
	sorted = append(sorted, infos[1:]...)
	for _, in := range sorted {
		plain[in.Field] = !in.Many && kindOf[in.Type] == KindText
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Path < sorted[j].Path })
	bySuffix = map[string][]Field{}
	for _, in := range sorted {
		p := strings.ReplaceAll(in.Path, "[]", "")
		for {
			bySuffix[p] = append(bySuffix[p], in.Field)
			i := strings.IndexByte(p, '.')
			if i < 0 {
				break
			}
			p = p[i+1:]
		}
	}
}

// Info returns the row of f.
func (f Field) Info() Info {
	if int(f) >= len(infos) {
		return Info{}
	}
	return infos[f]
}

// Many reports whether f holds a list.
func (f Field) Many() bool { return int(f) < len(infos) && infos[f].Many }

// Plain reports whether f holds one text, and may hold any.
func (f Field) Plain() bool { return plain[f%maxFields] }

var plain [maxFields]bool

// Path returns the OCSF path of f.
func (f Field) Path() string { return f.Info().Path }

// String returns the OCSF path of f.
func (f Field) String() string { return f.Info().Path }

// Lookup returns the field with exactly this path; [] may be left out.
func Lookup(path string) (Field, bool) {
	if f, ok := byPath[path]; ok {
		return f, true
	}
	if fs := bySuffix[path]; len(fs) > 0 {
		for _, f := range fs {
			if strings.ReplaceAll(f.Path(), "[]", "") == path {
				return f, true
			}
		}
	}
	return None, false
}

// Resolve finds the field that a person means: a whole path, an alias of one,
// or its unambiguous last parts (hostname of query.hostname is not
// unambiguous, user.name is: a whole path wins over a tail). The error names
// the candidates.
func Resolve(path string) (Field, error) {
	path = strings.ToLower(path)
	if a, ok := aliases[path]; ok {
		return a, nil
	}
	if f, ok := Lookup(path); ok {
		return f, nil
	}
	switch fs := bySuffix[path]; len(fs) {
	case 0:
		return None, fmt.Errorf("no field %q", path)
	case 1:
		return fs[0], nil
	default:
		names := make([]string, 0, 6)
		for i, f := range fs {
			if i == 5 {
				names = append(names, "…")
				break
			}
			names = append(names, f.Path())
		}
		return None, fmt.Errorf("field %q may mean %s", path, strings.Join(names, ", "))
	}
}
