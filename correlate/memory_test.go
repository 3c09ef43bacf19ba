package correlate

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

func TestClockFollowsTheStreamNotOneSender(t *testing.T) {
	var c clock
	for i := range int64(100) {
		c.observe(day + i*1000)
		if i%10 == 0 {
			c.observe(day + 80*365*24*3600_000) // one sender lives in another century
		}
	}
	if want := day + 99_000; c.Now != want {
		t.Errorf("now %d, want %d", c.Now-day, want-day)
	}
	for i := range int64(2 * recent) { // a quiet night, then all go on
		c.observe(day + 8*3600_000 + i)
	}
	if c.Now < day+8*3600_000 {
		t.Errorf("the clock did not follow over a gap: %d", c.Now-day)
	}
}

func TestClockGoesOnInSilence(t *testing.T) {
	var c clock
	c.observe(day)
	wall := time.Unix(1_000_000, 0)
	for i := range 5 {
		c.tick(wall.Add(time.Duration(i) * 10 * time.Second))
	}
	if got := c.Now - day; got != 40_000 {
		t.Errorf("after 40 s of silence the clock moved by %d ms", got)
	}
}

func TestGenerationsForgetTheUnused(t *testing.T) {
	m := generations[int, int]{Limit: 10}
	for i := range 1000 {
		m.put(i, i)
		if v, ok := m.get(0); !ok || v != 0 {
			t.Fatalf("after %d entries what is in use was forgotten", i)
		}
	}
	if n := len(m.Young) + len(m.Old); n > 20 {
		t.Errorf("%d entries, want at most 20", n)
	}
	if m.Evicted < 900 {
		t.Errorf("%d evictions counted", m.Evicted)
	}
}

func TestPopularity(t *testing.T) {
	var p popularity
	party := addrKey(netip.MustParseAddr("203.0.113.9"))
	for n := range 60 {
		for range 3 { // repetitions do not count
			p.visit(party, addrKey(netip.AddrFrom4([4]byte{10, 0, 1, byte(n)})))
		}
		if got := p.of(party); got < (n+1)*2/3 || got > (n+1)*3/2+1 {
			t.Errorf("%d hosts, estimated %d", n+1, got)
		}
	}
}

func TestFactsAreBounded(t *testing.T) {
	var m facts
	for i := range uint64(maxFacts + 100) {
		m.add(fact{Seq: i + 1})
	}
	if len(m.Ring) != maxFacts || len(m.Index) != maxFacts {
		t.Errorf("%d facts, %d in the index", len(m.Ring), len(m.Index))
	}
	if m.get(50) != nil || m.get(maxFacts+100) == nil || m.Gone != 1 {
		t.Error("the latest facts are not those that are kept")
	}
}

func TestAliases(t *testing.T) {
	g := New(emptyRules(t), site(), Options{})
	say := func(from, host string) {
		e := logon(0, true, "10.0.0.9", host, "anna")
		e.From = netip.MustParseAddr(from)
		g.aliases.learn(g, e)
	}
	say("10.0.0.40", "files.corp.example")
	for i := range 5 {
		say("10.0.0.41", fmt.Sprintf("host%d", i)) // a relay
	}
	for host, want := range map[string]string{"FILES": "10.0.0.40", "files.corp.example": "10.0.0.40", "host1": "host1", "host4": "host4", "srv03": "10.0.0.30", "10.0.0.40": "10.0.0.40"} {
		if got := g.same(hostOf(host)).value(); got != want {
			t.Errorf("%s is %s, want %s", host, got, want)
		}
	}
}

// Many sources must not grow the memory without bound: with our own pack, every
// one of them is refused, guesses, asks for names and sends. PICKET_LONG=1 takes
// a million, otherwise it is 70,000.
func TestManySources(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sources := 70_000
	if os.Getenv("PICKET_LONG") != "" {
		sources = 1_000_000
	}
	rules := ownRules(t)
	g, scratch := New(rules, site(), Options{}), rules.NewScratch()
	var out Output
	seq := uint64(0)
	say := func(e *ocsf.Event) {
		seq++
		e.Seq = seq
		g.Observe(e, rules.Match(e, scratch), &out)
	}
	for i := range sources {
		at := float64(i) / 100
		inside := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String()
		out4 := netip.AddrFrom4([4]byte{203, byte(i >> 12), byte(i >> 4), byte(i)}).String()
		say(connection(at, inside, out4, 443, ocsf.SrcPort, 50000, ocsf.BytesOut, 5000))
		say(denied(at, out4, "192.0.2.10", 22))
		say(logon(at, i%3 == 0, inside, "srv9", fmt.Sprint("user", i)))
		say(failed(at, inside, fmt.Sprintf("x%dqzj.example", i)))
		if i%50 == 0 {
			say(alert(at, ocsf.High, "Exploit", out4, "10.0.0.8"))
		}
		out.Reset()
		if testing.Verbose() && i%(sources/4) == sources/4-1 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			t.Logf("after %d sources: %d MB of heap", i+1, m.HeapAlloc>>20)
		}
	}
	c := g.Counts()
	if c.BeaconsEvicted == 0 || c.HabitsEvicted == 0 {
		t.Errorf("evictions are not counted: %+v", c)
	}
	if n := len(g.beacons.Pairs.Young) + len(g.beacons.Pairs.Old); n > 2*maxPairs {
		t.Errorf("%d pairs", n)
	}
	if c.Groups > maxGroups || c.Entries > maxEntries {
		t.Errorf("%d groups, %d entries of windows", c.Groups, c.Entries)
	}
	if c.Open > maxStories || len(g.links) > 8*maxStories {
		t.Errorf("%d open incidents, %d links", c.Open, len(g.links))
	}
	t.Logf("%+v", c)
}
