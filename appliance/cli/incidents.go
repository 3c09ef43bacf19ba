package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/normalize/ocsf"
)

func incidentsCommand() *cobra.Command {
	var s site
	cmd := group("incidents", "List, show and change incidents",
		incidentsList(&s), incidentsShow(&s),
		incidentChange(&s, "close UID --verdict V --note TEXT", "Close an incident, with verdict and note", "close"),
		incidentChange(&s, "assign UID --owner NAME", "Give an incident to somebody", "assign"),
		incidentChange(&s, "comment UID --note TEXT", "Remark on an incident", "comment"),
		incidentChange(&s, "triage UID", "Mark an incident as looked at", "triage"),
		incidentChange(&s, "contain UID", "Mark an incident as contained", "contain"),
		incidentChange(&s, "reopen UID --note TEXT", "Open a closed incident again", "reopen"),
		incidentChange(&s, "snooze UID --until TIME|SPAN [--until-new] --note TEXT", "Keep an incident quiet until a time, or until something new", "snooze"),
		incidentChange(&s, "wake UID", "End a snooze", "wake"),
		incidentChange(&s, "merge UID OTHER --note TEXT", "Make another incident part of one", "merge"),
		incidentChange(&s, "split UID --findings UID,… --note TEXT", "Take findings out of an incident into a new one", "split"),
		incidentChange(&s, "unmerge UID OTHER --note TEXT", "Take an incident out again that was merged into one", "unmerge"),
	)
	s.add(cmd)
	return cmd
}

// incidentRow is a line of `picket incidents list`.
type incidentRow struct {
	UID        string   `json:"uid"`
	Title      string   `json:"title"`
	Severity   int      `json:"severity_id"`
	Status     string   `json:"status"`
	Start      int64    `json:"start_time"`
	End        int64    `json:"end_time"`
	Src        []string `json:"src"`
	Dst        []string `json:"dst"`
	Users      []string `json:"users"`
	Domains    []string `json:"domains"`
	Techniques []string `json:"techniques"`
	Signatures []string `json:"signatures"`
	Devices    []string `json:"devices"`
	Events     int      `json:"events"`
	SubEvents  int      `json:"sub_events"`
	Score      int      `json:"score"`
	Owner      string   `json:"owner,omitempty"`
	Verdict    string   `json:"verdict,omitempty"`
	Into       string   `json:"into,omitempty"`
	Snoozed    int64    `json:"snoozed_until,omitempty"`
	Since      int64    `json:"state_time"`
	Taken      int64    `json:"acknowledged_time,omitempty"`
	Inhibited  int      `json:"inhibited,omitempty"`
}

func row(in *ocsf.Incident) incidentRow {
	list := func(s []string) []string {
		if s == nil {
			return []string{}
		}
		return s
	}
	until := int64(0)
	if in.Snooze != nil {
		until = in.Snooze.Until
	}
	return incidentRow{
		Snoozed: until, Since: max(in.Since, in.Created), Taken: in.Acknowledged, Inhibited: in.Inhibited,
		UID: in.UID, Title: in.Title, Severity: int(in.Severity), Status: string(in.State), Start: in.Start, End: in.End,
		Src: list(in.Src), Dst: list(in.Dst), Users: list(in.Users), Domains: list(in.Domains), Techniques: list(in.Techniques),
		Signatures: list(in.Signatures), Devices: list(in.Devices), Events: in.Events, SubEvents: in.SubEvents, Score: in.Score,
		Owner: in.Owner, Verdict: in.Verdict, Into: in.Into,
	}
}

