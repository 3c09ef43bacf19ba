package normalize

import "picket/normalize/ocsf"

// filterlog reads the packet filter's log of pfSense and OPNsense: columns rule,
// sub rule, anchor, tracker, interface, reason, action, direction, version, and
// then those of IPv4 or IPv6 and of the protocol (Netgate, Raw Filter Log Format).
var filterlog = &Parser{
	Name: "filterlog", Vendor: "Netgate", Product: "pfSense",
	Apps:    "filterlog",
	Columns: "match",
	Parse:   parseFilterlog,
}

func parseFilterlog(l *Line) bool {
	if l.Form == Text && len(l.KV) == 0 && !l.columns(l.Body, ',') {
		return false
	}
	if len(l.KV) < 18 || l.Form != Delimited {
		return false
	}
	action, direction, version := l.Col(6), l.Col(7), l.Col(8)
	if version != "4" && version != "6" || direction != "in" && direction != "out" && direction != "in/out" {
		return false
	}
	e := l.E
	e.Class = ocsf.NetworkActivity
	switch action {
	case "pass", "nat", "rdr", "binat":
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
		e.Activity = ocsf.NetTraffic
	case "block":
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		e.Activity = ocsf.NetRefuse
	case "reject":
		l.setAction(ocsf.Denied, dispRejected, brandWeight)
		e.Activity = ocsf.NetRefuse
	case "scrub", "synproxy":
		e.Activity = ocsf.NetTraffic
	}
	e.SetUnmapped("action", ocsf.Text(action))
	e.SetUnmapped("direction", ocsf.Text(direction))
	l.Set(ocsf.RuleUID, l.Col(0))
	if t := l.Col(3); t != "" && t != "0" {
		e.SetUnmapped("tracker", ocsf.Text(t))
	}
	if direction == "out" {
		l.Set(ocsf.DstInterface, l.Col(4))
		e.SetInt(ocsf.DirectionID, 2)
	} else {
		l.Set(ocsf.SrcInterface, l.Col(4))
		e.SetInt(ocsf.DirectionID, 1)
	}
	var i int // the column of the source
	proto := ""
	if version == "4" {
		e.SetInt(ocsf.ProtocolVer, 4)
		i, proto = 18, l.Col(16)
		e.SetUnmapped("length", ocsf.Text(l.Col(17)))
	} else {
		e.SetInt(ocsf.ProtocolVer, 6)
		i, proto = 15, l.Col(12)
		e.SetUnmapped("length", ocsf.Text(l.Col(14)))
	}
	if !l.applyProto(proto, brandWeight) || e.Text(ocsf.Protocol) == "" {
		l.applyProto(l.Col(i-3), brandWeight)
	}
	l.Set(ocsf.SrcIP, l.Col(i))
	l.Set(ocsf.DstIP, l.Col(i+1))
	switch e.Text(ocsf.Protocol) {
	case "tcp", "udp", "sctp", "udplite":
		l.Set(ocsf.SrcPort, l.Col(i+2))
		l.Set(ocsf.DstPort, l.Col(i+3))
		if f := l.Col(i + 5); f != "" {
			e.SetUnmapped("tcp_flags", ocsf.Text(f))
		}
	}
	return true
}
