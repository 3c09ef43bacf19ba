package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/correlate"
	"picket/correlate/sigma"
	"picket/normalize/ocsf"
)

func rulesBacktest() *cobra.Command {
	var s site
	var from, to, output string
	var limit int
	var most time.Duration
	cmd := &cobra.Command{
		Use:   "backtest RULES... [--from T] [--to T] [--limit N] [-o table|ndjson]",
		Short: "Say what rules would have found in the stored events",
		Long: `Runs rules over the stored events of a span of time and says what they would
have found; nothing is changed. RULES is a file, a folder or a zip archive of
rules, or the id, name or title of a rule in force. Correlations work as they do
on the stream. The store's indexes rule out what cannot matter.`,
		Example: `  picket rules backtest new-rule.yml --from 168h
  picket rules backtest 0b3fd3ae-3a0e-4fa5-9a65-3f4f5fb0a111 --from 2026-03-01 --to 2026-03-08 -o ndjson`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "table", "ndjson"); err != nil {
				return err
			}
			if limit < 0 {
				return usageError{errors.New("--limit: a number of samples is meant")}
			}
			req := appliance.BacktestRequest{Samples: limit, Time: most.Milliseconds()}
			var err error
			if req.From, err = parseTime("--from", from); err != nil {
				return err
			}
			if req.To, err = parseTime("--to", to); err != nil {
				return err
			}
			for _, arg := range args {
				if err := addRules(&req, arg); err != nil {
					return err
				}
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var b appliance.Backtest
			if err := c.postJSON(cmd.Context(), "/v1/backtest", req, &b); err != nil {
				return err
			}
			if output == "ndjson" {
				err = backtestLines(cmd.OutOrStdout(), &b)
			} else {
				err = backtestTable(cmd.OutOrStdout(), &b)
			}
			tellBacktest(cmd.ErrOrStderr(), &b)
			if err == nil && len(b.Failed) > 0 {
				err = failed
			}
			return err
		},
	}
	s.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "only events from this time on: RFC 3339, a day, or a span back (168h)")
	cmd.Flags().StringVar(&to, "to", "", "only events before this time")
	cmd.Flags().IntVar(&limit, "limit", 5, "samples of each rule")
	cmd.Flags().DurationVar(&most, "time", time.Minute, "how long it may take, 10m at most; what was found until then is told")
	cmd.Flags().StringVarP(&output, "output", "o", "table", "form of the output: table or ndjson")
	return cmd
}

// addRules takes an argument for files of rules if there are such files, else
// for a rule in force.
func addRules(req *appliance.BacktestRequest, arg string) error {
	if _, err := os.Stat(arg); err != nil {
		if strings.ContainsAny(arg, `/\`) {
			return err
		}
		req.Rules = append(req.Rules, arg)
		return nil
	}
	fsys, bad, closeRules, err := appliance.OpenRules(arg)
	if err != nil {
		return err
	}
	defer closeRules()
	if len(bad) > 0 {
		return bad[0]
	}
	if req.Files == nil {
		req.Files = map[string]string{}
	}
	return sigma.Files(fsys, func(name string, data []byte) error {
		req.Files[path.Join(arg, name)] = string(data)
		return nil
	})
}

// backtestLines writes a line for each rule, and one that sums up.
func backtestLines(w io.Writer, b *appliance.Backtest) error {
	enc := json.NewEncoder(w)
	for _, r := range b.Rules {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	sum := *b
	sum.Rules = nil
	return enc.Encode(struct {
		*appliance.Backtest
		Rules int `json:"rules"`
	}{&sum, len(b.Rules)})
}

func backtestTable(w io.Writer, b *appliance.Backtest) error {
	tab := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
	fmt.Fprintln(tab, "HITS\tFIRST\tLAST\tLEVEL\tRULE")
	for _, r := range b.Rules {
		first, last, title := "-", "-", printable(oneLine(r.Title))
		if r.Hits > 0 {
			first, last = stamp(r.First), stamp(r.Last)
		}
		if r.Step {
			title += " (a step of correlations)"
		}
		if len(r.Needs) > 0 {
			title += " (needs values for " + printable(strings.Join(r.Needs, ", ")) + ")"
		}
		fmt.Fprintf(tab, "%d\t%s\t%s\t%s\t%s\n", r.Hits, first, last, r.Level, title)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, r := range b.Rules {
		for i, s := range r.Samples {
			if i == 0 {
				fmt.Fprintf(w, "\n%s\n", printable(oneLine(r.Title)))
			}
			fmt.Fprintf(w, "  %s  %s  %s  %s\n", stamp(s.Time), evidenceText(s.Evidence), printable(s.Device), clip(printable(oneLine(s.Raw)), 160))
			if len(s.Matched) > 0 {
				fmt.Fprintf(w, "      %s\n", matchedText(s.Matched))
			}
		}
	}
	return nil
}

// evidenceText names the evidence by number: the first and the last.
func evidenceText(seqs []uint64) string {
	switch n := len(seqs); n {
	case 0:
		return "-"
	case 1:
		return fmt.Sprintf("#%d", seqs[0])
	default:
		return fmt.Sprintf("#%d to #%d (%d)", seqs[0], seqs[n-1], n)
	}
}

func matchedText(list []ocsf.Match) string {
	var out []string
	for _, m := range list {
		out = append(out, fmt.Sprintf("%s %s (%s)", m.Field, m.Want, clip(m.Value, 80)))
	}
	return printable(oneLine(strings.Join(out, "; ")))
}

// tellBacktest says how much was read, and what was not.
func tellBacktest(w io.Writer, b *appliance.Backtest) {
	for _, f := range b.Failed {
		fmt.Fprintf(w, "does not run: %s\n", printable(oneLine(correlate.RuleError(f).Error())))
	}
	span := ""
	if b.Events > 0 {
		span = fmt.Sprintf(" from %s to %s", stamp(b.From), stamp(b.To))
	}
	fmt.Fprintf(w, "%d events read%s, %d ruled out by the indexes, in %s\n", b.Events, span, b.Skipped, time.Duration(b.Millis)*time.Millisecond)
	if b.Damaged > 0 {
		fmt.Fprintf(w, "%d blocks cannot be read and were left out\n", b.Damaged)
	}
	if b.Evicted > 0 {
		fmt.Fprintf(w, "%d groups and entries of windows were beyond the limits and were forgotten\n", b.Evicted)
	}
	if b.Stopped != "" {
		fmt.Fprintf(w, "not everything was read: %s\n", b.Stopped)
	}
}
