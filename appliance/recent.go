package appliance

import (
	"sync"

	"picket/normalize/ocsf"
)

// recent holds what the correlator has said and the writer has not made durable
// yet. Whoever decides on the state of an incident asks here before the store,
// which is behind by a commit.
type recent struct {
	mu        sync.Mutex // guards the rest
	incidents map[string]*ocsf.Incident
	findings  map[string]bool
}

func (r *recent) add(c *commit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.incidents == nil {
		r.incidents, r.findings = map[string]*ocsf.Incident{}, map[string]bool{}
	}
	for _, in := range c.incidents {
		r.incidents[in.UID] = in
	}
	for _, f := range c.findings {
		r.findings[f.UID] = true
	}
}

// remove forgets what is durable now; a later state of an incident stays.
func (r *recent) remove(c *commit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, in := range c.incidents {
		if r.incidents[in.UID] == in {
			delete(r.incidents, in.UID)
		}
	}
	for _, f := range c.findings {
		delete(r.findings, f.UID)
	}
}

// incident returns the newest state of an incident that is on its way, or nil.
func (r *recent) incident(uid string) *ocsf.Incident {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.incidents[uid]
}

func (r *recent) finding(uid string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.findings[uid]
}
