package normalize

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"picket/normalize/ocsf"
)

// ParseMapping reads a mapping file; name is what errors call it. The error joins
// one [MappingError] for every fault.
func ParseMapping(name string, text []byte) (*Parser, error) {
	root, line, err := readMappingYAML(text)
	if err != nil {
		return nil, &MappingError{name, line, err.Error(), "see docs/mappings.md for an example"}
	}
	r := &mappingReader{file: name, m: &mapping{}, p: &Parser{}, slotOf: map[string]int{}}
	r.document(root)
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	m := r.m
	r.p.Parse, r.p.keys = m.parse, &m.keys
	return r.p, nil
}

type mappingReader struct {
	file   string
	m      *mapping
	p      *Parser
	slotOf map[string]int
	nth    map[meaning]int // how many keys have a meaning so far
	errs   []error
}

// maxMappingErrors is how many faults of one file are told.
const maxMappingErrors = 20

func (r *mappingReader) bad(n *yamlNode, reason, remedy string, args ...any) {
	if len(r.errs) < maxMappingErrors {
		r.errs = append(r.errs, &MappingError{r.file, n.line, reason, fmt.Sprintf(remedy, args...)})
	}
}

// each calls the reader of each key of a map, and complains of keys that have none.
func (r *mappingReader) each(n *yamlNode, what string, known map[string]func(*yamlNode)) {
	if n.kind != yamlMap {
		r.bad(n, fmt.Sprintf("%s is %s", what, yamlKinds[n.kind]), "write keys: %s", strings.Join(wordsOf(known), ", "))
		return
	}
	for i, k := range n.names {
		read, ok := known[k.text]
		if !ok {
			remedy := "known here are " + strings.Join(wordsOf(known), ", ")
			if near := nearest(k.text, wordsOf(known)); near != "" {
				remedy = "did you mean " + near + "? " + remedy
			}
			r.bad(k, fmt.Sprintf("unknown key %q", k.text), "%s", remedy)
			continue
		}
		read(n.vals[i])
	}
}

// document reads the whole document.
func (r *mappingReader) document(n *yamlNode) {
	var set, values, when *yamlNode // read last, when the structure is known
	r.each(n, "the file", map[string]func(*yamlNode){
		"name":      func(v *yamlNode) { r.p.Name = r.name(v) },
		"vendor":    func(v *yamlNode) { r.p.Vendor = r.word(v) },
		"product":   func(v *yamlNode) { r.p.Product = r.word(v) },
		"about":     func(v *yamlNode) { r.word(v) },
		"recognize": r.recognize,
		"require":   func(v *yamlNode) { r.m.required = r.words(v, 64) },
		"structure": r.structure,
		"time":      r.time,
		"only":      func(v *yamlNode) { r.m.only = r.conditions(v) },
		"keys":      r.keys,
		"extract":   r.extract,
		"set":       func(v *yamlNode) { set = v },
		"values":    func(v *yamlNode) { values = v },
		"when":      func(v *yamlNode) { when = v },
	})
	if n.kind != yamlMap {
		return
	}
	r.m.set.activity = -1
	if set != nil {
		r.m.set = r.verdict(set, ocsf.BaseEvent)
	}
	if values != nil {
		r.values(values)
	}
	if when != nil {
		r.when(when)
	}
	if r.p.Name == "" && n.lines["name"] == 0 {
		r.bad(n, "there is no name", "add name: acmegate, in small letters and digits; events carry it as their parser")
	}
	p := r.p
	if p.Apps == "" && p.Devices == "" && p.Keys == "" && p.Columns == "" && len(p.Begins) == 0 && p.Pattern == nil && n.lines["recognize"] == 0 {
		r.bad(n, "nothing tells how its lines are recognized", "add recognize: with programs, devices, keys, columns, begins or pattern")
	}
}

