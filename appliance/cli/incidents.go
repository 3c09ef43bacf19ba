package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/user"
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
}

func row(in *ocsf.Incident) incidentRow {
	list := func(s []string) []string {
		if s == nil {
			return []string{}
		}
		return s
	}
	return incidentRow{
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
			if err := oneOf("--state", state, "", "open", "new", "triaged", "contained", "closed"); err != nil {
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
				if in.Into != "" || state == "open" && in.State == ocsf.Closed || state != "" && state != "open" && string(in.State) != state {
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
	cmd.Flags().StringVar(&state, "state", "", "only these: open, new, triaged, contained, closed")
	return cmd
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

func incidentChange(s *site, use, short, kind string) *cobra.Command {
	ch := appliance.Change{Kind: kind}
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
			ch.By = "command line"
			if u, err := user.Current(); err == nil {
				ch.By = u.Username + " (command line)"
			}
			var in ocsf.Incident
			if err := c.postJSON(cmd.Context(), "/v1/incidents/"+url.PathEscape(args[0]), ch, &in); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", in.UID, in.State)
			return nil
		},
	}
	cmd.Flags().StringVar(&ch.Note, "note", "", "what you found, or did")
	switch kind {
	case "close":
		cmd.Flags().StringVar(&ch.Verdict, "verdict", "", "true_positive, benign or false_positive")
	case "assign":
		cmd.Flags().StringVar(&ch.Owner, "owner", "", "who takes it; empty gives it back")
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
