package sigma

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// value is one value of an item on its way through the modifiers.
type value struct {
	null  bool
	plain string  // as the rule has it
	pat   pattern // text
	bytes bool    // the runes of pat are bytes (wide, utf16)
}

// matcher is what an item's modifiers make of its values. Each element of alts
// is one value of the rule with its alternatives (base64offset, windash, expand).
type matcher struct {
	alts     [][]value
	all      bool
	neq      bool
	cased    bool
	re       bool
	flags    string // of re: i, m, s
	cidr     bool
	exists   bool
	ref      bool
	cmp      string // lt, lte, gt, gte
	part     string // minute, hour, day, week, month, year
	contains bool
	starts   bool
	ends     bool
	needs    []string // placeholders without values
}

var timeParts = []string{"minute", "hour", "day", "week", "month", "year"}

// longNames are other names of modifiers.
var longNames = map[string]string{"ignorecase": "i", "multiline": "m", "dotall": "s", "utf16le": "wide"}

// newMatcher runs an item's values through its modifiers.
func newMatcher(it *item, placeholders map[string][]string) (*matcher, error) {
	m := &matcher{}
	isRe := it.has("re")
	for _, n := range it.vals {
		v := value{null: n.kind == nullNode, plain: n.text}
		switch {
		case isRe || n.kind != textNode:
			v.pat = literal(n.text)
		default:
			v.pat = parsePattern(n.text)
		}
		m.alts = append(m.alts, []value{v})
	}
	for i, name := range it.mods {
		if long, ok := longNames[name]; ok {
			name = long
		}
		if err := m.apply(name, it.mods[:i], placeholders); err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

func (m *matcher) apply(name string, before []string, placeholders map[string][]string) error {
	switch name {
	case "contains":
		m.contains = true
		m.each(func(v value) []value { v.pat = v.pat.openLeft().openRight(); return []value{v} })
	case "startswith":
		m.starts = true
		m.each(func(v value) []value { v.pat = v.pat.openRight(); return []value{v} })
	case "endswith":
		m.ends = true
		m.each(func(v value) []value { v.pat = v.pat.openLeft(); return []value{v} })
	case "all":
		m.all = true
	case "cased":
		m.cased = true
	case "neq":
		m.neq = true
	case "exists":
		m.exists = true
	case "re":
		m.re = true
	case "i", "m", "s":
		if !slices.Contains(before, "re") {
			return fmt.Errorf("modifier %q: only after re", name)
		}
		m.flags += name
	case "cidr":
		m.cidr = true
	case "fieldref":
		m.ref = true
	case "lt", "lte", "gt", "gte":
		if m.cmp != "" {
			return errors.New("two comparisons in one item")
		}
		m.cmp = name
	case "wide", "utf16be", "utf16":
		return m.eachErr(func(v value) ([]value, error) { return encodeUTF16(v, name) })
	case "base64":
		return m.eachErr(func(v value) ([]value, error) {
			b, err := v.octets()
			return []value{{plain: v.plain, pat: literal(base64.StdEncoding.EncodeToString(b))}}, err
		})
	case "base64offset":
		return m.eachErr(base64Offsets)
	case "windash":
		return m.eachErr(windash)
	case "expand":
		return m.eachErr(func(v value) ([]value, error) { return m.expand(v, placeholders) })
	default:
		if slices.Contains(timeParts, name) {
			m.part = name
			return nil
		}
		return fmt.Errorf("unknown modifier %q", name)
	}
	return nil
}

func (m *matcher) each(f func(value) []value) {
	_ = m.eachErr(func(v value) ([]value, error) { return f(v), nil })
}

// maxAlternatives bounds what one value may expand to.
const maxAlternatives = 4096

func (m *matcher) eachErr(f func(value) ([]value, error)) error {
	for i, alts := range m.alts {
		var out []value
		for _, v := range alts {
			if v.null {
				out = append(out, v)
				continue
			}
			more, err := f(v)
			if err != nil {
				return err
			}
			if out = append(out, more...); len(out) > maxAlternatives {
				return fmt.Errorf("value %q has more than %d variants", v.plain, maxAlternatives)
			}
		}
		m.alts[i] = out
	}
	return nil
}

// check refuses modifiers that contradict each other.
func (m *matcher) check() error {
	kinds := 0
	for _, on := range []bool{m.re, m.cidr, m.exists, m.ref, m.cmp != ""} {
		if on {
			kinds++
		}
	}
	if kinds > 1 {
		return errors.New("modifiers re, cidr, exists, fieldref, lt, lte, gt and gte exclude each other")
	}
	if m.part != "" && (m.re || m.cidr || m.exists || m.ref) {
		return fmt.Errorf("modifier %q goes with numbers only", m.part)
	}
	for _, alts := range m.alts {
		for _, v := range alts {
			if v.null {
				if m.re || m.cidr || m.exists || m.ref || m.cmp != "" || m.part != "" {
					return errors.New("null goes with no such modifier")
				}
				continue
			}
			if err := m.checkValue(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *matcher) checkValue(v value) error {
	switch {
	case m.exists:
		if v.plain != "true" && v.plain != "false" {
			return fmt.Errorf("exists: %q: want true or false", v.plain)
		}
	case m.cmp != "" || m.part != "":
		if _, err := strconv.ParseFloat(v.plain, 64); err != nil {
			return fmt.Errorf("%s%s: %q: want a number", m.part, m.cmp, v.plain)
		}
	}
	return nil
}

// octets returns the bytes of a value for an encoding.
func (v value) octets() ([]byte, error) {
	if v.pat.wild() {
		return nil, fmt.Errorf("%q: wildcards cannot be encoded (base64 goes before contains)", v.plain)
	}
	if !v.bytes {
		return []byte(v.pat.text()), nil
	}
	b := make([]byte, len(v.pat))
	for i, r := range v.pat {
		b[i] = byte(r)
	}
	return b, nil
}

func encodeUTF16(v value, name string) ([]value, error) {
	if v.pat.wild() {
		return nil, fmt.Errorf("%q: wildcards cannot be encoded", v.plain)
	}
	var b []byte
	if name == "utf16" {
		b = append(b, 0xff, 0xfe)
	}
	for _, u := range utf16.Encode(v.pat) {
		if name == "utf16be" {
			b = binary.BigEndian.AppendUint16(b, u)
		} else {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
	}
	out := value{plain: v.plain, bytes: true}
	for _, c := range b {
		out.pat = append(out.pat, rune(c))
	}
	return []value{out}, nil
}

// base64Offsets returns the three ways in which a text may appear inside
// base64, without the characters that its neighbours decide.
func base64Offsets(v value) ([]value, error) {
	b, err := v.octets()
	if err != nil {
		return nil, err
	}
	var out []value
	for i := range 3 {
		s := base64.StdEncoding.EncodeToString(append(make([]byte, i), b...))
		start := []int{0, 2, 3}[i]
		end := len(s) - []int{0, 3, 2}[(len(b)+i)%3]
		if start < end {
			out = append(out, value{plain: v.plain, pat: literal(s[start:end])})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%q is too short for base64offset", v.plain)
	}
	return out, nil
}

// dashes are what Windows programs take for the dash before an option.
var dashes = []rune{'-', '/', '–', '—', '―'}

// windash puts every kind of dash where a word of the value begins with one.
func windash(v value) ([]value, error) {
	out := []value{v}
	for i, r := range v.pat {
		if r != '-' && r != '/' || i > 0 && wordRune(v.pat[i-1]) || i+1 >= len(v.pat) || !wordRune(v.pat[i+1]) {
			continue
		}
		if len(out)*len(dashes) > maxAlternatives {
			return nil, fmt.Errorf("%q has too many dashes for windash", v.plain)
		}
		var more []value
		for _, o := range out {
			for _, d := range dashes {
				p := slices.Clone(o.pat)
				p[i] = d
				more = append(more, value{plain: v.plain, pat: p})
			}
		}
		out = more
	}
	return out, nil
}

func wordRune(r rune) bool {
	return r == '_' || r >= 0 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

var placeholder = regexp.MustCompile(`%([A-Za-z0-9_.-]+)%`)

// expand puts the configured values in the places of %names%.
func (m *matcher) expand(v value, placeholders map[string][]string) ([]value, error) {
	start, end, name := -1, -1, ""
find:
	for i, r := range v.pat {
		if r != '%' {
			continue
		}
		for j := i + 1; j < len(v.pat); j++ {
			if v.pat[j] == '%' && j > i+1 {
				if text := v.pat[i : j+1]; !text.wild() && placeholder.MatchString(text.text()) {
					start, end, name = i, j+1, v.pat[i+1:j].text()
					break find
				}
				break
			}
		}
	}
	if start < 0 {
		return []value{v}, nil
	}
	vals := placeholders[name]
	if len(vals) == 0 {
		if !slices.Contains(m.needs, name) {
			m.needs = append(m.needs, name)
		}
		return []value{v}, nil
	}
	var out []value
	for _, s := range vals {
		mid := parsePattern(s)
		if m.re {
			mid = literal(regexp.QuoteMeta(s))
		}
		w := value{plain: v.plain, pat: slices.Concat(v.pat[:start], mid)}
		rest := v
		rest.pat = v.pat[end:]
		tails, err := m.expand(rest, placeholders)
		if err != nil {
			return nil, err
		}
		for _, t := range tails {
			x := w
			x.pat = slices.Concat(w.pat, t.pat)
			out = append(out, x)
		}
		if len(out) > maxAlternatives {
			return nil, fmt.Errorf("placeholder %q has more than %d values", name, maxAlternatives)
		}
	}
	return out, nil
}

// compileRegexp compiles an expression of a rule. What Go writes otherwise is
// rewritten; what needs backtracking is refused with a reason.
func compileRegexp(text, flags string) (*regexp.Regexp, error) {
	text = adaptRegexp(text)
	if flags != "" {
		text = "(?" + flags + ")" + text
	}
	if len(text) > 32<<10 {
		return nil, errors.New("regular expression is too long")
	}
	re, err := regexp.Compile(text)
	if err == nil {
		return re, nil
	}
	for part, name := range map[string]string{
		"(?=": "lookahead", "(?!": "negative lookahead", "(?<=": "lookbehind", "(?<!": "negative lookbehind", "(?>": "atomic group",
	} {
		if strings.Contains(text, part) {
			return nil, fmt.Errorf("regular expression uses a %s, which does not run in linear time; write a second item with not", name)
		}
	}
	return nil, fmt.Errorf("regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

var (
	escapesOnly = strings.NewReplacer(`\\`, `\\`, `\Z`, `\z`, `\h`, `[\t ]`, `\e`, `\x1b`, `\K`, ``)
	openBound   = regexp.MustCompile(`\{,(\d+)\}`)
)

// adaptRegexp rewrites what PCRE and Python write and Go does not know.
func adaptRegexp(text string) string {
	return openBound.ReplaceAllString(escapesOnly.Replace(text), "{0,$1}")
}

func parsePrefix(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, fmt.Errorf("cidr: %q is no network", s)
		}
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("cidr: %q is no network", s)
	}
	return p.Masked(), nil
}
