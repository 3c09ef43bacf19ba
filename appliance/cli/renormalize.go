package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/normalize/ocsf/filter"
)

func renormalizeCommand() *cobra.Command {
	var s site
	var from, to, mappings, output string
	var dry bool
	cmd := &cobra.Command{
		Use:   "renormalize [--from T] [--to T] [--dry-run] [QUERY]",
		Short: "Run the present parsers and mappings over stored lines",
		Long: `Reads stored raw lines again with the parsers, mappings and time zones of today,
and puts the better events in the place of the old ones: same sequence number,
same raw line. A line that nobody understands now keeps what was understood
before. Nothing is found or sent to the SOC again (see picket rules backtest);
each new event tells below unmapped.renormalized that it is one.

Works beside a running appliance, with its configuration, and on the folder of a
stopped one, with that of --config.`,
		Example: `  picket renormalize --from 24h --dry-run
  picket renormalize --from 2026-03-01 --to 2026-03-03 'device.hostname:gate1'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			q, values, err := renormalizeQuery(from, to, args)
			if err != nil {
				return err
			}
			sum, err := renormalize(cmd, &s, mappings, q, values, dry)
			if err != nil {
				return err
			}
			if output == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(sum)
			}
			tellRenormalized(cmd.OutOrStdout(), sum)
			return nil
		},
	}
	s.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "only lines from this event time on: RFC 3339, a day, or a span back (2h)")
	cmd.Flags().StringVar(&to, "to", "", "only lines before this event time")
	cmd.Flags().StringVar(&mappings, "mappings", "", "of a stopped appliance: folder of mapping files, in place of the configuration's")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "count only, write nothing")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	return cmd
}

func renormalizeQuery(from, to string, args []string) (q appliance.Query, v url.Values, err error) {
	v = url.Values{}
	for name, text := range map[string]string{"from": from, "to": to} {
		t, err := parseTime("--"+name, text)
		if err != nil {
			return q, v, err
		}
		if t == 0 {
			continue
		}
		v.Set(name, strconv.FormatInt(t, 10))
		if name == "from" {
			q.From = t
		} else {
			q.To = t
		}
	}
	if len(args) == 1 {
		v.Set("q", args[0])
		if q.Filter, err = filter.Parse(args[0]); err != nil {
			return q, v, usageError{err}
		}
	}
	return q, v, nil
}

// renormalize asks the running appliance, else does it on the folder.
func renormalize(cmd *cobra.Command, s *site, mappings string, q appliance.Query, v url.Values, dry bool) (*appliance.Renormalized, error) {
	c, err := s.load()
	if err != nil {
		return nil, err
	}
	if conn, err := net.Dial("unix", appliance.SocketPath(c.Data)); err != nil {
		if mappings != "" {
			c.Normalize.Mappings = mappings
		}
		return appliance.RenormalizeFolder(cmd.Context(), c, q, dry)
	} else {
		conn.Close()
	}
	if mappings != "" {
		return nil, usageError{fmt.Errorf("--mappings: an appliance is running; it uses the folder of its configuration (normalize.mappings)")}
	}
	cl, err := s.connect(cmd.Context())
	if err != nil {
		return nil, err
	}
	defer cl.close()
	v.Set("dry", strconv.FormatBool(dry))
	var sum appliance.Renormalized
	err = cl.do(cmd.Context(), "POST", "/v1/renormalize", v, nil, func(r io.Reader) error { return json.NewDecoder(r).Decode(&sum) })
	return &sum, err
}

func tellRenormalized(w io.Writer, r *appliance.Renormalized) {
	fmt.Fprintf(w, "%d lines read: %d now understood, %d changed, %d unchanged\n", r.Read, r.Understood, r.Changed, r.Unchanged)
	if r.Kept > 0 {
		fmt.Fprintf(w, "%d lines that nobody understands now keep what was understood before\n", r.Kept)
	}
	if r.Skipped > 0 {
		fmt.Fprintf(w, "%d events that are no lines were left alone\n", r.Skipped)
	}
	if r.Damaged > 0 {
		fmt.Fprintf(w, "%d damaged blocks were left alone\n", r.Damaged)
	}
	if r.Dry {
		fmt.Fprintln(w, "nothing was written")
	}
}
