package cli

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"picket/appliance/manage"
)

// zonesCommand prints what the stamps of devices tell of their zones.
func zonesCommand(s *site) *cobra.Command {
	return &cobra.Command{
		Use:   "zones",
		Short: "Propose time zones of devices, as the configuration's timezones want them",
		Long: `Compares the stamps that name no zone with the time of receipt, and prints for
each device that keeps another zone than the one that is assumed the line that
timezones in the configuration needs. Put the name of a zone (Europe/Berlin) in
place of the offset where there is summer time. After a reload, picket
renormalize sets right what is stored.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := sourcesOf(cmd, s)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			n := 0
			for _, src := range list {
				if src.Zone == "" {
					continue
				}
				if n++; n == 1 {
					fmt.Fprintln(out, "timezones:")
				}
				fmt.Fprintf(out, "  %s: %q\n", strconv.Quote(src.Name), src.Zone)
			}
			if n == 0 {
				fmt.Fprintln(out, "# every device that can be judged keeps the zone that is assumed")
			}
			return nil
		},
	}
}

// notUnderstoodCommand exports what nobody understood.
func notUnderstoodCommand(s *site) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "not-understood [-o text|ndjson]",
		Short: "Export lines that nobody understands: by device, with counts and samples",
		Long: `Prints for each device how many of its lines nobody understood, with samples to
write a mapping from (docs/mappings.md).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "text", "ndjson"); err != nil {
				return err
			}
			list, err := sourcesOf(cmd, s)
			if err != nil {
				return err
			}
			for _, src := range list {
				if src.NotUnderstood == 0 {
					continue
				}
				if err := tellNotUnderstood(cmd, &src, output); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or ndjson (one line a device)")
	return cmd
}

func tellNotUnderstood(cmd *cobra.Command, src *manage.Source, output string) error {
	if output == "ndjson" {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"name": src.Name, "address": src.Address, "product": src.Product,
			"events": src.Events, "not_understood": src.NotUnderstood, "samples": src.Samples})
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d of %d lines\n", printable(src.Name), src.NotUnderstood, src.Events)
	for _, x := range src.Samples {
		fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", printable(oneLine(x.Raw)))
	}
	return nil
}

func sourcesOf(cmd *cobra.Command, s *site) ([]manage.Source, error) {
	c, err := s.connect(cmd.Context())
	if err != nil {
		return nil, err
	}
	defer c.close()
	var list []manage.Source
	err = c.getJSON(cmd.Context(), "/v1/sources", &list)
	return list, err
}
