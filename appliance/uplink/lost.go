package uplink

// lost counts numbers that retention took from the log before they were known to
// be sent. A number says nothing of its lane any more, so this counts at most
// what was lost, each number once.
type lost struct {
	Log     string `json:"log"`
	Through uint64 `json:"through"`
	Numbers uint64 `json:"numbers"`
}

// gone counts what lies above after and below the log's first number.
func (f *Forwarder) gone(after uint64) {
	first := f.Log.First()
	from := max(after, f.lost.Through)
	if first == 0 || first-1 <= from {
		return
	}
	n := first - 1 - from
	f.lost.Numbers += n
	f.lost.Through = first - 1
	f.lostSet = true
	f.Logger.Error("the store's budget deleted events before the SOC had them", "numbers", n, "total", f.lost.Numbers)
}

// checkLost looks for what no lane will ever find.
func (f *Forwarder) checkLost() {
	first := f.Log.First()
	for _, l := range f.lanes {
		after := l.seen
		if p := l.cur.Pending; p != nil {
			after = p.Prev
		}
		if after+1 < first {
			f.gone(after)
		}
	}
	if f.lostSet {
		if err := f.save("lost", &f.lost); err == nil {
			f.lostSet = false
		}
	}
}
