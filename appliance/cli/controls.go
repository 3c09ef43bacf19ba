package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/user"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/normalize/ocsf"
)

func exceptionsCommand() *cobra.Command {
	return controlsCommand("exceptions", "Say what is known and no attack", ocsf.Exception,
		`An exception hides findings that are known and no attack: of one signature or of
all, where a filter matches. What it hides is found, kept and counted; it opens
no incident. It has a reason and an owner, and may end by itself.`)
}

func silencesCommand() *cobra.Command {
	return controlsCommand("silences", "Keep incidents quiet for a time", ocsf.Silence,
		`A silence keeps signatures, sources or devices quiet for a time: of work that was
announced, say. Findings are kept and counted; they open no incident and give no
notice. It always ends by itself.`)
}

func snoozesCommand() *cobra.Command {
	return controlsCommand("snoozes", "Put a signature to sleep until a time, or until somebody new turns up", ocsf.RuleSnooze,
		`A snooze quiets one signature until a time, or until somebody new turns up in it.
To snooze one incident, use 'picket incidents snooze'.`)
}

func controlsCommand(use, short string, kind ocsf.ControlKind, long string) *cobra.Command {
	var s site
	subs := []*cobra.Command{controlsList(&s, kind), controlsAdd(&s, kind), controlsRemove(&s, kind)}
	if kind != ocsf.RuleSnooze {
		subs = append(subs, controlsPreview(&s))
	}
	cmd := group(use, short, subs...)
	cmd.Long = long
	s.add(cmd)
	return cmd
}

func controlsList(s *site, kind ocsf.ControlKind) *cobra.Command {
	var output string
	var all bool
	cmd := &cobra.Command{
		Use:   "list [--all] [-o table|ndjson]",
		Short: "List them, with how much each has hidden",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "ndjson", "table"); err != nil {
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
				fmt.Fprintln(tab, "UID\tSIGNATURE\tFILTER\tHIDDEN\tLAST\tENDS\tOWNER\tREASON")
			}
			return c.get(cmd.Context(), "/v1/controls", nil, eachLine(func(b []byte) error {
				var x ocsf.Control
				if err := json.Unmarshal(b, &x); err != nil {
					return err
				}
				if x.Kind != kind || x.Ended != 0 && !all {
					return nil
				}
				if output == "ndjson" {
					_, err := out.Write(b)
					return err
				}
				return controlRow(tab, &x)
			}))
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "form of the output: ndjson or table")
	cmd.Flags().BoolVar(&all, "all", false, "also those that have ended")
	return cmd
}

func controlRow(w io.Writer, x *ocsf.Control) error {
	rule, last, ends := x.Rule, "never", "never"
	if rule == "" {
		rule = "all"
	}
	if x.Last != 0 {
		last = stamp(x.Last)
	}
	switch {
	case x.Ended != 0:
		ends = "ended " + stamp(x.Ended)
	case x.Expires != 0:
		ends = stamp(x.Expires)
	}
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d events\t%s\t%s\t%s\t%s\n", x.UID, inCell(rule), inCell(x.Filter), x.Hidden, x.Events, last, ends, inCell(x.Owner), inCell(x.Reason))
	return err
}

// inCell makes a text from outside fit for a cell of a table.
func inCell(s string) string { return clip(printable(oneLine(s)), 60) }

