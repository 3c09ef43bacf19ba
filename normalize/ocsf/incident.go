package ocsf

// Incident is a story of one attack that needs action and closure (Incident
// Finding, 2005): findings that belong together, over several devices.
type Incident struct {
	UID        string   `json:"uid"`
	Title      string   `json:"title"`
	Desc       string   `json:"desc,omitempty"`
	Severity   Severity `json:"severity_id"`
	State      State    `json:"status"`
	Start      int64    `json:"start_time"` // event time, ms
	End        int64    `json:"end_time"`
	Created    int64    `json:"created_time"` // when Picket opened it, ms
	Updated    int64    `json:"updated_time"`
	Src        []string `json:"src"`
	Dst        []string `json:"dst"`
	Users      []string `json:"users"`
	Domains    []string `json:"domains"`
	Hashes     []string `json:"hashes,omitempty"`
	Techniques []string `json:"techniques"`
	Tactics    []string `json:"tactics,omitempty"`
	Signatures []string `json:"signatures"`
	Devices    []string `json:"devices"`
	Events     int      `json:"events"`     // evidence events
	SubEvents  int      `json:"sub_events"` // findings
	Score      int      `json:"score"`      // 0 to 100
	Terms      []Term   `json:"terms,omitempty"`

	Timeline []Step   `json:"timeline,omitempty"`
	Links    []Link   `json:"links,omitempty"`
	Evidence []uint64 `json:"evidence,omitempty"` // sequence numbers, the first of them
	Guidance []string `json:"guidance,omitempty"`

	Owner    string   `json:"owner,omitempty"`
	Verdict  string   `json:"verdict,omitempty"` // true_positive, benign, false_positive
	Note     string   `json:"note,omitempty"`
	Comments []Remark `json:"comments,omitempty"`
	Into     string   `json:"into,omitempty"`     // merged into this incident
	Version  int      `json:"version"`            // grows with every change
	Seq      uint64   `json:"sequence,omitempty"` // number of its last change in the log
	Lost     int      `json:"lost,omitempty"`     // names, steps or links over the limits

	Since        int64   `json:"state_time,omitempty"`        // in its state since then, ms; 0: since it was opened
	Acknowledged int64   `json:"acknowledged_time,omitempty"` // when somebody first took it up, ms
	Snooze       *Snooze `json:"snooze,omitempty"`
	Inhibited    int     `json:"inhibited,omitempty"` // lesser findings that a graver one explains: kept, and no line here
}

// Term is one term of an incident's score, in words.
type Term struct {
	Name   string `json:"name"`
	Points int    `json:"points"`
	Why    string `json:"why"`
}

// Step is a line of an incident's timeline: one finding, or a fold of like ones.
type Step struct {
	Time     int64    `json:"time"`
	Last     int64    `json:"last,omitempty"`
	Finding  string   `json:"finding,omitempty"` // uid
	Rule     string   `json:"rule,omitempty"`
	Title    string   `json:"title"`
	Severity Severity `json:"severity_id"`
	Tactic   string   `json:"tactic,omitempty"`
	Devices  []string `json:"devices,omitempty"`
	Count    int      `json:"count"`
	Evidence []uint64 `json:"evidence,omitempty"`
	Enters   []Entity `json:"enters,omitempty"` // entities seen here for the first time
}

// Link tells why a finding belongs to the incident, in words.
type Link struct {
	Finding string `json:"finding"`
	Reason  string `json:"reason"`
}

// Remark is a remark of a person or of the engine on an incident.
type Remark struct {
	Time int64  `json:"time"`
	By   string `json:"by"`
	Text string `json:"text"`
}

// State is where an incident stands. Only a person closes one.
type State string

// The states, in their usual order.
const (
	New       State = "new"
	Triaged   State = "triaged"
	Contained State = "contained"
	Closed    State = "closed"
)
