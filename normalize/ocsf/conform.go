package ocsf

import (
	mathbits "math/bits"
	"strings"
)

// Conform makes the event valid for its class, once, at the end of its making:
//
//   - values that do not fit the type of their field go to unmapped;
//   - objects get what OCSF requires of them, from what the event knows, or go
//     to unmapped whole;
//   - a class whose required attributes cannot be found is given up for Network
//     Activity (when there are endpoints) or the base event.
//
// It never drops anything and never invents an address, user or hash.
func (e *Event) Conform() {
	if !e.Class.Known() {
		e.Class = BaseEvent
	}
	if e.Severity > Fatal && e.Severity != Other {
		e.Severity = UnknownSeverity
	}
	e.conformValues()
	e.conformObjects() // what is no object must not count for the class
	if e.conformClass() {
		e.conformObjects() // what was completed may want company
	}
	if e.Class.info().activityName(e.Activity) == "" {
		e.Activity = Other
	}
	if e.Time == 0 {
		e.Time = e.Logged
	}
}

// conformValues holds every value against the type of its field.
func (e *Event) conformValues() {
	for i := 0; i < len(e.vals); i++ {
		v := &e.vals[i]
		in := &infos[v.field]
		if !in.Many && v.kind == kindOf[in.Type] {
			continue // nearly all
		}
		if in.Many {
			if v.kind != KindList {
				*v = listOf(v.field, []Value{*v})
			}
			if in.Type == Object {
				i += e.conformElements(i)
			} else {
				i += e.conformList(i)
			}
			continue
		}
		if fits(v, in.Type) {
			continue
		}
		if in.Type <= URL && v.kind != KindText {
			f := v.field
			*v = Text(v.String())
			v.field = f
			continue
		}
		f, old := v.field, *v
		e.Delete(f)
		i--
		if old.kind != KindText || !e.SetText(f, old.Str()) {
			e.SetUnmapped(in.Path, old)
		}
	}
}

// conformList holds the elements of the list at vals[i] against its type. It
// returns -1 when the list went, for another value stands in its place then.
func (e *Event) conformList(i int) int {
	v := e.vals[i]
	in := &infos[v.field]
	have := v.items()
	for j := range have {
		if fits(&have[j], in.Type) {
			continue
		}
		good := make([]Value, 0, len(have))
		for _, x := range have {
			switch {
			case fits(&x, in.Type):
				good = append(good, x)
			case in.Type <= URL:
				good = append(good, Text(x.String()))
			default:
				e.SetUnmapped(in.Path, x)
			}
		}
		if len(good) == 0 {
			e.Delete(v.field)
			return -1
		}
		e.vals[i] = listOf(v.field, good)
		return 0
	}
	return 0
}

// kindOf is the kind that every value of a type has, where that is all there is
// to check.
var kindOf = [...]Kind{String: KindText, Hostname: KindText, Username: KindText, Path: KindText, URL: KindText, IP: KindAddr,
	Integer: KindInt, Enum: KindInt, Time: KindInt, Boolean: KindBool, Object: KindNone}

// fits reports whether v may stand in a field of type t. Texts of checked types
// are checked again, for Set trusts its caller.
func fits(v *Value, t Type) bool {
	if k := kindOf[t]; k != KindNone {
		return v.kind == k
	}
	switch t {
	case Method:
		m, ok := parseMethod(v.Str())
		return ok && m == v.Str()
	case Email:
		return v.kind == KindText && isEmail(v.Str())
	case MAC:
		return v.kind == KindText && len(v.Str()) == 17 && v.Str()[2] == ':'
	case UUID:
		return v.kind == KindText && isUUID(v.Str())
	case Port:
		return v.kind == KindInt && v.num <= 65535
	case Float:
		return v.kind == KindFloat || v.kind == KindInt
	}
	return true
}

// conformClass makes sure that the class has what it requires, and reports
// whether it had to add anything.
func (e *Event) conformClass() bool {
	before := len(e.vals)
	for !e.fill(e.Class.info()) {
		e.demote()
	}
	return len(e.vals) != before
}

