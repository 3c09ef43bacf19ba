package cli

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

func searchCommand() *cobra.Command {
	var s site
	var from, to, output string
	var limit int
	var oldest bool
	cmd := &cobra.Command{
		Use:   "search [--from T] [--to T] [--limit N] [-o ndjson|table|csv] QUERY",
		Short: "Search the stored events",
		Long: `Searches events by field, word and time. A query is made of terms side by side:
path:value, a word or a "quoted phrase" of the raw line; AND, OR, NOT and
parentheses; networks, * wildcards, path:* and path>=n. The newest come first.`,
		Example: `  picket search 'src_endpoint.ip:198.51.100.0/24 AND action:denied' --from 24h
  picket search '"failed password" NOT user.name:svc_*' -o csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "ndjson", "table", "csv"); err != nil {
				return err
			}
			query := strings.Join(args, " ")
			if _, err := filter.Parse(query); err != nil {
				return usageError{err}
			}
			q := url.Values{"q": {query}, "limit": {strconv.Itoa(limit)}}
			for name, text := range map[string]string{"from": from, "to": to} {
				ms, err := parseTime("--"+name, text)
				if err != nil {
					return err
				}
				if ms != 0 {
					q.Set(name, strconv.FormatInt(ms, 10))
				}
			}
			if limit < 0 {
				return usageError{errors.New("--limit: a number from 0 (all) is meant")}
			}
			if oldest {
				q.Set("order", "oldest")
			}
			c, err := s.connect(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			defer out.Flush()
			p := printers[output](out)
			if err := c.get(cmd.Context(), "/v1/search", q, eachLine(p.line)); err != nil {
				return err
			}
			return p.end()
		},
	}
	s.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "only events from this time on: RFC 3339, a day, or a span back (2h)")
	cmd.Flags().StringVar(&to, "to", "", "only events before this time")
	cmd.Flags().IntVar(&limit, "limit", 1000, "this many at most; 0 for all")
	cmd.Flags().BoolVar(&oldest, "oldest", false, "the oldest first")
	cmd.Flags().StringVarP(&output, "output", "o", "table", "form of the output: ndjson, table or csv")
	return cmd
}

// printer writes events in one form.
type printer struct {
	line func([]byte) error
	end  func() error
}

var printers = map[string]func(io.Writer) printer{
	"ndjson": func(w io.Writer) printer {
		return printer{func(b []byte) error { _, err := w.Write(b); return err }, func() error { return nil }}
	},
	"table": func(w io.Writer) printer {
		tab := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
		fmt.Fprintln(tab, "TIME\tDEVICE\tCLASS\tFROM\tTO\tUSER\tRAW")
		return printer{eventLine(func(e *ocsf.Event) error {
			_, err := fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", stamp(e.Time), cell(e, ocsf.DeviceHostname, 30), e.Class.Name(),
				cell(e, ocsf.SrcIP, 40), cell(e, ocsf.DstIP, 40), cell(e, ocsf.UserName, 30), clip(printable(oneLine(e.Raw)), 160))
			return err
		}), tab.Flush}
	},
	"csv": func(w io.Writer) printer {
		c := csv.NewWriter(w)
		c.Write([]string{"sequence", "time", "device", "class", "src_ip", "src_port", "dst_ip", "dst_port", "user", "action", "raw"})
		return printer{eventLine(func(e *ocsf.Event) error {
			return c.Write([]string{strconv.FormatUint(e.Seq, 10), stamp(e.Time), plainCell(e.Text(ocsf.DeviceHostname)), e.Class.Name(),
				e.Text(ocsf.SrcIP), e.Text(ocsf.SrcPort), e.Text(ocsf.DstIP), e.Text(ocsf.DstPort), plainCell(e.Text(ocsf.UserName)),
				plainCell(e.Text(ocsf.Action)), plainCell(e.Raw)})
		}), func() error { c.Flush(); return c.Error() }}
	},
}

func eventLine(f func(*ocsf.Event) error) func([]byte) error {
	var e ocsf.Event
	return func(b []byte) error {
		if err := ocsf.ReadJSON(b, &e); err != nil {
			return err
		}
		return f(&e)
	}
}

func cell(e *ocsf.Event, f ocsf.Field, width int) string {
	return clip(printable(oneLine(strings.ReplaceAll(e.Text(f), "\t", " "))), width)
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// plainCell makes text from outside harmless in a spreadsheet: what would be
// taken for a formula gets an apostrophe in front.
func plainCell(s string) string {
	s = printable(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
