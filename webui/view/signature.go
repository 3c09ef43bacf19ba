package view

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"picket/normalize/ocsf"
)

// Signature is a signature or correlation with what it did.
type Signature struct {
	ID, Title, Kind, Mode, File string
	Level                       ocsf.Severity
	Step                        bool   // it only counts for correlations
	Day, Hits, Findings, Hidden uint64 // Day: hits of the last 24 hours
	Last                        int64
	True, Benign, False         int // closed incidents that it is in, by verdict
	Propose                     bool
}

// judged is how many verdicts there are.
func (s Signature) judged() int { return s.True + s.Benign + s.False }

// rate is the share of false positives, in words.
func (s Signature) rate() string {
	if s.judged() == 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", 100*s.False/s.judged())
}

// SignatureQuery says which signatures are wanted.
type SignatureQuery struct {
	Text   string
	Show   string // "active" for those that hit something, "wrong" for those judged false, "off", "steps"; "" for all but steps
	Sort   string // "level" (the default), "day", "rate", "last", "title"
	Offset int
	Limit  int
}

// SignatureShows are the choices of Show.
var SignatureShows = []struct{ ID, Name string }{
	{"", "all"}, {"active", "that hit something"}, {"wrong", "that were wrong"}, {"quiet", "that hide something"}, {"off", "that are off or observe"}, {"steps", "steps of correlations"},
}

// SignatureSorts are the choices of Sort.
var SignatureSorts = []struct{ ID, Name string }{
	{"", "most hits today"}, {"level", "level"}, {"rate", "most often wrong"}, {"last", "latest hit"}, {"title", "title"},
}

// ReadSignatureQuery reads the query from an address.
func ReadSignatureQuery(v url.Values) SignatureQuery {
	q := SignatureQuery{Text: clip(v.Get("q"), 200), Show: clip(v.Get("show"), 20), Sort: clip(v.Get("sort"), 20), Limit: 60}
	if n, err := strconv.Atoi(v.Get("from")); err == nil && n > 0 && n < 1<<20 {
		q.Offset = n
	}
	return q
}

// URL is the address of the list with this query, from an offset on.
func (q SignatureQuery) URL(offset int) templ.SafeURL {
	from := ""
	if offset > 0 {
		from = strconv.Itoa(offset)
	}
	return link("/signatures", "q", q.Text, "show", q.Show, "sort", q.Sort, "from", from)
}

// Match reports whether a signature is wanted.
func (q SignatureQuery) Match(s Signature) bool {
	switch q.Show {
	case "active":
		if s.Hits == 0 {
			return false
		}
	case "wrong":
		if s.False == 0 {
			return false
		}
	case "quiet":
		if s.Hidden == 0 {
			return false
		}
	case "off":
		if s.Mode == "on" {
			return false
		}
	case "steps":
		if !s.Step {
			return false
		}
	default:
		if s.Step {
			return false
		}
	}
	for w := range strings.FieldsSeq(strings.ToLower(q.Text)) {
		if !strings.Contains(strings.ToLower(s.Title+" "+s.ID+" "+s.File), w) {
			return false
		}
	}
	return true
}

// Page picks the wanted part, in order, and tells how many match.
func (q SignatureQuery) Page(all []Signature) (page []Signature, total int) {
	for _, s := range all {
		if q.Match(s) {
			page = append(page, s)
		}
	}
	slices.SortStableFunc(page, q.compare)
	total = len(page)
	page = page[min(q.Offset, total):]
	return page[:min(len(page), max(q.Limit, 1))], total
}

func (q SignatureQuery) compare(a, b Signature) int {
	var c int
	switch q.Sort {
	case "level":
		c = cmp.Compare(b.Level, a.Level)
	case "rate":
		c = cmp.Compare(b.False*max(a.judged(), 1), a.False*max(b.judged(), 1))
	case "last":
		c = cmp.Compare(b.Last, a.Last)
	case "title":
	default:
		c = cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.Hits, a.Hits), cmp.Compare(b.Level, a.Level))
	}
	return cmp.Or(c, strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), strings.Compare(a.ID, b.ID))
}

// SignatureList is what the list of signatures shows.
type SignatureList struct {
	Query SignatureQuery
	List  []Signature
	Total int
	All   int // in force
}

// SignatureDetail is what the page of one signature shows.
type SignatureDetail struct {
	Signature
	Description, Status, Author, Date, LogSource, Version string
	Techniques, FalsePositives, References, Needs         []string
	Warnings                                              []string
	Guidance                                              string
	Steps, Parents                                        []Named
	Source                                                string          // text of the rule, "" when it is not at hand
	Latest                                                []*ocsf.Finding // the newest first
	Controls                                              []*ocsf.Control
	Days                                                  int // that the form of the backtest asks for
	Backtest                                              *Backtest
	Form                                                  Form
}

// Named is something with an id and a title.
type Named struct{ ID, Title string }

// Backtest tells what a signature would have found.
type Backtest struct {
	Hits             int
	From, To, Millis int64
	Events, Skipped  int
	Stopped          string
	Failed           []string
	Days             []Bar
	Samples          []Sample
}

// Why tells what one signature makes of one event.
type Why struct {
	Rule, Title, Says string
	Hit               bool
	Hidden            []*ocsf.Control
	Steps             []WhyStep
}

// WhyStep is a signature's condition taken apart.
type WhyStep struct {
	ID, Title, Condition string
	Hit, Applies         bool
	Needs                []string
	Parts                []WhyPart
}

// WhyPart is one selection of it.
type WhyPart struct {
	Name, Filter  string
	Negated, Held bool
	Items         []WhyItem
}

// WhyItem is one question of a selection, with what the event has there.
type WhyItem struct {
	Field, Want string
	Values      []string
	Held        bool
}

// Tuning is a drafted filter of a signature.
type Tuning struct {
	Rule, Title, YAML, Says, Folder string
	False, FalseOut, True, TrueOut  int
	Conditions                      []ocsf.Match
	Warnings                        []string
	Form                            Form
}

// SignatureURL is the address of a signature's page.
func SignatureURL(id string) templ.SafeURL {
	return templ.SafeURL("/signatures/" + url.PathEscape(id))
}

// TuneURL is the address of the page that tunes a signature.
func TuneURL(id string) templ.SafeURL {
	return templ.SafeURL("/signatures/" + url.PathEscape(id) + "/tune")
}

// BacktestDays are the spans that the form of a backtest offers.
var BacktestDays = []int{1, 7, 30, 90}
