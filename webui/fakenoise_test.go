package webui

import (
	"context"
	"strings"

	"picket/normalize/ocsf"
	"picket/webui/view"
)

func (f *fake) Merged(_ context.Context, uid string) ([]view.Named, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []view.Named
	for _, in := range f.stories {
		if in.Into == uid {
			out = append(out, view.Named{ID: in.UID, Title: "The same source, an hour before"})
		}
	}
	return out, nil
}

func (f *fake) Controls(context.Context) ([]*ocsf.Control, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.quiet, f.fail()
}

func (f *fake) Preview(_ context.Context, rule, filter string, days int) (view.Preview, error) {
	if strings.Contains(filter, "refuse") {
		return view.Preview{}, Refusal("There is no such field.")
	}
	return view.Preview{Days: days, Findings: 41, Hidden: 37, Incidents: 9, True: 2, Whole: true,
		Samples: []view.PreviewLine{{Time: now.UnixMilli() - 60_000, Title: "412 failed logins " + hostile, Severity: ocsf.Medium, Incident: "7f3a91c2", Verdict: "true_positive"}},
		Stays:   []view.PreviewLine{{Time: now.UnixMilli() - 90_000, Title: "Failed logins from 198.51.100.9", Severity: ocsf.Low}}}, nil
}

func (f *fake) Make(_ context.Context, c Control) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.Owner == "" {
		return Refusal("An owner is missing: who answers for it?")
	}
	f.made = append(f.made, c)
	return nil
}

func (f *fake) End(_ context.Context, uid, by, _ string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.quiet {
		if c.UID == uid {
			c.Ended, c.EndedBy = now.UnixMilli(), by
			return nil
		}
	}
	return ErrNotFound
}

func (f *fake) Hidden(_ context.Context, uid string, limit int) ([]*ocsf.Finding, error) {
	return []*ocsf.Finding{{UID: "h", Title: hostile, Time: now.UnixMilli(), Count: 3, Evidence: []uint64{1}, Hidden: &ocsf.Hiding{By: ocsf.Exception, UID: uid}}}, nil
}

func (f *fake) Finding(_ context.Context, uid string) (*ocsf.Finding, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, list := range f.found {
		for _, x := range list {
			if x.UID == uid {
				return x, nil
			}
		}
	}
	return nil, ErrNotFound
}

func (f *fake) Signatures(context.Context) ([]view.Signature, error) {
	at := now.UnixMilli()
	return []view.Signature{
		{ID: "picket-login-guessing", Title: "Password guessing", Kind: "correlation", Mode: "on", File: "builtin/password_guessing.yml", Level: ocsf.High, Day: 412, Hits: 90211, Findings: 311, Hidden: 37, Last: at - 900_000, True: 2, Benign: 1, False: 9, Propose: true},
		{ID: "picket-port-scan", Title: "Port scan", Kind: "correlation", Mode: "observe", File: "builtin/port_scan.yml", Level: ocsf.Low, Day: 3, Hits: 120, Findings: 40, Last: at - 3_600_000},
		{ID: "failed_logon", Title: "Failed logon", Kind: "signature", Mode: "on", Level: ocsf.Low, Step: true, Day: 5000, Hits: 1_000_000, Last: at},
		{ID: "site/odd", Title: hostile, Kind: "signature", Mode: "off", File: "site/" + hostile, Level: ocsf.Critical},
		{ID: "picket-device", Title: "Attack that a device reports", Kind: "detector", Mode: "on", Level: ocsf.High},
	}, nil
}

func (f *fake) Signature(ctx context.Context, id string) (view.SignatureDetail, error) {
	all, _ := f.Signatures(ctx)
	for _, s := range all {
		if s.ID != id && s.Title != id {
			continue
		}
		d := view.SignatureDetail{Signature: s, Description: "Many failed logons of one source. " + s.Title, Status: "stable", LogSource: "any", Author: "Picket", Version: "0123456789abcdef",
			Techniques: []string{"T1110.001"}, FalsePositives: []string{"A script with an old password", s.Title}, Guidance: "Somebody guesses passwords. Lock the account. Block the source.",
			Steps: []view.Named{{ID: "failed_logon", Title: "Failed logon"}}, Source: "title: Password guessing\nid: " + id + "\ncorrelation:\n  type: event_count\n  # " + s.Title}
		f.mu.Lock()
		for _, list := range f.found {
			d.Latest = append(d.Latest, list[:min(len(list), 3)]...)
		}
		d.Latest = append(d.Latest, &ocsf.Finding{UID: "h", Title: hostile, Time: now.UnixMilli(), Count: 3, Evidence: []uint64{1}, Hidden: &ocsf.Hiding{By: ocsf.Exception, UID: "c-1"}})
		d.Controls = f.quiet
		f.mu.Unlock()
		return d, nil
	}
	return view.SignatureDetail{}, ErrNotFound
}

