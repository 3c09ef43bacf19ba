package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/appliance/manage"
)

func healthCommand() *cobra.Command {
	var s site
	var output string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "health [DEVICE]",
		Short: "Check the appliance, or one source, as a monitoring plugin",
		Long: `Checks listeners, capture, store, disk, clock, certificates, uplink, sources,
signatures and drops; with DEVICE only whether that source still sends. The first
line and the exit code follow the monitoring plugins: 0 OK, 1 WARNING,
2 CRITICAL, 3 UNKNOWN. Each failure says what to do.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			checks, perf, err := ask(ctx, &s, args)
			if err != nil {
				fmt.Fprintf(cmd.OutOrStdout(), "PICKET UNKNOWN - %s\n", printable(oneLine(err.Error())))
				return exitError(appliance.Unknown)
			}
			worst := appliance.Worst(checks)
			if output == "json" {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				enc.Encode(map[string]any{"state": worst.String(), "exit_code": int(worst), "checks": checks})
			} else {
				printHealth(cmd.OutOrStdout(), worst, checks, perf)
			}
			if worst != appliance.OK {
				return exitError(worst)
			}
			return nil
		},
	}
	s.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	cmd.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "UNKNOWN when the appliance has not answered by then")
	return cmd
}

// ask gets the checks, and the figures of the first line.
func ask(ctx context.Context, s *site, args []string) ([]appliance.Check, string, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return nil, "", err
	}
	defer c.close()
	if len(args) == 1 {
		var list []manage.Source
		if err := c.getJSON(ctx, "/v1/sources", &list); err != nil {
			return nil, "", err
		}
		return source(list, args[0])
	}
	var checks []appliance.Check
	if err := c.getJSON(ctx, "/v1/health", &checks); err != nil {
		return nil, "", err
	}
	var st appliance.Status
	if err := c.getJSON(ctx, "/v1/status", &st); err != nil {
		return nil, "", err
	}
	return checks, perfdata(&st), nil
}

// source checks one source by name or address.
func source(list []manage.Source, name string) ([]appliance.Check, string, error) {
	for _, src := range list {
		if !strings.EqualFold(src.Name, name) && src.Address != name {
			continue
		}
		c := appliance.Check{Name: src.Name, Text: fmt.Sprintf("%d events, the last at %s", src.Events, stamp(src.Last))}
		if src.Silent {
			c.State, c.Guidance = appliance.CriticalState, "See whether the device is up and still sends to this box: its syslog settings, the way between, its licence."
			c.Text = "silent since " + stamp(src.Last)
		}
		return []appliance.Check{c}, fmt.Sprintf("events=%dc not_understood=%dc", src.Events, src.NotUnderstood), nil
	}
	return nil, "", fmt.Errorf("no source is named %q (picket devices list)", name)
}

func perfdata(s *appliance.Status) string {
	var received, stored, dropped uint64
	for _, in := range s.Inputs {
		received += in.Received
		stored += in.Stored
		dropped += in.DroppedFull + in.DroppedKernel
	}
	p := fmt.Sprintf("sources=%d;;;0 silent=%d;0;;0 received=%dc stored=%dc dropped=%dc queue=%d;;;0;%d store=%dB;;;0;%d incidents=%d;;;0 rss=%dB",
		s.Sources.Total, len(s.Sources.Silent), received, stored, dropped, s.Queue.Length, s.Queue.Capacity, s.Store.Bytes, s.Store.Budget, s.Open, s.RSS)
	if s.Uplink != nil {
		p += fmt.Sprintf(" uplink_age=%ds;%d;%d;0 uplink_backlog=%d;;;0", s.Uplink.Age/1000, s.Uplink.MaxAge/1000, 4*s.Uplink.MaxAge/1000, s.Uplink.Backlog)
	}
	return p
}

func printHealth(w io.Writer, worst appliance.State, checks []appliance.Check, perf string) {
	summary := fmt.Sprintf("%d checks are well", len(checks))
	var bad []string
	for _, c := range checks {
		if c.State != appliance.OK {
			bad = append(bad, c.Name+": "+c.Text)
		}
	}
	if len(bad) > 0 {
		summary = strings.Join(bad, "; ")
	}
	// A bar would begin the figures too early.
	summary = strings.ReplaceAll(printable(oneLine(summary)), "|", "/")
	fmt.Fprintf(w, "PICKET %s - %s | %s\n", worst, summary, perf)
	for _, c := range checks {
		fmt.Fprintf(w, "%-8s %s: %s\n", c.State, printable(c.Name), strings.ReplaceAll(printable(oneLine(c.Text)), "|", "/"))
		if c.Guidance != "" {
			fmt.Fprintf(w, "         -> %s\n", printable(oneLine(c.Guidance)))
		}
	}
}
