package appliance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"time"

	"picket/collector"
	"picket/collector/sniff"
	"picket/correlate"
	"picket/normalize"
	"picket/normalize/ocsf"
	"picket/store"
)

// ReplayOptions say what a replay does.
type ReplayOptions struct {
	Data     string
	Rules    string // folder, in place of the built-in pack
	Mappings string // folder of a site's own brands
	Assets   string // CSV file
	Captures []string
	Files    []string // of lines; "-" is Stdin
	Drop     []string
	Append   bool
	Zone     *time.Location
	// Now gives the time of reception for a file (nil: standard input or a
	// capture).
	Now        func(*os.File) time.Time
	Stdin      io.Reader
	Errors     io.Writer
	CPUProfile string
}

// ReplaySummary is the last line of `picket replay`.
type ReplaySummary struct {
	Lines         uint64  `json:"lines"`
	Events        uint64  `json:"events"`
	NotUnderstood uint64  `json:"not_understood"`
	Findings      uint64  `json:"findings"`
	Incidents     int     `json:"incidents"`
	Filtered      uint64  `json:"filtered"`
	Dropped       uint64  `json:"dropped"`
	Packets       uint64  `json:"packets"`
	Seconds       float64 `json:"seconds"`
	PerSecond     float64 `json:"events_per_second"`
	StoreBytes    int64   `json:"store_bytes"`
	Peak          int64   `json:"rss_peak_bytes"`
}

// replayBudget is large enough that a replay never deletes what it wrote.
const replayBudget = 1 << 50

// Replay takes files through the whole pipeline into a data folder, on event
// time, and returns when everything is durable.
func Replay(ctx context.Context, opt ReplayOptions) (*ReplaySummary, error) {
	start := time.Now()
	if opt.CPUProfile != "" {
		f, err := os.Create(opt.CPUProfile)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return nil, err
		}
		defer pprof.StopCPUProfile()
	}
	rules, err := loadRules(onlyFolder(opt.Rules), opt.Zone)
	if err != nil {
		return nil, err
	}
	for _, f := range rules.failed {
		fmt.Fprintln(opt.Errors, "signature does not run:", f)
	}
	inventory, err := readInventory(opt.Assets)
	if err != nil {
		return nil, err
	}
	drop, err := parseFilters(opt.Drop)
	if err != nil {
		return nil, err
	}
	known, err := WithMappings(normalize.Options{Zone: opt.Zone}, opt.Mappings)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(opt.Data, store.Options{Budget: replayBudget, FindingOf: findingOf, IncidentOf: incidentOf})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	if st.Next() > 1 && !opt.Append {
		return nil, fmt.Errorf("%s already holds events: name an empty folder, or add to it with --append", opt.Data)
	}
	q := newQueue(8192, 64<<20)
	onItsWay := &recent{}
	engine := correlate.New(rules.rules, inventory, engineOptions(st, onItsWay))
	quiet := slog.New(slog.NewTextHandler(opt.Errors, nil))
	if err := resume(ctx, st, engine, rules.rules, quiet); err != nil {
		return nil, err
	}
	p := newPipeline(q, st, engine, rules.rules)
	p.recent = onItsWay
	p.Commit = 20 * time.Millisecond
	findings := uint64(0)
	p.after = func(c *commit) { findings += uint64(len(c.findings)); keepState(st, c, quiet) }
	p.saving = saveEngine
	p.stage.Store(&stage{normalizer: normalize.New(known), rules: rules.rules, drop: drop})
	p.last = func(en *correlate.Engine, out *correlate.Output) { en.Finish(out) }

	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { done <- p.run(ctx) }()
	in := &replayInputs{}
	feedErr := in.feed(ctx, opt, known, q)
	q.close()
	if err := errors.Join(feedErr, <-done); err != nil {
		return nil, err
	}
	sum := &ReplaySummary{Findings: findings, Packets: in.packets}
	for _, one := range in.list {
		a := accountOf(one)
		if in.lines[one] {
			sum.Lines += a.Received
		}
		sum.Events += a.Stored
		sum.NotUnderstood += a.NotUnderstood
		sum.Filtered += a.Filtered
		sum.Dropped += a.DroppedFull + a.DroppedKernel
	}
	incidents, err := st.Incidents()
	if err != nil {
		return nil, err
	}
	for _, i := range incidents {
		if i.Into == "" {
			sum.Incidents++
		}
	}
	if err := st.Close(); err != nil {
		return nil, err
	}
	sum.StoreBytes = folderBytes(opt.Data)
	sum.Seconds = time.Since(start).Seconds()
	sum.PerSecond = float64(sum.Events) / sum.Seconds
	_, sum.Peak = memory()
	return sum, nil
}

