// Package appliance wires the rooms of the house, runs them, joins them and
// watches over them; it is the only place where they meet.
//
// Data flows one way: sources -> queue -> workers -> correlator -> writer ->
// store -> pages, uplink. Only the queue's edge may drop, and it counts; for
// every input received = stored + filtered + dropped + on its way, to the unit.
// Nothing outside sees an event before it is durable.
//
// An [Appliance] is made by [New], which opens the store and binds the
// listeners, and runs in [Appliance.Run] until its context ends; then sources
// stop first, what they had delivered is made durable, and the rest follows.
package appliance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // boxes without zone files know zones too

	"picket/appliance/config"
	"picket/appliance/manage"
	"picket/appliance/uplink"
	"picket/collector"
	"picket/correlate"
	"picket/normalize"
	"picket/normalize/ocsf"
	"picket/store"
)

// Options are what is not configuration.
type Options struct {
	Log     *slog.Logger
	Console io.Writer                      // where the setup code is printed; nil: nowhere
	Load    func() (*config.Config, error) // reads the configuration again; nil: never
	Demo    bool                           // tell the built-in scenario once
	Now     func() time.Time
}

// Appliance is the whole box.
type Appliance struct {
	opt     Options
	log     *slog.Logger
	started time.Time

	store   *store.Store
	archive *Archive
	queue   *queue
	engine  *correlate.Engine
	pipe    *pipeline
	inputs  inputs
	sources manage.Sources
	web     *web
	line    *uplink.Forwarder // nil without an uplink
	soc     *socLog
	certs   certificatesInUse

	silences collector.Input // what this box says of sources that say nothing

	rules       atomic.Pointer[ruleSet]
	refused     atomic.Pointer[string] // why the last new configuration was refused
	counts      atomic.Pointer[correlate.Counts]
	tallies     atomic.Pointer[map[string]correlate.Tally] // what the rules did
	controls    atomic.Pointer[[]ocsf.Control]             // in force, as the engine counts them
	configured  atomic.Int64                               // when the configuration in force was loaded, ms
	findings    atomic.Uint64
	committedAt atomic.Int64 // when something was committed last, ms
	evidence    evidence
	loading     sync.Mutex  // held while rules are read and put in force
	renewing    sync.Mutex  // held while stored lines are read anew
	backtests   atomic.Bool // one is running

	mu     sync.Mutex // guards config
	config *config.Config
}

// New opens the store, loads the rules and binds the listeners. Nothing is
// received before Run. Whatever fails is told and everything opened is closed.
func New(ctx context.Context, c *config.Config, opt Options) (*Appliance, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Console == nil {
		opt.Console = io.Discard
	}
	a := &Appliance{opt: opt, log: opt.Log, started: opt.Now(), config: c}
	a.configured.Store(a.started.UnixMilli())
	stage, rules, err := prepareStage(c, opt.Now)
	if err != nil {
		return nil, err
	}
	a.rules.Store(rules)
	a.store, err = store.Open(c.Data, store.Options{
		Budget: int64(c.Store.Budget), FindingOf: findingOf, IncidentOf: incidentOf, Now: opt.Now, Log: opt.Log,
	})
	if err != nil {
		return nil, err
	}
	if err := a.open(ctx, c, stage, rules); err != nil {
		a.store.Close()
		return nil, err
	}
	return a, nil
}

