package ocsf

// Control is what a person told Picket to be quiet about, and until when. What
// it hides is found, kept and counted all the same; it opens no incident and
// gives no notice. Every change of a control stands in the log (Entity
// Management, 3004), whole, so that a fold of the log has the last state.
type Control struct {
	UID      string      `json:"uid"`
	Kind     ControlKind `json:"kind"`
	Rule     string      `json:"rule,omitempty"`   // id of the signature; "" for all of them
	Title    string      `json:"title,omitempty"`  // of the rule, when the control was made
	Filter   string      `json:"filter,omitempty"` // in the filter language, over the events that a finding stands for
	Reason   string      `json:"reason"`
	Owner    string      `json:"owner"`             // who answers for it
	By       string      `json:"by"`                // who made it
	Finding  string      `json:"finding,omitempty"` // uid of the finding that it was made from
	Created  int64       `json:"created_time"`      // ms, by the wall clock, as the rest
	Starts   int64       `json:"start_time,omitempty"`
	Expires  int64       `json:"expire_time,omitempty"` // 0: never
	UntilNew bool        `json:"until_new,omitempty"`   // of a snooze: it ends when somebody new turns up
	Known    []string    `json:"known,omitempty"`       // who is not new

	Hidden int    `json:"hidden"`              // findings that it hid
	Events int    `json:"events"`              // events that these stand for
	Last   int64  `json:"last_time,omitempty"` // event time of what it hid last, ms
	Woken  string `json:"woken,omitempty"`     // who turned up

	Ended   int64  `json:"ended_time,omitempty"` // 0 while it is in force
	EndedBy string `json:"ended_by,omitempty"`
	EndNote string `json:"end_note,omitempty"`
	Version int    `json:"version"`
	Seq     uint64 `json:"sequence,omitempty"` // number of its last change in the log
}

// ControlKind is a kind of control.
type ControlKind string

// The kinds of controls. A snooze of one incident is no control of its own: it
// is part of the incident, see [Snooze].
const (
	Exception  ControlKind = "exception" // this is known, and no attack
	Silence    ControlKind = "silence"   // for a time, of work that is announced, say
	RuleSnooze ControlKind = "snooze"    // a rule, until a time or until somebody new turns up
)

// Inhibition is what hides a finding that a graver one explains. It is no control
// of a person; it stands beside the kinds of controls in [Hiding].
const Inhibition ControlKind = "inhibition"

// InForce reports whether the control hides what is received at t, in ms.
func (c *Control) InForce(t int64) bool {
	return c.Ended == 0 && t >= max(c.Starts, c.Created) && (c.Expires == 0 || t < c.Expires)
}

// Hiding tells why a finding is in no incident.
type Hiding struct {
	By  ControlKind `json:"by"`
	UID string      `json:"uid"` // of the control, or of the finding that explains this one
}

// Snooze makes an incident quiet.
type Snooze struct {
	Until    int64  `json:"until"`               // ms, by the wall clock
	UntilNew bool   `json:"until_new,omitempty"` // it ends when a new tactic or entity comes in
	By       string `json:"by"`
	Time     int64  `json:"time"`
	Reason   string `json:"reason,omitempty"`
}

// Asleep reports whether an incident is quiet at a time, in ms.
func (in *Incident) Asleep(t int64) bool { return in.Snooze != nil && t < in.Snooze.Until }
