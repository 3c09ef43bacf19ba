package appliance

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"picket/appliance/config"
	"picket/appliance/manage"
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
		loc, err := config.Zone(name)
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

// propose tells of each source whose stamps show another zone than the one that is
// assumed which one that is.
func (z *zones) propose(list []manage.Source, usual *time.Location, now time.Time) {
	for i := range list {
		src := &list[i]
		if src.Shift == 0 {
			continue
		}
		addr, _ := netip.ParseAddr(src.Address)
		loc := z.of(addr, src.Name)
		if loc == nil {
			loc = usual
		}
		_, east := now.In(loc).Zone()
		src.Zone = manage.Offset(east/60 + src.Shift)
	}
}

// clockWords tells what is wrong with the clock of a source, "" for nothing.
func clockWords(src *manage.Source, allowed time.Duration) string {
	name := src.Name
	err := time.Duration(src.ClockError) * time.Millisecond
	switch {
	case src.Zone != "":
		return fmt.Sprintf("%s keeps zone %s", name, src.Zone)
	case allowed > 0 && err > allowed:
		return fmt.Sprintf("%s is %s ahead", name, err.Round(time.Second))
	case allowed > 0 && err < -allowed:
		return fmt.Sprintf("%s is %s behind", name, -err.Round(time.Second))
	case src.Wrong > 0:
		return fmt.Sprintf("%s wrote %d stamps that cannot be", name, src.Wrong)
	}
	return ""
}

// clockAllowed is how wrong a device's clock may be before anybody is told.
func (a *Appliance) clockAllowed() time.Duration { return time.Duration(a.Config().Health.ClockError) }
