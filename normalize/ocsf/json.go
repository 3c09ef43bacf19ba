package ocsf

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendJSON appends the event as one OCSF JSON object, without a newline. The
// event should have been conformed. Bytes that are no UTF-8 are written as \xNN
// and the event is then marked by unmapped.raw_data_escaped.
func (e *Event) AppendJSON(b []byte) []byte {
	k := e.Class.info()
	if k == nil {
		k = BaseEvent.info()
	}
	l := k.layoutOf()
	w := writer{b: b}
	w.open()
	w.num("class_uid", int64(k.uid))
	w.text("class_name", k.name)
	w.num("category_uid", int64(k.category))
	w.text("category_name", categories[k.category])
	w.num("activity_id", int64(e.Activity))
	name := k.activityName(e.Activity)
	if e.Activity == Other || name == "" {
		if t := e.Text(ActivityName); t != "" {
			name = t
		}
	}
	if name != "" {
		w.text("activity_name", name)
	}
	w.num("type_uid", int64(k.uid)*100+int64(e.Activity))
	w.num("severity_id", int64(e.Severity))
	if s := e.Severity.String(); s != "" {
		w.text("severity", s)
	}
	w.num("time", e.Time)

	profiles := profileSet{}
	var homeless []Value // whose second home is taken
	w.metadata(e, l, k, &profiles, &homeless)
	w.attributes(e, l, k, &profiles, &homeless)
	w.captions(e, k)
	if e.Raw != "" {
		w.key("raw_data")
		w.escaped = w.string(e.Raw)
	}
	w.unmappedOf(e, l, homeless)
	w.close()
	return w.b
}

// profileSet collects the profiles that an event needs.
type profileSet struct {
	names [8]string
	n     int
}

func (p *profileSet) add(name string) {
	if name == "" {
		return
	}
	for i := range p.n {
		if p.names[i] == name {
			return
		}
	}
	if p.n < len(p.names) {
		p.names[p.n] = name
		p.n++
	}
}

// metadata writes metadata, with the profiles of what follows.
func (w *writer) metadata(e *Event, l *layout, k *class, profiles *profileSet, homeless *[]Value) {
	for i := range l.slots {
		s := &l.slots[i]
		if e.index[s.field] == 0 {
			continue
		}
		if s.guard != "" && e.taken(s.guard) {
			*homeless = append(*homeless, e.vals[e.index[s.field]-1])
			continue
		}
		profiles.add(s.profile)
		if len(s.path) == 1 {
			if c, ok := captioned[s.field]; ok {
				profiles.add(k.attribute[c])
			}
		}
	}
	w.key("metadata")
	w.open()
	w.text("version", Version)
	if e.index[ProductName] == 0 && e.index[ProductUID] == 0 {
		w.key("product")
		w.open()
		w.text("name", "unknown")
		if v := e.Get(ProductVendor); !v.IsZero() {
			w.text("vendor_name", v.String())
		}
		w.close()
	}
	if profiles.n > 0 {
		w.key("profiles")
		w.b = append(w.b, '[')
		for i := range profiles.n {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.string(profiles.names[i])
		}
		w.b = append(w.b, ']')
	}
	if e.Seq != 0 {
		w.num("sequence", int64(e.Seq))
	}
	if e.Logged != 0 {
		w.num("logged_time", e.Logged)
	}
	product := e.index[ProductName] != 0 || e.index[ProductUID] != 0
	w.tree(e, l, func(s *slot) bool {
		return s.path[0] == "metadata" && (product || s.path[1] != "product")
	}, 1)
	w.close()
}

// attributes writes everything outside metadata that the class has room for.
func (w *writer) attributes(e *Event, l *layout, k *class, profiles *profileSet, homeless *[]Value) {
	w.tree(e, l, func(s *slot) bool {
		if s.path[0] == "metadata" {
			return false
		}
		if s.guard != "" && len(*homeless) > 0 {
			for _, v := range *homeless {
				if v.field == s.field {
					return false
				}
			}
		}
		return true
	}, 0)
}

// tree writes the fields that pass, nested; the first skip names of their paths
// are open already.
func (w *writer) tree(e *Event, l *layout, pass func(*slot) bool, skip int) {
	var open []string
	for i := range l.slots {
		s := &l.slots[i]
		n := e.index[s.field]
		if n == 0 || !pass(s) {
			continue
		}
		v := &e.vals[n-1]
		p := s.path[skip:]
		dir := p[:len(p)-1]
		same := 0
		for same < len(open) && same < len(dir) && open[same] == dir[same] {
			same++
		}
		w.closeTo(open, same)
		for _, name := range dir[same:] {
			w.openName(name)
		}
		open = dir
		w.key(strings.TrimSuffix(p[len(p)-1], "[]"))
		w.value(v)
	}
	w.closeTo(open, 0)
}

func (w *writer) openName(name string) {
	if n, ok := strings.CutSuffix(name, "[]"); ok {
		w.key(n)
		w.b = append(w.b, '[')
		w.comma = false
	} else {
		w.key(name)
	}
	w.open()
}

func (w *writer) closeTo(open []string, n int) {
	for i := len(open) - 1; i >= n; i-- {
		w.close()
		if strings.HasSuffix(open[i], "[]") {
			w.b = append(w.b, ']')
		}
	}
}

// captioned are the enumerations beside which OCSF wants a word.
var captioned = map[Field]string{
	StatusID: "status", ActionID: "action", DispositionID: "disposition", VerdictID: "verdict",
}

