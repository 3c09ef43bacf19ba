package uplink

import (
	"errors"
	"fmt"
	"strconv"
)

// Schema is what the lines of a batch are.
const Schema = "ocsf/1.8.0"

// Head says what a batch is; it travels as headers beside the payload.
type Head struct {
	Box  string
	Log  string // id of the log
	Lane Lane
	// The batch holds what there is of the lane with numbers above Prev up to
	// Last; First is the first of them. All are 0 for a heartbeat, which has no
	// number but a Beat.
	Prev, First, Last uint64
	Beat              int64  // when the health was taken, ms since the epoch
	Count             int    // lines in the payload
	Lost              uint64 // numbers that the box has lost so far before it could send them, at most
	// Receipted is the last receipt that the box has seen for the lane: it will
	// not send anything up to there again.
	Receipted uint64
	Schema    string
}

// The names of the headers.
const (
	boxHeader       = "Picket-Box"
	logHeader       = "Picket-Log"
	laneHeader      = "Picket-Lane"
	prevHeader      = "Picket-Prev"
	firstHeader     = "Picket-First"
	lastHeader      = "Picket-Last"
	beatHeader      = "Picket-Beat"
	countHeader     = "Picket-Count"
	lostHeader      = "Picket-Lost"
	receiptedHeader = "Picket-Receipted"
	schemaHeader    = "Picket-Schema"
)

// ID is the message id by which a broker knows a retry:
// <box>-<log id>-<lane>-<first>-<last>.
func (h *Head) ID() string {
	first, last := h.First, h.Last
	if h.Beat != 0 {
		last = uint64(h.Beat)
	}
	return h.Box + "-" + h.Log + "-" + string(h.Lane) + "-" + strconv.FormatUint(first, 10) + "-" + strconv.FormatUint(last, 10)
}

// Fields calls set for every header.
func (h *Head) Fields(set func(name, value string)) {
	num := func(name string, n uint64) { set(name, strconv.FormatUint(n, 10)) }
	set(boxHeader, h.Box)
	set(logHeader, h.Log)
	set(laneHeader, string(h.Lane))
	num(prevHeader, h.Prev)
	num(firstHeader, h.First)
	num(lastHeader, h.Last)
	if h.Beat != 0 {
		num(beatHeader, uint64(h.Beat))
	}
	num(countHeader, uint64(h.Count))
	num(lostHeader, h.Lost)
	num(receiptedHeader, h.Receipted)
	set(schemaHeader, h.Schema)
}

// ParseHead reads the headers that get knows. What it returns keeps its
// promises: tokens are tokens, and bounds are in order.
func ParseHead(get func(name string) string) (Head, error) {
	h := Head{Box: get(boxHeader), Log: get(logHeader), Lane: Lane(get(laneHeader)), Schema: get(schemaHeader)}
	if !IsToken(h.Box) || !IsToken(h.Log) || !IsLane(string(h.Lane)) {
		return Head{}, fmt.Errorf("batch: box %.70q, log %.70q or lane %.70q is no name", h.Box, h.Log, h.Lane)
	}
	if h.Schema != Schema {
		return Head{}, fmt.Errorf("batch: schema %.70q is not %s", h.Schema, Schema)
	}
	var beat, count uint64
	for _, f := range []struct {
		name string
		to   *uint64
		need bool
	}{
		{prevHeader, &h.Prev, true}, {firstHeader, &h.First, true}, {lastHeader, &h.Last, true},
		{beatHeader, &beat, false}, {countHeader, &count, true}, {lostHeader, &h.Lost, false}, {receiptedHeader, &h.Receipted, false},
	} {
		s := get(f.name)
		if s == "" && !f.need {
			continue
		}
		n, err := strconv.ParseUint(s, 10, 63)
		if err != nil {
			return Head{}, fmt.Errorf("batch: %s %.30q is no number", f.name, s)
		}
		*f.to = n
	}
	if count > maxLines {
		return Head{}, fmt.Errorf("batch: %d lines, %d are allowed", count, maxLines)
	}
	h.Beat, h.Count = int64(beat), int(count)
	if h.Beat != 0 {
		if h.Prev != 0 || h.First != 0 || h.Last != 0 || h.Lane != Heartbeat || h.Count != 1 {
			return Head{}, errors.New("batch: a heartbeat is one line without numbers in lane hb")
		}
		return h, nil
	}
	if h.Prev >= h.First || h.First > h.Last || h.Receipted > h.Prev {
		return Head{}, fmt.Errorf("batch: bounds %d <= %d < %d <= %d do not hold", h.Receipted, h.Prev, h.First, h.Last)
	}
	return h, nil
}
