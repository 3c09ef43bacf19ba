package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"picket/appliance"
)

// rulesPacks lists where the signatures come from.
func rulesPacks() *cobra.Command {
	var s site
	var output string
	cmd := &cobra.Command{
		Use:   "packs [-o text|ndjson]",
		Short: "List the packs of signatures: version, number of rules, what changed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "text", "ndjson"); err != nil {
				return err
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			out := cmd.OutOrStdout()
			return c.get(cmd.Context(), "/v1/packs", nil, eachLine(func(b []byte) error {
				if output == "ndjson" {
					_, err := out.Write(b)
					return err
				}
				var p appliance.Pack
				if err := json.Unmarshal(b, &p); err != nil {
					return err
				}
				name, version := p.Name, p.Version
				if name == "" {
					name, version = "(says nothing of itself)", "-"
				}
				fmt.Fprintf(out, "%s: %s, version %s, %d rules\n", p.Place, printable(oneLine(name)), printable(oneLine(version)), p.Rules)
				for _, c := range p.Changelog {
					fmt.Fprintf(out, "  %s %s\n", printable(oneLine(c.Version)), printable(oneLine(c.Date)))
					for _, text := range c.Changes {
						fmt.Fprintf(out, "    %s\n", printable(oneLine(text)))
					}
				}
				return nil
			}))
		},
	}
	s.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or ndjson")
	return cmd
}
