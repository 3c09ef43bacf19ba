// Package sniff is the network sensor: packets of a live interface or of a
// capture file become finished OCSF events. A flow is told once, at its end
// (4001; a long one on the way too, each time only with what was new), and
// beside it what protocols said inside: DNS, HTTP, TLS, SSH, DHCP, SMB, FTP,
// mail, Kerberos, RDP, SNMP, SIP, TFTP, and who claims which address (ARP).
//
// All times are the packets' own, also all timeouts: a file gives the same
// events however fast it is read. Of a tunnelled packet the innermost one
// counts. Checksums are not verified, for mirror ports see packets before their
// network card completed them.
//
// Everything is bounded: flows, bytes waiting for a hole in a stream to close,
// fragments, names and lists in events. What does not fit is given up and
// counted in [Stats]; the flow itself is counted to the last byte regardless.
// Nobody here trusts a length, a port or an order of packets.
package sniff

import (
	"time"

	"picket/normalize/ocsf"
)

// Options say how to listen. The zero value of each means its default.
type Options struct {
	// Filter keeps only packets that match, in the words of tcpdump (see [CheckFilter]
	// and filter.go). It looks at the
	// outermost IP packet.
	Filter string
	// Promiscuous takes packets that are addressed to others (live only); a
	// mirror port needs it.
	Promiscuous bool
	// Ring is the memory of the kernel's ring buffer in bytes (live only).
	Ring int

	// After so long without a packet a flow ends: a TCP connection, one whose
	// SYN was not answered, one that was closed (so long its stragglers still
	// belong to it), a UDP flow, a DNS exchange, anything else.
	TCPIdle, HalfOpen, Linger, UDPIdle, DNSIdle, OtherIdle time.Duration
	// Report is how often a flow that goes on is told, and FirstTLS how long
	// after its handshake an encrypted one is told for the first time.
	Report, FirstTLS time.Duration

	// MaxFlows bounds the table; the idlest flow goes first.
	MaxFlows int
	// MaxBuffered bounds the bytes that wait in all streams and fragments
	// together, MaxStream those of one direction of one connection.
	MaxBuffered, MaxStream int
}

// withDefaults fills what was left zero.
func (o Options) withDefaults() Options {
	dur := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	num := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	dur(&o.TCPIdle, 10*time.Minute)
	dur(&o.HalfOpen, 30*time.Second)
	dur(&o.Linger, 5*time.Second)
	dur(&o.UDPIdle, 2*time.Minute)
	dur(&o.DNSIdle, 15*time.Second)
	dur(&o.OtherIdle, time.Minute)
	dur(&o.Report, 5*time.Minute)
	dur(&o.FirstTLS, 10*time.Second)
	num(&o.MaxFlows, 100_000)
	num(&o.MaxBuffered, 64<<20)
	num(&o.MaxStream, 256<<10)
	num(&o.Ring, 32<<20)
	return o
}

// Stats are the account of a sensor. All counters only grow.
type Stats struct {
	Packets   uint64 // packets seen (that passed the filter)
	Bytes     uint64 // their bytes on the wire
	Filtered  uint64 // packets that the filter left out
	Truncated uint64 // packets of which the capture holds only the beginning
	Undecoded uint64 // packets that are no IP and no ARP, or broken
	Fragments uint64 // IP fragments
	Flows     uint64 // flows begun
	Events    uint64 // events given

	// What was given up because of limits.
	Evicted     uint64 // flows ended early because the table was full
	LostPieces  uint64 // fragments never made whole
	Gaps        uint64 // holes in streams that were passed over
	Overflows   uint64 // streams whose parser had to give up for want of memory
	Kernel      uint64 // packets dropped by the kernel (live)
	BadRecord   uint64 // damaged record of a capture file: reading ended there
	ParserFault uint64 // panics of a parser that were caught; each is a bug
}

// vendor and product are what metadata.product says.
const (
	vendor  = "Picket"
	product = "Picket sensor"
)

// Emit takes an event; it owns the event from then on.
type Emit = func(*ocsf.Event)
