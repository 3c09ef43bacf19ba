package correlate

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"

	"picket/normalize/ocsf"
)

// state is what an engine remembers, as it is written to a snapshot.
type state struct {
	Version  int
	Clock    clock
	Flushed  int64
	Facts    facts
	Beacons  beacons
	Usual    baselines
	Pending  pending
	Active   generations[activeKey, *active]
	Peers    popularity
	Crowds   crowds
	Leases   leases
	Aliases  aliases
	Stories  []*story
	Controls []*control
	Tallies  map[string]*Tally
	Counts   Counts
	Windows  []byte
}

const stateVersion = 2

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Snapshot writes everything that the engine remembers: an engine with the same
// rules that restores it goes on as this one would. Its size is bounded as the
// memory is (some ten megabytes at the limits).
func (g *Engine) Snapshot() ([]byte, error) {
	st := state{
		Version: stateVersion, Clock: g.clock, Flushed: g.flushed, Facts: g.facts,
		Beacons: g.beacons, Usual: g.usual, Pending: g.pending, Active: g.active, Peers: g.peers, Crowds: g.crowds, Leases: g.leases, Aliases: g.aliases, Stories: g.stories, Counts: g.counts,
		Controls: g.controls.List, Tallies: g.tallies.byID,
	}
	var err error
	if st.Windows, err = g.saveWindows(); err != nil {
		return nil, fmt.Errorf("snapshot of the windows: %w", err)
	}
	b := bytes.NewBuffer(make([]byte, 4, 1<<16))
	if err := gob.NewEncoder(b).Encode(&st); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	binary.BigEndian.PutUint32(b.Bytes(), crc32.Checksum(b.Bytes()[4:], castagnoli))
	return b.Bytes(), nil
}

// Restore replaces what the engine remembers by a snapshot. Incidents that the
// log holds in a later state (see [Options.Stored]) go on from that state. After
// an error the engine is empty.
func (g *Engine) Restore(snapshot []byte) error {
	fresh := New(g.rules, g.inventory, g.opt)
	var st state
	if len(snapshot) < 4 || crc32.Checksum(snapshot[4:], castagnoli) != binary.BigEndian.Uint32(snapshot) {
		*g = *fresh
		return errors.New("snapshot: it is damaged")
	}
	if err := gob.NewDecoder(bytes.NewReader(snapshot[4:])).Decode(&st); err != nil {
		*g = *fresh
		return fmt.Errorf("snapshot: %w", err)
	}
	if st.Version != stateVersion {
		*g = *fresh
		return fmt.Errorf("snapshot: version %d, this Picket reads %d", st.Version, stateVersion)
	}
	if err := fresh.loadWindows(st.Windows); err != nil {
		*g = *New(g.rules, g.inventory, g.opt)
		return fmt.Errorf("snapshot of the windows: %w", err)
	}
	fresh.clock, fresh.flushed, fresh.counts = st.Clock, st.Flushed, st.Counts
	fresh.facts = st.Facts
	fresh.beacons, fresh.usual, fresh.pending, fresh.active, fresh.peers, fresh.crowds, fresh.leases, fresh.aliases = st.Beacons, st.Usual, st.Pending, st.Active, st.Peers, st.Crowds, st.Leases, st.Aliases
	fresh.active.Limit = maxActive
	for _, x := range st.Controls {
		x.compile()
	}
	fresh.controls.List = st.Controls
	fresh.tallies.byID = st.Tallies
	fresh.keepTallies()
	for _, s := range st.Stories {
		if fresh.opt.Stored != nil {
			if in := fresh.opt.Stored(s.In.UID); in != nil && in.Version > s.In.Version {
				s.takeOver(in)
			}
		}
		if s.In.State == ocsf.Closed || s.In.Into != "" {
			continue
		}
		fresh.stories = append(fresh.stories, s)
		fresh.byUID[s.In.UID] = s
		for _, l := range s.Links {
			fresh.noteName(s, l)
			if o := fresh.links[l]; o == nil || !o.open(s.In.End) {
				fresh.links[l] = s
			}
		}
	}
	*g = *fresh
	return nil
}

// Counts returns what the engine did and had to forget.
func (g *Engine) Counts() Counts {
	c := g.counts
	c.Open = len(g.stories)
	c.Controls = len(g.controls.List)
	c.FactsGone = g.facts.Gone
	c.BeaconsEvicted = g.beacons.Pairs.Evicted
	c.Habits, c.HabitsEvicted = g.usual.known(), g.usual.evicted()
	c.PendingEvicted = g.pending.All.Evicted
	for _, s := range g.stories {
		c.NamesOverLimit += uint64(s.In.Lost)
	}
	g.countWindows(&c)
	return c
}
