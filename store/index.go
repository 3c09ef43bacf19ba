package store

import (
	"net/netip"
	"strings"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
)

// The head of a block answers what a filter asks an index.
var _ filter.Index = (*head)(nil)

// find calls fn for the columns of a field (or of the list that it is an element
// of), or of a vendor's key, until it returns true.
func (h *head) find(f ocsf.Field, key string, fn func(*columnHead) bool) bool {
	if list := f.Info().List; list != ocsf.None {
		f = list
	}
	for i := range h.cols {
		c := &h.cols[i]
		if c.space == ofField && f != ocsf.None && c.field == f ||
			c.space == ofUnmapped && f == ocsf.None && strings.EqualFold(c.key, key) {
			if fn(c) {
				return true
			}
		}
	}
	return false
}

// inHead tells the fields that every event has.
func inHead(f ocsf.Field) bool {
	switch f {
	case ocsf.ClassUID, ocsf.ActivityID, ocsf.SeverityID, ocsf.EventTime, ocsf.LoggedTime, ocsf.Sequence, ocsf.RawData:
		return true
	}
	return false
}

func (h *head) Has(f ocsf.Field, key string) bool {
	return inHead(f) || h.find(f, key, func(*columnHead) bool { return true })
}

func (h *head) Value(f ocsf.Field, key, text string) bool {
	return inHead(f) || h.find(f, key, func(c *columnHead) bool {
		if h.grams == nil || !c.indexed || inBloom(h.bloom, textHash(text)) {
			return true
		}
		a, ok := ocsf.ParseAddr(text)
		return ok && inBloom(h.bloom, addrHash(a))
	})
}

func (h *head) Addr(f ocsf.Field, key string, a netip.Addr) bool {
	return inHead(f) || h.find(f, key, func(c *columnHead) bool {
		return h.grams == nil || c.kind != ocsf.KindAddr || inBloom(h.bloom, addrHash(a))
	})
}

func (h *head) Number(f ocsf.Field, lo, hi int64) bool {
	switch f {
	case ocsf.ClassUID:
		if h.classes == nil {
			return true
		}
		for _, c := range h.classes {
			if int64(c) >= lo && int64(c) <= hi {
				return true
			}
		}
		return false
	case ocsf.SeverityID:
		return lo <= int64(h.maxSeverity)
	case ocsf.EventTime:
		return lo <= h.maxTime && hi >= h.minTime
	case ocsf.LoggedTime:
		return lo <= h.maxLogged && hi >= h.minLogged
	case ocsf.Sequence:
		return lo <= int64(h.lastSeq) && hi >= int64(h.firstSeq)
	}
	return inHead(f) || h.find(f, "", func(c *columnHead) bool {
		if c.kind != ocsf.KindInt && c.kind != ocsf.KindBool {
			return true
		}
		return lo <= c.max && hi >= c.min
	})
}

func (h *head) Own(string, string) bool { return true }

func (h *head) Text(text string) bool { return h.grams == nil || inGrams(h.grams, text) }

func (h *head) Whole(text string) bool {
	if h.grams == nil {
		return true
	}
	a, err := netip.ParseAddr(text)
	switch {
	case err != nil:
		return inBloom(h.bloom, textHash(text))
	case a.Is4():
		return inBloom(h.bloom, addrHash(a))
	}
	return inGrams(h.grams, text)
}
