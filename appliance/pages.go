package appliance

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"picket/appliance/manage"
	"picket/correlate"
	"picket/normalize/ocsf"
	"picket/store"
	"picket/webui"
	"picket/webui/view"
)

// What the pages need, given by the appliance. Each type is one of webui's
// interfaces.

var (
	_ webui.State     = pageState{}
	_ webui.Incidents = pageIncidents{}
	_ webui.Events    = pageEvents{}
	_ webui.Devices   = pageDevices{}
	_ webui.Status    = pageStatus{}
	_ webui.Audit     = pageAudit{}
)

// pageState keeps accounts and sessions in the store.
type pageState struct{ st *store.Store }

// Load implements [webui.State].
func (s pageState) Load(_ context.Context, bucket, key string) ([]byte, error) {
	return s.st.Bucket(bucket).Get(key)
}

// Save implements [webui.State].
func (s pageState) Save(_ context.Context, bucket, key string, record []byte) error {
	return s.st.Bucket(bucket).Put(key, record)
}

// Remove implements [webui.State].
func (s pageState) Remove(_ context.Context, bucket, key string) error {
	return s.st.Bucket(bucket).Delete(key)
}

// Each implements [webui.State].
func (s pageState) Each(_ context.Context, bucket string, f func(string, []byte) bool) error {
	return s.st.Bucket(bucket).Each(f)
}

// pageIncidents gives the pages incidents.
type pageIncidents struct{ a *Appliance }

// List implements [webui.Incidents].
func (p pageIncidents) List(ctx context.Context, q view.IncidentQuery) ([]*ocsf.Incident, int, error) {
	all, err := p.a.archive.Incidents(ctx)
	if err != nil {
		return nil, 0, err
	}
	all = slices.DeleteFunc(all, func(in *ocsf.Incident) bool { return !q.Match(in) })
	slices.SortStableFunc(all, func(x, y *ocsf.Incident) int {
		switch q.Sort {
		case "recent":
			return cmp.Compare(y.End, x.End)
		case "oldest":
			return cmp.Compare(x.Start, y.Start)
		case "severity":
			return cmp.Or(cmp.Compare(y.Severity, x.Severity), cmp.Compare(y.End, x.End))
		}
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(y.End, x.End))
	})
	total := len(all)
	all = all[min(max(q.Offset, 0), total):]
	if q.Limit > 0 && len(all) > q.Limit {
		all = all[:q.Limit]
	}
	return all, total, nil
}

// Open implements [webui.Incidents].
func (p pageIncidents) Open(ctx context.Context) (view.Count, error) {
	var c view.Count
	now := p.a.opt.Now().UnixMilli()
	all, err := p.a.archive.Incidents(ctx)
	for _, in := range all {
		if in.State != ocsf.Closed && in.Into == "" && !in.Asleep(now) {
			c[min(int(in.Severity), len(c)-1)]++
		}
	}
	return c, err
}

// Incident implements [webui.Incidents].
func (p pageIncidents) Incident(_ context.Context, uid string) (*ocsf.Incident, error) {
	in, err := p.a.archive.Incident(uid)
	if errors.Is(err, ErrNotFound) {
		return nil, webui.ErrNotFound
	}
	return in, err
}

// Findings implements [webui.Incidents].
func (p pageIncidents) Findings(ctx context.Context, uid string, limit int) ([]*ocsf.Finding, error) {
	in, err := p.Incident(ctx, uid)
	if err != nil {
		return nil, err
	}
	var out []*ocsf.Finding
	for _, l := range in.Links {
		if len(out) == limit {
			break
		}
		f, err := p.a.store.Finding(l.Finding)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(x, y *ocsf.Finding) int { return cmp.Compare(x.Time, y.Time) })
	return out, nil
}

