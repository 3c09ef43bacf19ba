package appliance

import (
	"fmt"
	"slices"
	"testing"

	"picket/appliance/uplink"
	"picket/normalize/ocsf"
	"picket/store"
)

// fill appends n events to the log, every tenth of them a finding of Picket's.
func fillLog(t *testing.T, st *store.Store, n int) []*ocsf.Event {
	t.Helper()
	var events []*ocsf.Event
	for range n {
		seq := st.Next() + uint64(len(events))
		var e *ocsf.Event
		if seq%10 == 0 {
			f := ocsf.Finding{UID: fmt.Sprint("f", seq), Title: "x", Time: 1767571200000, Rule: "r", Kind: ocsf.BySignature}
			e = f.Event(1767571200000)
		} else {
			e = &ocsf.Event{Time: 1767571200000, Raw: fmt.Sprint("line ", seq), Parser: "x"}
		}
		e.Seq = seq
		events = append(events, e)
	}
	if err := st.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	return events
}

// drainLane reads a lane from its beginning in small batches.
func drainLane(t *testing.T, l *socLog, lane uplink.Lane) (seqs []uint64) {
	t.Helper()
	for after := uint64(0); after < l.Last(); {
		b, err := l.Next(t.Context(), lane, after, 0, 600)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range b.Items {
			seqs = append(seqs, i.Seq)
		}
		if b.Through <= after {
			t.Fatalf("lane %s does not go on behind %d", lane, after)
		}
		after = b.Through
	}
	return seqs
}

func TestLanesHoldEveryEventOnce(t *testing.T) {
	st, err := store.Open(t.TempDir(), store.Options{FindingOf: findingOf, IncidentOf: incidentOf})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	fillLog(t, st, 95) // before the appliance starts: read from the log
	l := newSOCLog(st)
	l.committed(fillLog(t, st, 205)) // while it runs: remembered
	var all []uint64
	for _, lane := range uplink.Lanes {
		seqs := drainLane(t, l, lane)
		if !slices.IsSorted(seqs) {
			t.Errorf("lane %s is not in order", lane)
		}
		if lane == uplink.Incidents && len(seqs) != 30 {
			t.Errorf("%d findings, want 30", len(seqs))
		}
		all = append(all, seqs...)
	}
	slices.Sort(all)
	if len(all) != 300 || len(slices.Compact(all)) != 300 {
		t.Errorf("%d events in all lanes, want 300", len(all))
	}
}