// fill completes the top-level attributes that the class requires and reports
// whether all are there.
func (e *Event) fill(k *class) bool {
	l := k.layoutOf()
	for i := range l.required {
		if d := &l.required[i]; !e.hasAny(d.fields) && !completable[d.root] {
			return false
		}
	}
	for i := range l.required {
		if d := &l.required[i]; !e.hasAny(d.fields) && !e.complete(d.root) {
			return false
		}
	}
	if k.uid == AuthorizeSession { // wants privileges or a group, and not both
		group := e.hasAny(l.roots["group"])
		if v := e.Get(Privileges); group && v.kind != KindNone {
			e.Delete(Privileges)
			e.SetUnmapped("privileges", v)
		} else if !group && v.kind == KindNone {
			return false
		}
	}
	if l.evidence && e.hasAny(l.roots["evidences"]) && !e.hasAny(l.anchors) {
		e.SetInt(DirectionID, 0) // evidences want an end, a user or a file, or this
	}
	if len(l.anyOf) == 0 {
		return true
	}
	for i := range l.anyOf {
		if e.hasAny(l.anyOf[i].fields) {
			return true
		}
	}
	for i := range l.anyOf {
		switch root := l.anyOf[i].root; {
		case root == "service", root == "log_name", root == "tunnel_type_id",
			root == "dst_endpoint" && k.uid == DNSActivity && e.Has(QueryName):
			return e.complete(root)
		}
	}
	return false
}

func (e *Event) hasAny(fs []Field) bool {
	for _, f := range fs {
		if e.index[f] != 0 {
			return true
		}
	}
	return false
}

// first returns the first of the fields that has a value.
func (e *Event) first(fs ...Field) Value {
	for _, f := range fs {
		if v := e.Get(f); v.kind != KindNone {
			return v
		}
	}
	return Value{}
}

// completable are the top-level attributes that complete may find.
var completable = map[string]bool{"user": true, "device": true, "actor": true, "finding_info": true, "direction_id": true,
	"app": true, "src_endpoint": true}

// complete finds a required top-level attribute in what the event knows
// otherwise.
func (e *Event) complete(root string) bool {
	or := func(f Field, v Value, otherwise string) bool {
		if v.kind != KindNone {
			e.Set(f, Text(v.String()))
		} else if otherwise != "" {
			e.Set(f, Text(otherwise))
		}
		return e.index[f] != 0
	}
	switch root {
	case "user":
		if e.Class == Authentication && !e.Has(ActorUser) && !e.Has(UserResult) {
			return or(UserAccount, Value{}, "unknown") // somebody logged on; a name would be counted as a person
		}
		return or(UserName, e.first(ActorUser, UserResult), "")
	case "device":
		if e.From.IsValid() {
			e.SetAddr(DeviceIP, e.From)
			return true
		}
		return or(DeviceName, Value{}, "unknown")
	case "actor":
		return or(ActorApp, e.first(ProductFeature, ProductName), "unknown")
	case "service":
		return or(ServiceName, e.first(AppName, LogProvider, ProductFeature, ProductName), "unknown")
	case "log_name":
		return or(LogFileName, e.first(LogName, ProductName), "unknown")
	case "finding_info":
		return or(FindingUID, e.first(AnalyticUID, RuleUID, EventCode, RuleName, Message), "unknown")
	case "direction_id":
		e.SetInt(EmailDirection, 0)
		return true
	case "app":
		return or(AppApplication, e.first(AppName, LogProvider, ProductName), "unknown")
	case "src_endpoint":
		return or(SrcName, e.first(DeviceHostname, DeviceIP), "unknown")
	case "dst_endpoint": // who tells of a question is the server that was asked
		return or(DstName, e.first(DeviceHostname, DeviceIP), "unknown")
	case "tunnel_type_id":
		e.SetInt(TunnelTypeID, 0)
		return true
	}
	return false
}

// demote gives up the class for one that asks less.
func (e *Event) demote() {
	name := e.Class.ActivityName(e.Activity)
	if e.Class != NetworkActivity && e.hasAny(endpointFields) {
		e.Class = NetworkActivity
	} else {
		e.Class = BaseEvent
	}
	e.Activity = Other
	if name != "" && name != "Unknown" && name != "Other" && !e.Has(ActivityName) {
		e.Set(ActivityName, Text(name))
	}
}