// Change implements [webui.Incidents].
func (p pageIncidents) Change(ctx context.Context, uid string, c webui.Change) error {
	ch := Change{By: c.By, From: c.From, Seen: c.Seen, Verdict: c.Verdict, Note: c.Note}
	switch {
	case c.Owner != nil:
		ch.Kind, ch.Owner = string(correlate.Assign), *c.Owner
	case c.Do != "":
		ch.Kind, ch.Other, ch.Findings, ch.UntilNew = c.Do, c.Other, c.Findings, c.UntilNew
		if !c.Until.IsZero() {
			ch.Until = c.Until.UnixMilli()
		}
	case c.Comment != "":
		ch.Kind, ch.Note = string(correlate.Comment), c.Comment
	default:
		kind, ok := map[ocsf.State]correlate.ChangeKind{ocsf.New: correlate.Reopen, ocsf.Triaged: correlate.Triage,
			ocsf.Contained: correlate.Contain, ocsf.Closed: correlate.Close}[c.State]
		if !ok {
			return webui.Refusal("That is no state of an incident.")
		}
		ch.Kind = string(kind)
	}
	_, err := p.a.ChangeIncident(ctx, uid, ch)
	return pageError(err)
}

// Merged implements [webui.Incidents].
func (p pageIncidents) Merged(ctx context.Context, uid string) ([]view.Named, error) {
	all, err := p.a.archive.Incidents(ctx)
	var out []view.Named
	for _, in := range all {
		if in.Into == uid {
			out = append(out, view.Named{ID: in.UID, Title: in.Title})
		}
	}
	return out, err
}

// pageEvents gives the pages events.
type pageEvents struct{ st *store.Store }

// searchBlocks bounds one search of a page, in blocks that are read: a few
// seconds on a small box. The page offers to go on.
const searchBlocks = 400

// Search implements [webui.Events].
func (p pageEvents) Search(ctx context.Context, q webui.Query) (webui.Found, error) {
	var found webui.Found
	stats, err := p.st.Search(ctx, store.Query{Filter: q.Filter, From: q.From, To: q.To, After: q.Before, Limit: q.Limit, Blocks: searchBlocks}, func(e *ocsf.Event) bool {
		found.Events = append(found.Events, e.Clone())
		return true
	})
	if stats.Truncated {
		found.Next = stats.Next
		found.Early = len(found.Events) < q.Limit
	}
	return found, err
}

// Events implements [webui.Events].
func (p pageEvents) Events(_ context.Context, seqs []uint64) ([]*ocsf.Event, error) {
	return p.st.Get(seqs...)
}

// Counts implements [webui.Events].
func (p pageEvents) Counts(ctx context.Context, from time.Time, step time.Duration, n int) ([]uint64, error) {
	return p.st.Counts(ctx, from.UnixMilli(), step.Milliseconds(), n)
}

// pageDevices gives the pages what sends, and the inventory.
type pageDevices struct{ a *Appliance }

// Sources implements [webui.Devices].
func (p pageDevices) Sources(context.Context) ([]view.Source, error) {
	list := p.a.Sources()
	out := make([]view.Source, len(list))
	for i := range list {
		out[i] = viewSource(&list[i], p.a.opt.Now(), p.a.clockAllowed())
	}
	return out, nil
}

