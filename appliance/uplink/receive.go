package uplink

// receipt takes what came down. It is believed about this log only, and never
// about numbers that the log has not reached.
func (f *Forwarder) receipt(b []byte) {
	r, err := ParseReceipt(b)
	if err != nil {
		f.note(func(s *Status) { s.BadReceipts++ })
		f.Logger.Debug("receipt not understood", "error", err)
		return
	}
	if r.Log != f.id {
		return // of another box of the site, or of a log before this one
	}
	if r.Through > f.Log.Last() {
		f.note(func(s *Status) {
			s.BadReceipts++
			s.Ahead = max(s.Ahead, r.Through)
		})
		return
	}
	f.note(func(s *Status) { s.LastReceipt = f.now().UnixMilli() })
	for _, l := range f.lanes {
		if l.name == r.Lane && r.Through > l.cur.Receipted {
			l.stored(r.Through)
			l.again.progress(r.Through, f.now(), f.ResendAfter)
		}
	}
}

func (f *Forwarder) note(change func(*Status)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.status)
}
