package correlate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"picket/normalize/ocsf"
)

// A program that waits for orders asks for them on a timer. The detector looks
// for a host of the site that turns to one party outside again and again at
// even intervals, when hardly any other host does: a timer alone is no crime
// (updates, time, mail), one that nobody else has is worth a look.
type beacons struct {
	Pairs   generations[pair, *rhythm]
	Popular popularity
	Sources popularity // under one empty party: how many hosts there are
	gaps    []int32    // scratch
}

type pair struct {
	Src, Dst key
	Port     uint16
}

// rhythm is what is known of the turns of one host to one party.
type rhythm struct {
	Beats    int
	First    int64 // ms
	Last     int64
	FirstSeq uint64
	Fired    bool
	Tail     *tail // from the third beat on: most hosts turn to a party once
}

// tail is the latest beats.
type tail struct {
	Gaps   [ring]int32 // ms
	Seqs   [ring]uint64
	Len    int    // beats taken in; beat i lies at i%ring
	Domain string // under which name the party was asked for
}

const (
	ring      = 32
	maxPairs  = 1 << 15
	leastBeat = 24               // beats before anything is said
	burst     = 5_000            // ms: what follows so soon is the same beat
	leastSpan = 10 * 60 * 1000   // ms
	maxGap    = 26 * 3600 * 1000 // ms: a longer silence starts anew
)

const beaconRule = "picket-beacon"

var beaconMeta = ruleMeta{
	ID: beaconRule, Title: "Regular connections to a rare destination", Hash: "1",
	Severity: ocsf.Medium, Confidence: 70, Opens: true, Shares: true,
	Techniques: []string{"T1071.001"}, Tactics: []string{"command-and-control"},
	Short: "regular connections to a rare destination",
	Step:  "{count} regular connections in {span}",
	Guidance: "A host asks the same rare destination for something at even intervals, as malware does that waits for orders. " +
		"Find the program on the host that opens these connections and ask what it is for; look up the destination and when its name was registered. " +
		"If nobody can say, isolate the host, keep its memory, and look for other hosts with the same destination. " +
		"Legitimate causes: monitoring agents, backup and telemetry of a product that only this host has; make an exception for that pair.",
}

// observe takes in a connection and returns the finding that it completes, and
// whether the connection belongs to a rhythm that was found before.
func (b *beacons) observe(g *Engine, e *ocsf.Event) (f *ocsf.Finding, again *rhythm) {
	switch e.Class {
	case ocsf.NetworkActivity, ocsf.HTTPActivity, ocsf.TunnelActivity, ocsf.SSHActivity:
	default:
		return nil, nil
	}
	src := e.Addr(ocsf.SrcIP)
	if !src.IsValid() || !internal(src) {
		return nil, nil
	}
	port := uint16(e.Num(ocsf.DstPort))
	if port == 53 || port == 123 {
		return nil, nil
	}
	dst := e.Addr(ocsf.DstIP)
	domain := domainOf(e)
	if dst.IsValid() && !outside(dst) || !dst.IsValid() && domain == "" {
		return nil, nil
	}
	domain = g.names.of(domain)
	source, party := addrKey(src), addrKey(dst)
	if party.isZero() {
		party = key{Kind: domainKey, Name: domain}
	}
	b.Sources.visit(key{}, source)
	b.Popular.visit(party, source)
	if domain != "" {
		b.Popular.visit(key{Kind: domainKey, Name: parentDomain(domain)}, source)
	}

	t := e.Time
	if e.Class == ocsf.NetworkActivity && e.Activity != ocsf.NetOpen {
		if d := e.Num(ocsf.Duration); d > 0 && d < maxGap {
			t -= d // a line at the end of a connection tells of its beginning
		}
	}
	if b.Pairs.Limit == 0 {
		b.Pairs.Limit = maxPairs
	}
	p := pair{source, party, port}
	r, ok := b.Pairs.get(p)
	if !ok {
		r = &rhythm{First: t, FirstSeq: e.Seq}
		b.Pairs.put(p, r)
	}
	gap := t - r.Last
	if r.Beats > 0 && gap < burst {
		return nil, nil // the same beat, seen twice, or one that comes late
	}
	if r.Beats > 0 && gap > maxGap {
		*r = rhythm{First: t, FirstSeq: e.Seq}
	}
	r.Last = t
	if r.Beats++; r.Beats < 3 {
		return nil, nil
	}
	if r.Tail == nil {
		r.Tail = &tail{}
	}
	r.Tail.Gaps[r.Tail.Len%ring], r.Tail.Seqs[r.Tail.Len%ring] = int32(gap), e.Seq
	r.Tail.Len++
	if r.Tail.Domain == "" {
		r.Tail.Domain = domain
	}
	if r.Fired {
		return nil, r
	}
	if r.Beats < leastBeat || (r.Beats-leastBeat)%4 != 0 || r.Last-r.First < leastSpan {
		return nil, nil
	}
	every, spread, even := r.even(&b.gaps)
	if !even || every < 2*burst {
		return nil, nil
	}
	hosts := b.Popular.of(party)
	if r.Tail.Domain != "" {
		hosts = max(hosts, b.Popular.of(key{Kind: domainKey, Name: parentDomain(r.Tail.Domain)}))
	}
	if hosts > max(3, b.Sources.of(key{})/40) {
		return nil, nil
	}
	r.Fired = true
	return b.finding(g, e, source, r, every, spread, hosts), nil
}