func (f *fake) Backtest(_ context.Context, id string, days int) (*view.Backtest, error) {
	if days == 90 {
		return nil, Refusal("Another look at the past is running.")
	}
	b := &view.Backtest{Hits: 37, From: now.AddDate(0, 0, -days).UnixMilli(), To: now.UnixMilli(), Millis: 812, Events: 120_004, Skipped: 8_112_000, Stopped: "the time of 18s was up",
		Samples: []view.Sample{{Seq: 3, Time: now.UnixMilli(), Raw: "<86>vpn01 sshd: Failed password for " + hostile}}}
	for i := range days {
		b.Days = append(b.Days, view.Bar{From: now.AddDate(0, 0, i-days).UnixMilli(), Events: uint64(i * 3 % 7)})
	}
	return b, nil
}

func (f *fake) Why(_ context.Context, id string, seq uint64) (*view.Why, error) {
	if id == "none" {
		return nil, ErrNotFound
	}
	return &view.Why{Rule: id, Title: "Failed logon", Says: "It does not hit: \"failed\" does not hold.", Hidden: []*ocsf.Control{{Kind: ocsf.Exception, Reason: hostile}},
		Steps: []view.WhyStep{{ID: id, Title: "Failed logon", Condition: "logon and failed and not known", Applies: true, Needs: []string{"admins"}, Parts: []view.WhyPart{
			{Name: "logon", Held: true, Items: []view.WhyItem{{Field: "class_uid", Want: "is 3002", Values: []string{"3002"}, Held: true}}},
			{Name: "failed", Items: []view.WhyItem{{Field: "status_id", Want: "is 2", Values: []string{"1"}}, {Field: "user.name", Want: "contains " + hostile, Values: []string{hostile}}}},
			{Name: "known", Filter: "Known scripts", Negated: true, Items: []view.WhyItem{{Want: "x"}}},
		}}}}, nil
}

func (f *fake) Tuning(ctx context.Context, id string) (view.Tuning, error) {
	d, err := f.Signature(ctx, id)
	if err != nil {
		return view.Tuning{}, err
	}
	if d.Kind == "detector" {
		return view.Tuning{Rule: id, Title: d.Title, Says: "No Sigma filter narrows it."}, nil
	}
	return view.Tuning{Rule: id, Title: d.Title, Folder: "/etc/picket/rules", YAML: "title: \"Known: Password guessing\"\nlogsource: {}\nfilter:\n  rules:\n    - \"x\"\n  known:\n    \"src_endpoint.ip\":\n      - \"10.1.2.3\"\n  condition: not known\n",
		Says: "It leaves out 37 of 41.", False: 41, FalseOut: 37, True: 12, Conditions: []ocsf.Match{{Field: "src_endpoint.ip", Value: "10.1.2.3 " + hostile}}}, nil
}

func (f *fake) SaveTuning(_ context.Context, id, yaml, _, _ string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.Contains(yaml, "filter:") {
		return "", Refusal("It is no filter.")
	}
	if f.saved == nil {
		f.saved = map[string]string{}
	}
	f.saved[id] = yaml
	return "tune-x-1.yml", nil
}

// noisy adds noise controls to the scene.
func noisy(f *fake) {
	at := now.UnixMilli()
	const hour, day = 3600_000, 24 * 3600_000
	f.quiet = []*ocsf.Control{
		{UID: "c-1", Kind: ocsf.Exception, Rule: "picket-login-guessing", Title: "Password guessing", Filter: `src_endpoint.ip:10.20.1.77 AND user.name:svc_backup`, Reason: "The backup tries an old password first; ticket 4711", Owner: "anna", By: "anna", Created: at - 9*day, Expires: at + 60*day, Hidden: 37, Events: 4112, Last: at - 2*hour, Version: 3},
		{UID: "c-2", Kind: ocsf.Silence, Filter: "device.hostname:sw-core3", Reason: "The switch is being replaced", Owner: "network team", By: "bert", Created: at - hour, Expires: at + 3*hour, Version: 1},
		{UID: "c-3", Kind: ocsf.RuleSnooze, Rule: "picket-port-scan", Title: "Port scan", Reason: "The auditors are here", Owner: "anna", By: "anna", Created: at - day, Expires: at + 2*day, UntilNew: true, Known: []string{"203.0.113.66"}, Hidden: 2, Events: 18, Last: at - 60_000, Version: 2},
		{UID: "c-4", Kind: ocsf.Exception, Filter: "user.name:" + hostile, Reason: hostile, Owner: hostile, By: "anna", Created: at - 30*day, Version: 1},
		{UID: "c-5", Kind: ocsf.Silence, Rule: "picket-port-scan", Title: "Port scan", Reason: "Maintenance", Owner: "anna", By: "anna", Created: at - 4*day, Expires: at - 3*day, Ended: at - 3*day, EndedBy: "picket", EndNote: "its time has come", Hidden: 3, Events: 90, Last: at - 3*day, Version: 5},
	}
	in := *f.stories["b4"]
	in.UID, in.State, in.Verdict, in.Note = "b6", ocsf.Triaged, "", ""
	in.Title = "A scan of the auditors"
	in.Snooze = &ocsf.Snooze{Until: at + 8*hour, UntilNew: true, By: "anna", Time: at, Reason: "announced"}
	f.stories["b6"] = &in
}
