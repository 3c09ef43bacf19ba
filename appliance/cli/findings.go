package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"picket/appliance"
)

func findingsCommand() *cobra.Command {
	var s site
	var output string
	list := &cobra.Command{
		Use:   "list [-o ndjson|table]",
		Short: "List findings, the newest first",
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
			if output == "ndjson" {
				return c.get(cmd.Context(), "/v1/findings", nil, eachLine(func(b []byte) error { _, err := out.Write(b); return err }))
			}
			tab := tabwriter.NewWriter(out, 2, 8, 2, ' ', 0)
			defer tab.Flush()
			fmt.Fprintln(tab, "TIME\tSEVERITY\tRULE\tEVENTS\tTITLE")
			return c.get(cmd.Context(), "/v1/findings", nil, eachLine(func(b []byte) error {
				var f appliance.FindingRow
				if err := json.Unmarshal(b, &f); err != nil {
					return err
				}
				_, err := fmt.Fprintf(tab, "%s\t%s\t%s\t%d\t%s\n", stamp(f.Time), f.Severity, printable(f.Rule), len(f.Evidence), printable(oneLine(f.Title)))
				return err
			}))
		},
	}
	list.Flags().StringVarP(&output, "output", "o", "table", "form of the output: ndjson or table")
	cmd := group("findings", "List what signatures, correlations, baselines and devices found", list)
	s.add(cmd)
	return cmd
}
