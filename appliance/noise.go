package appliance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"picket/correlate"
	"picket/normalize/ocsf"
	"picket/webui/view"
)

// ControlRequest is a noise control that a person wants.
type ControlRequest struct {
	Kind     ocsf.ControlKind `json:"kind"`
	Rule     string           `json:"rule,omitempty"` // id or name; "" for all
	Filter   string           `json:"filter,omitempty"`
	Reason   string           `json:"reason"`
	Owner    string           `json:"owner"`
	Finding  string           `json:"finding,omitempty"` // that it is made from
	Starts   int64            `json:"starts,omitempty"`  // ms; 0: now
	Expires  int64            `json:"expires,omitempty"` // ms; 0: never
	UntilNew bool             `json:"until_new,omitempty"`
	By       string           `json:"by"`
	From     string           `json:"from,omitempty"` // address
}

// control makes the control that is asked for.
func (a *Appliance) control(r ControlRequest) (ocsf.Control, error) {
	c := ocsf.Control{Kind: r.Kind, Filter: strings.TrimSpace(r.Filter), Reason: strings.TrimSpace(r.Reason), Owner: strings.TrimSpace(r.Owner),
		By: r.By, Finding: r.Finding, Created: a.opt.Now().UnixMilli(), Starts: r.Starts, Expires: r.Expires, UntilNew: r.UntilNew}
	if r.Rule != "" {
		info, ok := a.rules.Load().rules.Info(r.Rule)
		if !ok {
			return c, fmt.Errorf("there is no signature %q: %w", r.Rule, ErrRefused)
		}
		c.Rule, c.Title = info.ID, info.Title
	}
	var id [6]byte
	rand.Read(id[:])
	c.UID = "c-" + hex.EncodeToString(id[:])
	if err := correlate.Check(&c); err != nil {
		return c, fmt.Errorf("%w: %w", err, ErrRefused)
	}
	if c.Kind == ocsf.RuleSnooze && c.UntilNew {
		var err error
		c.Known, err = a.archive.knownTo(c.Rule)
		return c, err
	}
	return c, nil
}

// AddControl puts a noise control in force, durably and audited.
func (a *Appliance) AddControl(ctx context.Context, r ControlRequest) (*ocsf.Control, error) {
	c, err := a.control(r)
	if err != nil {
		return nil, err
	}
	err = a.pipe.order(ctx, func(en *correlate.Engine, out *correlate.Output) error {
		if err := en.AddControl(c, out); err != nil {
			return fmt.Errorf("%w: %w", err, ErrRefused)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	detail := c.Reason
	if c.Filter != "" {
		detail = c.Filter + ": " + detail
	}
	return &c, audit(a.store, view.AuditEntry{Time: c.Created, By: r.By, From: r.From, Action: "made " + string(c.Kind), Object: c.UID + " " + ruleWord(c.Rule), Detail: detail})
}

func ruleWord(rule string) string {
	if rule == "" {
		return "all signatures"
	}
	return rule
}

// EndControl ends a noise control, durably and audited.
func (a *Appliance) EndControl(ctx context.Context, uid, by, from, note string) error {
	now := a.opt.Now().UnixMilli()
	c, err := a.archive.Control(uid)
	if err != nil {
		return err
	}
	err = a.pipe.order(ctx, func(en *correlate.Engine, out *correlate.Output) error {
		if err := en.EndControl(uid, by, note, now, out); err != nil {
			return fmt.Errorf("%w: %w", err, ErrRefused)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return audit(a.store, view.AuditEntry{Time: now, By: by, From: from, Action: "ended " + string(c.Kind), Object: uid + " " + ruleWord(c.Rule), Detail: note})
}

// Controls returns all noise controls with what they hid up to a second ago: the
// log is told once a minute.
func (a *Appliance) Controls() ([]*ocsf.Control, error) {
	list, err := a.archive.Controls()
	live := a.controls.Load()
	if live == nil {
		return list, err
	}
	for _, c := range list {
		i := slices.IndexFunc(*live, func(x ocsf.Control) bool { return x.UID == c.UID })
		if i >= 0 && c.Ended == 0 {
			x := &(*live)[i]
			c.Hidden, c.Events, c.Last = x.Hidden, x.Events, x.Last
		}
	}
	return list, err
}

// Controls returns all noise controls: those in force first, then those that
// ended, the latest first.
func (a *Archive) Controls() ([]*ocsf.Control, error) {
	list, err := a.st.Controls()
	slices.SortStableFunc(list, func(x, y *ocsf.Control) int {
		switch {
		case (x.Ended == 0) != (y.Ended == 0):
			if x.Ended == 0 {
				return -1
			}
			return 1
		case x.Ended != y.Ended:
			return int(min(max(y.Ended-x.Ended, -1), 1))
		}
		return int(min(max(y.Created-x.Created, -1), 1))
	})
	return list, err
}

// Control returns one noise control.
func (a *Archive) Control(uid string) (*ocsf.Control, error) {
	c, err := a.st.Control(uid)
	if err != nil {
		return nil, fmt.Errorf("control %q: %w", uid, ErrNotFound)
	}
	return c, nil
}

// HiddenBy returns the latest findings that a control has hidden, at most limit,
// of those that are kept.
func (a *Archive) HiddenBy(uid string, limit int) ([]*ocsf.Finding, error) {
	var out []*ocsf.Finding
	err := a.st.EachFinding(func(f *ocsf.Finding) bool {
		if f.Hidden != nil && f.Hidden.UID == uid {
			out = append(out, f)
		}
		return len(out) < limit
	})
	return out, err
}

// maxKnown bounds who is not new to a snooze, and knownBack how many findings
// are looked at for them.
const (
	maxKnown  = 2000
	knownBack = 50_000
)

// knownTo returns who was seen in the findings of a rule: they are not new.
func (a *Archive) knownTo(rule string) ([]string, error) {
	seen := map[string]bool{}
	n := 0
	err := a.st.EachFinding(func(f *ocsf.Finding) bool {
		n++
		for _, en := range f.Entities {
			if f.Rule == rule && (en.Type == ocsf.UserEntity || en.Role == ocsf.Source) && len(seen) < maxKnown {
				seen[en.Value] = true
			}
		}
		return n < knownBack && len(seen) < maxKnown
	})
	out := make([]string, 0, len(seen))
	for v := range seen {
		out = append(out, v)
	}
	slices.Sort(out)
	return out, err
}
