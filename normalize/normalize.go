// Package normalize turns what a device said into an OCSF event: headers are
// taken off, the structure of the message is read into pairs, the parser of the
// brand, if there is one, says what they mean, and a dictionary of meanings
// says it for every other brand.
//
// A [Normalizer] has no memory between lines: the same record gives the same
// event, whatever came before, and it is safe for concurrent use. Every line
// gives exactly one event that conforms to the schema and has the raw line in
// it, byte for byte; [ocsf.Event.Parser] tells who understood it, and is empty
// when nobody did. Reading is linear in the length of the line.
//
// To add a brand: one file, one word in [Parsers], samples in testdata.
package normalize

import (
	"net/netip"
	"sync"
	"time"

	"picket/collector"
	"picket/normalize/ocsf"
)

// Options are what the surroundings of a [Normalizer] decide.
type Options struct {
	// Now is asked for the time of a record that does not know when it was
	// received. Nil means time.Now.
	Now func() time.Time
	// Zone is that of stamps that tell none. Nil means UTC.
	Zone *time.Location
	// ZoneOf tells the zone of a source by its address and by the name that the
	// device calls itself ("" when its header has none), nil where Zone holds. It
	// may be nil itself.
	ZoneOf func(from netip.Addr, name string) *time.Location
	// Generic switches the knowledge of brands off, that of mappings as well.
	Generic bool
	// Mappings are a site's own brands, see [LoadMappings]. They are asked before
	// those that are known; of two with one name the site's holds.
	Mappings []*Parser
	// Builtin are brands that come in files, asked behind [Parsers].
	Builtin []*Parser
}

// Normalizer turns records into events.
type Normalizer struct {
	Options

	router *router
	strict bool       // a fault of a parser is not caught: tests want to see it
	lock   sync.Mutex // guards free
	free   []*Line    // lines that are not in use, with the keys that they learned
}

// New returns a Normalizer.
func New(o Options) *Normalizer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	n := &Normalizer{Options: o}
	if !o.Generic {
		n.router = newRouter(mergeMappings(o.Mappings, o.Builtin))
	}
	return n
}

// Normalize makes e the event that the record tells; what e held is gone. Texts
// of e may be slices of rec.Raw. A record that is a finished event is copied.
func (n *Normalizer) Normalize(rec *collector.Record, e *ocsf.Event) {
	l := n.take()
	if n.guarded(l, rec, e) {
		n.put(l)
	}
}

func (n *Normalizer) take() *Line {
	n.lock.Lock()
	defer n.lock.Unlock()
	if k := len(n.free); k > 0 {
		l := n.free[k-1]
		n.free = n.free[:k-1]
		return l
	}
	return &Line{}
}

func (n *Normalizer) put(l *Line) {
	l.reset(nil, nil)
	n.lock.Lock()
	defer n.lock.Unlock()
	if len(n.free) < 64 {
		n.free = append(n.free, l)
	}
}

func (n *Normalizer) normalize(l *Line, rec *collector.Record, e *ocsf.Event) {
	if rec.Event != nil {
		*e = *rec.Event.Clone()
		return
	}
	received := n.begin(rec, e)
	l.E, l.Rec = e, rec // the rest is as put left it
	l.now, l.zone, l.placed = received, n.Zone, false
	l.zoneOf = n.ZoneOf
	l.Body = scanHeader(rec.Raw, &l.Head)
	if n.ZoneOf != nil {
		if z := n.ZoneOf(rec.From, l.Head.Host); z != nil {
			l.zone, l.placed = z, true
		}
	}
	if rec.Cut > 0 {
		e.SetBool(ocsf.IsTruncated, true)
		e.SetInt(ocsf.UntruncatedSize, int64(rec.Cut))
	}
	if n.router == nil || !n.router.parse(l) {
		l.generic()
	}
	l.finish()
	e.Conform()
}

// begin makes e an event that tells nothing but the record itself, and returns when
// that was received.
func (n *Normalizer) begin(rec *collector.Record, e *ocsf.Event) time.Time {
	e.Reset()
	received := rec.Received
	if received.IsZero() {
		received = n.Now()
	}
	e.Raw, e.Logged, e.From = rec.Raw, received.UnixMilli(), rec.From
	if rec.Input != nil {
		e.Input = rec.Input.Name
	}
	return received
}
