package normalize

import (
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	vienna := time.FixedZone("", 3600)
	for _, c := range []struct {
		text string
		want string // RFC 3339
		n    int    // bytes, 0 means all
	}{
		{text: "2026-03-02T10:15:02Z", want: "2026-03-02T10:15:02Z"},
		{text: "2026-03-02T10:15:02.123456789+05:30", want: "2026-03-02T04:45:02.123Z"},
		{text: "2026-03-02 10:15:02,474", want: "2026-03-02T09:15:02.474Z"},
		{text: "2026-03-02 10:15:02 +0200", want: "2026-03-02T08:15:02Z"},
		{text: "2026-03-02 10:15:02 UTC", want: "2026-03-02T10:15:02Z"},
		{text: "2026/03/02 10:15:02", want: "2026-03-02T09:15:02Z"},
		{text: "Mar  2 10:15:02", want: "2026-03-02T09:15:02Z"},
		{text: "Mar 02 10:15:02.524 UTC", want: "2026-03-02T10:15:02.524Z"},
		{text: "Mar 2 2025 10:15:02", want: "2025-03-02T09:15:02Z"},
		{text: "Mon Mar  2 10:15:02 2026", want: "2026-03-02T09:15:02Z"},
		{text: "Mon Mar 02 10:15:02.010136 2026", want: "2026-03-02T09:15:02.01Z"},
		{text: "Mon Mar  2 10:15:02 CEST 2026", want: "2026-03-02T08:15:02Z"},
		{text: "Mon, 02 Mar 2026 10:15:02 GMT", want: "2026-03-02T10:15:02Z"},
		{text: "02/Mar/2026:10:15:02 +0100", want: "2026-03-02T09:15:02Z"},
		{text: "02-Mar-2026 10:15:02.123", want: "2026-03-02T09:15:02.123Z"},
		{text: "02-Mar-26 10:15:02", want: "2026-03-02T09:15:02Z"},
		{text: "03/02/2026:10:15:02 GMT", want: "2026-03-02T10:15:02Z"},
		{text: "03/02/2026-10:15:02.602489", want: "2026-03-02T09:15:02.602Z"},
		{text: "3/2/26 10:15", want: "2026-03-02T09:15:00Z"},
		{text: "22/02/2026 10:15:02", want: "2026-02-22T09:15:02Z"},
		{text: "03/02/2026 03:04:05 PM", want: "2026-03-02T14:04:05Z"},
		{text: "2026 Mar  2 10:15:02 CET", want: "2026-03-02T09:15:02Z"},
		{text: "20260302T101502Z", want: "2026-03-02T10:15:02Z"},
		{text: "20260302101502", want: "2026-03-02T09:15:02Z"},
		{text: "260302 10:15:02", want: "2026-03-02T09:15:02Z"},
		{text: "2026-03-02-10.15.02.265056", want: "2026-03-02T09:15:02.265Z"},
		{text: "1772442902", want: "2026-03-02T09:15:02Z"},
		{text: "1772442902.680", want: "2026-03-02T09:15:02.68Z"},
		{text: "1772442902680", want: "2026-03-02T09:15:02.68Z"},
		{text: "1772442902680123", want: "2026-03-02T09:15:02.68Z"},
		{text: "1772442902680123456", want: "2026-03-02T09:15:02.68Z"},
		// the year that is not told: the nearest, at most a day ahead
		{text: "Dec 31 23:59:59", want: "2025-12-31T22:59:59Z"},
		{text: "Mar  3 10:00:00", want: "2026-03-03T09:00:00Z"},
		{text: "Mar  4 10:00:00", want: "2025-03-04T09:00:00Z"},
		{text: "Feb 29 10:00:00", want: "2024-02-29T09:00:00Z"},
	} {
		st, n := scanStamp(c.text)
		want := c.n
		if want == 0 {
			want = len(c.text)
		}
		if n != want {
			t.Errorf("%s: %d bytes, want %d", c.text, n, want)
			continue
		}
		if got := time.UnixMilli(st.resolve(now, vienna)).UTC().Format(time.RFC3339Nano); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
	for _, s := range []string{"", "12", "10:15:02", "Mayor 12 10:00:00", "2026-13-02T10:15:02Z", "Mar 32 10:15:02", "1.2.3.4", "12345678901", "2026-03-02", "Mar", "99/99/9999 10:00:00", "1772442902abc"} {
		if st, n := scanStamp(s); n != 0 {
			t.Errorf("%q is read as %+v", s, st)
		}
	}
}

// At the turn of the year a line of the old one arrives in the new one, and a
// clock may be ahead.
func TestYearEnd(t *testing.T) {
	st, _ := scanStamp("Dec 31 23:59:58")
	now := time.Date(2027, 1, 1, 0, 0, 1, 0, time.UTC)
	if got := time.UnixMilli(st.resolve(now, time.UTC)).UTC(); got.Year() != 2026 {
		t.Errorf("got %v", got)
	}
	st, _ = scanStamp("Jan  1 00:00:10")
	now = time.Date(2026, 12, 31, 23, 59, 50, 0, time.UTC)
	if got := time.UnixMilli(st.resolve(now, time.UTC)).UTC(); got.Year() != 2027 {
		t.Errorf("got %v", got)
	}
}

// Days are counted as package time counts them, past the end of a month too.
func TestStampIn(t *testing.T) {
	for _, year := range []int{1, 1600, 1899, 1900, 1969, 1970, 1999, 2000, 2024, 2026, 2100, 9999} {
		for month := 1; month <= 12; month++ {
			for _, day := range []int{1, 28, 29, 31} {
				st := stamp{year: year, month: month, day: day, hour: 23, min: 59, sec: 60, nano: 123456789, zoned: true, offset: 3600}
				want := time.Date(year, time.Month(month), day, 22, 59, 60, 123456789, time.UTC).UnixMilli()
				if got := st.in(year, nil); got != want {
					t.Errorf("%d-%d-%d: got %d, want %d", year, month, day, got, want)
				}
			}
		}
	}
}
