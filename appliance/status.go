package appliance

import (
	"picket/collector"
	"picket/correlate/sigma"
)

// Version is the version of the binary; the build sets it.
var Version = "dev"

// Status is a snapshot of the whole box: what the status page, the metrics, the
// health checks and `picket status` show.
type Status struct {
	Name       string  `json:"name"`
	Version    string  `json:"version"`
	Started    int64   `json:"started"` // ms
	Configured int64   `json:"configured"`
	Now        int64   `json:"now"`
	LogID      string  `json:"log_id"`
	Inputs     []Input `json:"inputs"`
	Queue      Queue   `json:"queue"`
	Store      Disk    `json:"store"`
	Rules      Rules   `json:"rules"`
	Uplink     *Line   `json:"uplink,omitempty"`
	Sources    Heard   `json:"sources"`
	Open       int     `json:"open_incidents"`
	Findings   uint64  `json:"findings"`
	Evicted    uint64  `json:"evicted"`   // entries of windows and tables that went over a limit
	Hidden     uint64  `json:"hidden"`    // findings, by noise controls
	Inhibited  uint64  `json:"inhibited"` // findings that graver ones explain
	Controls   int     `json:"controls"`  // noise controls in force
	Commit     string  `json:"commit"`    // why nothing can be committed, "" when all is well
	RSS        int64   `json:"rss"`       // bytes
	Certs      []Cert  `json:"certificates,omitempty"`
	Clock      Clock   `json:"clock"`
	Config     string  `json:"config,omitempty"` // why the last new configuration was refused
	Webpage    string  `json:"web,omitempty"`    // where the pages are
}

// Input is the account of one input: Received = Stored + Filtered + DroppedFull
// + DroppedKernel + InFlight, to the unit.
type Input struct {
	Name          string `json:"name"`
	Received      uint64 `json:"received"`
	Stored        uint64 `json:"stored"`
	Filtered      uint64 `json:"filtered"`
	DroppedFull   uint64 `json:"dropped_full"`
	DroppedKernel uint64 `json:"dropped_kernel"`
	InFlight      uint64 `json:"in_flight"`
	Bytes         uint64 `json:"bytes"`
	Truncated     uint64 `json:"truncated"`
	Malformed     uint64 `json:"malformed"`
	Refused       uint64 `json:"refused"`
	NotUnderstood uint64 `json:"not_understood"`
	Down          string `json:"down,omitempty"` // why it does not receive
}

// Queue is the one queue at the edge.
type Queue struct {
	Length   int `json:"length"`
	Peak     int `json:"peak"`
	Capacity int `json:"capacity"`
}

// Disk is the store and what is left beside it.
type Disk struct {
	Events    uint64 `json:"events"`
	Bytes     int64  `json:"bytes"`
	Budget    int64  `json:"budget"`
	Segments  int    `json:"segments"`
	Damaged   int    `json:"damaged"`
	Oldest    int64  `json:"oldest"` // event time, ms
	Newest    int64  `json:"newest"`
	Committed int64  `json:"committed"` // when something was committed last, ms
	Last      uint64 `json:"last_sequence"`
	Free      int64  `json:"free"` // bytes of the file system, -1 when unknown
}

// Rules are the signatures that run.
type Rules struct {
	Loaded    int      `json:"loaded"`
	Failed    []string `json:"failed,omitempty"`
	Throttled uint64   `json:"throttled"` // costly comparisons that were left out
	Warnings  []string `json:"warnings,omitempty"`
	Packs     []Pack   `json:"packs,omitempty"`
}

// Pack is where signatures come from: builtin or site, and what the pack says of
// itself.
type Pack struct {
	Place string `json:"place"`
	Rules int    `json:"rules"`
	sigma.Pack
}

// Line is the uplink.
type Line struct {
	Connected   bool   `json:"connected"`
	Server      string `json:"server,omitempty"`
	Since       int64  `json:"since,omitempty"`
	Age         int64  `json:"age"` // of the oldest event without a receipt, ms
	MaxAge      int64  `json:"max_age"`
	Backlog     uint64 `json:"backlog"`
	Lost        uint64 `json:"lost"`                // deleted by the budget before they were sent
	Ahead       uint64 `json:"ahead,omitempty"`     // the SOC has this number, the log has not: it was set back to an old copy
	TooLarge    uint64 `json:"too_large,omitempty"` // events that no broker took
	BadReceipts uint64 `json:"bad_receipts,omitempty"`
	Error       string `json:"error,omitempty"`
	Lanes       []Lane `json:"lanes"`
}

// Lane is one lane of the uplink.
type Lane struct {
	Name      string `json:"name"`
	Sent      uint64 `json:"sent"`      // up to this number
	Receipted uint64 `json:"receipted"` // up to this number
	Backlog   uint64 `json:"backlog"`   // events without a receipt
	Batches   uint64 `json:"batches"`
	Bytes     uint64 `json:"bytes"`
	Resent    uint64 `json:"resent"` // batches, for want of a receipt
	Age       int64  `json:"age"`    // of its oldest event without a receipt, ms
}

// Heard sums up the sources.
type Heard struct {
	Total         int      `json:"total"`
	Silent        []string `json:"silent,omitempty"`
	NotUnderstood uint64   `json:"not_understood"`
	Clocks        []string `json:"clocks,omitempty"` // those with a wrong zone or clock, in words
}

// Cert is a certificate in use.
type Cert struct {
	Use         string `json:"use"`
	Subject     string `json:"subject,omitempty"`
	Issuer      string `json:"issuer,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"` // SHA-256
	NotAfter    int64  `json:"not_after"`             // ms
}

// Clock is what is known of the box's own clock.
type Clock struct {
	Synchronized bool  `json:"synchronized"`
	Known        bool  `json:"known"`
	ErrorMicros  int64 `json:"error_us"` // largest error as the kernel knows it
}

// accountOf reads the counters of an input so that the sum holds: what was done
// with a message is read before what was received.
func accountOf(in *collector.Input) Input {
	a := Input{
		Name: in.Name, Stored: in.Stored.Load(), Filtered: in.Filtered.Load(), DroppedFull: in.DroppedFull.Load(),
		DroppedKernel: in.DroppedKernel.Load(), Bytes: in.Bytes.Load(), Truncated: in.Truncated.Load(),
		Malformed: in.Malformed.Load(), Refused: in.Refused.Load(), NotUnderstood: in.NotUnderstood.Load(),
	}
	a.Received = in.Received.Load()
	if done := a.Stored + a.Filtered + a.DroppedFull + a.DroppedKernel; a.Received > done {
		a.InFlight = a.Received - done
	}
	return a
}
