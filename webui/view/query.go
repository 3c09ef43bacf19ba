package view

import (
	"cmp"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"picket/normalize/ocsf"
)

// IncidentQuery says which incidents are wanted. The zero IncidentQuery wants
// all, the ones with the highest score first.
type IncidentQuery struct {
	State  string        // "open" for what is neither closed nor snoozed, "snoozed", "" for all, else a state
	Now    int64         // ms: what is snoozed at this time; 0: nothing is
	Least  ocsf.Severity // at least this severe
	Text   string        // in the title, an entity, a signature, a device or the uid
	Owner  string
	Sort   string // "score" (the default), "recent", "oldest", "severity"
	Offset int
	Limit  int // 0 for no limit
}

// Match reports whether an incident is wanted. One that was merged into another
// never is.
func (q IncidentQuery) Match(in *ocsf.Incident) bool {
	switch {
	case in.Into != "":
		return false
	case q.State == "open" && (in.State == ocsf.Closed || q.asleep(in)):
		return false
	case q.State == "snoozed":
		if in.State == ocsf.Closed || !q.asleep(in) {
			return false
		}
	case q.State != "" && q.State != "open" && string(in.State) != q.State:
		return false
	}
	switch {
	case in.Severity < q.Least:
		return false
	case q.Owner != "" && in.Owner != q.Owner:
		return false
	}
	for w := range strings.FieldsSeq(strings.ToLower(q.Text)) {
		if !mentions(in, w) {
			return false
		}
	}
	return true
}

func (q IncidentQuery) asleep(in *ocsf.Incident) bool { return q.Now != 0 && in.Asleep(q.Now) }

func mentions(in *ocsf.Incident, word string) bool {
	if strings.Contains(strings.ToLower(in.Title), word) || strings.Contains(strings.ToLower(in.UID), word) {
		return true
	}
	for _, names := range [][]string{in.Src, in.Dst, in.Users, in.Domains, in.Hashes, in.Devices, in.Signatures, in.Techniques, in.Tactics} {
		for _, n := range names {
			if strings.Contains(strings.ToLower(n), word) {
				return true
			}
		}
	}
	return false
}

// Compare puts incidents in the order that is wanted.
func (q IncidentQuery) Compare(a, b *ocsf.Incident) int {
	var c int
	switch q.Sort {
	case "recent":
		c = cmp.Compare(b.End, a.End)
	case "oldest":
		c = cmp.Compare(a.Start, b.Start)
	case "severity":
		c = cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Score, a.Score))
	default:
		c = cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Severity, a.Severity))
	}
	return cmp.Or(c, cmp.Compare(b.End, a.End), cmp.Compare(a.UID, b.UID))
}

// Page picks the wanted part out of all incidents, in order, and tells how many
// match. It is for whoever keeps incidents and has no better way.
func (q IncidentQuery) Page(all iter.Seq[*ocsf.Incident]) (page []*ocsf.Incident, total int) {
	for in := range all {
		if q.Match(in) {
			page = append(page, in)
		}
	}
	total = len(page)
	slices.SortFunc(page, q.Compare)
	page = page[min(max(0, q.Offset), total):]
	if q.Limit > 0 && len(page) > q.Limit {
		page = page[:q.Limit]
	}
	return page, total
}

// ReadIncidentQuery reads the query from an address. What makes no sense there
// is taken as not said.
func ReadIncidentQuery(v url.Values) IncidentQuery {
	q := IncidentQuery{State: "open", Limit: 50, Text: clip(v.Get("q"), 200), Owner: clip(v.Get("owner"), 200)}
	if v.Has("state") {
		q.State = v.Get("state")
		if q.State == "all" {
			q.State = ""
		}
	}
	if n, err := strconv.Atoi(v.Get("severity")); err == nil && n > 0 && n <= int(ocsf.Fatal) {
		q.Least = ocsf.Severity(n)
	}
	if s := v.Get("sort"); slices.Contains([]string{"recent", "oldest", "severity"}, s) {
		q.Sort = s
	}
	if n, err := strconv.Atoi(v.Get("from")); err == nil && n > 0 && n < 1<<20 {
		q.Offset = n
	}
	return q
}

// URL is the address of the list with this query.
func (q IncidentQuery) URL() templ.SafeURL {
	state := q.State
	switch state {
	case "":
		state = "all"
	case "open":
		state = ""
	}
	from, least := "", ""
	if q.Offset > 0 {
		from = strconv.Itoa(q.Offset)
	}
	if q.Least > 0 {
		least = strconv.Itoa(int(q.Least))
	}
	return link("/incidents", "state", state, "severity", least, "q", q.Text, "owner", q.Owner, "sort", q.Sort, "from", from)
}

func (q IncidentQuery) at(offset int) IncidentQuery {
	q.Offset = max(0, offset)
	return q
}

// EventQuery says which events a search wants, as it was typed.
type EventQuery struct {
	Text     string // in the filter language
	Range    string // "15m", "1h", "24h", "7d", "all", or "" for From and To
	From, To string // as an input of type datetime-local gives it
	Before   uint64 // only events numbered below
}

// Ranges are the spans of time that a search offers.
var Ranges = []struct{ ID, Name string }{
	{"15m", "last 15 minutes"}, {"1h", "last hour"}, {"24h", "last 24 hours"}, {"7d", "last 7 days"}, {"all", "all time"}, {"", "from … to …"},
}

// ReadEventQuery reads the query from an address.
func ReadEventQuery(v url.Values) EventQuery {
	q := EventQuery{Text: v.Get("q"), From: clip(v.Get("from"), 32), To: clip(v.Get("to"), 32), Range: "24h"}
	if v.Has("range") {
		q.Range = ""
		for _, r := range Ranges {
			if r.ID == v.Get("range") {
				q.Range = r.ID
			}
		}
	}
	q.Before, _ = strconv.ParseUint(v.Get("before"), 10, 64)
	return q
}

// URL is the address of the search, for the events numbered below before.
func (q EventQuery) URL(before uint64) templ.SafeURL {
	b := ""
	if before > 0 {
		b = strconv.FormatUint(before, 10)
	}
	v := url.Values{"range": {q.Range}}
	for name, s := range map[string]string{"q": q.Text, "before": b} {
		if s != "" {
			v.Set(name, s)
		}
	}
	if q.Range == "" {
		v.Set("from", q.From)
		v.Set("to", q.To)
	}
	return templ.SafeURL("/events?" + v.Encode())
}

func clip(s string, n int) string {
	head, _ := cut(s, n)
	return head
}
