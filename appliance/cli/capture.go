package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"picket/collector"
	"picket/collector/sniff"
	"picket/normalize/ocsf"
)

func captureCommand() *cobra.Command {
	var file, iface, filter, format string
	var duration time.Duration
	cmd := &cobra.Command{
		Use:   "capture (--read FILE.pcap | --interface IF [--duration D]) [--filter EXPR]",
		Short: "Turn traffic into OCSF events",
		Long: `Prints the events of the traffic in a capture file (pcap, pcapng), or of a live
interface: flows at their end, names asked for, requests, handshakes, and what
the sensor itself found. Live capture closes with a count of packets received
and dropped on standard error.`,
		Example: "  picket capture --read office.pcap --format ndjson\n  picket capture --interface eth1 --duration 1m --filter 'host 192.0.2.7 and port 53'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "ndjson"); err != nil {
				return err
			}
			if (file == "") == (iface == "") {
				return usageError{errors.New("give one of --read and --interface")}
			}
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			defer out.Flush()
			var buf []byte
			var failed error
			ctx, stop := context.WithCancel(cmd.Context())
			defer stop()
			emit := func(e *ocsf.Event) {
				e.Parser = "sensor"
				e.Conform()
				buf = append(e.AppendJSON(buf[:0]), '\n')
				if _, err := out.Write(buf); err != nil && failed == nil {
					failed = err
					stop()
				}
			}
			opt := sniff.Options{Filter: filter}
			if file != "" {
				if _, err := sniff.ReadFile(ctx, file, opt, emit); err != nil && failed == nil {
					return err
				}
				return failed
			}
			live, err := sniff.Open(iface, opt)
			if err != nil {
				return err
			}
			if duration > 0 {
				ctx, stop = context.WithTimeout(ctx, duration)
				defer stop()
			}
			err = live.Run(ctx, printSink{emit, out})
			for _, in := range live.Inputs() {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d packets received, %d packets dropped by the kernel, %d events dropped by Picket, %d events\n",
					in.Name, live.Stats().Packets, in.DroppedKernel.Load(), in.DroppedFull.Load(), in.Received.Load()-in.DroppedKernel.Load())
			}
			return errors.Join(err, failed)
		},
	}
	cmd.Flags().StringVar(&file, "read", "", "capture file to read")
	cmd.Flags().StringVar(&iface, "interface", "", "interface to listen on")
	cmd.Flags().DurationVar(&duration, "duration", 0, "stop after this time (default: when interrupted)")
	cmd.Flags().StringVar(&filter, "filter", "", "only these packets: host, net, port, tcp, udp, icmp, and, or, not")
	cmd.Flags().StringVar(&format, "format", "ndjson", "form of the output: ndjson")
	return cmd
}

// printSink prints events as they come.
type printSink struct {
	emit func(*ocsf.Event)
	out  *bufio.Writer
}

// Put implements [collector.Sink].
func (p printSink) Put(_ context.Context, records []collector.Record) (int, error) {
	return p.Offer(records), nil
}

// Offer implements [collector.Sink].
func (p printSink) Offer(records []collector.Record) int {
	for i := range records {
		if records[i].Event != nil {
			p.emit(records[i].Event)
		}
	}
	p.out.Flush()
	return len(records)
}
