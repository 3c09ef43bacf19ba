package ocsf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// ReadJSON reads into e what [Event.AppendJSON] wrote, and any other OCSF event
// as far as the table of fields goes; what it does not know is kept below
// unmapped. It resets e first. The texts do not refer to b.
func ReadJSON(b []byte, e *Event) error {
	e.Reset()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if d.More() {
		return errors.New("event: something stands behind the object")
	}
	uid, ok := intOf(o["class_uid"])
	if !ok || !Class(uid).Known() {
		return fmt.Errorf("event: class_uid %v is not one of Picket's", o["class_uid"])
	}
	e.Class = Class(uid)
	r := reader{e: e, l: e.Class.info().layoutOf()}
	r.paths = r.l.jsonPaths()
	for name, v := range o {
		switch name {
		case "class_uid", "class_name", "category_uid", "category_name", "type_uid", "type_name", "severity":
		case "activity_id":
			n, _ := intOf(v)
			e.Activity = uint8(n)
		case "severity_id":
			n, _ := intOf(v)
			e.Severity = Severity(n)
		case "time":
			e.Time, _ = intOf(v)
		case "raw_data":
			e.Raw, _ = v.(string)
		case "activity_name":
			if s, _ := v.(string); s != "" && s != e.Class.ActivityName(activityOf(o)) {
				e.Set(ActivityName, Text(s))
			}
		case "unmapped":
			r.unmapped(v)
		case "metadata":
			r.metadata(v)
		default:
			r.read(name, v)
		}
	}
	return nil
}

func activityOf(o map[string]any) uint8 {
	n, _ := intOf(o["activity_id"])
	return uint8(n)
}

// jsonPaths maps where the attributes of a class stand in JSON to their fields.
func (l *layout) jsonPaths() map[string]Field {
	l.pathsOnce.Do(func() {
		l.paths = make(map[string]Field, len(l.slots))
		for _, s := range l.slots {
			p := strings.Join(s.path, ".")
			if _, ok := l.paths[p]; !ok || s.guard == "" {
				l.paths[p] = s.field
			}
		}
	})
	return l.paths
}

type reader struct {
	e     *Event
	l     *layout
	paths map[string]Field
}

func (r *reader) metadata(v any) {
	o, _ := v.(map[string]any)
	for name, v := range o {
		switch name {
		case "version", "profiles":
		case "sequence":
			n, _ := intOf(v)
			r.e.Seq = uint64(n)
		case "logged_time":
			r.e.Logged, _ = intOf(v)
		default:
			r.read("metadata."+name, v)
		}
	}
}

// read takes the value at a path; objects are walked, lists of one element are
// looked into where the class keeps flat attributes there.
func (r *reader) read(path string, v any) {
	if f, ok := r.paths[path]; ok && !(f == Evidences && r.flatEvidence(v)) {
		r.set(f, v)
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			r.read(path+"."+name, x)
		}
	case []any:
		if len(v) == 1 {
			if o, ok := v[0].(map[string]any); ok {
				for name, x := range o {
					r.read(path+"[]."+name, x)
				}
				return
			}
		}
		r.keep(path, v)
	default:
		r.keep(path, v)
	}
}

// flatEvidence reports whether the evidences of a finding are the one element
// in which the writer put the event's own attributes.
func (r *reader) flatEvidence(v any) bool {
	list, _ := v.([]any)
	if len(list) != 1 {
		return false
	}
	o, _ := list[0].(map[string]any)
	return o["uid"] == nil && o["name"] == nil && o["data"] == nil
}

func (r *reader) keep(path string, v any) { r.e.SetUnmapped(Intern(path), anyValue(v)) }

func (r *reader) set(f Field, v any) {
	in := &infos[f]
	if in.Many {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, x := range list {
			if in.Type == Object {
				if o, ok := x.(map[string]any); ok {
					r.e.Append(f, ObjectOf(objectAttrs(in.Path+"[]", o)...))
					continue
				}
			}
			r.e.Append(f, scalar(in.Type, x))
		}
		return
	}
	r.e.Set(f, scalar(in.Type, v))
}

// objectAttrs reads an element of a list of objects.
func objectAttrs(prefix string, o map[string]any) []Value {
	var out []Value
	for name, v := range o {
		p := prefix + "." + name
		f, ok := byPath[p]
		switch {
		case ok && infos[f].Many:
			list, _ := v.([]any)
			vs := make([]Value, 0, len(list))
			for _, x := range list {
				vs = append(vs, scalar(infos[f].Type, x))
			}
			out = append(out, Attr(f, ListOf(vs...)))
		case ok:
			out = append(out, Attr(f, scalar(infos[f].Type, v)))
		default:
			if inner, ok := v.(map[string]any); ok {
				out = append(out, objectAttrs(p, inner)...)
			}
		}
	}
	sortAttrs(out)
	return out
}

func (r *reader) unmapped(v any) {
	o, _ := v.(map[string]any)
	for name, v := range o {
		switch name {
		case "picket.parser":
			r.e.Parser, _ = v.(string)
		case "picket.input":
			r.e.Input, _ = v.(string)
		case "picket.from":
			s, _ := v.(string)
			r.e.From, _ = netip.ParseAddr(s)
		case "picket.lost":
			n, _ := intOf(v)
			r.e.lost = int(n)
		case "picket.raw_data_escaped":
		default:
			if f, ok := byPath[name]; ok && !isHead(f) {
				r.set(f, v)
				continue
			}
			r.e.SetUnmapped(Intern(name), anyValue(v))
		}
	}
}

// scalar reads a JSON value as a value of type t, loosely: Conform checks.
func scalar(t Type, v any) Value {
	switch v := v.(type) {
	case string:
		if x, ok := t.parse(v); ok {
			return x
		}
		return Text(v)
	case json.Number:
		if t == Float {
			x, _ := v.Float64()
			return FloatOf(x)
		}
	}
	return anyValue(v)
}

// anyValue reads any JSON value; what is nested stays JSON.
func anyValue(v any) Value {
	switch v := v.(type) {
	case string:
		return Text(v)
	case bool:
		return Bool(v)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return Int(n)
		}
		x, _ := v.Float64()
		return FloatOf(x)
	case []any:
		vs := make([]Value, 0, len(v))
		for _, x := range v {
			if y := anyValue(x); y.kind != KindNone {
				vs = append(vs, y)
			}
		}
		return ListOf(vs...)
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return Value{}
		}
		return RawJSON(string(b))
	}
	return Value{}
}

func intOf(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}
