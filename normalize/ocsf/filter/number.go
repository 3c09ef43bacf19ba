package filter

import (
	"math"
	"strconv"
	"strings"
	"time"

	"picket/normalize/ocsf"
)

// number compiles the term of a number, a time, a flag or an enumeration.
func (m *term) number(t token, typ ocsf.Type) error {
	if m.cmp == cmpEqual && m.f == ocsf.ActivityID {
		if _, err := strconv.Atoi(m.val.plain()); err != nil {
			m.test = wordTest(m.val)
			m.test.kind = testActivity
			return nil
		}
	}
	words := m.f.Words()
	if m.cmp == cmpEqual && len(words) > 0 {
		if set := wordNumbers(m.val, words); set != nil {
			m.test = test{kind: testSet, set: set}
			return nil
		}
	}
	if m.cmp == cmpEqual && m.val.wild() {
		m.test = textTest(m.val)
		return nil
	}
	if typ == ocsf.Float {
		for _, v := range []value{m.val, m.to} {
			if _, err := strconv.ParseFloat(v.plain(), 64); err != nil && len(v.parts) > 0 && !v.any() {
				return m.noNumber(t, typ, v, words)
			}
		}
		m.test = rangeTest(m.cmp, m.val, m.to)
		return nil
	}
	m.test = test{kind: testNumber, min: math.MinInt64, max: math.MaxInt64}
	n, end := int64(0), int64(0)
	var ok bool
	if m.cmp != cmpRange || !m.val.any() {
		if n, end, ok = readNumber(m.val.plain(), typ, words); !ok {
			return m.noNumber(t, typ, m.val, words)
		}
	}
	switch m.cmp {
	case cmpEqual:
		m.test.min, m.test.max = n, end
	case cmpAtLeast:
		m.test.min = n
	case cmpMore:
		m.test.min = addOne(end)
	case cmpAtMost:
		m.test.max = end
	case cmpLess:
		if m.test.max = n; n > math.MinInt64 {
			m.test.max--
		}
	case cmpRange:
		if !m.val.any() {
			m.test.min = n
		}
		if !m.to.any() {
			if _, end, ok = readNumber(m.to.plain(), typ, words); !ok {
				return m.noNumber(t, typ, m.to, words)
			}
			m.test.max = end
		}
	}
	return nil
}

func addOne(n int64) int64 {
	if n == math.MaxInt64 {
		return n
	}
	return n + 1
}

// readNumber returns the first and the last number that a text means: a day or
// a second of a time is many milliseconds long.
func readNumber(s string, typ ocsf.Type, words []ocsf.Word) (lo, hi int64, ok bool) {
	if n, err := strconv.ParseInt(s, 0, 64); err == nil {
		return n, n, true
	}
	switch typ {
	case ocsf.Boolean:
		switch strings.ToLower(s) {
		case "true", "yes":
			return 1, 1, true
		case "false", "no":
			return 0, 0, true
		}
	case ocsf.Time:
		for _, layout := range timeLayouts {
			if at, err := time.Parse(layout.text, s); err == nil {
				lo = at.UnixMilli()
				step := layout.step
				if strings.IndexByte(s, '.') > 0 {
					step = time.Millisecond
				}
				return lo, lo + step.Milliseconds() - 1, true
			}
		}
	}
	if set := wordNumbers(value{parts: []string{s}}, words); len(set) == 1 {
		return set[0], set[0], true
	}
	return 0, 0, false
}

// timeLayouts are the ways to write a time; without a zone it is UTC.
var timeLayouts = []struct {
	text string
	step time.Duration
}{
	{time.RFC3339, time.Second},
	{"2006-01-02T15:04:05", time.Second},
	{"2006-01-02T15:04", time.Minute},
	{"2006-01-02T15", time.Hour},
	{"2006-01-02", 24 * time.Hour},
}

// wordNumbers returns the numbers whose word the value is: the whole word, else
// the words that begin with it (dns for DNS Activity), else nil.
func wordNumbers(v value, words []ocsf.Word) []int64 {
	want := wordTest(v)
	var whole, begin []int64
	for _, w := range words {
		name := squash(w.Name)
		switch {
		case want.wanted(name):
			whole = append(whole, int64(w.Number))
		case !v.wild() && want.text != "" && strings.HasPrefix(name, want.text):
			begin = append(begin, int64(w.Number))
		}
	}
	if whole == nil {
		return begin
	}
	return whole
}

// wordTest is a text test on squashed words.
func wordTest(v value) test {
	w := value{quoted: v.quoted}
	for _, p := range v.parts {
		w.parts = append(w.parts, squash(p))
	}
	return textTest(w)
}

// squash lowers s and takes away what is no letter or digit: "HTTP Activity",
// http_activity and httpactivity are one.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' || r == '/' || r == '&' {
			return -1
		}
		return r
	}, Fold(s))
}

func (m *term) noNumber(t token, typ ocsf.Type, v value, words []ocsf.Word) error {
	what, hint := "a number", "write digits"
	switch {
	case typ == ocsf.Time:
		what, hint = "a time", "write 2026-01-31T15:04:05Z, 2026-01-31, or milliseconds since the epoch"
	case typ == ocsf.Boolean:
		what, hint = "true or false", "write true or false"
	case m.f == ocsf.ClassUID:
		what, hint = "a class", "write class:authentication, class:dns or a class_uid; wildcards work"
	case len(words) > 0:
		what = "one of certain words or a number"
		var b strings.Builder
		for _, w := range words {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString(strings.ToLower(w.Name))
		}
		hint = "write one of " + b.String()
	}
	return errorAt(t.pos, m.name+" is "+what+", and "+strconv.Quote(v.plain())+" is not", hint)
}
