package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"picket/appliance/manage"
)

func devicesCommand() *cobra.Command {
	var s site
	var output string
	list := &cobra.Command{
		Use:   "list [-o table|ndjson]",
		Short: "List what sends: how much, what was not understood, who fell silent",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "table", "ndjson"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var list []manage.Source
			if err := c.getJSON(cmd.Context(), "/v1/sources", &list); err != nil {
				return err
			}
			if output == "ndjson" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				for _, src := range list {
					if err := enc.Encode(src); err != nil {
						return err
					}
				}
				return nil
			}
			tab := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 8, 2, ' ', 0)
			fmt.Fprintln(tab, "NAME\tADDRESS\tPRODUCT\tEVENTS\tNOT UNDERSTOOD\tLAST\tSTATE")
			for _, src := range list {
				state := "sends"
				switch {
				case src.Silent:
					state = "SILENT"
				case src.Zone != "":
					state = "zone " + src.Zone + "?"
				case src.Wrong > 0:
					state = "clock wrong"
				}
				fmt.Fprintf(tab, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", printable(src.Name), src.Address, printable(src.Product), src.Events, src.NotUnderstood, stamp(src.Last), state)
			}
			return tab.Flush()
		},
	}
	list.Flags().StringVarP(&output, "output", "o", "table", "form of the output: table or ndjson")
	load := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Tell what the site's hosts are: columns address, name, role, worth",
		Long: `Imports what the site has told about its hosts. An authorised scanner may scan,
a DNS server or a NAT address is no link between attacks, and an attack on a host
of high worth weighs more. FILE - is standard input.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, _, err := open(cmd, args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var result struct{ Imported int }
			err = c.do(cmd.Context(), "POST", "/v1/assets", nil, in, func(r io.Reader) error { return json.NewDecoder(r).Decode(&result) })
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d hosts imported\n", result.Imported)
			return nil
		},
	}
	cmd := group("devices", "List what sends and what of it is not understood, and tell what the site's hosts are", list, load, zonesCommand(&s), notUnderstoodCommand(&s))
	s.add(cmd)
	return cmd
}
