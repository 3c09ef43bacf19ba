package uplink_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"picket/appliance/uplink"
	"picket/normalize/ocsf"
)

// bubble runs a test on a clock of its own, with a forwarder over a pipe that
// runs until the test ends.
func bubble(t *testing.T, setup func(*memLog, *memState, *pipe, *uplink.Forwarder), test func(*testing.T, *memLog, *memState, *pipe, *uplink.Forwarder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l, s, p := newLog("log1"), newState(), newPipe()
		f := &uplink.Forwarder{Log: l, State: s, Transport: p, Box: "box1", Tenant: "acme", Site: "berlin"}
		if setup != nil {
			setup(l, s, p, f)
		}
		stop := background(t, "forwarder", f.Run)
		defer stop()
		synctest.Wait()
		test(t, l, s, p, f)
	})
}

// pass lets time pass and the forwarder come to rest.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func lane(s uplink.Status, name uplink.Lane) uplink.LaneStatus {
	for _, l := range s.Lanes {
		if l.Lane == name {
			return l
		}
	}
	return uplink.LaneStatus{}
}

func TestEventsWaitForCompany(t *testing.T) {
	bubble(t, nil, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		l.add(uplink.Events, uplink.Events)
		pass(time.Second)
		if n := p.count(); n != 0 {
			t.Errorf("%d batches after a second, want none", n)
		}
		l.add(uplink.Events)
		pass(1100 * time.Millisecond)
		if got := p.numbers(uplink.Events); p.count() != 1 || !slices.Equal(got, []uint64{1, 2, 3}) {
			t.Errorf("got %v in %d batches, want 1 2 3 in one", got, p.count())
		}
		if id := p.stored[0].Head.ID(); id != "box1-log1-ev-1-3" {
			t.Errorf("id %q", id)
		}
		l.add(uplink.Incidents)
		pass(300 * time.Millisecond)
		if got := p.numbers(uplink.Incidents); !slices.Equal(got, []uint64{4}) {
			t.Errorf("incidents after 300 ms: %v, want 4", got)
		}
	})
}

func TestIncidentsGoFirst(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		p.set(false)
		l.addMix(20_000)
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		pass(time.Hour)
		if s := f.Status(); s.Connected || lane(s, uplink.Events).Backlog != 18_800 || lane(s, uplink.Incidents).Backlog != 400 {
			t.Errorf("backlog while down: %+v", s.Lanes)
		} else if age := s.Age(); age < 59*time.Minute || age > 61*time.Minute {
			t.Errorf("age %v, want an hour", age)
		}
		p.set(true)
		pass(time.Minute)
		rank := 0
		for _, m := range p.stored {
			r := slices.Index(uplink.Lanes, m.Head.Lane)
			if r < rank {
				t.Fatalf("a batch of %s after one of %s", m.Head.Lane, uplink.Lanes[rank])
			}
			rank = r
		}
		for _, lane := range uplink.Lanes {
			if got := p.numbers(lane); !slices.Equal(got, l.numbers(lane)) {
				t.Errorf("lane %s: %d events, want %d, each once and in order", lane, len(got), len(l.numbers(lane)))
			}
		}
		for lane, n := range l.reads {
			if n > 8*20_000 {
				t.Errorf("lane %s looked at %d events of 20000", lane, n)
			}
		}
	})
}

func TestRetryIsTheSameBatch(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		l.addMix(500)
		p.noAck = func(m *uplink.Message) bool { return len(p.attempts)%3 != 0 }
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		pass(10 * time.Minute)
		byID := map[string][]byte{}
		for _, m := range p.attempts {
			id := m.Head.ID()
			if b, ok := byID[id]; ok && !bytes.Equal(b, m.Payload) {
				t.Errorf("batch %s is not the same the second time", id)
			}
			byID[id] = m.Payload
		}
		if len(p.attempts) <= len(byID) {
			t.Error("nothing was retried")
		}
		for _, lane := range uplink.Lanes {
			if got := p.numbers(lane); !slices.Equal(got, l.numbers(lane)) {
				t.Errorf("lane %s: got %d events, want %d", lane, len(got), len(l.numbers(lane)))
			}
		}
	})
}

