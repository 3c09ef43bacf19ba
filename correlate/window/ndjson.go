package window

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"picket/correlate/sigma"
)

// maxLine bounds a line of the events that [Test] reads.
const maxLine = 16 << 20

// Test runs a set that was compiled without a taxonomy over flat JSON objects,
// one a line, and writes a line for each event that hit something and for each
// correlation that fired:
//
//	{"event":12,"rules":["id","id"]}
//	{"event":14,"rules":["id"],"correlation":true,"events":[10,12,14]}
//
// A buffered out is flushed. Events are numbered by line from 0; "event" is null for an absence that fired
// at the end. Event time is the key timestamp; an event without one has that of
// the event before. A line that is no JSON object is left out, and an error at
// the end.
func Test(set *sigma.Set, events io.Reader, out io.Writer) (err error) {
	if f, ok := out.(interface{ Flush() error }); ok {
		defer func() { err = errors.Join(err, f.Flush()) }()
	}
	t := tester{set: set, out: out, windows: New(set, Options{})}
	in := bufio.NewScanner(events)
	in.Buffer(make([]byte, 1<<16), maxLine)
	var rec sigma.Flat
	sc := sigma.NewScratch()
	now, clock := int64(0), testClock{}
	bad, first := 0, error(nil)
	for line := uint64(0); in.Scan(); line++ {
		text := in.Text()
		if strings.TrimSpace(text) == "" {
			continue
		}
		if err := rec.Parse(text); err != nil {
			if bad++; bad == 1 {
				first = fmt.Errorf("event %d: %w", line, err)
			}
			continue
		}
		hits := set.Match(&rec, sc)
		if len(hits) > 0 {
			t.event(line, hits)
		}
		if stamp, ok := sigma.ParseTime(rec.Text("timestamp"), nil); ok {
			now = stamp.UnixMilli()
			clock.observe(now)
		}
		t.fired(t.windows.Observe(now, line, hits, &rec), &line)
		if clock.dated {
			t.fired(t.windows.Tick(clock.now), &line)
		}
		if t.err != nil {
			return t.err
		}
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return fmt.Errorf("a line is longer than %d bytes", maxLine)
		}
		return err
	}
	t.fired(t.windows.End(), nil)
	if t.err == nil && bad > 0 {
		return fmt.Errorf("%d lines could not be read; the first: %w", bad, first)
	}
	return t.err
}

// testClock follows the events' times. It begins, and jumps by more than a day,
// when two events in a row agree: one wrong stamp does not move it.
type testClock struct {
	now, last int64
	dated     bool
}

func (c *testClock) observe(t int64) {
	const day = 24 * 3600 * 1000
	agree := c.last != 0 && t-c.last <= day && c.last-t <= day
	switch {
	case c.dated && t > c.now && t-c.now <= day:
		c.now = t
	case agree && (!c.dated || t > c.now && c.last > c.now):
		c.now, c.dated = max(t, c.last), true
	}
	c.last = t
}

type tester struct {
	set     *sigma.Set
	out     io.Writer
	windows *Engine
	err     error
}

// row is a line of the output.
type row struct {
	Event       *uint64  `json:"event"`
	Rules       []string `json:"rules"`
	Correlation bool     `json:"correlation,omitempty"`
	Events      []uint64 `json:"events,omitempty"`
}

func (t *tester) event(line uint64, hits []int) {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = t.set.Rule(h).Ref()
	}
	t.write(row{Event: &line, Rules: ids})
}

func (t *tester) fired(fired []Fired, line *uint64) {
	for _, f := range fired {
		t.write(row{Event: line, Rules: []string{t.set.Rule(f.Rule).Ref()}, Correlation: true, Events: slices.Clone(f.Events)})
	}
}

func (t *tester) write(r row) {
	b, err := json.Marshal(r)
	if err == nil {
		_, err = t.out.Write(append(b, '\n'))
	}
	if t.err == nil {
		t.err = err
	}
}
