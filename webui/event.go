package webui

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
	"picket/webui/view"
)

// perPage is how many events a page of a search shows.
const perPage = 100

func (s *Server) events(w http.ResponseWriter, r *request) error {
	l := view.EventList{Query: view.ReadEventQuery(r.URL.Query())}
	q := Query{Before: l.Query.Before, Limit: perPage}
	status := http.StatusOK
	if q.Filter, l.Wrong = readFilter(l.Query.Text); l.Wrong.Text == "" {
		q.From, q.To, l.Wrong = s.span(l.Query)
	}
	if l.Wrong.Text != "" {
		status = http.StatusUnprocessableEntity
	} else {
		start := time.Now()
		found, err := s.opt.Events.Search(r.Context(), q)
		if err != nil {
			return err
		}
		l.Events, l.Next, l.Early, l.Took = found.Events, found.Next, found.Early, time.Since(start).Milliseconds()
	}
	return s.draw(w, r, status, view.Events(s.page(r, "events", "Events"), l))
}

// readFilter reads a filter, or tells what is wrong with it and where.
func readFilter(text string) (*filter.Expr, view.FilterError) {
	x, err := filter.Parse(text)
	var at *filter.Error
	switch {
	case err == nil:
		return x, view.FilterError{}
	case errors.As(err, &at):
		return nil, view.FilterError{Text: "At character " + strconv.Itoa(characters(text, at.Pos)) + ": " + at.Msg + ".", Hint: sentence(at.Hint), At: at.Pos, Here: true}
	}
	return nil, view.FilterError{Text: err.Error()}
}

// characters counts the characters up to and with the one at a byte.
func characters(s string, at int) int {
	return utf8.RuneCountInString(s[:min(max(0, at), len(s))]) + 1
}

// sentence makes a sentence of a hint.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	if c := s[0]; c >= 'a' && c <= 'z' {
		s = string(c-'a'+'A') + s[1:]
	}
	return s + "."
}

// span is the time that a search is about.
func (s *Server) span(q view.EventQuery) (from, to int64, wrong view.FilterError) {
	now := s.opt.Now()
	for id, d := range map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour} {
		if q.Range == id {
			return now.Add(-d).UnixMilli(), 0, wrong
		}
	}
	if q.Range == "all" {
		return 0, 0, wrong
	}
	read := func(text, name string) int64 {
		if text == "" {
			return 0
		}
		for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
			if t, err := time.ParseInLocation(layout, text, s.opt.Zone); err == nil {
				return t.UnixMilli()
			}
		}
		wrong = view.FilterError{Text: "The time in “" + name + "” is none.", Hint: "Write it as 2026-01-31T23:59."}
		return 0
	}
	from, to = read(q.From, "From"), read(q.To, "To")
	if wrong.Text == "" && from != 0 && to != 0 && to <= from {
		wrong = view.FilterError{Text: "The time ends before it begins.", Hint: "Change “From” or “To”."}
	}
	return from, to, wrong
}

func (s *Server) event(w http.ResponseWriter, r *request) error {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil {
		return ErrNotFound
	}
	events, err := s.opt.Events.Events(r.Context(), []uint64{seq})
	if err != nil {
		return err
	}
	if len(events) != 1 {
		return ErrNotFound
	}
	why, err := s.whyOf(r, seq)
	if err != nil {
		return err
	}
	return s.draw(w, r, http.StatusOK, view.Event(s.page(r, "events", "Event "+strconv.FormatUint(seq, 10)), events[0], why))
}

func (s *Server) fields(w http.ResponseWriter, r *request) error {
	return s.draw(w, r, http.StatusOK, view.Fields(s.page(r, "events", "Fields"), ocsf.Fields()))
}

// live draws the page that the stream fills, with the newest events on it.
func (s *Server) live(w http.ResponseWriter, r *request) error {
	l := view.EventList{Query: view.ReadEventQuery(r.URL.Query())}
	x, wrong := readFilter(l.Query.Text)
	status := http.StatusOK
	if l.Wrong = wrong; wrong.Text != "" {
		status = http.StatusUnprocessableEntity
	} else {
		found, err := s.opt.Events.Search(r.Context(), Query{Filter: x, From: s.opt.Now().Add(-15 * time.Minute).UnixMilli(), Limit: 25})
		if err != nil {
			return err
		}
		l.Events = found.Events
	}
	return s.draw(w, r, status, view.Live(s.page(r, "events", "Live events"), l))
}

func (s *Server) devices(w http.ResponseWriter, r *request) error {
	sources, err := s.opt.Devices.Sources(r.Context())
	if err != nil {
		return err
	}
	l := view.DeviceList{Sources: slices.Clone(sources), Sort: r.URL.Query().Get("sort")}
	l.Order()
	p := s.page(r, "devices", "Devices and sources")
	p.Refresh = 15
	return s.draw(w, r, http.StatusOK, view.Devices(p, l))
}

func (s *Server) source(w http.ResponseWriter, r *request) error {
	src, err := s.opt.Devices.Source(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.draw(w, r, http.StatusOK, view.SourcePage(s.page(r, "devices", "Source "+view.Plain(src.ID)), src))
}

// number reads a whole number from the address, 0 when there is none.
func number(r *request, name string) uint64 {
	n, err := strconv.ParseUint(r.URL.Query().Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
