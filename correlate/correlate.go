// Package correlate finds attacks: it runs signatures and correlations over the
// stream of events, adds what devices report and what baselines notice, and
// groups the findings into incidents that tell one story each.
//
// [Rules] hold everything that can be said of one event alone. They are
// immutable and shared by the workers, each with a [Scratch] of its own.
// [Engine] holds everything that needs memory: windows, baselines, incidents
// that still grow. It is used by one goroutine, sees the events in the order of
// their numbers, and puts what it found into an [Output].
//
// The engine lives on event time. The same events in the same order give the
// same findings and incidents, whatever the number of workers and whenever they
// are received; a finding's uid derives from its rule, its group and its first
// evidence, so that what is found again after a restart has the same name. All
// memory is bounded, and what is forgotten is counted, see [Counts].
package correlate

import (
	"cmp"
	"slices"
	"time"

	"picket/correlate/window"
	"picket/normalize/ocsf"
)

// Options of an Engine. The zero Options work.
type Options struct {
	// Exists tells whether the log holds a finding with this uid already: it is
	// not given out again. Nil: no finding exists.
	Exists func(uid string) bool
	// Stored returns the state of an incident in the log, or nil. The engine
	// asks when it opens or restores one, and goes on from there. Nil: none.
	Stored func(uid string) *ocsf.Incident
}

// Output is what the engine found. The caller owns what it holds.
type Output struct {
	Findings  []*ocsf.Finding
	Incidents []*ocsf.Incident // new or changed, the whole state
	Controls  []*ocsf.Control  // the same
}

// Reset empties the output for reuse.
func (o *Output) Reset() {
	clear(o.Findings)
	clear(o.Incidents)
	clear(o.Controls)
	o.Findings, o.Incidents, o.Controls = o.Findings[:0], o.Incidents[:0], o.Controls[:0]
}

// Counts tell what the engine did and what it had to forget.
type Counts struct {
	Events, Hits                   uint64
	Findings, Repeated, Observed   uint64 // given out; folded into one that is known; found without consequence
	Inhibited                      uint64 // another finding tells it better
	Hidden                         uint64 // by a control
	Controls                       int    // in force
	Opened, Merged, LetGo          uint64 // incidents; let go before their time
	Open                           int    // incidents that still grow
	Groups, Entries                int    // of windows
	WindowsEvicted                 uint64
	BeaconsEvicted, PendingEvicted uint64
	Habits                         int    // people, hosts and devices of whom the baselines know something
	HabitsEvicted                  uint64 // of them, forgotten for want of room
	FactsGone, NamesOverLimit      uint64
}

// Engine finds and groups. Make one with [New]; it is for one goroutine.
type Engine struct {
	rules     *Rules
	inventory *Inventory
	opt       Options

	windows *window.Engine
	indexes []int       // scratch
	record  record      // scratch
	told    []*step     // scratch
	counted []Hit       // scratch
	event   *ocsf.Event // at hand, nil when the clock found something
	clock   clock
	names   names
	facts   facts
	beacons beacons
	usual   baselines
	pending pending
	active  generations[activeKey, *active]
	peers   popularity // how many hosts a user is seen on
	crowds  crowds
	leases  leases
	aliases aliases

	controls controls
	tallies  tallies

	stories  []*story // in the order in which they were opened
	byUID    map[string]*story
	links    map[link]*story
	named    map[string][]*story // by the short names of hosts that link them; not all of them still grow
	flushed  int64               // by the clock, ms
	received int64               // when the latest event was received, or the latest tick came, ms
	counts   Counts
}

// activeKey names what is going on: one rule for one group.
type activeKey struct{ Rule, Group string }

// active is something that was found and may go on.
type active struct {
	UID   string // of the finding
	Story string // uid of its incident, or none
	Last  int64
	Count int
	Limit int64 // ms of silence after which it is new again
}

const maxActive = 1 << 15

// New returns an engine without memory.
func New(rules *Rules, inventory *Inventory, opt Options) *Engine {
	g := &Engine{rules: rules, inventory: inventory, opt: opt, byUID: map[string]*story{}, links: map[link]*story{}, named: map[string][]*story{}}
	if g.inventory == nil {
		g.inventory = NewInventory(nil)
	}
	g.active.Limit = maxActive
	g.windows = rules.newWindows()
	return g
}

