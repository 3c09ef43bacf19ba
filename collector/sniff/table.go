package sniff

import "bytes"

// flowKey names a flow in either direction: the lower end first.
type flowKey struct {
	lo, hi         [16]byte
	loPort, hiPort uint16
	proto          uint8
}

// keyOf returns the key of a packet's flow, and whether the packet came from
// its lower end.
func keyOf(p *packet) (flowKey, bool) {
	c := bytes.Compare(p.src[:], p.dst[:])
	if c < 0 || c == 0 && p.sport <= p.dport {
		return flowKey{p.src, p.dst, p.sport, p.dport, p.proto}, true
	}
	return flowKey{p.dst, p.src, p.dport, p.sport, p.proto}, false
}

// patience is how long a flow is waited for. Each has a list of its own, in
// order of the last packet, so that only heads need be looked at.
type patience uint8

const (
	lingering patience = iota
	exchanging
	halfOpen
	otherFlow
	datagrams
	connected
	patiences
)

// table holds the flows under way.
type table struct {
	m     map[flowKey]*flow
	lists [patiences]list
	idle  [patiences]int64 // ns
	limit int
}

// list is a ring of flows, the idlest first. Its zero value is empty.
type list struct{ head, tail *flow }

func (l *list) push(f *flow) {
	f.prev, f.next = l.tail, nil
	if l.tail != nil {
		l.tail.next = f
	} else {
		l.head = f
	}
	l.tail = f
}

func (l *list) remove(f *flow) {
	if f.prev != nil {
		f.prev.next = f.next
	} else {
		l.head = f.next
	}
	if f.next != nil {
		f.next.prev = f.prev
	} else {
		l.tail = f.prev
	}
	f.prev, f.next = nil, nil
}

// add takes a new flow in.
func (t *table) add(f *flow) {
	t.m[f.key] = f
	t.lists[f.patience].push(f)
}

// touch moves f, which had a packet, to the end of the list of its patience.
func (t *table) touch(f *flow, w patience) {
	if f.patience == w && f.next == nil {
		return
	}
	t.lists[f.patience].remove(f)
	f.patience = w
	t.lists[w].push(f)
}

func (t *table) remove(f *flow) {
	delete(t.m, f.key)
	t.lists[f.patience].remove(f)
}

// overdue returns a flow that was waited for long enough at time now, or nil.
func (t *table) overdue(now int64) *flow {
	for w := range t.lists {
		if f := t.lists[w].head; f != nil && now-f.last > t.idle[w] {
			return f
		}
	}
	return nil
}

// idlest returns the flow to give up when there are too many: one that is
// closed already, else the one that was silent longest.
func (t *table) idlest() *flow {
	if f := t.lists[lingering].head; f != nil {
		return f
	}
	var out *flow
	for w := range t.lists {
		if f := t.lists[w].head; f != nil && (out == nil || f.last < out.last) {
			out = f
		}
	}
	return out
}

// earliest yields the flows by their last packets, for the end of a capture.
func (t *table) earliest() *flow {
	var out *flow
	for w := range t.lists {
		if f := t.lists[w].head; f != nil && (out == nil || f.last < out.last) {
			out = f
		}
	}
	return out
}