// name reads the name of a parser.
func (r *mappingReader) name(n *yamlNode) string {
	s := r.word(n)
	for i := 0; i < len(s); i++ {
		if c := s[i]; !lower(c) && !(i > 0 && (digit(c) || c == '_' || c == '-')) || i >= 40 {
			r.bad(n, fmt.Sprintf("%q is no name", s), "use small letters, digits, - and _, a letter first, 40 at most: acmegate")
			return ""
		}
	}
	if s == "picket" || s == "sensor" || s == "generic" {
		r.bad(n, fmt.Sprintf("the name %q is Picket's own", s), "choose another")
	}
	return s
}

// word reads a scalar that is not empty.
func (r *mappingReader) word(n *yamlNode) string {
	if n.kind != yamlScalar || n.text == "" {
		r.bad(n, fmt.Sprintf("here stands %s where one word or text belongs", yamlKinds[n.kind]), "write a value behind the colon")
		return ""
	}
	return n.text
}

// truth reads true or false.
func (r *mappingReader) truth(n *yamlNode) bool {
	if n.text != "true" && n.text != "false" {
		r.bad(n, fmt.Sprintf("%q is neither true nor false", n.text), "write true or false")
	}
	return n.text == "true"
}

// words reads a list of scalars, or one.
func (r *mappingReader) words(n *yamlNode, most int) []string {
	if n.kind == yamlScalar && n.text != "" {
		return []string{n.text}
	}
	if n.kind != yamlList || len(n.list) == 0 || len(n.list) > most {
		r.bad(n, fmt.Sprintf("here stands %s where a list of 1 to %d words belongs", yamlKinds[n.kind], most), "write [one, two]")
		return nil
	}
	var out []string
	for _, v := range n.list {
		out = append(out, r.word(v))
	}
	return out
}

func (r *mappingReader) recognize(n *yamlNode) {
	spaceless := func(v *yamlNode, low bool) string {
		list := r.words(v, 256)
		for i, w := range list {
			if low {
				w = strings.ReplaceAll(strings.ToLower(w), " ", "_")
			}
			if strings.ContainsAny(w, " \t\n") {
				r.bad(v, fmt.Sprintf("%q holds a space", w), "lines can be recognized by words without spaces only; use begins or pattern")
			}
			list[i] = w
		}
		return strings.Join(list, " ")
	}
	r.each(n, "recognize", map[string]func(*yamlNode){
		"programs": func(v *yamlNode) { r.p.Apps = spaceless(v, false) },
		"devices": func(v *yamlNode) {
			r.p.Devices = spaceless(v, true)
			for _, d := range strings.Fields(r.p.Devices) {
				if len(d) > 24 {
					r.bad(v, fmt.Sprintf("%q is longer than 24 letters", d), "recognize it by keys, or by pattern")
				}
			}
		},
		"keys": func(v *yamlNode) { r.p.Keys = spaceless(v, false) },
		"columns": func(v *yamlNode) {
			r.p.Columns = spaceless(v, false)
			for _, c := range strings.Fields(r.p.Columns) {
				if len(c) < 3 || len(c) > 15 {
					r.bad(v, fmt.Sprintf("the column %q has not 3 to 15 letters", c), "name another column, or use begins or pattern")
				}
			}
		},
		"begins": func(v *yamlNode) {
			r.p.Begins = r.words(v, 256)
			for _, b := range r.p.Begins {
				if len(b) < 4 {
					r.bad(v, fmt.Sprintf("the beginning %q is shorter than 4 letters", b), "write more of it, or use pattern")
				}
			}
			if len(r.errs) > 0 {
				r.p.Begins = nil
			}
		},
		"pattern": func(v *yamlNode) { r.p.Pattern = r.regexp(v) },
	})
}

// regexp reads a regular expression (RE2, which is linear).
func (r *mappingReader) regexp(n *yamlNode) *regexp.Regexp {
	s := r.word(n)
	if len(s) > maxPatternText {
		r.bad(n, fmt.Sprintf("the regular expression is longer than %d letters", maxPatternText), "split it")
		return nil
	}
	re, err := regexp.Compile(s)
	if err != nil {
		reason := err.Error()
		var se *syntax.Error
		if errors.As(err, &se) {
			reason = fmt.Sprintf("no regular expression: %s: %s", se.Code, se.Expr)
		}
		r.bad(n, reason, "expressions are RE2's: no look-ahead, no back-references; quote them with '…'")
		return nil
	}
	return re
}