func TestRestartKeepsBounds(t *testing.T) {
	l, s := newLog("log1"), newState()
	l.addMix(300)
	var first, second uplink.Message
	run := func(t *testing.T, p *pipe, until func() bool) {
		l.changed = make(chan struct{}, 1) // of this bubble
		f := &uplink.Forwarder{Log: l, State: s, Transport: p, Box: "box1", Tenant: "acme", Site: "berlin", Linger: time.Second}
		stop := background(t, "forwarder", f.Run)
		defer stop()
		for !until() {
			pass(time.Second)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		p.fail = func(m *uplink.Message) error { return errors.New("no answer") }
		run(t, p, func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.attempts) > 8 })
		for _, m := range p.attempts {
			if m.Head.Lane == uplink.Events {
				first = m
			}
		}
	})
	l.changed = nil
	l.addMix(1000) // a new batch would be a larger one now
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		run(t, p, func() bool { return len(p.numbers(uplink.Events)) == len(l.numbers(uplink.Events)) })
		for _, m := range p.attempts {
			if m.Head.Lane == uplink.Events {
				second = m
				break
			}
		}
	})
	if first.Head.ID() != second.Head.ID() || !bytes.Equal(first.Payload, second.Payload) {
		t.Errorf("batch %s before the restart, %s after it", first.Head.ID(), second.Head.ID())
	}
}

func TestNothingIsSentBeforeItsBoundsAreKept(t *testing.T) {
	bubble(t, func(l *memLog, s *memState, p *pipe, f *uplink.Forwarder) {
		l.addMix(100)
		s.fail = errors.New("disk full")
	}, func(t *testing.T, l *memLog, s *memState, p *pipe, f *uplink.Forwarder) {
		pass(time.Minute)
		if len(p.attempts) != 0 {
			t.Errorf("%d messages sent", len(p.attempts))
		}
		if e := f.Status().LastError; e == "" {
			t.Error("no error in the status")
		}
		s.mu.Lock()
		s.fail = nil
		s.mu.Unlock()
		pass(2 * time.Minute)
		if got := p.numbers(uplink.Events); !slices.Equal(got, l.numbers(uplink.Events)) {
			t.Errorf("%d events after the disk has room again", len(got))
		}
	})
}

// A SOC that is away for a day must not fill the line with what the broker has
// already.
func TestResendIsCheapWhileTheSOCIsAway(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) { l.addMix(5000) },
		func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
			pass(10 * time.Minute)
			n := lane(f.Status(), uplink.Events).Batches
			pass(24 * time.Hour)
			s := lane(f.Status(), uplink.Events)
			if s.Batches != n || s.Resent == 0 || s.Resent > 40 {
				t.Errorf("%d batches and %d resent after a day, %d before", s.Batches, s.Resent, n)
			}
			for _, name := range uplink.Lanes {
				p.say(uplink.Receipt{Log: "log1", Lane: name, Through: l.numbers(name)[len(l.numbers(name))-1]})
			}
			pass(10 * time.Second)
			st := f.Status()
			if st.Backlog() != 0 || st.Age() != 0 {
				t.Errorf("backlog %d, age %v after the receipts", st.Backlog(), st.Age())
			}
		})
}

// A broker that acknowledged and then lost everything gets it again, soon.
func TestResendWhatTheBrokerLost(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		l.addMix(30_000)
		f.MaxBytes = 8 << 10
		p.lose = func(*uplink.Message) bool { return true }
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		pass(4 * time.Minute)
		p.with(func(p *pipe) { p.lose, p.soc = nil, true })
		pass(10 * time.Minute)
		for _, lane := range uplink.Lanes {
			if got := p.once(lane); !slices.Equal(got, l.numbers(lane)) {
				t.Errorf("lane %s: %d events stored, want %d", lane, len(got), len(l.numbers(lane)))
			}
		}
		if !receipted(f, l) {
			t.Errorf("not receipted: %+v", f.Status().Lanes)
		}
	})
}

