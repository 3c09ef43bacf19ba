// Package view draws Picket's pages: templ components that are pure functions of
// the data they are given. They fetch nothing, keep nothing and know no request.
//
// Whatever came out of a log is hostile: it reaches a page only through [Text]
// (or [Plain] in an attribute or a title), which escapes it and makes control
// and direction characters visible. There is no inline script and no inline
// style anywhere, so that a strict content security policy holds.
package view

import "time"

// Page is what every page has around its own content.
type Page struct {
	Title   string
	Section string // which entry of the navigation is lit: "overview", "incidents", …
	Site    string
	Version string
	User    string // the account that is signed in, "" for nobody
	CSRF    string // token for the forms of this page
	Notice  string // one sentence on what was just done
	Refresh int    // seconds after which the page may fetch itself again, 0 for never
	Open    Count  // open incidents
	Now     time.Time
	Zone    *time.Location
	CSS, JS string // addresses of the two assets
}

// Count counts incidents by severity, indexed by severity_id.
type Count [7]int

// Sum is how many there are of all severities.
func (c Count) Sum() int {
	n := 0
	for _, x := range c {
		n += x
	}
	return n
}

// Worst is the highest severity that is counted, 0 when nothing is.
func (c Count) Worst() int {
	for s := len(c) - 1; s > 0; s-- {
		if c[s] > 0 {
			return s
		}
	}
	return 0
}

// Form is what a form showed back to the one who filled it in wrongly.
type Form struct {
	Values map[string]string // what was typed, by field
	Error  string            // what is wrong with it, in one sentence
	Field  string            // the field that is wrong, if it is one
}

// Value is what was typed into a field.
func (f Form) Value(field string) string { return f.Values[field] }

// Wrong reports whether this field is the one to mend.
func (f Form) Wrong(field string) bool { return f.Field != "" && f.Field == field }