func (r *mappingReader) structure(n *yamlNode) {
	if n.kind == yamlScalar {
		n = &yamlNode{line: n.line, kind: yamlMap, names: []*yamlNode{{line: n.line, kind: yamlScalar, text: "form"}}, vals: []*yamlNode{n}}
	}
	m := r.m
	r.each(n, "structure", map[string]func(*yamlNode){
		"form": func(v *yamlNode) {
			form, ok := mappedForms[r.word(v)]
			if !ok {
				r.bad(v, fmt.Sprintf("unknown structure %q", v.text), "known are %s", strings.Join(wordsOf(mappedForms), ", "))
			}
			m.form = form
		},
		"header":    func(v *yamlNode) { m.bare = !r.truth(v) }, // name and id of CEF and LEEF
		"words":     func(v *yamlNode) { m.mute = !r.truth(v) }, // of messages
		"after":     func(v *yamlNode) { m.skip = r.word(v) },
		"pairs":     func(v *yamlNode) { m.pairs = r.word(v) },
		"equals":    func(v *yamlNode) { m.equals = r.word(v) },
		"columns":   func(v *yamlNode) { m.columns = r.words(v, maxPairs) },
		"delimiter": func(v *yamlNode) { m.delim = r.delimiter(v) },
		"patterns": func(v *yamlNode) {
			m.textPatterns = r.patterns(v)
		},
	})
	switch {
	case len(r.errs) > 0:
	case m.form == textForm && len(m.patterns) == 0:
		r.bad(n, "a text without patterns", `add patterns: ['^user (?P<user>\S+) …']`)
	case m.form == csvForm && len(m.columns) == 0:
		r.bad(n, "columns without names", "add columns: [time, src, -, …]; - is a column that means nothing")
	case (m.pairs == "") != (m.equals == ""):
		r.bad(n, "pairs and equals belong together", `write both, as pairs: "; " and equals: ":"`)
	case m.pairs != "" && m.pairs == m.equals:
		r.bad(n, "pairs and equals are the same", "the one stands between pairs, the other between key and value")
	case m.form != textForm && len(m.patterns) > 0, m.form != csvForm && (len(m.columns) > 0 || m.delim != 0), m.form != kvForm && m.pairs != "":
		r.bad(n, "keys of another structure", "columns and delimiter belong to csv, patterns to text, pairs and equals to kv")
	}
	if m.delim == 0 {
		m.delim = ','
	}
}

func (r *mappingReader) delimiter(n *yamlNode) byte {
	s := r.word(n)
	if s == "tab" || s == "\t" {
		return '\t'
	}
	if len(s) != 1 || s == `"` {
		r.bad(n, fmt.Sprintf("%q is no delimiter", s), `write one letter in quotes, as "|", or tab`)
		return 0
	}
	return s[0]
}

// patterns reads expressions with groups.
func (r *mappingReader) patterns(n *yamlNode) (t textPatterns) {
	list := n.list
	if n.kind == yamlScalar {
		list = []*yamlNode{n}
	}
	if len(list) == 0 || len(list) > maxMappedRegexp {
		r.bad(n, fmt.Sprintf("patterns is %s", yamlKinds[n.kind]), "write a list of 1 to %d regular expressions with groups (?P<name>…)", maxMappedRegexp)
		return t
	}
	for _, one := range list {
		r.pattern(&t, one)
	}
	return t
}

// extract reads which values hold pairs themselves.
func (r *mappingReader) extract(n *yamlNode) {
	if n.kind != yamlList || len(n.list) > 16 {
		r.bad(n, fmt.Sprintf("extract is %s", yamlKinds[n.kind]), "write a list of at most 16 entries - key: … and patterns: …")
		return
	}
	for _, one := range n.list {
		var x extract
		r.each(one, "an entry of extract", map[string]func(*yamlNode){
			"key":      func(v *yamlNode) { x.key = r.word(v) },
			"patterns": func(v *yamlNode) { x.textPatterns = r.patterns(v) },
		})
		if x.key == "" || len(x.patterns) == 0 {
			r.bad(one, "an entry of extract without key or patterns", `write key: msg and patterns: ['user (?P<user>\S+)']`)
			continue
		}
		r.m.extracts = append(r.m.extracts, x)
	}
}