// open makes everything that stands on the store.
func (a *Appliance) open(ctx context.Context, c *config.Config, st *stage, rules *ruleSet) error {
	a.archive = &Archive{st: a.store}
	a.sources.Quiet = time.Duration(c.Health.Silent)
	if b, err := a.store.Bucket(stateBucket).Get(sourcesKey); err == nil && b != nil {
		if err := a.sources.Load(b); err != nil {
			a.log.Warn("what was known of the sources is lost", "error", err)
		}
	}
	assets, err := a.assets()
	if err != nil {
		return err
	}
	onItsWay := &recent{}
	a.engine = correlate.New(rules.rules, correlate.NewInventory(assets), engineOptions(a.store, onItsWay))
	if err := resume(ctx, a.store, a.engine, rules.rules, a.log); err != nil {
		return err
	}
	a.queue = newQueue(c.Pipeline.Queue, int64(c.Pipeline.QueueBytes))
	a.pipe = newPipeline(a.queue, a.store, a.engine, rules.rules)
	a.pipe.recent = onItsWay
	a.pipe.Log, a.pipe.Now = a.log, a.opt.Now
	a.pipe.Commit = time.Duration(c.Pipeline.Commit)
	a.pipe.Workers = c.Pipeline.Workers
	if a.pipe.Workers == 0 {
		a.pipe.Workers = runtime.GOMAXPROCS(0)
	}
	a.pipe.stage.Store(st)
	a.pipe.tap = a.hear
	a.silences.Name = silenceParser
	a.pipe.saving = saveEngine
	a.pipe.Live = true
	a.pipe.ticked = func(en *correlate.Engine) {
		n := en.Counts()
		a.counts.Store(&n)
		t := en.Tallies()
		a.tallies.Store(&t)
		cs := en.Controls()
		a.controls.Store(&cs)
	}
	certs, err := loadCertificates(c)
	if err != nil {
		return err
	}
	a.certs.use(certs)
	a.soc = newSOCLog(a.store)
	open, err := a.store.Incidents() // what was not copied before a crash is now
	if err != nil {
		return err
	}
	a.evidence.add(slices.DeleteFunc(open, func(in *ocsf.Incident) bool { return in.State == ocsf.Closed || in.Into != "" }))
	if len(c.Uplink.URLs) > 0 {
		a.line = a.newUplink(c)
	}
	a.inputs = inputs{Log: a.log, sink: a.queue}
	a.inputs.cert.Store(a.certs.syslog())
	first, err := a.inputs.prepare(ctx, c)
	if err != nil {
		return err
	}
	a.inputs.first = first
	for _, n := range first {
		for _, in := range n.source.Inputs() {
			a.inputs.names = append(a.inputs.names, in.Name)
		}
	}
	slices.Sort(a.inputs.names)
	if c.Web.Listen != "" {
		if a.web, err = a.newWeb(ctx, c); err != nil {
			for _, n := range first {
				n.close()
			}
			return err
		}
	}
	a.pipe.after = a.committed
	return nil
}

// committed hands what became durable to everybody who waits for it. It runs on
// the writer's goroutine.
func (a *Appliance) committed(c *commit) {
	a.findings.Add(uint64(len(c.findings)))
	a.committedAt.Store(a.opt.Now().UnixMilli())
	keepState(a.store, c, a.log)
	a.evidence.add(c.incidents)
	a.soc.committed(c.events)
	if a.web != nil {
		a.web.server.Publish(c.events)
	}
}

// stopGrace is how long what was received may take to become durable when the
// appliance stops.
const stopGrace = 7 * time.Second

