package appliance

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"picket/collector"
	"picket/correlate"
	"picket/normalize"
	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// pipeline takes records from the queue to the store:
//
//	queue -> workers (normalize, filter, match) -> correlator -> writer -> store
//
// Workers are pure and run side by side; the correlator and the writer are one
// goroutine each and see batches in order of arrival. Nothing behind the queue
// ever drops: whoever is slow makes the queue fill.
type pipeline struct {
	Queue   *queue
	Workers int
	Live    bool          // time passes also without events
	Commit  time.Duration // longest wait for company before a commit
	Log     *slog.Logger
	Now     func() time.Time

	log       eventLog
	engine    *correlate.Engine
	tap       func(*ocsf.Event)                          // sees every event, also those that a filter drops (unnumbered), on the correlator\'s goroutine
	after     func(*commit)                              // told of every commit, on the writer's goroutine
	saving    func(engine *correlate.Engine) []byte      // state of the engine for a checkpoint, or nil
	last      func(*correlate.Engine, *correlate.Output) // at the end, or nil
	stage     atomic.Pointer[stage]
	orders    chan order
	stopped   chan struct{} // closed when orders are no longer taken
	free      chan *batch
	ordered   chan *batch
	commits   chan *commit
	ticked    func(*correlate.Engine) // every second, or nil
	rules     *correlate.Rules        // that the engine uses; the correlator's
	next      uint64                  // number of the next event; the correlator's
	recent    *recent                 // what is not durable yet
	throttled atomic.Uint64           // costly comparisons of signatures that were left out
	failure   atomic.Pointer[string]
}

// stage is what the workers use; a new configuration swaps it between two
// batches.
type stage struct {
	normalizer *normalize.Normalizer
	rules      *correlate.Rules
	drop       []*filter.Expr
	name       string // of this box: the device that the sensor's events come from
}

// eventLog is what the pipeline needs of the store.
type eventLog interface {
	// Next returns the number that the next event gets.
	Next() uint64
	// Append makes numbered events durable. After an error it may be called again
	// with the same events: it goes on behind the last one that is durable.
	Append(ctx context.Context, events []*ocsf.Event) error
}

// commit is what the writer makes durable together.
type commit struct {
	batches   []*batch
	events    []*ocsf.Event // everything, in order of numbers
	findings  []*ocsf.Finding
	incidents []*ocsf.Incident
	controls  []*ocsf.Control
	state     []byte // of the engine, after the last of the events
	stateSeq  uint64
	done      []chan<- error
}

// newPipeline makes a pipeline around an engine that was made with rules.
func newPipeline(q *queue, log eventLog, engine *correlate.Engine, rules *correlate.Rules) *pipeline {
	p := &pipeline{
		rules: rules, recent: &recent{},
		Queue: q, log: log, engine: engine, Workers: 2, Commit: 200 * time.Millisecond, Now: time.Now, Log: slog.Default(),
		tap: func(*ocsf.Event) {}, after: func(*commit) {},
		orders: make(chan order), stopped: make(chan struct{}), free: make(chan *batch, inFlight),
		ordered: make(chan *batch, inFlight), commits: make(chan *commit, 2),
	}
	for range inFlight {
		p.free <- newBatch()
	}
	return p
}

// run works until the queue is closed and empty and everything taken from it is
// durable. It returns an error only if the log could not be written until ctx
// ended; what was not committed then was never acknowledged.
func (p *pipeline) run(ctx context.Context) error {
	p.next = p.log.Next()
	var workers sync.WaitGroup
	for range max(1, p.Workers) {
		workers.Go(p.work)
	}
	go func() {
		workers.Wait()
		close(p.ordered)
	}()
	var correlator sync.WaitGroup
	correlator.Go(p.correlate)
	err := p.write(ctx)
	correlator.Wait()
	return err
}

// work normalizes and matches batches until the queue is closed and empty.
func (p *pipeline) work() {
	var scratch *correlate.Scratch
	var rules *correlate.Rules // that scratch is for
	var throttled uint64       // of scratch, as counted
	for {
		b := <-p.free
		if !p.Queue.take(b, func(b *batch) { b.stage = p.stage.Load(); p.ordered <- b }) {
			p.free <- b
			return
		}
		if b.stage.rules != rules {
			rules = b.stage.rules
			scratch, throttled = rules.NewScratch(), 0
		}
		p.understand(b, scratch)
		if n := scratch.Throttled(); n != throttled {
			p.throttled.Add(n - throttled)
			throttled = n
		}
		b.ready <- struct{}{}
	}
}

