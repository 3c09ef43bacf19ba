package webui

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

func TestControlFromAFinding(t *testing.T) {
	f, _, v := signedInto(t)
	form := []string{"kind", "exception", "finding", "f2", "rule", "picket-login-guessing", "term", `src_endpoint.ip:"203.0.113.66"`, "filter", "user.name:m* OR user.name:x", "reason", "", "owner", "anna", "ends", "720h"}
	a := v.post("/noise/new", append(form, "do", "preview")...)
	for _, want := range []string{"of 41 findings in 14 days: 90", "judged to be true attacks", `value="user.name:m* OR user.name:x"`, "412 failed logins"} {
		if a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("the preview (%d) lacks %q", a.status, want)
		}
	}
	if a = v.post("/noise/new", append(form, "do", "make")...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Write why this may be quiet") {
		t.Errorf("without a reason: status %d", a.status)
	}
	form[11] = "an old script"
	if a = v.post("/noise/new", append(form, "do", "make")...); a.status != http.StatusSeeOther || len(f.made) != 1 {
		t.Fatalf("made: status %d, %v", a.status, f.made)
	}
	c := f.made[0]
	if c.Filter != `src_endpoint.ip:"203.0.113.66" AND (user.name:m* OR user.name:x)` || c.Rule != "picket-login-guessing" || c.Finding != "f2" || c.By != "admin" || c.From == "" ||
		!c.Expires.Equal(now.Add(30*24*time.Hour)) || c.Kind != ocsf.Exception {
		t.Errorf("made %+v", c)
	}
}

func TestControlsThatAreRefused(t *testing.T) {
	f, _, v := signedInto(t)
	for name, c := range map[string]struct {
		form []string
		want string
	}{
		"everything":        {[]string{"kind", "exception", "reason", "x", "owner", "x", "ends", "24h", "do", "make"}, "would hide everything"},
		"a broken filter":   {[]string{"kind", "exception", "filter", "user.name:(", "do", "preview"}, "The filter is not right"},
		"no such field":     {[]string{"kind", "exception", "filter", "refuse", "do", "preview"}, "There is no such field"},
		"no such signature": {[]string{"kind", "silence", "rule", "nonesuch", "do", "make"}, "no signature of this id"},
		"no end":            {[]string{"kind", "silence", "filter", "a", "reason", "x", "ends", "soon", "do", "make"}, "Say when it ends"},
		"nobody's":          {[]string{"kind", "silence", "filter", "a", "reason", "x", "owner", " ", "ends", "1h", "do", "make"}, "An owner is missing"},
	} {
		a := v.post("/noise/new", c.form...)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.want) {
			t.Errorf("%s: status %d, without %q", name, a.status, c.want)
		}
	}
	if len(f.made) != 0 {
		t.Errorf("made %v", f.made)
	}
	if a := v.get("/noise/new?finding=nonesuch"); a.status != http.StatusNotFound {
		t.Errorf("from a finding that is not there: status %d", a.status)
	}
}

func TestControlEnds(t *testing.T) {
	f, _, v := signedInto(t)
	if a := v.get("/noise/c-1"); a.status != http.StatusOK || !strings.Contains(a.body, "hidden by an exception") {
		t.Errorf("what it hid: status %d", a.status)
	}
	if a := v.get("/noise/nonesuch"); a.status != http.StatusNotFound {
		t.Errorf("what nothing hid: status %d", a.status)
	}
	if a := v.post("/noise/c-1/end"); a.status != http.StatusSeeOther || f.quiet[0].EndedBy != "admin" {
		t.Errorf("status %d, ended by %q", a.status, f.quiet[0].EndedBy)
	}
	if a := v.post("/noise/nonesuch/end"); a.status != http.StatusNotFound {
		t.Errorf("one that is not there: status %d", a.status)
	}
}

