package config

import (
	"fmt"
	"time"
)

// Zone reads a time zone by its name ("Europe/Berlin", "UTC") or as hours and
// minutes east of UTC ("+05:30", "-08:00").
func Zone(s string) (*time.Location, error) {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		t, err := time.Parse("-07:00", s)
		if err != nil {
			return nil, fmt.Errorf("%q is no offset as +05:30", s)
		}
		_, east := t.Zone()
		return time.FixedZone(s, east), nil
	}
	return time.LoadLocation(s)
}
