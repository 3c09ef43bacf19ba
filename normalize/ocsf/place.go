package ocsf

import (
	"sort"
	"strings"
	"sync"
)

// An attribute stands at one place inside Picket and, in JSON, where the class
// of the event has room for it. The rules, in order:
//
//  1. the class has the attribute: there, and its profile is declared;
//  2. a finding (2004) has room below evidences: in its first element;
//  3. the attribute has a second home that the class has: a user becomes the
//     actor's user, a url the request's url, …;
//  4. below unmapped, under its own path.
//
// A second home that is taken already counts as none.

// homes are the second homes of top-level attributes.
var homes = map[string][]string{
	"url":           {"http_request.url"},
	"user":          {"actor.user"},
	"process":       {"actor.process"},
	"session":       {"actor.session"},
	"app_name":      {"actor.app_name"},
	"protocol_name": {"app_protocol_name"},
}

// slot is where one field stands in the JSON of one class.
type slot struct {
	field   Field
	path    []string // names of objects and at last of the attribute; "[]" behind a name opens a list of one
	profile string
	guard   string // the event must have nothing below this top-level attribute, else the field is unmapped
}

// demand is a top-level attribute that a class requires, with the fields of it.
type demand struct {
	root   string
	fields []Field
}

func (l *layout) demands(roots string) (ds []demand) {
	for _, root := range strings.Fields(roots) {
		ds = append(ds, demand{root, l.roots[root]})
	}
	return ds
}

// layout is the order in which the fields of a class are written.
type layout struct {
	once      sync.Once
	slots     []slot
	unmapped  [maxFields]bool
	pathsOnce sync.Once
	paths     map[string]Field   // where an attribute stands in JSON -> its field
	roots     map[string][]Field // top-level attribute in JSON -> the fields that make it
	required  []demand           // of top-level attributes
	anyOf     []demand           // at least one of these
	evidence  bool               // attributes of the event stand below evidences
	anchors   []Field            // one of which an element of evidences must have
}

// layoutOf returns the layout of the class of an event.
func (k *class) layoutOf() *layout {
	k.layout.once.Do(func() { k.layout.build(k) })
	return &k.layout
}

func (l *layout) build(k *class) {
	evidence := map[string]bool{}
	if k.uid == DetectionFinding {
		for _, a := range strings.Fields(evidenceAttributes) {
			evidence[a] = true
		}
	}
	l.roots = map[string][]Field{}
	for _, in := range infos[1:] {
		if in.List != None || isHead(in.Field) {
			continue
		}
		root, rest, _ := strings.Cut(in.Path, ".")
		if root == "metadata" {
			l.slots = append(l.slots, slot{field: in.Field, path: strings.Split(in.Path, ".")})
			continue
		}
		if profile, ok := k.attribute[root]; ok {
			l.slots = append(l.slots, slot{field: in.Field, path: strings.Split(in.Path, "."), profile: profile})
			continue
		}
		if evidence[root] {
			l.evidence = true
			if strings.Contains(evidenceAnchors, " "+root+" ") {
				l.anchors = append(l.anchors, in.Field)
			}
			l.slots = append(l.slots, slot{field: in.Field, path: append([]string{"evidences[]"}, strings.Split(in.Path, ".")...)})
			continue
		}
		placed := false
		for _, home := range homes[root] {
			top, _, _ := strings.Cut(home, ".")
			profile, ok := k.attribute[top]
			if !ok {
				continue
			}
			p := strings.Split(home, ".")
			if rest != "" {
				p = append(p, strings.Split(rest, ".")...)
			}
			l.slots = append(l.slots, slot{field: in.Field, path: p, profile: profile, guard: home})
			placed = true
			break
		}
		if !placed {
			l.unmapped[in.Field] = true
		}
	}
	for _, s := range l.slots {
		root := strings.TrimSuffix(s.path[0], "[]")
		l.roots[root] = append(l.roots[root], s.field)
	}
	l.required, l.anyOf = l.demands(k.required), l.demands(k.anyOf)
	sort.SliceStable(l.slots, func(i, j int) bool { return lessPath(l.slots[i].path, l.slots[j].path) })
}

// evidenceAnchors are the attributes of which an element of evidences needs one.
const evidenceAnchors = " actor api connection_info data database databucket device dst_endpoint email file process query resources src_endpoint url user job script "

func lessPath(a, b []string) bool {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return len(a) < len(b)
}

// isHead tells the fields that every event has and the writer writes itself.
func isHead(f Field) bool {
	switch f {
	case ClassUID, ActivityID, ActivityName, SeverityID, EventTime, LoggedTime, Sequence, RawData:
		return true
	}
	return false
}

// taken reports whether e has, outside aliases, an attribute at or below home.
func (e *Event) taken(home string) bool {
	for i := range e.vals {
		p := infos[e.vals[i].field].Path
		if strings.HasPrefix(p, home) && (len(p) == len(home) || p[len(home)] == '.' || p[len(home)] == '[') {
			return true
		}
	}
	return false
}
