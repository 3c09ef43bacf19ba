package ocsf

// Finding is a sub-event or a security event: suspicious activity that a
// signature, a correlation, a baseline, the sensor or a device itself reported
// (Detection Finding, 2004).
type Finding struct {
	UID        string      `json:"uid"` // from rule, group and first evidence: the same after a restart
	Kind       FindingKind `json:"kind"`
	Rule       string      `json:"rule"` // id of the signature
	RuleTitle  string      `json:"rule_title,omitempty"`
	Version    string      `json:"version,omitempty"` // of the rule: the hash of its definition
	Title      string      `json:"title"`             // what happened, with the names of who and where
	Severity   Severity    `json:"severity_id"`
	Confidence int         `json:"confidence,omitempty"` // 0 to 100
	Time       int64       `json:"time"`                 // event time of the evidence that completed it, ms
	First      int64       `json:"first"`                // event time of the first evidence, ms
	Seq        uint64      `json:"sequence,omitempty"`   // its own number in the log
	Techniques []string    `json:"techniques,omitempty"` // ATT&CK ids, T1110.001
	Tactics    []string    `json:"tactics,omitempty"`    // ATT&CK tactics as Sigma tags them, credential-access
	Entities   []Entity    `json:"entities,omitempty"`
	Devices    []string    `json:"devices,omitempty"` // who reported it
	Matched    []Match     `json:"matched,omitempty"`
	NotHeld    []string    `json:"not_held,omitempty"` // filters of the rule that did not hold
	Evidence   []uint64    `json:"evidence"`           // sequence numbers, the first of them; Count tells how many there were
	Count      int         `json:"count"`              // events that this finding stands for
	Guidance   string      `json:"guidance,omitempty"` // what it means, what to check, what to do
	Observe    bool        `json:"observe,omitempty"`  // found and kept, but no incident and no notice
	Incident   string      `json:"incident,omitempty"` // uid of the incident that it belongs to
	Hidden     *Hiding     `json:"hidden,omitempty"`   // why it opened no incident and gave no notice
}

// FindingKind is what found a finding.
type FindingKind string

// The kinds of findings.
const (
	BySignature   FindingKind = "signature"
	ByCorrelation FindingKind = "correlation"
	ByBaseline    FindingKind = "baseline"
	ByDevice      FindingKind = "device" // the device itself says it is an attack
	BySensor      FindingKind = "sensor"
)

// Entity is who or what a finding or an incident is about.
type Entity struct {
	Type  EntityType `json:"type"`
	Value string     `json:"value"` // lower case, without a last dot
	Role  Role       `json:"role,omitempty"`
}

// EntityType is a type of entity.
type EntityType string

// The types of entities.
const (
	HostEntity    EntityType = "host" // an address or a name
	UserEntity    EntityType = "user"
	DomainEntity  EntityType = "domain"
	HashEntity    EntityType = "hash"
	SessionEntity EntityType = "session"
	URLEntity     EntityType = "url"
	FileEntity    EntityType = "file"
)

// Role tells on which side of the attack an entity stands.
type Role string

// The roles of entities.
const (
	Source      Role = "source"
	Destination Role = "destination"
	Related     Role = "related"
)

// Match is one condition of a signature that held: which field, which value,
// and what was wanted.
type Match struct {
	Field string `json:"field"`
	Value string `json:"value"`
	Want  string `json:"want,omitempty"`
}