// SetInventory replaces what is known of the site's hosts.
func (g *Engine) SetInventory(in *Inventory) {
	if in == nil {
		in = NewInventory(nil)
	}
	g.inventory = in
}

// Observe takes in one event with the rules that hit it. e.Seq must be set; e
// may be reused afterwards.
func (g *Engine) Observe(e *ocsf.Event, hits []Hit, out *Output) {
	if e.Class == ocsf.EntityManagement && e.Parser == "picket" {
		g.replayControl(e, out)
		return
	}
	g.counts.Events++
	if e.Class == ocsf.IncidentFinding || e.Parser == "picket" {
		return // Picket's own, in the same log
	}
	g.event = e
	defer func() { g.event = nil }()
	g.clock.observe(e.Time)
	g.received = max(g.received, e.Logged)
	g.aliases.told(g, e, out)
	g.leases.learn(g, e)
	g.follow(e, out)
	if len(hits) > 0 {
		g.counts.Hits += uint64(len(hits))
		g.hits(e, hits, out)
	}
	if e.Class == ocsf.DetectionFinding && !g.rules.judged(hits) {
		g.deviceFinding(e, out)
	}
	f, beat := g.beacons.observe(g, e)
	if f != nil {
		g.beacon(e, f, out)
	}
	if beat != nil {
		x := g.factOf(e)
		g.again(beaconRule, beaconGroup(&x), &x, out)
	}
	g.usual.observe(g, e, out)
	if g.clock.Now-g.flushed >= flushEvery {
		g.absences(g.clock.Now, out)
		g.flush(out, false)
	}
}

// flushEvery is how long, by the engine's clock, growth alone of an incident
// waits before it is told.
const flushEvery = 60_000 // ms

// Tick lets time pass without events: call it every few seconds with the wall
// clock. Absences fire, and what waits is told.
func (g *Engine) Tick(now time.Time, out *Output) {
	g.clock.tick(now)
	g.received = max(g.received, now.UnixMilli())
	g.absences(g.clock.Now, out)
	g.flush(out, true)
}

// Finish ends a replayed stream: what waits is told, and absences up to its end.
func (g *Engine) Finish(out *Output) {
	g.end(out)
	g.flush(out, true)
}

// flush tells the incidents that grew, and lets go of those that are too old to
// grow.
func (g *Engine) flush(out *Output, all bool) {
	g.flushed = g.clock.Now
	g.flushControls(out)
	for _, s := range g.stories {
		if s.Dirty && (all || g.clock.Now-s.Told >= flushEvery) {
			s.weigh(g)
			s.In.Desc = s.describe()
			g.tell(s, out)
		}
	}
	for i := 0; i < len(g.stories); i++ {
		if s := g.stories[i]; !s.Dirty && !s.open(g.clock.Now-flushEvery) {
			if g.clock.Now < s.In.Start {
				continue // opened by a stamp that is ahead of its time
			}
			g.forget(s)
			i--
		}
	}
}

// maxStories is how many incidents may grow at a time; the one that was silent
// for the longest is let go for a new one.
const maxStories = 2048

func (g *Engine) makeRoom(out *Output) {
	if len(g.stories) < maxStories {
		return
	}
	s := slices.MinFunc(g.stories, func(a, b *story) int { return cmp.Compare(a.In.End, b.In.End) })
	if s.Dirty {
		g.tell(s, out)
	}
	g.forget(s)
	g.counts.LetGo++
}

// tell gives an incident out.
func (g *Engine) tell(s *story, out *Output) {
	s.In.Version++
	s.In.Updated = max(s.In.Updated, s.In.Created, g.received)
	s.Dirty, s.Told = false, g.clock.Now
	in := cloneIncident(&s.In)
	for i, o := range out.Incidents {
		if o.UID == in.UID {
			out.Incidents[i] = in // of one batch, the last state is enough
			return
		}
	}
	out.Incidents = append(out.Incidents, in)
}

func (g *Engine) exists(uid string) bool { return g.opt.Exists != nil && g.opt.Exists(uid) }