func TestRetentionIsCounted(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		p.soc = true
		l.addMix(1000)
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		pass(time.Minute)
		p.set(false)
		l.addMix(5000)
		pass(time.Minute)
		l.drop(3000) // 2000 of them unsent
		pass(time.Minute)
		if got := f.Status().Lost; got != 2000 {
			t.Errorf("lost %d, want 2000", got)
		}
		p.set(true)
		pass(time.Minute)
		s := f.Status()
		if s.Lost != 2000 || !receipted(f, l) {
			t.Errorf("lost %d, want 2000; receipts %+v", s.Lost, s.Lanes)
		}
		if h := p.stored[len(p.stored)-1].Head; h.Lost != 2000 {
			t.Errorf("the SOC hears of %d lost, want 2000", h.Lost)
		}
	})
}

// A batch that was cut and then deleted before it got through is told as an
// empty one, so that the SOC's chain goes on.
func TestRetentionOfThePendingBatch(t *testing.T) {
	l, s := newLog("log1"), newState()
	for range 100 {
		l.add(uplink.Events)
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		l.changed = make(chan struct{}, 1) // of this bubble
		p.fail = func(*uplink.Message) error { return errors.New("no answer") }
		f := &uplink.Forwarder{Log: l, State: s, Transport: p, Box: "box1", Tenant: "acme", Site: "berlin"}
		stop := background(t, "forwarder", f.Run)
		pass(time.Minute)
		stop()
	})
	l.changed = nil
	for range 50 {
		l.add(uplink.Events)
	}
	l.drop(120)
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		l.changed = make(chan struct{}, 1) // of this bubble
		p.soc = true
		f := &uplink.Forwarder{Log: l, State: s, Transport: p, Box: "box1", Tenant: "acme", Site: "berlin"}
		stop := background(t, "forwarder", f.Run)
		defer stop()
		pass(time.Minute)
		st := f.Status()
		if got := lane(st, uplink.Events); got.Receipted != 150 || st.Lost != 120 {
			t.Errorf("receipted %d, lost %d; want 150 and 120", got.Receipted, st.Lost)
		}
	})
}

func TestTooLarge(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		p.soc = true
		p.limit = 4000
		l.addMix(1000)
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		pass(10 * time.Minute)
		if got := p.numbers(uplink.Events); !slices.Equal(got, l.numbers(uplink.Events)) {
			t.Errorf("%d events through a broker of small messages, want %d", len(got), len(l.numbers(uplink.Events)))
		}
		l.mu.Lock()
		l.pad = 20_000
		l.mu.Unlock()
		l.add(uplink.Events)
		pass(time.Minute)
		s := lane(f.Status(), uplink.Events)
		if s.TooLarge != 1 || s.Receipted != 1001 {
			t.Errorf("%d too large, receipted %d; want 1 and 1001", s.TooLarge, s.Receipted)
		}
	})
}

func TestReceiptsAreBelievedWithCare(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) { l.addMix(100) },
		func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
			pass(time.Minute)
			p.say(uplink.Receipt{Log: "other", Lane: uplink.Events, Through: 50})
			p.say(uplink.Receipt{Log: "log1", Lane: uplink.Events, Through: 101})
			p.receive([]byte(`{"log":"log1","lane":"ev","through":-1}`))
			p.receive([]byte("\x00"))
			pass(time.Second)
			s := f.Status()
			if got := lane(s, uplink.Events).Receipted; got != 0 || s.BadReceipts != 3 || s.Ahead != 101 {
				t.Errorf("receipted %d, bad %d, ahead %d; want 0, 3, 101", got, s.BadReceipts, s.Ahead)
			}
			p.say(uplink.Receipt{Log: "log1", Lane: uplink.Events, Through: 60})
			p.say(uplink.Receipt{Log: "log1", Lane: uplink.Events, Through: 30})
			pass(time.Second)
			if got := lane(f.Status(), uplink.Events).Receipted; got != 60 {
				t.Errorf("receipted %d, want 60", got)
			}
		})
}

