package sniff

import "slices"

// reader takes what one connection carries, in order.
type reader interface {
	// read gets all bytes of one direction that were not dealt with yet and
	// returns how many it has dealt with now; the rest comes again with what
	// follows. More than there are means that so many bytes to come are of no
	// interest; negative, that none of this connection are.
	read(dir int, b []byte) int
	// gap says that n bytes of one direction are lost. It returns false to see
	// no more.
	gap(dir int, n int) bool
	// end says that no more bytes come in one direction. It is called for both,
	// at the latest when the flow ends, and also after read or gap gave up.
	end(dir int)
}

// stream puts the bytes of one direction of a TCP connection in order. Of bytes
// that came twice the first stand.
type stream struct {
	next    uint32 // sequence number that is expected
	started bool
	ended   bool // its reader knows that no more comes
	skip    int  // bytes to come that nobody wants
	buf     []byte
	early   []segment // beyond a hole, by sequence number
	waiting int       // bytes in early
	acked   int       // how often the peer acknowledged what lies beyond the hole
}

type segment struct {
	seq  uint32
	data []byte
}

// Bounds of one direction.
const (
	maxEarly  = 256       // segments beyond a hole
	maxWindow = 16 << 20  // bytes beyond what is expected that can be true
	maxWaits  = 128 << 10 // bytes beyond a hole
)

// deliver takes the payload of a segment.
func (s *sensor) deliver(f *flow, dir int, seq uint32, data []byte, missing int) {
	st := &f.side[dir].stream
	if !st.started {
		st.started, st.next = true, seq
	}
	ahead := int(int32(seq - st.next))
	if ahead < 0 {
		if -ahead >= len(data) {
			return // seen already
		}
		data = data[-ahead:]
		ahead = 0
	}
	switch {
	case ahead > maxWindow:
		return
	case ahead > 0:
		s.keep(st, st.next+uint32(ahead), data)
		if len(st.early) > maxEarly || st.waiting > maxWaits {
			s.jump(f, dir)
		}
		return
	}
	s.advance(f, dir, data)
	if missing > 0 && f.reader != nil { // cut by the capture
		s.lose(f, dir, missing)
	}
	s.drain(f, dir)
}

// keep stores a segment beyond a hole, without what is there already.
func (s *sensor) keep(st *stream, seq uint32, data []byte) {
	i := len(st.early)
	for i > 0 && int32(st.early[i-1].seq-seq) > 0 {
		i--
	}
	if i > 0 {
		before := st.early[i-1]
		if over := int(int32(before.seq+uint32(len(before.data))) - int32(seq)); over > 0 {
			if over >= len(data) {
				return
			}
			seq, data = seq+uint32(over), data[over:]
		}
	}
	for len(data) > 0 {
		n := len(data)
		if i < len(st.early) {
			room := int(int32(st.early[i].seq - seq))
			if room <= 0 { // known
				known := len(st.early[i].data) + room
				if known >= n {
					return
				}
				if known > 0 {
					seq, data = seq+uint32(known), data[known:]
				}
				i++
				continue
			}
			n = min(n, room)
		}
		if s.buffered+n > s.opt.MaxBuffered {
			s.stats.Overflows++
			return
		}
		s.buffered += n
		st.waiting += n
		st.early = slices.Insert(st.early, i, segment{seq, slices.Clone(data[:n])})
		seq, data = seq+uint32(n), data[n:]
		i++
	}
}

// drain reads what a closed hole made readable.
func (s *sensor) drain(f *flow, dir int) {
	st := &f.side[dir].stream
	for len(st.early) > 0 && f.reader != nil {
		g := st.early[0]
		ahead := int(int32(g.seq - st.next))
		if ahead > 0 {
			return
		}
		st.early[0] = segment{}
		st.early = st.early[1:]
		st.waiting -= len(g.data)
		s.buffered -= len(g.data)
		if -ahead < len(g.data) {
			s.advance(f, dir, g.data[-ahead:])
		}
	}
	if len(st.early) == 0 {
		st.early, st.acked = nil, 0
	}
}

// jump passes over the first hole: what was missing never came by.
func (s *sensor) jump(f *flow, dir int) {
	st := &f.side[dir].stream
	st.acked = 0
	if len(st.early) == 0 || f.reader == nil {
		return
	}
	s.lose(f, dir, int(int32(st.early[0].seq-st.next)))
	s.drain(f, dir)
}

