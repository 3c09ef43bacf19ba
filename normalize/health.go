package normalize

import "picket/normalize/ocsf"

// health makes the line one of a device about itself: a link, a neighbour, a power
// supply, a spanning tree, its load. OCSF has no class for these, so that they stay
// base events with the device's interface and the words; without this the addresses
// among the words would make a connection of them.
func (l *Line) health() {
	e := l.E
	e.Class, e.Activity = ocsf.BaseEvent, ocsf.Other
	l.facts.health = true
	if v := e.Text(ocsf.SrcInterface); v != "" && !e.Has(ocsf.DeviceInterface) {
		e.Set(ocsf.DeviceInterface, ocsf.Text(v))
		e.Delete(ocsf.SrcInterface)
	}
}

// deviceInterfaces names the interfaces that a finding of a firewall went through
// as the device's, for a finding keeps its ends among the evidence.
func (l *Line) deviceInterfaces() {
	e := l.E
	if e.Class != ocsf.DetectionFinding || e.Has(ocsf.DeviceInterfaces) {
		return
	}
	in, out := e.Text(ocsf.SrcInterface), e.Text(ocsf.DstInterface)
	if in == "" || out == "" { // a sensor has one, and says so itself
		return
	}
	e.Append(ocsf.DeviceInterfaces, ocsf.ObjectOf(ocsf.Attr(ocsf.DeviceIfName, ocsf.Text(in))))
	if out != in {
		e.Append(ocsf.DeviceInterfaces, ocsf.ObjectOf(ocsf.Attr(ocsf.DeviceIfName, ocsf.Text(out))))
	}
}

// fromDevice makes the device itself the end of what it tells of its own traffic,
// when the line names no other.
func (l *Line) fromDevice() {
	e := l.E
	if !e.Has(ocsf.SrcIP) && !e.Has(ocsf.DstIP) && !e.Has(ocsf.SrcHostname) {
		l.putText(ocsf.SrcName, firstText(e.Text(ocsf.DeviceHostname), l.Head.Host), guessWeight)
	}
}
