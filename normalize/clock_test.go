package normalize

import (
	"net/netip"
	"testing"
	"time"

	"picket/collector"
	"picket/normalize/ocsf"
)

// A line is never dropped for its time; what the device wrote is kept, and a stamp
// that cannot be counts as received.
func TestTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, line, received, want, marked string }{
		{"year's end, behind", "<13>Dec 31 23:59:50 h a: x", "2026-01-01T00:00:10Z", "2025-12-31T23:59:50Z", ""},
		{"year's end, ahead", "<13>Jan  1 00:00:10 h a: x", "2025-12-31T23:59:50Z", "2026-01-01T00:00:10Z", ""},
		{"29 February", "<13>Feb 29 10:00:00 h a: x", "2024-03-01T09:00:00Z", "2024-02-29T10:00:00Z", ""},
		{"29 February, read in another year", "<13>Feb 29 10:00:00 h a: x", "2026-03-01T09:00:00Z", "2024-02-29T10:00:00Z", ""},
		{"29 February over a century", "<13>Feb 29 10:00:00 h a: x", "2103-03-01T09:00:00Z", "2096-02-29T10:00:00Z", ""},
		{"a day ahead is another zone", "<13>Mar  3 10:00:00 h a: x", "2026-03-02T09:00:00Z", "2026-03-03T10:00:00Z", ""},
		{"the beginning of 1970", "<13>1 1970-01-01T00:00:07Z h a - - - x", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z", "1970-01-01T00:00:07Z"},
		{"year 2099", "<13>1 2099-05-01T10:00:00Z h a - - - x", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z", "2099-05-01T10:00:00Z"},
		{"an old line is believed", "<13>1 2019-05-01T10:00:00Z h a - - - x", "2026-03-02T09:00:00Z", "2019-05-01T10:00:00Z", ""},
		{"month first", "time=\"02/03/2026 10:00:00\" a=1 b=2 c=3", "2026-03-05T09:00:00Z", "2026-02-03T10:00:00Z", ""},
		{"day first, where the month is to come", "time=\"02/12/2026 10:00:00\" src=192.0.2.1 a=1 b=2", "2026-12-05T09:00:00Z", "2026-02-12T10:00:00Z", ""},
		{"day first, where month first is to come", "time=\"03/02/2026 10:00:00\" src=192.0.2.1 a=1 b=2", "2026-02-05T09:00:00Z", "2026-02-03T10:00:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.received)
			if err != nil {
				t.Fatal(err)
			}
			var e ocsf.Event
			New(Options{}).Normalize(&collector.Record{Raw: c.line, Received: at}, &e)
			if got := time.UnixMilli(e.Time).UTC().Format(time.RFC3339); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if got := e.Unmapped(clockKey).String(); got != c.marked {
				t.Errorf("marked %q, want %q", got, c.marked)
			}
			if e.Logged != at.UnixMilli() || e.Text(ocsf.OriginalTime) == "" || (e.Stamp == ocsf.StampWrong) != (c.marked != "") {
				t.Errorf("logged %d, original %q, stamp %d", e.Logged, e.Text(ocsf.OriginalTime), e.Stamp)
			}
		})
	}
	// 02:30 of the night when clocks go forward is not there; it is read near it.
	var e ocsf.Event
	New(Options{Zone: berlin}).Normalize(&collector.Record{Raw: "<13>Mar 29 02:30:00 h a: x", Received: time.Date(2026, 3, 29, 2, 0, 0, 0, time.UTC)}, &e)
	if d := time.UnixMilli(e.Time).Sub(time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)).Abs(); d > time.Hour {
		t.Errorf("in the gap: %v", time.UnixMilli(e.Time).UTC())
	}
}

// The zone of a device is found by its address, by the name in the header, and by
// the name in a key.
func TestZoneByAddressAndName(t *testing.T) {
	tokyo := time.FixedZone("", 9*3600)
	n := New(Options{ZoneOf: func(from netip.Addr, name string) *time.Location {
		if from == netip.MustParseAddr("192.0.2.9") || name == "gate1" {
			return tokyo
		}
		return nil
	}})
	for _, c := range []struct{ from, line, want string }{
		{"192.0.2.9", "<13>Mar  2 10:00:00 h a: x", "2026-03-02T01:00:00Z"},
		{"192.0.2.1", "<13>Mar  2 10:00:00 gate1 a: x", "2026-03-02T01:00:00Z"},
		{"192.0.2.1", "date=2026-03-02 time=10:00:00 devname=\"gate1\" srcip=192.0.2.5 dstip=192.0.2.6", "2026-03-02T01:00:00Z"},
		{"192.0.2.1", "<13>Mar  2 10:00:00 gate2 a: x", "2026-03-02T10:00:00Z"},
		{"192.0.2.9", "<13>1 2026-03-02T10:00:00Z h a - - - x", "2026-03-02T10:00:00Z"},
	} {
		var e ocsf.Event
		n.Normalize(&collector.Record{Raw: c.line, Received: received, From: netip.MustParseAddr(c.from)}, &e)
		if got := time.UnixMilli(e.Time).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("from %s, %s: got %s, want %s", c.from, c.line, got, c.want)
		}
	}
}
