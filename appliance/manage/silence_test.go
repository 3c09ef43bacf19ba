package manage

import (
	"testing"
	"time"
)

func TestFallenTellsASilenceOnce(t *testing.T) {
	const start = 1767571200000
	s := Sources{Quiet: 30 * time.Minute}
	for i := range 100 {
		s.Observe(line("fw1", time.Duration(i)*20*time.Minute, "x"))
	}
	s.Observe(line("made-up", 33*time.Hour, "x"))
	last := start + (33 * time.Hour).Milliseconds()
	at := func(d time.Duration) int64 { return last + d.Milliseconds() }
	if f := s.Fallen(at(50*time.Minute), start); f != nil {
		t.Errorf("silent after less than three times its usual gap: %v", f)
	}
	if f := s.Fallen(at(2*time.Hour), at(90*time.Minute)); f != nil {
		t.Errorf("silent while this box was off: %v", f)
	}
	f := s.Fallen(at(2*time.Hour), start)
	if len(f) != 1 || f[0].Name != "fw1" || f[0].Last != last || !f[0].Silent {
		t.Fatalf("got %+v", f)
	}
	b, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	var again Sources
	again.Quiet = s.Quiet
	if err := again.Load(b); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Sources{&s, &again} {
		if f := s.Fallen(at(3*time.Hour), start); f != nil {
			t.Errorf("told again: %v", f)
		}
	}
	s.Observe(line("fw1", 37*time.Hour, "x"))
	if f := s.Fallen(at(8*time.Hour), start); len(f) != 1 {
		t.Errorf("a second silence: %v", f)
	}
}
