package webui

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"picket/normalize/ocsf"
	"picket/webui/view"
)

// now is the time of every test that does not move it.
var now = time.Date(2026, 11, 24, 3, 12, 40, 0, time.UTC)

// fake is the rest of the appliance, in memory.
type fake struct {
	mu       sync.Mutex // guards all
	records  map[string]map[string][]byte
	stories  map[string]*ocsf.Incident
	found    map[string][]*ocsf.Finding
	log      []*ocsf.Event // by number, from 1
	senders  []view.Source
	assets   []view.Asset
	box      view.Status
	trail    []view.AuditEntry
	changes  []Change
	quiet    []*ocsf.Control
	made     []Control
	saved    map[string]string // filters, by signature
	failWith error             // of the next call for data
	now      func() time.Time
}

func newFake() *fake {
	return &fake{records: map[string]map[string][]byte{}, stories: map[string]*ocsf.Incident{}, found: map[string][]*ocsf.Finding{}, now: func() time.Time { return now }}
}

func (f *fake) fail() error {
	err := f.failWith
	f.failWith = nil
	return err
}

func (f *fake) Load(_ context.Context, bucket, key string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.records[bucket][key]), nil
}

func (f *fake) Save(_ context.Context, bucket, key string, record []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.records[bucket] == nil {
		f.records[bucket] = map[string][]byte{}
	}
	f.records[bucket][key] = slices.Clone(record)
	return nil
}

func (f *fake) Remove(_ context.Context, bucket, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.records[bucket], key)
	return nil
}

func (f *fake) Each(_ context.Context, bucket string, fn func(string, []byte) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for k, v := range f.records[bucket] {
		if !fn(k, v) {
			break
		}
	}
	return nil
}

func (f *fake) List(_ context.Context, q view.IncidentQuery) ([]*ocsf.Incident, int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	page, total := q.Page(maps.Values(f.stories))
	return page, total, f.fail()
}

func (f *fake) Open(context.Context) (view.Count, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var c view.Count
	for _, in := range f.stories {
		if in.State != ocsf.Closed && in.Into == "" {
			c[in.Severity]++
		}
	}
	return c, nil
}

func (f *fake) Incident(_ context.Context, uid string) (*ocsf.Incident, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in := f.stories[uid]
	for in != nil && in.Into != "" {
		in = f.stories[in.Into]
	}
	if in == nil {
		return nil, fmt.Errorf("incident %q: %w", uid, ErrNotFound)
	}
	c := *in
	return &c, f.fail()
}

func (f *fake) Findings(_ context.Context, uid string, limit int) ([]*ocsf.Finding, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fs := f.found[uid]
	return fs[:min(len(fs), limit)], nil
}

func (f *fake) Change(_ context.Context, uid string, c Change) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	in := f.stories[uid]
	if in == nil {
		return ErrNotFound
	}
	if c.Seen != "" && c.Seen != in.State {
		return ErrChanged
	}
	f.changes = append(f.changes, c)
	n := *in
	say := func(text string) {
		n.Comments = append(slices.Clone(n.Comments), ocsf.Remark{Time: f.now().UnixMilli(), By: c.By, Text: text})
	}
	switch {
	case c.Owner != nil:
		n.Owner = *c.Owner
		say("took it")
	case c.Do == "snooze":
		n.Snooze = &ocsf.Snooze{Until: c.Until.UnixMilli(), UntilNew: c.UntilNew, By: c.By, Reason: c.Note}
	case c.Do == "wake":
		n.Snooze = nil
	case c.Do != "":
		say(c.Do + " " + c.Other + strings.Join(c.Findings, ",") + ": " + c.Note)
	case c.Comment != "":
		say(c.Comment)
	default:
		n.State, n.Verdict, n.Note = c.State, c.Verdict, c.Note
		say("now " + string(c.State))
	}
	f.stories[uid] = &n
	return nil
}

func (f *fake) Search(_ context.Context, q Query) (Found, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out Found
	for i := len(f.log) - 1; i >= 0; i-- {
		e := f.log[i]
		if q.Before > 0 && e.Seq >= q.Before || e.Time < q.From || q.To > 0 && e.Time >= q.To || !q.Filter.Match(e) {
			continue
		}
		if len(out.Events) == q.Limit {
			out.Next = out.Events[len(out.Events)-1].Seq
			break
		}
		out.Events = append(out.Events, e)
	}
	return out, f.fail()
}

func (f *fake) Events(_ context.Context, seqs []uint64) ([]*ocsf.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*ocsf.Event
	for _, s := range seqs {
		if s > 0 && s <= uint64(len(f.log)) {
			out = append(out, f.log[s-1])
		}
	}
	return out, nil
}

func (f *fake) Counts(_ context.Context, from time.Time, step time.Duration, n int) ([]uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]uint64, n)
	if len(f.log) == 0 {
		return out, nil
	}
	for i := range out {
		h := from.Add(time.Duration(i) * step).Hour()
		out[i] = uint64(41000 + 9000*((h*7)%5) + 30000*max(0, 8-max(h-12, 12-h)))
	}
	out[n-1] /= 5
	return out, nil
}

func (f *fake) Sources(context.Context) ([]view.Source, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.senders, nil
}

func (f *fake) Source(_ context.Context, id string) (view.SourceDetail, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.senders {
		if s.ID == id {
			d := view.SourceDetail{Source: s, Parsers: []view.Tally{{Name: "fortigate", Count: s.Events - s.NotUnderstood}, {Count: s.NotUnderstood}},
				Classes: []view.Tally{{Name: "Network Activity", Count: s.Events * 8 / 10}, {Name: "Authentication", Count: s.Events / 10}}}
			for _, e := range f.log {
				if e.Parser == "" {
					d.Samples = append(d.Samples, view.Sample{Seq: e.Seq, Time: e.Logged, Raw: e.Raw})
				}
			}
			return d, nil
		}
	}
	return view.SourceDetail{}, ErrNotFound
}

func (f *fake) Assets(context.Context) ([]view.Asset, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.assets, nil
}

func (f *fake) Import(_ context.Context, by, from string, r io.Reader) (int, []view.LineError, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil || len(rows) == 0 || strings.Join(rows[0], ",") != "address,name,role,worth" {
		return 0, nil, Refusal("The first line must be address,name,role,worth.")
	}
	var assets []view.Asset
	var wrong []view.LineError
	for i, row := range rows[1:] {
		if _, err := netip.ParseAddr(row[0]); err != nil {
			wrong = append(wrong, view.LineError{Line: i + 2, Text: fmt.Sprintf("%q is no address", row[0])})
		}
		assets = append(assets, view.Asset{Address: row[0], Name: row[1], Role: row[2], Worth: row[3]})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(wrong) == 0 {
		f.assets = assets
	}
	return len(assets), wrong, nil
}

func (f *fake) Status(context.Context) (view.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.box, f.fail()
}

func (f *fake) Record(_ context.Context, e view.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Seq = uint64(len(f.trail) + 1)
	f.trail = append(f.trail, e)
	return nil
}

func (f *fake) Entries(_ context.Context, before uint64, limit int) ([]view.AuditEntry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []view.AuditEntry
	for _, e := range slices.Backward(f.trail) {
		if (before == 0 || e.Seq < before) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}
