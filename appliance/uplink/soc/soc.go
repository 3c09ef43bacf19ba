// Package soc is the far end of the uplink: a reference consumer that stores what
// the sites send, and the receipts that let the sites forget it.
//
// Every event is written once, known by site, log, lane and number, whatever the
// broker delivers twice and the sites send again. The order for each batch is:
// lines to a file, fsync, index, fsync, receipt, acknowledgement. A crash at any
// point loses nothing and doubles nothing.
//
// One Drain takes everything of a site, or nothing: two that share a consumer
// would each see gaps, and say no receipts beyond them.
//
// What comes from a site is hostile until it has been checked: sizes are bounded
// before they are believed, and a batch that is none lies in quarantine.
package soc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"picket/appliance/uplink"
)

const (
	fetch     = 64       // messages at once
	maxCommit = 16 << 20 // bytes of lines, then a commit does not wait for more
)

// Options say what to drain to where.
type Options struct {
	// Server is the broker, with its URLs and certificate files.
	Server uplink.Servers
	// Dir is the folder of the files: DIR/<tenant>/<site>/<lane>/<log>-<n>.ndjson.
	Dir string
	// Tenant and Site narrow what is drained; "*" when empty.
	Tenant, Site string
	// Idle ends the work when nothing has come for so long; 0: never.
	Idle time.Duration

	Stream   string // PICKET when empty
	Consumer string // prefix of the durable consumers; picket-drain when empty
	// Replicas of the stream when it is made; 0: three in a cluster, else one.
	Replicas   int
	MaxBytes   int64         // of the stream when it is made; 0: as the server allows
	Duplicates time.Duration // in which the broker knows a retry by its id
	AckWait    time.Duration // until a message comes again that was not acknowledged
	MaxFile    int64         // bytes of a file, then the next begins
	Repeat     time.Duration // receipts of active series are said again

	Now    func() time.Time
	Logger *slog.Logger
	// Counts, when set, are counted while the work goes on.
	Counts *Counts
}

