package view

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// link is an address within Picket with its parameters, given as pairs; empty
// values are left out.
func link(path string, pairs ...string) templ.SafeURL {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return templ.SafeURL(path)
}

// IncidentURL is the address of an incident's page, or of what stands below it.
func IncidentURL(uid string, below ...string) templ.SafeURL {
	u := "/incidents/" + url.PathEscape(uid)
	for _, b := range below {
		u += "/" + url.PathEscape(b)
	}
	return templ.SafeURL(u)
}

// EventURL is the address of an event's page.
func EventURL(seq uint64) templ.SafeURL {
	return templ.SafeURL("/events/" + strconv.FormatUint(seq, 10))
}

// SourceURL is the address of a source's page.
func SourceURL(id string) templ.SafeURL {
	return templ.SafeURL("/devices/source/" + url.PathEscape(id))
}

// SearchURL is the address of a search for events.
func SearchURL(query string) templ.SafeURL { return link("/events", "q", query, "range", "all") }

// Quote writes a text so that the filter language takes it as it is.
func Quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Term is the filter for one value of a field.
func Term(path, value string) string { return strings.ReplaceAll(path, "[]", "") + ":" + Quote(value) }

func digits(n uint64) string { return strconv.FormatUint(n, 10) }
