package appliance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"picket/correlate"
	"picket/normalize/ocsf"
	"picket/store"
)

// BacktestRequest asks what rules would have found.
type BacktestRequest struct {
	Rules   []string          `json:"rules,omitempty"` // of the running pack: ids, names or titles
	Files   map[string]string `json:"files,omitempty"` // rules that are not in force: YAML by path
	From    int64             `json:"from,omitempty"`  // event time, ms, included; 0 is open
	To      int64             `json:"to,omitempty"`    // event time, ms, not included; 0 is open
	Samples int               `json:"samples,omitempty"`
	// Time is how long it may take, in ms: 0 for a minute. What was found until
	// then is told.
	Time int64 `json:"time,omitempty"`
}

// Backtest tells what rules would have found.
type Backtest struct {
	Rules   []correlate.TrialRule `json:"rules"`
	Failed  []correlate.RuleError `json:"failed,omitempty"` // rules that do not compile
	From    int64                 `json:"from"`             // event time of what was read, ms; 0 when nothing was
	To      int64                 `json:"to"`
	Events  int                   `json:"events"`  // read
	Skipped int                   `json:"skipped"` // ruled out by the store's indexes
	Damaged int                   `json:"damaged,omitempty"`
	Evicted uint64                `json:"evicted,omitempty"` // groups and entries of windows beyond the limits
	Stopped string                `json:"stopped,omitempty"` // why it did not read everything
	Millis  int64                 `json:"millis"`
}

// The limits of a backtest.
const (
	backtestTime    = time.Minute
	backtestMost    = 10 * time.Minute
	backtestSamples = 5
	backtestFiles   = 5000
	backtestBytes   = 32 << 20
)

// ErrBusy says that something of this kind is going on already.
var ErrBusy = errors.New("a backtest is running already: one at a time")

// Backtest tells what rules would have found in the events of a span of time.
// It reads the store beside the running appliance without holding it up, and
// changes nothing. Only one runs at a time: a second gets [ErrBusy]. It ends with
// ctx, and tells nothing then.
func (a *Appliance) Backtest(ctx context.Context, req BacktestRequest) (*Backtest, error) {
	if !a.backtests.CompareAndSwap(false, true) {
		return nil, ErrBusy
	}
	defer a.backtests.Store(false)
	return a.archive.backtest(ctx, a.rules.Load().rules, req)
}

func (a *Archive) backtest(ctx context.Context, pack *correlate.Rules, req BacktestRequest) (*Backtest, error) {
	if len(req.Rules) == 0 && len(req.Files) == 0 {
		return nil, fmt.Errorf("%w: no rule named", ErrRefused)
	}
	if len(req.Files) > backtestFiles || len(req.Rules) > backtestFiles {
		return nil, fmt.Errorf("%w: more than %d rules", ErrRefused, backtestFiles)
	}
	begin := time.Now()
	rules, asked, failed, err := pack.Pick(req.Rules, req.Files)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	out := &Backtest{Failed: failed}
	samples := req.Samples
	if samples <= 0 {
		samples = backtestSamples
	}
	trial := rules.NewTrial(asked, min(samples, 1000))
	if len(asked) > 0 {
		if err := a.try(ctx, rules, trial, req, out); err != nil {
			return nil, err
		}
	}
	out.Rules, out.Evicted = trial.Finish()
	if out.Rules == nil {
		out.Rules = []correlate.TrialRule{}
	}
	out.Millis = time.Since(begin).Milliseconds()
	return out, nil
}

// try shows the events to the trial, the oldest first, until time is up.
func (a *Archive) try(ctx context.Context, rules *correlate.Rules, trial *correlate.Trial, req BacktestRequest, out *Backtest) error {
	limit := backtestTime
	if req.Time > 0 {
		limit = min(time.Duration(min(req.Time, backtestMost.Milliseconds()))*time.Millisecond, backtestMost)
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	seen := 0
	stats, err := a.st.Search(timed, store.Query{From: req.From, To: req.To, Oldest: true, May: rules.May}, func(e *ocsf.Event) bool {
		trial.Observe(e)
		if out.Events == 0 {
			out.From, out.To = e.Time, e.Time
		}
		out.Events++
		out.From, out.To = min(out.From, e.Time), max(out.To, e.Time)
		seen++
		return seen%256 != 0 || timed.Err() == nil
	})
	out.Skipped, out.Damaged = stats.Passed, stats.Damaged
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case timed.Err() != nil:
		out.Stopped = fmt.Sprintf("the time of %s was up", limit)
	case err != nil:
		return err
	}
	return nil
}
