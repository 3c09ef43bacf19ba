package view

import (
	"net/url"
	"strings"
	"testing"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// FuzzTerm: a search that a page offers for a value finds an event with that
// value, whatever the value is, and its address leads nowhere else.
func FuzzTerm(f *testing.F) {
	for _, s := range []string{"bob", `a"b\c`, "a*b", " x ", "(", "AND", "\x00\n", `\`, "\xff", "&x=1#y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" || len(s) > 2000 {
			return
		}
		e := &ocsf.Event{}
		if !e.SetText(ocsf.UserName, s) {
			return
		}
		x, err := filter.Parse(Term(ocsf.UserName.Path(), s))
		if err != nil {
			t.Fatalf("%s: %v", Term(ocsf.UserName.Path(), s), err)
		}
		if !x.Match(e) {
			t.Errorf("%s does not find %q", x, s)
		}
		u, err := url.Parse(string(SearchURL(Term(ocsf.UserName.Path(), s))))
		if err != nil || u.Host != "" || u.Path != "/events" || u.Query().Get("q") != Term(ocsf.UserName.Path(), s) {
			t.Errorf("address %v, %v", u, err)
		}
		if u, err := url.Parse(string(IncidentURL(s, "close"))); err != nil || u.Host != "" || u.IsAbs() || !strings.HasPrefix(u.Path, "/incidents/") {
			t.Errorf("address of incident %q: %v, %v", s, u, err)
		}
	})
}

func FuzzQueries(f *testing.F) {
	for _, s := range []string{"", "q=a&range=1h", "state=all&severity=4&sort=recent&from=50", "before=12&range=&from=2026-01-01T00:00", "%gg", "severity=-1&from=99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		q := ReadIncidentQuery(v)
		if q.Offset < 0 || q.Limit <= 0 || q.Least > ocsf.Fatal {
			t.Errorf("%q is read as %+v", s, q)
		}
		u, err := url.Parse(string(q.URL()))
		if err != nil {
			t.Fatal(err)
		}
		if again := ReadIncidentQuery(u.Query()); again != q {
			t.Errorf("%+v comes back as %+v", q, again)
		}
		e := ReadEventQuery(v)
		if u, err = url.Parse(string(e.URL(e.Before))); err != nil {
			t.Fatal(err)
		}
		again := ReadEventQuery(u.Query())
		if e.Range != "" {
			again.From, again.To = e.From, e.To
		}
		if again != e {
			t.Errorf("%+v comes back as %+v", e, again)
		}
	})
}
