package view

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"picket/normalize/ocsf"
)

var update = flag.Bool("update", false, "write what the components draw into testdata")

// TestComponents holds what components draw against testdata/NAME.html.
func TestComponents(t *testing.T) {
	p := Page{Title: "Test", Site: "Site", Version: "1", User: "anna", CSRF: "token", Now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), Zone: time.UTC, CSS: "/static/a.css", JS: "/static/a.js"}
	ms := func(ago time.Duration) int64 { return p.Now.Add(-ago).UnixMilli() }
	e := &ocsf.Event{Class: ocsf.Authentication, Activity: 1, Severity: ocsf.Medium, Seq: 12, Time: ms(time.Minute), Logged: ms(time.Minute), Parser: "sshd", Input: "udp:514",
		Raw: "<86>sshd: Failed password for <bob> from 192.0.2.1", From: netip.MustParseAddr("192.0.2.9")}
	e.SetText(ocsf.DeviceHostname, "gw")
	e.SetText(ocsf.UserName, "<bob>")
	e.SetText(ocsf.SrcIP, "192.0.2.1")
	e.SetInt(ocsf.StatusID, ocsf.Failure)
	in := &ocsf.Incident{UID: "u1", Title: "<bob> guessed", Severity: ocsf.High, State: ocsf.New, Score: 61, Start: ms(time.Hour), End: ms(time.Minute), Created: ms(time.Hour),
		Src: []string{"192.0.2.1"}, Dst: []string{"gw"}, Users: []string{"<bob>"}, Devices: []string{"gw"}, Events: 40, SubEvents: 1, Tactics: []string{"credential-access"}, Techniques: []string{"T1110"},
		Timeline: []ocsf.Step{{Time: ms(time.Hour), Last: ms(time.Minute), Finding: "f1", Title: "40 failed logins", Severity: ocsf.High, Tactic: "credential-access", Devices: []string{"gw"}, Count: 40, Evidence: []uint64{12}}},
		Links:    []ocsf.Link{{Finding: "f1", Reason: "the first sub-event"}}, Terms: []ocsf.Term{{Name: "level", Points: 61, Why: "high"}}, Guidance: []string{"Somebody guesses. Lock the account."}}
	story := Story{Incident: in, Evidence: map[uint64]*ocsf.Event{12: e}, Assets: []Asset{{Address: "192.0.2.1", Name: "scanner", Role: "authorised scanner", Worth: "low"}},
		Findings: []*ocsf.Finding{{UID: "f1", Kind: ocsf.ByCorrelation, Rule: "r1", RuleTitle: "Guessing", Confidence: 80, Matched: []ocsf.Match{{Field: "user.name", Value: "<bob>"}}}}}
	controls := []*ocsf.Control{
		{UID: "c-1", Kind: ocsf.Exception, Rule: "r/1", Title: "<Guessing>", Filter: "user.name:<bob>", Reason: "<known>", Owner: "anna", Hidden: 37, Events: 410, Last: ms(time.Hour), Expires: ms(-time.Hour)},
		{UID: "c-2", Kind: ocsf.RuleSnooze, Reason: "later", Owner: "anna", Starts: ms(-time.Hour), Expires: ms(-80 * time.Hour), UntilNew: true, Known: []string{"x"}},
		{UID: "c-3", Kind: ocsf.Exception, Filter: "x:y", Owner: "anna"},
		{UID: "c-4", Kind: ocsf.Silence, Rule: "r2", Owner: "anna", Ended: ms(time.Minute), EndedBy: "bert"},
	}
	for name, c := range map[string]templ.Component{
		"layout":       Layout(p),
		"login":        Login(Page{Title: "Sign in", CSRF: "token", CSS: "/a.css", JS: "/a.js"}, Form{Error: "No.", Values: map[string]string{"name": `"><b>`}}, "/x?y=z"),
		"problem":      Problem(p, 404, "There is nothing here.", "Go back."),
		"eventrow":     EventRow(p, e),
		"filtererror":  filterError("a OR user.name:<x> b", FilterError{Text: "Wrong.", Hint: "Mend it.", At: 5, Here: true}),
		"incidentrows": incidentTable(p, []*ocsf.Incident{in}),
		"parties":      parties(story),
		"certain":      certain(story),
		"whatnow":      whatNow(p, story),
		"chain":        chain(p, story),
		"timeline":     timeline(p, story),
		"actions":      actions(p, story),
		"account":      inputRow(Input{Name: "udp:514", Received: 10, Stored: 6, DroppedFull: 3, InFlight: 1, Bytes: 4000}, false),
		"unbalanced":   inputRow(Input{Name: "udp:514", Received: 10, Stored: 6}, false),
		"controls":     controlTable(p, controls),
		"preview":      preview(p, NoiseDraft{Kind: ocsf.Exception, Preview: &Preview{Days: 14, Findings: 41, Hidden: 37, Incidents: 2, True: 1, Samples: []PreviewLine{{Time: ms(time.Hour), Title: "<bob> failed", Severity: ocsf.Low, Incident: "u1", Verdict: "true_positive"}}}}),
		"noiseterms":   noiseTerms(NoiseDraft{Terms: NoiseTerms(e), Filter: `a:"<b>"`}),
		"signatures":   signatureTable(p, []Signature{{ID: "r/1", Title: "<Guessing>", Kind: "correlation", Mode: "observe", File: "builtin/x.yml", Level: ocsf.High, Day: 4, Hits: 9, Findings: 5, Hidden: 2, Last: ms(time.Minute), False: 3, True: 1, Propose: true}, {ID: "r2", Title: "Step", Step: true, Mode: "on"}}),
		"whyresult":    whyResult(&Why{Rule: "r/1", Title: "<Guessing>", Says: "It does not hit.", Hidden: controls[:1], Steps: []WhyStep{{Condition: "a and not b", Applies: true, Parts: []WhyPart{{Name: "a", Items: []WhyItem{{Field: "user.name", Want: "is <x>", Values: []string{"<bob>"}}}}, {Name: "b", Filter: "Known", Negated: true, Held: true, Items: []WhyItem{{Want: "y", Held: true}}}}}}}),
		"tuning":       tuningCheck(Tuning{YAML: "x", False: 41, FalseOut: 37, True: 3, TrueOut: 1, Conditions: []ocsf.Match{{Field: "user.name", Value: "<bob>"}}, Warnings: []string{"odd"}}),
		"arrange":      arrange(p, Story{Incident: in, Merged: []Named{{ID: "u0", Title: "<older>"}}, Action: "snooze", Form: Form{Error: "No."}}),
		"silent":       sourceState(Source{State: SourceSilent, Note: "every 30 s"}),
		"spark":        spark([]uint64{0, 1, 1000}, "Events"),
		"chart":        chart(p, []Bar{{From: ms(time.Hour), Events: 5}, {From: ms(0), Events: 1}}),
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(render(t, c), "><", ">\n<") + "\n"
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs; look at it and run with -update\ngot:\n%s", file, got)
			}
		})
	}
}
