package sigma

import (
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// predOp is how a predicate looks at the values of a field.
type predOp uint8

const (
	opExact predOp = iota
	opPrefix
	opSuffix
	opContains
	opGlob
	opPresent // any value at all
	opNull    // no value
	opRegexp
	opCIDR
	opCompare // number, or a part of a time
	opRef     // another field of the event
)

// predicate is one question about one field of an event. It is shared by all
// rules that ask it.
type predicate struct {
	slot  int32
	op    predOp
	cased bool

	texts []string            // of exact, prefix, suffix, contains: any of them
	set   map[string]struct{} // of a long list of exact texts
	many  *slotIndex          // finds texts where there are many; then any is their number among the literals
	any   int32
	globs []*glob
	re    *regexp.Regexp
	lits  []string // folded texts of which every match of re contains one
	nets  []netip.Prefix
	cmp   string // eq, lt, lte, gt, gte
	num   float64
	part  string // of a time
	zone  *time.Location
	ref   int32 // slot of the other field
	refOp predOp
}

// weight orders predicates by what they cost.
func (p *predicate) weight() int {
	switch p.op {
	case opExact, opPresent, opNull:
		return 1
	case opPrefix, opSuffix:
		return 2
	case opContains:
		return 3 + len(p.texts)/8
	case opGlob:
		return 20 + len(p.globs)
	case opRegexp:
		return 200
	}
	return 10
}

// eval asks the question of the event in sc.
func (p *predicate) eval(sc *Scratch) bool {
	vals := sc.values(p.slot)
	switch p.op {
	case opPresent:
		return len(vals) > 0
	case opNull:
		return len(vals) == 0
	case opRef:
		return p.evalRef(sc, vals)
	}
	for i := range vals {
		v := &vals[i]
		if !sc.spend(p.price(v)) {
			return false
		}
		if p.many != nil {
			if p.many.find(v, sc); sc.litSeen[p.any] == sc.stamp {
				return true
			}
		} else if p.holds(sc, v) {
			return true
		}
	}
	return false
}

// price is what it costs to ask the question of a value, see [Scratch.spend].
func (p *predicate) price(v *val) int {
	n := len(v.text)
	switch p.op {
	case opContains:
		return 1 + n/16 + n/64*min(len(p.texts), manyTexts)
	case opGlob:
		return (n/4 + 4) * len(p.globs)
	case opRegexp: // for the literals; the expression pays when it is run
		return 1 + n/64*len(p.lits)
	case opCIDR:
		return 16 + len(p.nets)/4
	case opCompare:
		return 16
	}
	return 1
}

// holds asks the question of one value.
func (p *predicate) holds(sc *Scratch, v *val) bool {
	switch p.op {
	case opRegexp:
		return p.evalRegexp(sc, v)
	case opCIDR:
		return p.evalCIDR(v.text)
	case opCompare:
		return p.evalCompare(v.text)
	}
	s := v.text
	if !p.cased {
		s = sc.fold(v)
	}
	switch p.op {
	case opExact:
		if p.set != nil {
			_, ok := p.set[s]
			return ok
		}
		for _, t := range p.texts {
			if s == t {
				return true
			}
		}
	case opPrefix:
		for _, t := range p.texts {
			if strings.HasPrefix(s, t) {
				return true
			}
		}
	case opSuffix:
		for _, t := range p.texts {
			if strings.HasSuffix(s, t) {
				return true
			}
		}
	case opContains:
		for _, t := range p.texts {
			if strings.Contains(s, t) {
				return true
			}
		}
	case opGlob:
		for _, g := range p.globs {
			if g.match(s) {
				return true
			}
		}
	}
	return false
}

// evalRegexp runs the expression, unless the value lacks what it needs or the
// event has used up its budget.
func (p *predicate) evalRegexp(sc *Scratch, v *val) bool {
	if len(p.lits) > 0 {
		s, found := sc.fold(v), false
		for _, t := range p.lits {
			if strings.Contains(s, t) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return sc.spend(len(v.text)+16) && p.re.MatchString(v.text)
}

func (p *predicate) evalCIDR(s string) bool {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, n := range p.nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

func (p *predicate) evalCompare(s string) bool {
	x, ok := p.number(s)
	return ok && Bound{p.cmp, p.num}.Holds(x)
}

// number reads a value for a comparison: itself, or a part of the time that it is.
func (p *predicate) number(s string) (float64, bool) {
	if p.part == "" {
		x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		return x, err == nil && !math.IsNaN(x)
	}
	t, ok := ParseTime(s, p.zone)
	if !ok {
		return 0, false
	}
	switch p.part {
	case "minute":
		return float64(t.Minute()), true
	case "hour":
		return float64(t.Hour()), true
	case "day":
		return float64(t.Day()), true
	case "week":
		_, w := t.ISOWeek()
		return float64(w), true
	case "month":
		return float64(t.Month()), true
	}
	return float64(t.Year()), true
}

// timeLayouts are the ways in which events write times, the common first.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 MST", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02",
	"2006/01/02 15:04:05.999999999", "01/02/2006 15:04:05", "Mon, 02 Jan 2006 15:04:05 MST",
}

// ParseTime reads a time as events write it: RFC 3339 and its relatives, or
// seconds, milliseconds, microseconds or nanoseconds since the epoch. Its parts
// are those of its own zone; zone is taken where it has none (nil is UTC).
func ParseTime(s string, zone *time.Location) (time.Time, bool) {
	if zone == nil {
		zone = time.UTC
	}
	if s == "" || len(s) > 64 {
		return time.Time{}, false
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil {
		ms := x
		switch abs := math.Abs(x); {
		case abs < 1e11:
			ms *= 1e3
		case abs < 1e14:
		case abs < 1e17:
			ms /= 1e3
		default:
			ms /= 1e6
		}
		if math.IsNaN(ms) || math.Abs(ms) > 1e15 {
			return time.Time{}, false
		}
		return time.UnixMilli(int64(ms)).In(zone), true
	}
	for _, l := range timeLayouts {
		if t, err := time.ParseInLocation(l, s, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// evalRef compares with the values of another field.
func (p *predicate) evalRef(sc *Scratch, vals []val) bool {
	if len(vals) == 0 {
		return false
	}
	// Loading the other field may fold into the same memory, but never moves
	// what vals holds.
	others := sc.values(p.ref)
	for i := range vals {
		for j := range others {
			a, b := vals[i].text, others[j].text
			if !sc.spend(4 + min(len(a), len(b))/16) {
				return false
			}
			if !p.cased {
				a, b = sc.fold(&vals[i]), sc.fold(&others[j])
			}
			var ok bool
			switch p.refOp {
			case opPrefix:
				ok = strings.HasPrefix(a, b)
			case opSuffix:
				ok = strings.HasSuffix(a, b)
			case opContains:
				ok = strings.Contains(a, b)
			default:
				ok = a == b
			}
			if ok {
				return true
			}
		}
	}
	return false
}

// want says in words what the predicate asks for; matched is the value that
// satisfied it, or "".
func (p *predicate) want(s *Set, matched string) string {
	verb := map[predOp]string{opExact: "is", opPrefix: "begins with", opSuffix: "ends with", opContains: "contains", opGlob: "is like"}[p.op]
	switch p.op {
	case opPresent:
		return "is present"
	case opNull:
		return "is absent"
	case opRegexp:
		return "matches /" + p.re.String() + "/"
	case opCIDR:
		list := make([]string, len(p.nets))
		for i, n := range p.nets {
			list[i] = n.String()
		}
		return "in " + shortList(list)
	case opCompare:
		what := symbol(p.cmp) + " " + strconv.FormatFloat(p.num, 'f', -1, 64)
		if p.part != "" {
			what = p.part + " " + what
		}
		return what
	case opRef:
		return fmt.Sprintf("%s the field %s", map[predOp]string{opPrefix: "begins with", opSuffix: "ends with", opContains: "contains"}[p.refOp]+map[bool]string{true: "equals"}[p.refOp == opExact], s.slots[p.ref].name)
	}
	texts := p.texts
	if p.op == opGlob {
		texts = nil
		for _, g := range p.globs {
			texts = append(texts, g.source)
		}
	}
	if matched != "" && len(texts) > 1 {
		one := *p
		for i, t := range texts {
			one.set = nil
			if p.op == opGlob {
				one.globs = p.globs[i : i+1]
			} else {
				one.texts = p.texts[i : i+1]
			}
			if one.holds(&Scratch{left: eventBudget}, &val{text: matched}) {
				return verb + " " + t
			}
		}
	}
	return verb + " " + shortList(texts)
}

func shortList(list []string) string {
	const most = 5
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" or one of %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}
