package view

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1\u202f000", -1234567: "-1\u202f234\u202f567"} {
		if got := Number(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 812_000_000: "812 MB", 5_000_000_000_000_000: "5000 TB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		part, whole uint64
		want        string
	}{{0, 0, "0 %"}, {0, 9, "0 %"}, {1, 1_000_000, "< 0.01 %"}, {1, 200, "0.50 %"}, {1, 3, "33 %"}, {999_999, 1_000_000, "> 99.9 %"}, {5, 5, "100 %"}} {
		if got := Share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 ms", 90 * time.Second: "90 s", 5 * time.Minute: "5 min", 3*time.Hour + 20*time.Minute: "3 h 20 min", 4 * time.Hour: "4 h", 24 * time.Hour: "1 day", 300 * time.Hour: "12 days"} {
		if got := Span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	zone := time.FixedZone("CET", 3600)
	p := Page{Now: time.Date(2026, 1, 1, 0, 30, 0, 0, zone), Zone: zone}
	for at, want := range map[time.Time]string{
		time.Date(2025, 12, 31, 23, 10, 0, 0, time.UTC): "00:10:00", time.Date(2025, 12, 31, 22, 0, 0, 0, time.UTC): "31 Dec 2025 23:00:00",
	} {
		if got := p.Clock(at.UnixMilli()); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	for ago, want := range map[time.Duration]string{time.Second: "just now", 10 * time.Minute: "10 min ago", -time.Hour: "in 1 h"} {
		if got := p.Ago(p.Now.Add(-ago).UnixMilli()); got != want {
			t.Errorf("%v: %q, want %q", ago, got, want)
		}
	}
	if p.Ago(0) != "never" || p.Clock(0) != "never" {
		t.Error("no time is not told as never")
	}
}
