package webui

import (
	"context"
	"errors"
	"io"
	"time"

	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
	"picket/webui/view"
)

// Errors that those who hand in the data return, wrapped or not.
var (
	// ErrNotFound: there is no such incident, event or source.
	ErrNotFound = errors.New("not found")
	// ErrChanged: the incident is in another state by now than the one that was
	// seen when the change was asked for.
	ErrChanged = errors.New("changed meanwhile")
)

// Refusal is an error whose text is meant for the one who asked: what is not
// possible, and why, in one sentence.
type Refusal string

func (e Refusal) Error() string { return string(e) }

// State keeps small records durably: a record is there when Save has returned.
// It knows nothing of what is in them. It is safe for concurrent use.
type State interface {
	// Load returns a copy of the record, nil when there is none.
	Load(ctx context.Context, bucket, key string) ([]byte, error)
	Save(ctx context.Context, bucket, key string, record []byte) error
	// Remove is no error when there is no such record.
	Remove(ctx context.Context, bucket, key string) error
	// Each calls f with every record of a bucket until f returns false. f must
	// not call State, nor keep record.
	Each(ctx context.Context, bucket string, f func(key string, record []byte) bool) error
}

// Buckets of State.
const (
	AccountBucket = "accounts"
	SessionBucket = "sessions"
)

// Incidents gives incidents and takes what people do to them. What it returns
// is a copy that nobody changes any more.
type Incidents interface {
	// List returns the incidents that are wanted, and how many there are without
	// regard to offset and limit.
	List(ctx context.Context, q view.IncidentQuery) (list []*ocsf.Incident, total int, err error)
	// Open counts the incidents that are not closed.
	Open(ctx context.Context) (view.Count, error)
	// Incident returns one, or ErrNotFound. For one that was merged into another
	// it returns the other.
	Incident(ctx context.Context, uid string) (*ocsf.Incident, error)
	// Merged returns the incidents that went into one and can come out again.
	Merged(ctx context.Context, uid string) ([]view.Named, error)
	// Findings returns the sub-events of an incident in order of time, at most
	// limit.
	Findings(ctx context.Context, uid string, limit int) ([]*ocsf.Finding, error)
	// Change does what a person decided, durably and audited, or returns
	// ErrNotFound, ErrChanged or a [Refusal].
	Change(ctx context.Context, uid string, c Change) error
}

// Change is what a person decided about an incident. Exactly one of Owner,
// State, Comment and Do is given; Verdict and Note are with State closed.
type Change struct {
	By, From string     // account and address of who decided
	Seen     ocsf.State // the state in which it was seen, "" for no matter which
	Owner    *string    // who takes it, "" for nobody
	State    ocsf.State
	Comment  string
	Verdict  string // true_positive, benign or false_positive
	Note     string

	Do       string    // "snooze", "wake", "merge", "unmerge" or "split"; with Note
	Until    time.Time // of a snooze
	UntilNew bool      // of a snooze: it ends when something new comes in
	Other    string    // uid, of a merge or unmerge
	Findings []string  // uids, of a split
}

// Noise gives what is hidden, and takes what people want to be hidden.
type Noise interface {
	// Controls returns all noise controls, those in force first.
	Controls(ctx context.Context) ([]*ocsf.Control, error)
	// Preview tells what one would have hidden in the last days. A [Refusal]
	// tells what is wrong with the filter.
	Preview(ctx context.Context, rule, filter string, days int) (view.Preview, error)
	// Make puts one in force, durably and audited, or returns a [Refusal].
	Make(ctx context.Context, c Control) error
	// End ends one, durably and audited, or returns ErrNotFound or a [Refusal].
	End(ctx context.Context, uid, by, from string) error
	// Hidden returns the latest findings that one has hidden, at most limit.
	Hidden(ctx context.Context, uid string, limit int) ([]*ocsf.Finding, error)
	// Finding returns one, or ErrNotFound.
	Finding(ctx context.Context, uid string) (*ocsf.Finding, error)
}

// Control is a noise control that a person wants.
type Control struct {
	Kind          ocsf.ControlKind
	Rule, Filter  string
	Reason, Owner string
	Finding       string
	Expires       time.Time // zero: never
	UntilNew      bool
	By, From      string // account and address of who makes it
}

// Signatures gives what is known of the signatures in force.
type Signatures interface {
	Signatures(ctx context.Context) ([]view.Signature, error)
	// Signature returns one by id or name, or ErrNotFound.
	Signature(ctx context.Context, id string) (view.SignatureDetail, error)
	// Backtest tells what one would have found in the last days, or returns a
	// [Refusal].
	Backtest(ctx context.Context, id string, days int) (*view.Backtest, error)
	// Why tells what one makes of an event, or ErrNotFound.
	Why(ctx context.Context, id string, seq uint64) (*view.Why, error)
	// Tuning drafts a filter for one, or returns ErrNotFound.
	Tuning(ctx context.Context, id string) (view.Tuning, error)
	// SaveTuning puts a filter among the site's rules and in force, audited, or
	// returns a [Refusal]. It returns where it is.
	SaveTuning(ctx context.Context, id, yaml, by, from string) (string, error)
}

// Events gives events. What it returns is a copy that nobody changes any more.
type Events interface {
	Search(ctx context.Context, q Query) (Found, error)
	// Events returns the events of these numbers that are still kept, in any
	// order; a number that is gone is no error.
	Events(ctx context.Context, seqs []uint64) ([]*ocsf.Event, error)
	// Counts returns how many events happened in each of n steps from a time on.
	Counts(ctx context.Context, from time.Time, step time.Duration, n int) ([]uint64, error)
}

// Query says which events are wanted.
type Query struct {
	Filter   *filter.Expr
	From, To int64  // event time in ms, From included; 0 for open
	Before   uint64 // only events numbered below, 0 for from the newest on
	Limit    int
}

// Found is what a search found.
type Found struct {
	Events []*ocsf.Event // newest first, by number
	Next   uint64        // give it as Before to go on; 0: that was all
	Early  bool          // it stopped for time and not because Limit was reached
}

// Devices gives what sends, and keeps what the site tells about its hosts.
type Devices interface {
	Sources(ctx context.Context) ([]view.Source, error)
	// Source returns one with samples of what was not understood, or ErrNotFound.
	Source(ctx context.Context, id string) (view.SourceDetail, error)
	Assets(ctx context.Context) ([]view.Asset, error)
	// Import takes a CSV file with the columns address,name,role,worth in place
	// of the inventory, durably and audited. When lines are wrong it returns
	// them and changes nothing. A [Refusal] tells what is wrong with the whole.
	Import(ctx context.Context, by, from string, csv io.Reader) (n int, wrong []view.LineError, err error)
}

// Status tells how the appliance is.
type Status interface {
	Status(ctx context.Context) (view.Status, error)
}

// Audit keeps what people did, durably and in order. The pages record what
// concerns accounts and sessions; who changes incidents and the inventory
// records that.
type Audit interface {
	Record(ctx context.Context, e view.AuditEntry) error
	// Entries returns the newest entries numbered below before (0: all), newest
	// first.
	Entries(ctx context.Context, before uint64, limit int) ([]view.AuditEntry, error)
}
