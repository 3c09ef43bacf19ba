package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"picket/correlate/sigma"
	"picket/correlate/window"
)

func rulesCommand() *cobra.Command {
	return group("rules", "Check and test Sigma rules, and try them on the past", rulesCheck(), rulesTest(), rulesBacktest(),
		rulesList(), rulesTune(), rulesWhy())
}

func rulesCheck() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Say which rules below a folder do not compile, and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			if st, err := os.Stat(args[0]); err != nil {
				return err
			} else if !st.IsDir() {
				return usageError{fmt.Errorf("%s is no folder", args[0])}
			}
			rules, failures := sigma.Load(os.DirFS(args[0]))
			set, more := sigma.Compile(rules, nil, sigma.Options{})
			failures = append(failures, more...)
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
				json.NewEncoder(out).Encode(map[string]any{"loaded": len(set.Rules()), "failed": rows})
			} else {
				for _, f := range failures {
					fmt.Fprintf(out, "%s\t%s\t%s\n", printable(f.File), printable(f.ID), printable(oneLine(f.Reason)))
				}
				fmt.Fprintf(out, "%d loaded, %d failed\n", len(set.Rules()), len(failures))
			}
			for _, r := range set.Rules() {
				for _, w := range r.Warnings {
					fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s: %s\n", printable(r.File), printable(oneLine(w)))
				}
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
			rules, failures := sigma.Load(os.DirFS(dir))
			set, more := sigma.Compile(rules, nil, sigma.Options{})
			for _, f := range append(failures, more...) {
				fmt.Fprintf(cmd.ErrOrStderr(), "does not run: %s: %s\n", printable(f.File), printable(oneLine(f.Reason)))
			}
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			if err := window.Test(set, in, out); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	cmd.Flags().StringVar(&dir, "rules", "", "folder of Sigma rules")
	cmd.Flags().StringVar(&events, "events", "", "file of flat JSON objects, one a line; - is standard input")
	cmd.Flags().StringVar(&format, "format", "ndjson", "form of the output: ndjson")
	return cmd
}