// captions writes the words of enumerations that the event has as numbers only.
func (w *writer) captions(e *Event, k *class) {
	for _, f := range [...]Field{StatusID, ActionID, DispositionID, VerdictID} {
		if e.index[f] == 0 {
			continue
		}
		word, enum := captioned[f], infos[f].Path
		if wf, ok := byPath[word]; ok && e.index[wf] != 0 {
			continue
		}
		switch {
		case f == StatusID && k.uid == IncidentFinding:
			enum += "@incident_finding"
		case f == StatusID && k.uid == DetectionFinding:
			enum += "@detection_finding"
		case f == VerdictID && k.attribute["verdict_id"] == "" && k.uid != IncidentFinding:
			continue
		}
		if c := caption(enum, int(e.Num(f))); c != "" {
			w.text(word, c)
		}
	}
}

// unmappedOf writes the vendor's keys, what the class has no room for, and how
// the event came.
func (w *writer) unmappedOf(e *Event, l *layout, homeless []Value) {
	first := true
	begin := func() {
		if first {
			w.key("unmapped")
			w.open()
			first = false
		}
	}
	for i := range e.vals {
		if v := &e.vals[i]; l.unmapped[v.field] {
			begin()
			w.key(infos[v.field].Path)
			w.value(v)
		}
	}
	for i := range homeless {
		begin()
		w.key(infos[homeless[i].field].Path)
		w.value(&homeless[i])
	}
	for i := range e.unmapped {
		begin()
		w.string2key(e.unmapped[i].Key)
		w.value(&e.unmapped[i].Value)
	}
	if e.Parser != "" {
		begin()
		w.text("picket.parser", e.Parser)
	}
	if e.Input != "" {
		begin()
		w.text("picket.input", e.Input)
	}
	if e.From.IsValid() {
		begin()
		w.key("picket.from")
		w.b = append(w.b, '"')
		w.b = e.From.AppendTo(w.b)
		w.b = append(w.b, '"')
	}
	if e.lost > 0 {
		begin()
		w.num("picket.lost", int64(e.lost))
	}
	if w.escaped {
		begin()
		w.key("picket.raw_data_escaped")
		w.b = append(w.b, "true"...)
	}
	if !first {
		w.close()
	}
}

var categories = [...]string{"Uncategorized", "System Activity", "Findings", "Identity & Access Management",
	"Network Activity", "Discovery", "Application Activity", "Remediation"}

// writer writes JSON with commas where they belong.
type writer struct {
	b       []byte
	comma   bool
	escaped bool
}

func (w *writer) open() {
	w.b = append(w.b, '{')
	w.comma = false
}

func (w *writer) close() {
	w.b = append(w.b, '}')
	w.comma = true
}

// key writes a name that needs no escaping.
func (w *writer) key(name string) {
	if w.comma {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
	w.comma = true
}

func (w *writer) string2key(name string) {
	if w.comma {
		w.b = append(w.b, ',')
	}
	w.string(name)
	w.b = append(w.b, ':')
	w.comma = true
}

func (w *writer) num(name string, n int64) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) text(name, s string) {
	w.key(name)
	w.string(s)
}

// value writes v.
func (w *writer) value(v *Value) {
	switch v.kind {
	case KindInt:
		w.b = strconv.AppendInt(w.b, int64(v.num), 10)
	case KindFloat:
		x := math.Float64frombits(v.num)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			x = 0
		}
		w.b = strconv.AppendFloat(w.b, x, 'g', -1, 64)
	case KindBool:
		w.b = strconv.AppendBool(w.b, v.num != 0)
	case KindAddr:
		a, _ := v.Addr()
		w.b = append(w.b, '"')
		w.b = a.AppendTo(w.b)
		w.b = append(w.b, '"')
	case KindText:
		w.string(v.Str())
	case KindJSON:
		w.b = append(w.b, v.Str()...)
	case KindList:
		w.b = append(w.b, '[')
		for i, items := 0, v.items(); i < len(items); i++ {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.comma = false
			w.value(&items[i])
		}
		w.b = append(w.b, ']')
	case KindObject:
		w.object(v.items())
	default:
		w.b = append(w.b, "null"...)
	}
	w.comma = true
}

// object writes an element of a list of objects: attributes below one path[].
func (w *writer) object(attrs []Value) {
	w.open()
	if len(attrs) > 0 {
		if l := infos[attrs[0].field].List; l != None {
			w.members(attrs, len(infos[l].Path)+len("[]."))
		}
	}
	w.close()
}

// members writes attributes whose paths begin to differ at byte from. They are
// few, so that the attributes of one inner object are gathered by looking again.
func (w *writer) members(attrs []Value, from int) {
	for i := range attrs {
		p := infos[attrs[i].field].Path
		if len(p) <= from {
			continue
		}
		name, rest, nested := strings.Cut(p[from:], ".")
		if !nested {
			w.key(name)
			w.value(&attrs[i])
			continue
		}
		prefix := p[:len(p)-len(rest)]
		first := true
		for j := range attrs[:i] {
			first = first && !strings.HasPrefix(infos[attrs[j].field].Path, prefix)
		}
		if !first {
			continue
		}
		var inner []Value
		for j := i; j < len(attrs); j++ {
			if strings.HasPrefix(infos[attrs[j].field].Path, prefix) {
				inner = append(inner, attrs[j])
			}
		}
		w.key(name)
		w.open()
		w.members(inner, len(prefix))
		w.close()
	}
}

const hexDigits = "0123456789abcdef"

// string writes a JSON string and reports whether bytes were no UTF-8.
func (w *writer) string(s string) (escaped bool) {
	b := append(w.b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[start:i]...)
				b = append(b, '\\', '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
				escaped = true
				i++
				start = i
				continue
			}
			if r == '\u2028' || r == '\u2029' {
				b = append(b, s[start:i]...)
				b = append(b, '\\', 'u', '2', '0', '2', hexDigits[r&15])
				i += n
				start = i
				continue
			}
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	w.b = append(b, '"')
	return escaped
}
