package view

import (
	"cmp"
	"slices"
)

// Source is a sender of events: a device, or a relay. Times are ms since the
// epoch.
type Source struct {
	ID            string // for addresses of pages; its address, mostly
	Address       string
	Name          string // as it calls itself, or as the inventory knows it
	Brand         string // "Fortinet FortiGate", of the parser that understood most
	Inputs        []string
	First, Last   int64
	Events        uint64
	Bytes         uint64
	NotUnderstood uint64
	Hours         []uint64 // events in each of the last hours, oldest first
	State         SourceState
	Note          string // "usually sends every 20 s"
}

// SourceState is whether a source still sends.
type SourceState string

// The states of a source.
const (
	SourceOK     SourceState = "ok"
	SourceNew    SourceState = "new"    // seen for the first time not long ago
	SourceSilent SourceState = "silent" // it used to send, and stopped
)

// SourceDetail is a source with what its page shows beside.
type SourceDetail struct {
	Source
	Parsers []Tally  // which parser understood how many
	Classes []Tally  // events by class
	Samples []Sample // of what was not understood, newest first
}

// Tally counts things of one name.
type Tally struct {
	Name  string
	Count uint64
}

// Sample is a line that nobody understood.
type Sample struct {
	Seq  uint64
	Time int64 // when it was received
	Raw  string
}

// Asset is what the site has told about one of its hosts.
type Asset struct {
	Address string
	Name    string
	Role    string
	Worth   string // low, medium, high, critical
}

// LineError is what is wrong with a line of an imported file.
type LineError struct {
	Line int // from 1
	Text string
}

// AuditEntry is something that a person did. Time is ms since the epoch.
type AuditEntry struct {
	Seq    uint64
	Time   int64
	By     string // the account, "" for nobody yet
	From   string // address
	Action string // "signed in", "closed the incident"
	Object string // uid or name of what it was done to
	Detail string
}

// Session is a signed-in browser. Times are ms since the epoch.
type Session struct {
	ID      string // not the secret
	From    string // address
	Agent   string // what the browser calls itself
	Created int64
	Seen    int64
	Current bool // the one that asks
}

// Order puts the sources in the order that the list was asked for.
func (l *DeviceList) Order() {
	if l.Sort != "events" && l.Sort != "unknown" && l.Sort != "name" {
		l.Sort = "last"
	}
	slices.SortStableFunc(l.Sources, func(a, b Source) int {
		var c int
		switch l.Sort {
		case "events":
			c = cmp.Compare(b.Events, a.Events)
		case "unknown":
			c = cmp.Compare(b.NotUnderstood, a.NotUnderstood)
		case "name":
			c = cmp.Compare(firstOf(a.Name, a.Address), firstOf(b.Name, b.Address))
		default:
			// Who fell silent comes first: that is what the page is looked at for.
			c = cmp.Or(cmp.Compare(b.quiet(), a.quiet()), cmp.Compare(b.Last, a.Last))
		}
		return cmp.Or(c, cmp.Compare(a.ID, b.ID))
	})
}

func (s Source) quiet() int {
	if s.State == SourceSilent {
		return 1
	}
	return 0
}