// pattern reads one expression with groups.
func (r *mappingReader) pattern(t *textPatterns, n *yamlNode) {
	re := r.regexp(n)
	if re == nil {
		return
	}
	names := re.SubexpNames()
	if !slices.ContainsFunc(names, func(s string) bool { return s != "" }) {
		r.bad(n, "the pattern has no group with a name", `write (?P<user>\S+) for what is to be taken`)
		return
	}
	t.patterns, t.groups = append(t.patterns, re), append(t.groups, names)
}

func (r *mappingReader) time(n *yamlNode) {
	r.each(n, "time", map[string]func(*yamlNode){
		"key": func(v *yamlNode) {
			keys := r.words(v, 2)
			mean := [...]string{"@date", "@clock"}
			for i, k := range keys {
				name := "@time"
				if len(keys) == 2 {
					name = mean[i]
				}
				r.key(v, k, name, 0)
			}
		},
		"zone": func(v *yamlNode) {
			zone, err := time.LoadLocation(r.word(v))
			if err != nil || v.text == "Local" {
				r.bad(v, fmt.Sprintf("%q is no time zone", v.text), "use a name as Europe/Berlin, or UTC")
			}
			r.m.zone = zone
		},
	})
}

// keys reads key: meaning.
func (r *mappingReader) keys(n *yamlNode) {
	if n.kind != yamlMap {
		r.bad(n, fmt.Sprintf("keys is %s", yamlKinds[n.kind]), `write each as  srcip: "@src"`)
		return
	}
	for i, k := range n.names {
		if k.text == "" || len(k.text) > maxKeyLength {
			r.bad(k, "a key is empty or too long", "keys have 1 to %d letters", maxKeyLength)
			continue
		}
		for nth, name := range r.words(n.vals[i], 8) {
			r.key(n.vals[i], k.text, name, nth)
		}
	}
}

// key gives a key its first or a further meaning.
func (r *mappingReader) key(n *yamlNode, k, name string, nth int) {
	m, ok := r.meaning(n, name)
	if !ok {
		return
	}
	if r.nth == nil {
		r.nth = map[meaning]int{}
	}
	i := r.nth[m]
	r.nth[m]++
	m.weight = brandWeight - uint8(min(i, 40)) // of two keys with one meaning the first is the better one
	if tail, ok := strings.CutPrefix(k, "*."); ok {
		if tail == "" || nth > 0 || !r.m.tails.set(ocsf.Intern(tail), m) {
			r.bad(n, fmt.Sprintf("%s cannot have this meaning", k), "a key by its last part has a name and one meaning")
		}
		return
	}
	if nth > 0 {
		r.m.more = append(r.m.more, anotherMeaning{k, m})
		return
	}
	if !r.m.keys.table.set(ocsf.Intern(k), brandKey{ocsf.Intern(k), m}) {
		r.bad(n, "too many keys", "leave out those that the dictionary knows (picket explain)")
	}
}

func (r *mappingReader) meaning(n *yamlNode, name string) (meaning, bool) {
	m, err := parseMeaning(name)
	if err == nil {
		return m, true
	}
	remedy := "write an OCSF path (src_endpoint.ip, user.name; the page of fields lists them) or one of " + strings.Join(wordsOf(namedMeanings), " ")
	if named := "@" + name; namedMeanings[named] != (meaning{}) {
		remedy = fmt.Sprintf("did you mean %q, in quotes?", named)
	} else if f, err := ocsf.Resolve(name); err == nil {
		remedy = fmt.Sprintf("did you mean %s?", f.Path())
	} else if near := nearest(name, wordsOf(namedMeanings)); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	}
	r.bad(n, fmt.Sprintf("no meaning %q", name), "%s", remedy)
	return m, false
}