// Cursors from an old copy: the SOC knows better, and says so.
func TestReceiptAheadOfCursors(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		p.set(false)
		l.addMix(2000)
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		for _, name := range uplink.Lanes {
			p.say(uplink.Receipt{Log: "log1", Lane: name, Through: 1500})
		}
		pass(time.Second)
		p.set(true)
		pass(time.Minute)
		want := slices.DeleteFunc(l.numbers(uplink.Events), func(n uint64) bool { return n <= 1500 })
		if got := p.numbers(uplink.Events); !slices.Equal(got, want) {
			t.Errorf("%d events sent, want the %d without a receipt", len(got), len(want))
		}
	})
}

func TestHeartbeatsAreNotKept(t *testing.T) {
	bubble(t, func(l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		p.set(false)
		f.HealthEvery = time.Minute
		f.Health = func() []byte { return []byte(`{"class_uid":6008}`) }
	}, func(t *testing.T, l *memLog, _ *memState, p *pipe, f *uplink.Forwarder) {
		pass(time.Hour)
		p.set(true)
		pass(150 * time.Second)
		if n := p.count(); n != 3 {
			t.Errorf("%d heartbeats in 150 s after an hour without a line, want 3", n)
		}
		h := p.stored[0].Head
		if h.Lane != uplink.Heartbeat || h.Beat == 0 || h.Last != 0 {
			t.Errorf("head %+v", h)
		}
	})
}

func TestNewLogStartsAnew(t *testing.T) {
	s := newState()
	for _, id := range []string{"log1", "log2"} {
		synctest.Test(t, func(t *testing.T) {
			l, p := newLog(id), newPipe()
			l.addMix(100)
			f := &uplink.Forwarder{Log: l, State: s, Transport: p, Box: "box1", Tenant: "acme", Site: "berlin"}
			stop := background(t, "forwarder", f.Run)
			defer stop()
			pass(time.Minute)
			if got := p.numbers(uplink.Events); !slices.Equal(got, l.numbers(uplink.Events)) {
				t.Errorf("%s: %d events", id, len(got))
			}
		})
	}
}

func TestNamesAreChecked(t *testing.T) {
	for _, site := range []string{"", "a.b", "a>", "*", "a b", "é"} {
		f := &uplink.Forwarder{Log: newLog("log1"), State: newState(), Transport: newPipe(), Box: "box1", Tenant: "acme", Site: site}
		if err := f.Run(context.Background()); err == nil {
			t.Errorf("site %q: no error", site)
		}
		if !uplink.IsToken(uplink.Token(site)) {
			t.Errorf("Token(%q) = %q is none", site, uplink.Token(site))
		}
	}
}

func TestLaneOf(t *testing.T) {
	f := &ocsf.Finding{UID: "u", Rule: "r", Title: "t"}
	in := &ocsf.Incident{UID: "u", Title: "t", State: ocsf.New}
	device := &ocsf.Event{Class: ocsf.DetectionFinding, Parser: "fortinet"}
	config := &ocsf.Event{Class: ocsf.ConfigChange, Parser: "picket"}
	for _, c := range []struct {
		name string
		e    *ocsf.Event
		want uplink.Lane
	}{
		{"finding", f.Event(1), uplink.Incidents},
		{"incident", in.Event(1), uplink.Incidents},
		{"finding of a device", device, uplink.Events},
		{"own configuration", config, uplink.Config},
		{"not understood", &ocsf.Event{}, uplink.Events},
	} {
		if got := uplink.LaneOf(c.e); got != c.want {
			t.Errorf("%s: lane %s, want %s", c.name, got, c.want)
		}
	}
}