// Run works until ctx ends or a part fails that nothing can do without. A value
// on hup makes it read its configuration again.
func (a *Appliance) Run(ctx context.Context, hup <-chan os.Signal) error {
	defer a.store.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The pipeline outlives the sources, to make durable what they delivered.
	late, endLate := context.WithCancel(context.WithoutCancel(ctx))
	defer endLate()

	var parts sync.WaitGroup
	part := func(name string, run func(context.Context) error) {
		parts.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("a part failed", "part", name, "error", err)
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	piped := make(chan error, 1)
	go func() { piped <- a.pipe.run(late) }()

	a.inputs.swap(ctx, a.inputs.first)
	control := &Control{Archive: a.archive, Live: a}
	data := a.Config().Data
	part("control", func(ctx context.Context) error { return serveControl(ctx, data, control.Handler()) })
	if a.web != nil {
		part("web", a.web.run)
	}
	if a.line != nil {
		part("uplink", a.line.Run)
	}
	if a.opt.Demo {
		part("demo", func(ctx context.Context) error { return a.demo(ctx) })
	}
	part("housekeeping", a.housekeeping)
	a.greet()
	tellSystemd("READY=1")

	var pipeErr error
	stopping := false
	for !stopping {
		select {
		case <-hup:
			tellSystemd("RELOADING=1")
			a.reload(ctx)
			tellSystemd("READY=1")
		case pipeErr = <-piped:
			cancel(fmt.Errorf("pipeline: %w", pipeErr))
			stopping = true
		case <-ctx.Done():
			stopping = true
		}
	}
	tellSystemd("STOPPING=1")
	a.log.Info("stopping")
	grace := time.AfterFunc(stopGrace, endLate)
	a.inputs.wait()
	a.queue.close()
	if pipeErr == nil {
		pipeErr = <-piped
	}
	grace.Stop()
	parts.Wait()
	a.keepEvidence(late)
	a.keepSources()
	for _, in := range a.inputs.list() {
		if in.InFlight > 0 {
			a.log.Warn("received and not kept: the disk was too slow or refused", "input", in.Name, "messages", in.InFlight)
		}
	}
	if err := a.store.Close(); err != nil && pipeErr == nil {
		pipeErr = err
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return pipeErr
}

// ruleSet are the signatures in force.
type ruleSet struct {
	rules  *correlate.Rules
	failed []string
	count  int

	warnings []string
	packs    []Pack
}

// prepareStage makes what the workers use of a configuration, or says what is
// wrong with it.
func prepareStage(c *config.Config, now func() time.Time) (*stage, *ruleSet, error) {
	n, err := newNormalizer(c, now)
	if err != nil {
		return nil, nil, err
	}
	zone, err := config.Zone(c.Timezone)
	if err != nil {
		return nil, nil, fmt.Errorf("timezone: %w", err)
	}
	rules, err := loadRules(c.Rules, zone)
	if err != nil {
		return nil, nil, err
	}
	drop, err := parseFilters(c.Drop)
	if err != nil {
		return nil, nil, err
	}
	return &stage{normalizer: n, rules: rules.rules, drop: drop, name: c.Name}, rules, nil
}

// newNormalizer makes the normalizer of a configuration.
func newNormalizer(c *config.Config, now func() time.Time) (*normalize.Normalizer, error) {
	zone, err := config.Zone(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("timezone: %w", err)
	}
	zones, err := sourceZones(c.Timezones)
	if err != nil {
		return nil, err
	}
	o, err := WithMappings(normalize.Options{Now: now, Zone: zone, ZoneOf: zones.of}, c.Normalize.Mappings)
	if err != nil {
		return nil, fmt.Errorf("normalize.mappings: %w", err)
	}
	return normalize.New(o), nil
}

// CheckConfig says what is wrong with a configuration beyond its form: filters that
// are none, rules that cannot be read, certificates that are not there. It opens
// nothing.
func CheckConfig(c *config.Config) error {
	_, rules, err := prepareStage(c, time.Now)
	errs := []error{err}
	if err == nil {
		for _, f := range rules.failed {
			errs = append(errs, fmt.Errorf("rules: does not run: %s", f))
		}
	}
	var in inputs
	for _, w := range wants(c) {
		errs = append(errs, in.check(w))
	}
	return errors.Join(errs...)
}

// reload reads the configuration, the rules and the certificates again. What is
// wrong is refused whole, with a reason; the old ones stay in force then.
func (a *Appliance) reload(ctx context.Context) {
	refuse := func(err error) {
		text := err.Error()
		a.refused.Store(&text)
		a.log.Error("the new configuration was refused, the old one stays in force", "error", err)
	}
	if a.opt.Load == nil {
		return
	}
	a.loading.Lock()
	defer a.loading.Unlock()
	c, err := a.opt.Load()
	if err != nil {
		refuse(err)
		return
	}
	a.mu.Lock()
	old := a.config
	a.mu.Unlock()
	if c.Data != old.Data || c.Web.Listen != old.Web.Listen {
		refuse(errors.New("data and web.listen change with a restart only"))
		return
	}
	st, rules, err := prepareStage(c, a.opt.Now)
	if err != nil {
		refuse(err)
		return
	}
	certs, err := loadCertificates(c)
	if err != nil {
		refuse(err)
		return
	}
	next, err := a.inputs.prepare(ctx, c)
	if err != nil {
		refuse(err)
		return
	}
	a.certs.use(certs)
	a.inputs.cert.Store(a.certs.syslog())
	a.inputs.swap(ctx, next)
	a.pipe.stage.Store(st)
	a.rules.Store(rules)
	a.sources.SetQuiet(time.Duration(c.Health.Silent))
	if c.Timezone != old.Timezone || !maps.Equal(c.Timezones, old.Timezones) {
		a.sources.ForgetSkews()
	}
	a.mu.Lock()
	a.config = c
	a.mu.Unlock()
	a.refused.Store(nil)
	a.configured.Store(a.opt.Now().UnixMilli())
	a.log.Info("a new configuration is in force", "signatures", rules.count, "failed", len(rules.failed))
	if fmt.Sprint(c.Uplink) != fmt.Sprint(old.Uplink) || c.Store != old.Store || c.Pipeline != old.Pipeline ||
		fmt.Sprint(c.Web) != fmt.Sprint(old.Web) || c.Name != old.Name || c.Timezone != old.Timezone {
		a.log.Warn("the name, the time zone of pages, and web, uplink, store and pipeline settings change with a restart only")
	}
}

// Status returns a snapshot of the box.
func (a *Appliance) Status() *Status {
	c := a.Config()
	now := a.opt.Now()
	s := &Status{Name: c.Name, Version: Version, Started: a.started.UnixMilli(), Configured: a.configured.Load(), Now: now.UnixMilli(),
		LogID: a.store.LogID(), Inputs: a.inputs.list(), Clock: clockState(), Findings: a.findings.Load(), Certs: a.certs.list()}
	s.Queue.Length, s.Queue.Peak = a.queue.length()
	s.Queue.Capacity = c.Pipeline.Queue
	st := a.store.Stats()
	s.Store = Disk{Events: st.Events, Bytes: st.Bytes + st.Evidence + st.State, Budget: st.Budget, Segments: st.Segments,
		Damaged: int(st.Damaged), Oldest: st.Oldest, Newest: st.Newest, Committed: a.committedAt.Load(), Last: st.Last, Free: diskFree(c.Data)}
	if r := a.rules.Load(); r != nil {
		s.Rules = Rules{Loaded: r.count, Failed: r.failed, Throttled: a.pipe.throttled.Load(), Warnings: r.warnings, Packs: r.packs}
	}
	if n := a.counts.Load(); n != nil {
		s.Hidden, s.Inhibited, s.Controls = n.Hidden, n.Inhibited, n.Controls
		s.Evicted = n.WindowsEvicted + n.BeaconsEvicted + n.HabitsEvicted + n.PendingEvicted + n.FactsGone
	}
	for _, src := range a.Sources() {
		s.Sources.Total++
		if w := clockWords(&src, a.clockAllowed()); w != "" {
			s.Sources.Clocks = append(s.Sources.Clocks, w)
		}
		s.Sources.NotUnderstood += src.NotUnderstood
		if src.Silent {
			s.Sources.Silent = append(s.Sources.Silent, src.Name)
		}
	}
	if all, err := a.store.Incidents(); err == nil {
		for _, in := range all {
			if in.State != ocsf.Closed && in.Into == "" {
				s.Open++
			}
		}
	}
	if why := a.pipe.failure.Load(); why != nil {
		s.Commit = *why
	}
	if why := a.refused.Load(); why != nil {
		s.Config = *why
	}
	s.RSS, _ = memory()
	if a.line != nil {
		s.Uplink = a.lineStatus(c, now)
	}
	if a.web != nil {
		s.Webpage = a.web.address
	}
	return s
}

// Config returns the configuration in force. It must not be changed.
func (a *Appliance) Config() *config.Config {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.config
}

// Health judges the box.
func (a *Appliance) Health() []Check {
	return Health(a.Status(), int64(a.Config().Health.DiskFree))
}

// Sources returns what sends.
func (a *Appliance) Sources() []manage.Source {
	now, c := a.opt.Now(), a.Config()
	list := a.sources.List(now.UnixMilli())
	usual, err := config.Zone(c.Timezone)
	z, zerr := sourceZones(c.Timezones)
	if err == nil && zerr == nil { // they were checked when they came into force
		z.propose(list, usual, now)
	}
	return list
}
