package appliance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"picket/correlate"
	"picket/normalize/ocsf"
	"picket/store"
	"picket/webui/view"
)

// Change is what a person does to an incident.
type Change struct {
	Kind     string     `json:"kind"` // see [correlate.ChangeKind]
	By       string     `json:"by"`
	From     string     `json:"from,omitempty"` // address
	Owner    string     `json:"owner,omitempty"`
	Verdict  string     `json:"verdict,omitempty"` // true_positive, benign, false_positive
	Note     string     `json:"note,omitempty"`
	Other    string     `json:"other,omitempty"`    // uid, for merge
	Findings []string   `json:"findings,omitempty"` // uids, for split
	Until    int64      `json:"until,omitempty"`    // ms, for snooze
	UntilNew bool       `json:"until_new,omitempty"`
	Seen     ocsf.State `json:"seen,omitempty"` // the state in which it was seen, "" for no matter which
}

// errChanged: the incident is in another state by now than the one that was seen.
var errChanged = fmt.Errorf("it was changed meanwhile: %w", ErrRefused)

// ChangeIncident does what a person decided, durably and audited, and returns
// the incident as it is then.
func (a *Appliance) ChangeIncident(ctx context.Context, uid string, c Change) (*ocsf.Incident, error) {
	var result *ocsf.Incident
	err := a.pipe.order(ctx, func(en *correlate.Engine, out *correlate.Output) error {
		stored, err := a.newest(uid)
		if err != nil {
			return err
		}
		if c.Seen != "" && stored.State != c.Seen {
			return errChanged
		}
		ch := correlate.Change{Kind: correlate.ChangeKind(c.Kind), By: c.By, Time: a.opt.Now().UnixMilli(), Owner: c.Owner, Verdict: c.Verdict, Note: c.Note,
			Until: c.Until, UntilNew: c.UntilNew}
		for _, uid := range c.Findings {
			f, err := a.store.Finding(uid)
			if err != nil {
				return fmt.Errorf("finding %q: %w", uid, ErrNotFound)
			}
			ch.Findings = append(ch.Findings, f)
		}
		switch {
		case ch.Kind == correlate.Unmerge:
			if err := a.unmerge(&ch, c.Other, stored.UID); err != nil {
				return err
			}
		case c.Other != "":
			if ch.Other, err = a.newest(c.Other); err != nil {
				return err
			}
		}
		if err := en.Apply(stored, ch, out); err != nil {
			return fmt.Errorf("%w: %w", err, ErrRefused)
		}
		for _, in := range out.Incidents {
			if in.UID == stored.UID {
				result = in
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.archive.forgetJudged()
	detail := c.Note
	if c.Verdict != "" {
		detail = c.Verdict + ": " + detail
	}
	switch correlate.ChangeKind(c.Kind) {
	case correlate.Assign:
		detail = c.Owner
	case correlate.Unmerge:
		detail = "took out " + c.Other + ": " + detail
	case correlate.Merge:
		detail = "took in " + c.Other + ": " + detail
	case correlate.Split:
		detail = strings.Join(c.Findings, ", ") + ": " + detail
	case correlate.Snooze:
		detail = "until " + time.UnixMilli(c.Until).UTC().Format(time.RFC3339) + ": " + detail
	}
	entry := view.AuditEntry{Time: a.opt.Now().UnixMilli(), By: c.By, From: c.From, Action: c.Kind + " incident", Object: uid, Detail: detail}
	if err := audit(a.store, entry); err != nil {
		return nil, err
	}
	if result == nil {
		return a.archive.Incident(uid)
	}
	return result, nil
}

// unmerge finds the incident that is to come out of another again, and its
// findings.
func (a *Appliance) unmerge(ch *correlate.Change, other, from string) error {
	in, err := a.store.Incident(other)
	if err != nil {
		return fmt.Errorf("incident %q: %w", other, ErrNotFound)
	}
	if in.Into == "" {
		return fmt.Errorf("incident %s was merged into none: %w", other, ErrRefused)
	}
	if now, err := a.archive.Incident(other); err != nil || now.UID != from {
		return fmt.Errorf("incident %s did not go into %s: %w", other, from, ErrRefused)
	}
	ch.Other = in
	for _, l := range in.Links {
		if f, err := a.store.Finding(l.Finding); err == nil {
			ch.Findings = append(ch.Findings, f)
		}
	}
	return nil
}

// newest returns the newest state of an incident, also one that is not durable
// yet. Only orders may ask: on the correlator's goroutine nothing newer can come.
func (a *Appliance) newest(uid string) (*ocsf.Incident, error) {
	for range 16 {
		in := a.pipe.recent.incident(uid)
		if in == nil {
			return a.archive.Incident(uid)
		}
		if in.Into == "" {
			return in, nil
		}
		uid = in.Into
	}
	return nil, fmt.Errorf("incident %q: %w", uid, ErrNotFound)
}

// Names in the state.
const (
	stateBucket  = "appliance"
	sourcesKey   = "sources"
	assetsKey    = "assets"
	auditJournal = "audit"
	maxAssets    = 16 << 20 // bytes of a file of hosts
)

// assets returns what the site has told about its hosts.
func (a *Appliance) assets() ([]correlate.Asset, error) {
	var list []correlate.Asset
	_, err := store.Load(a.store.Bucket(stateBucket), assetsKey, &list)
	return list, err
}

// ImportAssets takes a CSV file in place of the inventory, durably and audited,
// and returns how many hosts it named. A file that is wrong changes nothing.
func (a *Appliance) ImportAssets(ctx context.Context, csv io.Reader, by string) (int, error) {
	list, err := readAssets(csv)
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, errors.New("assets: the file names no host")
	}
	if err := store.Save(a.store.Bucket(stateBucket), assetsKey, list); err != nil {
		return 0, err
	}
	err = a.pipe.order(ctx, func(en *correlate.Engine, _ *correlate.Output) error {
		en.SetInventory(correlate.NewInventory(list))
		return nil
	})
	if err != nil {
		return 0, err
	}
	entry := view.AuditEntry{Time: a.opt.Now().UnixMilli(), By: by, Action: "imported hosts", Detail: fmt.Sprintf("%d hosts", len(list))}
	return len(list), audit(a.store, entry)
}

// readAssets reads a file of hosts, and refuses one that is too long instead of
// taking its beginning.
func readAssets(csv io.Reader) ([]correlate.Asset, error) {
	b, err := io.ReadAll(io.LimitReader(csv, maxAssets+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxAssets {
		return nil, fmt.Errorf("assets: the file is longer than %d MB", maxAssets>>20)
	}
	return correlate.ReadAssets(bytes.NewReader(b))
}

// audit keeps what a person did.
func audit(st *store.Store, e view.AuditEntry) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = st.Journal(auditJournal).Append(b)
	return err
}

// auditEntries returns entries numbered below before (0: all), the newest first.
func auditEntries(st *store.Store, before uint64, limit int) ([]view.AuditEntry, error) {
	var out []view.AuditEntry
	var bad error
	err := st.Journal(auditJournal).Newest(before, func(n uint64, b []byte) bool {
		var e view.AuditEntry
		if bad = json.Unmarshal(b, &e); bad != nil {
			return false
		}
		e.Seq = n
		out = append(out, e)
		return len(out) < limit
	})
	return out, errors.Join(err, bad)
}