// understand turns the records of a batch into events.
func (p *pipeline) understand(b *batch, scratch *correlate.Scratch) {
	st := b.stage
	for i := range b.records {
		r, e := &b.records[i], &b.events[i]
		if r.Event != nil {
			e = r.Event
			if e.Input == "" {
				finish(e, r.Input, r.Received, st.name)
			}
		} else {
			e.Reset()
			st.normalizer.Normalize(r, e)
		}
		b.hits[i] = span{len(b.matched), len(b.matched)}
		if dropped(st.drop, e) {
			b.dropped = append(b.dropped, e)
			continue
		}
		b.kept = append(b.kept, e)
		b.matched = append(b.matched, st.rules.Match(e, scratch)...)
		b.hits[len(b.kept)-1] = span{b.hits[i].from, len(b.matched)}
	}
}

// finish completes an event that came finished, of the sensor.
func finish(e *ocsf.Event, in *collector.Input, received time.Time, box string) {
	e.Input = in.Name
	if box != "" && !e.Has(ocsf.DeviceHostname) {
		e.Set(ocsf.DeviceHostname, ocsf.Text(box))
	}
	if e.Parser == "" {
		e.Parser = "sensor"
	}
	if e.Logged == 0 && !received.IsZero() {
		e.Logged = received.UnixMilli()
	}
	e.Conform()
}

func dropped(filters []*filter.Expr, e *ocsf.Event) bool {
	for _, f := range filters {
		if f.Match(e) {
			return true
		}
	}
	return false
}

// saveEvery is how often the state of the engine is kept.
const saveEvery = time.Minute

// correlate numbers events and shows them to the engine, in order. It is the
// only goroutine that touches the engine; others send it orders.
func (p *pipeline) correlate() {
	defer close(p.commits)
	defer close(p.stopped)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var out correlate.Output
	saved := p.Now()
	for {
		select {
		case b, ok := <-p.ordered:
			if !ok {
				p.end(&out)
				return
			}
			<-b.ready
			if r := b.stage.rules; r != p.rules {
				p.engine.Swap(r)
				p.rules = r
			}
			for _, e := range b.dropped {
				p.tap(e)
			}
			for i, e := range b.kept {
				e.Seq = p.next
				p.next++
				p.tap(e)
				p.engine.Observe(e, b.matched[b.hits[i].from:b.hits[i].to], &out)
			}
			p.send(&commit{batches: []*batch{b}}, &out)
		case o := <-p.orders:
			if err := o.do(p.engine, &out); err != nil {
				o.done <- err
				continue
			}
			p.send(&commit{done: []chan<- error{o.done}}, &out)
		case <-tick.C:
			if !p.Live {
				continue
			}
			p.engine.Tick(p.Now(), &out)
			if p.ticked != nil {
				p.ticked(p.engine)
			}
			c := &commit{}
			if now := p.Now(); p.saving != nil && now.Sub(saved) >= saveEvery {
				saved = now
				c.state, c.stateSeq = p.saving(p.engine), p.next-1
			}
			if len(out.Findings)+len(out.Incidents)+len(out.Controls) > 0 || c.state != nil {
				p.send(c, &out)
			}
		}
	}
}

// end sends what is left when the last batch has passed.
func (p *pipeline) end(out *correlate.Output) {
	if p.last != nil {
		p.last(p.engine, out)
	}
	c := &commit{}
	if p.saving != nil {
		c.state, c.stateSeq = p.saving(p.engine), p.next-1
	}
	p.send(c, out)
}

