package ocsf

import (
	"strconv"
	"strings"
)

// Class is a class_uid.
type Class uint32

// The classes that Picket makes.
const (
	BaseEvent          Class = 0
	FileActivity       Class = 1001
	KernelExtension    Class = 1002
	KernelActivity     Class = 1003
	ModuleActivity     Class = 1005
	ScheduledJob       Class = 1006
	ProcessActivity    Class = 1007
	EventLogActivity   Class = 1008
	ScriptActivity     Class = 1009
	PeripheralActivity Class = 1010
	Vulnerability      Class = 2002
	DetectionFinding   Class = 2004
	IncidentFinding    Class = 2005
	DataFinding        Class = 2006
	AccountChange      Class = 3001
	Authentication     Class = 3002
	AuthorizeSession   Class = 3003
	EntityManagement   Class = 3004
	UserAccess         Class = 3005
	GroupManagement    Class = 3006
	NetworkActivity    Class = 4001
	HTTPActivity       Class = 4002
	DNSActivity        Class = 4003
	DHCPActivity       Class = 4004
	RDPActivity        Class = 4005
	SMBActivity        Class = 4006
	SSHActivity        Class = 4007
	FTPActivity        Class = 4008
	EmailActivity      Class = 4009
	NetworkFile        Class = 4010
	NTPActivity        Class = 4013
	TunnelActivity     Class = 4014
	DeviceInventory    Class = 5001
	ConfigState        Class = 5002
	ConfigChange       Class = 5019
	SoftwareInventory  Class = 5020
	WebResources       Class = 6001
	AppLifecycle       Class = 6002
	APIActivity        Class = 6003
	WebAccess          Class = 6004
	DatastoreActivity  Class = 6005
	FileHosting        Class = 6006
	ScanActivity       Class = 6007
	ApplicationError   Class = 6008
	RegistryKey        Class = 201001
	RegistryValue      Class = 201002
	WindowsResource    Class = 201003
	WindowsService     Class = 201004
)

// Other is the activity, action or status that OCSF has no number for.
const Other = 99

// Activities of the commonest classes. Network Activity's serve HTTP, DNS and
// the other protocols only where their own enumeration says so.
const (
	NetOpen, NetClose, NetReset, NetFail, NetRefuse, NetTraffic = 1, 2, 3, 4, 5, 6

	Logon, Logoff = 1, 2

	DNSQuery, DNSResponse, DNSTraffic = 1, 2, 6
)

// Actions (action_id) and outcomes (status_id).
const (
	Allowed, Denied, Observed, Modified = 1, 2, 3, 4

	Success, Failure = 1, 2
)

// Severity is a severity_id.
type Severity uint8

// The severities.
const (
	UnknownSeverity Severity = iota
	Informational
	Low
	Medium
	High
	Critical
	Fatal
)

// String returns OCSF's word for the severity.
func (s Severity) String() string { return caption("severity_id", int(s)) }

// ParseSeverity reads OCSF's word or number for a severity, and the words of
// syslog and of most vendors. It reports false for any other word.
func ParseSeverity(s string) (Severity, bool) {
	switch strings.ToLower(s) {
	case "informational", "information", "info", "notice", "notification", "debug", "verbose", "trace", "very-low", "negligible", "1":
		return Informational, true
	case "low", "minor", "2":
		return Low, true
	case "medium", "moderate", "warning", "warn", "3":
		return Medium, true
	case "high", "error", "err", "major", "severe", "4":
		return High, true
	case "critical", "crit", "alert", "very-high", "5":
		return Critical, true
	case "fatal", "emergency", "emerg", "panic", "6":
		return Fatal, true
	case "unknown", "0":
		return UnknownSeverity, true
	}
	return UnknownSeverity, false
}

// Name returns the caption of the class, "Network Activity".
func (c Class) Name() string {
	if k := c.info(); k != nil {
		return k.name
	}
	return ""
}

// Known reports whether the class is one that Picket can write.
func (c Class) Known() bool { return c.info() != nil }

// ActivityName returns the caption of an activity of the class.
func (c Class) ActivityName(activity uint8) string {
	if k := c.info(); k != nil {
		return k.activityName(activity)
	}
	return ""
}

// class is what the tables say of one class.
type class struct {
	classRow
	attribute map[string]string // top-level attribute -> profile or ""
	activity  [maxActivity]string
	layout    layout
}

// maxActivity bounds activity_id: the schema ends with 99, Other.
const maxActivity = 100

// activityName is the caption of an activity, "" when the class has it not.
func (k *class) activityName(n uint8) string {
	if n >= maxActivity {
		return ""
	}
	return k.activity[n]
}

// classes are the rows of the table by the place of their number, for every
// event asks for its class several times.
var classes [8 * classesOfCategory]*class

const (
	classesOfCategory = 32
	windowsClasses    = 201 // the extension of Windows numbers its classes 201001 and on
)

// place is where c stands in classes; false when no class can have its number.
func (c Class) place() (int, bool) {
	category, n := c/1000, c%1000
	if category == windowsClasses {
		category = 7 // OCSF's own categories end with 6
	} else if category > 6 {
		return 0, false
	}
	return int(category*classesOfCategory + n), n < classesOfCategory
}

func (c Class) info() *class {
	if i, ok := c.place(); ok {
		return classes[i]
	}
	return nil
}

// Classes returns the classes that Picket can write, in the order of the table.
func Classes() []Class {
	out := make([]Class, len(classTable))
	for i := range classTable {
		out[i] = classTable[i].uid
	}
	return out
}

func init() {
	for _, row := range classTable {
		k := &class{classRow: row, attribute: map[string]string{}}
		for _, a := range strings.Fields(baseAttributes + " " + row.attributes) {
			name, profile, _ := strings.Cut(a, "~")
			if profile == "cloud" {
				continue // it asks for an account in a cloud, which nothing here has
			}
			k.attribute[name] = profile
		}
		for n, name := range enumeration(row.activities) {
			k.activity[n] = name
		}
		i, ok := row.uid.place()
		if !ok {
			panic("ocsf: no place for class " + row.name)
		}
		classes[i] = k
	}
	for k, s := range captions {
		captionOf[k] = enumeration(s)
	}
}

var captionOf = map[string]map[int]string{}

func caption(enum string, n int) string { return captionOf[enum][n] }

// enumeration reads "0 Unknown;1 Open".
func enumeration(s string) map[int]string {
	m := map[int]string{}
	for _, part := range strings.Split(s, ";") {
		num, name, _ := strings.Cut(part, " ")
		if n, err := strconv.Atoi(num); err == nil {
			m[n] = name
		}
	}
	return m
}
