package appliance

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// zones are the time zones that the site has told of single sources: by the
// address that sends, or by the name that the device calls itself, which tells
// devices behind a relay apart and comes first.
type zones struct {
	byAddr map[netip.Addr]*time.Location
	byName map[string]*time.Location // in lower case
}

// sourceZones reads zones by address or name.
func sourceZones(names map[string]string) (*zones, error) {
	z := &zones{byAddr: map[netip.Addr]*time.Location{}, byName: map[string]*time.Location{}}
	for source, name := range names {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("timezones: %s: %w", source, err)
		}
		if a, err := netip.ParseAddr(source); err == nil {
			z.byAddr[a.Unmap()] = loc
		} else {
			z.byName[strings.ToLower(source)] = loc
		}
	}
	return z, nil
}

// of returns the zone of a source, nil for none of its own.
func (z *zones) of(from netip.Addr, name string) *time.Location {
	if name != "" && len(z.byName) > 0 {
		if loc := z.byName[strings.ToLower(name)]; loc != nil {
			return loc
		}
	}
	if len(z.byAddr) == 0 {
		return nil
	}
	return z.byAddr[from.Unmap()]
}
