package manage

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

func line(host string, at time.Duration, parser string) *ocsf.Event {
	e := &ocsf.Event{Logged: 1767571200000 + at.Milliseconds(), Raw: "a line", Parser: parser, From: netip.MustParseAddr("192.0.2.1")}
	e.Time = e.Logged - 3000
	e.SetText(ocsf.DeviceHostname, host)
	e.Stamp = ocsf.StampLocal
	return e
}

func TestSourcesCountByDevice(t *testing.T) {
	s := Sources{Quiet: time.Minute}
	for i := range 10 {
		s.Observe(line("fw1", time.Duration(i)*time.Second, "fortigate"))
	}
	s.Observe(line("sw1", 0, ""))
	list := s.List(1767571200000 + 30_000)
	if len(list) != 2 || list[0].Name != "fw1" || list[0].Events != 10 || list[0].Parsers["fortigate"] != 10 || list[0].Skew != -3000 {
		t.Fatalf("got %+v", list)
	}
	if sw := list[1]; sw.NotUnderstood != 1 || sw.Samples[0].Raw != "a line" {
		t.Errorf("got %+v", sw)
	}
	if list[0].Silent {
		t.Error("fw1 is silent after 21 s; a minute is allowed")
	}
	if !s.List(1767571200000 + 120_000)[0].Silent {
		t.Error("fw1 is not silent after two minutes")
	}
}

func TestSourcesAreBounded(t *testing.T) {
	var s Sources
	for i := range maxSources + 500 {
		s.Observe(line(fmt.Sprint("h", i), 0, "x"))
	}
	list := s.List(0)
	var others uint64
	for _, src := range list {
		if src.Name == OtherSources {
			others = src.Events
		}
	}
	if len(list) != maxSources+1 || others != 500 {
		t.Errorf("got %d sources, %d events of others", len(list), others)
	}
}

func TestSourcesSurviveARestart(t *testing.T) {
	var a, b Sources
	a.Observe(line("fw1", 0, "x"))
	kept, err := a.Save()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Load(kept); err != nil {
		t.Fatal(err)
	}
	b.Observe(line("fw1", time.Second, "x"))
	if list := b.List(0); len(list) != 1 || list[0].Events != 2 {
		t.Errorf("got %+v", list)
	}
}

func TestForgedNamesGiveWay(t *testing.T) {
	s := Sources{Quiet: time.Minute}
	for i := range maxSources + 100 {
		s.Observe(line(fmt.Sprint("forged", i), 0, "x"))
	}
	s.Observe(line("fw1", 30*24*time.Hour, "x"))
	if list := s.List(0); list[0].Name != "fw1" {
		t.Errorf("a real device that came a month later is counted as %q", list[0].Name)
	}
}

func TestSilenceIsNotLearned(t *testing.T) {
	s := Sources{Quiet: time.Minute}
	for i := range 10 {
		s.Observe(line("fw1", time.Duration(i)*time.Second, "x"))
	}
	if _, err := s.Save(); err != nil { // now and then, also while it is silent
		t.Fatal(err)
	}
	s.Observe(line("fw1", 8*time.Hour, "x"))
	if !s.List(1767571200000 + (8*time.Hour + 2*time.Minute).Milliseconds())[0].Silent {
		t.Error("after one outage of eight hours, two minutes are no silence any more")
	}
}
