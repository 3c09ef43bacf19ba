package appliance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"picket/appliance/config"
	"picket/appliance/manage"
	"picket/collector"
	"picket/normalize"
	"picket/normalize/ocsf"
	"picket/store"
	"picket/webui/view"
)

// A line is kept as it came, so that a parser that is learned later can read it
// too. The event that it becomes then takes the place of the old one in the log,
// under the same number (see store.Rewrite): counts, citations and cursors stay
// right, the SOC is sent nothing twice, and the engine is not shown it again, so
// that nothing is found twice. Trying rules on it is what `picket rules backtest`
// is for. The event tells when it was understood anew, and who had read it before.

// Renormalized tells what a renormalization did.
type Renormalized struct {
	Read       uint64 `json:"read"`       // lines
	Understood uint64 `json:"understood"` // now, and not before
	Changed    uint64 `json:"changed"`    // understood before, and now in another way
	Unchanged  uint64 `json:"unchanged"`
	Kept       uint64 `json:"kept"`    // nobody understands them now; what was understood before stays
	Skipped    uint64 `json:"skipped"` // no lines: flows, findings, incidents
	Damaged    int    `json:"damaged,omitempty"`
	Dry        bool   `json:"dry_run,omitempty"` // nothing was written
}

// renewedKey is where an event tells that it was understood anew.
const renewedKey = "renormalized"

// renewer runs the present parsers over stored lines.
type renewer struct {
	normalizer *normalize.Normalizer
	now        time.Time
	learned    func(old *ocsf.Event) // told of each line that was not understood before; or nil
	sum        Renormalized
	event      ocsf.Event
	before     []byte
	after      []byte
}

// run goes through the log.
func (r *renewer) run(ctx context.Context, st *store.Store, q Query, dry bool) (*Renormalized, error) {
	stats, err := st.Rewrite(ctx, store.Query{Filter: q.Filter, From: q.From, To: q.To}, dry, r.renew)
	r.sum.Damaged, r.sum.Dry = stats.Damaged, dry
	return &r.sum, err
}

// renew returns what the parsers make of an event's line, nil to leave it.
func (r *renewer) renew(old *ocsf.Event) *ocsf.Event {
	if old.Raw == "" || old.Parser == ownParser || old.Parser == "sensor" {
		r.sum.Skipped++
		return nil
	}
	r.sum.Read++
	rec := collector.Record{Raw: old.Raw, From: old.From, Received: time.UnixMilli(old.Logged), Input: &collector.Input{Name: old.Input}, Cut: int(old.Num(ocsf.UntruncatedSize))}
	e := &r.event
	r.normalizer.Normalize(&rec, e)
	e.Seq = old.Seq
	e.SetUnmapped(renewedKey, old.Unmapped(renewedKey)) // of an earlier time: no difference
	r.before, r.after = old.AppendJSON(r.before[:0]), e.AppendJSON(r.after[:0])
	switch {
	case e.Parser == "" && old.Parser != "":
		r.sum.Kept++
		return nil
	case bytes.Equal(r.before, r.after):
		r.sum.Unchanged++
		return nil
	case old.Parser == "" && e.Parser != "":
		r.sum.Understood++
		if r.learned != nil {
			r.learned(old)
		}
	default:
		r.sum.Changed++
	}
	return r.mark(e, old.Parser)
}

// mark tells in the event when it was understood anew and by whom before.
func (r *renewer) mark(e *ocsf.Event, before string) *ocsf.Event {
	if before == "" {
		before = "nobody"
	}
	if e.Unmapped(renewedKey).IsZero() {
		e.SetUnmapped(renewedKey, ocsf.Text(r.now.UTC().Format(time.RFC3339)+", before by "+before))
	}
	return e
}

// Renormalize runs the present parsers over the stored lines that q wants, and
// writes the better events in the place of the old ones; with dry it only counts.
// One runs at a time.
func (a *Appliance) Renormalize(ctx context.Context, q Query, dry bool) (*Renormalized, error) {
	if !a.renewing.TryLock() {
		return nil, fmt.Errorf("stored lines are being read anew already: %w", ErrRefused)
	}
	defer a.renewing.Unlock()
	r := renewer{normalizer: a.pipe.stage.Load().normalizer, now: a.opt.Now()}
	if !dry {
		r.learned = a.sources.Understood
	}
	sum, err := r.run(ctx, a.store, q, dry)
	if changed := sum.Understood + sum.Changed; !dry && changed > 0 { // also when it was cut short
		a.log.Info("stored lines were read anew", "read", sum.Read, "understood", sum.Understood, "changed", sum.Changed)
		err = errors.Join(err, audit(a.store, view.AuditEntry{Time: r.now.UnixMilli(), By: "command line", Action: "read stored lines anew",
			Object: fmt.Sprintf("%d lines", changed), Detail: q.span()}))
	}
	return sum, err
}

// span says of what time a query is, and what it wants.
func (q Query) span() string {
	day := func(ms int64, open string) string {
		if ms == 0 {
			return open
		}
		return time.UnixMilli(ms).UTC().Format(time.RFC3339)
	}
	text := "from " + day(q.From, "the beginning") + " to " + day(q.To, "the end")
	if q.Filter != nil {
		text += ": " + q.Filter.String()
	}
	return text
}

// RenormalizeFolder is [Appliance.Renormalize] on the folder of a stopped
// appliance.
func RenormalizeFolder(ctx context.Context, c *config.Config, q Query, dry bool) (*Renormalized, error) {
	n, err := newNormalizer(c, time.Now)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(c.Data, store.Options{ReadOnly: dry, Budget: replayBudget, FindingOf: findingOf, IncidentOf: incidentOf})
	if err != nil {
		return nil, err
	}
	r := renewer{normalizer: n, now: time.Now()}
	var sources manage.Sources
	bucket := st.Bucket(stateBucket)
	if b, err := bucket.Get(sourcesKey); err == nil && b != nil && !dry && sources.Load(b) == nil {
		r.learned = sources.Understood
	}
	sum, err := r.run(ctx, st, q, dry)
	if r.learned != nil && err == nil {
		var b []byte
		if b, err = sources.Save(); err == nil {
			err = bucket.Put(sourcesKey, b)
		}
	}
	return sum, errors.Join(err, st.Close())
}

// renormalize answers POST /v1/renormalize?from=MS&to=MS&q=FILTER&dry=true.
func (c *Control) renormalize(w http.ResponseWriter, r *http.Request) {
	q, err := queryOf(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	io.Copy(io.Discard, io.LimitReader(r.Body, 1<<10))
	sum, err := c.Live.Renormalize(r.Context(), q, r.URL.Query().Get("dry") == "true")
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, sum)
}
