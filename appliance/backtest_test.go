package appliance

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"picket/normalize/ocsf"
	"picket/store"
)

const refusedRule = `title: Refused by a firewall
id: 6a0f3c1e-4e0a-4a53-8b07-000000000001
logsource: {category: firewall}
detection:
    s:
        action_id: 2
        dst_endpoint.port: 8443
    condition: s
`

// pastEvents are n connections a minute apart; each tenth was refused.
func pastEvents(n int, port int64) []*ocsf.Event {
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixMilli()
	var out []*ocsf.Event
	for i := range n {
		e := &ocsf.Event{Class: ocsf.NetworkActivity, Parser: "test", Time: begin + int64(i)*60_000, Logged: begin + int64(i)*60_000}
		e.SetAddr(ocsf.SrcIP, netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}))
		e.SetInt(ocsf.DstPort, port)
		e.Raw = fmt.Sprintf("connection %d", i)
		e.SetInt(ocsf.ActionID, 1)
		if i%10 == 0 {
			e.SetInt(ocsf.ActionID, 2)
		}
		e.Conform()
		out = append(out, e)
	}
	return out
}

// pastOf is an archive whose log holds events in two blocks, of which one
// cannot matter.
func pastOf(t *testing.T) *Archive {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	next := uint64(1)
	for _, port := range []int64{8443, 53} {
		list := pastEvents(4096, port)
		for _, e := range list {
			e.Seq = next
			next++
		}
		if err := st.Append(context.Background(), list); err != nil {
			t.Fatal(err)
		}
	}
	return &Archive{st: st}
}

func TestBacktest(t *testing.T) {
	a := pastOf(t)
	pack, err := loadRules(onlyFolder(""), nil)
	if err != nil {
		t.Fatal(err)
	}
	req := BacktestRequest{Files: map[string]string{"new.yml": refusedRule}, Samples: 3}
	got, err := a.backtest(context.Background(), pack.rules, req)
	if err != nil {
		t.Fatal(err)
	}
	r := got.Rules[0]
	if r.Hits != 410 || len(r.Samples) != 3 || r.Samples[0].Raw != "connection 0" || len(r.Days) != 3 {
		t.Errorf("%d hits, %d samples, days %v", r.Hits, len(r.Samples), r.Days)
	}
	if got.Events+got.Skipped != 8192 || got.Skipped == 0 {
		t.Errorf("%d read and %d ruled out, of 8192", got.Events, got.Skipped)
	}
	req.From, req.To = r.First+60_000, r.First+21*60_000
	if got, err = a.backtest(context.Background(), pack.rules, req); err != nil || got.Rules[0].Hits != 2 {
		t.Errorf("in a span: %+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.backtest(ctx, pack.rules, req); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := a.backtest(context.Background(), pack.rules, BacktestRequest{Rules: []string{"gone"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a rule that is not there: %v", err)
	}
	if _, err := a.backtest(context.Background(), pack.rules, BacktestRequest{}); !errors.Is(err, ErrRefused) {
		t.Errorf("no rule: %v", err)
	}
}

func TestBacktestOneAtATime(t *testing.T) {
	var a Appliance
	a.backtests.Store(true)
	if _, err := a.Backtest(context.Background(), BacktestRequest{}); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
}