// replayInputs are the files of a replay, each with its account.
type replayInputs struct {
	list    []*collector.Input
	lines   map[*collector.Input]bool
	packets uint64
}

func (in *replayInputs) add(name string, lines bool) *collector.Input {
	one := &collector.Input{Name: "file:" + filepath.Base(name)}
	in.list = append(in.list, one)
	if in.lines == nil {
		in.lines = map[*collector.Input]bool{}
	}
	in.lines[one] = lines
	return one
}

// feed reads all files into the queue. A single file of lines goes in as it is,
// so that the workers normalize it side by side; several are merged by time.
func (in *replayInputs) feed(ctx context.Context, opt ReplayOptions, known normalize.Options, sink collector.Sink) error {
	if len(opt.Files) == 1 && len(opt.Captures) == 0 {
		r, f, err := openFile(opt.Files[0], opt.Stdin)
		if err != nil {
			return err
		}
		defer r.Close()
		return feedLines(ctx, r, in.add(opt.Files[0], true), opt.Now(f), sink)
	}
	var list []*stream
	var wg sync.WaitGroup
	var mu sync.Mutex // guards failed and in.packets
	var failed []error
	fail := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		failed = append(failed, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := normalize.New(known)
	for _, name := range opt.Files {
		r, f, err := openFile(name, opt.Stdin)
		if err != nil {
			return err
		}
		defer r.Close()
		s := &stream{input: in.add(name, true), pieces: make(chan []*ocsf.Event, 8)}
		list = append(list, s)
		now := opt.Now(f)
		wg.Go(func() {
			if err := s.readLines(ctx, r, n, collector.Record{Received: now, Input: s.input}); err != nil {
				fail(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	for _, name := range opt.Captures {
		s := &stream{input: in.add(name, false), pieces: make(chan []*ocsf.Event, 8)}
		list = append(list, s)
		wg.Go(func() {
			stats, err := s.readCapture(ctx, name)
			if err != nil {
				fail(fmt.Errorf("%s: %w", name, err))
			}
			mu.Lock()
			defer mu.Unlock()
			in.packets += stats.Packets
		})
	}
	err := merge(ctx, list, sink)
	if err != nil {
		cancel()
	}
	wg.Wait()
	return errors.Join(append(failed, err)...)
}

// readCapture puts the events of a capture file into the stream's pieces.
func (s *stream) readCapture(ctx context.Context, name string) (sniff.Stats, error) {
	defer close(s.pieces)
	var piece []*ocsf.Event
	received := time.Now()
	send := func() {
		if len(piece) == 0 {
			return
		}
		select {
		case s.pieces <- piece:
		case <-ctx.Done():
		}
		piece = nil
	}
	stats, err := sniff.ReadFile(ctx, name, sniff.Options{}, func(e *ocsf.Event) {
		s.input.Received.Add(1)
		finish(e, s.input, received, "")
		piece = append(piece, e)
		if len(piece) == pieceSize {
			send()
		}
	})
	send()
	return stats, err
}

// feedLines puts the lines of r into the queue.
func feedLines(ctx context.Context, r io.Reader, in *collector.Input, received time.Time, sink collector.Sink) error {
	lines := NewLines(r)
	records := make([]collector.Record, 0, batchSize)
	flush := func() error {
		n, err := sink.Put(ctx, records)
		in.Received.Add(uint64(n))
		clear(records)
		records = records[:0]
		return err
	}
	for {
		raw, cut, err := lines.Next()
		if err != nil {
			if ferr := flush(); ferr != nil {
				return ferr
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		in.Bytes.Add(uint64(len(raw)))
		if cut > 0 {
			in.Truncated.Add(1)
		}
		records = append(records, collector.Record{Raw: raw, Cut: cut, Received: received, Input: in})
		if len(records) == cap(records) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

func openFile(name string, stdin io.Reader) (io.ReadCloser, *os.File, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, f, nil
}

// folderBytes is how much a folder holds.
func folderBytes(dir string) (n int64) {
	filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if st, err := d.Info(); err == nil {
				n += st.Size()
			}
		}
		return nil
	})
	return n
}