func controlsAdd(s *site, kind ocsf.ControlKind) *cobra.Command {
	req := appliance.ControlRequest{Kind: kind}
	var until, from string
	cmd := &cobra.Command{
		Use:   "add [--rule ID] [--filter FILTER] --reason TEXT --owner NAME [--until TIME|SPAN]",
		Short: "Put one in force",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if req.Expires, err = parseUntil("--until", until, time.Now()); err != nil {
				return err
			}
			if req.Starts, err = parseUntil("--from", from, time.Now()); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			req.By = operator()
			if req.Owner == "" {
				req.Owner = req.By
			}
			var x ocsf.Control
			if err := c.postJSON(cmd.Context(), "/v1/controls", req, &x); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is in force\n", x.UID)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Rule, "rule", "", "id or name of the signature; none: all")
	if kind != ocsf.RuleSnooze {
		f.StringVar(&req.Filter, "filter", "", "which events, in the filter language: src_endpoint.ip:10.1.0.0/16 AND user.name:svc_*")
		f.StringVar(&from, "from", "", "when it begins: a time, or a span from now (2h); none: now")
		f.StringVar(&req.Finding, "finding", "", "uid of the finding that it is made from")
	} else {
		f.BoolVar(&req.UntilNew, "until-new", false, "end it when somebody new turns up in the signature's findings")
	}
	f.StringVar(&req.Reason, "reason", "", "why this may be quiet")
	f.StringVar(&req.Owner, "owner", "", "who answers for it (default: you)")
	f.StringVar(&until, "until", "", "when it ends: a time (2026-01-05T12:00:00Z), a day, or a span from now (8h, 30d)")
	return cmd
}

func controlsRemove(s *site, kind ocsf.ControlKind) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:   "remove UID [--note TEXT]",
		Short: "End one before its time",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var x ocsf.Control
			path := "/v1/controls/" + url.PathEscape(args[0]) + "/end"
			if err := c.postJSON(cmd.Context(), path, map[string]string{"by": operator(), "note": note}, &x); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s has ended; it hid %d findings\n", x.UID, x.Hidden)
			return nil
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "why")
	return cmd
}

func controlsPreview(s *site) *cobra.Command {
	var req appliance.PreviewRequest
	var output string
	cmd := &cobra.Command{
		Use:   "preview [--rule ID] [--filter FILTER] [--days N]",
		Short: "Tell what one would have hidden",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var p appliance.Preview
			if err := c.postJSON(cmd.Context(), "/v1/controls/preview", req, &p); err != nil {
				return err
			}
			if output == "json" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(p)
			}
			tellPreview(cmd.OutOrStdout(), &p)
			return nil
		},
	}
	cmd.Flags().StringVar(&req.Rule, "rule", "", "id of the signature; none: all")
	cmd.Flags().StringVar(&req.Filter, "filter", "", "which events, in the filter language")
	cmd.Flags().IntVar(&req.Days, "days", 14, "how many days to look back")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	return cmd
}

func tellPreview(w io.Writer, p *appliance.Preview) {
	fmt.Fprintf(w, "It would have hidden %d of %d findings in the last %d days, in %d incidents.\n", p.Hidden, p.Findings, p.Days, p.Incidents)
	if !p.Whole {
		fmt.Fprintf(w, "There are more; only the newest %d were looked at.\n", p.Findings)
	}
	if p.True > 0 {
		fmt.Fprintf(w, "CAUTION: %d of them are in incidents that were judged to be true attacks.\n", p.True)
	}
	for _, l := range []struct {
		title string
		lines []appliance.PreviewLine
	}{{"hidden", p.Samples}, {"stays", p.Stays}} {
		for _, x := range l.lines {
			fmt.Fprintf(w, "  %-7s %s  %-8s %s\n", l.title, stamp(x.Time), x.Severity, printable(oneLine(x.Title)))
		}
	}
}

// operator names who works at the command line.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username + " (command line)"
	}
	return "command line"
}

// parseUntil reads a time to come: RFC 3339, a day, or a span from now (8h, 30d);
// 0 for none.
func parseUntil(flag, s string, now time.Time) (int64, error) {
	if s == "" {
		return 0, nil
	}
	var days int
	if n, err := fmt.Sscanf(s, "%dd", &days); err == nil && n == 1 && s == fmt.Sprintf("%dd", days) && days > 0 && days < 36_500 {
		return now.AddDate(0, 0, days).UnixMilli(), nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		if d <= 0 {
			return 0, usageError{errors.New(flag + ": it must lie in the future")}
		}
		return now.Add(d).UnixMilli(), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), nil
		}
	}
	return 0, usageError{fmt.Errorf("%s: %q is no time (2026-01-05T12:00:00Z, 2026-01-05, 8h or 30d from now)", flag, s)}
}