// slot numbers a key that values and conditions look at. Of the line itself are
// <program>, <message>, <host>, <msgid>, and of CEF and LEEF <id>, <name>, <product>.
func (r *mappingReader) slot(n *yamlNode, k string) int {
	if strings.HasPrefix(k, "<") && !slices.Contains(ownWords[:], k) {
		r.bad(n, fmt.Sprintf("unknown word %s", k), "known are %s", strings.Join(ownWords[:], ", "))
	}
	i, ok := r.slotOf[k]
	if !ok {
		i = len(r.m.slots)
		if i == 256 {
			r.bad(n, "values and conditions look at more than 256 keys", "a mapping is for one brand")
			return 0
		}
		r.slotOf[k] = i
		r.m.slots = append(r.m.slots, k)
	}
	return i
}

// values reads the list of value tables.
func (r *mappingReader) values(n *yamlNode) {
	if n.kind != yamlList {
		r.bad(n, fmt.Sprintf("values is %s", yamlKinds[n.kind]), "write a list of - key: … and are: …")
		return
	}
	cases := 0
	for _, one := range n.list {
		t := valueTable{exact: map[string]int{}}
		r.each(one, "an entry of values", map[string]func(*yamlNode){
			"key": func(v *yamlNode) {
				for _, k := range r.words(v, 16) {
					t.slots = append(t.slots, r.slot(v, k))
				}
			},
			"are": func(v *yamlNode) {
				if v.kind != yamlMap {
					r.bad(v, fmt.Sprintf("are is %s", yamlKinds[v.kind]), `write each as  "ban": denied`)
					return
				}
				for i, k := range v.names {
					if cases++; cases > maxMappedCases {
						r.bad(k, "too many values", "at most %d", maxMappedCases)
						return
					}
					c := valueCase{is: newPattern(k.text), then: r.verdict(v.vals[i], r.m.set.class)}
					if c.is.exactly() {
						t.exact[string(c.is.parts[0])] = len(t.cases)
					}
					t.cases = append(t.cases, c)
				}
			},
		})
		if len(t.slots) == 0 || len(t.cases) == 0 {
			r.bad(one, "an entry of values without key or without values", "write key: KEY and are: {value: meaning}")
		}
		r.m.values = append(r.m.values, t)
	}
}

// when reads the list of rules.
func (r *mappingReader) when(n *yamlNode) {
	if n.kind != yamlList || len(n.list) > maxMappedRules {
		r.bad(n, fmt.Sprintf("when is %s", yamlKinds[n.kind]), "write a list of at most %d entries - if: … and set: …", maxMappedRules)
		return
	}
	for _, one := range n.list {
		var rule mappedRule
		set := false
		r.each(one, "an entry of when", map[string]func(*yamlNode){
			"if":       func(v *yamlNode) { rule.all = r.conditions(v) },
			"unless":   func(v *yamlNode) { rule.none = r.conditions(v) },
			"set":      func(v *yamlNode) { rule.then, set = r.verdict(v, r.m.set.class), true },
			"continue": func(v *yamlNode) { rule.goOn = r.truth(v) },
		})
		if !set || len(rule.all)+len(rule.none) == 0 {
			r.bad(one, "a rule without if or without set", "write if: {KEY: VALUE} and set: {class: …}")
		}
		r.m.rules = append(r.m.rules, rule)
	}
}

func (r *mappingReader) conditions(n *yamlNode) []condition {
	if n.kind != yamlMap {
		r.bad(n, fmt.Sprintf("here stands %s where conditions belong", yamlKinds[n.kind]), "write {KEY: VALUE}; a list of values means any of them, * any letters")
		return nil
	}
	var out []condition
	for i, k := range n.names {
		c := condition{slot: r.slot(k, k.text)}
		v := n.vals[i]
		if v.kind == yamlScalar { // also an empty one: the key has no value
			v = &yamlNode{line: v.line, kind: yamlList, list: []*yamlNode{v}}
		}
		if v.kind != yamlList || len(v.list) == 0 || len(v.list) > 256 {
			r.bad(v, fmt.Sprintf("the condition on %s is %s", k.text, yamlKinds[v.kind]), "write a value or a list of at most 256")
			continue
		}
		for _, one := range v.list {
			if one.kind != yamlScalar {
				r.bad(one, fmt.Sprintf("here stands %s where a value belongs", yamlKinds[one.kind]), "write a word, or one in quotes")
				continue
			}
			c.any = append(c.any, newPattern(one.text))
		}
		out = append(out, c)
	}
	return out
}

