package syslog

import (
	"net/netip"
	"testing"
	"time"

	"picket/collector"
)

func TestSendersAreBounded(t *testing.T) {
	s := newSenders(2)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	from := func(i byte) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, i}) }
	records := func(at time.Time, list ...byte) (records []collector.Record) {
		for _, i := range list {
			records = append(records, collector.Record{Raw: "<13>a", From: from(i), Received: at})
		}
		return records
	}
	s.add(records(now, 1, 1, 2, 3, 4, 1), 5)
	got := s.list()
	want := []Sender{
		{Addr: from(1), Messages: 3, Bytes: 15, Dropped: 1, First: now, Last: now},
		{Addr: from(2), Messages: 1, Bytes: 5, First: now, Last: now},
		{Messages: 2, Bytes: 10, Last: now},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}

	// After a day of silence a row is free for another, and nothing is lost.
	s.opened(from(2), now)
	later := now.Add(staleSender)
	s.add(records(later, 5), 1)
	got = s.list()
	if len(got) != 3 || got[0].Addr != from(2) || got[1].Addr != from(5) || got[2].Messages != 5 || got[2].Dropped != 1 {
		t.Errorf("got %+v", got)
	}
	// A connection keeps its row.
	s.add(records(later.Add(2*staleSender), 6), 1)
	if got = s.list(); got[0].Addr != from(2) {
		t.Errorf("got %+v", got)
	}
	s.closed(from(2))
	s.closed(from(9)) // opened in the row of the others
	if got = s.list(); got[0].Connections != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestSendersAddDoesNotAllocate(t *testing.T) {
	s := newSenders(2)
	records := []collector.Record{{Raw: "<13>a", From: local, Received: time.Now()}}
	if n := testing.AllocsPerRun(100, func() { s.add(records, 1) }); n > 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

func TestBufferGrowsAndShrinks(t *testing.T) {
	b := buffer{max: MaxMessage}
	size := MaxMessage
	p := &pieces{next: func() int { return size }}
	read := func(n int) {
		p.rest = string(make([]byte, n))
		if err := b.fill(p); err != nil {
			t.Fatal(err)
		}
		b.r = b.w
	}
	read(100)
	if len(b.b) != minBuffer {
		t.Errorf("begins with %d", len(b.b))
	}
	for range 10 {
		read(MaxMessage)
	}
	if len(b.b) != MaxMessage {
		t.Errorf("grows to %d", len(b.b))
	}
	for range 10 * calmReads {
		read(100)
	}
	if len(b.b) != minBuffer {
		t.Errorf("shrinks to %d", len(b.b))
	}
}