func TestSignaturePages(t *testing.T) {
	f, _, v := signedInto(t)
	for path, want := range map[string]string{
		"/signatures":                          "75 %",
		"/signatures?show=off":                 "observe",
		"/signatures?show=steps":               "Failed logon",
		"/signatures?q=nothing+like+this":      "No signature matches",
		"/signatures/picket-login-guessing":    "See the drafted filter",
		"/signatures/picket-device":            "judge by what they remember",
		"/signatures/picket-device/tune":       "No Sigma filter narrows it",
		"/events/3?rule=Failed+logon":          "It does not hit",
		"/events/3?rule=none":                  "There is no signature of this title",
		"/signatures/picket-port-scan/tune":    "Save it among the site",
		"/signatures?show=wrong&sort=rate":     "Password guessing",
		"/signatures?sort=title&show=nonsense": "Port scan",
	} {
		if a := v.get(path); a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%s: status %d, without %q", path, a.status, want)
		}
	}
	if a := v.get("/signatures/Port%20scan"); a.status != http.StatusSeeOther || a.location != "/signatures/picket-port-scan" {
		t.Errorf("by its name: %d to %q", a.status, a.location)
	}
	if a := v.post("/signatures/picket-port-scan/backtest", "days", "7"); a.status != http.StatusOK || !strings.Contains(a.body, "hits in 120") {
		t.Errorf("backtest: status %d", a.status)
	}
	for _, days := range []string{"90", "3", "x"} { // busy, and no choice
		if a := v.post("/signatures/picket-port-scan/backtest", "days", days); a.status != http.StatusUnprocessableEntity {
			t.Errorf("backtest of %s days: status %d", days, a.status)
		}
	}
	if a := v.post("/signatures/picket-port-scan/tune", "yaml", "title: x"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "It is no filter") || !strings.Contains(a.body, "title: x</textarea>") {
		t.Errorf("no filter: status %d", a.status)
	}
	if a := v.post("/signatures/picket-port-scan/tune", "yaml", "filter:\r\n  x"); a.status != http.StatusSeeOther || f.saved["picket-port-scan"] != "filter:\n  x" {
		t.Errorf("saved: status %d, %q", a.status, f.saved)
	}
}

func TestIncidentIsArranged(t *testing.T) {
	f, _, v := signedInto(t)
	for _, c := range []struct {
		name, action string
		form         []string
		status       int
		want         string // on the page, when it is refused
	}{
		{"snooze without an end", "snooze", []string{"note", "x"}, http.StatusUnprocessableEntity, "Say until when"},
		{"snooze for ever", "snooze", []string{"ends", "never", "note", "x"}, http.StatusUnprocessableEntity, "Say until when"},
		{"snooze without a reason", "snooze", []string{"ends", "8h"}, http.StatusUnprocessableEntity, "Write why it may sleep"},
		{"snooze", "snooze", []string{"ends", "8h", "note", "announced", "untilnew", "1"}, http.StatusSeeOther, ""},
		{"wake", "wake", nil, http.StatusSeeOther, ""},
		{"merge with nobody", "merge", []string{"other", "nonesuch", "note", "x"}, http.StatusUnprocessableEntity, "no other incident"},
		{"merge with itself", "merge", []string{"other", "7f3a91c2", "note", "x"}, http.StatusUnprocessableEntity, "no other incident"},
		{"merge", "merge", []string{"other", "b2", "note", "one botnet"}, http.StatusSeeOther, ""},
		{"unmerge", "unmerge", []string{"other", "b5"}, http.StatusSeeOther, ""},
		{"split nothing", "split", []string{"note", "x"}, http.StatusUnprocessableEntity, "Choose what"},
		{"split", "split", []string{"finding", "f2", "note", "a scan"}, http.StatusSeeOther, ""},
	} {
		a := v.post("/incidents/7f3a91c2/"+c.action, c.form...)
		if a.status != c.status || !strings.Contains(a.body, c.want) {
			t.Errorf("%s: status %d, want %d with %q", c.name, a.status, c.status, c.want)
		}
	}
	if n := len(f.changes); n != 5 || f.changes[4].Do != "split" || len(f.changes[4].Findings) != 1 || !f.changes[0].Until.Equal(now.Add(8*time.Hour)) {
		t.Errorf("%d changes: %+v", n, f.changes)
	}
}

// A tick of the checklist is taken back by a remark of its own, and both stand in
// the log.
func TestTickIsTakenBack(t *testing.T) {
	_, _, v := signedInto(t)
	todo := "Lock the account m.weber and end its sessions now."
	ticked := func() int { return strings.Count(v.get("/incidents/7f3a91c2").body, `aria-label="done"`) }
	before := ticked()
	if v.post("/incidents/7f3a91c2/comment", "text", "Done: "+todo); ticked() != before+1 {
		t.Error("it is not ticked off")
	}
	if v.post("/incidents/7f3a91c2/comment", "text", "Not done: "+todo); ticked() != before {
		t.Error("the tick is still there")
	}
}
