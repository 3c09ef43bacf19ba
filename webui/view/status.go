package view

// Level is how something is.
type Level uint8

// The levels, in the order of a monitoring plugin's exit codes but for Unknown.
const (
	OK Level = iota
	Warning
	Critical
	Unknown
)

// String is the level's word.
func (l Level) String() string {
	return [...]string{"OK", "Warning", "Critical", "Unknown"}[min(l, Unknown)]
}

func (l Level) class() string {
	return [...]string{"ok", "warn", "crit", "unknown"}[min(l, Unknown)]
}

// Status is how the appliance itself is. Times are ms since the epoch.
type Status struct {
	Revision     string // of the program's source
	Started      int64
	Configured   int64  // when the running configuration was loaded
	ConfigNote   string // why a newer configuration was refused, or ""
	Checks       []Check
	Inputs       []Input
	Queue        Queue
	Correlator   []Fact // what the engine keeps: windows, groups, evictions
	Rules        Rules
	Store        Store
	Uplink       Uplink
	Capture      []Capture
	Certificates []Certificate
	Pages        []Fact // what the pages themselves count
}

// Check is one check of the box's health.
type Check struct {
	Name     string
	Level    Level
	Text     string // "disk 41 % of its budget"
	Guidance string // what to do when it is not OK
}

// Input is the account of one way in: Received = Stored + Filtered + Dropped… +
// InFlight.
type Input struct {
	Name                       string
	Received, Bytes            uint64
	Stored, Filtered           uint64
	DroppedFull, DroppedKernel uint64
	InFlight                   uint64
	Truncated, Malformed       uint64
	Refused, NotUnderstood     uint64
	EventsPerSecond            float64
}

// Dropped is the sum over all reasons.
func (in Input) Dropped() uint64 { return in.DroppedFull + in.DroppedKernel }

// Balanced reports whether the account adds up to the unit.
func (in Input) Balanced() bool {
	return in.Received == in.Stored+in.Filtered+in.Dropped()+in.InFlight
}

// Queue is the one queue at the edge and what empties it.
type Queue struct {
	Waiting, Capacity int
	Workers           int
	Busiest           string // the sender with the largest share, "" for none
}

// Fact is a name with a value in words.
type Fact struct{ Name, Value string }

// Rules is the rule pack that runs.
type Rules struct {
	Pack           string
	Loaded, Failed int
	Problems       []Fact // rule and why it did not compile
}

// Store is the log on disk.
type Store struct {
	Events      uint64
	First, Last int64 // event times
	Segments    int
	Bytes       uint64
	Budget      uint64 // bytes that it may take, 0 for no limit
	Free        uint64 // on the disk
	LogID       string
	LastSeq     uint64
	LastCommit  int64
	Note        string // what is wrong, or ""
}

// Uplink is the line to the SOC.
type Uplink struct {
	Configured bool
	Connected  bool
	Server     string
	Since      int64 // when it connected, or lost the connection
	Error      string
	Lanes      []Lane
}

// Lane is one of the uplink's lanes.
type Lane struct {
	Name              string
	Sent, Receipted   uint64 // sequence numbers
	Waiting           uint64 // items not receipted
	Oldest            int64  // time of the oldest of them, 0 for none
	LastSent, LastAck int64
}

// Capture is a wire that the sensor listens on.
type Capture struct {
	Interface                    string
	Up                           bool
	Packets, Bytes               uint64
	DroppedKernel, DroppedSensor uint64
	Flows                        int
	Error                        string
}

// Certificate is a certificate that the appliance shows or trusts.
type Certificate struct {
	Use         string // "pages", "syslog over TLS", "uplink"
	Subject     string
	Issuer      string
	Fingerprint string // SHA-256, hexadecimal
	NotAfter    int64
	SelfSigned  bool
}