// Source implements [webui.Devices].
func (p pageDevices) Source(_ context.Context, id string) (view.SourceDetail, error) {
	for _, s := range p.a.Sources() {
		if sourceID(&s) != id {
			continue
		}
		d := view.SourceDetail{Source: viewSource(&s, p.a.opt.Now(), p.a.clockAllowed())}
		for name, n := range s.Parsers {
			d.Parsers = append(d.Parsers, view.Tally{Name: name, Count: n})
		}
		slices.SortFunc(d.Parsers, func(a, b view.Tally) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
		for _, x := range s.Samples {
			d.Samples = append(d.Samples, view.Sample{Seq: x.Seq, Time: x.Time, Raw: x.Raw})
		}
		return d, nil
	}
	return view.SourceDetail{}, webui.ErrNotFound
}

func sourceID(s *manage.Source) string {
	if s.Name == s.Address || s.Address == "" {
		return s.Name
	}
	return s.Name + "@" + s.Address
}

// newSource is how long a source counts as new.
const newSource = 24 * time.Hour

func viewSource(s *manage.Source, now time.Time, allowed time.Duration) view.Source {
	v := view.Source{ID: sourceID(s), Address: s.Address, Name: s.Name, Brand: s.Product, First: s.First, Last: s.Last,
		Events: s.Events, Bytes: s.Bytes, NotUnderstood: s.NotUnderstood, State: view.SourceOK, Hours: s.Hours}
	if s.Input != "" {
		v.Inputs = []string{s.Input}
	}
	switch {
	case s.Silent:
		v.State = view.SourceSilent
	case now.UnixMilli()-s.First < newSource.Milliseconds():
		v.State = view.SourceNew
	}
	if s.Gap > 0 {
		v.Note = "its longest usual pause is " + (time.Duration(s.Gap) * time.Millisecond).Round(time.Second).String()
	}
	note := ""
	switch wrong := time.Duration(s.ClockError) * time.Millisecond; {
	case s.Zone != "":
		note = fmt.Sprintf("its stamps show the zone %s: write %q: %q below timezones in the configuration", s.Zone, s.Name, s.Zone)
	case s.Wrong > 0:
		note = fmt.Sprintf("%d of its stamps cannot be and were taken for the time of receipt", s.Wrong)
	case allowed > 0 && wrong > allowed:
		note = "its clock is " + wrong.Round(time.Second).String() + " ahead of ours"
	case allowed > 0 && wrong < -allowed:
		note = "its clock is " + (-wrong).Round(time.Second).String() + " behind ours"
	}
	if note != "" {
		v.Note = strings.TrimPrefix(v.Note+"; "+note, "; ")
	}
	return v
}

// Assets implements [webui.Devices].
func (p pageDevices) Assets(context.Context) ([]view.Asset, error) {
	list, err := p.a.assets()
	out := make([]view.Asset, 0, len(list))
	for _, a := range list {
		v := view.Asset{Name: a.Name, Role: a.Role, Worth: a.Worth}
		if a.Address.IsValid() {
			v.Address = a.Address.String()
		}
		out = append(out, v)
	}
	return out, err
}

// Import implements [webui.Devices].
func (p pageDevices) Import(ctx context.Context, by, from string, csv io.Reader) (int, []view.LineError, error) {
	b, err := io.ReadAll(io.LimitReader(csv, maxAssets+1))
	if err != nil {
		return 0, nil, err
	}
	n, err := p.a.ImportAssets(ctx, bytes.NewReader(b), by)
	if err == nil {
		return n, nil, nil
	}
	if line, text, ok := lineOf(err); ok {
		return 0, []view.LineError{{Line: line, Text: text}}, nil
	}
	return 0, nil, webui.Refusal(err.Error())
}

// lineOf reads "assets: line 3: …" of an error.
func lineOf(err error) (int, string, bool) {
	_, rest, ok := strings.Cut(err.Error(), "line ")
	if !ok {
		return 0, "", false
	}
	num, text, ok := strings.Cut(rest, ": ")
	n, nerr := strconv.Atoi(num)
	return n, text, ok && nerr == nil
}

// pageAudit keeps what people did.
type pageAudit struct{ st *store.Store }

// Record implements [webui.Audit].
func (p pageAudit) Record(_ context.Context, e view.AuditEntry) error {
	return audit(p.st, e)
}

// Entries implements [webui.Audit].
func (p pageAudit) Entries(_ context.Context, before uint64, limit int) ([]view.AuditEntry, error) {
	return auditEntries(p.st, before, limit)
}

// pageStatus tells the pages how the appliance is.
type pageStatus struct{ a *Appliance }

// Status implements [webui.Status].
func (p pageStatus) Status(context.Context) (view.Status, error) {
	s := p.a.Status()
	v := view.Status{Revision: s.Version, Started: s.Started, Configured: s.Configured, ConfigNote: s.Config}
	for _, c := range p.a.Health() {
		v.Checks = append(v.Checks, view.Check{Name: c.Name, Level: view.Level(c.State), Text: c.Text, Guidance: c.Guidance})
	}
	for _, in := range s.Inputs {
		v.Inputs = append(v.Inputs, view.Input{Name: in.Name, Received: in.Received, Bytes: in.Bytes, Stored: in.Stored,
			Filtered: in.Filtered, DroppedFull: in.DroppedFull, DroppedKernel: in.DroppedKernel, InFlight: in.InFlight,
			Truncated: in.Truncated, Malformed: in.Malformed, Refused: in.Refused, NotUnderstood: in.NotUnderstood})
		if iface, ok := strings.CutPrefix(in.Name, "sniff:"); ok {
			v.Capture = append(v.Capture, view.Capture{Interface: iface, Up: in.Down == "", DroppedKernel: in.DroppedKernel, DroppedSensor: in.DroppedFull, Error: in.Down})
		}
	}
	v.Queue = view.Queue{Waiting: s.Queue.Length, Capacity: s.Queue.Capacity, Workers: p.a.pipe.Workers}
	v.Rules = view.Rules{Pack: packsText(s.Rules.Packs), Loaded: s.Rules.Loaded, Failed: len(s.Rules.Failed)}
	for _, f := range s.Rules.Failed {
		v.Rules.Problems = append(v.Rules.Problems, view.Fact{Name: "does not run", Value: f})
	}
	for _, w := range s.Rules.Warnings {
		v.Rules.Problems = append(v.Rules.Problems, view.Fact{Name: "odd", Value: w})
	}
	v.Store = view.Store{Events: s.Store.Events, First: s.Store.Oldest, Last: s.Store.Newest, LastCommit: s.Store.Committed, Segments: s.Store.Segments, Bytes: uint64(s.Store.Bytes),
		Budget: uint64(s.Store.Budget), Free: uint64(s.Store.Free), LogID: s.LogID, LastSeq: s.Store.Last, Note: s.Commit}
	if u := s.Uplink; u != nil {
		v.Uplink = view.Uplink{Configured: true, Connected: u.Connected, Server: u.Server, Since: u.Since, Error: u.Error}
		for _, l := range u.Lanes {
			lane := view.Lane{Name: l.Name, Sent: l.Sent, Receipted: l.Receipted, Waiting: l.Backlog}
			if l.Age > 0 {
				lane.Oldest = s.Now - l.Age
			}
			v.Uplink.Lanes = append(v.Uplink.Lanes, lane)
		}
	}
	for _, c := range s.Certs {
		v.Certificates = append(v.Certificates, view.Certificate{Use: c.Use, NotAfter: c.NotAfter, Subject: c.Subject, Issuer: c.Issuer,
			Fingerprint: c.Fingerprint, SelfSigned: c.Subject == c.Issuer})
	}
	if c := p.a.counts.Load(); c != nil {
		v.Correlator = []view.Fact{
			{Name: "Findings", Value: fmt.Sprintf("%d, %d folded into known ones", c.Findings, c.Repeated)},
			{Name: "Hidden", Value: fmt.Sprintf("%d findings by %d controls, %d explained by graver ones", c.Hidden, c.Controls, c.Inhibited)},
			{Name: "Incidents", Value: fmt.Sprintf("%d opened, %d merged, %d still grow", c.Opened, c.Merged, c.Open)},
			{Name: "Windows", Value: fmt.Sprintf("%d groups with %d entries; %d evicted", c.Groups, c.Entries, c.WindowsEvicted)},
			{Name: "Baselines", Value: fmt.Sprintf("habits of %d people, hosts and devices", c.Habits)},
			{Name: "Over a limit", Value: fmt.Sprintf("%d beacons, %d habits, %d waiting, %d facts, %d names", c.BeaconsEvicted, c.HabitsEvicted, c.PendingEvicted, c.FactsGone, c.NamesOverLimit)},
		}
	}
	if p.a.web != nil {
		v.Pages = p.a.web.server.Pages().Facts()
	}
	return v, nil
}
