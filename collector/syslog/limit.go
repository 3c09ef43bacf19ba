package syslog

import (
	"net/netip"
	"sync"
)

// limits bounds the connections that are open, together and for one peer.
type limits struct {
	all, each int

	mu   sync.Mutex // guards both below
	open int
	by   map[netip.Addr]int
}

// enter counts a connection of addr in, or says why it may not stay.
func (l *limits) enter(addr netip.Addr) (refusal string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.open >= l.all:
		return "too many connections are open"
	case l.by[addr] >= l.each:
		return "too many connections of this sender are open"
	}
	l.open++
	l.by[addr]++
	return ""
}

func (l *limits) leave(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.by[addr]--; l.by[addr] == 0 {
		delete(l.by, addr)
	}
}

func (l *limits) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}
