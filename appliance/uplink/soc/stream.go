package soc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"picket/appliance/uplink"
)

// Subjects are those of the stream: every lane of every site. What the SOC sends
// down has one part more, and is in no stream.
const Subjects = "pk.*.*.*"

// EnsureStream makes the stream if it does not exist yet; one that does is left
// as its operator made it. A message stays until it is acknowledged by the
// consumer, and a full stream refuses new ones instead of deleting old ones: the
// sites keep them.
func EnsureStream(ctx context.Context, conn *nats.Conn, o Options) (jetstream.Stream, error) {
	o = o.withDefaults()
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("soc: %w", err)
	}
	stream, err := js.Stream(ctx, o.Stream)
	if err == nil {
		return stream, nil
	}
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("soc: stream %s: %w", o.Stream, err)
	}
	replicas := o.Replicas
	if replicas == 0 {
		replicas = 1
		if conn.ConnectedClusterName() != "" {
			replicas = 3
		}
	}
	stream, err = js.CreateStream(ctx, jetstream.StreamConfig{
		Name:        o.Stream,
		Description: "Batches of events from Picket's sites",
		Subjects:    []string{Subjects},
		Retention:   jetstream.WorkQueuePolicy,
		Discard:     jetstream.DiscardNew,
		Storage:     jetstream.FileStorage,
		Replicas:    replicas,
		MaxBytes:    o.MaxBytes,
		Duplicates:  o.Duplicates,
	})
	if err != nil {
		return nil, fmt.Errorf("soc: make stream %s with %d replicas: %w", o.Stream, replicas, err)
	}
	return stream, nil
}

// consumers makes the durable consumers, one for each lane, in the order of
// lanes: after a long absence incidents come first here too.
func consumers(ctx context.Context, stream jetstream.Stream, o Options) ([]jetstream.Consumer, error) {
	var out []jetstream.Consumer
	for _, lane := range uplink.Lanes {
		c, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable:       o.durable(lane),
			FilterSubject: uplink.Subject(o.Tenant, o.Site, lane),
			AckPolicy:     jetstream.AckExplicitPolicy,
			AckWait:       o.AckWait,
			MaxAckPending: 4 * fetch,
			MaxDeliver:    -1,
		})
		if err != nil {
			return nil, fmt.Errorf("soc: consumer of lane %s: %w", lane, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// durable is the name of a consumer. One that is narrowed has a name of its own,
// so that it does not narrow another.
func (o *Options) durable(lane uplink.Lane) string {
	name := o.Consumer
	if o.Tenant != "*" || o.Site != "*" {
		name += "=" + strings.TrimPrefix(o.Tenant, "*") + "=" + strings.TrimPrefix(o.Site, "*")
	}
	return name + "-" + string(lane)
}

// open makes stream and consumers, and tries until ctx ends: a cluster that is
// electing a leader refuses for a moment.
func open(ctx context.Context, conn *nats.Conn, o Options) ([]jetstream.Consumer, error) {
	for {
		try, cancel := context.WithTimeout(ctx, 10*time.Second)
		stream, err := EnsureStream(try, conn, o)
		var cs []jetstream.Consumer
		if err == nil {
			cs, err = consumers(try, stream, o)
		}
		cancel()
		if err == nil {
			return cs, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		o.Logger.Warn("stream is not ready", "error", err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Second):
		}
	}
}
