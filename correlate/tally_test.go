package correlate

import "testing"

func TestTallyOfADay(t *testing.T) {
	var x Tally
	start := day
	for h := range int64(30) {
		for range h + 1 {
			x.hit(start+h*hourMS, start+h*hourMS)
		}
	}
	want := uint64(0)
	for h := 6; h < 30; h++ {
		want += uint64(h + 1)
	}
	if got := x.Day(start + 29*hourMS); got != want {
		t.Errorf("the last day has %d hits, want %d", got, want)
	}
	if got := x.Day(start + 52*hourMS); got != 30 {
		t.Errorf("23 hours later the last day has %d hits, want 30", got)
	}
	if got := x.Day(start + 90*hourMS); got != 0 {
		t.Errorf("days later the last day has %d hits", got)
	}
	if x.Hits != 465 || x.Last != start+29*hourMS {
		t.Errorf("%d hits, the last at %d", x.Hits, x.Last)
	}
}
