package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/correlate/sigma"
)

// rulesList lists the signatures in force with what they did and how often they
// were wrong.
func rulesList() *cobra.Command {
	var s site
	var output string
	var wrong bool
	cmd := &cobra.Command{
		Use:     "list [--wrong] [-o table|ndjson]",
		Aliases: []string{"stats"},
		Short:   "List the signatures in force: hits, findings, how often they were wrong",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "ndjson", "table"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			tab := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 8, 2, ' ', 0)
			defer tab.Flush()
			if output == "table" {
				fmt.Fprintln(tab, "SIGNATURE\tLEVEL\tMODE\tHITS 24H\tFINDINGS\tHIDDEN\tFALSE\tLAST\tTITLE")
			}
			return c.get(cmd.Context(), "/v1/rules", nil, eachLine(func(b []byte) error {
				var x appliance.RuleStats
				if err := json.Unmarshal(b, &x); err != nil {
					return err
				}
				if wrong && x.False == 0 {
					return nil
				}
				if output == "ndjson" {
					_, err := cmd.OutOrStdout().Write(b)
					return err
				}
				ruleRow(tab, &x)
				return nil
			}))
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "form of the output: ndjson or table")
	cmd.Flags().BoolVar(&wrong, "wrong", false, "only those that were judged false at least once")
	s.add(cmd)
	return cmd
}

func ruleRow(w io.Writer, x *appliance.RuleStats) {
	last, rate := "never", "-"
	if x.Last != 0 {
		last = stamp(x.Last)
	}
	if n := x.Sum(); n > 0 {
		rate = fmt.Sprintf("%d of %d (%.0f%%)", x.False, n, 100*x.Rate)
	}
	title := inCell(x.Title)
	if len(x.Needs) > 0 {
		title += "  <- needs values for " + inCell(strings.Join(x.Needs, ", "))
	}
	if x.Throttled > 0 {
		title += fmt.Sprintf("  <- so costly that %d comparisons were left out", x.Throttled)
	}
	if x.Proposal != "" {
		title += "  <- " + x.Proposal
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\n", inCell(x.ID), x.Level, x.Mode, x.Day, x.Findings, x.Hidden, rate, last, title)
}

// rulesTune drafts a filter from what was judged false.
func rulesTune() *cobra.Command {
	var s site
	var output string
	var save bool
	cmd := &cobra.Command{
		Use:   "tune RULE [--save]",
		Short: "Draft a Sigma filter from a signature's false positives, checked against true ones",
		Long: `Reads the events of the incidents that were closed as false positives, and of what
exceptions of this signature have hidden, and drafts a Sigma filter that leaves
them out and nothing that was closed as a true positive. Standard output is the
filter; --save puts it into the site's own rules and in force.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var t appliance.Tuning
			q := url.Values{"rule": {args[0]}}
			err = c.get(cmd.Context(), "/v1/rules/tune", q, func(r io.Reader) error { return json.NewDecoder(r).Decode(&t) })
			if err != nil {
				return err
			}
			if output == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(t)
			}
			fmt.Fprintln(cmd.ErrOrStderr(), printable(t.Says))
			fmt.Fprint(cmd.OutOrStdout(), printable(t.YAML))
			if !save {
				return nil
			}
			if t.YAML == "" {
				return failed
			}
			var done struct{ File string }
			if err := c.postJSON(cmd.Context(), "/v1/rules/tune", map[string]string{"rule": t.Rule, "yaml": t.YAML, "by": operator()}, &done); err != nil {
				return err
			}
			fmt.Fprintln(cmd.ErrOrStderr(), "saved as "+printable(done.File)+", and in force")
			return nil
		},
	}
	cmd.Flags().BoolVar(&save, "save", false, "save it into the site's own rules and put it in force")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	s.add(cmd)
	return cmd
}

// rulesWhy tells what one signature makes of one event.
func rulesWhy() *cobra.Command {
	var w whyFlags
	cmd := &cobra.Command{
		Use:   "why RULE EVENT|'LINE'",
		Short: "Tell why a signature hits an event or not: which condition, with which values",
		Long: `EVENT is the sequence number of an event in the store; anything else is taken as a
raw line.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.rule = args[0]
			if seq, err := strconv.ParseUint(args[1], 10, 64); err == nil {
				return w.ofEvent(cmd, seq)
			}
			return w.ofLine(cmd, args[1])
		},
	}
	w.add(cmd)
	return cmd
}

// tellWhy writes an explanation for people.
func tellWhy(w io.Writer, x *appliance.Why) {
	p := func(format string, args ...any) { fmt.Fprint(w, printable(fmt.Sprintf(format, args...))) }
	p("%s (%s)\n%s\n", oneLine(x.Title), x.Rule, x.Says)
	for _, c := range x.Hidden {
		p("What it finds is hidden by %s %s: %s\n", c.Kind, c.UID, oneLine(c.Reason))
	}
	for i := range x.Steps {
		tellStep(p, &x.Steps[i], len(x.Steps) > 1)
	}
}

func tellStep(p func(string, ...any), x *sigma.Explanation, named bool) {
	p("\n")
	if named {
		p("step %s (%s): %s\n", oneLine(x.Title), x.ID, map[bool]string{true: "hits", false: "does not hit"}[x.Hit])
	}
	if !x.Applies {
		p("  the event is of another log source\n")
	}
	for _, n := range x.Needs {
		p("  needs values of %%%s%%\n", n)
	}
	p("  condition: %s\n", oneLine(x.Condition))
	for _, part := range x.Parts {
		name := part.Name
		if part.Filter != "" {
			name = part.Filter + ": " + name
		}
		p("  %s %s%s\n", mark(part.Held != part.Negated), name, map[bool]string{true: " (must not hold)"}[part.Negated])
		for _, it := range part.Items {
			field, has := it.Field, "nothing"
			if field == "" {
				field = "keywords"
			}
			if len(it.Values) > 0 {
				has = clip(oneLine(strings.Join(it.Values, ", ")), 200)
			}
			p("    %s %s has %s; wanted: %s\n", mark(it.Held), field, has, clip(oneLine(it.Want), 200))
		}
	}
}

func mark(ok bool) string {
	if ok {
		return "+"
	}
	return "-"
}
