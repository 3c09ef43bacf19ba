package appliance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"picket/normalize/ocsf"
	"picket/store"
)

// Archive reads what the store keeps: for pages, the command line and reports.
// It is safe for concurrent use, beside a running appliance or over the folder
// of a stopped one.
type Archive struct {
	st         *store.Store
	judgements judgements
}

// OpenArchive opens the folder of a stopped appliance, read only.
func OpenArchive(data string) (*Archive, error) {
	st, err := store.Open(data, store.Options{ReadOnly: true, FindingOf: findingOf, IncidentOf: incidentOf})
	if err != nil {
		return nil, err
	}
	return &Archive{st: st}, nil
}

// Close lets go of the folder.
func (a *Archive) Close() error { return a.st.Close() }

// findingOf and incidentOf read Picket's own findings and incidents out of the
// log. What claims to be one and is none stays an event like any other.
func findingOf(e *ocsf.Event) (*ocsf.Finding, bool) {
	f, err := ocsf.FindingOf(e)
	return f, err == nil && f != nil
}

func incidentOf(e *ocsf.Event) (*ocsf.Incident, bool) {
	in, err := ocsf.IncidentOf(e)
	return in, err == nil && in != nil
}

// Search calls f with the events that q wants until it returns false. The event
// is f's only until it returns.
func (a *Archive) Search(ctx context.Context, q Query, f func(*ocsf.Event) bool) error {
	_, err := a.st.Search(ctx, store.Query{Filter: q.Filter, From: q.From, To: q.To, Limit: q.Limit, Oldest: q.Oldest, After: q.After}, f)
	return err
}

// Get returns the events of these numbers that are still kept.
func (a *Archive) Get(_ context.Context, seqs []uint64) ([]*ocsf.Event, error) {
	return a.st.Get(seqs...)
}

// Incidents returns all incidents, the newest first.
func (a *Archive) Incidents(context.Context) ([]*ocsf.Incident, error) {
	list, err := a.st.Incidents()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(x, y *ocsf.Incident) int { return int(min(max(y.Start-x.Start, -1), 1)) })
	return list, nil
}

// Incident returns one incident; of one that was merged into another, the other.
func (a *Archive) Incident(uid string) (*ocsf.Incident, error) {
	for range 16 {
		in, err := a.st.Incident(uid)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, fmt.Errorf("incident %q: %w", uid, ErrNotFound)
		case err != nil:
			return nil, err
		case in.Into == "":
			return in, nil
		}
		uid = in.Into
	}
	return nil, fmt.Errorf("incident %q: %w", uid, ErrNotFound)
}

// Findings returns all findings, the newest first.
func (a *Archive) Findings(context.Context) ([]*ocsf.Finding, error) { return a.st.Findings() }

// Detail returns an incident with its evidence events, in order of time, each
// with why it belongs.
func (a *Archive) Detail(ctx context.Context, uid string) (*IncidentDetail, error) {
	in, err := a.Incident(uid)
	if err != nil {
		return nil, err
	}
	why := map[uint64]string{}
	for _, s := range in.Timeline {
		for _, seq := range s.Evidence {
			if _, ok := why[seq]; !ok {
				why[seq] = s.Title
			}
		}
	}
	seqs := slices.Clone(in.Evidence)
	for seq := range why {
		if !slices.Contains(seqs, seq) {
			seqs = append(seqs, seq)
		}
	}
	events, err := a.Get(ctx, seqs)
	if err != nil {
		return nil, err
	}
	d := &IncidentDetail{Incident: in, EvidenceEvents: make([]EvidenceEvent, 0, len(events))}
	for _, e := range events {
		w := why[e.Seq]
		if w == "" {
			w = in.Title
		}
		d.EvidenceEvents = append(d.EvidenceEvents, EvidenceEvent{Sequence: e.Seq, Time: e.Time, Device: e.Text(ocsf.DeviceHostname), Raw: e.Raw, Why: w})
	}
	slices.SortFunc(d.EvidenceEvents, func(x, y EvidenceEvent) int {
		if x.Time != y.Time {
			return int(min(max(x.Time-y.Time, -1), 1))
		}
		return int(int64(x.Sequence) - int64(y.Sequence))
	})
	return d, nil
}
