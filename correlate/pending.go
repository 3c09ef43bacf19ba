package correlate

import (
	"cmp"
	"slices"
)

// pending are the findings that opened no incident, waiting a while for one
// that they belong to.
type pending struct {
	All generations[string, *sighting] // by uid
	By  generations[key, []string]     // subject -> uids, the latest
}

const (
	maxPending    = 1 << 13
	maxPendingFor = 32 // of one subject
)

func (p *pending) add(x *sighting) {
	if p.All.Limit == 0 {
		p.All.Limit, p.By.Limit = maxPending, maxPending
	}
	if len(x.Subject) == 0 {
		return
	}
	p.All.put(x.F.UID, x)
	for _, k := range x.Subject {
		list, _ := p.By.get(k)
		if len(list) >= maxPendingFor {
			list = slices.Delete(slices.Clone(list), 0, 1)
		}
		p.By.put(k, append(list, x.F.UID))
	}
}

// take removes and returns what waits for these subjects, not older than since,
// in order of time.
func (p *pending) take(subjects []key, since int64) []*sighting {
	var out []*sighting
	for _, k := range subjects {
		list, _ := p.By.get(k)
		for _, uid := range list {
			if x, ok := p.All.get(uid); ok {
				p.All.delete(uid)
				if x.F.Time >= since {
					out = append(out, x)
				}
			}
		}
		p.By.delete(k)
	}
	slices.SortStableFunc(out, func(a, b *sighting) int {
		return cmp.Or(cmp.Compare(a.F.First, b.F.First), cmp.Compare(a.F.UID, b.F.UID))
	})
	return out
}