func incidentsList(s *site) *cobra.Command {
	var output, state string
	cmd := &cobra.Command{
		Use:   "list [-o ndjson|table]",
		Short: "List incidents, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "ndjson", "table"); err != nil {
				return err
			}
			if err := oneOf("--state", state, "", "open", "new", "triaged", "contained", "closed", "snoozed"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			tab := tabwriter.NewWriter(out, 2, 8, 2, ' ', 0)
			defer tab.Flush()
			if output == "table" {
				fmt.Fprintln(tab, "UID\tSEVERITY\tSTATE\tSTART\tTITLE")
			}
			enc := json.NewEncoder(out)
			return c.get(cmd.Context(), "/v1/incidents", nil, eachLine(func(b []byte) error {
				var in ocsf.Incident
				if err := json.Unmarshal(b, &in); err != nil {
					return err
				}
				if in.Into != "" || !wanted(&in, state, time.Now().UnixMilli()) {
					return nil
				}
				if output == "ndjson" {
					return enc.Encode(row(&in))
				}
				_, err := fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", in.UID, in.Severity, in.State, stamp(in.Start), printable(oneLine(in.Title)))
				return err
			}))
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "form of the output: ndjson or table")
	cmd.Flags().StringVar(&state, "state", "", "only these: open, new, triaged, contained, closed, snoozed")
	return cmd
}

// wanted reports whether an incident is in a state that was asked for.
func wanted(in *ocsf.Incident, state string, now int64) bool {
	switch state {
	case "":
		return true
	case "open":
		return in.State != ocsf.Closed && !in.Asleep(now)
	case "snoozed":
		return in.State != ocsf.Closed && in.Asleep(now)
	}
	return string(in.State) == state
}

func incidentsShow(s *site) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "show UID [-o json|text]",
		Short: "Show one incident: timeline, entities, evidence, why it belongs together",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var d appliance.IncidentDetail
			if err := c.getJSON(cmd.Context(), "/v1/incidents/"+url.PathEscape(args[0]), &d); err != nil {
				return err
			}
			if output == "json" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(d)
			}
			tell(cmd.OutOrStdout(), &d)
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	return cmd
}

// tell writes an incident for people.
func tell(w io.Writer, d *appliance.IncidentDetail) {
	p := func(format string, args ...any) { fmt.Fprint(w, printable(fmt.Sprintf(format, args...))) }
	p("%s\n%s · %s · score %d · %s\n", oneLine(d.Title), d.Severity, d.State, d.Score, d.UID)
	p("%s to %s, %d events in %d findings, reported by %s\n", stamp(d.Start), stamp(d.End), d.Events, d.SubEvents, strings.Join(d.Devices, ", "))
	p("%s\n", clocks(d.Incident, time.Now().UnixMilli()))
	if d.Desc != "" {
		p("\n%s\n", d.Desc)
	}
	for _, e := range []struct {
		name string
		list []string
	}{{"from", d.Src}, {"to", d.Dst}, {"users", d.Users}, {"domains", d.Domains}, {"hashes", d.Hashes}, {"ATT&CK", d.Techniques}, {"tactics", d.Tactics}} {
		if len(e.list) > 0 {
			p("  %-8s %s\n", e.name, strings.Join(e.list, ", "))
		}
	}
	p("\nWhat happened\n")
	for _, st := range d.Timeline {
		times := ""
		if st.Count > 1 {
			times = fmt.Sprintf(" (%d times", st.Count)
			if st.Last > st.Time {
				times += " in " + time.Duration((st.Last-st.Time)*int64(time.Millisecond)).Round(time.Second).String()
			}
			times += ")"
		}
		p("  %s  %-8s %s%s  [%s]\n", stamp(st.Time), st.Severity, oneLine(st.Title), times, strings.Join(st.Devices, ", "))
	}
	if len(d.Links) > 0 {
		p("\nWhy it belongs together\n")
		for _, l := range d.Links {
			p("  %s\n", oneLine(l.Reason))
		}
	}
	if len(d.Terms) > 0 {
		p("\nScore %d\n", d.Score)
		for _, t := range d.Terms {
			p("  %+4d  %s: %s\n", t.Points, t.Name, oneLine(t.Why))
		}
	}
	if len(d.Guidance) > 0 {
		p("\nWhat to do\n")
		for _, g := range d.Guidance {
			p("  - %s\n", strings.ReplaceAll(strings.TrimSpace(g), "\n", "\n    "))
		}
	}
	p("\nEvidence\n")
	for i, e := range d.EvidenceEvents {
		if i == 40 {
			p("  … and %d more (-o json)\n", len(d.EvidenceEvents)-i)
			break
		}
		p("  #%d %s  %s\n      %s\n", e.Sequence, stamp(e.Time), oneLine(e.Why), oneLine(e.Raw))
	}
	for _, r := range d.Comments {
		p("\n%s %s: %s\n", stamp(r.Time), r.By, r.Text)
	}
	if d.State == ocsf.Closed {
		p("\nClosed as %s: %s\n", d.Verdict, d.Note)
	}
}