var endpointFields = []Field{SrcIP, DstIP, SrcHostname, DstHostname, SrcName, DstName, SrcMAC, DstMAC}

// rule is what OCSF wants of one object.
type rule struct {
	prefix  string
	all     []Field   // every field at or below it
	numbers []Field   // required, 0 where unknown
	texts   [][]Field // for each required attribute, the fields that make it
	fill    []Field   // for each required attribute, the field to fill, or None
	needAny bool
	anyOf   []Field // at least one of these, where needAny
	wants   bits    // the numbers of all that is required
}

// bits is a set of rules, or of the things that they require.
type bits [2]uint64

func (b *bits) add(n int) { b[n/64] |= 1 << (n % 64) }

// part is what a field is to the objects around it. With it one pass over the
// values of an event tells of nearly all objects that they lack nothing.
type part struct {
	of    bits // the rules of the objects that it is inside
	meets bits // what it is, of the things that rules require
}

var (
	rules   []rule
	partsOf [maxFields]part
)

func init() {
	below := func(prefix string) (fs []Field) {
		dotted := prefix + "."
		for _, in := range infos[1:] {
			if in.List == None && (in.Path == prefix || strings.HasPrefix(in.Path, dotted)) {
				fs = append(fs, in.Field)
			}
		}
		return fs
	}
	wants := 0
	// Inner objects first: what they lose, the outer one must not count on.
	for i := len(objectTable) - 1; i >= 0; i-- {
		row := objectTable[i]
		if strings.Contains(row.prefix, "[]") {
			continue // elements of lists are made whole
		}
		r := rule{prefix: row.prefix, all: below(row.prefix)}
		for _, n := range strings.Fields(row.numbers) {
			if f := byPath[row.prefix+"."+n]; f != None {
				r.numbers = append(r.numbers, f)
			}
		}
		for _, n := range strings.Fields(row.texts) {
			r.texts = append(r.texts, below(row.prefix+"."+n))
			r.fill = append(r.fill, byPath[row.prefix+"."+n])
		}
		r.needAny = row.anyOf != ""
		for _, n := range strings.Fields(row.anyOf) {
			r.anyOf = append(r.anyOf, below(row.prefix+"."+n)...)
		}
		for _, f := range r.all {
			partsOf[f].of.add(len(rules))
		}
		require := func(fs []Field) {
			for _, f := range fs {
				partsOf[f].meets.add(wants)
			}
			r.wants.add(wants)
			wants++
		}
		if r.needAny {
			require(r.anyOf)
		}
		for _, fs := range r.texts {
			require(fs)
		}
		for i := range r.numbers {
			require(r.numbers[i : i+1])
		}
		rules = append(rules, r)
	}
}

// conformObjects looks at the objects that the event has something of. They
// come inner first, as a rule takes the inner objects' losses into account.
func (e *Event) conformObjects() {
	var have part
	for i := range e.vals {
		p := &partsOf[e.vals[i].field]
		have.of[0] |= p.of[0]
		have.of[1] |= p.of[1]
		have.meets[0] |= p.meets[0]
		have.meets[1] |= p.meets[1]
	}
	complete := true
	for w, set := range have.of {
		for ; set != 0; set &= set - 1 {
			r := &rules[w*64+mathbits.TrailingZeros64(set)]
			if complete && r.wants[0]&^have.meets[0]|r.wants[1]&^have.meets[1] == 0 {
				continue
			}
			// What is added or taken away may concern the objects around.
			complete = false
			e.conformObject(r)
		}
	}
}

func (e *Event) conformObject(r *rule) {
	if !e.hasAny(r.all) {
		return // an inner object took the last of it along
	}
	if r.needAny && !e.hasAny(r.anyOf) && !e.completeObject(r) {
		e.unmap(r)
		return
	}
	for i, fs := range r.texts {
		if !e.hasAny(fs) && !e.completeText(r.prefix, r.fill[i]) {
			e.unmap(r)
			return
		}
	}
	for _, f := range r.numbers {
		if e.index[f] == 0 {
			n := int64(0)
			if f == JA3Alg || f == JA3SAlg || f == ClientHASSHAlg || f == ServerHASSHAlg {
				n = 1 // MD5, by their definition
			}
			e.SetInt(f, n)
		}
	}
}

