package webui

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
	"picket/webui/view"
)

// hub hands committed events to the live pages. A page that cannot keep up is
// dropped, and one that would be flooded is told how much it did not see.
type hub struct {
	most int
	now  func() time.Time
	busy atomic.Int32 // how many clients there are, to be asked without a lock

	mu      sync.Mutex // guards the rest
	clients map[*tail]bool
	closed  bool
	told    view.LiveCounts
}

// tail is one live page.
type tail struct {
	wanted  *filter.Expr
	session string
	events  chan *ocsf.Event // closed when the hub is done with it
	skipped atomic.Uint64
	why     string    // why it was closed; set before that
	second  time.Time // the running second, and
	count   int       // how many events it had
}

// Limits of one live page.
const (
	tailBuffer = 256
	tailRate   = 100 // events a second: more than anyone reads
)

func newHub(most int, now func() time.Time) *hub {
	return &hub{most: most, now: now, clients: map[*tail]bool{}}
}

// Publish hands events to the live pages. The appliance calls it after the
// commit that made them durable, from one goroutine or several. It keeps
// nothing of what it is given, never waits for a browser, and costs nothing
// while nobody watches.
func (s *Server) Publish(events []*ocsf.Event) {
	if s.hub.busy.Load() > 0 {
		s.hub.publish(events)
	}
}

func (h *hub) publish(events []*ocsf.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	for t := range h.clients {
		if now.Sub(t.second) >= time.Second {
			t.second, t.count = now, 0
		}
		for _, e := range events {
			if !t.wanted.Match(e) {
				continue
			}
			if t.count >= tailRate {
				t.skipped.Add(1)
				h.told.Skipped++
				continue
			}
			t.count++
			select {
			case t.events <- e.Clone():
				continue
			default:
			}
			h.told.Slow++
			h.end(t, "slow")
			break
		}
	}
}

// end lets a client go. h.mu must be held.
func (h *hub) end(t *tail, why string) {
	if h.clients[t] {
		delete(h.clients, t)
		h.busy.Add(-1)
		t.why = why
		close(t.events)
	}
}

// watch adds a client, unless there are too many.
func (h *hub) watch(wanted *filter.Expr, session string) (*tail, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.clients) >= h.most {
		h.told.Refused++
		return nil, errBusy
	}
	t := &tail{wanted: wanted, session: session, events: make(chan *ocsf.Event, tailBuffer), second: h.now()}
	h.clients[t] = true
	h.busy.Add(1)
	return t, nil
}

func (h *hub) leave(t *tail) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end(t, "left")
}

// endSession lets the clients of a session go.
func (h *hub) endSession(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t := range h.clients {
		if t.session == id {
			h.end(t, "signed out")
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for t := range h.clients {
		h.end(t, "stopped")
	}
}

func (h *hub) counts() view.LiveCounts {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.told
	c.Clients = len(h.clients)
	return c
}

// beat is how often a quiet stream shows that it is alive, and its session is
// looked at.
const beat = 10 * time.Second

// stream is the live tail: server-sent events (HTML Living Standard, 9.2), each
// a row of the table, drawn here.
func (s *Server) stream(w http.ResponseWriter, r *request) error {
	x, wrong := readFilter(r.URL.Query().Get("q"))
	if wrong.Text != "" {
		return Refusal(wrong.Text)
	}
	t, err := s.hub.watch(x, r.session.id)
	if err != nil {
		return err
	}
	defer s.hub.leave(t)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	c := http.NewResponseController(w)
	send := func(event, id, data string) error {
		err := c.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		var b strings.Builder
		if id != "" {
			fmt.Fprintf(&b, "id: %s\n", id)
		}
		fmt.Fprintf(&b, "event: %s\n", event)
		for line := range strings.SplitSeq(data, "\n") {
			fmt.Fprintf(&b, "data: %s\n", strings.TrimRight(line, "\r"))
		}
		if _, err := w.Write([]byte(b.String() + "\n")); err != nil {
			return err
		}
		return c.Flush()
	}
	// An error from here on is a browser that went away.
	if send("hello", "", "watching") != nil {
		return nil
	}
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case e, ok := <-t.events:
			if !ok {
				_ = send("bye", "", t.why)
				return nil
			}
			var b bytes.Buffer
			if err := view.EventRow(s.clock(), e).Render(r.Context(), &b); err != nil {
				return nil
			}
			if send("row", fmt.Sprint(e.Seq), b.String()) != nil {
				return nil
			}
		case <-ticker.C:
			if ses, err := s.loadSession(r.Context(), r.session.id); err != nil || ses == nil {
				_ = send("bye", "", "signed out")
				return nil
			}
			if send("beat", "", fmt.Sprint(t.skipped.Swap(0))) != nil {
				return nil
			}
		}
	}
}

// clock is a page that only knows the time.
func (s *Server) clock() view.Page { return view.Page{Now: s.opt.Now(), Zone: s.opt.Zone} }
