package uplink

import (
	"math/rand/v2"
	"time"
)

// backoff is how long to wait after so many failures in a row: it doubles from
// half a second to a minute, less up to half of it by chance, so that sites
// that lost the same server do not come back in one moment.
func backoff(failures int) time.Duration {
	d := min(time.Minute, 500*time.Millisecond<<min(max(failures-1, 0), 7))
	return jitter(d)
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }
