package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/collector"
	"picket/normalize"
	"picket/normalize/ocsf"
)

// stampFlags are what a stamp may leave open.
type stampFlags struct {
	now, zone string
}

func (s *stampFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.now, "now", "", "when the lines were received, RFC 3339 (default: the file's modification time)")
	cmd.Flags().StringVar(&s.zone, "timezone", "UTC", "zone of stamps that name none")
}

// resolve returns the time of reception for a file, and the zone.
func (s *stampFlags) resolve(file *os.File) (time.Time, *time.Location, error) {
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		return time.Time{}, nil, usageError{fmt.Errorf("--timezone: %q is no time zone (Europe/Berlin is one)", s.zone)}
	}
	if s.now != "" {
		now, err := time.Parse(time.RFC3339, s.now)
		if err != nil {
			return now, nil, usageError{fmt.Errorf("--now: %q is no time as 2026-01-05T12:00:00Z", s.now)}
		}
		return now, zone, nil
	}
	if file != nil {
		if st, err := file.Stat(); err == nil && st.Mode().IsRegular() {
			return st.ModTime(), zone, nil
		}
	}
	return time.Now(), zone, nil
}

// open opens FILE, or standard input for "-".
func open(cmd *cobra.Command, name string) (io.ReadCloser, *os.File, error) {
	if name == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, f, nil
}

func normalizeCommand() *cobra.Command {
	var stamp stampFlags
	var format, mappings string
	var generic bool
	cmd := &cobra.Command{
		Use:   "normalize [--format ndjson] FILE",
		Short: "Turn raw lines into OCSF events, one event a line",
		Long: `Reads raw log lines of any device and prints exactly one OCSF event for each,
in order. A line that nobody understands is a base event with raw_data; an empty
line is a line. FILE - is standard input.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "ndjson"); err != nil {
				return err
			}
			in, file, err := open(cmd, args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			now, zone, err := stamp.resolve(file)
			if err != nil {
				return err
			}
			known, err := appliance.WithMappings(normalize.Options{Now: func() time.Time { return now }, Zone: zone, Generic: generic}, mappings)
			if err != nil {
				return err
			}
			return normalizeLines(normalize.New(known), now, in, cmd.OutOrStdout())
		},
	}
	stamp.add(cmd)
	cmd.Flags().StringVar(&format, "format", "ndjson", "form of the output: ndjson")
	cmd.Flags().StringVar(&mappings, "mappings", "", "folder of mapping files: brands of your own (docs/mappings.md)")
	cmd.Flags().BoolVar(&generic, "generic", false, "switch every brand's own knowledge off, that of mappings too: structure and the dictionary of meanings alone")
	return cmd
}

// chunk is some lines on their way, and what is to be printed for them.
type chunk struct {
	records []collector.Record
	out     []byte
	done    chan struct{}
}

// normalizeLines prints one event a line, on all cores and in order.
func normalizeLines(n *normalize.Normalizer, now time.Time, in io.Reader, out io.Writer) error {
	workers := runtime.GOMAXPROCS(0)
	work, order := make(chan *chunk, workers), make(chan *chunk, 4*workers)
	stop := make(chan struct{})
	var readErr error
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(work)
		defer close(order)
		readErr = chunks(in, now, func(c *chunk) bool {
			select {
			case <-stop:
				return false
			case work <- c:
				order <- c
				return true
			}
		})
	})
	for range workers {
		wg.Go(func() {
			var e ocsf.Event
			for c := range work {
				for i := range c.records {
					e.Reset()
					n.Normalize(&c.records[i], &e)
					c.out = append(e.AppendJSON(c.out), '\n')
				}
				close(c.done)
			}
		})
	}
	w := bufio.NewWriterSize(out, 1<<18)
	var writeErr error
	for c := range order {
		<-c.done
		if writeErr == nil {
			if _, writeErr = w.Write(c.out); writeErr != nil {
				close(stop)
			}
		}
	}
	wg.Wait()
	if writeErr == nil {
		writeErr = w.Flush()
	}
	return errors.Join(readErr, writeErr)
}

// chunks reads lines and gives them away in chunks, until give says no.
func chunks(in io.Reader, now time.Time, give func(*chunk) bool) error {
	lines := appliance.NewLines(in)
	c := &chunk{done: make(chan struct{})}
	for {
		raw, cut, err := lines.Next()
		if err != nil {
			if len(c.records) > 0 {
				give(c)
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		c.records = append(c.records, collector.Record{Raw: raw, Cut: cut, Received: now})
		if len(c.records) == 512 {
			if !give(c) {
				return nil
			}
			c = &chunk{done: make(chan struct{})}
		}
	}
}

// oneOf complains of a flag's value that is none of the known ones.
func oneOf(flag, got string, known ...string) error {
	for _, k := range known {
		if got == k {
			return nil
		}
	}
	return usageError{fmt.Errorf("%s: %q is not one of %v", flag, got, known)}
}
