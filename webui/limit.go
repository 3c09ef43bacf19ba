package webui

import (
	"net/netip"
	"sync"
	"time"
)

// limiter slows guessing down. The first few tries of a key are free; then
// each has to wait twice as long as the one before, up to a limit. A success
// clears the key, and so does an hour without a try.
type limiter struct {
	now  func() time.Time
	free int
	most time.Duration

	mu   sync.Mutex // guards keys
	keys map[string]*tries
}

type tries struct {
	n    int       // tries that have not succeeded
	last time.Time // when the last was made
}

// maxKeys bounds the memory that a flood of addresses can take.
const maxKeys = 8192

// forget is how long a key is remembered after its last try.
const forget = time.Hour

func newLimiter(now func() time.Time, free int, most time.Duration) *limiter {
	return &limiter{now: now, free: free, most: most, keys: map[string]*tries{}}
}

// try counts a try of the key and returns 0, or returns how long to wait before
// the next is allowed, and counts nothing. A try is counted before its outcome
// is known, so that many at a time gain nothing.
func (l *limiter) try(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	t := l.keys[key]
	if t == nil || now.Sub(t.last) > forget {
		l.make(now)
		t = &tries{}
		l.keys[key] = t
	}
	if wait := l.pause(t.n) - now.Sub(t.last); t.n > 0 && wait > 0 {
		return wait
	}
	t.n++
	t.last = now
	return 0
}

// ok clears the key: its try succeeded.
func (l *limiter) ok(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, key)
}

// pause is how long to wait after so many tries.
func (l *limiter) pause(n int) time.Duration {
	if n < l.free {
		return 0
	}
	d := time.Second << min(n-l.free, 20)
	return min(d, l.most)
}

// make makes room for one more key: those that are old go, then any with the
// fewest tries.
func (l *limiter) make(now time.Time) {
	if len(l.keys) < maxKeys {
		return
	}
	least, fewest := "", 0
	for k, t := range l.keys {
		if now.Sub(t.last) > forget {
			delete(l.keys, k)
		} else if least == "" || t.n < fewest {
			least, fewest = k, t.n
		}
	}
	if len(l.keys) >= maxKeys {
		delete(l.keys, least)
	}
}

// addrKey is an address for a limiter; of IPv6 its /64, which one host can have
// for itself.
func addrKey(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
