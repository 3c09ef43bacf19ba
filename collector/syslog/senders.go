package syslog

import (
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"picket/collector"
)

// Sender is the account of one peer of one input.
type Sender struct {
	// Addr is the peer, or the zero Addr for all that the table had no room for.
	Addr netip.Addr
	// Name is what its verified client certificate calls it, if it showed one.
	Name string

	Messages, Bytes uint64
	// Dropped is how many of its messages found the queue full.
	Dropped uint64
	// Refused counts its connections over the limit or without a TLS session.
	Refused uint64
	// Malformed counts its messages with broken framing.
	Malformed uint64
	// Connections are open now.
	Connections int

	First, Last time.Time
	// Problem is the last thing that went wrong with it, at ProblemAt.
	Problem   string
	ProblemAt time.Time
}

const (
	// staleSender may lose its row to a new one when the table is full.
	staleSender = 24 * time.Hour
	// sweepEvery is how often a full table looks for stale rows at most.
	sweepEvery = time.Minute
	maxProblem = 200
)

// senders is the bounded table of senders of one input. It is locked once for
// a batch, never for a message.
type senders struct {
	limit int

	mu     sync.Mutex // guards all below
	rows   map[netip.Addr]*Sender
	other  Sender
	swept  time.Time
	refuse time.Time // when a refusal was last logged
}

func newSenders(limit int) *senders {
	return &senders{limit: limit, rows: make(map[netip.Addr]*Sender)}
}

// row returns addr's row. The caller holds mu.
func (s *senders) row(addr netip.Addr, now time.Time) *Sender {
	if r := s.rows[addr]; r != nil {
		return r
	}
	if len(s.rows) >= s.limit && !s.sweep(now) {
		return &s.other
	}
	r := &Sender{Addr: addr, First: now}
	s.rows[addr] = r
	return r
}

// sweep folds senders silent for a day into the row of the others, so that a
// flood of forged addresses does not keep real ones out for ever.
func (s *senders) sweep(now time.Time) bool {
	if now.Sub(s.swept) < sweepEvery {
		return false
	}
	s.swept = now
	for addr, r := range s.rows {
		if r.Connections > 0 || now.Sub(latest(r.Last, r.First)) < staleSender {
			continue
		}
		s.other.Messages += r.Messages
		s.other.Bytes += r.Bytes
		s.other.Dropped += r.Dropped
		s.other.Refused += r.Refused
		s.other.Malformed += r.Malformed
		s.other.Last = latest(s.other.Last, r.Last)
		delete(s.rows, addr)
	}
	return len(s.rows) < s.limit
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// add accounts for records that were read, of which the first queued ones found
// room.
func (s *senders) add(records []collector.Record, queued int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var row *Sender
	var of netip.Addr
	for i := range records {
		rec := &records[i]
		if row == nil || rec.From != of {
			row, of = s.row(rec.From, rec.Received), rec.From
		}
		row.Messages++
		row.Bytes += uint64(len(rec.Raw))
		row.Last = rec.Received
		if i >= queued {
			row.Dropped++
		}
	}
}

func (s *senders) opened(addr netip.Addr, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.row(addr, now).Connections++
}

func (s *senders) closed(addr netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The row may have been the others' when the connection was opened.
	if r := s.rows[addr]; r != nil && r.Connections > 0 {
		r.Connections--
	} else if s.other.Connections > 0 {
		s.other.Connections--
	}
}

func (s *senders) named(addr netip.Addr, name string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.row(addr, now); r != &s.other {
		r.Name = name
	}
}

func (s *senders) refused(addr netip.Addr, why string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.row(addr, now)
	r.Refused++
	r.problem(why, now)
}

func (s *senders) malformed(addr netip.Addr, why string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.row(addr, now)
	r.Malformed++
	r.problem(why, now)
}

func (r *Sender) problem(why string, now time.Time) {
	r.Problem, r.ProblemAt = why[:min(len(why), maxProblem)], now
}

// mayLog tells whether a refusal is to be logged: one a minute.
func (s *senders) mayLog(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.refuse) < time.Minute {
		return false
	}
	s.refuse = now
	return true
}

// list returns the rows by address; that of the others, if any, comes last.
func (s *senders) list() []Sender {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Sender, 0, len(s.rows)+1)
	for _, addr := range slices.SortedFunc(maps.Keys(s.rows), netip.Addr.Compare) {
		list = append(list, *s.rows[addr])
	}
	if o := s.other; o.Messages+o.Refused+o.Malformed > 0 || o.Connections > 0 {
		list = append(list, o)
	}
	return list
}