func (o Options) withDefaults() Options {
	text := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	text(&o.Tenant, "*")
	text(&o.Site, "*")
	text(&o.Stream, "PICKET")
	text(&o.Consumer, "picket-drain")
	span := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	span(&o.Duplicates, 2*time.Minute)
	span(&o.AckWait, time.Minute)
	span(&o.Repeat, time.Minute)
	if o.MaxFile <= 0 {
		o.MaxFile = 64 << 20
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = -1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Counts == nil {
		o.Counts = &Counts{}
	}
	return o
}

// Counts are what a drain has done since it began. They only grow.
type Counts struct {
	Batches     atomic.Uint64 // stored or known
	Events      atomic.Uint64 // lines written
	Duplicates  atomic.Uint64 // lines that were stored before
	Redelivered atomic.Uint64 // messages that the broker delivered again
	Quarantined atomic.Uint64 // messages that are no batches
	Receipts    atomic.Uint64
}

// Drain stores what the sites send until ctx ends, Idle has passed, or the folder
// fails. It returns nil in the first two cases.
func Drain(ctx context.Context, o Options) error {
	o = o.withDefaults()
	for _, name := range []string{o.Tenant, o.Site} {
		if name != "*" && !uplink.IsToken(name) {
			return fmt.Errorf("soc: %q is no name of a tenant or a site", name)
		}
	}
	v, err := openVault(o.Dir, o.MaxFile)
	if err != nil {
		return err
	}
	d := &drain{Options: o, vault: v}
	return errors.Join(d.run(ctx), v.close())
}

// drain is one Drain at work, in one goroutine.
type drain struct {
	Options
	vault   *vault
	conn    *nats.Conn
	repeat  time.Time // when receipts are said again
	arrived time.Time // when something came last
}

func (d *drain) run(ctx context.Context) error {
	opts, err := d.Server.Options()
	if err != nil {
		return err
	}
	d.conn, err = nats.Connect(d.Server.Join(), opts...)
	if err != nil {
		return fmt.Errorf("soc: connect: %w", err)
	}
	defer d.conn.Close()
	cs, err := open(ctx, d.conn, d.Options)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	d.arrived = d.Now()
	for ctx.Err() == nil {
		msgs, err := d.next(ctx, cs)
		if err != nil && ctx.Err() == nil {
			d.Logger.Warn("the broker gives nothing", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
		now := d.Now()
		if len(msgs) > 0 {
			d.arrived = now
			if err := d.store(msgs); err != nil {
				return err
			}
		} else if d.Idle > 0 && now.Sub(d.arrived) >= d.Idle {
			break
		}
		d.sayAgain(now)
	}
	// What has been said and acknowledged should reach the server.
	d.conn.FlushTimeout(2 * time.Second)
	return nil
}

// next fetches from the first lane that has something, and waits a moment when
// none has.
func (d *drain) next(ctx context.Context, cs []jetstream.Consumer) ([]jetstream.Msg, error) {
	for _, c := range cs {
		msgs, err := collect(c.FetchNoWait(fetch))
		if len(msgs) > 0 || err != nil || ctx.Err() != nil {
			return msgs, err
		}
	}
	return collect(cs[len(cs)-1].Fetch(1, jetstream.FetchMaxWait(250*time.Millisecond)))
}

func collect(b jetstream.MessageBatch, err error) ([]jetstream.Msg, error) {
	if err != nil {
		return nil, err
	}
	var msgs []jetstream.Msg
	for m := range b.Messages() {
		msgs = append(msgs, m)
	}
	err = b.Error()
	if errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages) {
		err = nil
	}
	return msgs, err
}

// store stores messages, a few MiB of them in one commit.
func (d *drain) store(msgs []jetstream.Msg) error {
	var entries []entry
	var good []jetstream.Msg
	bytes := 0
	for i, m := range msgs {
		if meta, err := m.Metadata(); err == nil && meta.NumDelivered > 1 {
			d.Counts.Redelivered.Add(1)
		}
		e, err := d.read(m)
		if err != nil {
			if err := d.refuse(m, err); err != nil {
				return err
			}
		} else {
			entries, good = append(entries, e), append(good, m)
			for _, l := range e.lines {
				bytes += len(l.JSON)
			}
		}
		if i < len(msgs)-1 && bytes < maxCommit {
			continue
		}
		if err := d.commit(entries, good); err != nil {
			return err
		}
		entries, good, bytes = nil, nil, 0
	}
	return d.vault.tidy()
}

// commit makes entries durable, says their receipts, and acknowledges their
// messages.
func (d *drain) commit(entries []entry, msgs []jetstream.Msg) error {
	stored, err := d.vault.commit(entries)
	if err != nil {
		return err
	}
	lines := 0
	said := map[*series]bool{}
	for _, e := range entries {
		lines += len(e.lines)
		e.series.active = d.Now()
		if !said[e.series] {
			said[e.series] = true
			d.say(e.series)
		}
	}
	d.Counts.Batches.Add(uint64(len(entries)))
	d.Counts.Events.Add(uint64(stored))
	d.Counts.Duplicates.Add(uint64(lines - stored))
	for _, m := range msgs {
		if err := m.Ack(); err != nil {
			d.Logger.Debug("acknowledgement not sent; the message comes again", "error", err)
		}
	}
	return nil
}

// read checks a message.
func (d *drain) read(m jetstream.Msg) (entry, error) {
	tenant, site, lane, ok := uplink.ParseSubject(m.Subject())
	if !ok {
		return entry{}, errors.New("soc: no subject of a lane")
	}
	header := m.Headers()
	h, err := uplink.ParseHead(header.Get)
	if err != nil {
		return entry{}, err
	}
	if h.Lane != lane {
		return entry{}, fmt.Errorf("soc: lane %s on the subject of %s", h.Lane, lane)
	}
	lines, err := uplink.Unpack(&h, m.Data())
	if err != nil {
		return entry{}, err
	}
	k := key{tenant, site, string(lane), h.Log}
	x := span{h.Prev, h.Last}
	if h.Beat != 0 {
		k.lane, x = beats, span{0, uint64(h.Beat)}
	}
	s, err := d.vault.of(k)
	if err != nil {
		return entry{}, err
	}
	if h.Lost > s.lost {
		d.Logger.Warn("a site lost events before it could send them", "tenant", tenant, "site", site, "numbers", h.Lost)
	}
	return entry{series: s, span: x, head: h, lines: lines}, nil
}

// refuse puts a message that is no batch aside, for good.
func (d *drain) refuse(m jetstream.Msg, why error) error {
	d.Counts.Quarantined.Add(1)
	d.Logger.Warn("batch in quarantine", "subject", m.Subject(), "error", why)
	meta, err := m.Metadata()
	if err != nil {
		return nil // not of the stream: nothing to come again
	}
	if err := d.vault.quarantine(meta.Sequence.Stream, why, m.Subject(), m.Headers(), m.Data()); err != nil {
		return err
	}
	if err := m.TermWithReason("no batch"); err != nil {
		d.Logger.Debug("refusal not sent; the message comes again", "error", err)
	}
	return nil
}

// say publishes the receipt of a series.
func (d *drain) say(s *series) {
	through := s.through()
	if through == 0 || s.lane == beats {
		return
	}
	r := uplink.Receipt{Log: s.log, Lane: uplink.Lane(s.lane), Through: through}
	if err := d.conn.Publish(uplink.DownSubject(s.tenant, s.site, "receipt"), r.Append(nil)); err != nil {
		return // it is said again
	}
	d.Counts.Receipts.Add(1)
}

// sayAgain repeats the receipts of series that were active of late, and all of
// them at the start: a site that was away when one was said need not send again.
func (d *drain) sayAgain(now time.Time) {
	if now.Before(d.repeat) {
		return
	}
	first := d.repeat.IsZero()
	d.repeat = now.Add(d.Repeat)
	for _, s := range d.vault.series {
		if first || now.Sub(s.active) < time.Hour {
			d.say(s)
		}
	}
}
