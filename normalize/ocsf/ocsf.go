// Package ocsf is the one language of Picket: everything that moves between
// its rooms or rests on disk is an OCSF event (schema 1.8.0,
// https://schema.ocsf.io/1.8.0).
//
// An [Event] is a compact list of (field, value) pairs. [Fields] names every
// attribute by its OCSF path once, and that table drives JSON, search filters,
// columns on disk, pages and the lookup of Sigma fields.
//
// Inside Picket an attribute stands at one place whatever the class: the source
// of a connection is src_endpoint.ip in a firewall line and in an intrusion
// alert alike. OCSF wants it elsewhere in some classes (a Detection Finding has
// it below evidences); that difference is known to the JSON writer and reader
// alone, see place.go. [Event.Conform] makes an event valid for its class, so
// that what [Event.AppendJSON] writes passes the schema; what the class has no
// room for is written below unmapped, never dropped.
//
// Nothing here is safe for concurrent change; reading is.
package ocsf

// Version is the OCSF schema version that events are written in.
const Version = "1.8.0"
