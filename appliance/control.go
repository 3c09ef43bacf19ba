package appliance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"picket/appliance/config"
	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// The control socket is how the command line talks to a running appliance: HTTP
// over a Unix socket in the data folder. Whoever may open the socket may
// administer the box; nobody else can reach it. The command line serves itself
// the same answers from the folder of a stopped appliance.

// SocketPath is where the control socket of a data folder is.
func SocketPath(data string) string { return filepath.Join(data, "picket.sock") }

// Control answers the command line. Archive is always there; the rest only
// beside a running appliance.
type Control struct {
	Archive *Archive
	Live    *Appliance
	// Load reads the configuration of a stopped appliance, which says what rules
	// it would run; nil: the defaults.
	Load func() (*config.Config, error)
}

// Handler returns the control interface.
func (c *Control) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/search", c.search)
	mux.HandleFunc("GET /v1/incidents", c.incidents)
	mux.HandleFunc("GET /v1/incidents/{uid}", c.incident)
	mux.HandleFunc("POST /v1/incidents/{uid}", c.change)
	mux.HandleFunc("GET /v1/findings", c.findings)
	mux.HandleFunc("GET /v1/rules", c.ruleStats)
	mux.HandleFunc("GET /v1/rules/tune", c.tune)
	mux.HandleFunc("POST /v1/rules/tune", c.live(c.saveTuning))
	mux.HandleFunc("GET /v1/why", c.why)
	mux.HandleFunc("GET /v1/controls", c.controls)
	mux.HandleFunc("POST /v1/controls", c.live(c.addControl))
	mux.HandleFunc("POST /v1/controls/preview", c.previewControl)
	mux.HandleFunc("POST /v1/controls/{uid}/end", c.live(c.endControl))
	mux.HandleFunc("GET /v1/status", c.live(func(w http.ResponseWriter, r *http.Request) { writeJSON(w, c.Live.Status()) }))
	mux.HandleFunc("GET /v1/sources", c.live(func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, c.Live.Sources())
	}))
	mux.HandleFunc("GET /v1/health", c.live(func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, c.Live.Health())
	}))
	mux.HandleFunc("GET /v1/metrics", c.live(func(w http.ResponseWriter, r *http.Request) {
		writeMetrics(w, c.Live.Status())
	}))
	mux.HandleFunc("POST /v1/backtest", c.backtest)
	mux.HandleFunc("GET /v1/packs", c.packs)
	mux.HandleFunc("POST /v1/renormalize", c.live(c.renormalize))
	mux.HandleFunc("POST /v1/assets", c.live(c.assets))
	return mux
}

// live refuses what only a running appliance can answer.
func (c *Control) live(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c.Live == nil {
			refuse(w, http.StatusServiceUnavailable, errors.New("no appliance is running on this folder"))
			return
		}
		h(w, r)
	}
}

// refuse answers with an error as JSON: {"error": "…"}.
func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

// fault answers with what an error of the rooms below means.
func fault(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		refuse(w, http.StatusNotFound, err)
	case errors.Is(err, ErrRefused), errors.Is(err, ErrBusy):
		refuse(w, http.StatusConflict, err)
	default:
		refuse(w, http.StatusInternalServerError, err)
	}
}

// What callers of the appliance branch on.
var (
	ErrNotFound = errors.New("not found")
	ErrRefused  = errors.New("refused")
)

// search streams OCSF events, one a line: ?q=FILTER&from=MS&to=MS&limit=N, and
// order=oldest for the oldest first.
func (c *Control) search(w http.ResponseWriter, r *http.Request) {
	q, err := queryOf(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := bufio.NewWriterSize(w, 1<<16)
	var buf []byte
	err = c.Archive.Search(r.Context(), q, func(e *ocsf.Event) bool {
		buf = append(e.AppendJSON(buf[:0]), '\n')
		_, err := out.Write(buf)
		return err == nil
	})
	if err != nil { // the status is sent; a last line tells
		fmt.Fprintf(out, "{\"error\":%q}\n", err.Error())
	}
	out.Flush()
}

// Query is a search of the log.
type Query struct {
	Filter   *filter.Expr // nil matches all
	From, To int64        // event time, ms; 0 is open
	Limit    int          // 0: all
	Oldest   bool         // the oldest first, not the newest
	After    uint64       // with Oldest only numbers above, else below; 0: none
}

func queryOf(r *http.Request) (Query, error) {
	var q Query
	v := r.URL.Query()
	if text := v.Get("q"); text != "" {
		f, err := filter.Parse(text)
		if err != nil {
			return q, err
		}
		q.Filter = f
	}
	for name, to := range map[string]*int64{"from": &q.From, "to": &q.To} {
		if s := v.Get(name); s != "" {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return q, fmt.Errorf("%s: %q is no time in milliseconds", name, s)
			}
			*to = n
		}
	}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return q, fmt.Errorf("limit: %q is no number", s)
		}
		q.Limit = n
	}
	q.Oldest = v.Get("order") == "oldest"
	return q, nil
}

