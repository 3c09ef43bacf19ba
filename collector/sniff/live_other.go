//go:build !linux

package sniff

import (
	"context"
	"errors"

	"picket/collector"
)

// Live needs Linux.
type Live struct{}

// Open says that there is no live capture here.
func Open(string, Options) (*Live, error) { return nil, errors.New("live capture needs Linux") }

// Run does nothing.
func (*Live) Run(context.Context, collector.Sink) error { return nil }

// Inputs returns none.
func (*Live) Inputs() []*collector.Input { return nil }

// Stats returns nothing.
func (*Live) Stats() Stats { return Stats{} }

// Close does nothing.
func (*Live) Close() {}
