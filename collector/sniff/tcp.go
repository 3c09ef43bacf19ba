package sniff

// reopened tells a SYN that begins another connection with the ports of one
// that is over.
func (f *flow) reopened(p *packet) bool {
	if p.flags&(flagSYN|flagACK|flagRST) != flagSYN {
		return false
	}
	if f.patience == lingering {
		return true
	}
	half := f.side[out].fin || f.side[in].fin
	return f.patience == connected && p.time-f.last > 60*1e9 && (half || p.seq != f.side[out].stream.next-1)
}

// tcp follows the state of a connection and reads what it carries.
func (s *sensor) tcp(f *flow, dir int, p *packet) {
	x, y := &f.side[dir], &f.side[1-dir]
	first := x.flags == 0
	x.flags |= p.flags & 0x3f
	seq := p.seq
	if p.flags&flagSYN != 0 {
		if p.flags&flagACK == 0 && dir == out && f.side[in].packets == 0 {
			f.synFirst = true
		}
		if p.flags&flagACK != 0 && dir == in {
			f.synAck = true
		}
		seq++
		if first || !x.stream.started {
			x.stream.started, x.stream.next = true, seq
		}
	}
	if p.flags&flagRST != 0 {
		if !f.reset && !(x.fin && y.fin) {
			f.reset, f.resetBy = true, dir
			f.refused = dir == in && f.synFirst && !f.synAck && x.packets == 1 && !y.fin
		}
		s.endStream(f, dir)
		s.endStream(f, 1-dir)
		return
	}
	if f.reader != nil {
		if n := len(p.payload); n > 0 || p.missing > 0 {
			s.deliver(f, dir, seq, p.payload, p.missing)
		}
		if p.flags&flagACK != 0 && f.reader != nil {
			s.peerAcked(f, 1-dir, p.ack)
		}
	}
	if p.flags&flagFIN != 0 && !x.fin {
		x.fin = true
		if f.reader != nil && len(x.stream.early) == 0 {
			s.endStream(f, dir)
		}
	}
}