// lose tells the reader about n bytes that nobody will ever see.
func (s *sensor) lose(f *flow, dir, n int) {
	st := &f.side[dir].stream
	s.stats.Gaps++
	st.next += uint32(n)
	if st.skip >= n {
		st.skip -= n
		return
	}
	n -= st.skip
	st.skip = 0
	s.unbuffer(st)
	if f.reader == nil || !s.guard(func() bool { return f.reader.gap(dir, n) }) {
		s.giveUp(f)
	}
}

// peerAcked notes that the other direction acknowledged up to ack. Bytes that
// the peer has and we never saw were lost before us; a few more packets are
// waited for, because captures swap neighbours.
func (s *sensor) peerAcked(f *flow, dir int, ack uint32) {
	st := &f.side[dir].stream
	if len(st.early) == 0 || int32(ack-st.early[0].seq) < 0 {
		return
	}
	if st.acked++; st.acked > 4 {
		s.jump(f, dir)
	}
}

// advance reads bytes that are next in order.
func (s *sensor) advance(f *flow, dir int, data []byte) {
	st := &f.side[dir].stream
	st.next += uint32(len(data))
	if f.reader == nil {
		return
	}
	if st.skip > 0 {
		n := min(st.skip, len(data))
		st.skip -= n
		data = data[n:]
	}
	if len(data) == 0 {
		return
	}
	whole := data
	if len(st.buf) > 0 {
		if len(st.buf)+len(data) > s.opt.MaxStream || s.buffered+len(data) > s.opt.MaxBuffered {
			s.stats.Overflows++
			s.giveUp(f)
			return
		}
		st.buf = append(st.buf, data...)
		s.buffered += len(data)
		whole = st.buf
	}
	s.offer(f, dir, whole)
}

// offer lets the reader have what is there, and keeps what it leaves. The
// reader may change while it reads (STARTTLS): then the new one gets the rest.
func (s *sensor) offer(f *flow, dir int, b []byte) {
	st := &f.side[dir].stream
	held := len(st.buf)
	for f.reader != nil && len(b) > 0 {
		was := f.reader
		n := 0
		s.guard(func() bool { n = -1; n = was.read(dir, b); return true })
		if n < 0 {
			if f.reader == was {
				s.giveUp(f)
			}
			return
		}
		if n > len(b) {
			st.skip = n - len(b)
			n = len(b)
		}
		b = b[n:]
		if f.reader == was && (n == 0 || st.skip > 0) {
			break
		}
	}
	if f.reader == nil {
		s.unbuffer(st)
		return
	}
	if len(b) == held && held > 0 {
		return // nothing was taken: it lies there already
	}
	if len(b) == 0 {
		s.unbuffer(st)
		return
	}
	if len(b) > s.opt.MaxStream {
		s.stats.Overflows++
		s.giveUp(f)
		return
	}
	s.buffered += len(b) - held
	st.buf = append(st.buf[:0], b...)
}

// again offers the other direction's waiting bytes to a new reader.
func (s *sensor) again(f *flow, dir int) {
	st := &f.side[dir].stream
	if len(st.buf) > 0 && f.reader != nil {
		s.offer(f, dir, st.buf)
	}
}

func (s *sensor) unbuffer(st *stream) {
	s.buffered -= len(st.buf)
	st.buf = nil
}

// giveUp lets the reader tell what it has, and ends all reading of f.
func (s *sensor) giveUp(f *flow) {
	r := f.reader
	var open [2]bool
	for d := range f.side {
		open[d] = !f.side[d].stream.ended
		f.side[d].stream.ended = true
	}
	for d := range open {
		if open[d] && r != nil {
			s.guard(func() bool { r.end(d); return true })
		}
	}
	s.silence(f)
}

// silence ends all reading of f. Its packets are still counted.
func (s *sensor) silence(f *flow) {
	f.reader = nil
	for d := range f.side {
		st := &f.side[d].stream
		s.unbuffer(st)
		s.buffered -= st.waiting
		st.early, st.waiting, st.skip = nil, 0, 0
	}
}

// endStream passes over all holes of one direction and tells its end.
func (s *sensor) endStream(f *flow, dir int) {
	st := &f.side[dir].stream
	for len(st.early) > 0 && f.reader != nil {
		s.jump(f, dir)
	}
	if f.reader == nil || st.ended {
		return
	}
	st.ended = true
	s.guard(func() bool { f.reader.end(dir); return true })
}

// guard runs a parser's code. A panic there is a bug, which must cost the
// connection and not the sensor.
func (s *sensor) guard(fn func() bool) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if s.strict {
				panic(r)
			}
			s.stats.ParserFault++
			ok = false
		}
	}()
	return fn()
}