// verdict reads what is set: words, as "denied quarantined", or a map. class is
// the one that holds when it names none.
func (r *mappingReader) verdict(n *yamlNode, class ocsf.Class) verdict {
	v := verdict{activity: -1}
	if n.kind == yamlScalar {
		for _, w := range strings.Fields(n.text) {
			if !v.word(w) {
				r.bad(n, fmt.Sprintf("the word %q says nothing", w), "known are %s; anything else is set as {class: …, OCSF path: …}", strings.Join(wordsOf(verdictTerms), " "))
			}
		}
		return v
	}
	if n.kind != yamlMap {
		r.bad(n, fmt.Sprintf("here stands %s where something is to be set", yamlKinds[n.kind]), "write words as denied, or {class: authentication, activity: logon, outcome: failure}")
		return v
	}
	for i, k := range n.names { // the class tells what activities there are
		if k.text == "class" {
			v.class, v.classed = r.class(n.vals[i])
			class = v.class
		}
	}
	for i, k := range n.names {
		switch x := n.vals[i]; k.text {
		case "class":
		case "activity":
			v.activity = r.activity(x, class)
		case "action", "outcome", "severity":
			w := r.word(x)
			if t, ok := verdictTerms[w]; !ok || t.kind() != k.text || !v.word(w) {
				var fit []string
				for _, w := range wordsOf(verdictTerms) {
					if verdictTerms[w].kind() == k.text {
						fit = append(fit, w)
					}
				}
				r.bad(x, fmt.Sprintf("%q is no %s", w, k.text), "known are %s", strings.Join(fit, ", "))
			}
		default:
			r.given(&v, k, x)
		}
	}
	return v
}

// given reads  OCSF path: text,  or $key, or a list of $keys.
func (r *mappingReader) given(v *verdict, k, x *yamlNode) {
	m, ok := r.meaning(k, k.text)
	if !ok {
		return
	}
	m.weight = 250 // over what keys say
	g := givenField{mean: m}
	for _, w := range r.words(x, 16) {
		if key, ok := strings.CutPrefix(w, "$"); ok {
			g.slots = append(g.slots, r.slot(x, key))
		} else if x.kind == yamlScalar {
			g.text = w
		} else {
			r.bad(x, fmt.Sprintf("%q in a list", w), "a list holds keys, each with $ before: [$threat, $event]")
		}
	}
	v.fields = append(v.fields, g)
}

// class reads a class of OCSF by number or name.
func (r *mappingReader) class(n *yamlNode) (ocsf.Class, bool) {
	s := plainWord(r.word(n))
	var names []string
	for _, c := range ocsf.Classes() {
		name := plainWord(c.Name())
		if s == name || s == strconv.Itoa(int(c)) {
			return c, true
		}
		names = append(names, name)
	}
	remedy := "known are " + strings.Join(names, ", ")
	if near := nearest(s, names); near != "" {
		remedy = "did you mean " + near + "?"
	}
	r.bad(n, fmt.Sprintf("no class %q", n.text), "%s", remedy)
	return 0, false
}

// activity reads an activity of a class by number or name.
func (r *mappingReader) activity(n *yamlNode, class ocsf.Class) int {
	s := plainWord(r.word(n))
	var names []string
	for i := range 100 {
		name := plainWord(class.ActivityName(uint8(i)))
		if name == "" {
			continue
		}
		if s == name || s == strconv.Itoa(i) {
			return i
		}
		names = append(names, name)
	}
	if class == ocsf.BaseEvent {
		r.bad(n, "an activity without a class", "name the class beside it")
	} else {
		r.bad(n, fmt.Sprintf("%s has no activity %q", class.Name(), n.text), "it has %s", strings.Join(names, ", "))
	}
	return -1
}

// plainWord writes "Network Activity" as network_activity.
func plainWord(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), " ", "_")
}