func (c *Control) incidents(w http.ResponseWriter, r *http.Request) {
	list, err := c.Archive.Incidents(r.Context())
	if err != nil {
		fault(w, err)
		return
	}
	ndjson(w, list)
}

func (c *Control) findings(w http.ResponseWriter, r *http.Request) {
	list, err := c.Archive.Findings(r.Context())
	if err != nil {
		fault(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc := json.NewEncoder(w)
	for _, f := range list {
		row := FindingRow{UID: f.UID, Rule: f.Rule, Title: f.Title, Severity: f.Severity, Time: f.Time, Sequence: f.Seq, Evidence: f.Evidence, Incident: f.Incident, Hidden: f.Hidden}
		if len(f.Evidence) > 0 {
			if evs, err := c.Archive.Get(r.Context(), f.Evidence[:1]); err == nil && len(evs) > 0 {
				row.Raw = evs[0].Raw
			}
		}
		if err := enc.Encode(row); err != nil {
			return
		}
	}
}

// FindingRow is a line of `picket findings list`.
type FindingRow struct {
	UID      string        `json:"uid"`
	Rule     string        `json:"rule"`
	Title    string        `json:"title"`
	Severity ocsf.Severity `json:"severity_id"`
	Time     int64         `json:"time"`
	Sequence uint64        `json:"sequence"`
	Evidence []uint64      `json:"evidence"`
	Raw      string        `json:"raw"`
	Incident string        `json:"incident,omitempty"`
	Hidden   *ocsf.Hiding  `json:"hidden,omitempty"` // why it is in no incident, or in no line of one
}

func ndjson[T any](w http.ResponseWriter, list []T) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc := json.NewEncoder(w)
	for _, x := range list {
		if err := enc.Encode(x); err != nil {
			return
		}
	}
}

// IncidentDetail is an incident with its evidence.
type IncidentDetail struct {
	*ocsf.Incident
	EvidenceEvents []EvidenceEvent `json:"evidence_events"`
}

// EvidenceEvent is one event of the evidence.
type EvidenceEvent struct {
	Sequence uint64 `json:"sequence"`
	Time     int64  `json:"time"`
	Device   string `json:"device,omitempty"`
	Raw      string `json:"raw"`
	Why      string `json:"why"` // it belongs
}

func (c *Control) incident(w http.ResponseWriter, r *http.Request) {
	d, err := c.Archive.Detail(r.Context(), r.PathValue("uid"))
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, d)
}

// change applies what a person says of an incident: a JSON [Change].
func (c *Control) change(w http.ResponseWriter, r *http.Request) {
	if c.Live == nil {
		refuse(w, http.StatusServiceUnavailable, errors.New("no appliance is running on this folder; incidents change only while one runs"))
		return
	}
	var ch Change
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&ch); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	in, err := c.Live.ChangeIncident(r.Context(), r.PathValue("uid"), ch)
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, in)
}

// backtest answers a [BacktestRequest] with a [Backtest].
func (c *Control) backtest(w http.ResponseWriter, r *http.Request) {
	var req BacktestRequest
	if err := json.NewDecoder(io.LimitReader(r.Body, backtestBytes)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the request cannot be read, or is larger than %d bytes: %w", backtestBytes, err))
		return
	}
	var out *Backtest
	var err error
	if c.Live != nil {
		out, err = c.Live.Backtest(r.Context(), req)
	} else {
		out, err = c.backtestStopped(r.Context(), req)
	}
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, out)
}

// backtestStopped uses the rules that the stopped appliance would run.
func (c *Control) backtestStopped(ctx context.Context, req BacktestRequest) (*Backtest, error) {
	pack, err := c.rulesInForce()
	if err != nil {
		return nil, err
	}
	return c.Archive.backtest(ctx, pack, req)
}

func (c *Control) assets(w http.ResponseWriter, r *http.Request) {
	n, err := c.Live.ImportAssets(r.Context(), r.Body, "command line")
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, map[string]int{"imported": n})
}

// serveControl answers on the socket of the data folder until ctx ends.
func serveControl(ctx context.Context, data string, h http.Handler) error {
	path := SocketPath(data)
	os.Remove(path) // of an appliance that was killed; the store's lock is ours
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return fmt.Errorf("control socket: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if srv.Shutdown(end) != nil {
			srv.Close()
		}
	})
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("control socket: %w", err)
	}
	return nil
}
