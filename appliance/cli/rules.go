package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/correlate/sigma"
	"picket/correlate/window"
)

func rulesCommand() *cobra.Command {
	return group("rules", "Check and test Sigma rules, and try them on the past", rulesCheck(), rulesTest(), rulesBacktest(),
		rulesList(), rulesPacks(), rulesTune(), rulesWhy())
}

func rulesCheck() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "check DIR|ZIP|FILE",
		Short: "Say which rules of a folder, archive or file do not compile, and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			fsys, bad, closeRules, err := appliance.OpenRules(args[0])
			if err != nil {
				return err
			}
			defer closeRules()
			rep := sigma.Check(fsys, nil, sigma.Options{})
			failures := append(bad, rep.Failed...)
			out := cmd.OutOrStdout()
			if format == "json" {
				type row struct {
					File   string `json:"file"`
					ID     string `json:"id"`
					Reason string `json:"reason"`
				}
				rows := make([]row, 0, len(failures))
				for _, f := range failures {
					rows = append(rows, row{f.File, f.ID, f.Reason})
				}
				json.NewEncoder(out).Encode(map[string]any{"loaded": rep.Loaded, "failed": rows})
			} else {
				for _, f := range failures {
					fmt.Fprintf(out, "%s\t%s\t%s\n", printable(f.File), printable(f.ID), printable(oneLine(f.Reason)))
				}
				fmt.Fprintf(out, "%d loaded, %d failed\n", rep.Loaded, len(failures))
			}
			for _, w := range rep.Warnings {
				fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s: %s: %s\n", printable(w.File), printable(w.ID), printable(oneLine(w.Reason)))
			}
			if len(failures) > 0 {
				return failed
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "form of the output: text or json")
	return cmd
}

func rulesTest() *cobra.Command {
	var dir, events, format string
	cmd := &cobra.Command{
		Use:   "test --rules DIR --events FILE [--format ndjson]",
		Short: "Run rules over flat JSON events in the rules' own field names",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "ndjson"); err != nil {
				return err
			}
			if dir == "" || events == "" {
				return usageError{errMissing("--rules or --events")}
			}
			in, _, err := open(cmd, events)
			if err != nil {
				return err
			}
			defer in.Close()
			fsys, bad, closeRules, err := appliance.OpenRules(dir)
			if err != nil {
				return err
			}
			defer closeRules()
			rules, failures := sigma.Load(fsys)
			set, more := sigma.Compile(rules, nil, sigma.Options{})
			for _, f := range slices.Concat(bad, failures, more) {
				fmt.Fprintf(cmd.ErrOrStderr(), "does not run: %s: %s\n", printable(f.File), printable(oneLine(f.Reason)))
			}
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			if err := window.Test(set, in, out); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	cmd.Flags().StringVar(&dir, "rules", "", "folder, .zip archive or file of Sigma rules")
	cmd.Flags().StringVar(&events, "events", "", "file of flat JSON objects, one a line; - is standard input")
	cmd.Flags().StringVar(&format, "format", "ndjson", "form of the output: ndjson")
	return cmd
}