// even reports whether the latest gaps are those of a timer: most lie within a
// quarter of their median, or of twice that where a beat is missing. Of gaps
// that chance makes, a sixth does; of a timer with a third of jitter, nine of
// ten. spread is half the width of the middle half of the gaps, as a share of
// the median.
func (r *rhythm) even(scratch *[]int32) (every int64, spread float64, ok bool) {
	n := min(r.Tail.Len, ring)
	gaps := append((*scratch)[:0], r.Tail.Gaps[:n]...)
	*scratch = gaps
	slices.Sort(gaps)
	m := float64(gaps[n/2])
	fit := 0.0
	for _, x := range gaps {
		switch q := float64(x) / m; {
		case q > 0.75 && q < 1.25:
			fit++
		case q > 1.75 && q < 2.25:
			fit += 0.8
		}
	}
	return int64(m), float64(gaps[n*3/4]-gaps[n/4]) / 2 / m, fit >= 0.75*float64(n)
}

func (b *beacons) finding(g *Engine, e *ocsf.Event, src key, r *rhythm, every int64, spread float64, hosts int) *ocsf.Finding {
	to := e.Text(ocsf.DstIP)
	if r.Tail.Domain != "" {
		to = r.Tail.Domain
		if ip := e.Text(ocsf.DstIP); ip != "" {
			to += " (" + ip + ")"
		}
	}
	others := "no other host here does"
	if hosts > 1 {
		others = fmt.Sprintf("only about %d hosts here do", hosts)
	}
	f := g.newFinding(&beaconMeta, ocsf.ByBaseline, e)
	f.First, f.Count = r.First, r.Beats
	f.Title = fmt.Sprintf("%s turns to %s every %s", src.value(), to, span(every))
	f.Matched = []ocsf.Match{
		{Field: "interval", Value: fmt.Sprintf("%s ± %.0f %%", span(every), 100*spread), Want: "three of four gaps within a quarter of their median"},
		{Field: "connections", Value: fmt.Sprint(r.Beats), Want: fmt.Sprintf("at least %d over at least %s", leastBeat, span(leastSpan))},
		{Field: "rarity", Value: others, Want: "few hosts of the site know the destination"},
	}
	f.Evidence = append(f.Evidence[:0], r.FirstSeq)
	for i := max(0, r.Tail.Len-ring); i < r.Tail.Len; i++ {
		f.Evidence = append(f.Evidence, r.Tail.Seqs[i%ring])
	}
	f.UID = findingUID(beaconRule, src.value()+"|"+to, r.FirstSeq)
	return f
}

// domainOf is the name under which a connection's party was asked for, "" when
// the event knows only an address.
func domainOf(e *ocsf.Event) string {
	for _, f := range [...]ocsf.Field{ocsf.URLHostname, ocsf.TLSSNI, ocsf.DstHostname} {
		if s := e.Get(f).Str(); s != "" && strings.IndexByte(s, '.') > 0 && !isAddr(s) {
			return hostName(s)
		}
	}
	return ""
}

func isAddr(s string) bool {
	_, ok := ocsf.ParseAddr(s)
	return ok
}

// parentDomain is the part of a name that somebody registered (mail.a.co.uk:
// a.co.uk), by the list of public suffixes.
func parentDomain(name string) string {
	if p, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return p
	}
	return name
}

// span writes a length of time in ms as people say it.
func span(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < time.Second:
		return "1 s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()+0.5))
	case d < 2*time.Hour:
		if d < 10*time.Minute && d%time.Minute >= time.Second {
			return fmt.Sprintf("%d min %d s", int(d/time.Minute), int(d%time.Minute/time.Second))
		}
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d/time.Hour), int(d%time.Hour/time.Minute))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24+0.5))
}
