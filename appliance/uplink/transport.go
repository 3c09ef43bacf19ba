package uplink

import (
	"context"
	"errors"
	"time"
)

// Transport carries messages to the SOC and receipts back. Its methods are safe
// for concurrent use.
type Transport interface {
	// Run keeps the line up until ctx ends, however long it takes to come up, and
	// hands what arrives on the subject of receipts to receive, which does not
	// block. It returns an error before ctx ends only for what waiting cannot
	// mend: a missing key file, a name that is none.
	Run(ctx context.Context, receipts string, receive func([]byte)) error
	// Publish sends one message and returns when the far side has it durably.
	// After an error nobody knows whether it has; the caller retries the same
	// message, and the far side takes it once where it can tell by the id. It
	// returns [ErrDown] at once while the line is down and [ErrTooLarge] for a
	// message that will never be taken.
	Publish(ctx context.Context, m *Message) error
	// Link tells how the line is.
	Link() Link
}

// What Publish may answer beside the transport's own errors.
var (
	ErrDown     = errors.New("the line is down")
	ErrTooLarge = errors.New("the message is larger than the broker takes")
)

// Message is one batch on its way.
type Message struct {
	Subject string
	Head    Head
	Payload []byte // zstd of NDJSON; empty for no events
}

// Link is the state of a line.
type Link struct {
	Up     bool
	Server string    // address of the far end, when up
	Since  time.Time // when it last came up or went down
	Err    string    // why it went down or does not come up
}