// clocks tells how long an incident is in its state, and when it was taken up.
func clocks(in *ocsf.Incident, now int64) string {
	ago := func(from, to int64) string {
		d := time.Duration(max(to-from, 0)) * time.Millisecond
		if d >= time.Hour {
			return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
		}
		return d.Round(time.Second).String()
	}
	s := fmt.Sprintf("%s for %s; opened %s ago", in.State, ago(max(in.Since, in.Created), now), ago(in.Created, now))
	if in.Acknowledged != 0 {
		s += ", taken up after " + ago(in.Created, in.Acknowledged)
	} else if in.State == ocsf.New {
		s += ", taken up by nobody yet"
	}
	if in.Owner != "" {
		s += "; owner " + in.Owner
	}
	if in.Asleep(now) {
		s += "; snoozed until " + stamp(in.Snooze.Until)
	}
	if in.Inhibited > 0 {
		s += fmt.Sprintf("; %d lesser findings are explained by graver ones", in.Inhibited)
	}
	return s
}

func incidentChange(s *site, use, short, kind string) *cobra.Command {
	ch := appliance.Change{Kind: kind}
	var until string
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(map[bool]int{true: 2, false: 1}[kind == "merge" || kind == "unmerge"]),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if ch.Until, err = parseUntil("--until", until, time.Now()); err != nil {
				return err
			}
			if len(args) > 1 {
				ch.Other = args[1]
			}
			if kind == "split" && len(ch.Findings) == 0 {
				return usageError{errors.New("splitting needs --findings: their uids, as 'picket incidents show UID -o json' tells them in its timeline")}
			}
			if kind == "close" && (ch.Verdict == "" || ch.Note == "") {
				return usageError{errors.New("closing needs --verdict (true_positive, benign or false_positive) and --note")}
			}
			if kind == "comment" && ch.Note == "" {
				return usageError{errors.New("a comment needs --note")}
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			ch.By = operator()
			var in ocsf.Incident
			if err := c.postJSON(cmd.Context(), "/v1/incidents/"+url.PathEscape(args[0]), ch, &in); err != nil {
				return err
			}
			asleep := ""
			if in.Asleep(time.Now().UnixMilli()) {
				asleep = ", and snoozed until " + stamp(in.Snooze.Until)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is %s%s\n", in.UID, in.State, asleep)
			return nil
		},
	}
	cmd.Flags().StringVar(&ch.Note, "note", "", "what you found, or did")
	switch kind {
	case "close":
		cmd.Flags().StringVar(&ch.Verdict, "verdict", "", "true_positive, benign or false_positive")
	case "assign":
		cmd.Flags().StringVar(&ch.Owner, "owner", "", "who takes it; empty gives it back")
	case "snooze":
		cmd.Flags().StringVar(&until, "until", "", "a time (2026-01-05T12:00:00Z), a day, or a span from now (8h, 3d)")
		cmd.Flags().BoolVar(&ch.UntilNew, "until-new", false, "wake it when a new stage of the attack or a new entity comes in")
	case "split":
		cmd.Flags().StringSliceVar(&ch.Findings, "findings", nil, "uids of the findings that go")
	}
	return cmd
}

// eachLine reads an answer of one JSON object a line.
func eachLine(f func([]byte) error) func(io.Reader) error {
	return func(r io.Reader) error {
		br := bufio.NewReaderSize(r, 1<<16)
		for {
			b, err := br.ReadBytes('\n')
			if len(b) > 1 {
				var e struct{ Error string }
				if len(b) < 4096 && json.Unmarshal(b, &e) == nil && e.Error != "" {
					return errors.New(e.Error)
				}
				if err := f(b); err != nil {
					return err
				}
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
}

func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05") }

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}
