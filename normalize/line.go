package normalize

import (
	"net/netip"
	"strings"
	"time"

	"picket/collector"
	"picket/normalize/ocsf"
)

// Form is the structure of a message.
type Form uint8

// The forms that messages have.
const (
	Text      Form = iota // none that is known
	KeyValue              // key=value, key="value", key: value
	CEF                   // ArcSight's Common Event Format
	LEEF                  // QRadar's Log Event Extended Format
	JSON                  // one object
	XML                   // elements; Windows events among them
	Delimited             // columns without names
	AccessLog             // Apache's common and combined log formats
)

var formNames = [...]string{"text", "kv", "cef", "leef", "json", "xml", "csv", "access"}

// String returns the short name of f: "kv".
func (f Form) String() string { return formNames[f] }

// KV is one pair of a structured message, or (with an empty Key) one column.
// Both are slices of the line, or unescaped copies. A nested key is the path of
// names with dots between.
type KV struct {
	Key, Val string
}

// Line is one record on its way to becoming an event, taken apart. Parsers read
// the header and the pairs and set what they say in E. It is reused for the next
// record: keep nothing of it.
type Line struct {
	E    *ocsf.Event
	Rec  *collector.Record
	Head Header
	Body string // the message, without headers
	Form Form
	KV   []KV

	// Of CEF and LEEF.
	Device struct{ Vendor, Product, Version, ID, Name, Severity string }

	now    time.Time
	zone   *time.Location
	cut    int                                     // pairs over the limit
	quiet  bool                                    // unmapped keys are not kept
	placed bool                                    // the zone is that of the source, as the site told it
	zoneOf func(netip.Addr, string) *time.Location // of the Normalizer
	seen   seenValues                              // of a mapping
	arena  strings.Builder                         // unescaped texts
	path   []byte                                  // of the JSON or XML element that is being read
	keys   keyTable[key]                           // spellings seen, with what they mean
	spare  key                                     // the last key that was not learned
	facts  facts
}

// maxPairs bounds the pairs of one line.
const maxPairs = 768

// add appends a pair.
func (l *Line) add(k, v string) {
	if len(l.KV) >= maxPairs {
		l.cut++
		return
	}
	l.KV = append(l.KV, KV{k, v})
}

// reset makes the line ready for a record.
func (l *Line) reset(rec *collector.Record, e *ocsf.Event) {
	clear(l.KV)
	l.E, l.Rec, l.Body, l.Form, l.KV, l.cut, l.quiet = e, rec, "", Text, l.KV[:0], 0, false
	l.Device.Vendor, l.Device.Product, l.Device.Version, l.Device.ID, l.Device.Name, l.Device.Severity = "", "", "", "", "", ""
	l.facts.reset()
}

// keep copies bytes into the arena and returns them as a text. Texts handed out
// stay as they are: a full block is left to the collector of garbage.
func (l *Line) keep(b []byte) string {
	if l.arena.Len()+len(b) > l.arena.Cap() {
		l.arena = strings.Builder{}
		l.arena.Grow(max(len(b), 4096))
	}
	n := l.arena.Len()
	l.arena.Write(b)
	return l.arena.String()[n:]
}

// Get returns the value of the first pair with exactly this key.
func (l *Line) Get(k string) string {
	for i := range l.KV {
		if l.KV[i].Key == k {
			return l.KV[i].Val
		}
	}
	return ""
}

// Col returns column i of a delimited line, "" when there are not so many.
func (l *Line) Col(i int) string {
	if i < len(l.KV) {
		return l.KV[i].Val
	}
	return ""
}
