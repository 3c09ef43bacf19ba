package uplink

import "picket/normalize/ocsf"

// Lane is a rank of what is sent. The first of [Lanes] goes first.
type Lane string

// The lanes.
const (
	Incidents Lane = "inc" // incidents and findings of Picket
	Heartbeat Lane = "hb"  // health of the box
	Config    Lane = "cfg" // configuration of the box, and what people do on it
	Events    Lane = "ev"  // everything else
)

// Lanes are all lanes, by rank.
var Lanes = []Lane{Incidents, Heartbeat, Config, Events}

// IsLane reports whether s names a lane.
func IsLane(s string) bool {
	switch Lane(s) {
	case Incidents, Heartbeat, Config, Events:
		return true
	}
	return false
}

// LaneOf returns the lane of an event of the log. A lane is a cursor over
// numbers: to move what is already stored from one lane to another would lose
// it, so this function never changes its mind about a class.
func LaneOf(e *ocsf.Event) Lane {
	if e.Parser != "picket" {
		return Events // whatever a device says, about itself too
	}
	switch e.Class {
	case ocsf.DetectionFinding, ocsf.IncidentFinding:
		return Incidents
	case ocsf.ConfigChange, ocsf.ConfigState,
		ocsf.AccountChange, ocsf.Authentication, ocsf.AuthorizeSession, ocsf.EntityManagement,
		ocsf.UserAccess, ocsf.GroupManagement, ocsf.APIActivity, ocsf.WebResources:
		return Config
	case ocsf.AppLifecycle, ocsf.ApplicationError:
		return Heartbeat
	}
	return Events
}
