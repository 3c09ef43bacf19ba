package correlate

import (
	"fmt"
	"slices"

	"picket/normalize/ocsf"
)

// amounts know how much of something each of many amounts to in an hour, and
// compare an hour with the same hour of the last weeks, or, while there are no
// weeks, of the last days.
type amounts struct {
	Of    generations[key, *amount]
	worth []uint32 // scratch
}

// amount is what one amounted to.
type amount struct {
	First int64 // number of the first hour
	Hour  int64 // of the one that goes on
	Sum   uint64
	Past  []uint32 // by hour, a ring of pastHours
	Told  bool     // in this hour
	Seqs  []uint64 // events of this hour, the latest
}

const (
	maxAmounts   = 1 << 10
	pastHours    = 28 * 24
	weekHours    = 7 * 24
	leastWeeks   = 2 // to compare with the same hour of the week
	leastDaysFor = 7 // to compare with the same hour of the day
	amountSeqs   = 16
	timesMedian  = 10
	timesMost    = 3
)

// limits of what is worth saying.
const (
	leastSent  = 200 << 10 // KiB in an hour
	leastLines = 5000      // in an hour
)

var muchSentMeta = ruleMeta{
	ID: "picket-much-sent", Title: "Much more sent outside than usual", Hash: "1", Severity: ocsf.Medium, Confidence: 45,
	Techniques: []string{"T1048"}, Tactics: []string{"exfiltration"}, Short: "much data sent outside",
	Guidance: "A host sends far more to the outside than it does at this hour of the week. Look where it goes (the connections are in the evidence) and which program sends it. " +
		"Legitimate causes: a backup to a new place, a video call of many, a large upload; ask whoever uses the host. If nobody can say, stop the connection and keep the host as it is.",
}

var manyLinesMeta = ruleMeta{
	ID: "picket-many-lines", Title: "A device writes much more than usual", Hash: "1", Severity: ocsf.Low, Confidence: 40, Subject: "destination",
	Techniques: []string{"T1499"}, Tactics: []string{"impact"}, Short: "a flood of lines",
	Guidance: "A device writes far more lines than at this hour of the week. See which kind of line it is: a scan or a flood from outside, a loop in the network, " +
		"a rule that logs too much since a change, or a part that fails.",
}

// sent watches how much the hosts of the site send outside.
func (b *baselines) sent(g *Engine, e *ocsf.Event, out *Output) {
	switch e.Class {
	case ocsf.NetworkActivity, ocsf.HTTPActivity:
	default:
		return
	}
	n := e.Num(ocsf.BytesOut)
	if n < 1024 {
		return
	}
	src, dst := e.Addr(ocsf.SrcIP), e.Addr(ocsf.DstIP)
	if !internal(src) || !outside(dst) {
		return
	}
	k := addrKey(src)
	v := b.Sent.add(g, k, e, uint64(n)>>10)
	usual, most, base, much := b.Sent.judge(v, leastSent)
	if !much {
		return
	}
	g.unusual(&muchSentMeta, e, k.value(), fmt.Sprintf("%s sends %s outside within an hour, usually %s", k.value(), volume(int64(v.Sum<<10)), volume(int64(usual<<10))),
		[]ocsf.Match{{Field: "traffic.bytes_out", Value: volume(int64(v.Sum << 10)), Want: fmt.Sprintf("%s: %s at the median, %s at most", base, volume(int64(usual<<10)), volume(int64(most<<10)))}}, v.Seqs, out)
}

// lines watches how much the devices write.
func (b *baselines) lines(g *Engine, e *ocsf.Event, out *Output) {
	name := deviceOf(e)
	if name == "" {
		return
	}
	v := b.Lines.add(g, key{Kind: hostKey, Name: name}, e, 1)
	usual, most, base, much := b.Lines.judge(v, leastLines)
	if !much {
		return
	}
	g.unusual(&manyLinesMeta, e, name, fmt.Sprintf("%s writes %d lines within an hour, usually %d", name, v.Sum, usual),
		[]ocsf.Match{{Field: "lines", Value: fmt.Sprint(v.Sum), Want: fmt.Sprintf("%s: %d at the median, %d at most", base, usual, most)}}, v.Seqs, out)
}

// add counts an amount into the hour of an event.
func (s *amounts) add(g *Engine, k key, e *ocsf.Event, n uint64) *amount {
	hour := e.Time / 3600_000
	v, ok := s.Of.get(k)
	if !ok {
		if s.Of.Limit == 0 {
			s.Of.Limit = maxAmounts
		}
		k.Name = g.names.of(k.Name)
		v = &amount{First: hour, Hour: hour, Past: make([]uint32, pastHours)}
		s.Of.put(k, v)
	}
	v.turn(hour)
	v.Sum += n // of one that is late too: it is the same traffic
	if len(v.Seqs) == amountSeqs {
		copy(v.Seqs, v.Seqs[1:])
		v.Seqs = v.Seqs[:amountSeqs-1]
	}
	v.Seqs = append(v.Seqs, e.Seq)
	return v
}

// turn closes the hours before this one.
func (v *amount) turn(hour int64) {
	if hour <= v.Hour {
		return
	}
	v.Past[v.Hour%pastHours] = uint32(min(v.Sum, 1<<32-1))
	for h := v.Hour + 1; h < hour && h <= v.Hour+pastHours; h++ {
		v.Past[h%pastHours] = 0
	}
	v.Hour, v.Sum, v.Told, v.Seqs = hour, 0, false, v.Seqs[:0]
}

// judge compares the hour that goes on with those that it should resemble. base
// says which these are.
func (s *amounts) judge(v *amount, least uint64) (usual, most uint64, base string, much bool) {
	if v.Told || v.Sum < least {
		return 0, 0, "", false
	}
	s.worth = s.worth[:0]
	for h := v.Hour - weekHours; h >= max(v.First, v.Hour-pastHours+1); h -= weekHours {
		s.worth = append(s.worth, v.Past[h%pastHours])
	}
	base = fmt.Sprintf("in the same hour of the last %d weeks", len(s.worth))
	if len(s.worth) < leastWeeks {
		s.worth = s.worth[:0]
		for h := v.Hour - 24; h >= max(v.First, v.Hour-2*weekHours); h -= 24 {
			s.worth = append(s.worth, v.Past[h%pastHours])
		}
		base = fmt.Sprintf("in the same hour of the last %d days", len(s.worth))
		if len(s.worth) < leastDaysFor {
			return 0, 0, "", false
		}
	}
	slices.Sort(s.worth)
	usual, most = uint64(s.worth[len(s.worth)/2]), uint64(s.worth[len(s.worth)-1])
	if v.Sum < timesMedian*usual || v.Sum < timesMost*most {
		return 0, 0, "", false
	}
	v.Told = true
	return usual, most, base, true
}
