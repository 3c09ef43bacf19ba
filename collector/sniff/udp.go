package sniff

// udp reads one datagram. The protocols of UDP use the same interface as those
// of TCP; each datagram is read whole, and what a reader leaves is dropped.
func (s *sensor) udp(f *flow, dir int, p *packet) {
	if len(p.payload) == 0 {
		return
	}
	if f.reader == nil {
		if f.tries >= maxTries || f.app != "" {
			return
		}
		f.tries++
		proto := recognize(s.datagrams, f, dir, p.payload)
		if proto == nil {
			return
		}
		f.app = proto.name
		if proto.open == nil {
			return
		}
		f.reader = proto.open(s, f)
	}
	n := -1
	s.guard(func() bool { n = f.reader.read(dir, p.payload); return true })
	if n < 0 {
		f.reader = nil
		f.tries = maxTries
	}
}

// maxTries is how many datagrams are looked at to find a flow's protocol.
const maxTries = 6
