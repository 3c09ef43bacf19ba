package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
)

func statusCommand() *cobra.Command {
	var s site
	var output string
	cmd := &cobra.Command{
		Use:   "status [-o text|json]",
		Short: "Show the account of every input, the store, the queue and the uplink",
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
			var st appliance.Status
			if err := c.getJSON(cmd.Context(), "/v1/status", &st); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if output == "json" {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				return enc.Encode(st)
			}
			fmt.Fprintf(out, "%s, picket %s, up %s, log %s\n\n", printable(st.Name), st.Version,
				time.Duration((st.Now-st.Started)*int64(time.Millisecond)).Round(time.Second), st.LogID)
			tab := tabwriter.NewWriter(out, 2, 8, 2, ' ', tabwriter.AlignRight)
			fmt.Fprintln(tab, "INPUT\tRECEIVED\tSTORED\tFILTERED\tDROPPED FULL\tDROPPED KERNEL\tON ITS WAY\tNOT UNDERSTOOD\t")
			for _, in := range st.Inputs {
				fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", printable(in.Name), in.Received, in.Stored, in.Filtered,
					in.DroppedFull, in.DroppedKernel, in.InFlight, in.NotUnderstood, printable(in.Down))
			}
			tab.Flush()
			fmt.Fprintf(out, "\nqueue     %d of %d (at most %d)\nstore     %d events, %d segments, %d of %d MB, %d MB free on disk\n",
				st.Queue.Length, st.Queue.Capacity, st.Queue.Peak, st.Store.Events, st.Store.Segments, st.Store.Bytes>>20, st.Store.Budget>>20, st.Store.Free>>20)
			fmt.Fprintf(out, "incidents %d open, %d findings\nsources   %d, %d silent\nmemory    %d MB\n", st.Open, st.Findings, st.Sources.Total, len(st.Sources.Silent), st.RSS>>20)
			if u := st.Uplink; u != nil {
				printLine(out, u)
			}
			return nil
		},
	}
	s.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	return cmd
}
