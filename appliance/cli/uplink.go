package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/appliance/uplink"
	"picket/appliance/uplink/soc"
)

func uplinkCommand() *cobra.Command {
	var s site
	var output string
	status := &cobra.Command{
		Use:   "status [-o text|json]",
		Short: "Show the line to the SOC: cursors, lanes, age of the oldest event without a receipt",
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
			if st.Uplink == nil {
				return errors.New("no uplink is configured (uplink.urls)")
			}
			if output == "json" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(st.Uplink)
			}
			printLine(cmd.OutOrStdout(), st.Uplink)
			return nil
		},
	}
	status.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	cmd := group("uplink", "Show the line to the SOC", status)
	s.add(cmd)
	return cmd
}

// printLine writes how the uplink stands.
func printLine(w io.Writer, u *appliance.Line) {
	link := "not connected"
	if u.Connected {
		link = "connected to " + printable(u.Server)
	}
	if u.Error != "" {
		link += " (" + printable(oneLine(u.Error)) + ")"
	}
	fmt.Fprintf(w, "uplink    %s\n          %d events without a receipt, the oldest for %s; %d deleted before they were sent\n",
		link, u.Backlog, time.Duration(u.Age*int64(time.Millisecond)).Round(time.Second), u.Lost)
	tab := tabwriter.NewWriter(w, 2, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tab, "LANE\tSENT THROUGH\tRECEIPTED THROUGH\tWITHOUT RECEIPT\tBATCHES\tBYTES\tRESENT\t")
	for _, l := range u.Lanes {
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", l.Name, l.Sent, l.Receipted, l.Backlog, l.Batches, l.Bytes, l.Resent)
	}
	tab.Flush()
}

func socCommand() *cobra.Command {
	var opt soc.Options
	var server uplink.Servers
	drain := &cobra.Command{
		Use:   "drain --out DIR --url tls://HOST:4222",
		Short: "Store what the sites send, each event once, and send receipts",
		Long: `The reference consumer at the SOC's end: takes batches from NATS JetStream, writes
every event once (by log id and sequence number) to NDJSON files below DIR, and
sends receipts for what is durable. It goes on where it stopped.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opt.Dir == "" {
				return usageError{errMissing("--out")}
			}
			if len(server.URLs) == 0 {
				return usageError{errMissing("--url")}
			}
			server.Name = "picket soc drain"
			opt.Server = server
			opt.Counts = &soc.Counts{}
			opt.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			err := soc.Drain(cmd.Context(), opt)
			c := opt.Counts
			json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]uint64{
				"batches": c.Batches.Load(), "events": c.Events.Load(), "duplicates": c.Duplicates.Load(),
				"redelivered": c.Redelivered.Load(), "quarantined": c.Quarantined.Load(), "receipts": c.Receipts.Load(),
			})
			return err
		},
	}
	f := drain.Flags()
	f.StringVar(&opt.Dir, "out", "", "folder of the files: DIR/TENANT/SITE/LANE/…")
	f.StringSliceVar(&server.URLs, "url", nil, "NATS servers: tls://HOST:4222 (nats:// on loopback only)")
	f.StringVar(&server.CA, "ca", "", "PEM file of the authority of the servers")
	f.StringVar(&server.Certificate, "certificate", "", "PEM file of our certificate")
	f.StringVar(&server.Key, "key", "", "PEM file of its key")
	f.StringVar(&opt.Tenant, "tenant", "*", "only this tenant")
	f.StringVar(&opt.Site, "site", "*", "only this site")
	f.DurationVar(&opt.Idle, "idle", 0, "end when nothing has come for so long (default: never)")
	return group("soc", "The far end of the uplink", drain)
}