// send hands a commit with what the engine said to the writer. Findings and
// incidents stand in the log behind the events that they are about.
func (p *pipeline) send(c *commit, out *correlate.Output) {
	for _, b := range c.batches {
		c.events = append(c.events, b.kept...)
	}
	now := p.Now().UnixMilli()
	for _, f := range out.Findings {
		f.Seq = p.next
		p.next++
		c.events = append(c.events, f.Event(now))
	}
	for _, in := range out.Incidents {
		in.Seq = p.next
		p.next++
		c.events = append(c.events, in.Event(now))
	}
	for _, x := range out.Controls {
		x.Seq = p.next
		p.next++
		c.events = append(c.events, x.Event(now))
	}
	c.findings, c.incidents, c.controls = out.Findings, out.Incidents, out.Controls
	p.recent.add(c)
	*out = correlate.Output{}
	if c.state != nil {
		c.stateSeq = p.next - 1
	}
	p.commits <- c
}

// order is something that a person or the appliance wants of the engine. After
// an error it must have changed nothing.
type order struct {
	do   func(*correlate.Engine, *correlate.Output) error
	done chan<- error
}

// errStopping answers orders that come when the pipeline has ended.
var errStopping = errors.New("picket is stopping")

// order has f run on the correlator's goroutine and waits until what it caused
// is durable.
func (p *pipeline) order(ctx context.Context, f func(*correlate.Engine, *correlate.Output) error) error {
	done := make(chan error, 1)
	select {
	case p.orders <- order{f, done}:
	case <-p.stopped:
		return errStopping
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-done // taken orders are done, whoever has hung up meanwhile
}

// full is how many events one commit holds, about.
const full = 8192

// write makes commits durable, several at once when there are.
func (p *pipeline) write(ctx context.Context) error {
	var failed error
	for c := range p.commits {
		p.gather(c)
		if failed == nil {
			failed = p.append(ctx, c)
		}
		if failed == nil {
			p.recent.remove(c)
			p.account(c)
			p.after(c)
		}
		for _, done := range c.done {
			done <- failed
		}
		for _, b := range c.batches {
			b.reset()
			p.Queue.release(b)
			p.free <- b
		}
	}
	return failed
}

// gather adds to c what else is there, and waits for company up to p.Commit
// when c is small and there are batches to wait for.
func (p *pipeline) gather(c *commit) {
	wait := time.NewTimer(p.Commit)
	defer wait.Stop()
	for len(c.events) < full && len(c.batches) < inFlight/2 {
		select {
		case more, ok := <-p.commits:
			if !ok {
				return
			}
			c.join(more)
		case <-wait.C:
			return
		}
	}
}

func (c *commit) join(more *commit) {
	c.batches = append(c.batches, more.batches...)
	c.events = append(c.events, more.events...)
	c.findings = append(c.findings, more.findings...)
	c.incidents = append(c.incidents, more.incidents...)
	c.controls = append(c.controls, more.controls...)
	c.done = append(c.done, more.done...)
	if more.state != nil {
		c.state, c.stateSeq = more.state, more.stateSeq
	}
}

// patience is how long a replay waits for a disk that refuses; an appliance waits
// for ever.
const patience = 10 * time.Second

// append writes the events of c, again and again while the disk refuses.
func (p *pipeline) append(ctx context.Context, c *commit) error {
	if len(c.events) == 0 {
		return nil
	}
	pause, begun := 100*time.Millisecond, time.Now()
	for {
		err := p.log.Append(ctx, c.events)
		if err == nil {
			if p.failure.Swap(nil) != nil {
				p.Log.Info("the store can be written again")
			}
			return nil
		}
		text := err.Error()
		if p.failure.Swap(&text) == nil {
			p.Log.Error("cannot commit; nothing is acknowledged until it succeeds", "error", err)
		}
		if !p.Live && time.Since(begun) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
			pause = min(2*pause, 10*time.Second)
		}
	}
}

// account counts what is durable now, by input.
func (p *pipeline) account(c *commit) {
	for _, b := range c.batches {
		kept := 0
		for i := range b.records {
			in := b.records[i].Input
			e := &b.events[i]
			if b.records[i].Event != nil {
				e = b.records[i].Event
			}
			if kept < len(b.kept) && b.kept[kept] == e {
				kept++
				in.Stored.Add(1)
				if e.Parser == "" {
					in.NotUnderstood.Add(1)
				}
			} else {
				in.Filtered.Add(1)
			}
		}
	}
}

var _ collector.Sink = (*queue)(nil)
