package appliance

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"picket/appliance/manage"
)

func TestZonesOfSources(t *testing.T) {
	z, err := sourceZones(map[string]string{"192.0.2.9": "+05:30", "Gate1": "Asia/Tokyo"})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		from, name string
		east       int // s, -1: none told
	}{{"192.0.2.9", "", 19800}, {"::ffff:192.0.2.9", "", 19800}, {"192.0.2.1", "gate1", 32400}, {"192.0.2.9", "gate1", 32400}, {"192.0.2.1", "gate2", -1}} {
		got := -1
		if loc := z.of(netip.MustParseAddr(c.from), c.name); loc != nil {
			_, got = at.In(loc).Zone()
		}
		if got != c.east {
			t.Errorf("%s %s: got %d, want %d", c.from, c.name, got, c.east)
		}
	}
	list := []manage.Source{{Name: "gate1", Address: "192.0.2.1", Shift: -60}, {Name: "h", Address: "192.0.2.1", Shift: 330}, {Name: "right"}}
	z.propose(list, time.UTC, at)
	if list[0].Zone != "+08:00" || list[1].Zone != "+05:30" || list[2].Zone != "" {
		t.Errorf("got %q, %q, %q", list[0].Zone, list[1].Zone, list[2].Zone)
	}
	if v := viewSource(&list[1], at, time.Minute); !strings.Contains(v.Note, `write "h": "+05:30" below timezones`) {
		t.Errorf("note %q", v.Note)
	}
	for _, bad := range []string{"+5", "Berlin", "+25:00"} {
		if _, err := sourceZones(map[string]string{"h": bad}); err == nil {
			t.Errorf("%q is taken for a zone", bad)
		}
	}
}

func TestClockWords(t *testing.T) {
	for want, src := range map[string]manage.Source{
		"":                                {Name: "h", ClockError: 100_000},
		"h keeps zone +01:00":             {Name: "h", Zone: "+01:00"},
		"h is 5m0s ahead":                 {Name: "h", ClockError: 300_000},
		"h is 5m0s behind":                {Name: "h", ClockError: -300_000},
		"h wrote 3 stamps that cannot be": {Name: "h", Wrong: 3},
	} {
		if got := clockWords(&src, 2*time.Minute); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
