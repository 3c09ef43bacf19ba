package webui

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// watcher reads a stream of server-sent events.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
	body  interface{ Close() error }
}

// watch opens a live page's stream over a real connection.
func watch(t *testing.T, s *Server, v *visitor, query string) *watcher {
	t.Helper()
	srv := httptest.NewTLSServer(s.Handler())
	t.Cleanup(srv.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", srv.URL+"/events/stream?q="+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: v.cookies[sessionCookie]})
	r.Header.Set("Accept", "text/event-stream")
	a, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Body.Close() })
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("status %d, %v", a.StatusCode, a.Header)
	}
	return &watcher{t: t, lines: bufio.NewScanner(a.Body), body: a.Body}
}

// next returns the next event's name and data.
func (w *watcher) next() (event, data string) {
	w.t.Helper()
	for w.lines.Scan() {
		name, value, _ := strings.Cut(w.lines.Text(), ": ")
		switch name {
		case "event":
			event = value
		case "data":
			data += value + "\n"
		case "":
			return event, strings.TrimSuffix(data, "\n")
		}
	}
	return "end", ""
}

func (w *watcher) wants(event, data string) {
	w.t.Helper()
	if e, d := w.next(); e != event || !strings.Contains(d, data) {
		w.t.Fatalf("got %s %q, want %s with %q", e, d, event, data)
	}
}

func TestLiveTail(t *testing.T) {
	f, s, v := signedInto(t)
	w := watch(t, s, v, "user.name:m.weber")
	w.wants("hello", "watching")
	s.Publish(f.log)
	for range 8 {
		w.wants("row", "m.weber")
	}
	v.get("/")
	v.goes(v.post("/logout"), "/login?done=out")
	w.wants("bye", "signed out")
	w.wants("end", "")
}

func TestLiveTailShowsHostileText(t *testing.T) {
	f, s, v := signedInto(t)
	w := watch(t, s, v, "apache")
	w.wants("hello", "")
	e := f.log[17].Clone()
	e.Raw = "apache \n\ndata: forged\r\nevent: bye\n\n" + hostile
	s.Publish([]*ocsf.Event{e})
	_, row := w.next()
	if strings.Contains(row, "<script") || !strings.Contains(row, "&lt;script&gt;") || !strings.Contains(row, `<span class="ctl">LF</span>`) {
		t.Errorf("row: %s", row)
	}
}

func TestLiveTailEndsAtShutdown(t *testing.T) {
	_, s, v := signedInto(t)
	w := watch(t, s, v, "")
	w.wants("hello", "")
	s.Close()
	w.wants("bye", "stopped")
	w.wants("end", "")
	v.wants(v.get("/events/stream"), 503, "Picket is busy.")
	if c := s.Pages(); c.Clients != 0 || c.Refused != 1 {
		t.Errorf("%+v", c)
	}
}

func TestLiveTailNeedsASession(t *testing.T) {
	_, s, _ := signedInto(t)
	v := newVisitor(t, s)
	v.header.Set("Accept", "text/event-stream")
	v.wants(v.get("/events/stream"), 401, "")
}

func TestHubLimits(t *testing.T) {
	clock := now
	h := newHub(2, func() time.Time { return clock })
	all, _ := filter.Parse("")
	slow, err := h.watch(all, "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.watch(all, "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.watch(all, "c"); err == nil {
		t.Error("a third client was let in")
	}
	h.endSession("b")

	batch := make([]*ocsf.Event, tailRate+7)
	for i := range batch {
		batch[i] = &ocsf.Event{Seq: uint64(i + 1), Raw: "x"}
	}
	h.publish(batch)
	if len(slow.events) != tailRate || slow.skipped.Load() != 7 {
		t.Errorf("%d events and %d skipped, want %d and 7", len(slow.events), slow.skipped.Load(), tailRate)
	}
	for range 2 {
		clock = clock.Add(time.Second)
		h.publish(batch[:tailRate])
	}
	if c := h.counts(); c.Slow != 1 || c.Clients != 0 || c.Refused != 1 || c.Skipped != 7 {
		t.Errorf("%+v, want the slow client dropped", c)
	}
	n := 0
	for range slow.events {
		n++
	}
	if n != tailBuffer || slow.why != "slow" {
		t.Errorf("it still had %d events (%s), want %d", n, slow.why, tailBuffer)
	}
	h.leave(slow) // again is no harm
}

func BenchmarkPublishUnwatched(b *testing.B) {
	s := newServer(newFake(), nil)
	batch := []*ocsf.Event{{Raw: "x"}}
	for b.Loop() {
		s.Publish(batch)
	}
}