// unmap moves a whole object to unmapped.
func (e *Event) unmap(r *rule) {
	for _, f := range r.all {
		if i := e.index[f]; i != 0 {
			v := e.vals[i-1]
			e.Delete(f)
			e.SetUnmapped(infos[f].Path, v)
		}
	}
}

// completeObject gives an object one of the attributes of which it needs one.
func (e *Event) completeObject(r *rule) bool {
	copyText := func(to Field, from ...Field) bool {
		if v := e.first(from...); v.kind != KindNone {
			e.Set(to, Text(v.String()))
			return true
		}
		return false
	}
	switch r.prefix {
	case "process":
		return copyText(ProcessUID, ProcessName, ProcessPath, ProcessCmd, ProcessFile)
	case "process.parent_process":
		return copyText(ParentUID, ParentName, ParentPath, ParentCmd, ParentFile)
	case "actor.process":
		return copyText(ActorUID, ActorProcess, ActorPath, ActorCmd, ActorFile)
	case "url":
		return e.completeURL()
	case "user":
		return copyText(UserName, UserEmail, UserFullName)
	case "actor.user":
		return copyText(ActorUser, ActorUserEmail, ActorUserFull)
	case "src_endpoint":
		e.Set(SrcSvcName, Text("unknown"))
		return true
	case "dst_endpoint":
		e.Set(DstSvcName, Text("unknown"))
		return true
	case "device":
		return e.complete("device")
	case "firewall_rule":
		return copyText(RuleName, RuleDesc, RuleCategory, RuleType)
	case "policy":
		return copyText(PolicyName, PolicyDesc)
	case "email":
		if v := e.Get(EmailSMTPFrom); v.kind != KindNone {
			e.Set(EmailFrom, v)
			return true
		}
		if v := e.Get(EmailSMTPTo); v.kind != KindNone {
			e.Set(EmailTo, v)
			return true
		}
	case "module":
		e.SetInt(ModuleLoadType, 0)
		return true
	case "win_service":
		e.SetInt(WinServiceType, 0)
		return true
	case "finding_info.analytic":
		return copyText(AnalyticName, FindingTitle, RuleName)
	case "query_info":
		return copyText(DatabaseQueryUID, EventCode, ProductName)
	}
	return false
}

// completeURL writes the url in one piece from its parts.
func (e *Event) completeURL() bool {
	host := e.first(URLHostname, URLDomain).String()
	if host == "" {
		return false
	}
	var b []byte
	if s := e.Text(URLScheme); s != "" {
		b = append(append(b, s...), "://"...)
	}
	b = append(b, host...)
	if p := e.Get(URLPort); p.kind != KindNone {
		b = p.AppendText(append(b, ':'))
	}
	if q := e.Text(URLQuery); q != "" {
		b = append(append(b, '?'), strings.TrimPrefix(q, "?")...)
	}
	e.Set(URLString, Text(string(b)))
	return true
}

// completeText finds a required attribute of an object.
func (e *Event) completeText(prefix string, f Field) bool {
	if f == None {
		return false
	}
	name := infos[f].Path[len(prefix)+1:]
	switch {
	case name == "name":
		if p := byPath[prefix+".path"]; p != None && e.index[p] != 0 {
			e.Set(f, Text(baseName(e.Text(p))))
			return true
		}
		if strings.HasSuffix(prefix, "file") {
			return false
		}
	case f == FindingUID:
		return e.complete("finding_info")
	case f == QueryName, f == RegKeyPath, f == APIOperation, f == DatabaseQuery, name == "value", name == "desc":
		return false
	case f == RegValuePath:
		if v := e.Get(RegKeyPath); v.kind != KindNone {
			e.Set(f, v)
			return true
		}
	}
	e.Set(f, Text("unknown"))
	return true
}

// baseName returns what stands behind the last slash or backslash.
func baseName(p string) string {
	p = strings.TrimRight(p, `/\`)
	if i := strings.LastIndexAny(p, `/\`); i >= 0 {
		p = p[i+1:]
	}
	if p == "" {
		return "/"
	}
	return p
}
